"""How each section's numbers are counted, in the reader's words."""

from __future__ import annotations

from flows.report.sentences.rates import METRICS

DEFINITIONS: dict[str, tuple[str, ...]] = {
    "ahead": (
        "The change a day is the slope of the rate over its last 7 days; at that pace it meets its "
        "target after the days named. On open orders: the day on which late dispatch passes its "
        "target if none of the orders that are open now leaves. Needed to return: how many good "
        "orders in a row bring the rate back to its target. Nothing is foretold from too few "
        "orders.",
        "What must leave a day is the largest backlog by due day, less what may be late within the "
        "line, over the business days until then. Best day: the most orders dispatched on one of "
        "the last 30 days.",
    ),
    "indicators": (
        "Each indicator over the last 7 days against the 7 before. Unshipped orders are those open "
        "and overdue, of all open ones; refunds are units refunded, of units ordered; complaints "
        "and tickets are those about shipping, tracking and delivery, per 100 orders. A diagnosis "
        "is counted, not inferred: it names the explanation that more of the affected orders show, "
        "and how many show the other one. An order can show both.",
    ),
    "health": (
        "Points are taken from the shop's own record and never invented: opening points, plus "
        "gains and appeals, less violations; events fall away after the days that the policy "
        "names. The days back to the green zone assume that the points gained a day stay what they "
        "were, and that no violation is added.",
    ),
    "causes": (
        "Late orders by the day they were due, open ones included. Each has one primary cause, so "
        "the causes add up to the late orders: the stage that took longest against what it usually "
        "takes in that warehouse. Orders that were handed over by their deadline and scanned after "
        "it are held up by the carrier's scan; they can be appealed with the proof of hand-over.",
    ),
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
        "The chance of being late is the share of the shop's own past orders that, at the same "
        "stage after as long, needed more than the time that is left; n is how many they are, and "
        "of fewer than 20 nothing is said.",
    ),
    "tracking": (METRICS["valid_tracking_rate"].definition,),
    "cancellations": (
        METRICS["seller_fault_cancellation_rate"].definition,
        "A reason that the mapping does not know is counted as unknown and listed under data "
        "quality; it is not counted as the seller's fault.",
        "Out-of-stock cancellations are those for want of stock, of the orders confirmed. "
        "Unshipped orders are those still open past their deadline, of the orders due.",
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
        "A number that was published as complete and is another one now is listed with what it "
        "was, what it is, and why: files that came later, changed rules, or a new release.",
    ),
}
"""By section anchor, one paragraph a string."""
