"""Text from outside, where it is shown: on a terminal, in JSON, in a cell of a spreadsheet.

It is made harmless where it is written and never before, so what is stored is what was dropped.
Pages escape it in their templates, messages in `flows.alerts.message`.
"""

from __future__ import annotations

import io
import os
import re
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

# C0 and C1 controls (ESC and CSI among them), the two separators that end a line in Unicode, the
# signs that turn the direction of what follows, the byte order mark, halves of surrogate pairs.
_UNSEEN = (
    "\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f"
    "\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff"
)
_UNSEEN_SIGN = re.compile(f"[{_UNSEEN}]")
_UNSEEN_OR_BREAK = re.compile(f"[{_UNSEEN}\t\n]")
# Where a cell may begin for a spreadsheet: at its start, and after what another country's
# spreadsheet takes for the end of a cell or of a line. Blanks, quotes and unseen signs before a
# formula do not keep it from being one. Polars and Python read the pattern alike.
_CELL_END = "\x00-\x1f\x7f\x85\u2028\u2029;|"
_BEFORE_FORMULA = (
    '\\s\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"'
)
_FORMULA = f"(^|[{_CELL_END}])([{_BEFORE_FORMULA}]*)([=+\\-@\uff1d\uff0b\uff0d\uff20])"
_FORMULA_SIGN = re.compile(_FORMULA)
_FIRST = ("\t", "\r", "\n")


def one_line(text: str) -> str:
    r"""Text for one line of a terminal or a log: what does not show, or ends a line, as an escape.

    An ESC shows as `\x1b`: a file name can neither colour the terminal nor write a line of its
    own.
    """
    return _UNSEEN_OR_BREAK.sub(_escape, text)


def several_lines(text: str) -> str:
    """The same for text whose line breaks are ours."""
    return _UNSEEN_SIGN.sub(_escape, text)


def in_json(text: str) -> str:
    """JSON text with what does not show as its JSON escape, so that it can be shown as it is."""
    return _UNSEEN_SIGN.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def in_markup(text: str) -> str:
    """A page, or text for one, without what no document may hold or what turns its direction."""
    return _UNSEEN_SIGN.sub("\ufffd", text)


def in_cell(text: str | None) -> str:
    """Text as a spreadsheet's cell: a `'` before anything that it would run."""
    if not text:
        return ""
    safe = _FORMULA_SIGN.sub(r"\1\2'\3", text)
    return f"'{safe}" if safe.startswith(_FIRST) else safe


def in_cells(text: pl.Expr) -> pl.Expr:
    """The same for a column of text; keeps null."""
    safe = text.str.replace_all(_FORMULA, "${1}${2}'${3}")
    return safe.str.replace(r"^([\t\r\n])", "'${1}")


class _HarmlessStream(io.TextIOWrapper):
    """A terminal's stream on which nothing that is written can move the cursor or colour."""

    def write(self, text: str) -> int:
        """Write text, what does not show as an escape."""
        super().write(several_lines(text))
        return len(text)


def guard_standard_error() -> None:
    """Let nothing that this process writes to standard error, by whom ever, command a terminal."""
    if isinstance(sys.stderr, _HarmlessStream):
        return
    # Colours are such commands too: those who would write them are told not to.
    os.environ["NO_COLOR"] = "1"
    os.environ["PREFECT_LOGGING_COLORS"] = "false"
    sys.stderr = _HarmlessStream(
        sys.stderr.buffer, encoding="utf-8", errors="backslashreplace", line_buffering=True
    )


def _escape(found: re.Match[str]) -> str:
    code = ord(found.group())
    known = {9: "\\t", 10: "\\n", 13: "\\r"}.get(code)
    return known or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")
