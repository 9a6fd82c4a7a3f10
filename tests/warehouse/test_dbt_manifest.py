"""The parse of the dbt project that is kept for every home folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from dbt.cli.main import dbtRunnerResult

from flows.home.files import files_under
from flows.warehouse import dbt_manifest, dbt_run


class Counted:
    """dbt's commands as a build calls them, counted."""

    def __init__(self) -> None:
        self.commands: list[str] = []

    def __call__(self, command: Sequence[str]) -> dbtRunnerResult:
        self.commands += command
        return dbtRunnerResult(success=False)


def test_a_parse_is_kept_for_databases_at_other_paths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dbt_manifest, "SHARED", tmp_path / "shared")
    first = tmp_path / "a" / "build.duckdb"
    first.parent.mkdir()
    with pytest.raises(dbt_run.DbtFailed):  # it is empty: the parse alone is made
        dbt_run.build(first, tmp_path / "a", tmp_path)
    kept = files_under(tmp_path / "shared")
    assert len(list(kept)) == 1

    dbt = Counted()
    other = tmp_path / "b" / "build.duckdb"
    manifest = dbt_manifest.parsed(other, tmp_path / "b", dbt)
    assert manifest is not None and dbt.commands == []
    assert "model.greenzone.kpi_daily" in manifest.nodes
    # The database's name is part of every relation's name.
    assert dbt_manifest.parsed(tmp_path / "pulse.duckdb", tmp_path / "b", dbt) is None
    assert dbt.commands == ["parse"]
    for path in files_under(tmp_path / "shared"):
        path.write_bytes(path.read_bytes()[:1000])
    assert dbt_manifest.parsed(other, tmp_path / "b", dbt) is None
    assert dbt.commands == ["parse", "parse"]


def test_a_parse_lies_beside_the_build_where_the_project_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(dbt_manifest, "SHARED", tmp_path / "file" / "target")
    monkeypatch.setattr(dbt_manifest, "_of_bytes", lambda content: content)
    (tmp_path / "partial_parse.msgpack").write_bytes(b"a parse")

    def done(command: Sequence[str]) -> dbtRunnerResult:
        del command
        return dbtRunnerResult(success=True)

    found: object = dbt_manifest.parsed(tmp_path / "build.duckdb", tmp_path, done)
    assert found == b"a parse"
    assert len(list(tmp_path.glob("parsed-*.msgpack"))) == 1
