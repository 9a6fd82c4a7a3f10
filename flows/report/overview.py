"""A report over several shops: what its pages are called, and its verdict."""

from __future__ import annotations

from collections.abc import Sequence

from flows.report.sentences.rates import STATUSES


def page_name(shop_id: str) -> str:
    """The file of a shop's page beside an overview."""
    return "shop-index.html" if shop_id.lower() == "index" else f"{shop_id}.html"


def overview_title(severities: Sequence[int]) -> str:
    """The verdict over several shops, given how bad the worst status of each is."""
    bad = sum(found <= STATUSES["breach"].severity for found in severities)
    if bad:
        verb = "has" if bad == 1 else "have"
        return f"{bad} of {len(severities)} shops {verb} a rate in breach."
    return f"None of {len(severities)} shops has a rate in breach."
