"""Return rates by SKU and by creator at the end of the last day."""

from math import sqrt

import numpy as np
import polars as pl

from flows.simulate.clock import NEVER
from flows.simulate.files import plain_money
from flows.simulate.plan import Plan
from flows.simulate.returns import COMPLETED, REASONS, REFUNDED
from flows.simulate.truth_facts import OrderFacts
from flows.simulate.truth_orders import NOBODY

WINDOWS = {"rolling_30d": 30, "rolling_90d": 90}
RETURN_WINDOW_DAYS = {"US": 30, "GB": 30, "VN": 15}
_Z = 1.959963984540054


def wilson(returned: int, ordered: int) -> tuple[float | None, float | None]:
    """Bounds of the Wilson interval at 95 %; nothing without units or above 1."""
    if ordered <= 0 or returned > ordered:
        return None, None
    rate, square = returned / ordered, _Z * _Z
    middle = rate + square / (2 * ordered)
    spread = _Z * sqrt(rate * (1 - rate) / ordered + square / (4 * ordered * ordered))
    scale = 1 + square / ordered
    low = 0.0 if returned == 0 else (middle - spread) / scale
    high = 1.0 if returned == ordered else (middle + spread) / scale
    return low, high


def _order_lines(plan: Plan, facts: OrderFacts, day: int) -> pl.DataFrame:
    """One row an order and SKU: units, creator, creation day, whether it counts as ordered."""
    orders, lines = plan.orders, plan.lines
    of = lines.order
    counts = (facts.days["paid"] <= day) & ~orders.sample & (facts.days["cancelled"] > day)
    frame = pl.DataFrame(
        {
            "order": of,
            "sku": lines.sku,
            "units": lines.quantity,
            "creator": lines.creator,
            "created_day": facts.days["created"][of],
            "counts": counts[of],
        }
    )
    return frame.group_by("order", "sku", maintain_order=True).agg(
        pl.col("units").sum(), pl.col("creator").max(), pl.col("created_day").first(),
        pl.col("counts").first(),
    )  # fmt: skip


def _refunds(plan: Plan, lines: pl.DataFrame, day: int) -> pl.DataFrame:
    """Completed returns by the end of `day`, each with the units that it adds to its line's."""
    back = plan.returns
    done = np.isin(back.status, (COMPLETED, REFUNDED))
    moment = np.where(back.refunded < NEVER, back.refunded, back.requested)
    frame = pl.DataFrame(
        {
            "return_id": back.return_id,
            "order": back.order,
            "sku": back.sku,
            "quantity": back.quantity,
            "moment": moment,
            "refund_day": plan.clock.day(moment),
            "cents": back.amount_cents,
            "reason": pl.Series(REASONS).gather(back.reason),
        }
    ).filter(pl.Series(done) & (pl.col("refund_day") <= day))
    joined = frame.join(lines, on=["order", "sku"], how="inner").sort("moment", "return_id")
    total = pl.col("quantity").cum_sum().over("order", "sku")
    return joined.with_columns(
        added=pl.min_horizontal(total, "units")
        - pl.min_horizontal(total - pl.col("quantity"), "units")
    )


def _keyed(plan: Plan, by: str) -> tuple[str, pl.Series, int]:
    if by == "sku":
        return "seller_sku", pl.Series(plan.catalogue.seller_sku), 0
    return "creator_handle", pl.Series([NOBODY, *plan.creators.handle]), 1


def return_rates(plan: Plan, facts: OrderFacts, day: int, by: str) -> pl.DataFrame:
    """Both bases and windows; `by` is `sku` or `creator`."""
    lines = _order_lines(plan, facts, day)
    refunds = _refunds(plan, lines, day)
    column, names, shift = _keyed(plan, by)
    rows: list[dict[str, object]] = []
    for window, length in WINDOWS.items():
        begin = day - length + 1
        ordered = lines.filter(pl.col("counts") & (pl.col("created_day") >= begin))
        bases = {
            "order_cohort": refunds.filter(pl.col("counts") & (pl.col("created_day") >= begin)),
            "refund_date": refunds.filter(pl.col("refund_day") >= begin),
        }
        for basis, returned in bases.items():
            sold = {k[0]: part for k, part in ordered.partition_by(by, as_dict=True).items()}
            back = {k[0]: part for k, part in returned.partition_by(by, as_dict=True).items()}
            for key in sorted(sold.keys() | back.keys()):
                mine = sold.get(key, ordered.clear())
                theirs = back.get(key, returned.clear())
                rows.append(
                    {
                        "as_of_on": plan.end_on,
                        "basis": basis,
                        "window_name": window,
                        column: names[int(key) + shift],
                        **_rate(plan, mine, theirs, day),
                    }
                )
    return pl.DataFrame(rows, infer_schema_length=None)


def _rate(plan: Plan, ordered: pl.DataFrame, returned: pl.DataFrame, day: int) -> dict[str, object]:
    window = RETURN_WINDOW_DAYS[plan.market.code]
    closed = pl.col("created_day") + window <= day
    units, back = int(ordered["units"].sum()), int(returned["added"].sum())
    old_units = int(ordered.filter(closed)["units"].sum())
    old_back = int(returned.filter(closed)["added"].sum())
    low, high = wilson(back, units)
    youngest = ordered["created_day"].max()
    cents = int(returned["cents"].sum())
    return {
        "units_ordered": units,
        "units_returned": back,
        "value": back / units if units else None,
        "lower_bound": low,
        "upper_bound": high,
        "is_provisional": isinstance(youngest, int) and youngest + window > day,
        "closed_units_ordered": old_units,
        "closed_units_returned": old_back,
        "closed_value": old_back / old_units if old_units else None,
        "refund_amount": plain_money(cents, plan.market.decimals),
        "currency": plan.market.currency,
        "top_reason": _top(returned),
    }


def _top(returned: pl.DataFrame) -> str | None:
    """The reason of most returns; of equals, the first by name."""
    if returned.is_empty():
        return None
    counted = returned.group_by("reason").len().sort(["len", "reason"], descending=[True, False])
    return str(counted["reason"][0])
