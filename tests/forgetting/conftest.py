"""A home folder that knows a buyer, and ways to look for what is left of one."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from flows.forgetting import forget
from flows.home import Home
from flows.home.files import files_under, write_json
from flows.home.hash_key import VARIABLE, HashKey
from flows.ingest import read_ledger
from flows.warehouse.merge import STORAGE_VERSION
from tests.ingest.builders import drop, order, run, table
from tests.ingest.test_buyer_hash import HEADER, returned
from tests.privacy.canaries import contents

KEY = HashKey(bytes(range(32)))
ANN, BOB = KEY.hash("ann.of.maple"), KEY.hash("bob")
REASON = "a request of the 21st"
SHOP = "shop1"


def quiet(_: str) -> None:
    """Say nothing."""


@pytest.fixture(scope="module", autouse=True)
def key() -> Iterator[None]:
    """The key that the hashes of this module are under."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, KEY.secret.hex())
        yield


@pytest.fixture
def home(template: Home, tmp_path: Path) -> Home:
    """A copy of the template, to be changed at will."""
    return Home(shutil.copytree(template.root, tmp_path / "home"))


@pytest.fixture(scope="module")
def template(key: None, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home folder of a shop, read, published and kept, as small as it can be."""
    del key
    home = Home(tmp_path_factory.mktemp("forget")).create()
    rows = [returned(1, "ann.of.maple\t"), returned(2, "bob"), returned(3, "carol")]
    drop(home, "a.csv", table(rows, HEADER))
    drop(home, "b.csv.gz", gzip.compress(table([returned(4, "Ann.Of.Maple")], HEADER).encode()))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("in.csv", table([returned(5, " ann.of.maple")], HEADER))
        archive.writestr("bobs.csv", table([returned(6, "bob")], HEADER))
    drop(home, "c.zip", packed.getvalue())
    drop(home, "orders.csv", table([order(1, buyer_username="ann.of.maple")]))
    drop(home, "orders-of-bob.csv", table([order(2, buyer_username="bob")]))
    drop(home, "refused.csv", table([returned(7, "ann.of.maple")], HEADER[1:]))
    drop(home, "wide.txt", table([returned(8, "ann.of.maple")], HEADER).encode("utf-16"))
    drop(home, "broken.json", '[{"Buyer Username": "ann.of.maple"')
    drop(home, "unfinished.csv.part", "ann.of.maple,1\n")
    drop(home, "ann.of.maples.csv", table([returned(9, "ann.of.maples")], HEADER))
    run(home)
    inputs = [{"shop_id": r.shop_id, "sha256": r.sha256} for r in read_ledger(home).records]
    write_json(home.runs / "r1.json", {"run_id": "r1", "inputs": inputs, "rows": 1})
    write_json(home.runs / "r0.json", {"run_id": "r0", "inputs": [], "rows": 0})
    state = {
        "shops": {SHOP: {"newest": "2026-04-12", "days": {"2026-04-12": "f"}}},
        "editions": {"daily/2026-04-12": {"run_id": "r1", "shops": {SHOP: "f", "other": "g"}}},
    }
    for folder in (home.private, home.private / "publications" / "r0"):
        write_json(folder / "publication.json", state)
    made = tmp_path_factory.mktemp("made") / "greenzone.duckdb"
    warehouse(made)
    for path in (
        home.published,
        home.private / "publications" / "r0" / "greenzone.duckdb",
        home.what_if("US-1") / "greenzone.duckdb",
        home.private / "build.duckdb",
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(made, path)
    day = home.reports / "daily" / "2026-04-12"
    for folder in (day, day / "editions" / "r0"):
        folder.mkdir(parents=True)
        (folder / "index.html").write_text(f"<code>{ANN}</code><text>Buyer {ANN[:17]}…</text>")
        (folder / "report.json").write_text(json.dumps({"buyers": [ANN, BOB]}))
        (folder / "margin_traps.csv").write_text(f"segment\n{ANN}\n{BOB}\n")
    return home


def warehouse(path: Path) -> None:
    """A database with the marts that know buyers, and one that does not."""
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{path}' as w (storage_version '{STORAGE_VERSION}')")
        connection.execute("create schema w.marts")
        connection.execute(
            "create table w.marts.repeat_returners as select 'shop1' as shop_id, "
            f"unnest(['{ANN}', '{BOB}']) as buyer_hash, unnest([3, 4]) as orders, "
            "12.50::decimal(18, 2) as refund_amount, date '2026-04-01' as first_on"
        )
        connection.execute(
            f"create table w.marts.margin_traps as select 'Buyer {ANN} gave back' as said, "
            f"['{ANN}', 'x'] as names, 1 as place"
        )
        connection.execute(
            "create table w.marts.orders as select i::varchar as order_id, i % 7 as n "
            "from range(3000) as r(i)"
        )


def holders(home: Home, value: str) -> set[str]:
    """Files outside landing in which a hash, or its beginning as a cut label, is found."""
    return {
        name.split()[0]
        for name, content in contents(home)
        if value.encode() in content or f"{value[:17]}…".encode() in content
    }


def names(home: Home) -> set[str]:
    """Files in landing."""
    return {path.relative_to(home.landing / SHOP).as_posix() for path in files_under(home.landing)}


def done(home: Home, **options: bool) -> set[str]:
    """Forget the buyer; the exports that are named."""
    result = forget(home, ANN, REASON, quiet, **options)
    return {item["file"].removeprefix(f"{SHOP}/") for item in result.landing}


HOLDING = {
    "a.csv",
    "b.csv.gz",
    "c.zip",
    "orders.csv",
    "refused.csv",
    "wide.txt",
    "broken.json",
    "unfinished.csv.part",
}
STAYING = {"refused.csv", "broken.json"}
"""Of those the ones that are refused: --delete leaves them."""
