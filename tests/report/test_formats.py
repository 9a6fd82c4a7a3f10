"""Numbers, times, money and spreadsheet cells."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest

from flows.foreign_text import in_cell
from flows.report.formats import (
    csv_id,
    day_end,
    format_clock,
    format_count,
    format_date,
    format_duration,
    format_line,
    format_moment,
    format_money,
    format_number,
    format_points,
    format_rate,
    iso_moment,
    plural,
    zone_label,
)
from flows.report.worklists.write import id_cell, moment_cell, text_cell

PT = "America/Los_Angeles"


@pytest.mark.parametrize(
    ("value", "lines", "text"),
    [
        (0.021, (), "2.1%"),
        (0.0, (0.04,), "0.0%"),
        (1.0, (0.95,), "100.0%"),
        (0.04, (0.04, 0.10), "4.0%"),
        (0.0404, (0.04, 0.10), "4.04%"),
        (0.0396, (0.04, 0.10), "3.96%"),
        (0.03999, (0.04,), "3.999%"),
        (0.1001, (0.04, 0.10), "10.01%"),
        (0.0251, (0.025,), "2.51%"),
        (0.94996, (0.95,), "94.996%"),
        (1.234, (), "123.4%"),
        (None, (0.04,), "–"),
    ],
)
def test_rate_never_rounds_onto_or_over_a_line(
    value: float | None, lines: tuple[float, ...], text: str
) -> None:
    assert format_rate(value, lines) == text


def test_rate_of_any_count_stays_on_its_side_of_the_target() -> None:
    for denominator in range(1, 400):
        for numerator in range(denominator // 25 - 2, denominator // 25 + 3):
            if numerator < 0:
                continue
            value = numerator / denominator
            shown = float(format_rate(value, (0.04,)).rstrip("%")) / 100
            assert (shown > 0.04 + 1e-9) == (numerator * 25 > denominator), (numerator, denominator)


def test_plain_numbers() -> None:
    assert format_count(1000) == "1,000"
    assert format_count(None) == "–"
    assert format_number(2.25) == "2.2"
    assert format_number(None) == "–"
    assert format_line(0.10) == "10%"
    assert format_line(0.025) == "2.5%"
    assert format_points(0.008) == "0.8 points"
    assert format_points(-0.01) == "1.0 points"
    assert plural(1, "order") == "1 order"
    assert plural(1200, "delivery", "deliveries") == "1,200 deliveries"


def test_money() -> None:
    assert format_money(Decimal("1204.40"), "USD") == "$1,204"
    assert format_money(Decimal("1204.50"), "THB") == "THB 1,205"
    assert format_money(-3, "USD") == "−$3"
    assert format_money(None, "USD") == "–"


def test_moments_are_on_the_shops_clock() -> None:
    due = datetime(2026, 11, 25, 7, 59, 59, 999000)
    assert format_moment(due, PT) == "Tue Nov 24, 23:59 PT"
    assert format_moment(due.replace(tzinfo=UTC), PT) == "Tue Nov 24, 23:59 PT"
    assert iso_moment(due, PT) == "2026-11-24T23:59:59-08:00"
    assert format_clock(datetime(2026, 11, 24, 7, 10), PT) == "Nov 23, 23:10"
    assert format_moment(None, PT) == "–"
    assert iso_moment(None, PT) == ""
    assert zone_label("Asia/Ho_Chi_Minh") == "UTC+7"
    assert zone_label("Asia/Kathmandu") == "UTC+5:45"
    assert zone_label("US/Eastern") == "ET"
    assert zone_label("Asia/Jakarta") == "WIB"


def test_day_end_follows_the_clock_changes() -> None:
    assert day_end(date(2026, 11, 23), PT) == datetime(2026, 11, 24, 8)
    assert day_end(date(2026, 3, 8), PT) == datetime(2026, 3, 9, 7)
    assert day_end(date(2026, 11, 1), PT) == datetime(2026, 11, 2, 8)


def test_dates_and_durations() -> None:
    assert format_date(date(2026, 11, 23), year=True) == "Mon Nov 23, 2026"
    assert format_date(date(2026, 11, 3), weekday=False) == "Nov 3"
    assert format_date(None) == "–"
    assert format_duration(timedelta(hours=2, minutes=10)) == "2 h 10 min"
    assert format_duration(timedelta(minutes=50)) == "50 min"
    assert format_duration(timedelta(hours=3)) == "3 h"
    assert format_duration(timedelta(days=1)) == "1 day"
    assert format_duration(timedelta(days=3, hours=4, minutes=5)) == "3 days 4 h"
    assert format_duration(timedelta(seconds=2)) == "under 1 min"
    assert format_duration(None) == "–"


CELLS = [
    "=1+1",
    "+1",
    "-1",
    "@x",
    "\tx",
    "\rx",
    "\nx",
    "＝1",
    "plain",
    "a=b",
    "'x",
    "5-6",
    "",
    None,
]
IDS = [
    "576461234567890012",
    "0123",
    "12E45",
    "12345",
    "=9",
    "1Z999",
    "A" * 20,
    "-123456789012",
    None,
]


def test_cells_are_safe_in_a_spreadsheet() -> None:
    for cell in CELLS:
        safe = in_cell(cell)
        assert safe[:1] not in {"=", "+", "-", "@", "\t", "\r", "\n", "＝"}
        assert safe in {cell or "", f"'{cell}"}
    assert csv_id("576461234567890012") == "576461234567890012\t"
    assert csv_id("0123") == "0123\t"
    assert csv_id("12E45") == "12E45\t"
    assert csv_id("12345") == "12345"
    assert csv_id("=9") == "'=9"


def test_columns_are_written_like_single_cells() -> None:
    texts = pl.DataFrame({"a": CELLS}).select(text_cell("a"))["a"].to_list()
    assert [text or "" for text in texts] == [in_cell(cell) for cell in CELLS]
    ids = pl.DataFrame({"a": IDS}).select(id_cell("a"))["a"].to_list()
    assert [text or "" for text in ids] == [csv_id(cell) for cell in IDS]
    stamps = [datetime(2026, 11, 25, 7, 59, 59), datetime(2026, 7, 1), None]
    cells = pl.DataFrame({"a": stamps}).select(moment_cell("a", PT))["a"].to_list()
    assert [cell or "" for cell in cells] == [iso_moment(stamp, PT) for stamp in stamps]
