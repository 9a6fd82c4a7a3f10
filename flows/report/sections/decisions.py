"""What people decided about the data that a page rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flows.report.formats import format_date, plural
from flows.report.marts.decisions import decisions, withdrawn_files
from flows.report.model import Cell, Column, Page, Row, Table, code, moment, words

_SHOWN = 20
_NAMED = 3
_WORDS = {
    "withdraw": "File withdrawn",
    "restore": "File restored",
    "accept": "Failed check accepted",
    "revoke": "Acceptance taken back",
    "rollback": "Publication rolled back",
    "forget": "Buyer forgotten",
}


def decision_words(page: Page) -> list[str]:
    """Withdrawn files, checks that were published over, the newest roll-back; a sentence each."""
    day = page.day
    found = accepted_words(page.context.gates_of(day.shop.shop_id))
    out = withdrawn_files(day)
    if out:
        named = ", ".join(f"`{file}`" for file in out[:_NAMED])
        more = f" and {len(out) - _NAMED:,} more" if len(out) > _NAMED else ""
        verb = "is" if len(out) == 1 else "are"
        found.append(
            f"{plural(len(out), 'file')} {verb} withdrawn and in no number: {named}{more}."
        )
    back = [row for row in decisions(day) if row["action"] == "rollback"]
    if back:
        newest = back[0]
        found.append(
            f"The publication was last rolled back on {format_date(newest['made_at'].date())} "
            f"by {newest['made_by']}: {newest['reason']}."
        )
    return found


def accepted_words(gates: list[Mapping[str, Any]]) -> list[str]:
    """The failed checks that the numbers were published over; empty where there is none."""
    over = [gate for gate in gates if gate.get("accepted")]
    if not over:
        return []
    counted = "a failed check" if len(over) == 1 else f"{len(over)} failed checks"
    said = "; ".join(dict.fromkeys(str(gate["accepted"]) for gate in over))
    return [f"Published over {counted}, {said}."]


def decisions_table(page: Page) -> list[Table]:
    """Every decision about the shop, the newest first."""
    made = decisions(page.day)
    if not made:
        return []
    rows = [
        Row(
            [
                moment(row["made_at"], page.zone),
                Cell(_WORDS.get(row["action"], str(row["action"]).capitalize())),
                code(row["subject"]),
                words(row["reason"]),
                words(row["made_by"]),
            ]
        )
        for row in made[:_SHOWN]
    ]
    caption = f"{plural(len(made), 'decision')} about the data, the newest first"
    return [
        Table(
            f"{caption}; `marts.interventions` holds all."
            if len(rows) < len(made)
            else f"{caption}.",
            [Column("When"), Column("What"), Column("About"), Column("Why"), Column("By")],
            rows,
        )
    ]
