"""The parsed dbt project, kept between builds: parsing costs more than a small shop's whole build.

dbt keeps a parse of its own and throws it away when the database lies at another path, so that a
home folder that is new, copied or moved would pay for it again. What is kept here holds for every
home folder: it lies in the project's own `dbt_project/target`, or beside the build where nothing
can be written there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from flows.home.files import write_bytes
from flows.home.fingerprint import of_json, of_project, versions
from flows.paths import DBT_DIR

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult
    from dbt.contracts.graph.manifest import Manifest

SHARED = DBT_DIR / "target"
_KEPT = 8
Invoke = Callable[[Sequence[str]], "dbtRunnerResult"]


def parsed(database: Path, target: Path, invoke: Invoke) -> Manifest | None:
    """The project's manifest for a database of this name; None when it cannot be parsed.

    database: its name without suffix is part of every relation's name. target: dbt's own folder of
    this build. invoke: calls dbt with the arguments of one of its commands.
    """
    name = f"parsed-{_key(database)}.msgpack"
    folders = (SHARED, target)
    for folder in folders:
        kept = _read(folder / name)
        if kept is not None:
            return kept
    if not invoke(["parse"]).success:
        return None
    content = (target / "partial_parse.msgpack").read_bytes()
    for folder in folders:
        if _write(folder / name, content):
            break
    return _of_bytes(content)


def _key(database: Path) -> str:
    """What a parse depends on: the project's files, dbt, and the name of the database."""
    project, library = of_project(), versions()
    made_from = [project["models"], project["seeds"], library["dbt-core"], library["dbt-duckdb"]]
    return of_json([*made_from, database.stem])[:16]


def _read(path: Path) -> Manifest | None:
    try:
        return _of_bytes(path.read_bytes())
    except Exception:  # missing, half written by a dying disk: it is parsed again
        return None


def _of_bytes(content: bytes) -> Manifest:
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    manifest: Manifest = Manifest.from_msgpack(content, decoder=extended_mashumuro_decoder)
    manifest.build_flat_graph()  # type: ignore[no-untyped-call]
    return manifest


def _write(path: Path, content: bytes) -> bool:
    """Put the file in its place whole, and drop the oldest beyond a few; whether it could be."""
    try:
        write_bytes(path, content)
        ages = sorted(path.parent.glob("parsed-*.msgpack"), key=lambda kept: -kept.stat().st_mtime)
        for old in ages[_KEPT:]:
            old.unlink()
    except OSError:
        return False
    return True
