"""Why a row or a file is refused, and what mends it: one sentence each, without any value of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

EXPORT_AGAIN = (
    "Export the file again and drop it as downloaded; do not open and save it in a spreadsheet."
)
DOWNLOAD_AGAIN = "Download it again: the copy in the landing folder is not complete."

ROW_REASONS: dict[str, tuple[str, str]] = {
    "too_many_cells": (
        "The row has more cells than the header.",
        "A delimiter or line break stands unquoted in a cell; export the file again.",
    ),
    "cut_off": (
        "The last row is cut off: it has fewer cells than the header.",
        "The download was not complete; export the file again.",
    ),
    "missing": ("The column must have a value here.", "Fill it at its source and export again."),
    "damaged_id": (
        "The number has lost digits to a spreadsheet (scientific notation, a decimal point or a"
        " numeric cell).",
        EXPORT_AGAIN,
    ),
    "not_an_id": (
        "The id holds characters that no id has (control or invisible characters, other digits).",
        "Correct it at its source and export again.",
    ),
    "not_a_text": (
        "The text is longer than any cell of a spreadsheet, or holds a NUL character.",
        "Correct it at its source and export again.",
    ),
    "not_a_time": ("The text is not a time that the file's date order can read.", EXPORT_AGAIN),
    "not_a_date": ("The text is not a date.", "Write dates as 2026-04-05."),
    "not_a_number": ("The text is not a number in the file's way of writing them.", EXPORT_AGAIN),
    "not_an_integer": ("The text is not a whole number.", EXPORT_AGAIN),
    "two_currencies": (
        "The row names two currencies.",
        "Export each currency's orders in a file of its own.",
    ),
    "not_a_currency": (
        "The currency is not a three-letter code.",
        "Write it as in ISO 4217, for example USD.",
    ),
    "not_a_zone": (
        "The time zone does not exist.",
        "Write it as the time zone database does, for example America/New_York.",
    ),
    "unknown_word": (
        "The word is not one that the contract knows.",
        "Use one of the words that the feed's page in docs/feeds lists.",
    ),
    "bad_pattern": (
        "The text is not of the form that the column asks for.",
        "See the column's description in docs/feeds.",
    ),
    "below_minimum": (
        "The value is below what the contract allows.",
        "Correct it at its source, or remove the row if it is a test.",
    ),
    "beyond_any": (
        "The value is larger than any that an export holds.",
        "Correct it at its source, or remove the row if it is a test.",
    ),
    "above_maximum": (
        "The value is above what the contract allows.",
        "Correct it at its source, or remove the row if it is a test.",
    ),
}


class Refusal(Exception):
    """A file that cannot be taken: the reason and the mend, for people."""

    def __init__(self, reason: str, mend: str) -> None:
        super().__init__(f"{reason} {mend}")
        self.reason = reason
        self.mend = mend


class Unforeseen(Refusal):
    """The refusal of a file in which a library stumbled over something that no check foresaw."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(
            f"The file could not be read as a table ({type(error).__name__}).", EXPORT_AGAIN
        )


@contextmanager
def foreseen(*others: type[Exception]) -> Iterator[None]:
    """Whatever a file's content makes go wrong within refuses the file, and nothing else.

    Refusals pass, errors of the file system and of memory do, and so do `others`.
    """
    passing: tuple[type[Exception], ...] = (Refusal, OSError, MemoryError, *others)
    try:
        yield
    except passing:
        raise
    except Exception as error:
        raise Unforeseen(error) from error
    except BaseException as error:
        # A panic of a native library is no Exception; an interruption is not the file's fault.
        if type(error).__name__ != "PanicException":
            raise
        raise Unforeseen(error) from error
