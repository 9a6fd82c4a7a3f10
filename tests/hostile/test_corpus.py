"""Every hostile file: no crash, a reason with its mend, all rows counted, no other file touched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flows.home import Home
from tests.hostile import archives, documents, texts, workbooks
from tests.hostile.case import Case
from tests.hostile.landing import CLEAN, Read, fill, read, rows_of, shop_of

CASES: tuple[Case, ...] = (
    *texts.CASES,
    *archives.CASES,
    *workbooks.CASES,
    *documents.CASES,
)
# For all of them together, in one run; seconds of CPU, as the machine may be busy with other tests.
MAX_CPU_SECONDS, MAX_MB, MAX_READERS_MB = 60, 500, 4200


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """The whole corpus, a shop for every file, in one run."""
    home = Home(tmp_path_factory.mktemp("hostile") / "home").create()
    fill(home, CASES)
    return read(home)


def test_a_hundred_shops_at_once_take_bounded_memory_and_time(found: Read) -> None:
    assert len(CASES) > 100
    assert found.took["cpu_seconds"] < MAX_CPU_SECONDS
    assert found.took["peak_mb"] < MAX_MB
    assert found.took["readers_mb"] < MAX_READERS_MB
    assert not found.took["left_alone"]
    assert not any(found.home.work.iterdir())


def test_no_two_cases_have_the_same_name() -> None:
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case.name for case in CASES])
def test_what_comes_of_it(found: Read, number: int) -> None:
    case, shop = CASES[number], shop_of(number)
    check_case(found, case, shop)


def check_case(found: Read, case: Case, shop: str) -> None:
    records = found.records[shop]
    others = {name: record for name, record in records.items() if name not in CLEAN}
    assert len(others) == 1, "every file has one record"
    (record,) = others.values()
    shown = [
        (row["row_number"], row["column"], row["reason"]) for row in found.refused.get(shop, [])
    ]
    if case.is_refused:
        assert record.status == "refused", (record, shown)
        assert case.word in record.reason
        assert record.reason.endswith(".") and record.mend.endswith(".")
        assert not record.lake_paths and not record.rows_read
    else:
        assert record.status == "loaded", record
        assert [(int(n), word) for n, _, word in shown] == [
            (n, next((w for m, _, w in shown if int(m) == n and word in w), f"…{word}…"))
            for n, word in case.rows
        ]
        counts = (record.rows_accepted, record.rows_quarantined, record.rows_skipped)
        assert counts == (case.accepted, len(case.rows), case.skipped), shown
        for row in found.refused.get(shop, []):
            assert row["file"] == record.file and row["mend"]
    alone = rows_of(found.home, "alone", found.records["alone"].values())
    beside = rows_of(found.home, shop, (records[name] for name in CLEAN))
    assert alone.keys() == beside.keys()
    assert all(beside[feed].equals(rows) for feed, rows in alone.items())


def test_every_refused_file_is_in_the_list(found: Read) -> None:
    path = found.home.quarantine / "run1" / "refused_files.json"
    listed = {(item["shop_id"], item["name"]) for item in json.loads(path.read_text("utf-8"))}
    refused = {
        (shop, record.file)
        for shop, records in found.records.items()
        for record in records.values()
        if record.status == "refused"
    }
    assert listed == refused


def test_a_second_run_reads_nothing_again(found: Read) -> None:
    before = found.home.ledger.read_bytes()
    again = read(found.home, "run2")
    assert again.records == found.records
    assert again.took["peak_mb"] < MAX_MB
    assert Path(found.home.ledger).read_bytes() == before
