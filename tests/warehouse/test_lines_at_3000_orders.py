"""The figures at which a rate breaks its line, counted in orders from the lake to the outlook."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.warehouse.conftest import Models

SUNDAY = "2026-04-19"


@dataclass(frozen=True)
class Case:
    """So many defects of so many orders of one Monday, and what is said of them that Sunday."""

    metric: str
    defects: int
    orders: int
    status: str
    headroom: int
    needed: int

    @property
    def shop(self) -> str:
        return f"{self.metric}_{self.defects}_of_{self.orders}"


LATE, INVALID, CANCELLED = (
    "late_dispatch_rate",
    "valid_tracking_rate",
    "seller_fault_cancellation_rate",
)
CASES = [
    Case(LATE, 120, 3000, "approaching", 0, 0),
    Case(LATE, 121, 3000, "breach", -1, 25),
    Case(LATE, 300, 3000, "breach", -180, 4500),
    Case(LATE, 301, 3000, "enforcement", -181, 4525),
    Case(INVALID, 150, 3000, "approaching", 0, 0),
    Case(INVALID, 151, 3000, "breach", -1, 20),
    Case(CANCELLED, 75, 3000, "approaching", 0, 0),
    Case(CANCELLED, 76, 3000, "breach", -1, 40),
    Case(CANCELLED, 15, 600, "approaching", 0, 0),
    Case(CANCELLED, 16, 600, "breach", -1, 40),
]

# Ordered at noon of Monday, due at the end of Wednesday; shipped on Tuesday or, too late, Thursday.
_ORDERS = """
insert into lake.seller_center__orders by name
select
    '{shop}' as shop_id, 'file' as source_id, i as row_number, cast(i as varchar) as order_id,
    'sku' as sku_id, 'completed' as order_status, 1 as quantity,
    10.00 as subtotal_before_discount, 10.00 as subtotal_after_discount, 10.00 as order_amount,
    timestamp '2026-04-13 19:00:00' as created_at, date '2026-04-13' as created_on,
    timestamp '2026-04-13 19:01:00' as paid_at, date '2026-04-13' as paid_on,
    case when {cancelled} then null else timestamp '2026-04-14 18:00:00' end as rts_at,
    case when {cancelled} then null else date '2026-04-14' end as rts_on,
    case when {cancelled} then null when {late} then timestamp '2026-04-16 20:00:00'
        else timestamp '2026-04-14 20:00:00' end as shipped_at,
    case when {cancelled} then null when {late} then date '2026-04-16'
        else date '2026-04-14' end as shipped_on,
    case when {cancelled} then timestamp '2026-04-14 20:00:00' end as cancelled_at,
    case when {cancelled} then date '2026-04-14' end as cancelled_on,
    case when {cancelled} then 'Seller' end as cancel_by,
    case when {cancelled} then 'Out of stock' end as cancel_reason,
    case when not {invalid} then '1Z5R89390357567127' || i end as tracking_number,
    'ups' as tracking_fits, 'UPS' as shipping_provider_name
from range(1, {orders} + 1) as numbers (i)
"""


@pytest.fixture(scope="module")
def built(models: Models) -> Models:
    """All cases as shops of one build."""
    for case in CASES:
        for table in ("shops", "shop_days"):
            models.connection.execute(
                f"insert into inputs.{table} "
                f"select * replace ('{case.shop}' as shop_id) from inputs.{table} "
                "where shop_id = 'us'"
            )
        defective = {
            word: f"i <= {case.defects}" if case.metric == metric else "false"
            for word, metric in (("late", LATE), ("cancelled", CANCELLED), ("invalid", INVALID))
        }
        models.connection.execute(_ORDERS.format(shop=case.shop, orders=case.orders, **defective))
    models.fill(
        "inputs.as_of",
        [
            {
                "shop_id": case.shop,
                "as_of_on": SUNDAY,
                "ends_at": "2026-04-20 07:00:00",
                "is_current": True,
            }
            for case in CASES
        ],
    )
    models.run_all()
    return models


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.shop)
def test_the_first_defect_too_many_breaks_the_line(built: Models, case: Case) -> None:
    numerator = case.orders - case.defects if case.metric == INVALID else case.defects
    assert built.connection.execute(
        "select kpi.numerator, kpi.denominator, kpi.status, kpi.headroom, "
        "outlook.needed_to_recover from marts.kpi_daily as kpi join marts.kpi_outlook as outlook "
        "using (shop_id, as_of_on, metric, basis, window_name) "
        "where shop_id = ? and as_of_on = ? and metric = ? and kpi.is_evaluated",
        [case.shop, SUNDAY, case.metric],
    ).fetchall() == [(numerator, case.orders, case.status, case.headroom, case.needed)]
