"""The runner: verdicts by shop, errors that block, a file that is free again, nothing leaked."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from flows.quality import Expectation, Gate, GateResult, TableSuite, blocked_by, from_json, run_gate

HOSTILE = ("' or 1=1 --", ":name", "{batch}", "<script>", "ชื่อร้าน")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "t.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.t as select s as shop_id, i as id, 'key:' || i as key, "
            "'Jane Doe, jane@example.com' as buyer from (values ('a'), ('b')) as v (s), "
            "range(1000) as r (i)"
        )
    return path


def ask(
    database: Path, *expectations: Expectation, shops: tuple[str, ...] = ("a", "b")
) -> GateResult:
    return run_gate(database, Gate("gate", "marts", (TableSuite("t", expectations),)), shops)


def rows(name: str, fails_when: str, severity: str = "critical", **more: str) -> Expectation:
    return Expectation(
        name=name,
        table="t",
        severity=severity,  # type: ignore[arg-type]
        description=name,
        fails_when=fails_when,
        **more,  # type: ignore[arg-type]
    )


def test_each_shop_answers_for_itself(database: Path) -> None:
    result = ask(
        database,
        rows("mine", "shop_id = 'a' and id < 3", example="key"),
        rows("nobody", "id < 0"),
        rows("both", "id = 5", severity="warning"),
    )

    assert result.blocked_shops == ("a",)
    mine, nobody, both = result.results
    assert mine.observed == "fails for 1 shop: 3 rows of 1,000"
    assert mine.findings[0].examples == ("key:0", "key:1", "key:2")
    assert nobody.passed and nobody.findings == ()
    assert both.failing_shops == ("a", "b") and both.severity == "warning"
    assert result.failures("b") == (both,)
    assert blocked_by([result, ask(database, rows("x", "shop_id = 'b'"))]) == ("a", "b")


def test_an_expectation_that_errs_counts_as_failed_and_blocks(database: Path) -> None:
    result = ask(
        database,
        rows("broken", "no_such_column = 1", severity="warning"),
        rows("cast", "cast(buyer as integer) = 1", severity="warning"),
        rows("sound", "id < 0"),
    )

    broken, cast, sound = result.results
    assert broken.is_errored and broken.severity == "critical" and not broken.passed
    assert broken.observed == "could not be judged (BinderException)"
    assert cast.observed == "could not be judged (ConversionException)"
    assert sound.passed and not sound.is_errored
    assert result.blocked_shops == ("a", "b")


@pytest.mark.parametrize("shops", [("a", "b"), ("a", "b", "c", HOSTILE[0], "e")])
def test_what_errs_on_the_rows_of_one_shop_blocks_no_other(
    database: Path, shops: tuple[str, ...]
) -> None:
    with duckdb.connect(str(database)) as connection:
        connection.execute("update marts.t set buyer = '7' where shop_id <> 'b'")
        connection.execute("insert into marts.t values (?, 7, 'key:7', '7')", [HOSTILE[0]])
    counted = Expectation(
        name="counted",
        table="t",
        severity="warning",
        description="counted",
        query="select shop_id, count(*) as failures, printf('%d there', count(*)) as note "
        "from marts.t where cast(buyer as integer) = 7 and id = 7 group by 1",
        files="select shop_id, key from marts.t where cast(buyer as integer) = 7 and id = 7",
    )
    result = ask(
        database,
        rows("good", "cast(buyer as integer) < 7"),
        counted,
        rows("sound", "id < 0"),
        shops=shops,
    )

    good, said, errored, sound = result.results
    assert good.is_errored and good.failing_shops == ("b",)
    assert said.severity == "warning" and not said.is_errored
    assert said.failing_shops == tuple(sorted({"a", HOSTILE[0]} & set(shops)))
    assert said.findings[-1].observed == "1 there" and said.findings[-1].files == ("key:7",)
    assert errored.name == "counted" and errored.severity == "critical" and errored.is_errored
    assert errored.observed == "could not be judged (ConversionException)"
    assert sound.passed
    assert result.blocked_shops == ("b",)


def test_what_errs_on_rows_of_no_shop_blocks_all(database: Path) -> None:
    with duckdb.connect(str(database)) as connection:
        connection.execute("update marts.t set buyer = '7'")
        connection.execute("insert into marts.t values (null, 1, 'key:1', 'Jane Doe')")
    result = ask(database, rows("cast", "cast(buyer as integer) < 7"))

    assert result.results[0].is_errored and result.blocked_shops == ("a", "b")


def test_results_hold_no_cell_and_no_message(
    database: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    result = ask(
        database,
        rows("leak", "id < 3", example="buyer"),
        rows("cast", "cast(buyer as integer) = 1"),
    )

    written = json.dumps(result.to_json()) + caplog.text
    assert "Jane" not in written and "jane@" not in written
    assert result.results[0].findings[0].examples == ()
    captured = capfd.readouterr()
    assert captured.out == ""
    assert "Jane" not in captured.err


def test_a_note_and_a_shop_that_a_query_does_not_name(database: Path) -> None:
    there = Expectation(
        name="there",
        table="t",
        severity="critical",
        description="there",
        query="select shop_id, 0 as failures from marts.t group by 1",
        absent="no row",
    )
    noted = Expectation(
        name="noted",
        table="t",
        severity="warning",
        description="noted",
        query="select shop_id, count(*) as failures, printf('%d at %s', count(*), '10:15') as note "
        "from marts.t where shop_id = 'b' group by 1",
    )
    result = ask(database, there, noted, shops=("a", "b", "c"))

    assert result.blocked_shops == ("c",)
    assert result.results[0].findings[0].observed == "no row"
    assert result.results[1].findings[0].observed == "1000 at 10:15"


@pytest.mark.parametrize("shop", HOSTILE)
def test_a_hostile_shop_id_is_only_a_value(database: Path, shop: str) -> None:
    with duckdb.connect(str(database)) as connection:
        connection.execute("update marts.t set shop_id = ? where shop_id = 'b'", [shop])
    result = ask(database, rows("first", "id = 0"), shops=("a", shop))

    assert set(result.blocked_shops) == {"a", shop}
    assert not any(item.is_errored for item in result.results)


def test_many_shops_take_one_scan_and_not_one_each(tmp_path: Path) -> None:
    path = tmp_path / "many.duckdb"
    shops = tuple(f"shop{number:03d}" for number in range(300))
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.t as select printf('shop%03d', s) as shop_id, i as id "
            "from range(300) as s (s), range(10) as r (i)"
        )
    result = ask(path, rows("bad", "shop_id = 'shop123' and id = 1"), shops=shops)

    assert result.blocked_shops == ("shop123",)


def test_the_file_is_free_and_unchanged_afterwards(database: Path) -> None:
    before = database.read_bytes()
    ask(database, rows("a", "id = 0"), rows("b", "nope"))

    assert database.read_bytes() == before
    other = "import duckdb, sys; duckdb.connect(sys.argv[1]).execute('create table x (i int)')"
    done = subprocess.run(
        [sys.executable, "-c", other, str(database)], check=False, capture_output=True
    )
    assert done.returncode == 0, done.stderr.decode()


def test_the_same_data_give_the_same_result_and_json_comes_back(database: Path) -> None:
    asked = (rows("mine", "id % 7 = 0", example="key"), rows("broken", "nope"))
    first, second = ask(database, *asked), ask(database, *asked)

    assert first == second
    assert from_json(json.loads(json.dumps(first.to_json()))) == first


def test_results_by_shop_are_what_the_report_shows(database: Path) -> None:
    result = ask(database, rows("mine", "shop_id = 'a' and id = 1", severity="warning"))

    assert result.by_shop() == [
        {
            "shop_id": "a",
            "gate": "gate",
            "expectation": "t: mine",
            "severity": "warning",
            "passed": False,
            "observed": "1 row of 1,000",
        },
        {
            "shop_id": "b",
            "gate": "gate",
            "expectation": "t: mine",
            "severity": "warning",
            "passed": True,
            "observed": "as expected",
        },
    ]


def test_no_shop_and_no_file(database: Path, tmp_path: Path) -> None:
    assert ask(database, rows("a", "true"), shops=()).results == ()
    with pytest.raises(FileNotFoundError, match=r"gone\.duckdb"):
        ask(tmp_path / "gone.duckdb", rows("a", "true"))


def test_a_suite_refuses_two_expectations_of_one_name() -> None:
    with pytest.raises(ValueError, match="same name: a"):
        TableSuite("t", (rows("a", "true"), rows("a", "false")))
    with pytest.raises(ValueError, match="not both"):
        Expectation(name="a", table="t", severity="critical", description="a")


def test_importing_the_package_does_not_import_gx() -> None:
    code = "import sys, flows.quality; sys.exit('great_expectations' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_expectations_share_steps_and_each_is_explained_with_them(database: Path) -> None:
    steps = (("few", "select * from marts.t where id < 10"), ("fewer", "from few where id > 6"))
    asked = tuple(
        Expectation(
            name=name,
            table="t",
            severity="warning",
            description=name,
            query="select shop_id, count(*) as failures, printf('%d at %s', count(*), '10:15') "
            f"as note from {step} where shop_id = 'a' group by 1",
            files=f"select shop_id, key from {step} where shop_id = 'a' and id = 7",
            shared=steps,
        )
        for name, step in (("wide", "few"), ("narrow", "fewer"))
    )
    result = ask(database, *asked)

    assert [item.findings[0].observed for item in result.results] == ["10 at 10:15", "3 at 10:15"]
    assert [item.findings[0].files for item in result.results] == [("key:7",), ("key:7",)]
    assert result.results[0].failing_shops == ("a",)
