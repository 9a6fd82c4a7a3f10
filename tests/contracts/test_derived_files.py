"""What is written from the contracts is up to date: feed pages and dbt's sources."""

import yaml

from flows.contracts import lake_schema, load_contracts
from flows.contracts.__main__ import FOLDERS, generated, main
from flows.contracts.dbt_sources import sources_text
from flows.generated import stale


def test_nothing_derived_is_stale() -> None:
    assert stale(generated(), FOLDERS) == [], "run `python -m flows.contracts --write`"


def test_a_changed_page_is_found() -> None:
    files = generated()
    path = next(iter(files))
    assert stale({**files, path: files[path] + "more\n"}, FOLDERS) == [path]


def test_a_left_over_page_is_found() -> None:
    files = generated()
    gone = next(path for path in files if path.name == "seller_center__orders.md")
    kept = {path: text for path, text in files.items() if path != gone}
    assert stale(kept, FOLDERS) == [gone]


def test_check_passes() -> None:
    assert main(["--check"]) == 0


def test_sources_name_every_lake_column() -> None:
    lake, inputs = yaml.safe_load(sources_text())["sources"]
    tables = {table["name"]: [c["name"] for c in table["columns"]] for table in lake["tables"]}
    assert tables == {item.table: list(lake_schema(item)) for item in load_contracts()}
    described = [c for source in (lake, inputs) for t in source["tables"] for c in t["columns"]]
    assert all(column["description"] for column in described)


def test_sources_name_the_inputs_of_the_build() -> None:
    inputs = yaml.safe_load(sources_text())["sources"][1]
    columns = {t["name"]: [c["name"] for c in t["columns"]] for t in inputs["tables"]}
    assert columns == {
        "shops": ["shop_id", "market", "timezone", "currency", "opened_on", "is_declared"],
        "as_of": ["shop_id", "as_of_on", "ends_at", "is_current"],
        "shop_days": ["shop_id", "day_on", "starts_at", "ends_at"],
        "policy_override": ["policy_version"],
        "files": [
            "run_id",
            "shop_id",
            "file",
            "feed",
            "rows_read",
            "rows_accepted",
            "rows_quarantined",
            "rows_skipped",
            "sha256",
            "archive_sha256",
            "status",
            "reason",
            "mend",
            "newest_at",
            "is_present",
        ],
        "interventions": [
            "intervention_id",
            "made_at",
            "action",
            "shop_id",
            "subject",
            "reason",
            "made_by",
            "run_id",
        ],
    }


def test_each_page_says_what_its_feed_is_about() -> None:
    pages = {path.stem: text for path, text in generated().items() if path.suffix == ".md"}
    for item in load_contracts():
        page = pages[item.table]
        assert item.title in page and item.description in page
        for column in item.columns:
            assert f"`{column.name}`" in page
        for header in item.personal_headers:
            assert f"`{header}`" in page
        for layout in item.json_layouts:
            assert f"{layout.vendor}: {layout.title}" in page
        assert f"({item.table}.md)" in pages["index"]
