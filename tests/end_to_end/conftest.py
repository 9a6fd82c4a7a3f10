"""Real commands on simulated shops."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.home.files import files_under
from flows.home.layout import Home
from flows.simulate import simulate
from tests.end_to_end.serving import server, slack

# Fixtures of every test in this folder.
__all__ = ["server", "slack"]

FIRST, LAST = date(2026, 3, 20), date(2026, 4, 12)
DAY = LAST.isoformat()
_SECONDS = 400


@dataclass(frozen=True)
class Done:
    """A command that ended: its exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found


def greenzone(
    home: Home,
    *arguments: str,
    environment: dict[str, str] | None = None,
    seconds: float = _SECONDS,
) -> Done:
    """Run the command line in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "flows", *arguments, "--home", str(home.root)],
        capture_output=True,
        text=True,
        timeout=seconds,
        env={**os.environ, **(environment or {})},
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def make_shop(home: Home, shop_id: str, seed: int, zone: str = "America/Los_Angeles") -> Path:
    """A small simulated shop in the landing folder; its folder there."""
    simulate(home.root, shop_id, FIRST, LAST, 6, seed, timezone=zone, truth=False)
    shutil.rmtree(home.root / "truth", ignore_errors=True)
    return home.landing / shop_id


def tree(*folders: Path) -> dict[str, str]:
    """Path and hash of every file under the folders."""
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in folders
        for path in files_under(folder)
    }


def public(home: Home) -> dict[str, str]:
    """Everything that a reader sees."""
    return tree(home.reports, home.warehouse, home.alerts, home.runs)


def marts(path: Path, *, without: Callable[[str], bool] = lambda _: False) -> dict[str, list[Any]]:
    """Every row of every mart, in order; `without` names columns to leave out."""
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute(
            "select table_name, list(column_name order by ordinal_position) "
            "from information_schema.columns where table_schema = 'marts' group by all"
        ).fetchall()
        return {
            table: connection.execute(
                f"select {', '.join(c for c in columns if not without(c))} from marts.{table} "
                "order by all"
            ).fetchall()
            for table, columns in tables
        }


@pytest.fixture(scope="module")
def shop_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home folder with one simulated shop, nothing run yet."""
    home = Home(tmp_path_factory.mktemp("home"))
    make_shop(home, "demo", 5)
    return home


@pytest.fixture(scope="module")
def published_home(shop_home: Home) -> Home:
    """The same after its first daily run."""
    done = greenzone(shop_home, "daily", "--date", DAY)
    assert done.code == 0, done.err
    return shop_home


@pytest.fixture
def copied_home(published_home: Home, tmp_path: Path) -> Home:
    """A copy of the published home folder, to be changed at will."""
    return Home(shutil.copytree(published_home.root, tmp_path / "home", symlinks=True))
