"""`greenzone report`: which report, which file, and what is refused."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from flows.commands.reporting import _target
from flows.errors import Locked, UsageError
from flows.home.layout import Home
from flows.report.email.message import message
from flows.report.pdf.content import document
from flows.report.published import find_report, with_pages
from flows.report.reading.buyers import numbered
from tests.report.conftest import Rendered

DAY = date(2026, 11, 23)
EARLIER = "20261124T071500Z-000000"
BUYER = "9f2c4d1e8a7b6c509f2c4d1e8a7b6c50"


@pytest.fixture(scope="module")
def home(
    demo: Rendered, several: Rendered, week: Rendered, tmp_path_factory: pytest.TempPathFactory
) -> Home:
    """Three days, the last restated, and a week."""
    home = Home(tmp_path_factory.mktemp("home")).create()
    shutil.copytree(demo.folder, home.reports / "daily" / "2026-11-20")
    shutil.copytree(several.folder, home.reports / "daily" / "2026-11-21")
    newest = home.reports / "daily" / "2026-11-23"
    shutil.copytree(demo.folder, newest)
    old = newest / "editions" / EARLIER
    shutil.copytree(demo.folder, old)
    for name in ("index.html", "report.json"):
        text = (old / name).read_text(encoding="utf-8")
        (old / name).write_text(text.replace(demo.context.run_id, EARLIER), encoding="utf-8")
    shutil.copytree(week.folder, home.reports / "weekly" / "2026-W47")
    (home.reports / "daily" / "notes").mkdir()
    return home


def test_the_newest_day_is_what_is_meant(home: Home) -> None:
    assert find_report(home).name == "2026-11-23"
    assert find_report(home, week=date(2026, 11, 22)).kind == "weekly"
    assert find_report(home, date(2026, 11, 21)).shop_ids == ["demo", "east", "void"]


def test_an_earlier_edition_can_be_named(home: Home) -> None:
    newest = find_report(home)
    assert newest.earlier == [EARLIER]
    old, pages = with_pages(find_report(home, run=EARLIER))
    assert old.run_id == EARLIER and EARLIER in pages[0].foot
    assert find_report(home, run=newest.run_id) == newest
    with pytest.raises(UsageError, match="has no edition of the run x") as refused:
        find_report(home, run="x")
    assert EARLIER in refused.value.mend and newest.run_id in refused.value.mend


def test_a_report_that_people_went_back_to_is_no_edition_before_itself(home: Home) -> None:
    folder = home.reports / "daily" / "2026-11-20"
    newest = find_report(home, date(2026, 11, 20))
    later = "20991124T071500Z-000000"
    try:
        for run in (newest.run_id, later):
            shutil.copytree(home.reports / "daily" / "2026-11-23", folder / "editions" / run)
        assert (newest.earlier, newest.later) == ([], [later])
    finally:
        shutil.rmtree(folder / "editions")


def test_what_is_not_there_is_refused_with_what_is_near(home: Home, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"No daily report of 2026-11-22 is published") as refused:
        find_report(home, date(2026, 11, 22))
    assert refused.value.mend == (
        "Near it: 2026-11-20, 2026-11-21 and 2026-11-23; name one with --date."
    )
    with pytest.raises(UsageError, match=r"No weekly report of 2026-W40") as refused:
        find_report(home, week=date(2026, 10, 4))
    assert refused.value.mend == "Near it: 2026-W47; name one with --week."
    with pytest.raises(UsageError, match="No daily report is published in"):
        find_report(Home(tmp_path))
    with pytest.raises(UsageError, match="of a day or of a week"):
        find_report(home, DAY, date(2026, 11, 22))
    with pytest.raises(UsageError, match="Shop nope is not in") as refused:
        with_pages(find_report(home, date(2026, 11, 21)), "nope")
    assert "demo, east and void" in refused.value.mend


def test_pages_of_two_editions_are_never_mixed(
    home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    torn = Home(tmp_path)
    shutil.copytree(home.reports, torn.reports)
    folder = torn.reports / "daily" / "2026-11-23"
    shutil.copy(folder / "editions" / EARLIER / "index.html", folder)
    found, waits = find_report(torn), []

    def finish(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 2:
            shutil.copy(folder / "editions" / EARLIER / "report.json", folder)

    monkeypatch.setattr("flows.report.published.time.sleep", finish)
    settled, pages = with_pages(found)
    assert settled.run_id == EARLIER and EARLIER in pages[0].foot and len(waits) == 2
    shutil.copy(home.reports / "daily" / "2026-11-23" / "report.json", folder)
    monkeypatch.setattr("flows.report.published.time.sleep", waits.append)
    with pytest.raises(Locked, match="is being replaced"):
        with_pages(find_report(torn))


def test_one_shop_of_several(home: Home) -> None:
    report, pages = with_pages(find_report(home, date(2026, 11, 21)), "east")
    assert [page.name for page in pages] == ["east.html"]
    assert list(report.verdicts("east")) == ["east"]


@pytest.mark.parametrize("sunday", [None, date(2026, 11, 22)])
def test_no_hash_of_a_buyer_leaves_the_home_folder(home: Home, sunday: date | None) -> None:
    found = find_report(home, week=sunday)
    assert BUYER in (found.folder / "index.html").read_text(encoding="utf-8")
    found, pages = with_pages(found)
    typeset, mail = json.dumps(document(pages)), message(found, pages, b"", "").content.decode()
    assert BUYER[:6] not in typeset + mail
    assert "buyer 1" in typeset.lower()


def test_buyers_have_the_same_number_on_every_page() -> None:
    other, hashless = "0" * 32, "Creator abc…, run 20261124T081500Z-3f9a1c, sha " + "a" * 64
    assert numbered(
        [
            f"<code>{BUYER}</code> first: buyer {other}, {hashless}",
            f"Buyer {BUYER} Buyer {BUYER[:17]}… Buyer f… {other}",
        ]
    ) == [
        f"<code>buyer 1</code> first: buyer 2, {hashless}",
        "Buyer 1 Buyer 1 Buyer f… buyer 2",
    ]


def test_a_file_is_written_where_no_run_looks(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = find_report(home)
    monkeypatch.chdir(tmp_path)
    assert _target(home, found, None, None, ".pdf") == tmp_path / "greenzone-daily-2026-11-23.pdf"
    assert _target(home, found, "east", str(tmp_path), ".eml").name.endswith("-23-east.eml")
    assert _target(home, found, None, "a.PDF", ".pdf") == tmp_path / "a.PDF"
    for out in (home.reports / "x.pdf", home.landing / "demo" / "x.pdf", tmp_path / "no" / "x.pdf"):
        with pytest.raises(UsageError, match="cannot be written"):
            _target(home, found, None, str(out), ".pdf")
    with pytest.raises(UsageError, match="is no name for a message") as refused:
        _target(home, found, None, "x.pdf", ".eml")
    assert refused.value.mend == "Let the name end in `.eml`."


def test_the_command(home: Home, tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in home.root.rglob("*")}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "flows", "report", "--home", str(home.root), *arguments],
            capture_output=True,
            text=True,
            check=False,
        )

    plain = run()
    assert plain.returncode == 0, plain.stderr
    assert "reports/daily/2026-11-23/index.html" in plain.stdout and EARLIER in plain.stdout
    both = run("--email", "--pdf", "--paper", "letter", "--json", "--out", str(tmp_path / "r.eml"))
    assert both.returncode == 0, both.stderr
    made = json.loads(both.stdout)
    assert made["out"] == str(tmp_path / "r.eml")
    assert made["pdf"]["is_accessible"] and made["pdf"]["paper"] == "letter"
    assert made["email"]["subject"] == made["verdicts"]["demo"]
    assert (tmp_path / "r.mail.html").stat().st_size == made["email"]["html_bytes"] < 100_000
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.eml", "r.mail.html"]
    refused = run("--out", str(tmp_path / "x.pdf"))
    assert refused.returncode == 2 and "Add --pdf or --email." in refused.stderr
    assert before == {path: path.stat().st_mtime_ns for path in home.root.rglob("*")}
