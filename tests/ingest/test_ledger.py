"""What is read once, read again, and kept: nothing depends on order or number of arrivals."""

from __future__ import annotations

import io
import os
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from flows.errors import UsageError
from flows.home import Home
from flows.home.files import write_json
from flows.home.state import PublicationState
from flows.ingest import discover, ingest, one_file, read_ledger, resolve_shops, sources
from flows.ingest import run as runs
from tests.ingest.builders import (
    EVENT,
    drop,
    lake,
    only,
    order,
    refused,
    run,
    table,
    tracking,
)

A = table([order(1), order(2)])
B = table([order(2), order(3, quantity="0")])


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files that are really read, as they are."""
    seen: list[str] = []
    original = one_file.Reader.read

    def counted(self, found, plain, shop):  # type: ignore[no-untyped-def]
        seen.append(one_file.member_path(found.file, plain.member))
        return original(self, found, plain, shop)

    monkeypatch.setattr(one_file.Reader, "read", counted)
    return seen


def age(home: Home) -> None:
    """Make every landing file old enough for its stamp to be trusted."""
    for path in home.landing.rglob("*"):
        if path.is_file():
            os.utime(path, (1_700_000_000, 1_700_000_000))


def snapshot(home: Home) -> dict[str, bytes]:
    return {
        path.relative_to(home.root).as_posix(): path.read_bytes()
        for path in sorted(home.root.rglob("*"))
        if path.is_file()
    }


def test_the_same_bytes_are_read_once(home: Home, readings: list[str]) -> None:
    drop(home, "a.csv", A)
    drop(home, "b.csv", b"nonsense,of,no,contract\n1,2,3,4\n")
    first = run(home)
    before = snapshot(home)
    second = run(home, "run2")
    assert readings == ["a.csv", "b.csv"]
    assert second.read == () and second.changed == frozenset()
    assert [r.file for r in second.refused_files] == ["b.csv"]
    assert [replace(r, stamp=None) for r in second.files] == [
        replace(r, stamp=None) for r in first.files
    ]
    after = snapshot(home)
    refused_again = after.pop("quarantine/run2/refused_files.json")
    assert refused_again == before["quarantine/run1/refused_files.json"]
    assert after == before
    assert {r.run_id for r in second.files} == {"run1"}


def test_an_unchanged_stamp_spares_even_the_hashing(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(home, "a.csv", A)
    age(home)
    run(home)

    def never(*args: object) -> None:
        raise AssertionError("the file was opened")

    monkeypatch.setattr(runs, "open_plain", never)
    assert only(run(home, "run2")).status == "loaded"


def test_a_copy_under_another_name_is_a_duplicate(home: Home, readings: list[str]) -> None:
    drop(home, "b.csv", A)
    run(home)
    drop(home, "a.csv", A)
    drop(home, "c.csv", A)
    result = run(home, "run2")
    assert readings == ["b.csv"]
    found = {r.file: (r.status, r.run_id, r.rows_accepted) for r in result.files}
    assert found == {
        "a.csv": ("loaded", "run2", 2),
        "b.csv": ("duplicate", "run1", 2),
        "c.csv": ("duplicate", "run2", 2),
    }
    assert lake(home).height == 2 and result.changed == frozenset()


def test_copies_that_come_together(home: Home, readings: list[str]) -> None:
    drop(home, "a.csv", A)
    drop(home, "z/b.csv", A)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("inner.csv", A)
    drop(home, "c.zip", packed.getvalue())
    assert {r.file: r.status for r in run(home).files} == {
        "a.csv": "loaded",
        "c.zip!/inner.csv": "duplicate",
        "z/b.csv": "duplicate",
    }
    assert readings == ["a.csv"] and lake(home).height == 2


def test_the_same_bytes_in_two_shops_are_two_files(home: Home) -> None:
    drop(home, "a.csv", A, "shop1")
    drop(home, "a.csv", A, "shop2")
    assert [(r.shop_id, r.status) for r in run(home).files] == [
        ("shop1", "loaded"),
        ("shop2", "loaded"),
    ]
    assert sorted(lake(home)["shop_id"].unique()) == ["shop1", "shop2"]


def test_order_and_number_of_runs_do_not_matter(home: Home, tmp_path: Path) -> None:
    files = {"a.csv": A, "b.csv": B, "t.csv": tracking(EVENT)}
    for name, content in files.items():
        drop(home, name, content)
    run(home)
    other = Home(tmp_path / "other").create()
    for number, (name, content) in enumerate(reversed(files.items())):
        drop(other, name, content)
        run(other, f"run{number}")
        run(other, f"again{number}")
    for feed in ("seller_center/orders", "carriers/tracking_events"):
        assert lake(home, feed).equals(lake(other, feed))


def test_new_bytes_under_a_path_stand_beside_the_old_ones(home: Home) -> None:
    drop(home, "a.csv", A)
    run(home)
    drop(home, "a.csv", B)
    result = run(home, "run2")
    assert only(result).rows_quarantined == 1
    assert lake(home).height == 3
    assert [(r.file, r.is_present) for r in read_ledger(home).records].count(("a.csv", False)) == 1


def test_a_file_that_is_gone_keeps_its_reading(home: Home) -> None:
    path = drop(home, "a.csv", A)
    run(home)
    path.unlink()
    assert run(home, "run2").files == ()
    assert lake(home).height == 2
    assert [r.is_present for r in read_ledger(home).records] == [False]


def test_new_bytes_of_a_declaration_replace_the_old_rows(home: Home) -> None:
    header = "seller_sku,title,category,unit_cost,currency,weight_kg,is_branded,launched_on\n"
    drop(home, "skus.csv", header + "A,Lamp,Home,1.50,USD,0.2,yes,2025-01-01\n")
    run(home)
    drop(home, "skus.csv", header + "A,Lamp,Home,1.75,USD,0.2,no,2025-01-01\nB,,,,,,,\n")
    result = run(home, "run2")
    assert lake(home, "reference/skus")["seller_sku"].to_list() == ["A", "B"]
    assert ("shop1", "reference/skus") in result.changed
    assert len(read_ledger(home).records) == 1
    assert len(list(home.lake.rglob("*.parquet"))) == 1


def _keep_publication(home: Home, run_id: str) -> None:
    """What the end of a run leaves that published what the ledger names."""
    state = PublicationState(run_id=run_id)
    state.write(home.publications / run_id / "publication.json")
    inputs = [{"lake_paths": list(record.lake_paths)} for record in read_ledger(home).records]
    write_json(home.runs / f"{run_id}.json", {"inputs": inputs})


def test_what_a_kept_publication_was_made_from_stays_in_the_lake(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = "seller_sku,title,category,unit_cost,currency,weight_kg,is_branded,launched_on\n"
    skus = "A,Lamp,Home,1.50,USD,0.2,yes,2025-01-01\n"
    drop(home, "skus.csv", header + skus)
    drop(home, "a.csv", A)
    run(home)
    parts = {path: path.read_bytes() for path in home.lake.rglob("*.parquet")}
    _keep_publication(home, "run1")
    drop(home, "skus.csv", header + skus + "B,,,,,,,\n")
    run(home, "run2")
    monkeypatch.setattr(one_file, "READER_VERSION", one_file.READER_VERSION + 1)
    run(home, "run3")
    # The kept one, the newer declaration, and the orders as the new reader reads them.
    assert {path: path.read_bytes() for path in parts} == parts
    assert len(list(home.lake.rglob("*.parquet"))) == len(parts) + 2
    assert lake(home, "reference/skus")["seller_sku"].to_list() == ["A", "B"]
    assert lake(home).height == 2
    shutil.rmtree(home.publications)
    run(home, "run4")
    assert not any(path.exists() for path in parts)
    assert len(list(home.lake.rglob("*.parquet"))) == 2


def test_two_readings_of_the_same_bytes_never_have_a_name_in_common(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(home, "a.csv", A)
    run(home)
    first = read_ledger(home).records[0].lake_paths
    monkeypatch.setattr(one_file, "READER_VERSION", one_file.READER_VERSION + 1)
    run(home, "run2")
    second = read_ledger(home).records[0].lake_paths
    assert not set(first) & set(second)
    monkeypatch.undo()
    run(home, "run3")
    assert read_ledger(home).records[0].lake_paths == first


def test_a_new_reader_reads_everything_again(
    home: Home, readings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(home, "a.csv", A)
    drop(home, "copy.csv", A)
    drop(home, "bad.csv", b"x,y\n1,2\n")
    gone = drop(home, "gone.csv", B)
    run(home)
    gone.unlink()
    readings.clear()
    parts = {path.name for path in home.lake.rglob("*.parquet")}
    monkeypatch.setattr(one_file, "READER_VERSION", one_file.READER_VERSION + 1)
    result = run(home, "run2")
    assert readings == ["a.csv", "bad.csv"]
    assert {r.file: (r.status, r.run_id) for r in result.files} == {
        "a.csv": ("loaded", "run1"),
        "bad.csv": ("refused", "run1"),
        "copy.csv": ("duplicate", "run1"),
    }
    assert lake(home).height == 3
    assert len(parts & {path.name for path in home.lake.rglob("*.parquet")}) == 1
    readings.clear()
    run(home, "run3")
    assert readings == []


def test_a_declared_zone_reads_the_shop_again_and_no_other(home: Home, readings: list[str]) -> None:
    drop(home, "a.csv", A, "shop1")
    drop(home, "a.csv", A, "shop2")
    run(home)
    readings.clear()
    declaration = "shop_id,market,timezone,currency,opened_on\nshop1,US,America/New_York,USD,\n"
    drop(home, "z/shops.csv", declaration, "shop1")
    result = run(home, "run2")
    # The declaration itself is read once more: its key holds the zone that it declares.
    assert sorted(readings) in (["a.csv", "z/shops.csv"], ["a.csv", "z/shops.csv", "z/shops.csv"])
    hours = (
        lake(home).group_by("shop_id").agg(pl.col("created_at").first().dt.hour()).sort("shop_id")
    )
    assert hours.rows() == [("shop1", 3), ("shop2", 6)]
    assert [(s.shop_id, s.timezone, s.is_declared) for s in result.shops] == [
        ("shop1", "America/New_York", True),
        ("shop2", "America/Los_Angeles", False),
    ]
    assert resolve_shops(home) == list(result.shops)


def test_a_declaration_that_comes_with_its_orders_is_read_first(home: Home) -> None:
    drop(
        home,
        "a.csv",
        table([order(1, created_time="04/05/2026 10:00:00", paid_time="", rts_time="")]),
    )
    declaration = "shop_id,market,timezone,currency,opened_on\nshop1,VN,Asia/Ho_Chi_Minh,VND,\n"
    drop(home, "zz.csv", declaration)
    run(home)
    row = lake(home).row(0, named=True)
    assert str(row["created_at"]) == "2026-05-04 03:00:00" and row["currency"] == "VND"
    assert str(row["created_on"]) == "2026-05-04"


def test_a_file_that_changes_while_it_is_read_waits(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = drop(home, "a.csv", table([order(1), order(2, quantity="0")]))
    original = sources.open_source

    def growing(*args):  # type: ignore[no-untyped-def]
        with path.open("a") as handle:
            handle.write("more")
        return original(*args)

    with monkeypatch.context() as patch:
        patch.setattr(one_file, "open_source", growing)
        result = run(home)
    assert result.files == () and result.left_alone == ("shop1/a.csv",)
    assert not list(home.lake.rglob("*.parquet")) and not refused(home)
    assert not any(home.work.iterdir())
    assert only(run(home, "run2")).status == "loaded"


def test_a_crash_before_the_ledger_leaves_nothing_live(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(home, "a.csv", A)
    with monkeypatch.context() as patch:
        patch.setattr(
            runs, "write_ledger", lambda *args: (_ for _ in ()).throw(OSError("no space"))
        )
        with pytest.raises(OSError, match="no space"):
            run(home)
    assert read_ledger(home).live_paths("seller_center/orders") == []
    assert len(list(home.lake.rglob("*.parquet"))) == 1
    run(home, "run2")
    assert lake(home).height == 2
    assert len(list(home.lake.rglob("*.parquet"))) == 1


def test_one_shop_alone(home: Home) -> None:
    drop(home, "a.csv", A, "shop1")
    drop(home, "a.csv", B, "shop2")
    (home.landing / "stray.csv").write_text(A)
    run(home)
    drop(home, "b.csv", B, "shop1")
    drop(home, "b.csv", A, "shop2")
    result = ingest(home, "run2", only_shops=["shop1"])
    assert {(r.shop_id, r.file) for r in result.files} == {("shop1", "a.csv"), ("shop1", "b.csv")}
    assert all(record.is_present for record in read_ledger(home).records)


def test_what_is_left_alone(home: Home) -> None:
    for name in (".hidden", "a.csv.part", "b.TMP", "c.crdownload", "~$d.xlsx", ".git/config"):
        drop(home, name, A)
    (home.landing / ".DS_Store").write_text("x")
    result = run(home)
    assert result.files == () and len(result.left_alone) == 6
    assert discover.is_left_alone("x.part") and not discover.is_left_alone("part.csv")


def test_an_empty_landing_folder(home: Home) -> None:
    result = run(home)
    assert result.files == () and result.shops == ()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "is gone"),
        (b"", "cannot be read"),
        (b'{"version": 1, "fi', "cannot be read"),
        (b"\xff\xfe", "cannot be read"),
        (b"[]", "cannot be read"),
        (b'{"version": 1, "files": [{}], "refused": null}', "cannot be read"),
        (b'{"version": 2, "files": []}', "another version"),
    ],
)
def test_rows_whose_ledger_is_lost_are_no_garbage(
    home: Home, content: bytes | None, problem: str
) -> None:
    exported = drop(home, "a.csv", A)
    run(home)
    good = home.ledger.read_bytes()
    exported.unlink()
    home.ledger.unlink() if content is None else home.ledger.write_bytes(content)
    for attempt in (read_ledger, run):
        with pytest.raises(UsageError, match=problem) as error:
            attempt(home)
        assert error.value.exit_code == 2 and "backup" in error.value.mend
    home.ledger.write_bytes(good)
    run(home, "run2")
    assert lake(home).height == 2


def test_without_rows_a_lost_ledger_is_no_loss(home: Home) -> None:
    drop(home, "bad.csv", b"x,y\n1,2\n")
    run(home)
    home.ledger.write_bytes(b"{")
    assert read_ledger(home).records == ()
    drop(home, "a.csv", A)
    run(home, "run2")
    assert lake(home).height == 2


def test_progress_names_the_file_and_its_rows(home: Home) -> None:
    drop(home, "a.csv", A)
    told: list[str] = []
    ingest(home, "run1", progress=told.append)
    assert any("shop1/a.csv" in text and "1 of 1" in text for text in told)


def test_a_shop_and_files_with_odd_names(home: Home) -> None:
    shop = "Lampe [5] * é"
    declaration = f'shop_id,market,timezone,currency,opened_on\n"{shop}",UK,Europe/London,GBP,\n'
    drop(home, "o r [d]/ers*.csv", A, shop)
    drop(home, "shops.csv", declaration, shop)
    result = run(home)
    assert {record.status for record in result.files} == {"loaded"}
    # The platform's own name of the market, UK, means the country code of its rules.
    assert [(s.shop_id, s.market, s.timezone) for s in result.shops] == [
        (shop, "GB", "Europe/London")
    ]
    assert lake(home)["shop_id"].unique().to_list() == [shop]
    assert not any(set("[]*?") & set(path.as_posix()) for path in home.lake.rglob("*.parquet"))
