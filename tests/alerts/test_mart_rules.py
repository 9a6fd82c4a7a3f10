"""The rules on single marts: a row that fires, one that does not, and what the message says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flows.alerts import build_alerts, load_book
from flows.alerts.relations import declared
from flows.warehouse.database import connect
from tests.alerts.conftest import ContextMaker
from tests.alerts.test_alerts import texts
from tests.alerts.test_messages import valid
from tests.quality.builders import AS_OF

Row = dict[str, Any]

ORDER: Row = {"order_id": "576460000000000001", "warehouse": "NJ-1", "carrier": "UPS"}
MOMENT = "2026-11-24 08:00:00"

# rule, a row that fires, what keeps other rows from it, the header, the first section, the list
CASES: list[tuple[str, Row, list[Row], str, str, str]] = [
    (
        "auto_cancel_ahead",
        {**ORDER, "moment_at": MOMENT, "auto_cancel_at": "2026-11-25 07:59:59"},
        [{"auto_cancel_at": "2026-11-25 08:00:01"}, {"auto_cancel_at": None}],
        "Act now: 1 order before automatic cancellation, Demo Shop",
        "The platform cancels 1 order within 24 hours if it does not ship, the first on "
        "Tue Nov 24, 23:59 PT. That counts as seller-fault cancellation.",
        "`576460000000000001` by Tue Nov 24, 23:59 PT, NJ-1, UPS",
    ),
    (
        "dispatch_capacity",
        {
            "line": "target",
            "rate_line": 0.04,
            "is_feasible": False,
            "allowed_late_left": 2,
            "open_orders": 900,
            "orders_to_dispatch": 900,
            "due_on": "2026-11-25",
            "needed_per_day": 450,
            "demonstrated_peak": 300,
        },
        [{"is_feasible": True}, {"line": "enforcement"}, {"allowed_late_left": -1}],
        "Act today: 900 orders to dispatch, more than can leave, Demo Shop",
        "450 a day must leave until Wed Nov 25 to stay within 4%; "
        "the best day of the last 30 was 300.",
        "",
    ),
    (
        "returns_due",
        {
            "order_id": "576460000000000002",
            "return_order_id": "R1",
            "due_kind": "respond",
            "is_past_due": False,
            "hours_left": 11.5,
            "due_at": "2026-11-24 19:30:00",
        },
        [{"hours_left": 12.5}, {"due_kind": "buyer_ships"}, {"due_kind": None}],
        "Act today: 1 return due, Demo Shop",
        "1 return has to be answered or refunded within 12 hours, the first by "
        "Tue Nov 24, 11:30 PT.",
        "`576460000000000002` respond by Tue Nov 24, 11:30 PT",
    ),
    (
        "returns_surely_high",
        {
            "dimension": "seller_sku",
            "segment": "LAMP-1",
            "is_surely_high": True,
            "sure_lower_bound": 0.15,
            "shop_value": 0.12,
            "value": 0.2,
            "units_ordered": 400,
            "excess_units": 32,
            "top_reason": "arrived <b>broken</b>",
        },
        [
            {"sure_lower_bound": 0.149},
            {"units_ordered": 99},
            {"is_surely_high": False},
            {"dimension": "creator"},
        ],
        "Check: 1 SKU with surely high returns, Demo Shop",
        "1 SKU comes back surely more often than the rest of the shop, first `LAMP-1`: 20.0%, "
        "not 12.0%.",
        "`LAMP-1` 20.0% of 400 units, shop 12.0%, arrived &lt;b&gt;broken&lt;/b&gt;",
    ),
    (
        "stock_out_ahead",
        {
            "seller_sku": "LAMP-1",
            "days_of_cover": 6.9,
            "average_daily_units": 10.0,
            "available": 69,
            "inbound": None,
        },
        [
            {"days_of_cover": 7.0},
            {"average_daily_units": 0.9},
            {"inbound": 5},
            {"days_of_cover": None},
        ],
        "Act today: 1 SKU about to run out, Demo Shop",
        "1 SKU lasts fewer than 7 days at the present pace, with nothing inbound.",
        "`LAMP-1` 6.9 days left, 69 units, 10 a day",
    ),
    (
        "content_short",
        {
            "seller_sku": "LAMP-1",
            "is_short": True,
            "goes_live_at": "2026-11-27 01:00:00",
            "goes_live_on": "2026-11-26",
            "warehouse_id": "W1",
            "warehouse_name": "NJ-1",
            "available": 12,
            "needed": 300,
        },
        [{"goes_live_on": "2026-11-27"}, {"is_short": False}, {"is_short": None}],
        "Act today: 1 SKU and site short for what goes live, Demo Shop",
        "1 SKU and site has fewer units than what goes live within 3 days needs, the first on "
        "Thu Nov 26, 17:00 PT.",
        "`LAMP-1` live Thu Nov 26, 17:00 PT, NJ-1, 12 of 300 units",
    ),
    (
        "promotion_at_risk",
        {
            "as_of_on": str(AS_OF),
            "promotion_id": "PR-1",
            "is_at_risk": True,
            "days_until_start": 14,
            "starts_on": "2026-12-07",
            "min_score": 200,
            "score": 187,
        },
        [{"days_until_start": 15}, {"days_until_start": -1}, {"is_at_risk": False}],
        "Act today: 1 promotion at risk, Demo Shop",
        "1 promotion runs or starts within 14 days and asks for more than the account's score of "
        "187.",
        "`PR-1` starts Mon Dec 7, asks for 200, score 187",
    ),
    (
        "settlement_not_tied",
        {
            "order_id": "576460000000000003",
            "seller_sku": "LAMP-1",
            "state": "missing",
            "unexplained_amount": "-28.34",
            "currency": "USD",
            "age_days": 21,
        },
        [{"state": "refund_pending"}, {"state": "tied"}, {"unexplained_amount": "0.99"}],
        "Check: 1 order not tied out, Demo Shop",
        "1 order is paid otherwise than due, −$28 in all.",
        "`576460000000000003` −$28, missing, day 21",
    ),
]


def put(warehouse: Path, mart: str, rows: list[Row]) -> None:
    """Make a mart in its declared shape with these rows."""
    columns = declared(mart)
    assert columns is not None
    listed = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
    with connect(warehouse, warehouse.parent) as connection:
        connection.execute(f"create or replace table marts.{mart} ({listed})")
        for row in rows:
            known = {"shop_id": "north", **row}
            names = ", ".join(f'"{name}"' for name in known)
            marks = ", ".join("?" for _ in known)
            connection.execute(
                f"insert into marts.{mart} ({names}) values ({marks})", list(known.values())
            )


@pytest.mark.parametrize(
    ("name", "fires", "others", "header", "says", "listed"), CASES, ids=[case[0] for case in CASES]
)
def test_a_rule_fires_for_its_rows_alone(
    warehouse: Path,
    context: ContextMaker,
    name: str,
    fires: Row,
    others: list[Row],
    header: str,
    says: str,
    listed: str,
) -> None:
    book = load_book()
    rule = book.named(name)
    assert rule is not None
    alone = context(book=replace(book, rules=(rule,)))
    put(warehouse, rule.mart, [{**fires, **other} for other in others])
    assert build_alerts(warehouse, alone) == []

    put(warehouse, rule.mart, [fires, *({**fires, **other} for other in others)])
    [alert] = build_alerts(warehouse, alone)
    shown = texts(alert)
    assert shown[0] == header
    assert alert.text == says.split(". ", maxsplit=1)[0].rstrip(".") + "."
    assert shown[1] == says
    assert listed in shown or (not listed and len(shown) == 4)
    assert shown[-1].startswith(f"Owner: {rule.owner}.")
    assert f"#{rule.section}`" in shown[-1]
    assert len(alert.to_json()) < 2_500
    valid(alert.message)
