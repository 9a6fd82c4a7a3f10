"""What a backfill changed of the numbers that were published: day, rate, old, new and why.

The ledger of restatements holds it; here it is read back for people, as a file and as a summary.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from flows.running.run import Run
from flows.warehouse.merge import MARTS
from flows.warehouse.restate import RESTATEMENTS

LISTED = 10
_BASES = {
    "platform": "as the platform counts",
    "due": "by due date",
    "projected": "with the overdue orders",
}
_ORDER = (
    "is_status_change desc, is_judged desc, size desc nulls first, "
    "shop_id, as_of_on, metric, basis, window_name"
)


def write(run: Run) -> None:
    """Stage `runs/<run_id>.changes.csv` and enter a summary into the run and its record.

    To be called once the build's ledgers are written. Without a change there is no file.
    """
    from flows.report.worklists.write import csv_frame

    days = tuple(run.needs_scope.days)
    frame = _read(run.build, run.run_id, run.needs_scope.shops, days)
    path = run.home.runs / f"{run.run_id}.changes.csv"
    if frame.height:
        columns = ["shop_id:id", *(c for c in frame.columns if c != "shop_id")]
        csv_frame(frame, columns, "UTC").write_csv(run.publication.path(path), include_bom=True)
        run.publication.replace_file(path)
    judged = frame.filter(pl.col("is_judged"))
    largest = (judged if judged.height else frame).head(LISTED)
    run.record.changes = {
        "numbers": frame.height,
        "days": frame.n_unique("as_of_on"),
        "judged_numbers": judged.height,
        "status_changes": judged.filter(pl.col("is_status_change")).height,
        "first_published": [day.isoformat() for day in days if _is_new(run, day)],
        "kept_editions": [],
        "file": str(path) if frame.height else None,
        "largest": largest.with_columns(pl.col("as_of_on").cast(pl.String)).to_dicts(),
    }


def lines(changes: dict[str, Any]) -> list[str]:
    """The summary for people, a sentence a line; the largest changes after it."""
    said = []
    first, kept = changes["first_published"], changes["kept_editions"]
    if first:
        said.append(f"{_days(len(first))} published for the first time.")
    if kept:
        said.append(f"{_days(len(kept))} with the same numbers: the report that is there stays.")
    if not changes["numbers"]:
        return [*said, "No number that was published changed."]
    said.append(
        f"{changes['numbers']:,} published numbers of {_days(changes['days'])} changed, "
        f"{changes['judged_numbers']:,} of them judged by the platform, "
        f"{changes['status_changes']:,} of these with another status."
    )
    return said + [in_words(row) for row in changes["largest"]]


def in_words(row: dict[str, Any]) -> str:
    """``2026-11-20 demo, late dispatch: 3.1% (31 of 1,000), on target -> 4.2% … (files: …)``."""
    from flows.report.sentences.rates import window_words
    from flows.report.vocabulary import METRICS, STATUSES

    sides = []
    for side in ("was", "is"):
        status = STATUSES.get(row[f"{side}_status"])
        said = f"{_rate(row[f'{side}_value'])} ({_count(row, side)})"
        sides.append(f"{said}, {status.word.lower()}" if status else said)
    why = f"{row['cause']}: {row['files']}" if row["files"] else row["cause"]
    metric = METRICS[row["metric"]].lower
    if not row["is_judged"]:
        # Not the number that people know the rate by: say which one it is.
        metric += f", {_BASES.get(row['basis'], row['basis'])} {window_words(row['window_name'])}"
    return f"{row['as_of_on']} {row['shop_id']}, {metric}: {' -> '.join(sides)} ({why})"


def _read(build: Path, run_id: str, shops: tuple[str, ...], days: tuple[date, ...]) -> pl.DataFrame:
    """Every number that this run changes, those of another status and the largest first."""
    from flows.report.marts.judged import judged_condition

    with duckdb.connect(str(build), read_only=True) as connection:
        marked = " union all ".join(
            "select shop_id, as_of_on, metric, basis, window_name, "
            f"coalesce({judged_condition(connection, shop)}, false) as is_judged "
            f"from {MARTS}.kpi_daily where shop_id = '{shop.replace(chr(39), chr(39) * 2)}'"
            for shop in shops
        )
        return pl.DataFrame(
            connection.sql(
                f"with marked as ({marked}) select shop_id, as_of_on, metric, basis, window_name, "
                "coalesce(is_judged, false) as is_judged, as_of_on in (select unnest($days)) "
                "as is_asked_for, "
                "was_numerator, was_denominator, was_value, was_status, is_numerator, "
                "is_denominator, is_value, is_status, is_value - was_value as change, "
                "abs(is_value - was_value) as size, "
                "was_status is distinct from is_status as is_status_change, cause, files "
                f"from {MARTS}.{RESTATEMENTS} left join marked "
                "using (shop_id, as_of_on, metric, basis, window_name) "
                f"where run_id = $run order by {_ORDER}",
                params={"run": run_id, "days": list(days)},
            )
        ).drop("size")


def _is_new(run: Run, day: date) -> bool:
    """Whether no shop of the run had the day published; that one shop joins is no first time."""
    return all(
        shop not in run.state.shops or day.isoformat() not in run.state.shops[shop].days
        for shop in run.needs_scope.shops
    )


def _rate(value: float | None) -> str:
    from flows.report.formats import format_rate

    return format_rate(value)


def _count(row: dict[str, Any], side: str) -> str:
    if row[f"{side}_denominator"] is None:
        return "no row"
    return f"{row[f'{side}_numerator']:,} of {row[f'{side}_denominator']:,}"


def _days(count: int) -> str:
    return f"{count:,} day{'' if count == 1 else 's'}"
