"""What can happen to a made-up shop, and when in its range it happens."""

from collections.abc import Sequence
from dataclasses import dataclass

SCENARIOS = (
    "calm", "viral", "live", "oversell", "carrier_meltdown", "bad_creator", "bad_sku",
    "repeat_returner", "misrouted_grades", "missing_settlement", "misplaced_warehouse",
    "well_run",
)  # fmt: skip
"""Names that `simulate` takes; any of them can be combined.

`misplaced_warehouse` wins over `well_run`.
"""

NEEDS_ZONES = frozenset({"misplaced_warehouse", "well_run"})
"""Scenarios that say where the shop ships from; a market without known zones has none."""

VIRAL_HOURS = 72
LIVE_DAYS_OF_DEMAND = 14
LIVE_HOURS = 2
OVERSELL_DAYS = 6
MELTDOWN_DAYS = 8


@dataclass(frozen=True)
class Script:
    """What happens, windows as days from the shop's first day, `None` where it does not happen.

    `repeat_returner`: one buyer sends order after order back. `misrouted_grades`: a grade goes
    another way than its own. `missing_settlement`: an order is in no statement.
    `misplaced_warehouse`: the shop's one site is far from its buyers; `well_run`: its sites and
    its stock are where they should be, and every SKU leaves a margin.
    """

    viral_day: int | None = None
    live_day: int | None = None
    oversell: tuple[int, int] | None = None
    meltdown: tuple[int, int] | None = None
    bad_creator_from: int | None = None
    bad_sku_from: int | None = None
    repeat_returner: bool = False
    misrouted_grades: bool = False
    missing_settlement: bool = False
    misplaced_warehouse: bool = False
    well_run: bool = False


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
        bad_sku_from=days // 4 if "bad_sku" in names else None,
        repeat_returner="repeat_returner" in names,
        misrouted_grades="misrouted_grades" in names,
        missing_settlement="missing_settlement" in names,
        misplaced_warehouse="misplaced_warehouse" in names,
        well_run="well_run" in names and "misplaced_warehouse" not in names,
    )
