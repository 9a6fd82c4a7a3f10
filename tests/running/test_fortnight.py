"""Two weeks of real daily runs with a webhook: what people are told, day by day.

A shop whose carrier fails for a while. Each day is run as of its end, and some days twice; the
messages of each rule must then tell one story: it begins with `New`, nothing is said twice, and
what is resolved is resolved once.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from flows.alerts.delivery import pending
from flows.alerts.open import read_open
from flows.alerts.outbox import Outbox
from flows.calendar import days_between
from flows.home.layout import Home
from flows.masking import WEBHOOK_VARIABLE
from flows.simulate import simulate
from tests.alerts.webhook_server import webhook_server
from tests.running.conftest import publish_day

pytestmark = [pytest.mark.end_to_end, pytest.mark.long, pytest.mark.timeout(3600)]

FIRST, LAST = date(2026, 3, 2), date(2026, 4, 12)
# Fewer days for a look, more than a minute each on a busy machine.
COUNT = int(os.environ.get("GREENZONE_FORTNIGHT_DAYS", "14"))
SHOP = "demo"


OWN_RULES = """
rules:
  - name: gate_warning
    enabled: false
  - name: always
    about: A rule of the shop's own that fires each day.
    mart: kpi_daily
    where: metric = 'late_dispatch_rate' and window_name = 'rolling_30d' and basis = 'platform'
    severity: check
    title: a look
    measure: the same
    says: "{numerator} of {denominator} were late."
    act: look.
    owner: Kim
    resolved: never
    remind_after_days: 4
"""


def test_a_fortnight_of_daily_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path / "home")
    simulate(home.root, SHOP, FIRST, LAST, 8, 3, scenarios=("carrier_meltdown",), truth=False)
    home.alert_rules.write_text(OWN_RULES, encoding="utf-8")
    told: dict[str, list[str]] = defaultdict(list)
    with webhook_server() as server:
        monkeypatch.setenv(WEBHOOK_VARIABLE, server.address)
        for number, day in enumerate(days_between(FIRST, LAST)[-COUNT:]):
            before = len(server.requests)
            sent = publish_day(home, day)["delivery"].get("sent", [])
            assert len(server.requests) - before == len(sent)
            for key, text in zip(sent, server.texts[before:], strict=True):
                told[key].append(f"{day} {text}")
            if number % 5 == 0:
                assert publish_day(home, day).get("delivery") == {}  # the same day once more
                assert len(server.requests) - before == len(sent)
            assert pending(home) == []
    assert told
    assert not any(key.endswith("/gate_warning") for key in told)  # it is switched off
    own = [kind_of(text) for text in told[f"{SHOP}/always"]]
    assert own[0] == "New" and set(own[1:]) <= {"Still open"}
    assert len(own) == 1 + (COUNT - 1) // 4
    history = (home.alerts / "history.csv").read_text(encoding="utf-8")
    assert f"{SHOP},always,check,open," in history
    for said in (said for key, said in told.items() if not key.endswith("/account_health_zone")):
        kinds = [kind_of(text) for text in said]
        assert kinds[0] == "New", said
        for earlier, later in pairwise(kinds):
            assert (later == "New") == (earlier == "Resolved"), said
        assert len(set(said)) == len(said)
    open_now = {f"{SHOP}/{rule}" for rule in read_open(home)[SHOP].open}
    ended = {key for key, item in Outbox(home).said.items() if item.kind == "resolved"}
    assert not open_now & ended
    if COUNT >= 14:
        assert {kind_of(text) for said in told.values() for text in said} > {"New"}


def kind_of(text: str) -> str:
    """The kind of a message by its first word, after the day."""
    found = re.match(r"\S+ (New|Open since|Worse|Still open|Resolved)", text)
    assert found is not None, text
    return {"Open since": "New"}.get(found[1], found[1])
