"""The simulator: a made-up shop's exports in the true formats, and the right answers to them."""

from flows.simulate.markets import MARKETS
from flows.simulate.scenarios import NEEDS_ZONES, SCENARIOS
from flows.simulate.shop import SimulationSummary, simulate

__all__ = ["MARKETS", "NEEDS_ZONES", "SCENARIOS", "SimulationSummary", "simulate"]
