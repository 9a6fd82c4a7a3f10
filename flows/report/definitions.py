"""How each section's numbers are counted, in the reader's words."""

from __future__ import annotations

from flows.report.sentences import METRICS

DEFINITIONS: dict[str, tuple[str, ...]] = {
    "dispatch": (
        METRICS["late_dispatch_rate"].definition,
        "By due date: orders whose deadline fell in the window, late or still open after it. With "
        "the overdue orders: the platform's count as it becomes when all orders that are overdue "
        "now are dispatched.",
    ),
    "ship-first": (
        "Open orders: paid, not cancelled, not dispatched, not fulfilled by TikTok. The deadline "
        "is the end of the last business day that the policy in force at the order's creation "
        "gives it, in the shop's time zone; an order due on the report's day is overdue at that "
        "day's end.",
    ),
    "tracking": (METRICS["valid_tracking_rate"].definition,),
    "cancellations": (
        METRICS["seller_fault_cancellation_rate"].definition,
        "A reason that the mapping does not know is counted as unknown and listed under data "
        "quality; it is not counted as the seller's fault.",
    ),
    "delivery": (
        METRICS["on_time_delivery_rate"].definition,
        "Days to delivery are business days in the hands of the carrier. Half of the parcels "
        "arrive within the first number of days (p50), nine of ten within the second (p90).",
    ),
    "returns": (
        "Units ordered in the last 90 days and since returned, of all units ordered in them; "
        "samples and cancelled orders do not count. The bounds are the 95% Wilson interval: few "
        "units give a wide one, so the list is ordered by the lower bound. Provisional: the return "
        "window of some orders is still open. Closed rate: the orders whose window has ended.",
    ),
    "coverage": (
        "Paid orders of the last 30 days by the state they ship to, each taken from its nearest "
        "active warehouse. The zone is the carriers' distance band (1 to 8) between ZIP areas; "
        "transit days follow the zone unless at least 30 carrier scans show otherwise. On-time "
        "delivery is what really happened.",
    ),
    "trust": (
        "Each file's rows are accounted for: read = accepted + quarantined + skipped. Skipped rows "
        "are banners, descriptions and blank lines; quarantined rows broke the feed's contract and "
        "are kept with their reason. Critical checks that fail stop a publication; warnings are "
        "shown here.",
    ),
}
"""By section anchor, one paragraph a string."""
