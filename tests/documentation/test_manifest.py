"""The lineage that is read from the SQL is the one that dbt finds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flows.documentation.models import parents
from flows.documentation.site import parse


@pytest.mark.slow
def test_dbt_finds_the_same_lineage(tmp_path: Path) -> None:
    manifest = json.loads(parse(tmp_path).read_text(encoding="utf-8"))
    found = {
        node["name"]: {_name(parent) for parent in node["depends_on"].get("nodes", ())}
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed")
    }
    assert {name: set(read) for name, read in parents().items()} == found


def _name(unique_id: str) -> str:
    kind, _, name = unique_id.split(".", 2)
    return name if kind == "source" else name.rpartition(".")[2]
