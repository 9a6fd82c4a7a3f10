"""The words of the pages that need one: what each means, one tap or one hover away.

A heading of a table that is a term, and the first time that a section's sentences say one,
become a button that opens the term's definition. The definitions that a page uses are laid
down once, at its end; without a script they open all the same, and print shows them as a list.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from flows.report.vocabulary import METRICS

_CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Term:
    """A term: its name in ids, its title, its meaning, and where it is recognised.

    ``heads`` are headings of columns, word by word. ``phrases`` are words within sentences, in
    lower case; a capital at their beginning is the same word.
    """

    name: str
    title: str
    meaning: str
    heads: Sequence[str] = ()
    phrases: Sequence[str] = ()


def _rate(metric: str, *phrases: str) -> Term:
    words = METRICS[metric]
    name = metric.replace("_", "-")
    return Term(name, words.label, words.definition, (words.label,), (words.lower, *phrases))


TERMS: tuple[Term, ...] = (
    _rate("late_dispatch_rate"),
    _rate("valid_tracking_rate"),
    _rate("seller_fault_cancellation_rate"),
    _rate("on_time_delivery_rate"),
    Term(
        "status",
        "Status",
        "On target: within the target. Approaching: still within it, past the line from which the "
        "report warns. Breach: past the target. Enforcement: past the line at which the platform "
        "acts. Too few: fewer orders or packages than are needed to judge. No data: none at all.",
        heads=("Status",),
    ),
    Term(
        "headroom",
        "Headroom",
        "How many more defects the window bears before the target is broken; over: how many "
        "defects it has too many.",
        heads=("Headroom",),
    ),
    Term(
        "basis",
        "Basis",
        "What a rate is counted over. As the platform counts: what the policy in force judges. By "
        "due date: the orders whose deadline fell in the window. By day of dispatch: the orders "
        "dispatched in it. With the overdue orders: the platform's count as it becomes when all "
        "orders that are overdue now are dispatched.",
        heads=("Basis",),
    ),
    Term(
        "dispatch-deadline",
        "Dispatch deadline",
        "The end of the last business day that the policy gave the order when it was made, in the "
        "shop's time zone. An order not dispatched by then is overdue, and late once it is.",
        phrases=("dispatch deadline",),
    ),
    Term(
        "carrier-scan",
        "First carrier scan",
        "The first event by which the carrier has the parcel: accepted, or any event after it. A "
        "printed label and a hand-over that the carrier did not scan are none.",
        heads=("Unscanned for", "First scan p90 h", "Scan p90 days"),
        phrases=("carrier's first scan", "carrier scan"),
    ),
    Term(
        "account-health-rating",
        "Account health rating",
        "The platform's points for the shop: opening points, plus gains and appeals won, less "
        "violations; an event falls away after the days that the policy names. Fewer points than "
        "a milestone bring its consequences.",
        phrases=("account health rating",),
    ),
    Term(
        "pace",
        "Change a day",
        "The slope of the rate over its last 7 days, in points a day.",
        heads=("Change a day",),
        phrases=("present pace",),
    ),
    Term(
        "days-to-line",
        "Days to its line",
        "After how many days the rate meets its target at its present pace.",
        heads=("Days to its line",),
    ),
    Term(
        "on-open-orders",
        "On open orders",
        "The day on which late dispatch passes its target if none of the orders that are open now "
        "leaves.",
        heads=("On open orders",),
    ),
    Term(
        "needed-to-return",
        "Needed to return",
        "How many good orders in a row bring the rate back to its target.",
        heads=("Needed to return",),
    ),
    Term(
        "must-leave",
        "Must leave",
        "The largest backlog by due day, less the orders that may be late within the line.",
        heads=("Must leave",),
    ),
    Term(
        "best-day",
        "Best day",
        "The most orders that were dispatched on one of the last 30 days.",
        heads=("Best day",),
    ),
    Term(
        "stated-capacity",
        "Stated capacity",
        "The orders a day that the warehouses say they can dispatch, from the shop's own files.",
        heads=("Stated capacity",),
    ),
    Term(
        "chance-of-late",
        "Late by, or chance of it",
        "Of an overdue order how late it is. Of another the share of the shop's own past orders "
        "that, at the same stage after as long, needed more than the time that is left; n is how "
        "many they are. Of fewer than 20 nothing is said.",
        heads=("Late by, or chance of it",),
    ),
    Term(
        "waits-for",
        "Waits for",
        "The next step that an open order has not taken, as its newest event tells.",
        heads=("Waits for",),
    ),
    Term(
        "p50-p90",
        "p50 and p90",
        "Half of the cases are within the first number (p50), nine of ten within the second (p90).",
        heads=("p50 days", "p90 days", "Hours p50", "Hours p90", "Usual p50", "Usual p90"),
    ),
    Term(
        "mapped",
        "Mapped",
        "Whether the list of reasons knows this one. An unknown reason is not counted as the "
        "seller's fault.",
        heads=("Mapped",),
    ),
    Term(
        "bounds",
        "Lower and upper bound",
        "Where the true rate lies with 95% certainty (Wilson interval). Few units give a wide "
        "interval, so lists are ordered by the lower bound: what is surely high comes first.",
        heads=("Lower", "Upper"),
        phrases=("highest for sure",),
    ),
    Term(
        "provisional",
        "Provisional",
        "The return window of some of these orders is still open: the rate can rise.",
        phrases=("provisional",),
    ),
    Term(
        "closed-rate",
        "Closed rate",
        "The return rate of those orders alone whose return window has ended: it is final.",
        heads=("Closed rate",),
    ),
    Term(
        "excess-cost",
        "Excess cost",
        "What the returns above those to be expected cost, refunds apart.",
        heads=("Excess cost",),
    ),
    Term(
        "assumed",
        "Assumed or given",
        "Assumed money rests on a default, because the shop's files do not say it; your own goes "
        "into reference/cost_assumptions.",
        heads=("Money is", "Amount is", "Cost is"),
        phrases=("assumed",),
    ),
    Term(
        "within-two-days",
        "Within 2 days",
        "The share of orders that the nearest active warehouse reaches within two transit days.",
        heads=("Within 2 days",),
        phrases=("within two days",),
    ),
    Term(
        "zone",
        "Mean zone",
        "The carriers' distance band between two ZIP areas, from 1 (near) to 8 (far), as a mean "
        "over the orders.",
        heads=("Mean zone",),
    ),
    Term(
        "mean-days",
        "Mean days",
        "Transit days by the zone, or by the shop's own scans where there are at least 30.",
        heads=("Mean days",),
    ),
    Term(
        "tie-out",
        "Tie out",
        "Each component of the payout, worked out from its own source, is within one cent of what "
        "the statements say.",
        phrases=("tie out", "ties out"),
    ),
    Term(
        "quarantined",
        "Quarantined",
        "Rows that broke the feed's contract. They are kept with their reason and in no number.",
        heads=("Quarantined",),
    ),
    Term(
        "skipped",
        "Skipped",
        "Lines that are no data: banners, rows of descriptions, blank lines.",
        heads=("Skipped",),
    ),
    Term(
        "adds-up",
        "Adds up",
        "Whether rows read = accepted + quarantined + skipped: no row is lost.",
        heads=("Adds up",),
    ),
)
"""Every term, in the order in which print lists them."""

_BY_HEAD = {head: term for term in TERMS for head in term.heads}
_BY_PHRASE = {phrase: term for term in TERMS for phrase in term.phrases}
_PHRASES = re.compile(
    rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(_BY_PHRASE, key=len, reverse=True)))})(?!\w)",
    re.IGNORECASE,
)


class Glossary:
    """Marks the terms of one page and knows which of them it used."""

    def __init__(self) -> None:
        self._said: set[tuple[str, str]] = set()
        self._used: set[str] = set()

    def head(self, label: str) -> Markup:
        """A column's heading as HTML: a term's opens its definition."""
        term = _BY_HEAD.get(label)
        return escape(label) if term is None else self._button(term, label)

    def text(self, text: str, place: str) -> Markup:
        """A sentence as HTML: what stands in back ticks is code, and terms can be opened.

        ``place``: a section's anchor; only the first of the same terms there is marked.
        """
        # Every second piece stood in back ticks.
        return Markup("").join(
            Markup("<code>{}</code>").format(piece) if number % 2 else self._marked(piece, place)
            for number, piece in enumerate(_CODE.split(text))
        )

    def used(self) -> list[Term]:
        """The terms that were marked."""
        return [term for term in TERMS if term.name in self._used]

    def _marked(self, text: str, place: str) -> Markup:
        made, reached = Markup(""), 0
        for found in _PHRASES.finditer(text):
            term = _BY_PHRASE[found.group().lower()]
            if (place, term.name) in self._said:
                continue
            self._said.add((place, term.name))
            made += escape(text[reached : found.start()]) + self._button(term, found.group())
            reached = found.end()
        return made + escape(text[reached:])

    def _button(self, term: Term, words: str) -> Markup:
        self._used.add(term.name)
        return Markup(
            '<button type="button" class="term" popovertarget="term-{0}" '
            'aria-describedby="term-{0}">{1}</button>'
        ).format(term.name, words)
