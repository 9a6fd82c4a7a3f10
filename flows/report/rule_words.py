"""The words of the rule book: what orders wait for, causes, zones, indicators, hypotheses."""

from __future__ import annotations

WAITING_WORDS: dict[str, str] = {
    "confirmation": "Confirmation",
    "stock": "Stock",
    "picking": "Picking",
    "packing": "Packing",
    "label": "Label",
    "hand_over": "Hand-over",
    "first_scan": "First scan",
    "unknown": "Unknown",
}
"""What an open order waits for, by ``waiting_for``."""

CAUSE_WORDS: dict[str, str] = {
    "confirmation": "Late confirmation",
    "stock": "Waiting for stock",
    "picking": "Slow picking",
    "packing": "Slow packing",
    "label": "Late label",
    "hand_over": "Late hand-over",
    "carrier_scan": "Late carrier scan",
    "unknown": "Not known",
}
"""Why an order was late, by ``primary_cause``."""

DIMENSION_WORDS: dict[str, str] = {
    "warehouse": "Warehouse",
    "carrier": "Carrier",
    "seller_sku": "SKU",
    "supplier": "Supplier",
    "creator": "Creator",
    "volume_decile": "Volume decile",
    "label_source": "Label source",
}
"""What a segment is a segment of."""

ZONE_WORDS: dict[str, str] = {"green": "green", "orange": "orange", "red": "red"}

ZONE_STATUS: dict[str, str] = {"green": "ok", "orange": "approaching", "red": "breach"}
"""The status whose shape a zone is shown with."""

INDICATOR_WORDS: dict[str, str] = {
    "late_dispatch": "Late dispatch",
    "valid_tracking": "Valid tracking",
    "seller_fault_cancellation": "Seller-fault cancellation",
    "unshipped_orders": "Unshipped orders",
    "refund_reasons": "Refunds",
    "delivery_complaints": "Delivery complaints",
    "shipping_tickets": "Tickets on shipping status",
}
"""The seven indicators in their order."""

SYMPTOM_WORDS: dict[str, str] = {
    "late_dispatch": "Late dispatch rises",
    "tracking_complaints": "Complaints about tracking rise",
    "product_mismatch": "Signs of a product mismatch rise",
}
"""What sets a diagnosis off."""

WITHOUT_TICKETS: dict[str, str] = {"tracking_complaints": "Valid tracking falls"}
"""What does so in a shop that gives no tickets."""

HYPOTHESIS_WORDS: dict[str, str] = {
    "stock_readiness": "stock readiness",
    "carrier_scan_timing": "the timing of carrier scans",
    "route_quality": "the quality of the route",
    "tracking_upload_accuracy": "the accuracy of uploaded tracking",
    "quality_control": "quality control",
    "sku_confirmation": "the confirmation of the SKU",
}
"""What the evidence may point to."""

FULFILLMENT_WORDS: dict[str, str] = {
    "out_of_stock_cancellation_rate": "Out-of-stock cancellation",
    "unshipped_order_rate": "Unshipped orders",
}
"""The two daily rates of the fulfillment page."""

LEDGER_WORDS: dict[str, str] = {
    "opening": "Opening points",
    "violation": "Violation",
    "gain": "Gain",
    "appeal": "Appeal won",
    "rolled_off": "Rolled off",
    "clamped": "Beyond the scale",
    "closing": "Points now",
}
"""What moves the account health points, by ``kind``."""

PROMOTION_WORDS: dict[str, str] = {
    "no_score": "No score is known",
    "not_by_score": "Not decided by a score",
    "eligible": "Score is high enough",
    "recovers_in_time": "Back in time at the present rate",
    "below_score": "Score is too low",
}
"""Why a promotion is or is not at risk, by ``reason``."""

CHANGE_WORDS: dict[str, str] = {
    "files": "New files",
    "decision": "Files withdrawn or restored",
    "rules": "Changed rules",
    "code": "New release",
    "time": "Time passed",
}
"""Why a published number changed, by ``cause``."""


def words_of(table: dict[str, str], name: str | None) -> str:
    """The words for a name; a name that the table lacks as it is, without underscores."""
    if not name:
        return "–"
    return table.get(name) or name.replace("_", " ").capitalize()
