"""The form in which headers and vocabulary words are compared."""

import re
import unicodedata

_WHITE_SPACE = re.compile(r"\s+")


def fold(text: str) -> str:
    """Unicode NFC, no byte order mark, no outer white space, single inner spaces, case folded."""
    plain = unicodedata.normalize("NFC", text).replace("\ufeff", "")
    return _WHITE_SPACE.sub(" ", plain).strip().casefold()
