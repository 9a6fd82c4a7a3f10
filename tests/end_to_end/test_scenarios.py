"""Every scenario through the real daily run: each mart equals the simulator's truth."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date

import duckdb
import pytest

from flows.home.layout import Home
from flows.simulate import MARKETS, SCENARIOS, simulate
from tests.end_to_end.conftest import greenzone
from tests.end_to_end.truth import differences

pytestmark = [pytest.mark.end_to_end, pytest.mark.slow]

ORDERS_A_DAY = 20


@dataclass(frozen=True)
class Shop:
    """What happens to a shop, and where it is."""

    scenarios: tuple[str, ...]
    zone: str
    market: str = "US"


@dataclass(frozen=True)
class Range:
    """The days and the shops of one home folder."""

    first: date
    last: date
    shops: dict[str, Shop]


RANGES = {
    # The dispatch event and the days allowed change on January 12 and 26.
    "policy_changes": Range(
        date(2025, 12, 28),
        date(2026, 2, 1),
        {
            "calm": Shop(("calm",), "America/New_York"),
            "viral": Shop(("viral",), "America/Los_Angeles"),
            "oversell": Shop(("oversell",), "Pacific/Honolulu"),
            "far_off": Shop(("misplaced_warehouse",), "America/Denver"),
        },
    ),
    # Clocks go forward on March 8 in two of the zones and stay in the third.
    "clock_change": Range(
        date(2026, 2, 20),
        date(2026, 3, 25),
        {
            "live": Shop(("live",), "America/New_York"),
            "carrier_meltdown": Shop(("carrier_meltdown",), "America/Los_Angeles"),
            "bad_creator": Shop(("bad_creator",), "America/Phoenix"),
            "returned": Shop(
                ("bad_sku", "repeat_returner", "misrouted_grades", "missing_settlement"),
                "America/Chicago",
            ),
            "well_run": Shop(("well_run",), "America/New_York"),
        },
    ),
    # In Britain clocks go back on October 27 and the dispatch event changes on November 4.
    "other_markets": Range(
        date(2024, 10, 14),
        date(2024, 11, 18),
        {
            "british": Shop(("carrier_meltdown",), "Europe/London", "GB"),
            "vietnamese": Shop(("calm",), "Asia/Ho_Chi_Minh", "VN"),
        },
    ),
}


@dataclass(frozen=True)
class Published:
    """A home folder after one daily run, with the truth of its shops beside it."""

    home: Home
    range: Range

    def differences(self, published: Home) -> list[str]:
        """What differs from the truth in the warehouse of a home folder, over all shops."""
        return [
            f"{shop}: {sentence}"
            for shop in self.range.shops
            for sentence in differences(
                published.published, self.home.root / "truth" / shop, shop_id=shop
            )
        ]


@pytest.fixture(scope="module", params=RANGES)
def published(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Published:
    held = RANGES[request.param]
    home = Home(tmp_path_factory.mktemp("scenarios"))
    for seed, (name, shop) in enumerate(held.shops.items(), start=31):
        simulate(
            home.root, name, held.first, held.last, ORDERS_A_DAY, seed, shop.scenarios,
            market=shop.market, timezone=shop.zone,
        )  # fmt: skip
    done = greenzone(home, "daily", "--date", held.last.isoformat(), "--json")
    assert done.code == 0, done.err
    assert done.json["shops"] == sorted(held.shops)
    return Published(home, held)


def test_every_scenario_and_every_market_is_here() -> None:
    shops = [shop for held in RANGES.values() for shop in held.shops.values()]
    assert {word for shop in shops for word in shop.scenarios} == set(SCENARIOS)
    assert {shop.market for shop in shops} == set(MARKETS)


def test_every_mart_equals_the_truth(published: Published) -> None:
    found = published.differences(published.home)
    assert not found, "\n".join(found)


def test_no_row_was_refused_and_no_file_left_behind(published: Published) -> None:
    with duckdb.connect(str(published.home.published), read_only=True) as connection:
        states = connection.execute(
            "select distinct shop_id, status, "
            "rows_read = rows_accepted + rows_quarantined + rows_skipped, rows_quarantined "
            "from marts.row_accounting order by all"
        ).fetchall()
    assert states == [(shop, "loaded", True, 0) for shop in sorted(published.range.shops)]


@pytest.mark.parametrize(
    "change",
    [
        "update marts.kpi_daily set numerator = numerator + 1 where as_of_on = '{last}' "
        "and metric = 'late_dispatch_rate' and basis = 'due' and window_name = 'week'",
        "update marts.kpi_daily set value = value * (1 + 1e-15) where as_of_on = '{last}'",
        "update marts.orders set dispatched_at = dispatched_at + interval 1 millisecond "
        "where dispatched_at = (select max(dispatched_at) from marts.orders)",
        "delete from marts.zone_coverage where ship_to_state = '(all)'",
        "update marts.open_orders set bucket = 'overdue' where bucket = 'later'",
        "update marts.late_dispatch_causes set primary_cause = 'unknown'",
        "update marts.account_health_daily set score = score + 1 where as_of_on = '{last}'",
        "insert into marts.packages select * from marts.packages limit 1",
    ],
)
def test_the_comparison_sees_the_smallest_change(
    published: Published, tmp_path_factory: pytest.TempPathFactory, change: str
) -> None:
    changed = Home(tmp_path_factory.mktemp("changed"))
    changed.published.parent.mkdir()
    shutil.copy(published.home.published, changed.published)
    with duckdb.connect(str(changed.published)) as connection:
        connection.execute(change.format(last=published.range.last))
    assert published.differences(changed)
