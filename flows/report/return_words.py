"""The words of returns, costs, traps, routes, stock and settlement."""

from __future__ import annotations

STATE_WORDS: dict[str, str] = {
    "requested": "Requested",
    "approved": "Approved",
    "shipped_back": "On its way back",
    "received": "Received",
    "graded": "Graded",
    "refunded": "Refunded",
    "rejected": "Rejected",
    "cancelled": "Withdrawn",
    "refunded_unreceived": "Refunded, not received",
}
"""Where a return stands, by ``state``."""

DUE_WORDS: dict[str, str] = {
    "respond": "Answer the request",
    "refund": "Refund the buyer",
    "buyer_ships": "Buyer sends it back",
}
"""What a deadline of a return asks for, by ``due_kind``."""

GROUP_WORDS: dict[str, str] = {
    "condition": "Condition",
    "wrong_variant": "Wrong variant",
    "missing_parts": "Missing parts",
    "packaging": "Packaging",
    "not_as_described": "Not as described",
    "late": "Late",
    "changed_mind": "Changed mind",
    "unmapped": "In no group",
}
"""What a return reason is about, by ``reason_group``."""

COMPONENT_WORDS: dict[str, str] = {
    "return_shipping": "Return shipping",
    "inspection": "Inspection and repackaging",
    "markdown": "Markdown",
    "disposal": "Disposal",
    "refund_admin_fee": "Refund administration fee",
    "commission_lost": "Commission not given back",
    "refund": "Refund",
    "sales": "Sales",
    "platform_discount": "Platform discount",
    "unit_cost": "Cost of goods",
    "outbound_shipping": "Outbound shipping",
    "pick_pack": "Picking and packing",
    "referral_fee": "Referral fee",
    "affiliate_commission": "Affiliate commission",
    "shipping": "Shipping",
    "adjustment": "Adjustments",
    "other": "Other",
    "payout": "Payout",
    "returns_cost": "Cost of returns",
}
"""What money is for, by component."""

TRAP_WORDS: dict[str, str] = {
    "sku_margin_trap": "SKU",
    "creator_outlier": "Creator",
    "category_out_of_control": "Category",
    "repeat_returner": "Buyer",
}
"""What loses money through returns, by ``kind``."""

REVIEW_WORDS: dict[str, str] = {
    "seller_sku": "SKU",
    "creator": "Creator",
    "campaign": "Campaign",
}
"""What a row of the weekly review is of, by ``dimension``."""

ROUTE_WORDS: dict[str, str] = {
    "resell": "resale",
    "refurbish": "refurbishing",
    "liquidate": "liquidation",
    "dispose": "disposal",
}
"""Where returned goods go, by ``route``."""

ROUTE_STATES: dict[str, str] = {
    "best_in_use": "Best in use",
    "dearer": "Dearer",
    "misses_the_promise": "Misses the promise",
    "none_feasible": "No carrier keeps it",
    "cost_unknown": "Cost not known",
    "not_judged": "Too few",
}
"""How a route in use stands to the best one, by ``state``."""

UNMATCHED_WORDS: dict[str, str] = {
    "order_in_no_export": "Order in no export",
    "order_before_the_exports": "Older than the exports",
}
"""Why a row of a statement has no order, by ``reason``."""

OBJECTIVE_WORDS: dict[str, str] = {
    "share_within_2_days": "share within two days",
    "mean_transit_days": "mean days on the way",
    "total_cost": "cost",
}
"""What a network is best at, by ``objective``."""

CHECK_WORDS: dict[str, str] = {
    "referral_rate": "Referral fee",
    "refund_admin_fee": "Refund administration fee",
    "affiliate_rate": "Affiliate commission",
}
"""Which fee was checked, by ``check_name``."""

STAGE_WORDS: dict[str, str] = {
    "confirm": "Confirmation",
    "allocate": "Allocation",
    "pick": "Picking",
    "pack": "Packing",
    "label": "Label",
    "tender": "Hand-over",
    "first_scan": "First scan",
}
"""The stages of an order."""

ERROR_WORDS: dict[str, str] = {
    "address": "Delivered to another ZIP area",
    "sku": "Wrong variant or incomplete",
    "tracking_update": "No usable tracking",
    "unusual_carrier": "Unusual carrier",
    "late_dispatch": "Late dispatch",
    "late_delivery": "Late delivery",
}
"""What went wrong, by ``error``."""
