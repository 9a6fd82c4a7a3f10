"""The account health ledger against a second one, event by event and day by day in plain Python."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.warehouse.conftest import Models

FIRST = date(2025, 6, 1)
LAST_OFFSET = 320
CHAIN = (
    "int_account_health_events",
    "int_account_health_scores",
    "account_health_daily",
    "account_health_waterfall",
)


@dataclass(frozen=True)
class Rules:
    """What a market's policy says of account health."""

    opening: int
    roll_off_days: int
    sign: int  # of a violation
    highest: int | None  # nothing limits violation points
    zones: tuple[tuple[str, int, int], ...]  # name, least and greatest score
    milestones: tuple[tuple[int, int], ...]  # points, warning before; mildest first


US = Rules(
    200,
    180,
    -1,
    1000,
    (("green", 200, 1000), ("orange", 51, 199), ("red", 0, 50)),
    ((150, 10), (100, 10), (50, 10), (0, 10)),
)
VN = Rules(
    0,
    90,
    1,
    None,
    (("green", 0, 11), ("orange", 12, 47), ("red", 48, 10**6)),
    ((12, 5), (24, 5), (36, 5), (48, 5)),
)


@dataclass(frozen=True)
class Event:
    """A row of the log."""

    number: int
    day: int
    hour: int
    kind: str
    points: int | None
    score_after: int | None
    reason: str

    def row(self, shop: str) -> dict[str, object]:
        on = FIRST + timedelta(days=self.day)
        return {
            "shop_id": shop,
            "event_id": str(self.number),
            "recorded_at": datetime(on.year, on.month, on.day, self.hour),
            "recorded_on": on,
            "kind": self.kind,
            "points": self.points,
            "score_after": self.score_after,
            "reason": self.reason or None,
        }


class Ledger:
    """One shop's score on every day, counted anew from all events each time."""

    def __init__(self, rules: Rules, events: list[Event]) -> None:
        self.rules = rules
        self.events = events

    def change(self, event: Event) -> int:
        points = abs(event.points or 0)
        if event.kind == "snapshot":
            return 0
        return points * (self.rules.sign if event.kind == "violation" else -self.rules.sign)

    def total(self, seen_on: int, counted_on: int | None = None, not_after: Any = None) -> int:
        """Opening and what was recorded by a day and still counts on another."""
        counted_on = seen_on if counted_on is None else counted_on
        return self.rules.opening + sum(
            self.change(event)
            for event in self.events
            if event.day <= seen_on
            and counted_on < event.day + self.rules.roll_off_days
            and (not_after is None or self.order(event) <= not_after)
        )

    def score(self, day: int) -> int:
        return self.bounded(self.total(day))

    def bounded(self, total: int) -> int:
        highest = self.rules.highest
        return max(0, total if highest is None else min(highest, total))

    @staticmethod
    def order(event: Event) -> Any:
        return (event.day, event.hour, event.kind == "snapshot", str(event.number))

    def zone(self, score: int) -> str:
        return next(name for name, least, most in self.rules.zones if least <= score <= most)

    def is_reached(self, points: int, score: int) -> bool:
        return score >= points if self.rules.sign > 0 else score <= points

    def days_to_recover(self, day: int) -> int | None:
        score = self.score(day)
        missing = (score - self.rules.opening) * self.rules.sign
        if missing <= 0:
            return 0
        gained = sum(
            abs(e.points or 0) for e in self.events if e.kind == "gain" and day - 30 < e.day <= day
        )
        answers = [ceil(missing * 30 / gained)] if gained else []
        for ahead in range(1, self.rules.roll_off_days + 1):
            if (self.total(day, day + ahead) - self.rules.opening) * self.rules.sign <= 0:
                answers.append(ahead)
                break
        return min(answers, default=None)

    def row(self, day: int, is_first: bool) -> dict[str, Any]:
        score = self.score(day)
        today = [event for event in self.events if event.day == day]
        opening = self.rules.opening if is_first else self.score(day - 1)
        changes = {
            name: sum(self.change(event) for event in today if event.kind == kind)
            for name, kind in (("gained", "gain"), ("lost", "violation"), ("appealed", "appeal"))
        }
        rolled_off = -sum(
            self.change(e) for e in self.events if e.day + self.rules.roll_off_days == day
        )
        reached = [points for points, _ in self.rules.milestones if self.is_reached(points, score)]
        ahead = [pair for pair in self.rules.milestones if pair[0] not in reached]
        shown = [e for e in self.events if e.day <= day and e.score_after is not None]
        last = max(shown, key=self.order, default=None)
        platform_score = last.score_after if last else None
        difference = None
        if last is not None and platform_score is not None:
            stood_at = self.total(last.day, not_after=self.order(last))
            difference = platform_score - self.bounded(stood_at)
        return {
            "score": score,
            "opening": opening,
            **changes,
            "rolled_off": rolled_off,
            "clamped": score - opening - sum(changes.values()) - rolled_off,
            "zone": self.zone(score),
            "milestone": reached[-1] if reached else None,
            "next_milestone": ahead[0][0] if ahead else None,
            "points_to_next_milestone": abs(ahead[0][0] - score) if ahead else None,
            "is_near_milestone": bool(ahead) and abs(ahead[0][0] - score) <= ahead[0][1],
            "platform_score": platform_score,
            "platform_difference": difference,
            "days_to_recover": self.days_to_recover(day),
        }


EVENTS = st.lists(
    st.builds(
        lambda day, hour, kind, points, score, reason: (day, hour, kind, points, score, reason),
        st.integers(0, 250),
        st.integers(8, 12),
        st.sampled_from(["violation", "violation", "gain", "gain", "appeal", "snapshot"]),
        st.one_of(st.none(), st.integers(-90, 90), st.sampled_from([150, 200, 900])),
        st.one_of(st.none(), st.integers(0, 1000)),
        st.sampled_from(["Late dispatch", "Orders fulfilled", ""]),
    ),
    min_size=1,
    max_size=14,
).map(lambda rows: [Event(number, *row) for number, row in enumerate(rows)])


@settings(
    deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(EVENTS, EVENTS)
def test_the_ledger_is_the_one_counted_by_hand(
    models: Models, us: list[Event], vn: list[Event]
) -> None:
    days = [FIRST + timedelta(days=offset) for offset in (200, LAST_OFFSET)]
    models.fill(
        "inputs.as_of",
        [
            {"shop_id": shop, "as_of_on": day, "is_current": day == days[-1]}
            for shop in ("us", "vn")
            for day in days
        ],
    )
    models.fill(
        "lake.reference__account_health", [e.row("us") for e in us] + [e.row("vn") for e in vn]
    )
    models.run(*CHAIN)
    for shop, ledger in (("us", Ledger(US, us)), ("vn", Ledger(VN, vn))):
        first = min(event.day for event in ledger.events)
        expected = {
            FIRST + timedelta(days=day): ledger.row(day, day == first)
            for day in range(first, LAST_OFFSET + 1)
        }
        names = list(expected[FIRST + timedelta(days=first)])
        found = {
            row[0]: dict(zip(names, row[1:], strict=True))
            for row in models.connection.execute(
                f"select as_of_on, {', '.join(names)} from marts.account_health_daily "
                "where shop_id = ? order by 1",
                [shop],
            ).fetchall()
        }
        assert list(found) == list(expected)
        for day, row in expected.items():
            assert found[day] == row, day
    sums = models.connection.execute(
        "select count(*), count(*) filter (steps <> closing or closing <> score) from ("
        "select shop_id, as_of_on, sum(points) filter (kind <> 'closing') as steps, "
        "sum(points) filter (kind = 'closing') as closing from marts.account_health_waterfall "
        "group by all) join marts.account_health_daily using (shop_id, as_of_on)"
    ).fetchone()
    expected_days = sum(
        FIRST + timedelta(days=min(e.day for e in events)) <= day
        for events in (us, vn)
        for day in days
    )
    assert sums == (expected_days, 0)


def test_an_event_that_stands_twice_counts_once(models: Models) -> None:
    older = Event(1, 10, 8, "violation", -8, None, "Late dispatch")
    newer = Event(1, 12, 8, "violation", 6, None, "Late dispatch")
    models.fill("inputs.as_of", [{"shop_id": "us", "as_of_on": date(2025, 6, 20)}])
    models.fill("lake.reference__account_health", [older.row("us"), newer.row("us")])
    models.run(*CHAIN)
    assert models.connection.execute(
        "select as_of_on, score from marts.account_health_daily order by 1 limit 1"
    ).fetchall() == [(date(2025, 6, 13), 194)]


def test_a_shop_without_an_event_by_the_day_has_no_score(models: Models) -> None:
    models.fill("inputs.as_of", [{"shop_id": "us", "as_of_on": date(2025, 6, 10)}])
    models.fill("lake.reference__account_health", [Event(1, 10, 8, "gain", 3, None, "").row("us")])
    models.run(*CHAIN)
    assert models.connection.execute(
        "select (select count(*) from marts.account_health_daily), "
        "(select count(*) from marts.account_health_waterfall)"
    ).fetchone() == (0, 0)
