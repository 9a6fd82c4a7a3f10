"""Did each 3PL keep its promises?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flows.report.charts.rows import Span, spans
from flows.report.formats import MISSING, format_count, format_rate
from flows.report.model import Cell, Field, Page, Section, code, count, number, table_of
from flows.report.sentences.promises import (
    PROMISES,
    UNKNOWN_STOCK,
    UNREPORTED,
    no_cutoff_sentence,
    promises_sentence,
)

FEED = "third_party_logistics/shipments"
_TITLES = {
    "dispatch": "Hours from order received to parcel handed over",
    "receive": "Hours from return delivered to taken in",
    "grade": "Hours from return taken in to graded",
}
_KINDS = {
    "own": "The shop",
    "3pl": "3PL",
    "bonded": "Bonded",
    "supplier": "Supplier",
    "mcf": "MCF",
}
_SHOWN = 12


def promises(page: Page) -> Section | None:
    """Did each 3PL keep its promises? None in a warehouse without the mart."""
    marts = page.day.of.weekly
    if not marts.has("warehouse_promises"):
        return None
    section = Section("promises", "Did each 3PL keep its promises?", "Promises")
    rows = marts.promises
    by_promise = {name: [r for r in rows if r["promise"] == name] for name in PROMISES}
    if not rows:
        section.answers.append(
            f"Not judged: no warehouse says when it received and handed over. Add `{FEED}`."
        )
        return section
    section.answers.append(promises_sentence(by_promise["dispatch"]))
    without = [r["warehouse_id"] for r in by_promise["dispatch"] if r["order_cutoff"] is None]
    section.notes += filter(None, [no_cutoff_sentence(without)])
    for name, mine in by_promise.items():
        timed = [r for r in mine if r["p50_hours"] is not None]
        if timed:
            section.figures.append(
                spans(
                    page.ids,
                    f"{_TITLES[name]}, this week",
                    [_span(row) for row in timed[:_SHOWN]],
                    "Filled dot: half took no longer. Hollow dot: nine of ten took no longer. "
                    f"{_promise_words(mine)}",
                    percent=False,
                    are_dots=True,
                )
            )
    section.tables.append(
        table_of(
            "Promises of the week by warehouse, those of orders first, the least kept first.",
            _FIELDS,
            [row for name in PROMISES for row in by_promise[name]],
        )
    )
    if by_promise["receive"]:
        section.notes.append(UNREPORTED)
    if not by_promise["grade"]:
        section.notes.append(
            "Returns were not judged: no warehouse says what came back. Add "
            "`third_party_logistics/returns_received`."
        )
    section.notes.append(UNKNOWN_STOCK)
    section.downloads.append(page.download("promises.csv", "Promises by warehouse (CSV)"))
    return section


def _span(row: Mapping[str, Any]) -> Span:
    kept = MISSING if row["value"] is None else format_rate(row["value"])
    return Span(
        row["warehouse_id"],
        row["p50_hours"],
        row["p90_hours"],
        "",
        f"{row['p50_hours']:.1f}, {row['p90_hours']:.1f} h; n {row['done']:,}; kept {kept}",
    )


def _promise_words(rows: Sequence[Mapping[str, Any]]) -> str:
    days = rows[0]["business_days"]
    if days is not None:
        return f"Promised: within {days} business days, assumed as no file declares it."
    cutoffs = sorted({row["order_cutoff"] for row in rows if row["order_cutoff"]})
    if not cutoffs:
        return "No promise is declared."
    return (
        f"Promised: the same business day for what comes in before the cut-off "
        f"({', '.join(cutoffs)} local time), else the next."
    )


def _promised(row: Mapping[str, Any]) -> Cell:
    if row["business_days"] is not None:
        return Cell(f"{row['business_days']} business days (assumed)")
    if row["order_cutoff"] is None:
        return Cell("Nothing declared")
    return Cell(f"Same day before {row['order_cutoff']}")


def _kept(row: Mapping[str, Any], prefix: str) -> Cell:
    value, kept, due = (row[f"{prefix}{name}"] for name in ("value", "kept", "due"))
    if value is None:
        return Cell(MISSING)
    shown = f"{format_rate(value)} ({format_count(kept)} of {format_count(due)})"
    return Cell(shown, sort=f"{value:.6g}")


_FIELDS = [
    Field("Warehouse", lambda r: code(r["warehouse_id"])),
    Field("Run by", lambda r: Cell(_KINDS.get(r["kind"], MISSING))),
    Field("Promise", lambda r: Cell(PROMISES[r["promise"]][0])),
    Field("Within", _promised),
    Field("Kept", lambda r: _kept(r, ""), is_number=True),
    Field("4 weeks before", lambda r: _kept(r, "previous_"), is_number=True),
    Field("Done", lambda r: count(r["done"]), is_number=True),
    Field("p50 h", lambda r: number(r["p50_hours"]), is_number=True),
    Field("p90 h", lambda r: number(r["p90_hours"]), is_number=True),
]
