"""Addresses of webhooks: where they come from, and that nothing ever shows one."""

from __future__ import annotations

import io
import logging
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows import masking
from flows.alerts import rules
from flows.alerts.delivery import Patience, channels, deliver
from flows.alerts.outbox import Outbox
from flows.alerts.posting import Limits, post
from flows.alerts.webhooks import Webhook, parse, resolve
from flows.commands import doctor
from flows.commands.status import print_status, status_of
from flows.errors import StageError, UsageError, describe
from flows.home.layout import Home
from flows.masking import WEBHOOK_VARIABLE, mask, remember, without_secrets
from flows.running.reading import check_alerts
from tests.alerts.test_life import MONDAY, orders, publish
from tests.alerts.webhook_server import PATH, answer, hang, reset, webhook_server

SECRET = "CanarySecretXyz123456789"
ADDRESS = f"https://hooks.example.com{PATH}"


@pytest.fixture(autouse=True)
def _no_webhooks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in list(os.environ):
        if name.startswith(WEBHOOK_VARIABLE):
            monkeypatch.delenv(name)
    factory, known = logging.getLogRecordFactory(), set(masking._known)
    masking._known.clear()
    yield
    logging.setLogRecordFactory(factory)
    masking._known.clear()
    masking._known.update(known)


def test_a_channels_own_address_wins_over_the_general_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert resolve({"data", "operations"}, None) == {}
    monkeypatch.setenv(f"{WEBHOOK_VARIABLE}_DATA", "https://a.example.com/data")
    assert list(resolve({"data", "operations"}, None)) == ["data"]
    monkeypatch.setenv(WEBHOOK_VARIABLE, f" {ADDRESS}\n")
    found = resolve({"data", "operations"}, None)
    assert found["data"].address == "https://a.example.com/data"
    assert (found["operations"].address, found["operations"].source) == (ADDRESS, WEBHOOK_VARIABLE)


def test_the_environment_wins_over_a_block(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def find(names: object) -> dict[str, str]:
        assert isinstance(names, list)
        asked.extend(names)
        return {
            "greenzone-slack-webhook": "https://b.example.com/all",
            "greenzone-slack-webhook-data": "https://b.example.com/data",
        }

    found = resolve({"data", "warehouse"}, find)
    assert {name: hook.address for name, hook in found.items()} == {
        "data": "https://b.example.com/data",
        "warehouse": "https://b.example.com/all",
    }
    assert "greenzone-slack-webhook-warehouse" in asked
    monkeypatch.setenv(WEBHOOK_VARIABLE, ADDRESS)
    asked.clear()
    assert {hook.address for hook in resolve({"data"}, find).values()} == {ADDRESS}
    assert asked == []  # no request where the environment says it all


@pytest.mark.parametrize(
    "text",
    [
        "hooks.example.com" + PATH,
        "ftp://hooks.example.com" + PATH,
        "http://hooks.example.com" + PATH,
        "http://127.0.0.1.example.com" + PATH,
        "http://10.0.0.1" + PATH,
        "https://me:pass@hooks.example.com" + PATH,
        "https://" + PATH,
        "https://hooks.example.com:99999" + PATH,
        "https://hooks.example.com" + PATH + "#part",
        "https://hooks.example.com/ " + PATH,
        "https://[::1" + PATH,
        "file://" + PATH,
    ],
)
def test_an_address_that_is_none_is_refused_without_being_shown(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(WEBHOOK_VARIABLE, text)
    with pytest.raises(UsageError) as caught:
        check_alerts(Home(tmp_path))
    said = f"{caught.value} {caught.value!r} {''.join(traceback.format_exception(caught.value))}"
    assert WEBHOOK_VARIABLE in said and SECRET not in said and PATH not in said


def test_a_rule_without_an_owner_ends_a_run_before_it_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "rules.yaml"
    text = rules.RULES_FILE.read_text(encoding="utf-8")
    broken.write_text(text.replace("owner: warehouse lead", "owner:", 1), encoding="utf-8")
    monkeypatch.setattr(rules, "RULES_FILE", broken)
    rules.project_book.cache_clear()
    try:
        with pytest.raises(UsageError, match="late_dispatch_rate has no owner"):
            check_alerts(Home(tmp_path))
        finding = doctor._alert_rules(Home(tmp_path))
        assert not finding.is_good and "has no owner" in finding.observed
    finally:
        rules.project_book.cache_clear()


def test_plain_http_is_for_this_machine_alone() -> None:
    for host in ("127.0.0.1:8000", "localhost", "[::1]:8000"):
        assert parse("", f"http://{host}{PATH}", "x").shown.endswith("/…")


def test_a_webhook_never_shows_its_address() -> None:
    webhook = parse("data", ADDRESS, WEBHOOK_VARIABLE)
    for shown in (repr(webhook), str(webhook), f"{webhook}", repr({"x": webhook})):
        assert SECRET not in shown
    assert str(webhook) == "https://hooks.example.com/…"


def test_known_secrets_are_masked_in_every_spelling() -> None:
    assert mask(ADDRESS) == ADDRESS
    remember(ADDRESS)
    for text in (
        ADDRESS,
        f"Max retries exceeded with url: {PATH} (Caused by …)",
        f"/T/{SECRET}",
        "https%3A%2F%2Fhooks.example.com" + PATH.replace("/", "%2F"),
    ):
        assert SECRET not in mask(text), text
    assert mask("a webhook of services") == "a webhook of services"
    remember("http://me:hunter2secret@proxy.example.com:3128")
    assert "hunter2secret" not in mask("Cannot connect to me:hunter2secret@proxy")
    error = StageError(f"Could not post to {ADDRESS}.")
    assert SECRET not in describe(error)
    assert SECRET not in describe(ConnectionResetError(f"reset by {ADDRESS}"))


def test_child_processes_that_send_nothing_get_no_address() -> None:
    given = {WEBHOOK_VARIABLE: ADDRESS, f"{WEBHOOK_VARIABLE}_DATA": ADDRESS, "PATH": "/bin"}
    given |= {"GREENZONE_WEBHOOK_PROXY": "http://me:pass@x", "GREENZONE_HASH_KEY": "0" * 64}
    assert without_secrets(given) == {"PATH": "/bin"}


def test_what_libraries_log_holds_no_address() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        for behaviour in (answer(), answer("500 Oops"), reset):
            with webhook_server(behaviour) as server:
                post(parse("", server.address, "x"), {"text": "x"}, Limits(20, 20, 60))
        try:
            raise ConnectionError(f"Max retries exceeded with url: {PATH}")
        except ConnectionError:
            logging.getLogger("library").exception("Failed: %s", ADDRESS)
            logging.getLogger("library").error("Failed", exc_info=True)
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
    said = stream.getvalue()
    assert "urllib3" in said or "POST ***" in said  # the library did log the request
    assert "ConnectionError" in said and SECRET not in said and "T0CANARY00" not in said


_SENDER = """
import sys
from flows.alerts.delivery import Patience, channels, deliver
from flows.alerts.webhooks import resolve
from flows.home.layout import Home
from pathlib import Path
home = Home(Path(sys.argv[1]))
deliver(home, resolve(channels(home), None), "run", Patience(between=0))
"""


def test_a_process_that_is_killed_while_it_sends(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").create()
    publish(home, MONDAY, {"overdue_orders": orders(3)})
    with webhook_server(hang) as server:
        environment = {**os.environ, WEBHOOK_VARIABLE: server.address}
        child = subprocess.Popen([sys.executable, "-c", _SENDER, str(home.root)], env=environment)
        try:
            deadline = time.monotonic() + 60
            while not server.requests and time.monotonic() < deadline:
                time.sleep(0.05)
        finally:
            child.send_signal(signal.SIGKILL)
            child.wait(10)
        assert len(server.requests) == 1
        server.behaviours = [answer()]
        hooks = {name: Webhook(name, server.address) for name in channels(home)}
        result = deliver(home, hooks, "run", Patience(between=0))
        assert result.sent == [] and "may have been sent or not" in result.warnings[0]
        assert len(server.requests) == 1
        assert SECRET not in home.outbox.read_text()


def test_status_and_doctor_say_what_was_not_delivered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path / "home").create()
    publish(home, MONDAY, {"overdue_orders": orders(3)})
    assert status_of(home)["delivery"]["is_used"] is False
    with webhook_server(answer("404 Not Found", b"no_service")) as server:
        monkeypatch.setenv(WEBHOOK_VARIABLE, server.address)
        hooks = resolve(channels(home), None)
        deliver(home, hooks, "run", Patience(between=0))
        shown = status_of(home)
        assert shown["delivery"]["waiting"] == [
            {"key": "north/overdue_orders", "kind": "new", "answer": "404"}
        ]
        lines: list[str] = []
        print_status(lines.append, shown)
        assert any("not delivered: north/overdue_orders (404)" in line for line in lines)
        server.behaviours = [answer()]
        deliver(home, hooks, "run", Patience(between=0))
        found = status_of(home)["delivery"]
        assert found["waiting"] == [] and found["last_sent_at"]
        finding = doctor._alerts(home)
        assert finding.is_good and finding.observed.startswith("http://127.0.0.1/… from GREENZONE")
    assert Outbox(home).said["north/overdue_orders"].fate == "sent"
    home.outbox.write_text("{")
    assert "cannot be read" in status_of(home)["delivery"]["error"]
    monkeypatch.setenv(WEBHOOK_VARIABLE, "no address at all")
    finding = doctor._alerts(home)
    assert not finding.is_good and "no address" not in finding.sentence()
