"""Which orders ship first, what they wait for, and which parcels stand there without a scan."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flows.report.charts.rows import Bar, bars
from flows.report.charts.svg import Figure
from flows.report.formats import (
    MISSING,
    format_clock,
    format_date,
    format_duration,
)
from flows.report.marts.day import LIST_LIMIT
from flows.report.marts.rules import SHOWN
from flows.report.model import (
    Cell,
    Column,
    Page,
    Row,
    Section,
    Table,
    code,
    count,
    list_caption,
    moment,
    words,
)
from flows.report.rule_words import WAITING_WORDS, words_of
from flows.report.sections.rates import lists_elsewhere
from flows.report.sections.shipping import anchor
from flows.report.sections.today import later_sentence, next_due_sentence
from flows.report.sentences.ahead import (
    auto_cancel_sentence,
    chance_words,
    unscanned_sentence,
    waiting_sentence,
)
from flows.report.sentences.rates import capital, overdue_sentence


def ship_first(page: Page) -> Section:
    """Which orders ship first?"""
    day = page.day
    section = Section("ship-first", "Which orders ship first?", "Ship first")
    if not day.has_lists:
        section.answers.append(lists_elsewhere(page))
        return section
    total = sum(bucket["orders"] for bucket in day.buckets.values())
    overdue = day.buckets["overdue"]["orders"]
    section.answers.append(overdue_sentence(overdue, day.as_of_on))
    section.answers.append(f"{next_due_sentence(page)} {later_sentence(page)}")
    waiting = _waiting_words(page)
    if waiting:
        section.answers.append(waiting)
    section.downloads = [
        page.download("overdue.csv", f"Overdue, {overdue:,} (CSV)"),
        page.download(
            "due_tomorrow.csv",
            f"Due {format_date(day.as_of_on + timedelta(days=1))}, "
            f"{day.buckets['due_tomorrow']['orders']:,} (CSV)",
        ),
        page.download("due_later.csv", f"Due later, {day.buckets['due_later']['orders']:,} (CSV)"),
    ]
    if not total:
        return section
    section.figures.append(_due_bars(page))
    if day.rules.waiting:
        section.tables.append(_waiting_table(page))
    section.tables.append(_order_table(page, total))
    unscanned = day.rules.prepared_unscanned
    if unscanned.height:
        section.tables.append(_unscanned_table(page))
        label = f"Prepared, not scanned, {unscanned.height:,} (CSV)"
        section.downloads.append(page.download("prepared_unscanned.csv", label))
    return section


def _waiting_words(page: Page) -> str:
    rules = page.day.rules
    total = sum(row["orders"] for row in rules.waiting)
    said = []
    if rules.waiting:
        first = rules.waiting[0]
        what = words_of(WAITING_WORDS, first["waiting_for"] or "unknown").lower()
        said.append(waiting_sentence(what, first["orders"], total))
    said += [
        unscanned_sentence(rules.prepared_unscanned.height),
        auto_cancel_sentence(rules.ages.get("past_auto_cancel", 0)),
    ]
    return " ".join(filter(None, said))


def _waiting_table(page: Page) -> Table:
    rows = [
        Row(
            [
                Cell(words_of(WAITING_WORDS, row["waiting_for"] or "unknown")),
                count(row["overdue"]),
                count(row["next"]),
                count(row["later"]),
                count(row["orders"]),
            ]
        )
        for row in page.day.rules.waiting
    ]
    tomorrow = format_date(page.day.as_of_on + timedelta(days=1))
    return Table(
        "What open orders wait for, most orders first.",
        [
            Column("Waits for"),
            Column("Overdue", True),
            Column(f"Due {tomorrow}", True),
            Column("Later", True),
            Column("All", True),
        ],
        rows,
    )


def _due_bars(page: Page) -> Figure:
    groups = page.day.open_by_due_day
    shown, rest = groups[:8], groups[8:]
    items = []
    for group in shown:
        name = "Overdue" if group["is_overdue"] else format_date(group["due_on"])
        if not group["is_overdue"] and group["due_on"] is None:
            name = "No deadline"
        token = "breach" if group["is_overdue"] else "s1"
        items.append(Bar(name, group["orders"], f"{group['orders']:,}", token))
    if rest:
        orders = sum(group["orders"] for group in rest)
        items.append(Bar("After that", orders, f"{orders:,}"))
    return bars(page.ids, "Open orders by due day", items, "")


def _order_table(page: Page, total: int) -> Table:
    has_clocks = page.day.rules.has("open_orders")
    orders = page.day.open_orders(LIST_LIMIT)
    return Table(
        list_caption("open order", orders.height, total, "the earliest deadline first"),
        [
            Column("Order"),
            Column("Due"),
            Column("Waits for" if has_clocks else "Why"),
            Column("Late by, or chance of it" if has_clocks else "Late by"),
            Column("Warehouse"),
            Column("Carrier"),
            Column("Last event"),
        ],
        [_order_row(page, row, has_clocks) for row in orders.iter_rows(named=True)],
    )


def _order_row(page: Page, row: dict[str, Any], has_clocks: bool) -> Row:
    due, zone = row["dispatch_due_at"], page.zone
    late = page.day.ends_at - due if row["is_overdue_open"] and due is not None else None
    event = (row["last_event_code"] or "").replace("_", " ")
    if row["last_event_at"] is not None:
        event = f"{event}, {format_clock(row['last_event_at'], zone)}"
    return Row(
        [
            code(row["order_id"]),
            moment(due, zone),
            _waits(row) if has_clocks else _why(row),
            _late(row, late, has_clocks),
            words(row["warehouse_name"] or row["warehouse_id"]),
            words(row["carrier_name"] or row["carrier"]),
            words(capital(event)),
        ],
        anchor("o", row["order_id"]),
    )


def _why(row: dict[str, Any]) -> Cell:
    kind = (row["order_type"] or "").replace("_", "-")
    why = f"{kind} order of {format_date(row['created_on'])}" if row["created_on"] else kind
    return Cell(capital(why))


def _waits(row: dict[str, Any]) -> Cell:
    kind = row["order_type"] or "regular"
    waits = words_of(WAITING_WORDS, row["waiting_for"] or "unknown")
    return Cell(waits if kind == "regular" else f"{waits} ({kind.replace('_', '-')})")


def _late(row: dict[str, Any], late: timedelta | None, has_clocks: bool) -> Cell:
    """By how much an order is late, else how likely it is to be; late orders sort above."""
    if late is not None:
        return Cell(format_duration(late), sort=str(int(late.total_seconds())))
    chance = chance_words(row["late_chance"], row["late_chance_orders"]) if has_clocks else ""
    return Cell(chance or MISSING, sort=f"{row['late_chance']:.4g}" if chance else "")


def _unscanned_table(page: Page) -> Table:
    parcels = page.day.rules.prepared_unscanned
    rows = [
        Row(
            [
                code(row["order_id"]),
                moment(row["prepared_at"], page.zone),
                Cell(_hours(row["unscanned_hours"]), sort=f"{row['unscanned_hours'] or 0:.6g}"),
                moment(row["dispatch_due_at"], page.zone),
                words(row["warehouse"]),
                words(row["carrier"]),
                code(row["tracking_number"]),
            ]
        )
        for row in parcels.head(SHOWN).iter_rows(named=True)
    ]
    return Table(
        list_caption(
            "prepared parcel without a scan",
            len(rows),
            parcels.height,
            "the earliest due first",
            "prepared parcels without a scan",
        ),
        [
            Column("Order"),
            Column("Prepared"),
            Column("Unscanned for", True),
            Column("Due"),
            Column("Warehouse"),
            Column("Carrier"),
            Column("Number"),
        ],
        rows,
    )


def _hours(hours: float | None) -> str:
    return MISSING if hours is None else format_duration(timedelta(hours=hours))
