"""Slack's limits and block models, and text from outside that must do nothing in a message."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.models.blocks import Block, HeaderBlock, SectionBlock

from flows.alerts import Alert, MessageTooLarge, build_alerts
from flows.alerts.message import build, check, clean, code, escape, id_of, name_of
from flows.report.context import Shop
from tests.alerts.conftest import ContextMaker, failure, gate
from tests.alerts.test_alerts import rate
from tests.quality.builders import AS_OF, change

HOSTILE = [
    "<!here> <!channel>",
    "@here @channel @Everyone",
    "<https://evil.example|click>",
    "<@U123> & <script>alert(1)</script>",
    "`; rm -rf / `",
    "*bold* _it_ ~no~",
    "https://hooks.example.com/services/T0/B0/x",
    "\u202egnp.exe\u202c \u200bzero",
    "line\nbreak\r\nand\ttab\x00\x1b[31m",
    "x" * 5_000,
    "😀" * 400,
    "ที่อยู่ร้าน",
    "",
]


def valid(message: dict[str, Any]) -> None:
    """Hold a message against the block models of Slack's own kit, and against the limits."""
    assert set(message) == {"text", "blocks"}
    assert message["text"]
    blocks = Block.parse_all(message["blocks"])
    assert isinstance(blocks[0], HeaderBlock)
    assert message["blocks"][0]["text"]["emoji"] is False
    for block, raw in zip(blocks, message["blocks"], strict=True):
        assert block is not None
        block.validate_json()
        assert block.to_dict() == raw
        if isinstance(block, SectionBlock):
            assert raw["text"]["verbatim"] is True
            assert len(raw["text"]["text"]) <= 3_000
    assert len(message["blocks"]) <= 50
    assert len(message["blocks"][0]["text"]["text"]) <= 150
    assert len(json.dumps(message, ensure_ascii=False)) <= 9_000


def inert(alert: Alert) -> None:
    """Nothing in the message calls, links or leaks."""
    for part in [alert.text, *(block["text"]["text"] for block in alert.message["blocks"])]:
        assert "<" not in part and ">" not in part
        assert "&" not in part.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")
        assert not any(word in part.lower() for word in ("@here", "@channel", "@everyone"))
        assert part.count("`") % 2 == 0
        assert "\u202e" not in part and "\x1b" not in part
        outside = "".join(part.split("`")[::2])
        assert "://" not in outside


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_ends_inert_in_every_alert(
    warehouse: Path, context: ContextMaker, hostile: str
) -> None:
    foreign = hostile.replace("\x00", "").replace("'", "''")
    change(
        warehouse,
        rate("valid_tracking_rate", 90, "breach"),
        rate("late_dispatch_rate", 12, "enforcement"),
        rate("late_dispatch_rate", 15, "enforcement", basis="projected"),
        f"update marts.packages set is_valid_tracking = false, carrier = '{foreign}' "
        f"where shop_id = 'north' and shipped_on = date '{AS_OF}'",
        f"update marts.orders set is_overdue_open = true, warehouse_name = '{foreign}', carrier = "
        f"'{foreign}', order_id = '{foreign}' || order_id where shop_id = 'north' "
        f"and created_on > date '{AS_OF}' - 3",
    )
    shop = Shop("north", hostile, "US", "America/Los_Angeles", "USD", True)
    bad: dict[str, Any] = {"observed": hostile, "examples": (hostile,), "files": (hostile,) * 9}
    warnings = [
        failure(severity="warning", topic="volume", name=f"w{n}", description=hostile, **bad)
        for n in range(12)
    ]
    stale = failure(severity="warning", topic="freshness", feed="reference/skus", **bad)
    critical = [failure(shop="south", name=f"c{n}", **bad) for n in range(12)]
    records = [
        {
            "shop_id": "north",
            "file": f"{hostile}{n}",
            "status": "refused",
            "reason": hostile,
            "mend": "",
            "is_present": True,
        }
        for n in range(12)
    ]
    south = Shop("south", hostile, "US", "UTC", "USD", True)
    alerts = build_alerts(
        warehouse,
        context(
            shops=(shop, south),
            gates=(gate(*warnings, stale, *critical),),
            ingest_records=records,
        ),
    )

    assert {alert.rule for alert in alerts} == {
        "gate_blocked",
        "gate_warning",
        "late_dispatch_rate",
        "overdue_orders",
        "refused_files",
        "stale_feed",
        "valid_tracking_rate",
    }
    for alert in alerts:
        valid(alert.message)
        inert(alert)


def test_clean_escape_and_names() -> None:
    assert escape("a < b & c > d") == "a &lt; b &amp; c &gt; d"
    assert escape("ping @HERE") == "ping HERE"
    assert clean(" a\n\tb `c` \u202ed ") == "a b 'c' d"
    assert clean("x" * 100, 10) == "x" * 9 + "…"
    assert name_of("NJ-1") == "NJ-1"
    assert name_of("evil.example") == "`evil.example`"
    assert name_of(None) == ""
    assert code("<a>") == "`&lt;a&gt;`"
    assert id_of("576461234567890012") == "`576461234567890012`"
    assert id_of("1 or 1") is None and id_of("1\n") is None and id_of(None) is None


def test_a_message_past_a_limit_is_refused() -> None:
    message = build("Header", ["one"] * 49)
    assert len(message["blocks"]) == 50
    valid(message)
    for sections, limit in (
        (["one"] * 50, "50"),
        (["x" * 3_001], "3000"),
        (["x" * 2_990] * 4, "9000"),
    ):
        with pytest.raises(MessageTooLarge, match=limit):
            build("Header", sections)
    field = {"type": "mrkdwn", "text": "x" * 2_001}
    with pytest.raises(MessageTooLarge, match="2000"):
        check({"text": "x", "blocks": [{"type": "section", "fields": [field]}]})


def test_a_header_is_cut_to_its_limit_and_never_within_an_entity() -> None:
    header = build("<" * 400, ["x"])["blocks"][0]["text"]["text"]
    assert len(header) <= 150
    assert header.replace("&lt;", "").replace("…", "") == ""
