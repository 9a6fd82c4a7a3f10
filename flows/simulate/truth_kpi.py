"""The four rates for every day as it stood at its end.

The state of an order or package changes on a handful of days. It is worked out at each of them
and entered, from that day until the next, into a table of dates by as-of days; sums over dates
give every window. Nothing depends on how a warehouse would do it.
"""

from collections.abc import Iterator
from datetime import date

import numpy as np
import polars as pl

from flows.simulate.clock import NEVER
from flows.simulate.plan import Plan
from flows.simulate.truth_facts import OrderFacts
from flows.simulate.truth_packages import PackageFacts, in_rate
from flows.simulate.truth_rules import (
    LATE_DISPATCH,
    ON_TIME,
    RULES,
    SELLER_FAULT,
    VALID_TRACKING,
    Line,
    Rules,
    headroom_of,
    status_of,
)
from flows.simulate.types import BoolArray, IntArray

_MARGIN_DAYS = 5


class Tally:
    """Counts by date (row) and by as-of day from which they hold (column)."""

    def __init__(self, first: int, days: int) -> None:
        self._first, self._days = first - _MARGIN_DAYS, days + _MARGIN_DAYS
        self._counts = np.zeros(self._days * self._days, dtype=np.int64)

    def add(self, dated: IntArray, since: IntArray, until: IntArray) -> None:
        """Count one at each date for the as-of days `since` to before `until`."""
        row = dated - self._first
        for day, sign in ((since, 1), (until, -1)):
            column = day - self._first
            hit = (row < self._days) & (column < self._days)
            cell = row[hit] * self._days + column[hit]
            self._counts += sign * np.bincount(cell, minlength=self._days**2)

    def windows(self, lengths: IntArray) -> IntArray:
        """For each as-of day the count in the `lengths[day]` dates that end with it."""
        table = np.cumsum(self._counts.reshape(self._days, self._days), axis=1)
        upto = np.vstack([np.zeros((1, self._days), dtype=np.int64), np.cumsum(table, axis=0)])
        day = np.arange(_MARGIN_DAYS, self._days)
        start = np.maximum(day + 1 - lengths, 0)
        total: IntArray = upto[day + 1, day] - upto[start, day]
        return total


def _spells(changes: list[IntArray], first: int) -> Iterator[tuple[IntArray, IntArray, IntArray]]:
    """Go through the spells between changes: which items, from which day, until which day.

    `changes` are the days on which an item's state can change; the first of them is the day on
    which it comes into sight.
    """
    seen = np.maximum(changes[0], first)
    table = np.sort(np.stack([np.maximum(c, seen) for c in changes]), axis=0)
    until = np.vstack([table[1:], np.full((1, table.shape[1]), np.iinfo(np.int64).max)])
    for begin, end in zip(table, until, strict=True):
        items = np.flatnonzero(begin < end)
        yield items, begin[items], end[items]


class Counter:
    """Numerator and denominator of one rate."""

    def __init__(self, line: Line, basis: str, first: int, days: int) -> None:
        self.line, self.basis = line, basis
        self.numerator, self.denominator = Tally(first, days), Tally(first, days)

    def add(
        self, dated: IntArray, counts: BoolArray, defects: BoolArray,
        since: IntArray, until: IntArray,
    ) -> None:  # fmt: skip
        """Enter the items of one spell; `defects` (or successes) are looked at where `counts`."""
        for tally, hit in ((self.denominator, counts), (self.numerator, counts & defects)):
            tally.add(dated[hit], since[hit], until[hit])


def kpi_frame(plan: Plan, facts: OrderFacts, held: PackageFacts) -> pl.DataFrame:
    """All rates, bases and windows, for each day from the first order to the last day."""
    clock = plan.clock
    first = int(facts.days["created"].min())
    last = clock.number_of(plan.end_on)
    days = last - first + 1

    rules = RULES[plan.market.code]

    def counter(metric: str, basis: str = "platform") -> Counter:
        return Counter(rules.line(metric), basis, first, days)

    platform, due = counter(LATE_DISPATCH), counter(LATE_DISPATCH, "due")
    faults, on_time, valid = counter(SELLER_FAULT), counter(ON_TIME), counter(VALID_TRACKING)
    overdue = Tally(first, days)
    _count_orders(plan, facts, first, platform, due, faults, on_time, overdue)
    _count_packages(plan, facts, held, first, valid)

    dates = clock.date_of(np.arange(first, last + 1))
    weekday = (dates.astype("datetime64[D]").astype(np.int64) + 3) % 7
    windows = {
        "week": weekday + 1,
        "rolling_7d": np.full(days, 7),
        "rolling_30d": np.full(days, 30),
    }
    waiting = overdue.windows(np.full(days, days + _MARGIN_DAYS))
    rows: list[dict[str, object]] = []
    for name, lengths in windows.items():
        for made in (platform, due, valid, faults, on_time):
            top, bottom = made.numerator.windows(lengths), made.denominator.windows(lengths)
            rows += _rows(rules, made.line, made.basis, name, dates, lengths, top, bottom)
            if made is platform:
                rows += _rows(rules, made.line, "projected", name, dates, lengths, top + waiting,
                              bottom + waiting)  # fmt: skip
    frame = pl.DataFrame(rows, infer_schema_length=None)
    return frame.sort("as_of_on", "metric", "basis", "window_name")


def _count_orders(
    plan: Plan, facts: OrderFacts, first: int, platform: Counter, due: Counter, faults: Counter,
    on_time: Counter, overdue: Tally,
) -> None:  # fmt: skip
    orders, days = plan.orders, facts.days
    changes = [
        days[name] for name in
        ("created", "paid", "rts", "shipped", "known", "handed_over", "brought", "delivered",
         "cancelled")
    ]  # fmt: skip
    changes += [facts.due_day, facts.deliver_day]
    for of, since, until in _spells(changes, first):
        scope = facts.in_reach[of] & (days["paid"][of] <= since)
        cancelled_at = np.where(days["cancelled"][of] <= since, orders.cancelled[of], NEVER)
        cancelled = cancelled_at < NEVER
        sent = facts.dispatched(plan, since, of)
        home = facts.delivered(plan, since, of)
        mine = ~orders.fbt[of]
        sent_first = sent < cancelled_at

        gone = scope & (sent < NEVER)
        sent_day = plan.clock.day(np.where(gone, sent, plan.clock.midnights[0]))
        platform.add(sent_day, gone, mine & (sent >= facts.due[of]), since, until)

        is_due = scope & (facts.due_day[of] <= since)
        kept = ~((cancelled_at < facts.due[of]) & ~sent_first)
        due.add(facts.due_day[of], is_due & kept, mine & (sent >= facts.due[of]), since, until)

        open_late = is_due & mine & ~cancelled & (sent >= NEVER)
        overdue.add(since[open_late], since[open_late], until[open_late])

        confirmed = scope & ~(cancelled & facts.free_cancel[of])
        at_fault = mine & cancelled & facts.seller_fault[of]
        faults.add(days["created"][of], confirmed, at_fault, since, until)

        awaited = scope & mine & ~orders.express[of] & (facts.deliver_day[of] <= since)
        awaited &= ~(cancelled & ~sent_first)
        on_time.add(facts.deliver_day[of], awaited, home < facts.deliver_by[of], since, until)


def _count_packages(
    plan: Plan, facts: OrderFacts, held: PackageFacts, first: int, valid: Counter
) -> None:
    order = held.order
    changes = [facts.days["created"][order]]
    changes += [facts.days[name][order] for name in ("paid", "rts", "shipped", "cancelled")]
    changes += [
        held.possessed_day, held.early_day, held.astray_day, held.scan_limit_day,
        held.carrier_day, np.full(len(order), held.feed_day),
    ]  # fmt: skip
    for of, since, until in _spells(changes, first):
        shipped = held.shipped(plan, facts, since, of)
        counts = in_rate(plan, facts, held, since, of)
        judged = held.judged(shipped, since, of)
        sound = held.defect(judged, since, of) == 0
        dated = plan.clock.day(np.where(counts, shipped, plan.clock.midnights[0]))
        valid.add(dated, counts, sound, since, until)


def _rows(
    rules: Rules, line: Line, basis: str, window: str, dates: np.ndarray, lengths: IntArray,
    numerator: IntArray, denominator: IntArray,
) -> list[dict[str, object]]:  # fmt: skip
    rows: list[dict[str, object]] = []
    for at, (length, top, bottom) in enumerate(zip(lengths, numerator, denominator, strict=True)):
        as_of: date = dates[at].astype(object)
        limit = rules.enforcement(line, as_of)
        n, d = int(top), int(bottom)
        rows.append(
            {
                "as_of_on": as_of,
                "metric": line.metric,
                "basis": basis,
                "window_name": window,
                "window_start_on": (dates[at] - (int(length) - 1)).astype(object),
                "window_end_on": as_of,
                "numerator": n,
                "denominator": d,
                "value": n / d if d else None,
                "target": float(line.target),
                "enforcement": float(limit) if limit is not None else None,
                "status": status_of(line, n, d, limit),
                "headroom": headroom_of(line, n, d),
                "is_evaluated": window == rules.evaluated[1]
                and basis == (rules.evaluated[0] if line.metric == LATE_DISPATCH else "platform"),
            }
        )
    return rows
