"""A run that dies, and two runs at once."""

import subprocess
import sys

import duckdb
import pytest

from flows.home.layout import Home
from flows.home.lock import hold
from tests.end_to_end.conftest import DAY, greenzone, marts, public

pytestmark = pytest.mark.end_to_end

NEXT = "2026-04-11"

# The real command, in which the n-th rename of the publication ends the process without a word.
_DIES = """
import os, signal, sys
from flows.home import publish
left = [int(sys.argv.pop(1))]
replace = publish._replace
def dies(staged, target):
    left[0] -= 1
    if left[0] < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    replace(staged, target)
publish._replace = dies
from flows.cli import main
main()
"""


def _ledgers(column: str) -> bool:
    return column == "run_id"


@pytest.mark.parametrize("survived", [0, 4])
def test_a_run_killed_while_it_publishes_is_finished_by_the_next(
    copied_home: Home, survived: int
) -> None:
    arguments = ["daily", "--date", NEXT, "--home", str(copied_home.root)]
    died = subprocess.run(
        [sys.executable, "-c", _DIES, str(survived), *arguments],
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert died.returncode == -9, died.stderr
    assert (copied_home.staging / "journal.json").exists()
    with duckdb.connect(str(copied_home.published), read_only=True) as connection:
        connection.execute("select count(*) from marts.orders")
    finished = greenzone(copied_home, "daily", "--date", NEXT, "--json")
    assert (finished.code, finished.json["status"]) == (0, "unchanged"), finished.err
    assert "had been interrupted" in finished.err
    assert not list(copied_home.staging.iterdir())
    days = {str(row[1]) for row in marts(copied_home.published)["return_rate_by_sku"]}
    assert {NEXT, DAY} <= days


def test_a_run_killed_before_it_publishes_leaves_the_last_publication(copied_home: Home) -> None:
    before = public(copied_home)
    command = [sys.executable, "-m", "flows", "daily", "--date", NEXT]
    with subprocess.Popen(
        [*command, "--home", str(copied_home.root)], stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "Building" in line:
                process.kill()
                break
    after = {path: hash_ for path, hash_ in public(copied_home).items() if path in before}
    private = str(copied_home.private)
    assert {p: h for p, h in after.items() if not p.startswith(private)} == {
        p: h for p, h in before.items() if not p.startswith(private)
    }
    done = greenzone(copied_home, "daily", "--date", NEXT, "--json")
    assert (done.code, done.json["status"]) == (0, "published"), done.err


def test_a_second_run_is_refused_and_readers_are_not(published_home: Home) -> None:
    with (
        hold(published_home, "20260412T000000Z-abcdef", "daily"),
        duckdb.connect(str(published_home.published), read_only=True) as reader,
    ):
        done = greenzone(published_home, "daily", "--date", DAY, "--json")
        assert done.code == 4
        assert "20260412T000000Z-abcdef" in done.err
        assert "since" in done.json["error"]
        assert greenzone(published_home, "status", "--json").json["lock"]["command"] == "daily"
        assert reader.execute("select count(*) > 0 from marts.orders").fetchone() == (True,)
