"""The subjects of a shop's day beyond the four rates, each read when it is first asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from flows.report.marts.costs import CostMarts
from flows.report.marts.coverage import CoverageMarts
from flows.report.marts.details import DetailMarts
from flows.report.marts.returns import ReturnMarts
from flows.report.marts.settlement import SettlementMarts
from flows.report.marts.stock import StockMarts
from flows.report.marts.weekly import WeeklyMarts

if TYPE_CHECKING:
    from flows.report.marts.day import ShopDay


@dataclass(frozen=True)
class Subjects:
    """What a page asks of one shop's day, by subject."""

    day: ShopDay

    @cached_property
    def returns(self) -> ReturnMarts:
        """What came back."""
        return ReturnMarts(self.day)

    @cached_property
    def costs(self) -> CostMarts:
        """What it costs."""
        return CostMarts(self.day)

    @cached_property
    def coverage(self) -> CoverageMarts:
        """Where orders go and from where."""
        return CoverageMarts(self.day)

    @cached_property
    def stock(self) -> StockMarts:
        """Where stock stands."""
        return StockMarts(self.day)

    @cached_property
    def settlement(self) -> SettlementMarts:
        """What the platform paid."""
        return SettlementMarts(self.day)

    @cached_property
    def details(self) -> DetailMarts:
        """What answers further questions of the rule book's sections."""
        return DetailMarts(self.day)

    @cached_property
    def weekly(self) -> WeeklyMarts:
        """What the weekly review alone asks for."""
        return WeeklyMarts(self.day)
