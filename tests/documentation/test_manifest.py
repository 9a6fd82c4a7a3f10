"""dbt's own documentation: one page that asks for nothing outside, and the lineage that is ours."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from flows.documentation.models import load_marts, parents
from flows.documentation.site import write_site
from tests.pictures.shots import CHROMIUM

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where dbt worked; the page is in `site`."""
    folder = tmp_path_factory.mktemp("dbt")
    write_site(folder / "site", folder)
    return folder


def test_dbt_finds_the_same_lineage(scratch: Path) -> None:
    manifest = json.loads((scratch / "manifest.json").read_text(encoding="utf-8"))
    found = {
        node["name"]: {_name(parent) for parent in node["depends_on"].get("nodes", ())}
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed")
    }
    assert {name: set(read) for name, read in parents().items()} == found


def _name(unique_id: str) -> str:
    kind, _, name = unique_id.split(".", 2)
    return name if kind == "source" else name.rpartition(".")[2]


def test_the_page_shows_a_mart_and_asks_for_nothing_outside(scratch: Path) -> None:
    if not CHROMIUM.exists():
        pytest.skip(f"no browser: {CHROMIUM} is missing (package chromium)")
    mart = next(item for item in load_marts() if item.name == "kpi_daily")
    page = (scratch / "site" / "index.html").as_uri()
    asked: list[str] = []
    broken: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        shown = browser.new_page()
        shown.on("request", lambda request: asked.append(request.url))
        shown.on("pageerror", lambda error: broken.append(str(error)))
        shown.goto(f"{page}#!/model/model.greenzone.{mart.name}")
        shown.get_by_text(mart.question).first.wait_for(timeout=60_000)
        browser.close()
    assert broken == []
    assert {url for url in asked if not url.startswith(("file:", "data:"))} == set()
