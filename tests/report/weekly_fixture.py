"""What the weekly review alone asks of the hand-made marts: drivers, promises, earlier coverage.

Late dispatch rises from 20 to 30 of 1,000 because of NJ-1; seller-fault cancellation moves in every
SKU alike; valid tracking holds; on-time delivery had no orders the week before.
"""

from __future__ import annotations

_RATES = {
    "late_dispatch_rate": {
        "warehouse": [("NJ-1", 5, 500, 17, 500), ("LA-2", 15, 500, 8, 400), ("$x", 0, 0, 5, 100)],
        "carrier": [("UPS", 20, 1000, 30, 1000)],
        "creator": [("(none)", 10, 500, 15, 500), ("$y", 10, 500, 15, 500)],
    },
    "seller_fault_cancellation_rate": {
        "warehouse": [("NJ-1", 11, 500, 14, 500), ("LA-2", 12, 500, 15, 500)],
        "sku": [
            (f"SKU-{n}", 23 * (n == 0), 100, 3 * (n < 9) + 2 * (n == 9), 100) for n in range(10)
        ],
    },
    "valid_tracking_rate": {"carrier": [("UPS", 970, 1000, 970, 1000)]},
    "on_time_delivery_rate": {"carrier": [("UPS", 0, 0, 6, 8)]},
}


def _effects(rows: list[tuple[str, int, int, int, int]]) -> list[str]:
    before, now = sum(r[2] for r in rows), sum(r[4] for r in rows)
    shop_before = sum(r[1] for r in rows) / before if before else None
    shop_now = sum(r[3] for r in rows) / now
    found = []
    for segment, n0, d0, n1, d1 in rows:
        r0, r1 = (n0 / d0 if d0 else None), (n1 / d1 if d1 else None)
        values: list[object] = [n0, d0, n1, d1, r0, r1, d0 / before if before else None, d1 / now]
        values += [shop_before, shop_now]
        if shop_before is None:
            values += [None, None]
        else:
            w0, w1 = d0 / before, d1 / now
            old, new = (r1 if r0 is None else r0), (r0 if r1 is None else r1)
            assert old is not None and new is not None
            values += [(w0 + w1) / 2 * (new - old)]
            values += [(w1 - w0) * ((old + new) / 2 - (shop_before + shop_now) / 2)]
        name = {"$x": "$formula", "$y": "$hostile"}.get(segment, f"'{segment}'")
        found.append(", ".join([name, *("null" if v is None else repr(v) for v in values)]))
    return found


_DRIVERS = ",\n    ".join(
    f"($shop, $day, '{metric}', 'platform', '{dimension}', {row})"
    for metric, dimensions in _RATES.items()
    for dimension, rows in dimensions.items()
    for row in _effects(rows)
)

WEEKLY = f"""
create table if not exists marts.rate_change_drivers (shop_id text, as_of_on date, metric text,
    basis text, dimension text, segment text, previous_numerator bigint,
    previous_denominator bigint, numerator bigint, denominator bigint, previous_value double,
    value double, previous_share double, share double, shop_previous_value double,
    shop_value double, rate_effect double, mix_effect double);
insert into marts.rate_change_drivers values
    {_DRIVERS};
create table if not exists marts.warehouse_promises (shop_id text, as_of_on date,
    warehouse_id text, warehouse_name text, kind text, promise text, order_cutoff text,
    business_days bigint, is_assumed boolean, done bigint, p50_hours double, p90_hours double,
    due bigint, kept bigint, value double, previous_due bigint, previous_kept bigint,
    previous_value double);
insert into marts.warehouse_promises values
    ($shop, $day, 'NJ-1', 'Newark', '3pl', 'dispatch', '14:00', null, false, 520, 7.5, 26.25,
     500, 440, 0.88, 2000, 1900, 0.95),
    ($shop, $day, 'LA-2', 'Ontario', '3pl', 'dispatch', null, null, false, 480, 9, 30, 0, 0, null,
     0, 0, null),
    ($shop, $day, $formula, $hostile, null, 'dispatch', '16:00', null, false, 10, 2, 4, 10, 10, 1,
     40, 40, 1),
    ($shop, $day, 'NJ-1', 'Newark', '3pl', 'grade', null, 3, true, 41, 20, 60, 40, 36, 0.9, 160,
     152, 0.95),
    ($shop, $day, 'NJ-1', 'Newark', '3pl', 'receive', null, 3, true, 40, 22, 70, 42, 36, 0.857,
     160, 150, 0.9375)
"""

EARLIER = """
insert into marts.zone_coverage
select shop_id, as_of_on - 28, origin_set, ship_to_state, orders, share_of_orders, mean_zone,
    share_within_2_days * 0.9, mean_transit_days, on_time_delivery_rate
from marts.zone_coverage where shop_id = $shop and as_of_on = $day
"""
