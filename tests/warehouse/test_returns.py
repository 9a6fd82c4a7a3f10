"""Returns from the export to the marts: what may be repeated, and what must add up."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.warehouse.conftest import Models

CREATED = datetime(2026, 4, 1, 20)
STATUSES = ("to_process", "in_process", "completed", "refunded", "refund_rejected", "cancelled")
REASONS = ("Wrong size", "Damaged item", "The moon was full", None)
GIVES_NOTHING = ("refund_rejected", "cancelled")
IS_REFUNDED = ("completed", "refunded")
CHAIN = (
    "int_return_lines", "int_returns_received", "int_returns", "returns", "returns_triage",
    "return_reasons_unmapped", "int_sold_segments", "return_rates",
)  # fmt: skip

Row = dict[str, Any]


@pytest.fixture
def shop(models: Models) -> Models:
    """A shop with three paid orders of two lines each, as of 2026-04-30, and nothing returned."""
    orders: list[dict[str, object]] = []
    items: list[dict[str, object]] = []
    for key in (1, 2, 3):
        orders.append(
            {
                "shop_id": "us",
                "order_id": f"o{key}",
                "order_key": key,
                "is_rated": True,
                "created_on": CREATED.date(),
                "counts_from_on": CREATED.date(),
            }
        )
        items += [
            {
                "shop_id": "us",
                "order_id": f"o{key}",
                "order_key": key,
                "sku_id": sku,
                "seller_sku": f"SKU-{sku}",
                "creator_handle": creator,
                "units": units,
                "created_on": CREATED.date(),
            }
            for sku, units, creator in (("1", key, "anna"), ("2", 4, None))
        ]
    models.fill("intermediate.int_orders", orders)
    models.fill("intermediate.int_order_items", items)
    for table in ("int_order_warehouses", "int_creators_by_line", "int_parcels"):
        models.fill(f"intermediate.{table}", [])
    _receive(models, [])
    return models


def _receive(models: Models, received: list[Row]) -> None:
    models.fill("lake.third_party_logistics__returns_received", received)


def _export(models: Models, rows: list[Row]) -> None:
    """Put rows into the return export, in this order, and compute everything from them anew."""
    models.fill("lake.seller_center__returns", rows)
    models.run(*CHAIN)


def _return(number: int, **values: Any) -> Row:
    at = CREATED + timedelta(days=5, hours=number)
    row: Row = {
        "shop_id": "us",
        "return_order_id": f"r{number}",
        "order_id": "o3",
        "sku_id": "1",
        "return_type": "Return and refund",
        "return_status": "completed",
        "return_reason": "Wrong size",
        "return_quantity": 1,
        "refund_amount": Decimal(10),
        "currency": "USD",
        "requested_at": at,
        "requested_on": at.date(),
        **values,
    }
    if row["return_status"] in IS_REFUNDED:
        row.setdefault("refunded_at", row["requested_at"] + timedelta(days=2))
        row.setdefault("refunded_on", row["refunded_at"].date())
    return row


def _read(models: Models, query: str) -> list[tuple[Any, ...]]:
    return models.connection.execute(query).fetchall()


def _everything(models: Models) -> list[list[tuple[Any, ...]]]:
    marts = ("returns", "returns_triage", "return_reasons_unmapped", "return_rates")
    return [_read(models, f"select * from marts.{mart} order by all") for mart in marts]


def test_a_line_returned_three_times_gives_back_what_was_bought(shop: Models) -> None:
    """Three units: two and two are refunded, and one more is asked for."""
    _export(
        shop,
        [
            _return(1, return_quantity=2),
            _return(2, return_quantity=2),
            _return(0, return_quantity=1, return_status="to_process"),
        ],
    )
    found = _read(shop, "select return_order_id, units, is_over_returned from marts.returns")
    assert sorted(found) == [("r0", 0, True), ("r1", 2, False), ("r2", 1, True)]
    [shop_rate] = _read(
        shop,
        "select units_ordered, units_returned, refund_amount from marts.return_rates "
        "where dimension = 'shop' and basis = 'order_cohort' and window_name = 'rolling_30d'",
    )
    # Eighteen units of three orders; refund money is the export's total, not capped.
    assert shop_rate == (18, 3, Decimal("20.00"))


def test_rates_by_segment_reason_and_window(shop: Models) -> None:
    """Of 18 units four come back; anna sold 6, and three of the four were the wrong size."""
    _export(
        shop,
        [
            _return(1, order_id="o3", sku_id="1", return_quantity=2),
            _return(2, order_id="o2", sku_id="1", return_quantity=1),
            _return(3, order_id="o1", sku_id="2", return_reason="Damaged item"),
            _return(4, order_id="o1", sku_id="2", return_status="in_process"),
        ],
    )
    found = _read(
        shop,
        "select dimension, segment, units_ordered, units_returned, round(value, 6), "
        "is_small_volume, is_provisional, top_reason from marts.return_rates "
        "where basis = 'order_cohort' and window_name = 'rolling_30d' "
        "and dimension in ('creator', 'reason', 'reason_group', 'campaign')",
    )
    assert sorted(found) == [
        ("campaign", "(none)", 18, 4, 0.222222, True, True, "Wrong size"),
        ("creator", "(none)", 12, 1, 0.083333, True, True, "Damaged item"),
        ("creator", "anna", 6, 3, 0.5, True, True, "Wrong size"),
        ("reason", "Damaged item", 18, 1, 0.055556, True, True, "Damaged item"),
        ("reason", "Wrong size", 18, 3, 0.166667, True, True, "Wrong size"),
        ("reason_group", "condition", 18, 1, 0.055556, True, True, "Damaged item"),
        ("reason_group", "wrong_variant", 18, 3, 0.166667, True, True, "Wrong size"),
    ]
    # Wilson at 95 % for 3 of 6, by the formula.
    [bounds] = _read(
        shop,
        "select round(lower_bound, 6), round(upper_bound, 6) from marts.return_rates "
        "where basis = 'order_cohort' and window_name = 'rolling_30d' and segment = 'anna'",
    )
    assert bounds == (0.187616, 0.812384)


def test_a_reason_in_no_list_is_shown_with_its_first_day(shop: Models) -> None:
    _export(
        shop,
        [
            _return(1, return_reason="The moon was full"),
            _return(2, return_reason="The moon was full", return_status="to_process"),
            _return(3, return_reason=" WRONG SIZE"),
        ],
    )
    assert _read(
        shop, "select reason, returns, first_seen_on from marts.return_reasons_unmapped"
    ) == [("The moon was full", 2, date(2026, 4, 6))]


def test_the_liability_is_the_refunds_less_what_was_compensated(shop: Models) -> None:
    _export(
        shop,
        [
            _return(1, compensation_status="Approved", compensation_amount=Decimal("4.00")),
            _return(2, compensation_status="Denied"),
            _return(3, compensation_status="Under review", compensation_amount=Decimal("9.00")),
            _return(4, return_status="to_process", refund_amount=Decimal(50)),
        ],
    )
    [total] = _read(
        shop,
        "select sum(liability_amount), sum(case when is_refunded then refund_amount end), "
        "sum(case when compensation_state = 'approved' then compensation_amount end) "
        "from marts.returns",
    )
    assert total == (Decimal("26.00"), Decimal("30.00"), Decimal("4.00"))


def test_goods_are_followed_from_the_label_to_the_grade(shop: Models) -> None:
    """Refund within five business days of the arrival: from a Wednesday to the next one."""
    arrived = datetime(2026, 4, 22, 20)
    row = _return(1, return_status="in_process", return_quantity=2)
    _receive(
        shop,
        [
            {
                "shop_id": "us",
                "rma_id": "a1",
                "order_id": "o3",
                "seller_sku": "SKU-1",
                "quantity": 1,
                "received_at": arrived,
                "received_on": arrived.date(),
                "graded_at": arrived + timedelta(hours=36),
                "graded_on": date(2026, 4, 24),
                "grade": "B",
            }
        ],
    )
    _export(shop, [row])
    query = (
        "select state, is_received_short, days_to_grade, refund_clock, refund_due_at, due_kind, "
        "is_past_due, triage_state, waiting_days from marts.returns"
    )
    due = datetime(2026, 4, 30, 6, 59, 59, 999000)
    assert _read(shop, query) == [
        ("graded", True, 1.5, "receipt", due, "refund", True, "graded", 6)
    ]
    _receive(shop, [])
    _export(shop, [row])
    assert _read(shop, query) == [("approved", None, None, None, None, None, False, "approved", 24)]


_RETURNS = st.lists(
    st.builds(
        lambda number, order, sku, status, quantity, reason, days: _return(
            number,
            order_id=f"o{order}",
            sku_id=sku,
            return_status=status,
            return_quantity=quantity,
            return_reason=reason,
            requested_at=CREATED + timedelta(days=days),
            requested_on=(CREATED + timedelta(days=days)).date(),
        ),
        st.integers(1, 12),
        st.integers(1, 4),
        st.sampled_from(("1", "2")),
        st.sampled_from(STATUSES),
        st.integers(0, 5),
        st.sampled_from(REASONS),
        st.integers(1, 35),
    ),
    max_size=10,
)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows=_RETURNS, seed=st.integers(0, 2**16))
def test_order_and_repetition_do_not_matter_and_parts_add_up(
    shop: Models, rows: list[Row], seed: int
) -> None:
    _export(shop, rows)
    first = _everything(shop)
    again = rows + rows[: len(rows) // 2]
    random.Random(seed).shuffle(again)
    _export(shop, again)
    assert _everything(shop) == first

    for order, units, bought in _read(
        shop,
        "select order_id, sum(units), max(units_ordered) from marts.returns "
        "group by order_id, line_sku_id",
    ):
        assert units >= 0 and (order == "o4" or units <= bought)
    assert _read(shop, "select 1 from marts.returns where state = 'refunded' and units > 5") == []
    taken = _read(shop, "select return_status, units from marts.returns")
    assert [units for status, units in taken if status in GIVES_NOTHING and units] == []

    totals = {
        (basis, window, dimension): (returned, refunded)
        for basis, window, dimension, returned, refunded in _read(
            shop,
            "select basis, window_name, dimension, sum(units_returned), sum(refund_amount) "
            "from marts.return_rates group by all",
        )
    }
    for (basis, window, _dimension), total in totals.items():
        assert total == totals[basis, window, "shop"]
    [triage] = _read(
        shop,
        "select (select count(*) from marts.returns where triage_state is not null), "
        "(select coalesce(sum(returns), 0) from marts.returns_triage)",
    )
    assert triage[0] == triage[1]
