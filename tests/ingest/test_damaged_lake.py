"""Rows that went missing from the lake are read again from landing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from flows.home.layout import Home
from tests.ingest.builders import drop, lake, only, run
from tests.ingest.test_ledger import A, B, age


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


@pytest.mark.parametrize("damage", [Path.unlink, _cut], ids=["missing", "cut off"])
def test_what_is_damaged_in_the_lake_is_read_again(
    home: Home, damage: Callable[[Path], None]
) -> None:
    drop(home, "a.csv", A)
    age(home)
    before = only(run(home))
    rows = lake(home)
    (part,) = home.lake.rglob("*.parquet")
    damage(part)
    result = run(home, "run2")
    assert [record.file for record in result.read] == ["a.csv"]
    assert lake(home).equals(rows)
    # Row accounting names the run that first read it.
    assert only(result).run_id == before.run_id
    assert run(home, "run3").read == ()


def test_other_files_are_left_alone(home: Home) -> None:
    drop(home, "a.csv", A)
    drop(home, "b.csv", B)
    age(home)
    first = {record.file: record for record in run(home).files}
    (home.lake / first["b.csv"].lake_paths[0]).unlink()
    assert [record.file for record in run(home, "run2").read] == ["b.csv"]
