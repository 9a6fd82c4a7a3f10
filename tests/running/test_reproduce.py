"""What keeps a run from being made again is named, with its mend, before anything is built."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flows.commands.auditing import compared_lines
from flows.errors import UsageError
from flows.home import fingerprint
from flows.home.files import write_json
from flows.home.layout import Home
from flows.running.reproduce import compared, record_of, reproduce

RUN = "20260401T080000Z-0a0a0a"
LAKE_FILE = "seller_center/orders/shop=a/0123456789abcdef-00000000-00000.parquet"


def _record(**changes: Any) -> dict[str, Any]:
    return {
        "run_id": RUN,
        "command": "daily",
        "arguments": {"policy": None},
        "status": "published",
        "fingerprints": {**fingerprint.of_project(), "shop a": "x"},
        "versions": fingerprint.versions(),
        "commit": "c0ffee",
        "scope": {"days": ["2026-04-01"], "as_of": {"a": ["2026-04-01"]}, "whole": ["a"]},
        "shops": [],
        "inputs": [
            {
                "file": "orders.csv",
                "feed": "seller_center/orders",
                "shop_id": "a",
                "status": "loaded",
                "lake_paths": [LAKE_FILE],
                "contract": "0123456789abcdef",
                "reader": 1,
            }
        ],
        "marts": {"orders": {"rows": 1, "digest": "d"}},
        "reproducible": True,
        "not_reproducible_because": None,
        **changes,
    }


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path).create()
    (made.lake / LAKE_FILE).parent.mkdir(parents=True)
    (made.lake / LAKE_FILE).write_bytes(b"")
    return made


def _refusal(home: Home, record: dict[str, Any], *, anyway: bool = False) -> str:
    write_json(home.runs / f"{RUN}.json", record)
    with pytest.raises(UsageError) as error:
        reproduce(home, RUN, None, anyway)
    assert error.value.exit_code == 2 and error.value.mend
    assert [path.name for path in home.runs.iterdir()] == [f"{RUN}.json"]
    return str(error.value)


def test_a_run_that_there_is_not(home: Home) -> None:
    write_json(home.runs / f"{RUN}.json", _record())
    with pytest.raises(UsageError, match=f"No record is there under 'none'.*{RUN}"):
        reproduce(home, "none", None, anyway=False)
    with pytest.raises(UsageError, match="No record is there under ''"):
        reproduce(home, "", None, anyway=False)


def test_a_part_of_the_id_is_enough_where_no_other_has_it(home: Home) -> None:
    write_json(home.runs / f"{RUN}.json", _record())
    assert record_of(home, "0a0a0a")["run_id"] == RUN
    write_json(home.runs / f"{RUN}b.json", _record())
    assert record_of(home, RUN)["run_id"] == RUN
    with pytest.raises(UsageError, match="Several runs are there under '0a0a'"):
        record_of(home, "0a0a")


@pytest.mark.parametrize("path", ["../interventions", "/etc/passwd", "..", "*"])
def test_a_name_is_no_path(home: Home, path: str) -> None:
    write_json(home.interventions, {})
    write_json(home.runs / f"{RUN}.json", _record())
    with pytest.raises(UsageError, match="No record"):
        record_of(home, path)


def test_a_run_without_marts(home: Home) -> None:
    said = _refusal(
        home,
        _record(marts={}, reproducible=False, not_reproducible_because="The run wrote no marts."),
    )
    assert said.startswith(f"Run {RUN} cannot be made again. The run wrote no marts.")


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"status": "failed", "scope": {}, "reproducible": False}, "It failed before it was done."),
        ({"scope": {}}, "It built no days of any shop."),
        ({"scope": {"days": ["2026-04-01"], "as_of": {}, "whole": []}}, "It built no days"),
    ],
)
def test_a_run_that_failed_or_built_nothing_whatever_is_asked(
    home: Home, changes: dict[str, Any], because: str
) -> None:
    for anyway in (False, True):
        assert because in _refusal(home, _record(**changes), anyway=anyway)


def test_a_record_of_before_this_was_recorded(home: Home) -> None:
    old = {
        key: value
        for key, value in _record().items()
        if key not in ("marts", "scope", "reproducible", "not_reproducible_because", "commit")
    }
    assert "It was made before marts were recorded." in _refusal(home, old)


def test_a_run_whose_buyers_were_forgotten(home: Home) -> None:
    because = "A buyer was forgotten on 2026-05-01."
    record = _record(reproducible=False, not_reproducible_because=because)
    assert because in (said := _refusal(home, record)) and "--anyway" in said


def test_other_code_is_named_with_what_to_check_out(home: Home) -> None:
    project = {**fingerprint.of_project(), "code": "other", "seeds": "other"}
    said = _refusal(home, _record(fingerprints=project))
    assert "other contents of the code, the rules. Check out commit c0ffee." in said
    assert "--anyway" in said
    said = _refusal(home, _record(fingerprints=project, commit=None))
    assert "Install the version of that day." in said
    said = _refusal(home, _record(fingerprints=project, commit=fingerprint.commit()))
    assert fingerprint.commit() is None or "changes that were not committed" in said


def test_other_libraries_are_named_with_both_versions(home: Home) -> None:
    here = fingerprint.versions()["polars"]
    said = _refusal(home, _record(versions={**fingerprint.versions(), "polars": "0.1"}))
    assert f"made with polars 0.1 (here {here}): `make setup`" in said


def test_files_of_the_lake_that_are_gone(home: Home) -> None:
    (home.lake / LAKE_FILE).unlink()
    assert f"1 files of the lake that run {RUN} read are gone, {LAKE_FILE}" in _refusal(
        home, _record(), anyway=True
    )


def test_a_file_that_may_not_be_written(home: Home) -> None:
    write_json(home.runs / f"{RUN}.json", _record())
    for out in (home.published, home.runs, home.runs / "none" / "x.duckdb"):
        with pytest.raises(UsageError, match="The marts cannot be written"):
            reproduce(home, RUN, out, anyway=False)


def test_marts_are_compared_one_by_one() -> None:
    then = {"a": {"rows": 1, "digest": "x"}, "b": {"rows": 2, "digest": "y"}}
    now = {"b": {"rows": 2, "digest": "z"}, "c": {"rows": 3, "digest": "w"}}
    found = compared(then, {**now, "a": dict(then["a"])})
    assert {mart: row["is_same"] for mart, row in found.items()} == {
        "a": True,
        "b": False,
        "c": False,
    }
    assert found["c"] == {"rows_recorded": None, "rows_rebuilt": 3, "is_same": False}


def test_it_is_said_in_words_which_mart_differs() -> None:
    marts = compared(
        {"orders": {"rows": 1200, "digest": "x"}, "packages": {"rows": 7, "digest": "y"}},
        {"orders": {"rows": 1200, "digest": "x"}, "packages": {"rows": 8, "digest": "z"}},
    )
    shown = {"run_id": RUN, "marts": marts, "out": None}
    assert list(compared_lines(shown)) == [
        f"Run {RUN}: 1 of 2 marts differ from what it wrote.",
        "  same       orders: 1,200 rows",
        "  different  packages: 7 rows, now 8 rows",
    ]
    del marts["packages"]
    assert next(iter(compared_lines(shown))) == f"Run {RUN}: all 1 marts are the same."
