"""Where reports are served, so that a message can link them from another machine."""

from __future__ import annotations

import os
import re
from urllib.parse import urlsplit

from flows.errors import UsageError

REPORT_URL_VARIABLE = "GREENZONE_REPORT_URL"
"""The address under which the home folder's `reports/` is served; unset where it is not."""

_PLAIN = re.compile(r"[A-Za-z0-9:/._~%@+=&?-]+")


def report_url() -> str:
    """The address in the environment, without its last slash; empty where there is none.

    Raises `UsageError` for one that is no web address, or that holds a password.
    """
    given = os.environ.get(REPORT_URL_VARIABLE, "").strip().rstrip("/")
    if not given:
        return ""
    try:
        parts = urlsplit(given)
        is_whole = parts.scheme in ("https", "http") and bool(parts.hostname)
        is_plain = parts.username is None and not parts.query and not parts.fragment
    except ValueError:
        is_whole = is_plain = False
    if not is_whole or not is_plain or not _PLAIN.fullmatch(given):
        raise UsageError(
            f"{REPORT_URL_VARIABLE} holds no web address.",
            "Give the one under which reports/ is served, as https://host/reports, or unset it.",
        )
    return given
