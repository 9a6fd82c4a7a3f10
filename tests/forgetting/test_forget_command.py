"""`greenzone forget` as people call it: what it asks for, what it prints, how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from flows.commands.doctor import examine
from flows.home import Home, lock
from flows.home.forgotten import Forgotten, put_forgotten
from flows.home.hash_key import VARIABLE, HashKey
from tests.ingest.builders import drop, run, table
from tests.ingest.test_buyer_hash import HEADER, returned

KEY = HashKey(bytes(range(32)))
ANN = KEY.hash("ann.of.maple")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home folder with one export, read."""
    monkeypatch.setenv(VARIABLE, KEY.secret.hex())
    home = Home(tmp_path / "home").create()
    drop(home, "a.csv", table([returned(1, "ann.of.maple"), returned(2, "bob")], HEADER))
    run(home)
    return home


def forget(home: Home, *arguments: str, typed: str = "") -> tuple[int, str, str]:
    """Run the command; its exit code, standard output and standard error."""
    done = subprocess.run(
        [sys.executable, "-m", "flows", "forget", *arguments, "--home", str(home.root)],
        input=typed,
        capture_output=True,
        text=True,
        timeout=120,
        env=dict(os.environ),
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_a_name_is_read_from_standard_input_and_shown_nowhere(home: Home) -> None:
    code, out, err = forget(home, "--buyer-name", "--json", "--delete", typed=" Ann.of.Maple\n")
    assert code == 0, err
    result = json.loads(out)
    assert result["rows"] == 1
    assert [(item["file"], item["is_deleted"]) for item in result["landing"]] == [
        ("shop1/a.csv", True)
    ]
    assert "maple" not in (out + err).lower()
    assert ANN not in out + err


def test_a_hash_in_words(home: Home) -> None:
    code, out, err = forget(home, "--buyer-hash", ANN, "--dry-run")
    assert code == 0, err
    assert "1 rows to be nulled in 1 files" in out
    assert "shop1/a.csv (loaded): would be deleted with --delete" in out
    code, out, _ = forget(home, "--buyer-hash", KEY.hash("nobody"))
    assert code == 0
    assert "Nothing here holds the buyer." in out


@pytest.mark.parametrize(
    ("arguments", "typed"),
    [
        ((), ""),
        (("--buyer-hash", "ann"), ""),
        (("--buyer-hash", ANN, "--buyer-name"), "ann.of.maple\n"),
        (("--buyer-name",), "\n"),
        (("--buyer-name", "--reason", "for ANN.of.maple"), "ann.of.maple\n"),
        (("--buyer-hash", ANN, "--reason", " "), ""),
    ],
)
def test_what_is_not_said_well_is_wrong_usage(
    home: Home, arguments: tuple[str, ...], typed: str
) -> None:
    code, out, err = forget(home, *arguments, typed=typed)
    assert (code, out) == (2, "")
    assert not home.forgotten.exists()
    assert "Traceback" not in err


def test_another_run_holds_the_home(home: Home) -> None:
    with lock.hold(home, "r9", "daily"):
        code, _, err = forget(home, "--buyer-hash", ANN)
    assert code == 4
    assert "r9" in err


def test_doctor_tells_of_what_is_not_finished_and_of_another_key(home: Home) -> None:
    def found() -> tuple[bool, str]:
        finding = next(f for f in examine(home) if f.subject == "forgotten buyers")
        return finding.is_good, finding.observed

    assert found() == (True, "0")
    entry = Forgotten(KEY.digest_of(ANN), "2026-11-22T08:00:00+00:00", KEY.mark, is_finished=True)
    put_forgotten(home, entry)
    assert found() == (True, "1")
    put_forgotten(home, Forgotten("f" * 64, entry.at, "another", is_finished=True))
    assert found() == (False, "1 would come back: list or key are not what they were")
    put_forgotten(home, Forgotten("f" * 64, entry.at, KEY.mark, is_finished=False))
    assert found() == (False, "1 of 2 not finished")
    home.forgotten.write_text("[]")
    assert found()[0] is False
