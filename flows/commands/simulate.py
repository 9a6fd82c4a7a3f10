"""`greenzone simulate`: checks the arguments and runs the simulator."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from flows.errors import UsageError

_SHOP_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


def simulate_shop(
    out: Path,
    shop_id: str,
    first: date,
    last: date,
    orders_per_day: int,
    seed: int,
    scenarios: Sequence[str],
    market: str,
    say: Callable[[str], None],
) -> dict[str, Any]:
    """Write a made-up shop under `out`; what was written, as plain data."""
    from flows.simulate import MARKETS, NEEDS_ZONES, SCENARIOS, simulate

    if not _SHOP_ID.fullmatch(shop_id):
        raise UsageError(
            f"{shop_id!r} cannot be a shop's id.",
            "Use letters, digits, dots, dashes and underscores: it names a folder.",
        )
    unknown = sorted(set(scenarios) - set(SCENARIOS))
    if unknown:
        raise UsageError(
            f"There is no scenario {', '.join(map(repr, unknown))}.",
            f"Scenarios: {', '.join(SCENARIOS)}.",
        )
    if market not in MARKETS:
        raise UsageError(
            f"No shop can be simulated in {market!r}.", f"Markets: {', '.join(MARKETS)}."
        )
    if NEEDS_ZONES & set(scenarios) and not MARKETS[market].has_zones:
        zoned = sorted(code for code, one in MARKETS.items() if one.has_zones)
        raise UsageError(
            f"No zones are known in {market}: where a shop ships from cannot be simulated there.",
            f"Markets with zones: {', '.join(zoned)}.",
        )
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file, not a folder.", "Name a folder with --out.")
    landing = out / "landing" / shop_id
    if landing.exists() and not (out / "truth" / shop_id).exists():
        raise UsageError(
            f"{landing} holds files that were not simulated.",
            "Choose another --shop or --out: a simulation replaces what its folder held.",
        )
    chosen = tuple(scenarios) or ("calm",)
    summary = simulate(
        out, shop_id, first, last, orders_per_day, seed, chosen, market=market, progress=say
    )
    return summary.as_dict()
