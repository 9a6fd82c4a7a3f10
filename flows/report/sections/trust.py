"""Can these numbers be trusted?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flows.report.formats import format_count, format_date, plural
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
    words,
)
from flows.report.sections.decisions import decision_words, decisions_table
from flows.report.sections.restated import (
    edition_words,
    editions_link,
    restated_table,
    restated_words,
    rule_words,
)
from flows.report.sentences.rates import incomplete_sentence

_FILES_SHOWN = 100
_TALLY = [
    Column("Read", True),
    Column("Accepted", True),
    Column("Quarantined", True),
    Column("Skipped", True),
    Column("Adds up"),
]
DEFAULTS_NOTE = (
    "This shop is not declared, so defaults stand: market {market}, time zone {zone}, currency "
    "{currency}. Add `reference/shops`."
)


def defaults_note(page: Page) -> str:
    """Which defaults stand in for an undeclared shop; empty for a declared one."""
    shop = page.day.shop
    if shop.is_declared:
        return ""
    return DEFAULTS_NOTE.format(market=shop.market, zone=shop.timezone, currency=shop.currency)


def built_sentence(page: Page) -> str:
    """Says so where the marts hold only the rates of this day; else empty."""
    if page.day.is_built or not page.day.headline:
        return ""
    return (
        "Only the rates of this day are held: rebuild it with "
        f"`greenzone daily --date {page.day.as_of_on.isoformat()}` for the rest."
    )


def reach_sentence(page: Page) -> str:
    """How far the data reach, where they are short of the day's end; else empty."""
    known = [row["known_through_at"] for row in page.day.headline if not row["is_complete"]]
    if not known:
        return ""
    stamps = [stamp for stamp in known if stamp is not None]
    least = min(stamps) if len(stamps) == len(known) else None
    return incomplete_sentence(least, page.day.ends_at, page.zone)


def trust(page: Page) -> Section:
    """Can these numbers be trusted?"""
    day = page.day
    section = Section("trust", "Can these numbers be trusted?", "Trust")
    section.downloads = [page.download("row_accounting.csv", "Every file (CSV)")]
    gates = page.context.gates_of(day.shop.shop_id)
    failed = [gate for gate in gates if not gate["passed"]]
    reach = reach_sentence(page)
    if day.headline:
        section.answers.append(reach or "The data reach the end of the day.")
    else:
        section.answers.append("No order is known, so there is no number to trust.")
    section.answers.append(
        "No data check ran."
        if not gates
        else f"{len(gates) - len(failed):,} of {plural(len(gates), 'data check')} passed."
    )
    section.answers += page.not_judged()
    if day.refused_files:
        verb = "was" if day.refused_files == 1 else "were"
        section.answers.append(
            f"{plural(day.refused_files, 'file')} {verb} refused and not read; each is listed "
            "with the mend in the quarantine folder."
        )
    section.answers += decision_words(page)
    said = (edition_words(page), restated_words(page), *rule_words(page))
    section.answers += [text for text in said if text]
    section.downloads += editions_link(page)
    section.tables += restated_table(page)
    if day.rules.restatements.height:
        section.downloads.append(page.download("restatements.csv", "Restated numbers (CSV)"))
    section.tables += _accounting(page)
    if gates:
        section.tables.append(_gates(gates))
    section.tables += decisions_table(page)
    if day.freshness:
        section.tables.append(_freshness(day.freshness))
    if day.issues:
        section.tables.append(_issues(day.issues))
    return section


def _tally(row: dict[str, Any]) -> list[Cell]:
    parts = [row["rows_accepted"], row["rows_quarantined"], row["rows_skipped"]]
    known = row["rows_read"] is not None and None not in parts
    whole = "Yes" if known and row["rows_read"] == sum(parts) else ("No" if known else "–")
    return [count(row["rows_read"]), *(count(part) for part in parts), Cell(whole)]


def _accounting(page: Page) -> list[Table]:
    tables = []
    feeds = page.day.feeds
    if feeds:
        tables.append(
            Table(
                f"Rows by feed, {plural(sum(row['files'] for row in feeds), 'file')} in all.",
                [Column("Feed"), Column("Files", True), *_TALLY],
                [Row([code(row["feed"]), count(row["files"]), *_tally(row)]) for row in feeds],
            )
        )
    # Not by this run's id: a run that was interrupted may have read what this one publishes.
    published = page.context.published_run.get(page.day.shop.shop_id, "")
    shown = page.day.files(
        "(run_id > $published or (status = 'refused' and is_present) or status = 'withdrawn' "
        "or rows_quarantined > 0)",
        _FILES_SHOWN,
        published=published,
    )
    if shown.height:
        rows = [
            Row(
                [
                    code(row["file"]),
                    Cell(str(row["status"]).capitalize()),
                    code(row["feed"]),
                    *_tally(row),
                ]
            )
            for row in shown.iter_rows(named=True)
        ]
        tables.append(
            Table(
                f"{plural(len(rows), 'file')} read since the last publication or with trouble, "
                "refused first" + ("; the CSV holds all." if len(rows) == _FILES_SHOWN else "."),
                [Column("File"), Column("State"), Column("Feed"), *_TALLY],
                rows,
            )
        )
    return tables


def _gates(gates: list[Any]) -> Table:
    # What failed is shown whatever its number; of what passed a few are enough.
    failed = sum(not gate["passed"] for gate in gates)
    shown = gates[: max(failed, SHOWN)]
    rows = [
        Row(
            [
                words(str(gate["expectation"])),
                words(str(gate["gate"])),
                Cell(str(gate["severity"]).capitalize()),
                Cell(_verdict(gate)),
                words("; ".join(filter(None, (gate["observed"], gate.get("accepted"))))),
            ]
        )
        for gate in shown
    ]
    whole = plural(len(gates), "data check")
    caption = f"{whole}, failed first."
    if len(rows) < len(gates):
        caption = f"The first {len(rows)} of {whole}, failed first; report.json holds all."
    return Table(
        caption,
        [
            Column("Check"),
            Column("Gate"),
            Column("Severity"),
            Column("Result"),
            Column("Observed"),
        ],
        rows,
    )


def _verdict(gate: Mapping[str, Any]) -> str:
    if gate["passed"]:
        return "Passed"
    return "Failed, accepted" if gate.get("accepted") else "Failed"


def _freshness(feeds: list[dict[str, Any]]) -> Table:
    def newest(row: dict[str, Any]) -> Cell:
        day = row["newest_on"]
        return Cell(format_date(day, year=True), sort=day.isoformat() if day else "")

    rows = [
        Row([code(row["feed"]), count(row["files"]), count(row["rows"]), newest(row)])
        for row in feeds
    ]
    return Table(
        "How far each feed reaches, the oldest first.",
        [Column("Feed"), Column("Files", True), Column("Rows", True), Column("Newest day")],
        rows,
    )


def _issues(issues: list[dict[str, Any]]) -> Table:
    rows = [
        Row(
            [
                Cell(str(row["issue"]).replace("_", " ").capitalize()),
                words(row["subject"]),
                Cell(format_count(row["rows"]), sort=str(row["rows"] or "")),
                words(row["mend"]),
            ]
        )
        for row in issues[:200]
    ]
    return Table(
        f"{plural(len(issues), 'data-quality issue')}, most rows first.",
        [Column("Issue"), Column("What"), Column("Rows", True), Column("Mend")],
        rows,
    )
