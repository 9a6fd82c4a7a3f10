"""The life of an alert: new, worse, still open, resolved once; proved over a fortnight."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.models.blocks import Block

from flows.alerts import Alert, Bad, Judgement, load_rules
from flows.alerts.delivery import Patience, deliver, pending
from flows.alerts.history import write_history
from flows.alerts.message import build, check
from flows.alerts.notices import is_quiet, resolved_message, with_words
from flows.alerts.open import (
    RESOLVED,
    ResolvedAlert,
    ShopAlerts,
    advance,
    read_open,
    write_open,
)
from flows.alerts.outbox import Outbox
from flows.alerts.posting import Answer, Limits
from flows.alerts.rules import load_book, read_book, read_rule
from flows.alerts.webhooks import Webhook
from flows.errors import StageError, UsageError
from flows.home.layout import Home
from tests.alerts.conftest import RULE

MONDAY = date(2026, 11, 2)
ZONE = "America/Los_Angeles"
HOOKS = {rule.channel: Webhook(rule.channel, "https://hooks.invalid/x") for rule in load_rules()}
NO_PATIENCE = Patience(first_wait=0, between=0)

Day = Mapping[str, Bad | str | None]
"""By rule how bad it is; None where it is good, `?` where it cannot be judged."""


class Channel:
    """Takes messages as a webhook does."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.texts: list[str] = []
        self.asked = 0

    def __call__(self, webhook: Webhook, message: dict[str, Any], limits: Limits) -> Answer:
        check(message)
        self.asked += 1
        answer = self.answers.pop(0) if self.answers else Answer("sent", "200")
        if answer.fate in ("sent", "unknown"):
            self.texts.append(str(message["text"]))
        return answer


def publish(home: Home, day: date, found: Day, shop: str = "north") -> None:
    """What the daily run of a day leaves: alert files and the state."""
    shops = read_open(home)
    judged = []
    folder = home.alerts / day.isoformat()
    (folder / RESOLVED).mkdir(parents=True, exist_ok=True)
    for rule, bad in found.items():
        alert = None
        if isinstance(bad, Bad):
            level = "act_now" if bad.grade > 1 else "act_today"
            alert = Alert(rule, shop, level, build(rule, [f"{rule}: {bad.measure}."]), bad)
            (folder / alert.file_name).write_text(alert.to_json(), encoding="utf-8")
        judged.append(Judgement(rule, shop, alert, bad != "?"))
    known = advance(shops.get(shop), judged, day, ZONE, shop)
    for known_rule in load_rules():
        over = known.resolved.get(known_rule.name)
        if over is not None and over.as_of_on == day.isoformat() and known_rule.has_end:
            message = resolved_message(known_rule, shop, over)
            path = folder / RESOLVED / f"{known_rule.name}.{shop}.json"
            path.write_text(
                Alert(known_rule.name, shop, "check", message).to_json(), encoding="utf-8"
            )
    write_open(home.alert_state, {**shops, shop: known})


def say(home: Home, channel: Channel, hooks: Mapping[str, Webhook] = HOOKS) -> list[str]:
    """Deliver; what arrived."""
    before = len(channel.texts)
    deliver(home, hooks, "run", NO_PATIENCE, channel, lambda _: None)
    return channel.texts[before:]


def orders(count: int) -> Bad:
    return Bad(f"{count} orders", count)


def rate(grade: int, defects: int, since: date | None = None) -> Bad:
    return Bad(f"{defects}%", defects, grade, since)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home").create()


FORTNIGHT: list[tuple[Day, list[str]]] = [
    ({"overdue_orders": None, "late_dispatch_rate": None}, []),
    ({"overdue_orders": orders(3), "late_dispatch_rate": None}, ["New."]),
    ({"overdue_orders": orders(4), "late_dispatch_rate": None}, []),
    (
        {"overdue_orders": orders(6), "late_dispatch_rate": rate(1, 3)},
        ["Worse: 6 orders; was 3 orders on Tue Nov 3.", "New."],
    ),
    (
        {"overdue_orders": orders(9), "late_dispatch_rate": rate(2, 4)},
        ["Worse: 4%; was 3% on Thu Nov 5."],
    ),
    ({"overdue_orders": orders(2), "late_dispatch_rate": rate(1, 3)}, []),
    # Three days after the last message each is told again.
    (
        {"overdue_orders": orders(2), "late_dispatch_rate": rate(2, 4)},
        ["Still open, day 6: 2 orders, was 6 orders."],
    ),
    ({"overdue_orders": orders(2), "late_dispatch_rate": "?"}, []),
    ({"overdue_orders": orders(2), "late_dispatch_rate": "?"}, []),
    (
        {"overdue_orders": None, "late_dispatch_rate": rate(2, 4)},
        ["Still open, day 7: 4%.", "Resolved as of Wed Nov 11: no order is overdue."],
    ),
    ({"overdue_orders": None, "late_dispatch_rate": rate(3, 30)}, ["Worse: 30%; was 4%"]),
    (
        {"overdue_orders": None, "late_dispatch_rate": None},
        ["Resolved as of Fri Nov 13: late dispatch is on target."],
    ),
    ({"overdue_orders": None, "late_dispatch_rate": None}, []),
    ({"overdue_orders": orders(1), "late_dispatch_rate": None}, ["New."]),
]


@pytest.mark.parametrize("repeats", [1, 2])
def test_a_fortnight(home: Home, repeats: int) -> None:
    """Each change is said on its day, once, however often a day is run and delivered."""
    channel = Channel()
    for number, (found, expected) in enumerate(FORTNIGHT):
        day = MONDAY + timedelta(number)
        said = []
        for _ in range(repeats):
            publish(home, day, found)
            said += say(home, channel)
            said += say(home, channel)
        assert len(said) == len(expected), (day, said)
        for text, start in zip(sorted(said), sorted(expected), strict=True):
            assert text.startswith(start), (day, said)
    assert Outbox(home).said["north/overdue_orders"].kind == "new"


def test_nothing_is_said_of_a_day_before_the_newest(home: Home) -> None:
    channel = Channel()
    publish(home, MONDAY, {"overdue_orders": orders(3)})
    assert len(say(home, channel)) == 1
    publish(home, MONDAY - timedelta(2), {"overdue_orders": orders(500)})
    assert say(home, channel) == []
    assert read_open(home)["north"].as_of_on == MONDAY.isoformat()


def test_good_between_two_runs_is_another_alert(home: Home) -> None:
    channel = Channel()
    publish(home, MONDAY, {"late_dispatch_rate": rate(2, 4, MONDAY)})
    say(home, channel)
    later = MONDAY + timedelta(3)
    publish(home, later, {"late_dispatch_rate": rate(1, 1, later)})
    assert [text.split(".")[0] for text in say(home, channel)] == ["New"]


def test_what_was_never_said_is_not_resolved_and_what_is_old_says_so(home: Home) -> None:
    channel = Channel()
    publish(home, MONDAY, {"overdue_orders": orders(3), "refused_files": orders(1)})
    publish(home, MONDAY + timedelta(4), {"overdue_orders": orders(3), "refused_files": None})
    [text] = say(home, channel)
    assert text.startswith("Open since Mon Nov 2, day 5; first message.")


def test_an_event_passes_without_a_word(home: Home) -> None:
    channel = Channel()
    zone = Bad("the orange zone", grade=1)
    for number, found in enumerate([zone, zone, None, None, None, zone]):
        publish(home, MONDAY + timedelta(number), {"account_health_zone": found})
        expected = ["New."] if number in (0, 5) else []
        assert [text.split(" ")[0] for text in say(home, channel)] == expected


def test_a_webhook_that_is_down_gets_the_message_later(home: Home) -> None:
    publish(home, MONDAY, {"overdue_orders": orders(3), "late_dispatch_rate": rate(2, 4)})
    down = Answer("again", "no connection", is_down=True)
    channel = Channel(*[down] * 4)
    assert say(home, channel) == []
    assert channel.asked == 4  # the second message did not ask an address that does not answer
    assert set(Outbox(home).undelivered) == {"north/late_dispatch_rate"}
    publish(home, MONDAY + timedelta(1), {"overdue_orders": None, "late_dispatch_rate": rate(2, 4)})
    # The one that is over by now was never said: there is nothing to say of it.
    assert [text.split(".")[0] for text in say(home, channel)] == [
        "Open since Mon Nov 2, day 2; first message"
    ]
    assert Outbox(home).undelivered == {}


def test_tries_wait_longer_each_time_and_as_long_as_asked(home: Home) -> None:
    publish(home, MONDAY, {"overdue_orders": orders(3)})
    slept: list[float] = []
    channel = Channel(
        Answer("again", "500"), Answer("again", "429", wait=7.0), Answer("again", "503")
    )
    result = deliver(home, HOOKS, "run", Patience(), channel, slept.append)
    assert result.sent == ["north/overdue_orders"] and channel.asked == 4
    assert 0.5 <= slept[0] <= 1 and slept[1] == 7 and 2 <= slept[2] <= 4


def test_who_asks_for_an_hour_is_asked_again_by_the_next_run(home: Home) -> None:
    publish(home, MONDAY, {"overdue_orders": orders(3), "late_dispatch_rate": rate(2, 4)})
    slept: list[float] = []
    channel = Channel(Answer("again", "429", wait=3_600.0))
    result = deliver(home, HOOKS, "run", Patience(), channel, slept.append)
    assert slept == [] and channel.asked == 1
    assert sorted(result.undelivered) == ["north/late_dispatch_rate", "north/overdue_orders"]
    assert len(say(home, channel)) == 2


def test_a_refusal_is_not_tried_again_in_the_same_run(home: Home) -> None:
    publish(home, MONDAY, {"overdue_orders": orders(3)})
    channel = Channel(Answer("refused", "404"))
    result = deliver(home, HOOKS, "run", NO_PATIENCE, channel, lambda _: None)
    assert channel.asked == 1 and result.undelivered == ["north/overdue_orders"]
    assert result.warnings == [
        "north/overdue_orders was not delivered: https://hooks.invalid/… said 404."
    ]


def test_an_unknown_fate_is_said_and_not_repeated(home: Home) -> None:
    publish(home, MONDAY, {"overdue_orders": orders(3)})
    channel = Channel(Answer("unknown", "no answer within 10 seconds"))
    result = deliver(home, HOOKS, "run", NO_PATIENCE, channel, lambda _: None)
    assert result.unknown == ["north/overdue_orders"] and "not sent again" in result.warnings[0]
    assert say(home, channel) == []
    assert list(Outbox(home).unknown) == ["north/overdue_orders"]
    # The reminder comes at its time all the same, and settles it.
    publish(home, MONDAY + timedelta(3), {"overdue_orders": orders(3)})
    assert [text.split(",")[0] for text in say(home, channel)] == ["Still open"]
    assert Outbox(home).unknown == {}


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("is_sent", [True, False])
def test_killed_while_sending(home: Home, is_sent: bool) -> None:
    """Whether it was sent is not known, so it is not sent again."""
    publish(home, MONDAY, {"overdue_orders": orders(3)})
    channel = Channel()

    def die(webhook: Webhook, message: dict[str, Any], limits: Limits) -> Answer:
        if is_sent:
            channel(webhook, message, limits)
        raise Killed

    with pytest.raises(Killed):
        deliver(home, HOOKS, "run", NO_PATIENCE, die, lambda _: None)
    assert list(Outbox(home).unknown) == ["north/overdue_orders"] and pending(home) == []
    result = deliver(home, HOOKS, "run", NO_PATIENCE, channel, lambda _: None)
    assert result.sent == [] and "may have been sent or not" in result.warnings[0]
    assert len(channel.texts) == int(is_sent)
    assert Outbox(home).said["north/overdue_orders"].fate == "unknown"


def test_killed_between_two_tries_is_sent_by_the_next_run(home: Home) -> None:
    publish(home, MONDAY, {"overdue_orders": orders(3)})
    channel = Channel(Answer("again", "500"))

    def die(_: float) -> None:
        raise Killed

    with pytest.raises(Killed):
        deliver(home, HOOKS, "run", NO_PATIENCE, channel, die)
    assert Outbox(home).unknown == {}
    assert len(say(home, channel)) == 1


def test_nothing_is_sent_where_the_intent_cannot_be_written(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(home, MONDAY, {"overdue_orders": orders(3)})
    channel = Channel()

    def full(path: Path, content: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("flows.alerts.outbox.write_json", full)
        with pytest.raises(OSError, match="No space"):
            say(home, channel)
    assert channel.asked == 0
    assert len(say(home, channel)) == 1


def test_an_outbox_that_cannot_be_read_sends_nothing(home: Home) -> None:
    publish(home, MONDAY, {"overdue_orders": orders(3)})
    for damaged in ("{", '{"said": 7}', '{"said": {"x": {"colour": "red"}}}', "[1]"):
        home.outbox.write_text(damaged)
        with pytest.raises(StageError, match="nothing is sent"):
            deliver(home, HOOKS, "run", NO_PATIENCE, Channel(), lambda _: None)


def test_a_message_whose_file_is_gone_is_told_of(home: Home) -> None:
    publish(home, MONDAY, {"overdue_orders": orders(3)})
    (home.alerts / MONDAY.isoformat() / "overdue_orders.north.json").unlink()
    result = deliver(home, HOOKS, "run", NO_PATIENCE, Channel(), lambda _: None)
    assert result.undelivered == ["north/overdue_orders"] and "is gone" in result.warnings[0]


def test_a_channel_without_a_webhook_keeps_its_files(home: Home) -> None:
    publish(home, MONDAY, {"overdue_orders": orders(3), "refused_files": orders(1)})
    channel = Channel()
    result = deliver(home, {"data": HOOKS["data"]}, "run", NO_PATIENCE, channel, lambda _: None)
    assert result.sent == ["north/refused_files"]
    assert result.without_webhook == ["north/overdue_orders"]
    assert [notice.key for notice in pending(home)] == ["north/overdue_orders"]


def test_each_shop_has_its_own_alerts(home: Home) -> None:
    channel = Channel()
    publish(home, MONDAY, {"overdue_orders": orders(3)}, "north")
    publish(home, MONDAY, {"overdue_orders": orders(3)}, "south")
    assert len(say(home, channel)) == 2
    publish(home, MONDAY + timedelta(1), {"overdue_orders": None}, "south")
    assert len(say(home, channel)) == 1
    assert set(read_open(home)["north"].open) == {"overdue_orders"}


def test_quiet_hours_wait_unless_it_is_urgent(home: Home) -> None:
    rule = read_rule(RULE | {"quiet_hours": "21:00-07:00"})
    assert rule.is_quiet_at(datetime(2026, 1, 1, 21, 0).time())
    assert rule.is_quiet_at(datetime(2026, 1, 1, 3, 0).time())
    assert not rule.is_quiet_at(datetime(2026, 1, 1, 7, 0).time())
    publish(home, MONDAY, {"overdue_orders": orders(3), "late_dispatch_rate": rate(2, 4)})
    by_key = {notice.said.level: notice for notice in pending(home)}
    night, noon = datetime(2026, 11, 3, 10, 0), datetime(2026, 11, 3, 20, 0)  # UTC
    for level, notice in by_key.items():
        quiet = type(notice)(notice.shop_id, rule, notice.said, notice.path, notice.words)
        assert is_quiet(quiet, ZONE, night) == (level != "act_now")
        assert not is_quiet(quiet, ZONE, noon)


def test_messages_with_words_are_valid_block_kit() -> None:
    message = build("Act today: 12 orders overdue, Demo Shop", ["12 orders. More."])
    told = with_words(message, "Worse: 12 orders; was 5 orders on Mon Nov 2.")
    assert told["text"] == "Worse: 12 orders; was 5 orders on Mon Nov 2. 12 orders."
    over = ResolvedAlert("2026-11-02", "2026-11-05", "12 orders")
    for made in (told, *(resolved_message(r, "<!channel>", over) for r in load_rules())):
        check(made)
        for block in Block.parse_all(made["blocks"]):
            assert block is not None
            block.validate_json()
            assert block.type in ("header", "context", "section")
        assert "<" not in str(made)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"owner": ""}, "has no owner"),
        ({"owner": None}, "has no owner"),
        ({"channel": "#Ops"}, "channel"),
        ({"quiet_hours": "at night"}, "quiet_hours"),
        ({"quiet_hours": "21:00-27:00"}, "quiet_hours"),
        ({"remind_after_days": 0}, "remind_after_days"),
        ({"remind_after_days": True}, "remind_after_days"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        read_rule(RULE | change)
    assert "rules.yaml" in caught.value.mend
    with pytest.raises(UsageError, match="worse_at"):
        read_book({"rules": [RULE], "worse_at": [10, 5]})
    with pytest.raises(UsageError, match="same name"):
        read_book({"rules": [RULE, RULE], "worse_at": [5]})


def test_every_rule_is_told_in_time() -> None:
    book = load_book()
    assert all(rule.owner and rule.channel and rule.remind_after_days for rule in book.rules)
    assert [rule.name for rule in book.rules if not rule.has_end] == ["account_health_zone"]
    assert [book.step(count) for count in (0, 5, 6, 100, 101)] == [0, 0, 1, 4, 5]


def test_the_history_has_what_is_open_and_what_is_over(home: Home, tmp_path: Path) -> None:
    def written() -> list[str]:
        write_history(tmp_path / "history.csv", read_open(home))
        return (tmp_path / "history.csv").read_text(encoding="utf-8-sig").splitlines()[1:]

    publish(home, MONDAY, {"overdue_orders": Bad("3 orders &amp; more", 3)})
    publish(home, MONDAY + timedelta(1), {"late_dispatch_rate": rate(2, 4)})
    over = MONDAY + timedelta(2)
    for _ in range(2):  # a day that is run again has one history
        publish(home, over, {"overdue_orders": None, "late_dispatch_rate": rate(2, 5)})
    open_line = "north,late_dispatch_rate,act_now,open,2026-11-03,,2,5%"
    assert written() == [
        open_line,
        "north,overdue_orders,act_today,resolved,2026-11-02,2026-11-04,2,3 orders & more",
    ]
    publish(home, over, {"overdue_orders": orders(1)})  # on better data it is not over
    assert [line.split(",")[3] for line in written()] == ["open", "open"]
    for number in range(3, 300):
        found = None if number % 2 else orders(1)
        publish(home, MONDAY + timedelta(number), {"overdue_orders": found})
    lines = written()
    assert lines[0] == open_line.replace(",2,5%", ",299,5%") and len(lines) == 150
    assert read_open(home)["north"].past[-1].resolved_on == str(MONDAY + timedelta(299))


def test_an_alert_of_a_rule_that_is_gone_is_dropped(home: Home) -> None:
    publish(home, MONDAY, {"overdue_orders": orders(3), "late_dispatch_rate": rate(2, 4)})
    before = read_open(home)["north"]
    known = advance(before, [], MONDAY + timedelta(1), ZONE, "north", ["overdue_orders"])
    assert list(known.open) == ["overdue_orders"] and known.past == ()


def test_worse_says_since_when_unless_the_message_does(home: Home) -> None:
    channel = Channel()
    for number, count in enumerate((3, 9)):
        day = MONDAY + timedelta(number)
        found = {"overdue_orders": orders(count), "late_dispatch_rate": rate(1, count * 2, MONDAY)}
        publish(home, day, found)
        said = say(home, channel)
    assert sorted(text.split(" late_")[0].split(" overdue_")[0] for text in said) == [
        "Worse: 18%; was 6% on Mon Nov 2.",
        "Worse: 9 orders; was 3 orders on Mon Nov 2. Open since Mon Nov 2, day 2.",
    ]


def test_the_state_survives_its_file(home: Home) -> None:
    assert read_open(home) == {}
    publish(home, MONDAY, {"overdue_orders": orders(3), "late_dispatch_rate": rate(2, 4, MONDAY)})
    publish(home, MONDAY + timedelta(1), {"overdue_orders": None})
    found = read_open(home)["north"]
    assert isinstance(found, ShopAlerts)
    assert not found.open["late_dispatch_rate"].is_judged
    assert found.resolved["overdue_orders"].opened_on == MONDAY.isoformat()
