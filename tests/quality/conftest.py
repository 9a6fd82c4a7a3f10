"""Databases in order, made once and copied for each test that breaks one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from flows.contracts import load_contracts
from tests.quality.builders import good_lake, good_marts


@pytest.fixture(scope="session")
def _good(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("good")
    return {
        "lake": good_lake(folder / "good_lake.duckdb", load_contracts()),
        "marts": good_marts(folder / "good_marts.duckdb"),
    }


@pytest.fixture
def lake(_good: dict[str, Path], tmp_path: Path) -> Path:
    """A lake in order, to be broken."""
    return Path(shutil.copy(_good["lake"], tmp_path / "build.duckdb"))


@pytest.fixture
def marts(_good: dict[str, Path], tmp_path: Path) -> Path:
    """Marts in order, to be broken."""
    return Path(shutil.copy(_good["marts"], tmp_path / "build.duckdb"))
