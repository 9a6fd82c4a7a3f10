"""What must hold of the marts on margin traps, the weekly review, buyers and suppliers."""

from flows.quality.mart_shape import critical
from flows.quality.model import Expectation

_KINDS = ("sku_margin_trap", "creator_outlier", "category_out_of_control", "repeat_returner")
_HASH = "^[0-9a-f]{32}$"
_TINY = "1e-9"
_A_CENT = "0.01"


def _outside(*columns: str) -> str:
    return " or ".join(f"{column} < 0 or {column} > 1" for column in columns)


def _value_is_the_ratio(table: str) -> Expectation:
    return critical(
        table,
        "value_is_the_ratio",
        "A rate is units returned over units ordered",
        fails_when=f"abs(value - units_returned / nullif(units_ordered, 0)::double) > {_TINY} "
        "or units_returned < 0 or units_returned > units_ordered",
    )


def _places_in_order(table: str, cost: str) -> Expectation:
    return critical(
        table,
        "places_in_order",
        "Places run from 1 without a gap, and none has a dearer row after it",
        query="select shop_id, count(*) as failures from (select shop_id, place, row_number() over "
        f"(partition by shop_id order by place) as n, {cost} as cost, lag({cost}) over "
        f"(partition by shop_id order by place) as before from marts.{table}) "
        "where place <> n or cost > before group by 1",
        counted="rows",
    )


MARGINS: dict[str, tuple[Expectation, ...]] = {
    "returns_review": (
        _value_is_the_ratio("returns_review"),
        _places_in_order("returns_review", "excess_cost"),
        critical(
            "returns_review",
            "excess_is_the_difference",
            "Excess units are the returned ones less those expected",
            fails_when="abs(excess_units - (units_returned - compared_with * units_ordered)) "
            "> 1e-6",
        ),
        critical(
            "returns_review",
            "sure_bound_below_the_usual",
            "Looking at many segments never makes one surer",
            fails_when=f"sure_lower_bound > lower_bound + {_TINY}",
        ),
    ),
    "margin_traps": (
        _places_in_order("margin_traps", "excess_cost"),
        critical(
            "margin_traps",
            "known_words",
            "The kind of a trap is one of the four",
            fails_when=f"kind not in {_KINDS}",
        ),
        critical(
            "margin_traps",
            "rates_in_range",
            "Rates are between 0 and 1",
            fails_when=_outside("value", "compared_with", "lower_bound"),
        ),
        critical(
            "margin_traps",
            "of_the_review",
            "Every SKU and creator on the list is in the review with the same units",
            query="select t.shop_id, count(*) as failures from marts.margin_traps as t "
            "left join marts.returns_review as r on t.shop_id = r.shop_id "
            "and t.segment = r.segment and t.units_ordered = r.units_ordered "
            "and t.units_returned = r.units_returned and r.dimension = case t.kind "
            "when 'sku_margin_trap' then 'seller_sku' else 'creator' end "
            "where t.kind in ('sku_margin_trap', 'creator_outlier') and r.segment is null "
            "group by 1",
            counted="rows",
        ),
        critical(
            "margin_traps",
            "every_repeat_returner",
            "Every repeat returner is on the list",
            query="select b.shop_id, count(*) as failures from marts.repeat_returners as b "
            "left join marts.margin_traps as t on b.shop_id = t.shop_id "
            "and t.kind = 'repeat_returner' and b.buyer_hash = t.segment "
            "where t.segment is null group by 1",
            counted="buyers",
        ),
    ),
    "repeat_returners": (
        critical(
            "repeat_returners",
            "hashes_alone",
            "A buyer is a hash and never a name",
            fails_when=f"not regexp_matches(buyer_hash, '{_HASH}')",
        ),
        critical(
            "repeat_returners",
            "counts_in_order",
            "No buyer has more orders than returns, or a last refund before the first",
            fails_when="orders > returns or first_on > last_on",
        ),
    ),
    "category_control": (
        _value_is_the_ratio("category_control"),
        critical(
            "category_control",
            "limits_around_the_centre",
            "The centre lies between the limits, and the limits between 0 and 1",
            fails_when="lower_limit > centre or upper_limit < centre or "
            + _outside("centre", "lower_limit", "upper_limit"),
        ),
        critical(
            "category_control",
            "only_what_is_judged",
            "A week is out of control only where it is judged and lies outside its limits",
            fails_when="is_above_limit and not is_out_of_control or is_out_of_control and "
            "(not is_judged or value between lower_limit and upper_limit)",
        ),
    ),
    "scale_readiness": (
        critical(
            "scale_readiness",
            "sample_adds_up",
            "A unit of the sample has passed or came back for one reason",
            fails_when="passed_units <> greatest(sample_units - version_units - packaging_units "
            "- condition_units, 0)",
        ),
        critical(
            "scale_readiness",
            "rates_in_range",
            "Pass rates are between 0 and 1",
            fails_when=_outside("pass_rate", "lower_bound"),
        ),
    ),
    "supplier_scorecard": (
        critical(
            "supplier_scorecard",
            "rates_in_range",
            "Rates are between 0 and 1",
            fails_when=_outside(
                "stockout_rate", "quality_checked_share", "valid_tracking_rate", "refund_rate"
            ),
        ),
        critical(
            "supplier_scorecard",
            "costs_add_up",
            "The parts of a supplier's cost add up to the whole",
            fails_when="abs(unit_cost + returns_cost + coalesce(ticket_cost, 0) "
            "+ coalesce(late_delivery_cost, 0) + coalesce(invalid_tracking_cost, 0) - total_cost) "
            f">= {_A_CENT}",
        ),
        critical(
            "supplier_scorecard",
            "gates_in_order",
            "No supplier passes more gates than could be judged",
            fails_when="gates_passed < 0 or gates_passed > gates_judged or gates_judged > 5",
        ),
    ),
}
"""Expectations by mart."""
