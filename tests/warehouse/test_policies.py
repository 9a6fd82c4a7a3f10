"""Which version holds when, how versions differ, and which rows must be verified again."""

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.errors import UsageError
from flows.warehouse.policies import (
    RULES,
    SEEDS,
    VERIFIED_DAYS,
    PolicyBook,
    Row,
    is_assumed,
    is_stale,
    known_version,
    stale_sentences,
)

BOOK = PolicyBook.load()
ROW: Row = {"source": "US page", "verified_on": date(2026, 1, 1)}


@pytest.mark.parametrize(
    ("market", "day", "version"),
    [
        ("US", date(2026, 1, 11), "US-2020"),
        ("US", date(2026, 1, 12), "US-2026-01-12"),
        ("US", date(2026, 1, 25), "US-2026-01-12"),
        ("US", date(2026, 1, 26), "US-2026-01-26"),
        ("US", date(2026, 4, 1), "US-2026-04-01"),
        ("GB", date(2024, 11, 3), "GB-2020"),
        ("GB", date(2024, 11, 4), "GB-2024-11-04"),
        ("VN", date(2026, 11, 22), "VN-2020"),
        ("NZ", date(2026, 11, 22), "US-2026-04-01"),  # without rules of its own
        ("US", date(1999, 12, 31), "US-2020"),  # before the first: the oldest that is known
    ],
)
def test_the_version_of_a_day(market: str, day: date, version: str) -> None:
    assert BOOK.in_force(market, day)["policy_version"] == version


@given(st.sampled_from(BOOK.markets), st.dates(date(2000, 1, 1), date(2028, 12, 31)))
def test_every_day_has_one_version(market: str, day: date) -> None:
    held = [
        row["policy_version"]
        for row in BOOK.history(market)
        if row["effective_from"] <= day and (row["effective_to"] or day) >= day
    ]
    assert held == [BOOK.in_force(market, day)["policy_version"]]


def test_every_version_has_its_rules() -> None:
    for version in BOOK.versions:
        for table in RULES:
            assert BOOK.rules(version, table), (version, table)
        carriers = BOOK.carriers(BOOK.market_of(version), date(2026, 11, 22))
        assert carriers and all(row["source"] and row["verified_on"] for row in carriers)


def test_an_unknown_version_names_the_known() -> None:
    known_version("VN-2020")
    with pytest.raises(UsageError, match=r"'XX-1'.*Known: US-2020, .*BR-as-US") as caught:
        known_version("XX-1")
    assert caught.value.exit_code == 2


def test_what_changed_in_january_2026() -> None:
    found = {change.name: change.sentence() for change in BOOK.changes("US-2020", "US-2026-01-12")}
    assert found["dispatch event"] == "dispatch event: carrier_first_scan, was tracking_uploaded"
    assert found["regular dispatch business days"] == "regular dispatch business days: 4, was 2"
    assert "source" not in str(found) and "verified" not in str(found)
    (change,) = BOOK.changes("US-2026-01-26", "US-2026-04-01")
    assert change.sentence() == "late dispatch rate enforcement: 0.1, was none"
    assert BOOK.changes("US-2020", "US-2020") == []


@given(st.sampled_from(BOOK.versions), st.sampled_from(BOOK.versions))
def test_differences_are_the_same_both_ways(one: str, other: str) -> None:
    there = {
        (change.name, repr(change.was), repr(change.now)) for change in BOOK.changes(one, other)
    }
    back = {
        (change.name, repr(change.now), repr(change.was)) for change in BOOK.changes(other, one)
    }
    assert there == back


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (ROW, False),
        ({**ROW, "is_assumed": False}, False),
        ({**ROW, "is_assumed": True}, True),
        ({**ROW, "source": "Assumed: the US rule."}, True),
        ({**ROW, "source": "The rules of Thailand are not entered yet"}, True),
        ({**ROW, "source": None}, False),
    ],
)
def test_a_stand_in_says_so(row: Row, expected: bool) -> None:
    assert is_assumed(row) is expected


def test_stand_ins_of_the_seeds() -> None:
    assert is_assumed(BOOK.version("TH-as-US"))
    assert not is_assumed(BOOK.version("US-2026-04-01"))
    assert not any(row["is_assumed"] for row in BOOK.rules("US-2026-04-01", "policy_lines"))
    lines = {row["metric"]: row["is_assumed"] for row in BOOK.rules("VN-2020", "policy_lines")}
    assert lines["late_dispatch_rate"] is False and lines["on_time_delivery_rate"] is True


def test_a_row_has_to_be_verified_every_ninety_days() -> None:
    last = ROW["verified_on"] + timedelta(days=VERIFIED_DAYS)
    assert not is_stale(ROW, last)
    assert is_stale(ROW, last + timedelta(days=1))
    assert is_stale({**ROW, "verified_on": None}, last)


def _book(folder: Path, table: str, change: pl.Expr) -> PolicyBook:
    """The book of a copy of the seeds in which one table is changed."""
    for path in SEEDS.glob("*"):
        (folder / path.name).write_bytes(path.read_bytes())
    frame = pl.read_csv(folder / f"{table}.csv", infer_schema=False)
    frame.with_columns(change).write_csv(folder / f"{table}.csv")
    return PolicyBook(folder)


def test_what_was_not_verified_is_named(tmp_path: Path) -> None:
    today = date(2026, 11, 22)
    assert stale_sentences(BOOK, "US-2026-04-01", today) == []
    late = pl.when(pl.col("metric") == "late_dispatch_rate").then(pl.lit("2026-08-01"))
    book = _book(tmp_path, "policy_lines", late.otherwise("verified_on").alias("verified_on"))
    assert stale_sentences(book, "US-2026-04-01", today) == [
        "US-2026-04-01: 1 of 4 lines: last verified 2026-08-01, more than 90 days ago"
    ]
    never = pl.lit(None, pl.String).alias("verified_on")
    assert "US-2020: the version itself: never verified" in stale_sentences(
        _book(tmp_path, "policy_versions", never), "US-2020", today
    )
