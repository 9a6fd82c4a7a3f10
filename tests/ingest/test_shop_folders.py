"""Folders whose names can be no shop's id are refused, each as one, and hold up nobody."""

from __future__ import annotations

import os

import pytest

from flows.home import Home
from flows.ingest.discover import is_shop_id
from tests.ingest.builders import drop, order, run, table

UNFIT = (
    "a" * 101,
    "ร้าน" * 9,  # 324 bytes in the lake's percent-encoded name
    "red\x1b[31m",
    "two\nlines",
    "turned\u202egnp",
    "back\\slash",
    " ahead",
    "behind ",
    "editions",
    "report.json",
    "east.html",
    os.fsdecode(b"latin\xe9"),
)
FIT = ("demo", "Demo Shop & Co", "o'brien", "<b>shop</b>", "=1+1", "ร้าน", "-rf", "a" * 100, "index")


@pytest.mark.parametrize("name", FIT)
def test_an_odd_name_may_be_a_shops(name: str) -> None:
    assert is_shop_id(name)


def test_unfit_folders_are_refused_and_the_others_are_read(home: Home) -> None:
    for name in UNFIT:
        drop(home, "orders.csv", table([order()]), shop=name)
    drop(home, "orders.csv", table([order()]), shop="demo")
    result = run(home)
    loaded = [record for record in result.files if record.status == "loaded"]
    assert [(record.shop_id, record.rows_accepted) for record in loaded] == [("demo", 1)]
    refused = result.refused_files
    assert len(refused) == len(UNFIT)
    assert {record.shop_id for record in refused} == {""}
    assert all("Rename it" in (record.mend or "") for record in refused)
    assert [shop.shop_id for shop in result.shops] == ["demo"]
    assert run(home, "run2").read == ()
