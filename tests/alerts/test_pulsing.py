"""What the hourly look tells: at most once, beside the daily alerts, over a real HTTP server."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.alerts.message import check
from flows.alerts.open import OpenAlert, ShopAlerts, write_open
from flows.alerts.outbox import Outbox
from flows.alerts.pulse_rules import load_pulse_rules, read_pulse_rules
from flows.alerts.pulsing import tell
from flows.errors import UsageError
from flows.home.layout import Home
from tests.alerts.webhook_server import WebhookServer, answer, reset, webhook_server

NOW = datetime.now(UTC).replace(microsecond=0)


def look(
    *, orders: int = 40, usual: float = 40.0, is_recent: bool = True, stale: int = 0, hours: int = 0
) -> dict[str, Any]:
    """A shop's look as the pulse writes it; hours: after the first one."""
    at = NOW + timedelta(hours=hours)
    feeds = [
        {
            "feed": f"seller_center/feed_{number}",
            "newest_at": (at - timedelta(days=3)).isoformat(),
            "age_hours": 72.0,
            "limit_days": 2,
        }
        for number in range(stale)
    ]
    window = {
        "window_hours": 6,
        "ends_at": at.isoformat(),
        "orders": orders,
        "weeks": 8,
        "usual_orders": usual,
        "spike_above": 80.0,
        "is_spike": orders > 80,
        "is_recent": is_recent,
    }
    line = {
        "rate_line": 0.04,
        "allowed_late_left": 3,
        "needed_per_day": 450,
        "due_on": "2026-11-25",
        "stated_capacity": 210,
        "demonstrated_peak": 180,
        "late_at_capacity": 380,
        "is_feasible": False,
    }
    return {
        "shop_id": "demo",
        "timezone": "America/Los_Angeles",
        "at": at.isoformat(),
        "pace": [window],
        "stale_feeds": feeds,
        "handling_capacity": [line],
        "open_orders": 512,
        "buckets": {"overdue": 12},
    }


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home").create()


@pytest.fixture
def say(home: Home, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Tells a look to a server, and gives what came out of it."""

    def run(server: WebhookServer, **given: Any) -> dict[str, Any]:
        monkeypatch.setenv("GREENZONE_SLACK_WEBHOOK", server.address)
        return tell(home, [look(**given)], "r1")

    return run


def files(home: Home) -> list[str]:
    return sorted(path.name for path in home.alerts.rglob("*.json"))


def test_nothing_unusual_is_no_alert(home: Home, say: Any) -> None:
    with webhook_server() as server:
        assert say(server)["files"] == []
        assert say(server, orders=500, is_recent=False)["files"] == [], "the export is old"
    assert (server.requests, files(home), home.outbox.exists()) == ([], [], False)


def test_a_spike_is_said_once_with_what_it_means_for_dispatch(home: Home, say: Any) -> None:
    with webhook_server() as server:
        told = say(server, orders=412)
        again = say(server, orders=412, hours=1)
    assert (told["sent"], again["sent"]) == (["demo/order_spike"], [])
    ((_, message),) = server.requests
    assert message["text"].startswith("New. 412 orders came in the 6 hours to ")
    said = json.dumps(message)
    assert "450 orders a day must leave until Wed Nov 25" in said
    assert "stated capacity: 210 a day. At that, 380 orders will be late." in said
    assert "Owner: operations lead" in said
    check(message)
    assert files(home) == ["order_spike.demo.json"]


def test_a_spike_that_grows_is_said_again_and_its_file_goes_with_it(home: Home, say: Any) -> None:
    with webhook_server() as server:
        say(server, orders=90)
        say(server, orders=450, hours=1)
        say(server, hours=2)
        assert files(home) == []
        say(server, orders=412, hours=40)
    assert [text.split(" ")[0] for text in server.texts] == ["New.", "Worse:", "New."]


def test_a_stale_feed_is_told_when_it_begins_grows_and_ends(home: Home, say: Any) -> None:
    with webhook_server() as server:
        for hours, stale in enumerate((1, 1, 2, 2, 0, 0)):
            say(server, stale=stale, hours=hours)
    first = [text.split(" ")[0] for text in server.texts]
    assert first == ["New.", "Worse:", "Resolved:"]
    assert files(home) == []


def test_the_daily_run_tells_of_the_feeds_that_it_has_open(home: Home, say: Any) -> None:
    day = (NOW - timedelta(days=1)).date().isoformat()
    known = OpenAlert("act_today", "1 feed", 1, 0, day, day)
    shop = ShopAlerts(day, "America/Los_Angeles", "Demo", {"stale_feed": known})
    write_open(home.alert_state, {"demo": shop})
    before = home.alert_state.read_bytes()
    with webhook_server() as server:
        assert say(server, stale=1)["sent"] == []
        assert say(server, stale=0, hours=1)["sent"] == []
    assert home.alert_state.read_bytes() == before
    assert server.requests == []


def test_what_was_not_delivered_is_tried_by_the_next_look(home: Home, say: Any) -> None:
    with webhook_server(answer("500 Oops"), answer()) as server:
        assert say(server, orders=412)["undelivered"] == ["demo/order_spike"]
        assert say(server, orders=412, hours=1)["sent"] == ["demo/order_spike"]
    assert Outbox(home).undelivered == {}


def test_what_may_have_arrived_is_not_sent_again(home: Home, say: Any) -> None:
    with webhook_server(reset, answer()) as server:
        told = say(server, orders=412)
        assert say(server, orders=412, hours=1)["sent"] == []
    assert len(server.requests) == 1
    assert "demo/order_spike" in Outbox(home).unknown
    assert server.address not in json.dumps(told)


def test_a_killed_look_counts_as_said(home: Home, say: Any, monkeypatch: Any) -> None:
    def die(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setenv("GREENZONE_SLACK_WEBHOOK", "http://127.0.0.1:9/x")
    with pytest.raises(KeyboardInterrupt):
        tell(home, [look(orders=412)], "r1", send=die)
    with webhook_server() as server:
        assert say(server, orders=412, hours=1)["sent"] == []
    assert server.requests == []


def test_quiet_hours_wait_for_their_end(
    home: Home, say: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = {
        "rules": [
            {**vars(rule), "quiet_hours": "00:00-23:59"} for rule in load_pulse_rules().values()
        ]
    }
    with webhook_server() as server:
        with monkeypatch.context() as patched:
            rules = read_pulse_rules(document)
            patched.setattr("flows.alerts.pulsing.load_pulse_rules", lambda: rules)
            assert say(server, orders=412)["waiting"] == ["demo/order_spike"]
        assert say(server, orders=412, hours=1)["sent"] == ["demo/order_spike"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("owner", ""),
        ("severity", "loud"),
        ("again_after_hours", 0),
        ("quiet_hours", "late"),
        ("name", "other"),
        ("colour", "red"),
    ],
)
def test_a_rule_that_is_none_is_a_configuration_error(field: str, value: Any) -> None:
    items = [{**vars(rule), field: value} for rule in load_pulse_rules().values()]
    with pytest.raises(UsageError, match=r"pulse_rules\.yaml"):
        read_pulse_rules({"rules": items})
