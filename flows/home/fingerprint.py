"""Fingerprints: what a publication was made from, so that a run can tell that nothing changed."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from flows.home.files import sha256_of_files
from flows.home.layout import Home
from flows.paths import CONTRACTS_DIR, DBT_DIR, PROJECT_ROOT

_LIBRARIES = (
    "altair",
    "dbt-core",
    "dbt-duckdb",
    "duckdb",
    "great-expectations",
    "polars",
    "prefect",
    "scipy",
    "tzdata",
    "vl-convert-python",
)
_DBT_SUFFIXES = frozenset({".sql", ".py", ".yml", ".csv"})

# File systems with coarse clocks give the same time stamp to changes this far apart.
_SETTLED_NS = 2_000_000_000


def of_json(content: Any) -> str:
    """A hash of a JSON-like object."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


@cache
def of_project() -> dict[str, str]:
    """Hashes of the code, the contracts, the seeds and the models, read once a process."""
    made = DBT_DIR / "target"
    dbt = [p for p in _tree(DBT_DIR) if p.suffix in _DBT_SUFFIXES and made not in p.parents]
    seeds = [path for path in dbt if DBT_DIR / "seeds" in path.parents]
    code = [
        path
        for path in _tree(PROJECT_ROOT / "flows")
        if path.suffix != ".pyc" and "__pycache__" not in path.parts
    ]
    contracts = [path for path in _tree(CONTRACTS_DIR) if path.suffix == ".yaml"]
    return {
        "code": sha256_of_files(code, PROJECT_ROOT),
        "contracts": sha256_of_files(contracts, PROJECT_ROOT),
        "seeds": sha256_of_files(seeds, PROJECT_ROOT),
        "models": sha256_of_files([path for path in dbt if path not in set(seeds)], PROJECT_ROOT),
    }


@cache
def versions() -> dict[str, str]:
    """Versions of the libraries that a result can depend on."""
    return {library: metadata.version(library) for library in _LIBRARIES}


@cache
def commit() -> str | None:
    """The commit of the checkout that the code runs from; None outside one."""
    git = PROJECT_ROOT / ".git"
    try:
        if git.is_file():  # a working tree beside its repository
            git = PROJECT_ROOT / git.read_text(encoding="utf-8").removeprefix("gitdir:").strip()
        head = (git / "HEAD").read_text(encoding="utf-8").strip()
        if not head.startswith("ref: "):
            return head
        name = head.removeprefix("ref: ")
        shared = git / "commondir"
        common = git / shared.read_text(encoding="utf-8").strip() if shared.exists() else git
        if (common / name).exists():
            return (common / name).read_text(encoding="utf-8").strip()
        packed = (common / "packed-refs").read_text(encoding="utf-8").splitlines()
        return next((line.split()[0] for line in packed if line.endswith(f" {name}")), None)
    except OSError:
        return None


def of_landing(home: Home) -> tuple[str, int]:
    """A hash of the landing files' names, sizes and time stamps, without reading them.

    Beside it the newest of those time stamps (nanoseconds since 1970; 0 for an empty folder).
    """
    newest = 0
    digest = hashlib.sha256()
    for entry in _entries(home.landing):
        stat = entry.stat()
        newest = max(newest, stat.st_mtime_ns, stat.st_ctime_ns)
        digest.update(
            f"{entry.path}\0{stat.st_size}\0{stat.st_mtime_ns}\0{stat.st_ctime_ns}\0"
            f"{stat.st_ino}\n".encode(errors="surrogateescape")
        )
    return digest.hexdigest(), newest


def is_settled(newest_ns: int) -> bool:
    """Whether a file with that time stamp cannot change any more without a newer one."""
    return newest_ns < time.time_ns() - _SETTLED_NS


def _entries(folder: Path) -> Iterable[os.DirEntry[str]]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _entries(Path(entry.path))
        elif entry.is_file():
            yield entry


def _tree(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
