"""What a run leaves in Prefect for people: links to its report, its gates as a table."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote
from uuid import UUID

from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)

from flows.commands.pulse import lines
from flows.errors import describe
from flows.foreign_text import one_line
from flows.home.layout import Home
from flows.progress import say
from flows.running import changes, estimate
from flows.running.run import Run

SERVED_VARIABLE = "GREENZONE_HOME_URL"
"""Where a web server of yours shows the home folder: links of artifacts then open anywhere."""


def leave(run: Run) -> None:
    """Create the run's markdown artifact (links) and table artifact (gate results).

    The run is published by now: a server that does not take them is said to, and no more.
    """
    try:
        _leave(run)
    except Exception as error:  # whatever ails the server, the publication stands
        run.say(f"Warning: Prefect did not take the links to what is published: {describe(error)}")


def _leave(run: Run) -> None:
    command = run.request.command
    create_markdown_artifact(key=f"{command}-report", markdown=_summary(run))
    rows: list[dict[str, Any]] = [
        {
            "gate": result.gate,
            "table": result.table,
            "expectation": result.name,
            "severity": result.severity,
            "passed": result.passed,
            "shops": plain(", ".join(result.failing_shops)),
            "observed": plain(result.observed),
        }
        for gate in run.gates
        for result in gate.results
    ]
    if rows:
        create_table_artifact(
            key=f"{command}-gates", table=rows, description=f"Gate results of run {run.run_id}"
        )


def leave_pulse(home: Home, found: Mapping[str, Any]) -> None:
    """Create the markdown artifact of a look at the open orders: its lines, links to its files."""
    said = [code(line) + "  " for shop in found["shops"] for line in lines(shop)]
    files = [Path(shop[kind]) for shop in found["shops"] for kind in ("csv", "json")]
    text = "\n".join([*said, "", *(f"- {_link(home, path)}" for path in files)])
    try:
        create_markdown_artifact(key="pulse", markdown=text)
    except Exception as error:  # the files are written: the look is done
        say(f"Warning: Prefect did not take the links to the files: {describe(error)}")


class Progress:
    """How much of a backfill is written and how long the rest takes: said, and as an artifact."""

    def __init__(self, run: Run) -> None:
        self._say = run.say
        self._told = estimate.Progress(run.home, len(run.days), run.say)
        self._id: UUID | None = None
        try:
            made = create_progress_artifact(
                progress=0.0,
                key="backfill-progress",
                description=f"{len(run.days)} days to look at and write",
            )
            self._id = cast("UUID", made)
        except Exception as error:  # whatever ails the server, the days are written
            self._give_up(error)

    def step(self, day: date) -> None:
        """One more day is done."""
        said = self._told.step(day)
        if self._id is None:
            return
        try:
            update_progress_artifact(self._id, progress=100.0 * self._told.share, description=said)
        except Exception as error:  # the same
            self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        """From here on the progress is only said: a server that is away is not asked each day."""
        self._id = None
        self._say(f"Warning: Prefect did not take how far the backfill is: {describe(error)}")


def code(text: str) -> str:
    """Foreign text as code in Markdown, in which nothing is a link, a picture or markup."""
    inert = one_line(text).replace("`", "'")
    return f"`{inert}`"


def code_free(text: str) -> str:
    """Foreign text as the words of a link, which nothing in it ends."""
    return one_line(text).replace("[", "(").replace("]", ")").replace("`", "'")


def plain(text: str) -> str:
    """Foreign text for a table's cell, in which the page makes links."""
    return one_line(text).replace("](", "] (").replace("://", "[:]//")


def _summary(run: Run) -> str:
    said = [f"Run `{run.run_id}`: {run.record.status}", ""]
    root = run.home.root
    said += [f"- Report: {_link(run.home, path)}" for path in run.reports]
    said.append(f"- Warehouse: {code(str(run.warehouse))}")
    said += [f"- Alert: {code(str(path.relative_to(root)))}" for path in run.alerts]
    said += [
        f"- **Blocked**: shop {code(shop)} by {', '.join(gates)}"
        for shop, gates in sorted(run.blocked.items())
    ]
    if run.record.changes:
        said += ["", "**What the numbers became**", ""]
        said += [f"- {plain(text)}" for text in changes.lines(run.record.changes)]
        if run.record.changes["file"]:
            said.append(f"- All of them: {code(run.record.changes['file'])}")
    return "\n".join(said)


def _link(home: Home, path: Path) -> str:
    """A link to a file of the home folder: where it is served from, else on this machine alone."""
    inside = path.relative_to(home.root).as_posix()
    served = os.environ.get(SERVED_VARIABLE, "").strip().rstrip("/")
    address = f"{served}/{quote(inside)}" if served else path.as_uri()
    return f"[{code_free(inside)}]({address})"
