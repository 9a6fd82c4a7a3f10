"""One hostile file and what has to come of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """A file, made when it is asked for.

    A refused file: `word` stands in its reason. A loaded one: `accepted` rows, and for the refused
    rows their numbers in the file with a word of the reason.
    """

    name: str
    make: Callable[[], bytes]
    word: str = ""
    accepted: int | None = None
    rows: tuple[tuple[int, str], ...] = ()
    skipped: int = 0
    file: str = "dropped.csv"

    @property
    def is_refused(self) -> bool:
        return self.accepted is None
