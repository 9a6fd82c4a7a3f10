"""Buyers of a published page, for copies that leave the home folder.

On a page a buyer is known by a keyed hash, which `greenzone forget` finds again wherever it was
published. No command reaches a copy that was sent, so a copy numbers the buyers instead.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_HASH = re.compile(r"(?<![0-9A-Za-z])(?:([Bb])uyer )?([0-9a-f]{32})(?![0-9A-Za-z])")
# A drawing's label ends where its room does.
_CUT = re.compile(r"(?<![0-9A-Za-z])(?:([Bb])uyer )?([0-9a-f]{1,31})…")


def numbered(pages: Sequence[str]) -> list[str]:
    """The HTML of one report's pages with ``buyer 1`` for each hash, the same on every page.

    They are numbered in the order in which they are met. A cut hash is known by its beginning.
    """
    found = dict.fromkeys(match[2] for page in pages for match in _HASH.finditer(page))
    numbers = {hashed: number for number, hashed in enumerate(found, start=1)}

    def whole(match: re.Match[str]) -> str:
        return f"{match[1] or 'b'}uyer {numbers[match[2]]}"

    def cut(match: re.Match[str]) -> str:
        alike = [hashed for hashed in numbers if hashed.startswith(match[2])]
        if match[1] is None or not alike:
            return match[0]
        return f"{match[1]}uyer {numbers[alike[0]]}" if len(alike) == 1 else f"{match[1]}uyer"

    return [_CUT.sub(cut, _HASH.sub(whole, page)) for page in pages]
