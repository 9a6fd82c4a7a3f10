"""A shop whose landing folder is full of hostile files has the numbers of a shop without them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from flows.home.layout import Home
from tests.arrangements import LEDGERS
from tests.end_to_end.conftest import DAY, Done, greenzone, make_shop, marts
from tests.hostile import archives, documents, texts, workbooks
from tests.hostile.extremes import make_extreme
from tests.ingest.builders import drop

pytestmark = [pytest.mark.end_to_end, pytest.mark.slow]

CASES = (
    *texts.CASES,
    *archives.CASES,
    *workbooks.CASES,
    *workbooks.HEAVY,
    *documents.CASES,
)
# They tell of files and of publications, so they depend on what else was there.


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("clean"))
    make_shop(home, "demo", 5)
    done = greenzone(home, "daily", "--date", DAY, seconds=1500)
    assert done.code == 0, done.err
    return home


@pytest.fixture(scope="module")
def hostile(clean: Home, tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Done]:
    """The same shop with every file that is refused, and beside it shops of what is not.

    One of these has files that are odd and loaded all the same, one has extreme values.
    """
    home = Home(tmp_path_factory.mktemp("hostile"))
    shutil.copytree(clean.landing, home.landing)
    for number, case in enumerate(CASES):
        shop = "demo" if case.is_refused else "odd"
        drop(home, f"odd/{number}/{case.file}", case.make(), shop)
    make_extreme(make_shop(home, "extreme", 6), seed=1)
    return home, greenzone(home, "daily", "--date", DAY, "--json", seconds=1500)


def test_the_other_files_give_the_same_marts(clean: Home, hostile: tuple[Home, Done]) -> None:
    home, done = hostile
    # A gate may hold back a shop of nonsense, and that shop alone.
    assert done.code in (0, 3), done.err[-3000:]
    assert "demo" not in done.json["blocked"]
    expected, found = marts(clean.published), rows_of(home.published, "demo")
    different = [
        table
        for table, rows in expected.items()
        if table not in LEDGERS and found.get(table, rows) != rows
    ]
    assert not different
    assert found["orders"] and found["kpi_daily"]


def rows_of(path: Path, shop: str) -> dict[str, list[tuple[object, ...]]]:
    """The rows of one shop in every mart that has shops."""
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute(
            "select distinct table_name from information_schema.columns "
            "where table_schema = 'marts' and column_name = 'shop_id'"
        ).fetchall()
        return {
            table: connection.execute(
                f"select * from marts.{table} where shop_id = ? order by all", [shop]
            ).fetchall()
            for (table,) in tables
        }


def test_every_file_is_accounted_for(hostile: tuple[Home, Done]) -> None:
    home, _ = hostile
    with duckdb.connect(str(home.published), read_only=True) as connection:
        refused, unbalanced = connection.execute(
            "select count(*) filter (where status = 'refused' and file like 'odd/%'), "
            "count(*) filter (where rows_read <> rows_accepted + rows_quarantined + rows_skipped) "
            "from marts.row_accounting where shop_id = 'demo'"
        ).fetchall()[0]
    assert (refused, unbalanced) == (sum(case.is_refused for case in CASES), 0)


def test_the_report_is_whole(hostile: tuple[Home, Done]) -> None:
    home, done = hostile
    folder = home.reports / "daily" / DAY
    pages = {path.name: path.read_text("utf-8") for path in folder.glob("*.html")}
    shops = {"demo", "odd", "extreme"} - set(done.json["blocked"])
    assert {"index.html", *(f"{shop}.html" for shop in shops)} <= set(pages)
    assert all(page.rstrip().endswith("</html>") for page in pages.values())
    report = json.loads((folder / "report.json").read_text("utf-8"))
    assert report


def test_other_commands_stand_it_too(hostile: tuple[Home, Done]) -> None:
    home, _ = hostile
    assert greenzone(home, "status", "--json", seconds=900).code == 0
    files = sorted(str(path) for path in (home.landing / "demo" / "odd").rglob("*.*"))[::12]
    checked = greenzone(home, "check", *files, seconds=900)
    assert checked.code in (0, 2, 3), checked.err[-2000:]
    assert "Traceback" not in checked.err
