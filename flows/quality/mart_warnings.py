"""Gate 2's warnings: what a reader of the numbers should know, and what never blocks them.

A viral day must not block its own report, and a feed that comes late is no reason to hide what is
known. Everything is measured against the shop's own as-of day, never against the clock.
"""

from typing import Any

from flows.quality.model import Expectation

# A day or week is unusual below a fifth or above five times of what the weeks before show.
_BAND = 5.0
_DAYS_BEFORE = 28
_WEEKS_BEFORE = 4
_LEAST_ORDERS = 5
_UNJUDGED_SHARE = 0.2

# Rows are stamped in UTC: a day that the data reach has begun, in UTC, wherever the shop is.
_AS_OF = "(select shop_id, max(as_of_on) as as_of_on from marts.kpi_daily group by 1)"


def _warning(table: str, name: str, description: str, **question: Any) -> Expectation:
    return Expectation(
        name=name, table=table, severity="warning", description=description, **question
    )


def _volume_of_the_day() -> Expectation:
    return _warning(
        "orders",
        "volume_of_the_day",
        "The day's orders are within the band of the four weeks before",
        topic="volume",
        query="select shop_id, 1 as failures, printf('%d orders on the day, about %d a day in the "
        "four weeks before', today, usual::bigint) as note from (select a.shop_id, "
        "count(*) filter (where o.created_on = a.as_of_on) as today, "
        f"count(*) filter (where o.created_on < a.as_of_on) / {_DAYS_BEFORE}.0 as usual, "
        "min(o.created_on) as first_on, max(a.as_of_on) as as_of_on from marts.orders as o "
        f"inner join {_AS_OF} as a on a.shop_id = o.shop_id and o.created_on <= a.as_of_on "
        f"and o.created_on >= a.as_of_on - {_DAYS_BEFORE} group by 1) "
        f"where first_on <= as_of_on - 14 and usual >= {_LEAST_ORDERS} "
        f"and (today > usual * {_BAND} or today * {_BAND} < usual)",
    )


def _volume_of_the_week() -> Expectation:
    days = 7 * (_WEEKS_BEFORE + 1)
    return _warning(
        "orders",
        "volume_of_the_week",
        "The last seven days' orders are within the band of the four weeks before",
        topic="volume",
        query="select shop_id, 1 as failures, printf('%d orders in the last seven days, about %d "
        "a week in the four weeks before', week, usual::bigint) as note from (select a.shop_id, "
        "count(*) filter (where o.created_on > a.as_of_on - 7) as week, "
        f"count(*) filter (where o.created_on <= a.as_of_on - 7) / {_WEEKS_BEFORE}.0 as usual, "
        "min(o.created_on) as first_on, max(a.as_of_on) as as_of_on from marts.orders as o "
        f"inner join {_AS_OF} as a on a.shop_id = o.shop_id and o.created_on <= a.as_of_on "
        f"and o.created_on > a.as_of_on - {days} group by 1) "
        f"where first_on <= as_of_on - 27 and usual >= {_LEAST_ORDERS} "
        f"and (week > usual * {_BAND / 2} or week * {_BAND / 2} < usual)",
    )


def _reach() -> Expectation:
    return _warning(
        "kpi_daily",
        "data_reach_the_day",
        "Orders and tracking reach into the as-of day",
        topic="freshness",
        query="select shop_id, greatest(1, date_diff('day', max(known_through_at), "
        "max(as_of_on))) as failures, printf('data reach %s UTC, the as-of day is %s', "
        "coalesce(strftime(max(known_through_at), '%Y-%m-%d %H:%M'), 'no known time'), "
        "strftime(max(as_of_on), '%Y-%m-%d')) as note from marts.kpi_daily "
        f"inner join {_AS_OF} as a using (shop_id, as_of_on) "
        "where known_through_at is null or known_through_at < as_of_on group by 1",
    )


def _tracking_feed() -> Expectation:
    return _warning(
        "packages",
        "scans_judged",
        "The tracking feed knows the packages of the last 30 days",
        topic="volume",
        query="select shop_id, unjudged as failures, printf('scans of %d of %d packages of the "
        "last 30 days could not be judged', unjudged, packages) as note from (select p.shop_id, "
        "count(*) as packages, count(*) filter (where not coalesce(p.is_scan_judged, false)) "
        f"as unjudged from marts.packages as p inner join {_AS_OF} as a on a.shop_id = p.shop_id "
        "and p.shipped_on > a.as_of_on - 30 and p.shipped_on <= a.as_of_on where p.is_in_rate "
        f"group by 1) where unjudged > packages * {_UNJUDGED_SHARE}",
    )


def _issue(name: str, issue: str, noun: str, description: str) -> Expectation:
    return _warning(
        "data_quality_issues",
        name,
        description,
        topic="volume",
        query=f"select shop_id, sum(rows) as failures, printf('{noun}: %d', sum(rows)::bigint) "
        f"as note from marts.data_quality_issues inner join {_AS_OF} using (shop_id, as_of_on) "
        f"where issue = '{issue}' group by 1",
    )


WARNINGS: dict[str, tuple[Expectation, ...]] = {
    "orders": (_volume_of_the_day(), _volume_of_the_week()),
    "kpi_daily": (_reach(),),
    "packages": (_tracking_feed(),),
    "data_quality_issues": (
        _issue(
            "cancel_reasons_mapped",
            "unmapped_cancel_reason",
            "cancellations whose reason has no mapping",
            "Every cancel reason has a mapping",
        ),
        _issue(
            "carriers_mapped",
            "unmapped_carrier",
            "packages whose carrier has no mapping",
            "Every carrier name has a mapping",
        ),
        _issue(
            "parcels_from_the_market",
            "cross_border_parcel",
            "packages that a carrier first held abroad",
            "No parcel of a US shop begins its journey abroad",
        ),
        _issue(
            "costs_usable",
            "unused_cost_assumption",
            "cost assumptions that cannot be used",
            "Every declared cost can be used",
        ),
        _issue(
            "refunds_in_shop_currency",
            "refund_in_other_currency",
            "returns paid back in another currency, left out of every sum",
            "Every refund is in the shop's currency",
        ),
        _issue(
            "grades_mapped",
            "unmapped_grade",
            "returned units whose grade has no route",
            "Every grade of returned goods has a route",
        ),
        _issue(
            "dispositions_mapped",
            "unmapped_disposition",
            "returned units whose disposition is not known",
            "Every disposition of returned goods is known",
        ),
        _issue(
            "states_known",
            "unknown_state",
            "orders to a state that is not known",
            "Every ship-to state is known",
        ),
        _issue(
            "warehouses_mapped",
            "unmatched_warehouse",
            "orders whose warehouse is not declared",
            "Every warehouse name is declared",
        ),
        _issue(
            "orders_reach_the_warehouse",
            "missing_at_warehouse",
            "orders that a warehouse has not received a day after they were paid",
            "Every paid order reaches its warehouse",
        ),
        _issue(
            "orders_reach_it_once",
            "doubled_at_warehouse",
            "orders of which a warehouse holds more shipments than there are parcels",
            "No order reaches its warehouse twice",
        ),
        _issue(
            "addresses_agree",
            "ships_elsewhere",
            "orders that a warehouse sends to another ZIP than the buyer gave",
            "A warehouse ships to the buyer's ZIP",
        ),
        _issue(
            "stages_run_forwards",
            "stage_times_run_backwards",
            "orders whose warehouse stamps run backwards",
            "No stage ends before the one before it",
        ),
    ),
}
