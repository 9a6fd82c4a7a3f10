"""Writes the right answers of a plan.

Times in these files are UTC, `YYYY-MM-DD HH:MM:SS.mmm`; ids are text, rates doubles. All but
`kpi_daily`, `account_health_daily` and `row_accounting` are as of the end of the last day.
"""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from flows.simulate.files import Written
from flows.simulate.plan import Plan
from flows.simulate.truth_facts import link_facts, order_facts
from flows.simulate.truth_kpi import kpi_frame
from flows.simulate.truth_marts import (
    account_health_frame,
    late_causes_frame,
    open_orders_frame,
)
from flows.simulate.truth_orders import orders_frame
from flows.simulate.truth_packages import package_facts, packages_frame
from flows.simulate.truth_returns import return_rates
from flows.simulate.truth_zones import coverage_frame


def write_row_accounting(folder: Path, written: Sequence[Written]) -> None:
    """Write what each file holds: rows read, accepted, quarantined and skipped."""
    rows = [
        {
            "file": w.file,
            "feed": w.feed,
            "rows_read": w.rows_read,
            "rows_accepted": w.rows_accepted,
            "rows_quarantined": w.rows_read - w.rows_accepted - w.rows_skipped,
            "rows_skipped": w.rows_skipped,
        }
        for w in written
    ]
    pl.DataFrame(rows).sort("file").write_csv(folder / "row_accounting.csv")


def write_truth(folder: Path, plan: Plan) -> None:
    """Write what is true of a plan, a file a mart; `late_causes` says what made orders late."""
    day = plan.clock.number_of(plan.end_on)
    scans = link_facts(plan)
    facts = order_facts(plan, scans)
    held = package_facts(plan, scans, facts)
    frames = {
        "kpi_daily": kpi_frame(plan, facts, held),
        "orders": orders_frame(plan, facts, day),
        "packages": packages_frame(plan, facts, held, day),
        "return_rate_by_sku": return_rates(plan, facts, day, "sku"),
        "return_rate_by_creator": return_rates(plan, facts, day, "creator"),
        "zone_coverage": coverage_frame(plan, facts, scans, day),
        "open_orders": open_orders_frame(plan, facts, day),
        "late_causes": late_causes_frame(plan, facts, day),
        "account_health_daily": account_health_frame(plan, day),
    }
    for name, frame in frames.items():
        frame.write_csv(folder / f"{name}.csv")
