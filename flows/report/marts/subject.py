"""How a subject reads its marts: only those that the warehouse holds with the columns it needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

if TYPE_CHECKING:
    from flows.report.marts.day import ShopDay


@dataclass(frozen=True)
class SubjectMarts:
    """The marts of one subject for one shop's day, each read when it is first asked for.

    A warehouse that was published before a mart or one of its columns existed has no rows of it
    here, so a page can always be drawn. Selection and order only, no arithmetic.
    """

    day: ShopDay

    NEEDED: ClassVar[Mapping[str, Sequence[str]]] = {}
    """By mart, the columns without which nothing is read of it."""

    def has(self, mart: str) -> bool:
        """Whether the warehouse holds the mart with the columns that the report reads."""
        held = self.day.columns.get(mart)
        return held is not None and held.issuperset(self.NEEDED.get(mart, ()))

    def frame(self, mart: str, where: str, order: str, **named: Any) -> pl.DataFrame:
        """The shop's rows of a mart; empty without the mart."""
        if not self.has(mart):
            return pl.DataFrame()
        return self.day.read(
            f"select * from marts.{mart} where shop_id = $shop and {where} order by {order}",
            **named,
        )

    def full_order(self, mart: str, *first: str) -> str:
        """An order by these terms, those of columns that the mart lacks left out, then by all."""
        held = self.day.columns.get(mart, frozenset())
        terms = [term for term in first if term.partition(" ")[0] in held]
        return ", ".join([*terms, *(f'"{column}" nulls last' for column in sorted(held))])

    def rows(self, mart: str, where: str, order: str, **named: Any) -> list[dict[str, Any]]:
        """The same, one mapping a row."""
        return self.frame(mart, where, order, **named).to_dicts()


class StandingMarts(SubjectMarts):
    """Marts without a day of their own: they stand at the report's day, or are left out."""

    def has(self, mart: str) -> bool:
        """Whether the mart is there and stands at the day."""
        return self.day.has_lists and super().has(mart)

    def read(self, mart: str, sql: str, **named: Any) -> list[dict[str, Any]]:
        """Rows of a query on a mart; none without the mart."""
        return self.day.read(sql, **named).to_dicts() if self.has(mart) else []
