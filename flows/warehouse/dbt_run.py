"""The build: dbt, in this process, on one DuckDB file."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from flows.errors import StageError
from flows.paths import DBT_DIR
from flows.warehouse.database import connect
from flows.warehouse.dbt_manifest import parsed

if TYPE_CHECKING:
    from dbt.artifacts.schemas.run import RunResult
    from dbt.cli.main import dbtRunnerResult
    from dbt.contracts.graph.manifest import Manifest

_THREADS = "2"


class DbtFailed(StageError):
    """A model or a seed did not build; `model` names it."""

    def __init__(self, model: str, message: str, log: Path) -> None:
        super().__init__(f"The build failed at {model}: {message}", f"The whole log is {log}.")
        self.model = model


def build(database: Path, target: Path, scratch: Path, models: Sequence[str] = ()) -> None:
    """Build seeds and models into `database`, whose schemas `lake` and `inputs` are filled.

    target: a folder that lives on between runs, for dbt's partial parsing and its log. scratch:
    where DuckDB may spill to. models: with what they read, all that is built; empty for everything.
    The compiled SQL of the models that are written in it is left in the table `inputs.models`
    (name, schema_name, query), so that a mart can be computed again for another day without dbt.
    Raises `DbtFailed`.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    target.mkdir(parents=True, exist_ok=True)
    always = [
        "--quiet",
        "--no-print",
        "--no-use-colors",
        # Nobody reads the manifest: what the next build needs is in the kept parse.
        "--no-write-json",
        "--log-level",
        "none",
        "--log-level-file",
        "info",
        "--log-path",
        str(target),
    ]
    places = ["--project-dir", DBT_DIR, "--profiles-dir", DBT_DIR, "--target-path", target]
    arguments = ["build", "--resource-type", "seed", "--resource-type", "model"]
    arguments += ["--fail-fast", "--threads", _THREADS]
    if models:
        arguments += ["--select", *(f"+{model}" for model in models)]

    def invoke(command: Sequence[str], manifest: Manifest | None = None) -> dbtRunnerResult:
        return dbtRunner(manifest).invoke([*always, *command, *map(str, places)])

    environment = {
        "GREENZONE_BUILD_DB": str(database),
        "GREENZONE_TEMP_DIRECTORY": str(scratch / "duckdb"),
    }
    try:
        with _environment(environment), _stdout_to_stderr(), _ended_as_by_ctrl_c():
            outcome = invoke(arguments, parsed(database, target, invoke))
    finally:
        DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    if isinstance(outcome.exception, KeyboardInterrupt):
        raise outcome.exception
    log = target / "dbt.log"
    results: list[RunResult] = list(getattr(outcome.result, "results", None) or [])
    for result in results:
        if result.status not in ("success", "skipped"):
            raise DbtFailed(result.node.name, _one_line(result.message), log)
    if not outcome.success:
        raise DbtFailed("dbt itself", _one_line(str(outcome.exception or "see the log")), log)
    _keep_queries(database, results, scratch)


def _keep_queries(database: Path, results: list[RunResult], scratch: Path) -> None:
    rows: list[tuple[Any, ...]] = []
    for result in results:
        node = result.node
        query = getattr(node, "compiled_code", None)
        # What a model computes in Python holds for the day of its build alone.
        if (
            str(node.resource_type) == "model"
            and query
            and getattr(node, "language", None) == "sql"
        ):
            rows.append((node.name, node.schema, query))
    with connect(database, scratch) as connection:
        connection.execute(
            "create or replace table inputs.models (name varchar, schema_name varchar, "
            "query varchar)"
        )
        if rows:
            connection.executemany("insert into inputs.models values (?, ?, ?)", rows)


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = {key: os.environ.get(key) for key in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for key, value in before.items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value


@contextmanager
def _ended_as_by_ctrl_c() -> Iterator[None]:
    """Let SIGTERM reach dbt as Ctrl-C, which alone makes it cancel its queries.

    Once dbt has ended, by itself or not, the signal goes on to whoever handled it before.
    """
    received: list[int] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        del frame
        received.append(number)
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
        if received:
            os.kill(os.getpid(), received[0])


@contextmanager
def _stdout_to_stderr() -> Iterator[None]:
    """Standard output belongs to the command's own result; dbt writes to it now and then."""
    before = sys.stdout
    sys.stdout = sys.stderr
    try:
        yield
    finally:
        sys.stdout = before


def _one_line(message: str | None) -> str:
    lines = [line.strip() for line in (message or "no message").splitlines() if line.strip()]
    return " ".join(lines)[:600]
