"""The words of the four rates, of their statuses, and of the tracking defects."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Metric:
    """The words of one of the four rates; its numbers come from ``marts.kpi_daily``."""

    name: str
    label: str
    short: str
    is_ceiling: bool
    unit: str
    defect: str
    defects: str
    counted: str
    nothing: str
    definition: str

    @property
    def lower(self) -> str:
        """The label within a sentence."""
        return self.label[0].lower() + self.label[1:]


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric(
            name="late_dispatch_rate",
            label="Late dispatch",
            short="dispatch",
            is_ceiling=True,
            unit="order",
            defect="late order",
            defects="late orders",
            counted="late",
            nothing="No order was dispatched",
            definition=(
                "Orders dispatched after their dispatch deadline, of all orders dispatched in "
                "the window. Orders fulfilled by TikTok count in the total and are never late. "
                "The event that dispatches an order is the one its policy version names: the "
                "carrier's first scan of its last package, or the upload of its tracking number."
            ),
        ),
        Metric(
            name="valid_tracking_rate",
            label="Valid tracking",
            short="tracking",
            is_ceiling=False,
            unit="package",
            defect="invalid package",
            defects="invalid packages",
            counted="valid",
            nothing="No package was shipped",
            definition=(
                "Packages with a valid tracking number, of all packages shipped in the window. "
                "Valid: a number is there, the carrier is supported, the number fits the "
                "carrier, the carrier scanned it in time, and no scan contradicts the order. "
                "Packages fulfilled by TikTok or on a platform-bought label do not count."
            ),
        ),
        Metric(
            name="seller_fault_cancellation_rate",
            label="Seller-fault cancellation",
            short="cancellation",
            is_ceiling=True,
            unit="order",
            defect="seller-fault cancellation",
            defects="seller-fault cancellations",
            counted="cancelled through the seller's fault",
            nothing="No order was confirmed",
            definition=(
                "Orders cancelled through the seller's fault, of all orders confirmed in the "
                "window. An order is confirmed from its creation unless its buyer cancels "
                "within 60 minutes. The fault is read from who cancelled and the reason given."
            ),
        ),
        Metric(
            name="on_time_delivery_rate",
            label="On-time delivery",
            short="delivery",
            is_ceiling=False,
            unit="order",
            defect="late delivery",
            defects="late deliveries",
            counted="on time",
            nothing="No order had its deliver-by date",
            definition=(
                "Orders delivered by their deliver-by time, of all orders whose deliver-by time "
                "fell in the window. Orders fulfilled by TikTok, express orders and orders "
                "cancelled before dispatch do not count."
            ),
        ),
    )
}
"""The four rates in their fixed order."""


@dataclass(frozen=True)
class Status:
    """How a status looks: a shape, a word and a class, never colour alone."""

    name: str
    word: str
    shape: str
    severity: int


STATUSES: dict[str, Status] = {
    status.name: status
    for status in (
        Status("enforcement", "Enforcement", "◆", 0),
        Status("breach", "Breach", "■", 1),
        Status("approaching", "Approaching", "▲", 2),
        Status("insufficient_volume", "Too few", "○", 3),
        Status("no_data", "No data", "–", 4),
        Status("ok", "On target", "●", 5),
    )
}
"""The statuses, worst first; unjudged ones come before good ones so that nobody misses them."""

DEFECT_WORDS: dict[str, str] = {
    "missing_number": "No tracking number",
    "bad_format": "Number fits no carrier",
    "carrier_mismatch": "Another carrier's number",
    "unsupported_carrier": "Carrier not supported",
    "no_scan": "No carrier scan",
    "late_upload": "Uploaded late",
    "scan_before_order": "Scan before the order",
    "zip_mismatch": "Delivered elsewhere",
}
"""Plain words of each ``tracking_defect``."""

DEFECT_MENDS: dict[str, str] = {
    "missing_number": "Add the number.",
    "bad_format": "Compare with the label and correct the number; it can be edited once.",
    "carrier_mismatch": "Choose the carrier that the number belongs to.",
    "unsupported_carrier": "Choose a supported carrier.",
    "no_scan": "Ask the carrier for the acceptance scan, or show the hand-over proof.",
    "late_upload": "Upload numbers on the day of the label.",
    "scan_before_order": "The number was used before: give this parcel its own.",
    "zip_mismatch": "Check that the number belongs to this order.",
}
"""The next act for each ``tracking_defect``."""
