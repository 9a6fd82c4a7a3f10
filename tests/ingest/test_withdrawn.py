"""Withdrawn files: in no table of the lake, whatever they are called, until they are restored."""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
from pathlib import Path

import polars as pl
import pytest

from flows.errors import UsageError
from flows.home import Home
from flows.home.interventions import add_intervention, read_interventions, withdrawals
from flows.ingest import read_ledger, resolve_shops
from flows.ingest.named import Named, Unknown, find_named
from flows.running.reading import fingerprints
from tests.ingest.builders import EVENT, SHOP, drop, lake, order, run, table, tracking

A = table([order(1), order(2)])
B = table([order(2), order(3, quantity="0")])
C = table([order(4)])
SKUS = "seller_sku,title,category,unit_cost,currency,weight_kg,is_branded,launched_on\n"
OLD, NEW = SKUS + "A,Lamp,Home,1.50,USD,0.2,yes,2025-01-01\n", SKUS + "A,Lamp,Home,9.99,USD,,no,\n"


def decide(home: Home, action: str, name: str, shop: str | None = None) -> Named:
    found = find_named(home, name, shop, withdrawals(read_interventions(home)))
    assert action in ("withdraw", "restore")
    add_intervention(
        home,
        action,  # type: ignore[arg-type] # one of two words
        found.shop_id,
        found.label,
        "why",
        details={"sha256": sorted(found.sha256), "files": list(found.files)},
    )
    return found


def states(home: Home) -> dict[str, str]:
    return {record.file: record.status for record in read_ledger(home).records}


def made_from(home: Home) -> str:
    return fingerprints(resolve_shops(home), read_ledger(home).records)[SHOP]


def zipped(**members: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.csv", content)
    return target.getvalue()


def sha256(content: str | bytes) -> str:
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def test_the_lake_is_as_if_the_file_had_never_come(home: Home, tmp_path: Path) -> None:
    drop(home, "a.csv", A)
    drop(home, "b.csv", B)
    run(home)
    before, was = lake(home), made_from(home)
    decide(home, "withdraw", "b.csv")
    result = run(home, "run2")
    never = Home(tmp_path / "never").create()
    drop(never, "a.csv", A)
    run(never)
    assert lake(home).equals(lake(never))
    assert states(home) == {"a.csv": "loaded", "b.csv": "withdrawn"}
    assert (SHOP, "seller_center/orders") in result.changed
    assert made_from(home) != was
    (out,) = [record for record in result.files if record.status == "withdrawn"]
    assert (out.rows_read, out.rows_accepted, out.rows_quarantined) == (2, 1, 1)
    assert all((home.lake / path).exists() for path in out.lake_paths), "kept, to be restored"

    decide(home, "restore", "b.csv")
    (home.landing / SHOP / "b.csv").unlink()
    run(home, "run3")
    assert lake(home).equals(before)
    assert made_from(home) == was


def test_withdrawn_bytes_stay_out_under_every_name_and_after_every_reading(home: Home) -> None:
    drop(home, "a.csv", A)
    drop(home, "copy.csv", A)
    run(home)
    found = decide(home, "withdraw", "copy.csv")
    assert found.files == ("a.csv", "copy.csv")
    for path in (home.landing / SHOP).iterdir():
        path.unlink()
    run(home, "run2")
    drop(home, "other/name.csv", A)
    drop(home, "all.zip", zipped(inner=A))
    # A shop's declaration has every file of the shop read again.
    drop(home, "shops.csv", f"shop_id,market,timezone,currency,opened_on\n{SHOP},US,UTC,USD,\n")
    result = run(home, "run3")
    assert [r.file for r in result.read if r.status == "loaded"] == ["shops.csv"]
    assert lake(home).is_empty()
    assert set(states(home).items()) >= {
        ("a.csv", "withdrawn"),
        ("copy.csv", "withdrawn"),
        ("other/name.csv", "withdrawn"),
        ("all.zip!/inner.csv", "withdrawn"),
    }
    # Other bytes are another file, and another shop's file is its own.
    drop(home, "a.csv", A + "\n")
    drop(home, "a.csv", A, "shop2")
    run(home, "run4")
    assert sorted(lake(home)["shop_id"]) == [SHOP, SHOP, "shop2", "shop2"]


def test_deleting_from_landing_withdraws_nothing(home: Home) -> None:
    path = drop(home, "a.csv", A)
    run(home)
    before, was = lake(home), made_from(home)
    path.unlink()
    run(home, "run2")
    assert lake(home).equals(before)
    assert made_from(home) == was


def test_an_archive_goes_with_all_its_members_and_a_member_alone(home: Home) -> None:
    archive = zipped(one=A, two=tracking(EVENT), three="no,contract\n")
    drop(home, "all.zip", archive)
    drop(home, "rest.csv.gz", gzip.compress(C.encode()))
    run(home)
    found = decide(home, "withdraw", "all.zip!/one.csv")
    assert found.sha256 == {sha256(A)}
    run(home, "run2")
    assert lake(home).height == 1
    assert lake(home, "carriers/tracking_events").height == 1
    found = decide(home, "withdraw", sha256(archive)[:8].upper())
    assert found.label == "all.zip"
    assert len(found.sha256) == 3
    run(home, "run3")
    assert lake(home, "carriers/tracking_events").is_empty()
    assert states(home) == {
        "all.zip!/one.csv": "withdrawn",
        "all.zip!/three.csv": "refused",
        "all.zip!/two.csv": "withdrawn",
        "rest.csv.gz": "loaded",
    }
    decide(home, "restore", "all.zip")
    run(home, "run4")
    assert (lake(home).height, lake(home, "carriers/tracking_events").height) == (3, 1)


def test_a_file_can_be_withdrawn_before_a_run_has_read_it(home: Home) -> None:
    path = drop(home, "bad.csv", A)
    assert find_named(home, str(path), None) == find_named(home, f"{SHOP}/bad.csv", SHOP)
    found = decide(home, "withdraw", "bad.csv")
    assert found.sha256 == {sha256(A)}
    assert not found.records
    run(home)
    assert states(home) == {"bad.csv": "withdrawn"}
    assert lake(home).is_empty()


def costs(home: Home) -> list[float]:
    rows = lake(home, "reference/skus")
    return [] if rows.is_empty() else rows["unit_cost"].cast(pl.Float64).to_list()


def test_a_withdrawn_declaration_does_not_bring_back_what_it_replaced(home: Home) -> None:
    drop(home, "skus.csv", OLD)
    run(home)
    drop(home, "skus.csv", NEW)
    run(home, "run2")
    decide(home, "withdraw", "skus.csv")
    run(home, "run3")
    assert costs(home) == []
    drop(home, "skus.csv", OLD)
    run(home, "run4")
    assert costs(home) == [1.5]
    # Restored, it is what any older file of the name is: replaced.
    add_intervention(home, "restore", SHOP, "skus.csv", "why", details={"sha256": [sha256(NEW)]})
    run(home, "run5")
    assert costs(home) == [1.5]


def test_a_withdrawn_declaration_under_a_good_ones_name_leaves_it_alone(home: Home) -> None:
    drop(home, "bad.csv", NEW)
    run(home)
    decide(home, "withdraw", "bad.csv")
    (home.landing / SHOP / "bad.csv").unlink()
    drop(home, "skus.csv", OLD)
    run(home, "run2")
    assert costs(home) == [1.5]
    drop(home, "skus.csv", NEW)
    run(home, "run3")
    assert costs(home) == [1.5]
    (home.landing / SHOP / "skus.csv").unlink()
    # Restored, the bytes that came last under the name replace the others.
    decide(home, "restore", sha256(NEW))
    run(home, "run4")
    assert costs(home) == [9.99]


def test_a_withdrawn_zone_is_the_shops_no_more(home: Home) -> None:
    drop(home, "shops.csv", f"shop_id,market,timezone,currency,opened_on\n{SHOP},US,UTC,USD,\n")
    drop(home, "a.csv", A)
    run(home)
    (shop,) = resolve_shops(home)
    assert (shop.timezone, shop.is_declared) == ("UTC", True)
    decide(home, "withdraw", "shops.csv")
    run(home, "run2")
    (shop,) = resolve_shops(home)
    assert (shop.timezone, shop.is_declared) == ("America/Los_Angeles", False)
    assert [r.key.timezone for r in read_ledger(home).records if r.file == "a.csv"] == [
        "America/Los_Angeles"
    ]


@pytest.mark.parametrize("name", ["a.csv", f"{SHOP}/a.csv", f"landing/{SHOP}/a.csv", "./a.csv"])
def test_a_file_is_named_in_several_ways(home: Home, name: str) -> None:
    drop(home, "a.csv", A)
    run(home)
    assert find_named(home, name, None).sha256 == {sha256(A)}


def test_a_path_from_where_one_stands_is_a_name(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(home, "sub/a.csv", A)
    run(home)
    monkeypatch.chdir(home.landing / SHOP)
    assert find_named(home, "sub/a.csv", None).label == "sub/a.csv"
    monkeypatch.chdir(home.landing / SHOP / "sub")
    assert find_named(home, "a.csv", None).label == "sub/a.csv"


def test_a_name_of_several_files_is_not_guessed(home: Home) -> None:
    drop(home, "a.csv", A)
    drop(home, "a.csv", A, "shop2")
    run(home)
    with pytest.raises(UsageError, match="--shop"):
        find_named(home, "a.csv", None)
    with pytest.raises(UsageError, match="--shop"):
        find_named(home, sha256(A), None)
    assert find_named(home, "a.csv", "shop2").shop_id == "shop2"
    drop(home, "a.csv", B)
    run(home, "run2")
    with pytest.raises(UsageError, match="SHA-256") as caught:
        find_named(home, "a.csv", SHOP)
    assert sha256(A)[:12] in str(caught.value)
    assert find_named(home, sha256(B)[:8], SHOP).sha256 == {sha256(B)}


def test_new_bytes_that_no_run_has_read_are_told_from_those_that_were(home: Home) -> None:
    drop(home, "a.csv", A)
    run(home)
    drop(home, "a.csv", B)
    with pytest.raises(UsageError, match="several"):
        find_named(home, "a.csv", None)
    decide(home, "withdraw", sha256(A)[:10])
    assert decide(home, "restore", "a.csv").sha256 == {sha256(A)}


@pytest.mark.parametrize(
    "name", ["orders 2026-4.csv", "", "..", "/", "a" * 5000, "1234567", "f" * 64, "\0", "~nobody/x"]
)
def test_an_unknown_name_is_refused_with_what_comes_near(home: Home, name: str) -> None:
    drop(home, "2026/orders 2026-04.csv", A)
    run(home)
    with pytest.raises(Unknown) as caught:
        find_named(home, name, None)
    if name.startswith("orders"):
        assert f"{SHOP}/2026/orders 2026-04.csv" in caught.value.mend
    assert caught.value.mend
    with pytest.raises(UsageError, match="no shop"):
        find_named(home, name, "nobody")
