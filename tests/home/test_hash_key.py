"""The key of hashes: made once, kept from others, never replaced silently."""

from __future__ import annotations

import hashlib
import hmac
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.commands.doctor import examine
from flows.errors import UsageError
from flows.home import Home
from flows.home.hash_key import VARIABLE, HashKey, hash_key

ZEROS = HashKey(bytes(32))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.delenv(VARIABLE, raising=False)
    return Home(tmp_path / "home").create()


def test_it_is_made_on_first_use_for_its_owner_alone(home: Home) -> None:
    assert not home.hash_key.exists()
    before = os.umask(0)
    try:
        key = hash_key(home)
    finally:
        os.umask(before)
    assert stat.S_IMODE(home.hash_key.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.hash_key.parent.stat().st_mode) == 0o700
    assert [path.name for path in home.hash_key.parent.iterdir()] == ["hash.key"]
    assert hash_key(home) == key
    assert key.secret.hex() == home.hash_key.read_text().strip()


def test_it_lies_apart_from_everything_that_is_read_or_published(home: Home) -> None:
    hash_key(home)
    for folder in (home.landing, home.lake, home.quarantine, home.warehouse, home.reports):
        assert folder not in home.hash_key.parents


def test_two_who_make_it_at_once_have_the_same(home: Home) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda _: hash_key(home).mark, range(32)))
    assert len(set(keys)) == 1


def test_two_homes_have_two_keys(home: Home, tmp_path: Path) -> None:
    other = hash_key(Home(tmp_path / "other"))
    assert other != hash_key(home)
    assert other.hash("ann") != hash_key(home).hash("ann")


def test_the_environment_wins_and_writes_nothing(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "00" * 32)
    assert hash_key(home) == ZEROS
    assert not home.hash_key.exists()


@pytest.mark.parametrize("text", ["", "abc", "00" * 31, "xy" * 32])
def test_a_broken_key_stops_the_run_instead_of_being_replaced(home: Home, text: str) -> None:
    hash_key(home)
    home.hash_key.write_text(text)
    with pytest.raises(UsageError, match="does not hold a key"):
        hash_key(home)
    assert home.hash_key.read_text() == text


def test_the_hash_is_the_documented_one() -> None:
    wanted = hmac.new(bytes(32), b"name ann lee", hashlib.sha256).hexdigest()[:32]
    assert ZEROS.hash("  Ann  LEE\t") == wanted


@given(st.text(min_size=1), st.binary(min_size=32, max_size=32))
def test_neither_name_nor_key_is_in_what_is_shown(name: str, secret: bytes) -> None:
    key = HashKey(secret)
    assert len(key.hash(name)) == 32
    assert key.secret.hex() not in repr(key)
    assert key.mark != key.hash(name)[:16]
    # The digest of the name alone is not the hash: a list of names does not help without the key.
    assert not hashlib.sha256(name.encode()).hexdigest().startswith(key.hash(name))


def test_the_doctor_says_when_others_may_read_it(home: Home) -> None:
    hash_key(home)
    home.hash_key.chmod(0o644)
    [finding] = [f for f in examine(home) if f.subject == "key of hashes"]
    assert finding.is_fault and "chmod 600" in finding.mend
    home.hash_key.chmod(0o600)
    [finding] = [f for f in examine(home) if f.subject == "key of hashes"]
    assert finding.is_good
