"""The rules that the right answers go by, market by market, as the platform's pages have them.

Written down a second time on purpose: what a pipeline makes of its own tables is held against them.
"""

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

import numpy as np

from flows.simulate.clock import ShopClock
from flows.simulate.types import BoolArray, IntArray

LATE_DISPATCH, VALID_TRACKING = "late_dispatch_rate", "valid_tracking_rate"
SELLER_FAULT, ON_TIME = "seller_fault_cancellation_rate", "on_time_delivery_rate"
DELIVER_BUSINESS_DAYS = 6
LATE_UPLOAD_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Line:
    """Lines of a rate.

    `is_low` rates must stay at or under the target, or under it where it `is_strict`; the others at
    or above it. Past the enforcement line, or at it where strict, there are penalties.
    """

    metric: str
    is_low: bool
    target: Fraction
    approaching: Fraction
    least: int
    enforcement: Fraction | None = None
    is_strict: bool = False


@dataclass(frozen=True)
class Clock:
    """Dispatch rule for orders created from a day on.

    An order is due at the end of the `business_days`-th business day after its own, or one earlier
    when it was made on a business day before `cutoff` (seconds of the day). `by_upload`: what
    counts is the number's upload, else the carrier's first scan.
    """

    from_on: date
    by_upload: bool
    business_days: int
    cutoff: int | None = None


@dataclass(frozen=True)
class Rules:
    """One market's rules, `clocks` by date.

    `evaluated` is the late dispatch rate's basis and the window that the platform judges by.
    """

    clocks: tuple[Clock, ...]
    lines: tuple[Line, ...]
    evaluated: tuple[str, str]
    enforced_from: date = date(2000, 1, 1)
    opening_points: int = 200
    roll_off_days: int = 180
    _by_metric: dict[str, Line] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._by_metric.update({line.metric: line for line in self.lines})

    def line(self, metric: str) -> Line:
        """The line of a rate."""
        return self._by_metric[metric]

    def enforcement(self, line: Line, as_of: date) -> Fraction | None:
        """The enforcement line in force on a day."""
        return line.enforcement if as_of >= self.enforced_from else None

    def due_days(self, clock: ShopClock, created: IntArray) -> tuple[IntArray, BoolArray]:
        """Day by whose end each order is due, and whether the upload of its number counts."""
        day = clock.day(created)
        on = clock.date_of(day)
        due, uploaded = day.copy(), np.zeros(len(day), dtype=bool)
        for rule in self.clocks:
            mine = on >= np.datetime64(rule.from_on)
            days = np.full(len(day), rule.business_days)
            if rule.cutoff is not None:
                early = clock.local(created) % 86_400 < rule.cutoff
                days -= early & np.is_busday(on, busdaycal=clock.business_days)
            due = np.where(mine, clock.add_business_days(day, days), due)
            uploaded = np.where(mine, rule.by_upload, uploaded)
        return due, uploaded


def _lines(*, strict: bool) -> tuple[Line, ...]:
    """The four lines; those of South-East Asia are `strict` and punish cancellations too."""
    tenth = Fraction(10, 100)
    return (
        Line(LATE_DISPATCH, True, Fraction(4, 100), Fraction(3, 100), 25, tenth, strict),
        Line(VALID_TRACKING, False, Fraction(95, 100), Fraction(9625, 10_000), 20),
        Line(SELLER_FAULT, True, Fraction(25, 1000), Fraction(1875, 100_000), 40,
             tenth if strict else None, strict),
        Line(ON_TIME, False, Fraction(80, 100), Fraction(85, 100), 10),
    )  # fmt: skip


_EVER = date(2000, 1, 1)

RULES = {
    "US": Rules(
        (
            Clock(_EVER, True, 2),
            Clock(date(2026, 1, 12), False, 4),
            Clock(date(2026, 1, 26), False, 2),
        ),
        _lines(strict=False),
        ("platform", "week"),
        enforced_from=date(2026, 4, 1),
    ),
    "GB": Rules(
        (Clock(_EVER, False, 2), Clock(date(2024, 11, 4), True, 2)),
        _lines(strict=False),
        ("platform", "week"),
    ),
    "VN": Rules(
        (Clock(_EVER, False, 1, cutoff=14 * 3600),),
        _lines(strict=True),
        ("due", "rolling_7d"),
        opening_points=0,
        roll_off_days=90,
    ),
}
"""Rules by market."""


def status_of(line: Line, numerator: int, denominator: int, enforcement: Fraction | None) -> str:
    """The status word, by exact comparison with the lines in force."""
    if denominator == 0:
        return "no_data"
    if denominator < line.least:
        return "insufficient_volume"
    rate = Fraction(numerator, denominator)

    def past(limit: Fraction) -> bool:
        return rate > limit or (line.is_strict and rate == limit)

    if not line.is_low:
        if rate < line.target:
            return "breach"
        return "approaching" if rate <= line.approaching else "ok"
    if enforcement is not None and past(enforcement):
        return "enforcement"
    if past(line.target):
        return "breach"
    return "approaching" if rate >= line.approaching else "ok"


def headroom_of(line: Line, numerator: int, denominator: int) -> int:
    """How many more defects leave the target unbroken; negative when it is broken."""
    if denominator == 0:
        return 0
    if not line.is_low:
        return (1 - line.target) * denominator // 1 - (denominator - numerator)
    most = line.target * denominator
    # A strict target is broken by the rate that equals it.
    return (-(-most // 1) - 1 if line.is_strict else most // 1) - numerator
