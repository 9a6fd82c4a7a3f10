"""Where Prefect lives: the user's server first, else the home folder."""

import json
import os
import threading
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from flows.commands.doctor_services import looks
from flows.commands.status import status_of
from flows.home.files import write_json
from flows.home.layout import Home
from flows.orchestration.deployed import ask
from flows.orchestration.prefect_home import (
    SERVER_FILE,
    configure,
    prefect_folder,
    running_server,
    server_of,
    start_ticks,
    without_user,
)


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("PREFECT_API_URL", "PREFECT_API_KEY", "PREFECT_HOME", "PREFECT_PROFILE"):
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


def _write_profile(tmp_path: Path, url: str) -> None:
    profiles = tmp_path / "user" / ".prefect" / "profiles.toml"
    profiles.parent.mkdir(parents=True)
    profiles.write_text(f'active = "work"\n[profiles.work]\nPREFECT_API_URL = "{url}"\n')


def test_a_profile_that_names_a_server_is_left_alone(tmp_path: Path) -> None:
    _write_profile(tmp_path, "http://prefect.example/api")
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


def test_status_and_doctor_speak_of_the_server_that_runs_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shown() -> tuple[str, str]:
        (found,) = (found for look in looks() if (found := look(home)).subject == "Prefect")
        status = status_of(home)
        assert "secret" not in json.dumps(status) + found.observed
        return str(status["server"]), found.observed.partition(": ")[0]

    home = Home(tmp_path / "home").create()
    started = {"pid": os.getpid(), "started": start_ticks(os.getpid())}
    write_json(prefect_folder(home) / SERVER_FILE, {**started, "url": "http://127.0.0.1:1/api"})
    assert shown() == ("http://127.0.0.1:1/api", "127.0.0.1:1")
    _write_profile(tmp_path, "http://127.0.0.1:2/api")
    assert shown() == ("http://127.0.0.1:2/api", "127.0.0.1:2")
    monkeypatch.setenv("PREFECT_API_URL", "http://anna:secret@127.0.0.1:3/api")
    assert shown() == ("http://127.0.0.1:3/api", "127.0.0.1:3")
    assert server_of(home) == "http://anna:secret@127.0.0.1:3/api"
    for wrong in (
        "http://anna:secret/1@host:port/api",
        "http://anna:secret://1@[1/api",
        "anna:secret@host/api",
    ):
        monkeypatch.setenv("PREFECT_API_URL", wrong)
        shown()


def test_an_address_is_shown_without_its_password() -> None:
    assert without_user("https://a:p@ss@host.example:1/api?x=1") == "https://host.example:1/api?x=1"
    assert without_user("http://[::1]:4200/api") == "http://[::1]:4200/api"


def test_the_password_of_an_address_is_sent_as_such() -> None:
    came: list[str | None] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            came.append(self.headers["Authorization"])
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"true")

        def log_request(self, code: object = "-", size: object = "-") -> None:
            del code, size

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        assert ask(f"http://anna:p%40ss@127.0.0.1:{server.server_port}/api", "health") is True
    assert came == [f"Basic {b64encode(b'anna:p@ss').decode()}"]
