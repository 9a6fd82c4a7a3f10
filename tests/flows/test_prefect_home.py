"""Where Prefect lives: the user's server first, else the home folder."""

import os
from pathlib import Path

import pytest

from flows.home.files import write_json
from flows.home.layout import Home
from flows.orchestration.prefect_home import (
    SERVER_FILE,
    configure,
    prefect_folder,
    running_server,
    start_ticks,
)


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("PREFECT_API_URL", "PREFECT_HOME", "PREFECT_PROFILE"):
        # Set and deleted, so that what the test sets is taken away after it.
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    for name in ("PREFECT_LOGGING_LEVEL", "PREFECT_LOGGING_INTERNAL_LEVEL"):
        monkeypatch.setenv(name, "INFO")
    monkeypatch.setenv("PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW", "ignore")
    monkeypatch.setenv("HOME", str(tmp_path / "user"))


def test_without_a_server_prefect_lives_in_the_home_folder(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    configure(home, "CRITICAL")
    assert os.environ["PREFECT_HOME"] == str(prefect_folder(home))
    assert prefect_folder(home).stat().st_mode & 0o777 == 0o700
    assert "PREFECT_API_URL" not in os.environ


def test_a_server_of_the_user_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://prefect.example/api")
    configure(Home(tmp_path / "home"), "CRITICAL")
    assert "PREFECT_HOME" not in os.environ
    assert not (tmp_path / "home").exists()


def test_a_profile_that_names_a_server_is_left_alone(tmp_path: Path) -> None:
    profiles = tmp_path / "user" / ".prefect" / "profiles.toml"
    profiles.parent.mkdir(parents=True)
    profiles.write_text(
        'active = "work"\n[profiles.work]\nPREFECT_API_URL = "http://prefect.example/api"\n'
    )
    configure(Home(tmp_path / "home"), "CRITICAL")
    assert "PREFECT_HOME" not in os.environ


def test_the_home_folders_own_server_is_used_while_it_runs(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    file = prefect_folder(home) / SERVER_FILE
    content = {"pid": os.getpid(), "url": "http://127.0.0.1:1/api", "started": "0"}
    write_json(file, content)
    assert running_server(home) is None, "another process has the id of a dead server"
    write_json(file, {**content, "started": start_ticks(os.getpid())})
    configure(home, "CRITICAL")
    assert os.environ["PREFECT_API_URL"] == "http://127.0.0.1:1/api"
