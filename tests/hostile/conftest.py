"""A home folder for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home."""
    return Home(tmp_path / "home").create()
