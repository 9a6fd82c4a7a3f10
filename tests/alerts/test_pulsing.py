"""What the hourly look tells: at most once, beside the daily alerts, over a real HTTP server."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from flows.alerts.delivery import forget_over
from flows.alerts.message import check
from flows.alerts.notices import Said
from flows.alerts.open import OpenAlert, ShopAlerts, write_open
from flows.alerts.outbox import Outbox
from flows.alerts.pulse_rules import load_pulse_rules, read_pulse_rules
from flows.alerts.pulsing import tell
from flows.alerts.rules import load_book
from flows.commands import doctor, doctor_services, status
from flows.errors import UsageError
from flows.home.layout import Home
from flows.report.formats import format_date, local
from flows.running.alerting import deliver
from flows.running.reading import check_alerts
from flows.running.run import Run
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


def own_rules(home: Home, *items: dict[str, Any]) -> None:
    home.alert_rules.write_text(json.dumps({"rules": items}), encoding="utf-8")


def hours_around(moment: datetime) -> str:
    """A span of the shop's clock from an hour before to an hour after a moment."""
    ends = [moment + timedelta(hours=hours) for hours in (-1, 1)]
    return "-".join(local(end, "America/Los_Angeles").strftime("%H:%M") for end in ends)


def test_quiet_hours_wait_for_their_end(home: Home, say: Any) -> None:
    own_rules(home, {"name": "order_spike", "quiet_hours": hours_around(NOW)})
    with webhook_server() as server:
        assert say(server, orders=412)["waiting"] == ["demo/order_spike"]
        assert say(server, orders=412, hours=2)["sent"] == ["demo/order_spike"]


def test_a_failed_message_of_what_is_over_is_forgotten(home: Home, say: Any) -> None:
    with webhook_server(answer("500 Oops"), answer("500 Oops"), answer()) as server:
        assert say(server, orders=412, stale=1)["undelivered"] == [
            "demo/order_spike",
            "demo/stale_feed",
        ]
        # What the look has still to say is not the daily run's to forget, and it is shown.
        forget_over(home)
        assert not doctor_services._delivery(home).is_good
        assert [item["key"] for item in status._delivery(home)["waiting"]] == [
            "demo/order_spike",
            "demo/stale_feed",
        ]
        assert say(server, hours=1)["sent"] == []
    assert Outbox(home).undelivered == {}
    assert doctor_services._delivery(home).is_good


def test_a_failed_daily_message_of_what_is_over_is_forgotten(home: Home) -> None:
    outbox = Outbox(home)
    outbox.intend("demo/due_soon", Said("new", "check", "1", 1, 0, "2026-11-01", "2026-11-01"), "r")
    outbox.settle("demo/due_soon", "not_sent", "500")
    said: list[str] = []
    run = SimpleNamespace(home=home, warn=said.append, say=said.append)
    deliver(cast("Run", run), None)
    assert Outbox(home).undelivered == {} and said == []


def test_a_stale_feed_that_lasts_keeps_its_beginning(home: Home, say: Any) -> None:
    with webhook_server() as server:
        say(server, stale=1)
        say(server, stale=1, hours=73)
        say(server, stale=0, hours=74)
    assert [text[:11] for text in server.texts] == ["New. 1 feed", "Still open.", "Resolved: n"]
    began = local(NOW, "America/Los_Angeles").date()
    assert f"the first was on {format_date(began)}" in json.dumps(server.requests[-1][1])
    assert Outbox(home).said["demo/stale_feed"].opened_on == began.isoformat()


def test_the_order_of_the_rules_does_not_matter(home: Home, say: Any, monkeypatch: Any) -> None:
    turned = dict(reversed(list(load_pulse_rules().items())))
    monkeypatch.setattr("flows.alerts.pulsing.load_pulse_rules", lambda _home: turned)
    with webhook_server() as server:
        assert say(server, orders=412)["sent"] == ["demo/order_spike"]
    assert files(home) == ["order_spike.demo.json"]


def test_a_home_folder_changes_the_rules_of_the_look(home: Home) -> None:
    own_rules(
        home,
        {"name": "stale_feed", "owner": "Kim", "channel": "night", "remind_after_days": 1},
        {"name": "feed_stopped", "channel": "day"},
        {"name": "order_spike", "severity": "act_now", "again_after_hours": 6},
    )
    assert load_book(home).named("order_spike") is None
    rules = load_pulse_rules(home)
    feed, orders = rules["feed_stopped"], rules["order_spike"]
    assert (feed.owner, feed.channel, feed.again_after_hours) == ("Kim", "day", 24)
    assert (orders.severity, orders.again_after_hours) == ("act_now", 6)
    assert load_pulse_rules()["feed_stopped"].owner != "Kim"


def test_a_rule_of_the_look_that_is_switched_off_says_nothing(home: Home, say: Any) -> None:
    with webhook_server() as server:
        say(server, orders=412, stale=1)
        own_rules(home, {"name": "stale_feed", "enabled": False})
        assert list(load_pulse_rules(home)) == ["order_spike"]
        say(server, orders=412, stale=0, hours=1)
        assert files(home) == ["order_spike.demo.json"]
    assert len(server.texts) == 2, "its end is not told either"


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ({"where": "true", "mart": "orders"}, "order_spike is one of the hourly look's, whose ma"),
        ({"enabled": "perhaps"}, "neither true nor false"),
        ({"owner": None}, "owner is no text"),
        ({"act": " "}, "act is no text"),
        ({"severity": "loud"}, "unknown severity"),
        ({"channel": "A b"}, "its channel is no name"),
        ({"quiet_hours": "late"}, "no span of hours"),
        ({"again_after_hours": 0}, "no number of hours"),
    ],
)
def test_a_change_that_is_none_ends_a_run_before_it_begins(
    home: Home, item: dict[str, Any], said: str
) -> None:
    own_rules(home, {"name": "order_spike", **item})
    with pytest.raises(UsageError, match=said):
        check_alerts(home)
    assert not doctor._alert_rules(home).is_good


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
