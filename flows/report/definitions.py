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
    "drivers": (
        "Each full week as it stood at its Sunday's end, on the basis that the platform judges by. "
        "A segment's own rate adds the mean of its two shares of the orders, times the change of "
        "its rate; mix is what orders add by moving between segments with higher and lower rates. "
        "Both add up to the change exactly; the printed tenths are rounded so that they do too.",
        "Every order or package is in one segment of each dimension: `(several)` where it has more "
        "than one, `(none)` without one, `(unknown)` where no file tells. A dimension is named "
        "first where one of its segments, or the mix, moved most of the change beyond its share of "
        "the orders, by at least three orders and by more than chance (95%). It tells where the "
        "change is, not why.",
    ),
    "promises": (
        "Hours of what was done in the week, from the warehouse's own stamps. Kept: of what was "
        "promised for a day of the week, the part done by the end of that day. What comes in "
        "before the cut-off of `reference/warehouses`, on a business day by the warehouse's clock, "
        "is promised for that day, else for the next business day; orders cancelled before they "
        "left do not count. Returns: days from the carrier's delivery, or from the arrival, by "
        "what is usual among 3PLs, as no file declares it.",
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
        "A state leads where the states with more orders do not yet hold the share. It is not "
        "expected where `reference/expected_states` does not name it; without that list, where it "
        "surely orders more than half as much again as its people would.",
    ),
    "returns-due": (
        "Returns as the platform's export and the warehouse's list of received goods tell them. "
        "The shop has to answer a request within the hours that the policy in force gives it, and "
        "to refund within its business days: counted from the request where nothing comes back, "
        "else from the day on which the goods came back. Near: less than a day is left. A claim, a "
        "dispute and an appeal are as the newest export states them.",
    ),
    "traps": (
        "A SKU is a margin trap where it sells much and is returned much (in the upper fifth of "
        "the shop's SKUs by both, and surely far above the others), or where its orders leave "
        "nothing after returns. A creator stands out where surely more comes back than the shop's "
        "mean and than the same SKUs bring back from others; a category, where a week is more "
        "than three standard errors above its own earlier weeks. A buyer counts from three "
        "returned orders in 90 days and is known by a keyed hash alone.",
        "Excess cost: what the returns above those to be expected cost, refunds apart. It ranks "
        "the list. Assumed money rests on a default; your own goes into "
        "`reference/cost_assumptions`.",
    ),
    "returns-cost": (
        "Returns of the last 90 days: what they cost to bring back, inspect, mark down or dispose "
        "of, the administration fee that the platform keeps, and the commission that is not given "
        "back. Refunds stand apart. The contribution is sales less the cost of goods, shipping, "
        "handling, fees and commission; after returns it is less the refunds and these costs too. "
        "Assumed money rests on a default; your own goes into `reference/cost_assumptions`.",
    ),
    "grades": (
        "Each grade has one route: sell again, refurbish, liquidate or dispose of. The route that "
        "recovers most is the one with the highest price less the work, by what is assumed or "
        "given; lost is what other routes recovered less than it.",
    ),
    "suppliers": (
        "Orders of the last 90 days by the supplier of their goods. The cost of an order adds "
        "returns, tickets, late deliveries and bad tracking to what its goods cost, so that a "
        "cheap supplier whose orders fail ranks below. Passes: how many of the questions on "
        "stock, checks, tracking, scans and capacity are answered well, of those that the shop's "
        "files can answer.",
    ),
    "network": (
        "Orders of the last 90 days by ZIP area, each taken from the site that reaches it first. "
        "For each number of sites the best of all candidate areas is found, not one of a few; "
        "materially better means at least five points more within two days. Days follow the zone, "
        "or the shop's own scans where there are enough. Candidates, storage and carriage of your "
        "own go into `reference/candidate_sites` and `reference/rate_card`. Computed for the "
        "newest day alone.",
    ),
    "stock": (
        "Hero SKUs are those that the shop names, with who named them and since when, else those "
        "that bring most of its revenue; each should be at every active site, and the long tail at "
        "one. What goes live in the next 14 days is held against the stock of each site.",
        "TikTok's warehouse is one site of several: a shipment is due when its days of cover fall "
        "below the days that a shipment takes and a safety margin.",
    ),
    "routes": (
        "Parcels by origin, destination and weight. A route is feasible where it keeps the promise "
        "and at least 95% of its numbers are valid; among those the cheapest is the one with the "
        "least carriage, refunds, tickets and lateness together, so that a cheap carrier that "
        "loses track of parcels ranks below. Preferred routes are those of "
        "`reference/preferred_routes`.",
    ),
    "settlement": (
        "Each order's payout is worked out from its own sources, component by component, and held "
        "against what the statements say; components are added or the total is read, never both. "
        "An order ties out where each component is within one cent. In no statement: delivered "
        "longer ago than the platform takes to settle, while statements cover that time. Samples "
        "are sales at a discount of 100%.",
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
