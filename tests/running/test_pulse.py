"""What the hourly look finds besides the open orders."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

from flows.alerts.rules import project_book
from flows.contracts import load_contracts
from flows.ingest import Shop
from flows.running.pulse import _stale
from flows.running.run import Run

AT = datetime(2026, 11, 24, 12)


def test_the_feeds_that_the_gate_judges_are_stale_and_no_declaration() -> None:
    files: list[dict[str, Any]] = [
        {
            "feed": contract.feed,
            "newest_at": AT - timedelta(days=365),
            "status": "loaded",
            "shop_id": "demo",
        }
        for contract in load_contracts()
    ]
    run = cast("Run", SimpleNamespace(files=files))
    found = {feed["feed"] for feed in _stale(run, Shop("demo"), AT)}
    exports = {contract.feed for contract in load_contracts() if not contract.is_declaration}
    assert found == exports and "seller_center/orders" in found
    assert "reference/account_health" not in found
    assert _stale(run, Shop("other"), AT) == []


def test_no_rule_is_silenced_by_a_feed_that_is_never_stale() -> None:
    never = {contract.feed for contract in load_contracts() if contract.is_declaration}
    assert not [rule.name for rule in project_book().rules if never.intersection(rule.silenced_by)]
