"""What the alerts are told besides the warehouse."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flows.alerts.rules import RuleBook, load_book
from flows.quality.model import ExpectationResult, GateResult
from flows.report.context import Shop


@dataclass(frozen=True)
class AlertContext:
    """The inputs of the alerts that are not in the marts.

    ``as_of_on``: the day whose end the alerts stand at. ``shops``: the shops of the run, those
    that a gate blocks among them. ``ingest_records``: one mapping a file seen, with at least
    ``shop_id`` (empty for a file directly under landing), ``file``, ``status``, ``reason``,
    ``mend`` and ``is_present`` (it lies in landing now). ``report_folder``: where the day's
    report is, relative to the home folder, empty where there is none; ``report_shops``: how many
    shops it shows, which decides where a shop's lists are (0: as many as ``shops``).
    ``published_on``: by shop, the day of the publication that stands. ``book``: the rules.
    ``report_url``: where `reports/` is served, empty where it is not.
    """

    run_id: str
    as_of_on: date
    shops: Sequence[Shop]
    gates: Sequence[GateResult] = ()
    ingest_records: Sequence[Mapping[str, Any]] = ()
    report_folder: str = ""
    report_shops: int = 0
    published_on: Mapping[str, date] = field(default_factory=dict)
    book: RuleBook = field(default_factory=load_book)
    report_url: str = ""

    def failures(self, shop_id: str, severity: str) -> list[ExpectationResult]:
        """What failed for a shop in any gate, in the order of the gates."""
        return [
            result
            for gate in self.gates
            for result in gate.failures(shop_id)
            if result.severity == severity
        ]

    def is_blocked(self, shop_id: str) -> bool:
        """Whether any gate holds the shop back."""
        return any(shop_id in gate.blocked_shops for gate in self.gates)

    def stale(self, shop_id: str) -> list[ExpectationResult]:
        """The failures that are about freshness."""
        return [item for item in self.failures(shop_id, "warning") if item.topic == "freshness"]

    def stale_feeds(self, shop_id: str) -> set[str]:
        """The feeds that are stale at a shop."""
        return {item.feed for item in self.stale(shop_id) if item.feed}
