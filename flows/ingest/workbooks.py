"""Excel workbooks, read in a process of their own.

A workbook of a few kilobytes may say that it has a million rows of sixteen thousand cells, or one
text in every cell of them; a library in native code that asks for the memory then ends the process
that it runs in. So it runs in one that may end: with bounds on memory and time, and kept for the
next workbook while all goes well.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
from pathlib import Path
from threading import Lock
from typing import Any

import polars as pl

from flows.contracts import contract, map_headers
from flows.ingest.reasons import Refusal
from flows.ingest.tables import FrameSource

_ROOT = Path(__file__).parents[2]
_BEYOND = Refusal(
    "The workbook takes more memory or time than is given to one.",
    "Delete what stands far below or right of its table, or export it as CSV.",
)


class _Worker:
    """The process that reads workbooks, one at a time; started when the first one is to be read."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, question: dict[str, str]) -> dict[str, Any] | None:
        """The answer, or None when the process has ended over the question."""
        with self._lock:
            process = self._process
            if process is None or process.poll() is not None:
                self._end()
                process = self._start()
            assert process.stdin is not None and process.stdout is not None
            try:
                process.stdin.write(json.dumps(question).encode() + b"\n")
                process.stdin.flush()
                line = process.stdout.readline()
            except BrokenPipeError:
                line = b""
            if not line.endswith(b"\n"):
                self._end()
                return None
            answer: dict[str, Any] = json.loads(line)
            return answer

    def close(self) -> None:
        """End the process, if it runs."""
        with self._lock:
            self._end()

    def _start(self) -> subprocess.Popen[bytes]:
        paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "flows.ingest.workbook_reader"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # What a native library says when it ends may hold cells, and mends nothing.
            stderr=subprocess.DEVNULL,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(paths),
                "POLARS_MAX_THREADS": "1",
                "RUST_BACKTRACE": "0",
            },
        )
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue
        process.wait()


_worker = _Worker()
atexit.register(_worker.close)


def close_workbooks() -> None:
    """End the process that reads workbooks, if there is one; the next workbook starts another."""
    _worker.close()


def open_workbook(path: Path, scratch: Path) -> FrameSource:
    """The one sheet of a workbook that is an export. Raises `Refusal`.

    `scratch`: a path for the cells on their way from one process to the other; removed here.
    """
    try:
        answer = _worker.ask({"path": str(path), "target": str(scratch)})
        if answer is None:
            raise Refusal(_BEYOND.reason, _BEYOND.mend)
        if "error" in answer:
            raise OSError(*answer["error"])
        if "reason" in answer:
            raise Refusal(answer["reason"], answer["mend"])
        table = pl.read_ipc(scratch)
    finally:
        scratch.unlink(missing_ok=True)
    found = contract(answer["feed"])
    header, row = tuple(answer["header"]), answer["header_row"]
    positions = map_headers(found, header)
    cells = table.select(table.columns[i] for i in positions.values())
    cells.columns = list(positions)
    return FrameSource(found, "", "", header, row + 1, row, cells, table)
