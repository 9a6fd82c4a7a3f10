"""What a report is told besides the warehouse: the shops, the day, the run and its gates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Shop:
    """A shop as the run knows it; ``is_declared`` is false where defaults stand in for it."""

    shop_id: str
    name: str
    market: str
    timezone: str
    currency: str
    is_declared: bool


@dataclass(frozen=True)
class ReportContext:
    """The inputs of a report that are not in the marts.

    ``as_of_on`` is the day whose end the report stands at (for a weekly report a Sunday).
    ``gate_results``: mappings with ``shop_id``, ``gate``, ``expectation``, ``severity``
    (``critical`` or ``warning``), ``passed`` and ``observed`` (plain text, untrusted); of a check
    that was published over, ``accepted`` says by whom, when and why (plain text, untrusted).
    ``generated`` is the label of when the run made the report; it is given, not read from
    the clock, so that the same input gives the same bytes. ``notes`` are sentences for
    every shop, shown under the verdict. ``has_order_lists``: whether the marts without a day
    of their own (orders, packages) stand at ``as_of_on``; where not, the report says so and
    leaves the lists of orders out. ``published_run``: by shop the run of its last publication;
    the files that were read since are the new ones. ``index``: the index of all reports as a link
    of the page, empty where there is none; ``report``: the report's folder as the index names it
    (``daily/2026-11-23``). ``earlier``: the runs whose earlier editions of this
    report are kept beside it, the newest first.
    """

    run_id: str
    as_of_on: date
    shops: Sequence[Shop]
    gate_results: Sequence[Mapping[str, Any]] = ()
    generated: str = ""
    notes: Sequence[str] = ()
    has_order_lists: bool = True
    published_run: Mapping[str, str] = field(default_factory=dict)
    index: str = ""
    report: str = ""
    earlier: Sequence[str] = ()

    def gates_of(self, shop_id: str) -> list[Mapping[str, Any]]:
        """Gate results of one shop, failed first, then by severity, gate and expectation."""
        mine = [gate for gate in self.gate_results if gate["shop_id"] == shop_id]
        return sorted(
            mine,
            key=lambda g: (
                bool(g["passed"]),
                g["severity"] != "critical",
                str(g["gate"]),
                str(g["expectation"]),
            ),
        )
