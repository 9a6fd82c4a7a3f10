"""What a run leaves in Prefect for people: links to its report, its gates as a table."""

from __future__ import annotations

from datetime import date
from typing import Any, cast
from uuid import UUID

from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)

from flows.errors import describe
from flows.foreign_text import one_line
from flows.running import changes, estimate
from flows.running.run import Run


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


class Progress:
    """How much of a backfill is written and how long the rest takes: said, and as an artifact."""

    def __init__(self, run: Run) -> None:
        self._told = estimate.Progress(run.home, len(run.days), run.say)
        made = create_progress_artifact(
            progress=0.0,
            key="backfill-progress",
            description=f"{len(run.days)} days to look at and write",
        )
        self._id = cast("UUID", made)

    def step(self, day: date) -> None:
        """One more day is done."""
        said = self._told.step(day)
        update_progress_artifact(self._id, progress=100.0 * self._told.share, description=said)


def code(text: str) -> str:
    """Foreign text as code in Markdown, in which nothing is a link, a picture or markup."""
    inert = one_line(text).replace("`", "'")
    return f"`{inert}`"


def plain(text: str) -> str:
    """Foreign text for a table's cell, in which the page makes links."""
    return one_line(text).replace("](", "] (").replace("://", "[:]//")


def _summary(run: Run) -> str:
    lines = [f"Run `{run.run_id}`: {run.record.status}", ""]
    root = run.home.root
    lines += [f"- Report: [{path.relative_to(root)}]({path.as_uri()})" for path in run.reports]
    lines.append(f"- Warehouse: {code(str(run.warehouse))}")
    lines += [f"- Alert: {code(str(path.relative_to(root)))}" for path in run.alerts]
    lines += [
        f"- **Blocked**: shop {code(shop)} by {', '.join(gates)}"
        for shop, gates in sorted(run.blocked.items())
    ]
    if run.record.changes:
        lines += ["", "**What the numbers became**", ""]
        lines += [f"- {plain(text)}" for text in changes.lines(run.record.changes)]
        if run.record.changes["file"]:
            lines.append(f"- All of them: {code(run.record.changes['file'])}")
    return "\n".join(lines)
