"""Coverage-guided fuzzing of the readers: `make fuzz`, `MINUTES=…` for longer.

An export of every contract is made, mutated, and read as `ingest` reads it. Whatever the bytes, a
file is loaded or refused; rows are all counted; and a CSV that is loaded has the rows that
Python's own reader finds in it. Inputs that reach new lines of `flows.ingest` and
`flows.contracts` are kept and mutated again. What breaks a rule is written to `--out`, one file
each, with the error beside it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from random import Random
from types import CodeType, FrameType
from typing import Any

from flows.home import Home
from tests.hostile.mutate import mutated, seeds
from tests.hostile.rules import read_by_rules

_FOLDERS = tuple(
    str(Path(__file__).parents[2] / "flows" / part) for part in ("ingest", "contracts")
)
_MAX_KEPT = 3_000


class Lines:
    """The lines of the readers that have been run, by thread, until now."""

    def __init__(self) -> None:
        self.seen: set[tuple[CodeType, int]] = set()
        self.is_new = False

    def trace(self, frame: FrameType, event: str, _: Any) -> Callable[..., Any] | None:
        """A trace function: looks at frames of the readers alone."""
        if event == "call":
            is_ours = frame.f_code.co_filename.startswith(_FOLDERS)
            return self.trace if is_ours else None
        key = (frame.f_code, frame.f_lineno)
        if key not in self.seen:
            self.seen.add(key)
            self.is_new = True
        return self.trace


def fuzz(minutes: float, seed: int, out: Path) -> int:
    """Fuzz for a time; the number of inputs that broke a rule."""
    random = Random(seed)
    kept = seeds()
    broken: dict[str, bytes] = {}
    lines = Lines()
    out.mkdir(parents=True, exist_ok=True)
    ends = time.monotonic() + minutes * 60
    said = count = 0
    with tempfile.TemporaryDirectory(prefix="greenzone-fuzz-") as folder:
        home = Home(Path(folder) / "home").create()
        while time.monotonic() < ends:
            content = mutated(random, kept)
            lines.is_new = False
            sys.settrace(lines.trace)
            try:
                read_by_rules(home, content)
            except Exception as error:  # whatever it is, it is what is looked for
                sys.settrace(None)
                where = traceback.extract_tb(error.__traceback__)[-1]
                name = f"{type(error).__name__}-{Path(where.filename).stem}-{where.lineno}"
                if name not in broken:
                    broken[name] = content
                    (out / name).write_bytes(content)
                    (out / f"{name}.txt").write_text(traceback.format_exc())
                    print(f"broken: {out / name}", flush=True)
            finally:
                sys.settrace(None)
            if lines.is_new and len(kept) < _MAX_KEPT:
                kept.append(content)
            count += 1
            if count - said >= 500:
                said = count
                print(f"{count:,} inputs, {len(kept)} kept, {len(lines.seen)} lines", flush=True)
    print(
        f"{count:,} inputs in {minutes:g} minutes (seed {seed}): {len(lines.seen)} lines reached, "
        f"{len(broken)} kinds of broken rules"
    )
    return len(broken)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--out", type=Path, default=Path("fuzz-findings"))
    arguments = parser.parse_args()
    sys.exit(1 if fuzz(arguments.minutes, arguments.seed, arguments.out) else 0)


if __name__ == "__main__":
    main()
