"""A buyer's name becomes a keyed hash at the door, and is found nowhere after it."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path

import pytest

from flows.contracts import contract
from flows.home import Home
from flows.home.hash_key import VARIABLE, HashKey, hash_key
from flows.ingest import check_file, read_ledger
from tests.ingest.builders import drop, lake, run, table
from tests.ingest.test_privacy import everything_outside_landing

RETURNS = contract("seller_center/returns")
HEADER = RETURNS.file_layouts[0].header
FEED = "seller_center/returns"
KEY = HashKey(bytes(range(32)))


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> HashKey:
    monkeypatch.setenv(VARIABLE, KEY.secret.hex())
    return KEY


def returned(number: int, buyer: str, **changes: str) -> dict[str, str]:
    return {
        "Return Order ID": f"40000000000000{number:04d}\t",
        "Order ID": f"57646141303878{number:04d}\t",
        "SKU ID": "172940000000000001\t",
        "Seller SKU": "GZ-001",
        "Buyer Username": buyer,
        "Return Type": "Return and refund",
        "Time Requested": "13/04/2026 10:00:00",
        "Return Reason": "Missing parts",
        "Return unit price": "12.50",
        "Return Quantity": "1",
        "Return Status": "Completed",
        "Refund Time": "15/04/2026 10:00:00",
        "Buyer Note": "CANARY-note",
        **changes,
    }


def hashes(home: Home) -> list[str | None]:
    frame = lake(home, FEED).sort("return_order_id")
    return frame["buyer_hash"].to_list()


def test_the_same_buyer_hashes_alike_in_every_file(home: Home) -> None:
    drop(home, "a.csv", table([returned(1, "CANARY-ann\t"), returned(2, "CANARY-bob")], HEADER))
    lines = json.dumps([returned(3, "canary-ANN ")])
    drop(home, "later/b.json", lines)
    run(home)
    ann, bob, again = hashes(home)
    assert ann == again == KEY.hash("CANARY-ann")
    assert bob == KEY.hash("CANARY-bob")


@pytest.mark.parametrize("cell", ["", "-", "--", "N/A", "/", "\t", "j***e", "***"])
def test_no_name_and_a_masked_name_are_nobody(home: Home, cell: str) -> None:
    drop(home, "a.csv", table([returned(1, cell)], HEADER))
    run(home)
    assert hashes(home) == [None]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", table([returned(1, "CANARY-ann")], HEADER).encode()),
        ("a.csv.gz", gzip.compress(table([returned(1, "CANARY-ann")], HEADER).encode())),
        ("a.txt", table([returned(1, "CANARY-ann")], HEADER).encode("utf-16")),
        ("a.json", json.dumps([returned(1, "CANARY-ann")]).encode()),
        # Refused rows: a name in the place of a time and of a number, and a row without an id.
        (
            "a.csv",
            table(
                [
                    returned(1, "CANARY-ann", **{"Time Requested": "CANARY-ann"}),
                    returned(2, "CANARY-ann", **{"Order ID": ""}),
                    returned(4, "CANARY-ann", **{"Return Quantity": "CANARY-ann"}),
                    returned(5, "CANARY-ann"),
                ],
                HEADER,
            ).encode(),
        ),
        # A refused file.
        ("a.csv", table([returned(1, "CANARY-ann")], HEADER[1:]).encode()),
    ],
)
def test_the_name_is_nowhere(home: Home, name: str, content: bytes) -> None:
    drop(home, name, content)
    run(home)
    found = everything_outside_landing(home).lower()
    assert b"canary" not in found
    # Nor is a hash of it that anybody could compute: the bare digests of the usual spellings.
    for text in (b"CANARY-ann", b"canary-ann"):
        for digest in (hashlib.sha256, hashlib.sha1, hashlib.md5):
            assert digest(text).hexdigest()[:16].encode() not in found
    assert KEY.secret not in found and KEY.secret.hex().encode() not in found


def test_a_check_says_that_the_name_is_hashed_and_shows_neither(home: Home) -> None:
    path = drop(home, "a.csv", table([returned(1, "CANARY-ann")], HEADER))
    report = check_file(path)
    [member] = report.members
    assert report.is_clean
    assert member.hashed_columns == ("Buyer Username",)
    assert member.dropped_columns == ("Buyer Note",)
    assert "Buyer Username" not in member.read_columns
    assert "CANARY" not in repr(report) and KEY.hash("CANARY-ann") not in repr(report)


def test_a_run_with_the_same_key_reads_nothing_again(home: Home) -> None:
    drop(home, "a.csv", table([returned(1, "ann")], HEADER))
    run(home)
    before = read_ledger(home)
    assert run(home, "run2").read == ()
    assert read_ledger(home) == before


def test_another_key_reads_the_returns_again_and_nothing_else(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(home, "a.csv", table([returned(1, "ann")], HEADER))
    drop(home, "skus.csv", "seller_sku,title\nGZ-001,Lamp\n")
    run(home)
    other = HashKey(bytes(32))
    monkeypatch.setenv(VARIABLE, other.secret.hex())
    assert [record.file for record in run(home, "run2").read] == ["a.csv"]
    assert hashes(home) == [other.hash("ann")]


def test_the_same_files_under_the_same_key_make_the_same_lake(home: Home, tmp_path: Path) -> None:
    rows = [returned(number, f"buyer{number % 7}") for number in range(40)]
    second = Home(tmp_path / "second").create()
    for place in (home, second):
        drop(place, "a.csv", table(rows, HEADER))
        run(place)
    assert lake(home, FEED).equals(lake(second, FEED))


def test_without_the_environment_each_home_has_a_key_of_its_own(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE)
    second = Home(tmp_path / "second").create()
    for place in (home, second):
        drop(place, "a.csv", table([returned(1, "ann")], HEADER))
        run(place)
        assert hashes(place) == [hash_key(place).hash("ann")]
    assert hashes(home) != hashes(second)


def test_a_hash_is_kept_of_the_return_export_alone() -> None:
    assert RETURNS.hashed_headers == ("Buyer Username",)
    assert contract("seller_center/orders").hashed_headers == ()
