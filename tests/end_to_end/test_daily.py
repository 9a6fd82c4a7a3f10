"""The daily run as a user meets it."""

import shutil
import time
from pathlib import Path

import duckdb
import pytest

from flows.home.layout import Home
from tests.end_to_end.conftest import DAY, greenzone, make_shop, marts, public, tree

pytestmark = pytest.mark.end_to_end

PAST = "2026-04-05"


def test_everything_is_where_the_interface_says(published_home: Home) -> None:
    report = published_home.reports / "daily" / DAY
    assert {"index.html", "report.json"} <= {path.name for path in report.iterdir()}
    assert list(report.glob("*.csv"))
    (record,) = published_home.runs.glob("*.json")
    assert record.stem in (report / "report.json").read_text()
    with duckdb.connect(str(published_home.published), read_only=True) as connection:
        schemas = connection.execute("select distinct table_schema from information_schema.tables")
        assert schemas.fetchall() == [("marts",)]
        days = connection.execute(
            "select count(distinct as_of_on), min(as_of_on)::text, max(as_of_on)::text "
            "from marts.kpi_daily"
        ).fetchone()
        assert days == (24, "2026-03-20", DAY)
        unbalanced = connection.execute(
            "select count(*) from marts.row_accounting "
            "where rows_read <> rows_accepted + rows_quarantined + rows_skipped"
        ).fetchone()
        assert unbalanced == (0,)


def test_the_second_run_is_fast_and_changes_nothing(published_home: Home) -> None:
    before = public(published_home)
    started = time.monotonic()
    done = greenzone(published_home, "daily", "--date", DAY, "--json")
    assert done.code == 0, done.err
    assert time.monotonic() - started < 5
    assert done.json["status"] == "unchanged"
    assert Path(done.json["reports"][0]).is_file()
    assert public(published_home) == before


def test_a_touched_file_with_the_same_bytes_changes_nothing(copied_home: Home) -> None:
    before = public(copied_home)
    for path in copied_home.landing.rglob("*.csv"):
        path.touch()
    done = greenzone(copied_home, "daily", "--date", DAY, "--json")
    assert (done.code, done.json["status"]) == (0, "unchanged"), done.err
    assert public(copied_home) == before


def test_a_past_day_rewrites_its_rows_and_its_report_alone(copied_home: Home) -> None:
    before, reports = marts(copied_home.published), tree(copied_home.reports)
    done = greenzone(copied_home, "daily", "--date", PAST)
    assert done.code == 0, done.err
    after = marts(copied_home.published)
    for table, rows in before.items():
        assert set(rows) <= set(after[table]), f"{table} lost rows of another day"
    added = {table for table, rows in after.items() if len(rows) > len(before[table])}
    assert "kpi_daily" not in added
    assert "orders" not in added
    assert "return_rate_by_sku" in added
    assert (copied_home.reports / "daily" / PAST / "index.html").is_file()
    index = reports.pop(str(copied_home.reports / "index.html"))
    now = tree(copied_home.reports)
    assert {path: now.get(path) for path in reports} == reports
    assert now[str(copied_home.reports / "index.html")] != index


def test_a_date_without_data_is_no_error(copied_home: Home) -> None:
    done = greenzone(copied_home, "daily", "--date", "2022-01-01")
    assert done.code == 0, done.err
    assert (copied_home.reports / "daily" / "2022-01-01" / "index.html").is_file()


def test_new_rows_make_a_new_edition_and_keep_the_old_one(copied_home: Home) -> None:
    newest = max((copied_home.landing / "demo" / "carriers").glob("tracking-*.csv"))
    newest.unlink()
    first = greenzone(copied_home, "daily", "--date", DAY, "--json")
    assert first.json["status"] == "unchanged", "a file that is gone keeps its last reading"
    lines = (copied_home.landing / "demo" / "carriers").glob("tracking-*.csv")
    extra = copied_home.landing / "demo" / "late.csv"
    text = max(lines).read_text().splitlines()
    extra.write_text("\n".join([text[0], text[1].replace("T", "T", 1)]) + "\n")
    old = (copied_home.reports / "daily" / DAY / "index.html").read_bytes()
    second = greenzone(copied_home, "daily", "--date", DAY, "--json")
    assert second.json["status"] == "published", second.err
    editions = list((copied_home.reports / "daily" / DAY / "editions").iterdir())
    assert len(editions) == 1
    assert (editions[0] / "index.html").read_bytes() == old


def test_one_broken_shop_does_not_hold_back_the_other(tmp_path: Path) -> None:
    home = Home(tmp_path)
    make_shop(home, "east", 6, "America/New_York")
    make_shop(home, "west", 5)
    first = greenzone(home, "daily", "--date", "2026-04-10", "--json")
    assert first.code == 0, first.err
    good = marts(home.published)
    # The east shop's order exports are of no use from now on, and what was read of them is lost.
    shutil.rmtree(home.lake)
    for path in (home.landing / "east" / "seller_center").glob("All order*"):
        path.write_bytes(b"<html>Your session has expired</html>")
    done = greenzone(home, "daily", "--date", DAY, "--json")
    assert done.code == 3, done.err
    assert done.json["blocked"] == {"east": ["gate 1"]}
    alert = home.alerts / DAY / "gate_blocked.east.json"
    assert "seller_center/orders" in alert.read_text() or "order" in alert.read_text()
    after = marts(home.published)
    east = [row for row in after["orders"] if row[0] == "east"]
    assert east == [row for row in good["orders"] if row[0] == "east"]
    west_days = {str(row[1]) for row in after["kpi_daily"] if row[0] == "west"}
    assert DAY in west_days
    page = (home.reports / "daily" / DAY / "index.html").read_text()
    assert "west" in page
    # Again: nothing is new, the block is said again, what the other shop published stays.
    before = tree(home.reports, home.published)
    again = greenzone(home, "daily", "--date", DAY, "--json")
    assert again.code == 3, again.err
    assert tree(home.reports, home.published) == before


def test_one_shop_alone_keeps_the_other_in_the_report(tmp_path: Path) -> None:
    home = Home(tmp_path)
    make_shop(home, "east", 6, "America/New_York")
    make_shop(home, "west", 5)
    assert greenzone(home, "daily", "--date", DAY).code == 0
    folder = home.reports / "daily" / DAY
    assert {"east.html", "west.html", "index.html"} <= {path.name for path in folder.iterdir()}
    newest = max((home.landing / "west" / "carriers").glob("tracking-*.csv"))
    text = newest.read_text().splitlines()
    (home.landing / "west" / "more.csv").write_text("\n".join(text[:2]) + "\n")
    done = greenzone(home, "daily", "--date", DAY, "--shop", "west", "--json")
    assert (done.code, done.json["shops"]) == (0, ["west"]), done.err
    assert {"east.html", "west.html", "index.html"} <= {path.name for path in folder.iterdir()}


def test_json_is_the_only_thing_on_standard_output(tmp_path: Path) -> None:
    done = greenzone(Home(tmp_path), "daily", "--json")
    assert done.code == 2
    assert done.json["exit_code"] == 2
    assert "landing" in done.json["mend"]
