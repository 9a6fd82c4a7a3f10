"""No shop in which nothing is planted raises an alarm of drift, on any day, in any scenario."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from flows.quality import gate1
from flows.simulate import SCENARIOS
from tests.quality.mutations.judging import Bench
from tests.quality.mutations.listing import DRIFT
from tests.quality.simulated_lake import SHOP, rewind, simulated_lake

pytestmark = [pytest.mark.end_to_end, pytest.mark.long]

FIRST, LAST = date(2026, 1, 5), date(2026, 5, 10)
_EXPORTED = r"regexp_extract(file, '\d{4}-\d\d-\d\d')"


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_shop_as_of_every_export_and_between_them_is_quiet(scenario: str, tmp_path: Path) -> None:
    lake = simulated_lake(tmp_path, FIRST, LAST, 30, 7, (scenario,))
    said: list[str] = []
    with duckdb.connect(str(lake)) as connection:
        bench = Bench(connection, gate1(), (SHOP,))
        drift = [item for item in bench.expectations.values() if item.name in DRIFT]
        found = connection.execute(
            f"select distinct {_EXPORTED}::date from inputs.files "
            "where feed = 'seller_center/orders' order by 1 desc"
        ).fetchall()
        for (exported,) in found:
            # The later day first: what is taken away does not come back.
            for days in (4, -1):
                as_of = min(exported + timedelta(days=days), LAST)
                rewind(connection, exported, as_of)
                failing = bench.failing(drift)
                said.extend(f"{as_of}: {table}.{name}" for table, name in sorted(failing))
    assert said == []
