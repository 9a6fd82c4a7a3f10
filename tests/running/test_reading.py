"""From landing to the inputs of a build."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from flows import contracts, stages
from flows.contracts import Column, load_contracts, matching
from flows.home.files import write_json
from flows.home.layout import Home
from flows.ingest import one_file, read_ledger, resolve_shops
from flows.running.reading import fingerprints, prepare_build
from flows.running.run import Request, Run
from flows.warehouse.scope import snapshot_scope, what_if_scope
from tests.ingest.builders import ORDERS, SHOP, drop, order, run, table


def test_a_build_that_begins_is_not_taken_for_the_last_finished_one(tmp_path: Path) -> None:
    home = Home(tmp_path).create()
    made = Run(Request("daily", home), "r", print)
    made.ledger = read_ledger(home)
    made.scope = what_if_scope((), [])
    made.built_mark.write_text("finished")
    prepare_build(made)
    assert made.build.exists()
    assert not made.built_mark.exists()


def test_a_home_folder_that_moved_has_no_finished_build(tmp_path: Path) -> None:
    for name, is_built in (("here", True), ("there", False)):
        home = Home(tmp_path / name).create()
        made = Run(Request("daily", home), "r", print)
        made.scope = what_if_scope((), [])
        made.build.touch()
        if is_built:
            write_json(made.built_mark, {"key": stages._build_key(made)})
            mark = made.built_mark.read_bytes()
        else:
            made.built_mark.write_bytes(mark)
        assert stages._is_built(made) == is_built


def _changed_contract() -> contracts.Contract:
    """That of orders with a column added, one renamed and one that is written otherwise."""
    columns = [
        replace(column, name="depot_name") if column.name == "warehouse_name" else column
        for column in ORDERS.columns
    ]
    columns = [
        replace(column, physical_type="BIGINT") if column.name == "quantity" else column
        for column in columns
    ]
    added = Column("gift_note", "text", "A note", "VARCHAR", ("Gift Note",))
    return replace(ORDERS, columns=(*columns, added), fingerprint="another")


def test_rows_of_an_earlier_contract_outlive_their_exports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path).create()
    gone = [drop(home, f"{n}.csv", table([order(n), order(n + 1)])) for n in (1, 3)]
    run(home)
    for path in gone:
        path.unlink()
    drop(home, "new.csv", table([order(9)]))
    now = tuple(_changed_contract() if c is ORDERS else c for c in load_contracts())
    for module in (contracts, matching, one_file):
        monkeypatch.setattr(module, "load_contracts", lambda: now)
    run(home, "run2")

    made = Run(Request("snapshot", home), "r", print)
    made.ledger = read_ledger(home)
    made.shops = {shop.shop_id: shop for shop in resolve_shops(home)}
    made.scope = snapshot_scope(date(2026, 4, 10), [SHOP])
    prepare_build(made)
    with duckdb.connect(str(made.build), read_only=True) as connection:
        rows = connection.execute(
            "select right(order_id, 2), quantity, depot_name, gift_note, typeof(quantity), "
            "typeof(gift_note), shop_id from lake.seller_center__orders order by order_id"
        ).fetchall()
    assert rows == [
        (f"{n:02d}", 2, "East" if n == 9 else None, None, "BIGINT", "VARCHAR", SHOP)
        for n in (1, 2, 3, 4, 9)
    ]


def test_a_refused_file_that_goes_is_a_change_and_one_that_was_read_is_none(
    tmp_path: Path,
) -> None:
    home = Home(tmp_path).create()
    read, refused = drop(home, "a.csv", table([order(1)])), drop(home, "odd.csv", "x,y\n1,2\n")

    def seen() -> str:
        run(home)
        return fingerprints(resolve_shops(home), read_ledger(home).records)[SHOP]

    first = seen()
    read.unlink()
    assert seen() == first
    refused.unlink()
    gone = seen()
    assert gone != first
    assert seen() == gone


def test_a_shop_folder_without_a_file_is_told_and_left_out(tmp_path: Path) -> None:
    home = Home(tmp_path).create()
    drop(home, "orders.csv", table([order()]))
    (home.landing / "empty").mkdir()
    told: list[str] = []
    made = Run(Request("daily", home), "r", told.append)
    stages.read_landing(made)
    assert sorted(made.shops) == [SHOP]
    assert [line for line in told if "empty" in line] == [
        f"Warning: {home.landing / 'empty'} holds no file: it is left out"
    ]
    one = Run(Request("daily", home, shops=(SHOP,)), "s", told.append)
    stages.read_landing(one)
    assert not any("holds no file" in line for line in told[-2:])
