"""How one file writes its dates and its amounts: assumed at first, settled by what the file shows.

A file has one order of day and month and one decimal mark. Reading starts with an assumption (the
contract's for the shop's market); cells that fit one reading alone are evidence. Evidence for the
other reading alone makes the file be read again with it; evidence for both refuses the file.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

from flows.contracts import Contract
from flows.contracts.model import DateOrder

DecimalMark = Literal["point", "comma"]

_COMMA_MARKETS = frozenset({"AR", "BR", "DE", "ES", "FR", "ID", "IT", "NL", "PL", "VN"})


class Contradiction(Exception):
    """A file shows evidence for both readings; `subject` is `dates` or `amounts`."""

    def __init__(self, subject: str) -> None:
        super().__init__(subject)
        self.subject = subject


class ReadAgain(Exception):
    """The assumption was wrong: the file has to be read again with `conventions`."""

    def __init__(self, conventions: Conventions) -> None:
        super().__init__("the file is read again")
        self.conventions = conventions


@dataclass(frozen=True, slots=True)
class Conventions:
    """The reading in use, and for each half whether the file has shown that it is right."""

    date_order: DateOrder
    decimal_mark: DecimalMark
    are_dates_settled: bool = False
    are_amounts_settled: bool = False

    def weigh(self, evidence: Collection[str]) -> Conventions:
        """The conventions with new evidence taken in.

        `evidence`: words among `month_first`, `day_first`, `point`, `comma`. Raises `ReadAgain`
        when it speaks for the other reading, `Contradiction` when for both.
        """
        found = set(evidence)
        dates = found & {"month_first", "day_first"}
        amounts = found & {"point", "comma"}
        if self.are_dates_settled:
            dates.add(self.date_order)
        if self.are_amounts_settled:
            amounts.add(self.decimal_mark)
        if len(dates) > 1:
            raise Contradiction("dates")
        if len(amounts) > 1:
            raise Contradiction("amounts")
        result = self
        if dates:
            order: DateOrder = "month_first" if "month_first" in dates else "day_first"
            result = replace(result, date_order=order, are_dates_settled=True)
        if amounts:
            mark: DecimalMark = "point" if "point" in amounts else "comma"
            result = replace(result, decimal_mark=mark, are_amounts_settled=True)
        if (result.date_order, result.decimal_mark) != (self.date_order, self.decimal_mark):
            raise ReadAgain(result)
        return result


def assumed(contract: Contract, market: str) -> Conventions:
    """What is assumed of a file before its cells have spoken."""
    return Conventions(
        date_order=contract.date_order_for(market),
        decimal_mark="comma" if market in _COMMA_MARKETS else "point",
    )
