"""Weekly, backfill, snapshot, status, and what users get wrong."""

from pathlib import Path

import pytest

from flows.home.layout import Home
from flows.simulate import SCENARIOS
from tests.end_to_end.conftest import DAY, greenzone, marts, tree

pytestmark = pytest.mark.end_to_end


def test_each_day_of_a_backfill_is_seen_as_it_stood(copied_home: Home) -> None:
    alerts = tree(copied_home.alerts)
    done = greenzone(copied_home, "backfill", "--from", "2026-04-07", "--to", "2026-04-09")
    assert done.code == 0, done.err
    assert tree(copied_home.alerts) == alerts, "a backfill sends nothing"
    report = copied_home.reports / "daily" / "2026-04-08" / "overdue.csv"
    snapshot = copied_home.root / "day.duckdb"
    assert (
        greenzone(copied_home, "snapshot", "--date", "2026-04-08", "--out", str(snapshot)).code == 0
    )
    overdue = sum(row[-1] is True for row in _flags(snapshot))
    assert len(report.read_text(encoding="utf-8-sig").splitlines()) - 1 == overdue


def _flags(path: Path) -> list[tuple[object, ...]]:
    import duckdb

    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute("select order_id, is_overdue_open from marts.orders").fetchall()


def test_the_weekly_review_stands_at_its_sunday(copied_home: Home) -> None:
    before = marts(copied_home.published)["orders"]
    done = greenzone(copied_home, "weekly", "--week", "2026-W14", "--json")
    assert done.code == 0, done.err
    assert done.json["days"] == ["2026-04-05"]
    assert (copied_home.reports / "weekly" / "2026-W14" / "index.html").is_file()
    assert marts(copied_home.published)["orders"] == before
    assert greenzone(copied_home, "weekly", "--week", "2026-W14", "--json").json["status"] == (
        "unchanged"
    )


def test_a_snapshot_publishes_nothing(copied_home: Home) -> None:
    before = tree(copied_home.reports, copied_home.alerts, copied_home.published)
    out = copied_home.root / "past.duckdb"
    done = greenzone(copied_home, "snapshot", "--date", "2026-04-01", "--out", str(out), "--json")
    assert done.code == 0, done.err
    assert tree(copied_home.reports, copied_home.alerts, copied_home.published) == before
    assert {str(row[1]) for row in marts(out)["kpi_daily"]} >= {"2026-04-01"}
    assert max(str(row[1]) for row in marts(out)["kpi_daily"]) == "2026-04-01"


def test_a_what_if_changes_nothing_that_is_published(copied_home: Home) -> None:
    folders = (copied_home.reports, copied_home.alerts, copied_home.warehouse)
    before = tree(*folders)
    arguments = ("--policy", "US-2026-01-12", "--from", "2026-04-06", "--to", DAY)
    done = greenzone(copied_home, "backfill", *arguments, "--json")
    assert done.code == 0, done.err
    assert done.json["policy"] == "US-2026-01-12" and done.json["status"] == "built"
    after = tree(*folders)
    assert {path: after[path] for path in before} == before
    assert all("/private/what_if/dbt/" in path for path in after.keys() - before.keys())
    what_if = marts(Path(done.json["warehouse"]))
    assert {row[1].isoformat() for row in what_if["kpi_daily"]} == {
        *("2026-04-06", "2026-04-07", "2026-04-08", "2026-04-09", "2026-04-10", "2026-04-11"),
        DAY,
    }
    assert greenzone(copied_home, "daily", "--date", DAY, "--json").json["status"] == "unchanged"


def test_the_rules_in_force_are_listed(published_home: Home) -> None:
    done = greenzone(published_home, "policy", "--date", DAY, "--json")
    assert done.code == 0, done.err
    (found,) = done.json["markets"]
    assert (found["market"], found["shops"]) == ("US", ["demo"])
    assert found["policy_version"] == "US-2026-04-01"
    assert "late dispatch rate <= 4 %" in greenzone(published_home, "policy").out


def test_a_published_report_goes_on_paper_and_into_the_post(
    published_home: Home, tmp_path: Path
) -> None:
    before = tree(published_home.root)
    done = greenzone(
        published_home, "report", "--pdf", "--email", "--out", str(tmp_path / "r.eml"), "--json"
    )
    assert done.code == 0, done.err
    made = done.json
    assert made["name"] == DAY and made["pdf"]["is_accessible"]
    assert made["email"]["subject"] == made["verdicts"]["demo"]
    assert made["email"]["html_bytes"] < 100_000
    assert made["pdf"]["bytes"] < (tmp_path / "r.eml").stat().st_size
    assert tree(published_home.root) == before


def test_status_says_what_is_published(published_home: Home) -> None:
    done = greenzone(published_home, "status", "--json")
    assert done.code == 0, done.err
    shown = done.json
    assert shown["lock"] is None
    assert shown["shops"]["demo"]["newest"] == DAY
    assert shown["runs"][0]["status"] == "published"
    assert {row["feed"] for row in shown["freshness"]} >= {"seller_center/orders"}
    assert DAY not in greenzone(Home(published_home.root / "nowhere"), "status").out


@pytest.mark.parametrize(
    ("arguments", "mend"),
    [
        (("daily", "--date", "23.11.2026"), "2026-11-23"),
        (("daily", "--date", "2062-01-01"), "newest day that has ended"),
        (("daily", "--shop", "nobody"), "Known: demo"),
        (("weekly", "--week", "15"), "2026-W15"),
        (("backfill", "--from", "2026-04-02", "--to", "2026-04-01"), "earlier day"),
        (("backfill", "--from", "2026-04-02"), "--from and --to"),
        (("backfill", "--policy", "US-2019"), "Known: US-2020"),
        (("backfill", "--policy", ""), "Known: US-2020"),
        (("policy", "--market", "ZZ"), "Known: US, GB"),
        (("policy", "--version", "US-2019"), "Known: US-2020"),
        (("pulse", "--at", "noon"), "2026-11-23T14:30"),
        (("pulse", "--at", "2062-01-01T12:00"), "UTC now"),
        (("pulse", "--shop", "nobody"), "Known: demo"),
        (("report", "--date", "2026-01-01"), f"Near it: {DAY}"),
        (("report", "--week", "2026-W01"), "greenzone weekly"),
        (("report", "--pdf", "--shop", "nobody"), "It has demo"),
        (("check", "/does/not/exist.csv"), "does not exist"),
        (("snapshot", "--date", "2026-04-01", "--out", "/does/not/exist/x"), "folder that exists"),
    ],
)
def test_wrong_usage_is_told_in_one_line_with_its_mend(
    published_home: Home, arguments: tuple[str, ...], mend: str
) -> None:
    done = greenzone(published_home, *arguments)
    assert done.code == 2
    assert mend in done.err
    assert "Traceback" not in done.err
    assert done.out == ""


def test_a_snapshot_replaces_nothing_but_databases(published_home: Home, tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("precious")
    private = published_home.private / "build.duckdb"
    for out, word in ((notes, "no DuckDB file"), (private, "outside the warehouse")):
        done = greenzone(published_home, "snapshot", "--date", "2026-04-01", "--out", str(out))
        assert done.code == 2 and word in done.err
    assert notes.read_text() == "precious"


@pytest.mark.parametrize("command", ["status", "doctor", "daily"])
def test_a_home_that_is_a_file(tmp_path: Path, command: str) -> None:
    (tmp_path / "file").write_text("x")
    done = greenzone(Home(tmp_path / "file"), command)
    assert done.code == 2 and "is a file, not a folder" in done.err


def test_status_names_the_refused_files_of_every_shop(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").create()
    (home.landing / "loose.csv").write_text("x")
    (home.landing / "broken").mkdir()
    (home.landing / "broken" / "a.csv").write_text("<html>Log in</html>")
    assert greenzone(home, "daily", "--date", "2026-04-01").code == 3
    shown = greenzone(home, "status").out
    assert "no shop: loose.csv: the file is refused" in shown
    assert "broken: a.csv: the file is refused. The file is a web page" in shown
    assert "2026-04-01: broken: Nothing new is published" in shown


def test_every_scenario_is_in_the_help(published_home: Home) -> None:
    shown = greenzone(published_home, "simulate", "--help").out
    assert all(name in shown for name in SCENARIOS)


@pytest.mark.parametrize(
    "command",
    [
        "daily",
        "weekly",
        "backfill",
        "snapshot",
        "policy",
        "pulse",
        "report",
        "check",
        "simulate",
        "status",
        "doctor",
    ],
)
def test_every_command_has_help(published_home: Home, command: str) -> None:
    done = greenzone(published_home, command, "--help")
    assert done.code == 0
    assert {"--home", "--json"} <= set(done.out.replace(",", " ").split())
