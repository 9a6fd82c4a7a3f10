"""Writes a made-up shop: its exports and the numbers that a correct pipeline must find."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from flows.simulate.build import build_plan, known_returns
from flows.simulate.files import Landing
from flows.simulate.markets import MARKETS
from flows.simulate.plan import Plan
from flows.simulate.planted import write_planted
from flows.simulate.random_streams import Streams
from flows.simulate.schedule import SMALL_SHOP_ORDERS, Export, exports, last_seen
from flows.simulate.truth import write_row_accounting, write_truth
from flows.simulate.write_declarations import write_declarations
from flows.simulate.write_logistics import (
    write_inventory,
    write_returned_goods,
    write_tracking,
)
from flows.simulate.write_orders import write_orders
from flows.simulate.write_reference import write_reference
from flows.simulate.write_sales import write_affiliates, write_returns
from flows.simulate.write_settlements import write_settlements
from flows.simulate.write_shipments import write_shipments
from flows.simulate.write_tickets import write_tickets

_RETURNS_PULLED_BEFORE_MIDNIGHT = 1800


@dataclass(frozen=True)
class SimulationSummary:
    """What was written: counts of the plan, files and bytes in the landing folder."""

    shop_id: str
    landing: Path
    truth: Path
    orders: int
    lines: int
    packages: int
    events: int
    returns: int
    files: int
    bytes_written: int

    def as_dict(self) -> dict[str, str | int]:
        """The same with paths as text."""
        return {k: str(v) if isinstance(v, Path) else v for k, v in asdict(self).items()}


def _quiet(_: str) -> None:
    return None


def simulate(
    out: Path,
    shop_id: str,
    start: date,
    end: date,
    orders_per_day: int,
    seed: int,
    scenarios: Sequence[str] = ("calm",),
    *,
    market: str = "US",
    timezone: str | None = None,
    truth: bool = True,
    settlements: bool = True,
    progress: Callable[[str], None] | None = None,
) -> SimulationSummary:
    """Write `out/landing/<shop_id>/…` and `out/truth/<shop_id>/…`; same arguments, same bytes.

    Orders are created from `start` to `end`; the last exports are pulled at ten on the morning
    after, so that the end of the last day is known. What the two folders held of this shop before
    is replaced.

    Args:
        scenarios: any of `scenarios.SCENARIOS`.
        market: one of `markets.MARKETS`: what it changes is described there.
        timezone: the shop's zone, if not the market's.
        truth: whether to write the truth files; the row accounting is written always.
        settlements: whether to write the settlement statements.
        progress: is told what is being done.

    Raises:
        ValueError: unknown scenario or market, `end` before `start`, or no orders a day.
    """
    if end < start:
        raise ValueError(f"the range ends ({end}) before it starts ({start})")
    if orders_per_day < 1:
        raise ValueError("orders_per_day must be at least 1")
    if market not in MARKETS:
        raise ValueError(f"unknown market {market}; choose from {sorted(MARKETS)}")
    say = progress or _quiet
    say("planning orders, packages and returns")
    plan, files = build_plan(
        shop_id, start, end, orders_per_day, seed, scenarios, MARKETS[market], timezone
    )
    landing = Landing(_fresh(out / "landing" / shop_id))
    misrouted, unsettled = _write_landing(
        landing, plan, files, Streams(seed, shop_id, start.isoformat()), say,
        settlements=settlements,
    )  # fmt: skip
    answers = _fresh(out / "truth" / shop_id)
    write_row_accounting(answers, landing.written)
    if truth:
        say("working out the right answers")
        write_truth(answers, plan)
        write_planted(answers, plan, misrouted, unsettled)
    return SimulationSummary(
        shop_id=shop_id,
        landing=landing.root,
        truth=answers,
        orders=len(plan.orders),
        lines=len(plan.lines),
        packages=len(plan.packages),
        events=len(plan.events),
        returns=len(plan.returns),
        files=len(landing.written),
        bytes_written=landing.bytes_written,
    )


def _fresh(folder: Path) -> Path:
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    return folder


def _write_landing(
    landing: Landing,
    plan: Plan,
    files: list[Export],
    stream: Streams,
    say: Callable[[str], None],
    *,
    settlements: bool,
) -> tuple[list[str], list[str]]:
    """Write every export; what was misrouted and which orders are in no statement."""
    first = plan.clock.number_of(plan.start_on)
    days = (plan.end_on - plan.start_on).days + 1
    # A return dated after the last day's end has no settled reading; its export ends before it.
    last_pull = int(plan.clock.midnights[first + days]) - _RETURNS_PULLED_BEFORE_MIDNIGHT
    small = len(plan.orders) <= SMALL_SHOP_ORDERS
    return_files = exports(plan.clock, first, days, last_pull, small)
    write_reference(landing, plan)
    write_declarations(landing, plan)
    plan.returns = known_returns(plan, last_seen(return_files, plan.returns.requested))
    write_orders(landing, plan, files, stream("order files"), say)
    say("returns, affiliate orders and warehouse files")
    write_returns(landing, plan, return_files, stream("return files"))
    write_affiliates(landing, plan, files, stream("affiliate files"))
    write_shipments(landing, plan)
    write_inventory(landing, plan)
    misrouted = write_returned_goods(landing, plan, stream("returned goods"))
    write_tracking(landing, plan, stream("tracking files"), say)
    write_tickets(landing, plan, stream("support tickets"))
    return misrouted, write_settlements(landing, plan) if settlements else []
