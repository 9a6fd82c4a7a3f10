"""Which marts each section of a report reads, found out by letting it read.

`python -m tests.documentation.sections --write` renders both reports from the hand-made marts of
`tests/report/` and writes what it saw into `flows/documentation/sections.yaml`, from which the
lineage in `docs/` is made. Each section gets a page of its own, since a page keeps what another
section has read already.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, cast
from unittest.mock import patch

import duckdb
import yaml

from flows.documentation.models import load_marts
from flows.documentation.sections import FIRST_SCREEN, SECTIONS_FILE, WORKLISTS
from flows.generated import command
from flows.report import daily as daily_report
from flows.report import render
from flows.report import weekly as weekly_report
from flows.report.charts import drawing
from flows.report.marts.day import ShopDay
from flows.report.model import Page, Section
from flows.report.worklists.write import write_worklists
from tests.report.conftest import DEMO, SUNDAY, context, daily, weekly
from tests.report.marts_fixture import DAY, add_shop, create
from tests.report.rules_fixture import add_rules, create_rules
from tests.report.subjects_fixture import add_subjects

_READ = re.compile(r"\bmarts\.(\w+)")
_TYPES = {"text": "varchar", "integer": "bigint", "number": "double"}
_NO_PICTURE = '<svg width="1" height="1" viewBox="0 0 1 1"></svg>'
_NOTICE = (
    "# What each section of the reports reads. Written by\n"
    "# `python -m tests.documentation.sections --write`, which watches them; do not edit.\n"
)


@dataclass
class _Connection:
    """A connection that remembers which marts were asked for."""

    real: duckdb.DuckDBPyConnection
    marts: set[str] = field(default_factory=set)

    def sql(self, text: str, **named: Any) -> Any:
        self.marts.update(_READ.findall(text))
        return self.real.sql(text, **named)

    def execute(self, text: str, *given: Any) -> Any:
        self.marts.update(_READ.findall(text))
        return self.real.execute(text, *given)


@dataclass
class Seen:
    """A section of one kind of report: its question, the marts it read, the files it leads to."""

    question: str
    marts: list[str]
    files: list[str]


def _apart(day: ShopDay) -> tuple[ShopDay, _Connection]:
    """The same day with nothing read yet."""
    watched = _Connection(day.connection)
    return replace(day, connection=cast("duckdb.DuckDBPyConnection", watched)), watched


@contextmanager
def _watched(report: ModuleType, found: dict[str, Seen]) -> Iterator[None]:
    """Every section that a report builds meanwhile is put into `found`."""

    def watch(build: Callable[..., Any]) -> Callable[..., Any]:
        def built(page: Page, *given: Any, **named: Any) -> Any:
            apart, watched = _apart(page.day)
            made = build(replace(page, day=apart), *given, **named)
            if isinstance(made, Section):
                files = dict.fromkeys(item.href for item in made.downloads)
                found[made.anchor] = Seen(made.question, sorted(watched.marts), list(files))
            else:
                first = found[FIRST_SCREEN]
                first.marts = sorted({*first.marts, *watched.marts})
            return made

        return built

    builders: dict[str, Any] = {
        name: watch(item)
        for name, item in vars(report).items()
        if callable(item)
        and getattr(item, "__module__", "").startswith("flows.report.sections")
        and not isinstance(item, type)
    }

    def listed(day: ShopDay, *given: Any, **named: Any) -> list[Path]:
        apart, watched = _apart(day)
        written = write_worklists(apart, *given, **named)
        found[WORKLISTS] = Seen("", sorted(watched.marts), [path.name for path in written])
        return written

    found[FIRST_SCREEN] = Seen("", [], [])
    with (
        patch.multiple(report, **builders),
        patch.object(render, "write_worklists", listed),
        patch.object(drawing, "_draw", lambda *_: _NO_PICTURE),  # half of the time is spent there
    ):
        yield


def _warehouse(folder: Path, *, is_weekly: bool) -> Path:
    folder.mkdir()
    path = folder / "greenzone.duckdb"
    day = SUNDAY if is_weekly else DAY
    with create(path) as connection:
        add_shop(connection, "demo", day=day)
        create_rules(connection)
        add_rules(connection, "demo")
        add_subjects(connection, "demo", day=day)
        _complete(connection)
    return path


def _complete(connection: duckdb.DuckDBPyConnection) -> None:
    """Give the warehouse the marts that were not made by hand, without rows."""
    held = {
        name
        for (name,) in connection.execute(
            "select table_name from information_schema.tables where table_schema = 'marts'"
        ).fetchall()
    }
    for mart in load_marts():
        if mart.name not in held:
            columns = ", ".join(
                f'"{column.name}" {_TYPES.get(column.type, column.type)}' for column in mart.columns
            )
            connection.execute(f"create table marts.{mart.name} ({columns})")


@cache
def sections() -> Mapping[str, Mapping[str, Seen]]:
    """What each section read, by kind of report and anchor, in the order of the page."""
    found: dict[str, dict[str, Seen]] = {"daily": {}, "weekly": {}}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        with _watched(daily_report, found["daily"]):
            daily(folder / "d", _warehouse(folder / "dw", is_weekly=False), context(DEMO))
        with _watched(weekly_report, found["weekly"]):
            told = context(DEMO, day=SUNDAY)
            weekly(folder / "w", _warehouse(folder / "ww", is_weekly=True), told)
    return found


def generated() -> dict[Path, str]:
    """Path and text of the file."""
    data = {
        kind: {
            anchor: {"question": seen.question, "marts": seen.marts, "files": seen.files}
            for anchor, seen in by_anchor.items()
        }
        for kind, by_anchor in sections().items()
    }
    text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=96)
    return {SECTIONS_FILE: _NOTICE + text}


def main(arguments: list[str] | None = None) -> int:
    """The command; returns its exit code."""
    return command(
        "python -m tests.documentation.sections",
        "What each section of the reports reads.",
        generated,
        (),
        arguments,
    )


if __name__ == "__main__":
    sys.exit(main())
