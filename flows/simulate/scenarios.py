"""What can happen to a made-up shop, and when in its range it happens."""

from collections.abc import Sequence
from dataclasses import dataclass

SCENARIOS = ("calm", "viral", "live", "oversell", "carrier_meltdown", "bad_creator")
"""Names that `simulate` takes; any of them can be combined."""

VIRAL_HOURS = 72
LIVE_DAYS_OF_DEMAND = 14
LIVE_HOURS = 2
OVERSELL_DAYS = 6
MELTDOWN_DAYS = 8


@dataclass(frozen=True)
class Script:
    """Each scenario's window as days from the shop's first day, `None` where it does not happen."""

    viral_day: int | None = None
    live_day: int | None = None
    oversell: tuple[int, int] | None = None
    meltdown: tuple[int, int] | None = None
    bad_creator_from: int | None = None


def write_script(names: Sequence[str], days: int) -> Script:
    """Place the scenarios in a range of `days` days.

    Raises:
        ValueError: a name is not a scenario.
    """
    unknown = sorted(set(names) - set(SCENARIOS))
    if unknown:
        raise ValueError(f"unknown scenario {', '.join(unknown)}; choose from {list(SCENARIOS)}")
    middle = days // 2
    return Script(
        viral_day=middle if "viral" in names else None,
        live_day=min(middle + 4, days - 1) if "live" in names else None,
        oversell=(middle, middle + OVERSELL_DAYS) if "oversell" in names else None,
        meltdown=(middle, middle + MELTDOWN_DAYS) if "carrier_meltdown" in names else None,
        bad_creator_from=days // 4 if "bad_creator" in names else None,
    )
