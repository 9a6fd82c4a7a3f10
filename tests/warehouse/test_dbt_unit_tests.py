"""dbt's own unit tests of the clock and of every rate, run on the build of an empty shop."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import date
from typing import Any

import pytest
import yaml

from flows.contracts import load_contracts
from flows.contracts.model import lake_schema
from flows.paths import DBT_DIR
from flows.warehouse.dbt_run import build
from flows.warehouse.inputs import BuildShop, LakeTable, prepare
from flows.warehouse.scope import snapshot_scope

SHOP = BuildShop("us", "US", "America/Los_Angeles", "USD", None, True)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What dbt reports of each unit test, run on models that were built without a single order.

    dbt asks the database for the columns of the relations that a test replaces, so they must be
    there. It runs in a process of its own: the build's process keeps the file open.
    """
    folder = tmp_path_factory.mktemp("unit_tests")
    database, target = folder / "build.duckdb", folder / "target"
    lake = {c.table: LakeTable(lake_schema(c), ()) for c in load_contracts()}
    scope = snapshot_scope(date(2026, 4, 30), [SHOP.shop_id])
    prepare(database, lake, [SHOP], scope, [], folder)
    build(database, target, folder)
    finished = subprocess.run(
        [
            *(sys.executable, "-m", "dbt.cli.main", "--no-use-colors", "--log-path", str(target)),
            *("test", "--select", "test_type:unit", "--threads", "2"),
            *("--project-dir", str(DBT_DIR), "--profiles-dir", str(DBT_DIR)),
            *("--target-path", str(target)),
        ],
        env={**os.environ, "GREENZONE_BUILD_DB": str(database)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode in (0, 1), finished.stdout + finished.stderr
    report = json.loads((target / "run_results.json").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = report["results"]
    return found


def written_tests() -> list[dict[str, Any]]:
    """Every unit test that the project's YAML files hold."""
    return [
        test
        for path in sorted((DBT_DIR / "models").rglob("*.yml"))
        for test in yaml.safe_load(path.read_text(encoding="utf-8")).get("unit_tests") or []
    ]


def test_every_unit_test_passes(results: list[dict[str, Any]]) -> None:
    failed = {r["unique_id"]: r["message"] for r in results if r["status"] != "pass"}
    assert failed == {}


def test_every_written_unit_test_was_run(results: list[dict[str, Any]]) -> None:
    names = [test["name"] for test in written_tests()]
    assert [name for name, count in Counter(names).items() if count > 1] == []
    assert sorted(result["unique_id"].rpartition(".")[2] for result in results) == sorted(names)


def test_the_clock_and_every_rate_have_unit_tests() -> None:
    tested = {test["model"] for test in written_tests()}
    assert tested >= {
        "int_policy_days",
        "int_dispatch_changes",
        "int_tracking_changes",
        "int_cancellation_changes",
        "int_delivery_changes",
        "kpi_daily",
        "return_rate_by_sku",
        "zone_coverage",
    }
