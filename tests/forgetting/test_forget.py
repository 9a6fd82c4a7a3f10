"""A forgotten buyer is nowhere under the home folder, and nothing else is changed."""

from __future__ import annotations

import io
import json
import re
import shutil
import stat
import zipfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import duckdb
import polars as pl
import pytest

from flows.errors import StageError, UsageError
from flows.forgetting import forget, scrub
from flows.forgetting.forget import checked_hash
from flows.home import Home
from flows.home.files import files_under
from flows.home.forgotten import read_forgotten
from flows.home.interventions import read_interventions
from flows.report.charts.rows import Bar, bars
from flows.report.charts.svg import Ids
from tests.forgetting.conftest import (
    ANN,
    BOB,
    HOLDING,
    KEY,
    REASON,
    SHOP,
    STAYING,
    done,
    holders,
    names,
    quiet,
)
from tests.ingest.builders import drop, lake, order, run, table
from tests.ingest.test_buyer_hash import FEED, HEADER, returned


def test_nothing_holds_the_buyer_afterwards(home: Home) -> None:
    before = lake(home, FEED)
    assert len(holders(home, ANN)) > 8
    assert done(home) == HOLDING
    assert holders(home, ANN) == set()
    after = lake(home, FEED)
    assert after.drop("buyer_hash").equals(before.drop("buyer_hash"))
    assert after["buyer_hash"].to_list() == [
        None if value == ANN else value for value in before["buyer_hash"]
    ]
    assert BOB in after["buyer_hash"]
    assert len(holders(home, BOB)) > 8


def test_every_other_number_stays(home: Home) -> None:
    done(home)
    for path in (home.published, home.private / "publications" / "r0" / "greenzone.duckdb"):
        with duckdb.connect(str(path), read_only=True) as connection:
            buyers = connection.execute("from marts.repeat_returners").fetchall()
            assert [row[1:3] for row in buyers] == [(None, 3), (BOB, 4)]
            said = connection.execute("select said, names, place from marts.margin_traps")
            assert said.fetchall() == [("Buyer (forgotten) gave back", ["(forgotten)", "x"], 1)]
            orders = connection.execute("select order_id::int from marts.orders").fetchall()
            assert orders == [(n,) for n in range(3000)]
            [kind] = connection.execute(
                "select data_type from duckdb_columns() where column_name = 'refund_amount'"
            ).fetchone() or ("",)
            assert kind == "DECIMAL(18,2)"
    page = home.reports / "daily" / "2026-04-12" / "editions" / "r0" / "index.html"
    assert page.read_text() == "<code>(forgotten)</code><text>Buyer (forgotten)</text>"


def test_runs_that_rest_on_the_buyer_say_that_they_cannot_be_reproduced(home: Home) -> None:
    done(home)
    touched = json.loads((home.runs / "r1.json").read_text())
    assert touched["reproducible"] is False
    assert "forgotten" in touched["not_reproducible_because"]
    assert touched["rows"] == 1
    assert "reproducible" not in json.loads((home.runs / "r0.json").read_text())


def test_the_next_run_makes_the_publication_anew(home: Home) -> None:
    done(home)
    for folder in (home.private, home.private / "publications" / "r0"):
        state = json.loads((folder / "publication.json").read_text())
        assert state["shops"][SHOP]["days"]["2026-04-12"] != "f"
        assert state["editions"]["daily/2026-04-12"]["shops"][SHOP] != "f"
        assert state["editions"]["daily/2026-04-12"]["shops"]["other"] == "g"
    assert not (home.private / "build.duckdb").exists()


def test_the_list_holds_digests_alone_and_is_its_owners(home: Home) -> None:
    done(home)
    text = home.forgotten.read_text()
    assert ANN not in text and "maple" not in text
    [entry] = read_forgotten(home).values()
    assert entry.is_finished
    assert stat.S_IMODE(home.forgotten.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.forgotten.parent.stat().st_mode) == 0o700


def test_the_decision_is_entered_once_and_names_nobody(home: Home) -> None:
    done(home)
    done(home)
    [decision] = read_interventions(home)
    assert (decision.action, decision.shop_id, decision.reason) == ("forget", SHOP, REASON)
    assert ANN not in repr(decision)


def test_no_export_brings_the_buyer_back(home: Home) -> None:
    done(home)
    drop(home, "late.csv", table([returned(11, "ANN.of.maple"), returned(12, "bob")], HEADER))
    drop(home, "a.csv", table([returned(1, "ann.of.maple"), returned(13, "bob")], HEADER))
    shutil.rmtree(home.lake)
    run(home, "run2")
    assert holders(home, ANN) == set()
    hashes = lake(home, FEED)["buyer_hash"].to_list()
    assert hashes.count(BOB) == 3
    assert hashes.count(None) == 5
    assert done(home) == HOLDING | {"late.csv"}


def test_a_second_time_changes_nothing(home: Home) -> None:
    def everything() -> dict[Path, tuple[int, bytes]]:
        found = files_under(home.root)
        return {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in found}

    done(home)
    before = everything()
    result = forget(home, ANN, REASON, quiet)
    assert (result.lake, result.files, result.rows) == ([], [], 0)
    assert result.since is not None
    assert everything() == before


def test_a_dry_run_changes_nothing(home: Home) -> None:
    before = {path: path.read_bytes() for path in files_under(home.root)}
    result = forget(home, ANN, REASON, quiet, is_dry_run=True, deletes=True)
    assert result.rows == 4
    assert result.runs == ["r1"]
    assert not any(item["is_deleted"] for item in result.landing)
    assert {path: path.read_bytes() for path in files_under(home.root)} == before


def test_exports_are_deleted_but_for_those_that_nobody_has_read(home: Home) -> None:
    drop(home, "new.csv", table([returned(20, "ann.of.maple")], HEADER))
    all_names = names(home)
    assert done(home, deletes=True) == HOLDING | {"new.csv"}
    assert names(home) == (all_names - HOLDING) | STAYING
    before = lake(home, FEED)
    run(home, "run2")
    assert len(lake(home, FEED)) == len(before) + 1
    assert ANN not in lake(home, FEED)["buyer_hash"]
    assert done(home, deletes=True) == {"new.csv"} | STAYING
    assert names(home) == (all_names - HOLDING - {"new.csv"}) | STAYING


def test_an_export_under_the_name_of_one_that_was_read_is_not_deleted_unread(home: Home) -> None:
    """A new one is told by its bytes, and one that comes while the command works by its stamp."""
    drop(home, "a.csv", table([returned(30, "ann.of.maple"), returned(31, "dora")], HEADER))
    late = home.landing / SHOP / "orders.csv"

    def say(message: str) -> None:
        if message.startswith("Writing"):
            late.write_text(table([order(40, buyer_username="dora")]))

    result = forget(home, ANN, REASON, say, deletes=True)
    stayed = {i["file"]: i["status"] for i in result.landing if not i["is_deleted"]}
    assert stayed == {
        f"{SHOP}/a.csv": "unread",
        f"{SHOP}/orders.csv": "unread",
        **{f"{SHOP}/{name}": "refused" for name in STAYING},
    }
    assert (home.landing / SHOP / "a.csv").exists() and late.exists()


def test_an_archive_with_a_refused_member_is_not_deleted(home: Home) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("good.csv", table([returned(50, "ann.of.maple")], HEADER))
        archive.writestr("bad.csv", "nothing,known\n1,2\n")
    drop(home, "half.zip", packed.getvalue())
    run(home, "run2")
    result = forget(home, ANN, REASON, quiet, deletes=True)
    [half] = [item for item in result.landing if item["file"].endswith("half.zip")]
    assert (half["status"], half["is_deleted"]) == ("refused", False)
    assert (home.landing / SHOP / "half.zip").exists()


def test_an_archive_that_cannot_be_read_to_its_end_is_not_deleted(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = import_module("flows.forgetting.landing")
    real = module.open_plain

    def torn(path: Path, scratch: Path) -> Iterator[object]:
        yield from real(path, scratch)
        if path.name == "c.zip":
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(module, "open_plain", torn)
    result = forget(home, ANN, REASON, quiet, deletes=True)
    [packed] = [item for item in result.landing if item["file"].endswith("c.zip")]
    assert (packed["status"], packed["is_deleted"]) == ("unread", False)
    assert f"{SHOP}/c.zip" in result.closed


def test_other_peoples_labels_and_words_stay(tmp_path: Path) -> None:
    """A cut label of another hash, and a word, that hold what the hash begins with."""
    path = tmp_path / "page.html"
    text = f"{BOB[:9]}{ANN[:8]}… {ANN[:3]}… {BOB[:5]}{ANN[:17]}… decad{ANN[:4]}&hellip;"
    path.write_text(text)
    assert not scrub.is_in_file(path, ANN)
    path.write_text(f"{text} <text>Buyer {ANN[:17]}…</text><text>Buyer {ANN[:25]}…</text>")
    scrub.scrub_text(path, ANN)
    said = "<text>Buyer (forgotten)</text>"
    assert path.read_text() == f"{text} {said}{said}"


def test_charts_cut_a_buyer_where_it_is_looked_for() -> None:
    drawn = bars(Ids(), "t", [Bar(f"Buyer {ANN}", 1.0, "1"), Bar("Buyer", 2.0, "2")], "c")
    cut = re.findall(r"([0-9a-f]+)(?:…|&hellip;)", repr(drawn))
    assert {len(digits) for digits in cut} == {17}


def test_a_workbook_and_what_nobody_can_open(home: Home) -> None:
    frame = pl.DataFrame({"Somebody": ["x", "ann.of.maple"]})
    for name in ("odd.xlsx", "torn.xlsx"):
        frame.write_excel(home.landing / SHOP / name)
    torn = home.landing / SHOP / "torn.xlsx"
    torn.write_bytes(torn.read_bytes()[:-300])
    drop(home, "locked.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 9)
    drop(home, "packed.rar", b"Rar!\x1a\x07" + bytes(99))
    result = forget(home, ANN, REASON, quiet)
    assert f"{SHOP}/odd.xlsx" in {item["file"] for item in result.landing}
    closed = ("locked.xls", "packed.rar", "torn.xlsx")
    assert result.closed == [f"{SHOP}/{name}" for name in closed]


def test_a_stranger_is_found_nowhere_and_not_remembered(home: Home) -> None:
    result = forget(home, KEY.hash("nobody"), REASON, quiet)
    assert not result.is_found
    assert read_forgotten(home) == {}
    assert read_interventions(home) == ()


def test_a_file_of_an_unknown_form_is_named(home: Home) -> None:
    (home.root / "strange.bin").write_bytes(b"\0" + ANN.encode())
    with pytest.raises(StageError, match=r"strange\.bin"):
        done(home)
    (home.root / "strange.bin").unlink()
    done(home)
    assert holders(home, ANN) == set()
    assert len(read_interventions(home)) == 1


def test_what_a_kill_left_half_written_is_removed(home: Home) -> None:
    left = [
        home.warehouse / ".greenzone.duckdb.scrubbed",
        home.warehouse / ".greenzone.duckdb.scrubbed.wal",
        home.lake / "seller_center" / ".x.parquet.scrubbed",
    ]
    for path in left:
        path.write_bytes(home.published.read_bytes()[:9000])
    done(home)
    assert not any(path.exists() for path in left)


def test_a_database_that_cannot_be_opened_is_named(home: Home) -> None:
    (home.root / "mine.duckdb").write_bytes(home.published.read_bytes()[:9000])
    with pytest.raises(StageError, match=r"mine\.duckdb"):
        done(home)
    assert read_forgotten(home) == {}


@pytest.mark.parametrize("text", ["", "ann", "z" * 32, "a" * 31, "a" * 33, "a" * 64])
def test_what_is_no_hash_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        checked_hash(text)


def test_a_hash_may_be_written_in_capitals() -> None:
    assert checked_hash(f" {ANN.upper()}\n") == ANN


@pytest.mark.parametrize("reason", ["", " .", f"for {ANN}"])
def test_a_reason_says_something_and_not_the_hash(home: Home, reason: str) -> None:
    with pytest.raises(UsageError):
        forget(home, ANN, reason, quiet)
    assert read_forgotten(home) == {}
