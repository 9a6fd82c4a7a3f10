"""A hundred shops in one daily run: bounded, and none of them holds up another."""

from __future__ import annotations

import json
import shutil
import time
from datetime import date
from pathlib import Path

import duckdb
import pytest

from flows.home.layout import Home
from flows.simulate import simulate
from tests.end_to_end.conftest import Done, greenzone
from tests.injection.shop import drop_strange_files, poison

pytestmark = [pytest.mark.end_to_end, pytest.mark.long, pytest.mark.timeout(3000)]

FIRST, LAST = date(2026, 3, 30), date(2026, 4, 12)
SHOPS = 100
BLOCKED, HOSTILE, EMPTY = "shop-013", "shop-050", "shop-099"
MOST_MB = 3_000
MOST_SECONDS = 1_500


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("home"))
    # Four sets of exports, dealt out to all shops: their rows are the same, their keys are not.
    made = [
        simulate(home.root / f"made{seed}", "one", FIRST, LAST, 3, seed, truth=False).landing
        for seed in range(4)
    ]
    for number in range(SHOPS):
        folder = home.landing / f"shop-{number:03d}"
        shutil.copytree(made[number % len(made)], folder)
        (folder / "reference" / "shops.csv").unlink()
    for path in home.root.glob("made*"):
        shutil.rmtree(path)
    for path in (home.landing / BLOCKED / "seller_center").glob("All order*"):
        path.write_bytes(b"<html>Your session has expired</html>")
    poison(home.landing / HOSTILE)
    drop_strange_files(home.landing / HOSTILE)
    shutil.rmtree(home.landing / EMPTY)
    (home.landing / EMPTY).mkdir()
    return home


@pytest.fixture(scope="module")
def done(home: Home) -> tuple[Done, float]:
    started = time.monotonic()
    done = greenzone(home, "daily", "--date", LAST.isoformat(), "--json", seconds=2_800)
    return done, time.monotonic() - started


def test_all_but_the_blocked_shop_publish(home: Home, done: tuple[Done, float]) -> None:
    outcome, _ = done
    assert outcome.code == 3, outcome.err[-3000:]
    assert set(outcome.json["blocked"]) == {BLOCKED}
    with duckdb.connect(str(home.published), read_only=True) as connection:
        orders = dict(
            connection.execute("select shop_id, count(*) from marts.orders group by 1").fetchall()
        )
        accounted = connection.execute(
            "select count(*) from marts.row_accounting "
            "where rows_read <> rows_accepted + rows_quarantined + rows_skipped"
        ).fetchone()
    names = {f"shop-{number:03d}" for number in range(SHOPS)}
    assert set(orders) == names - {BLOCKED, EMPTY}
    assert accounted == (0,)
    # Shops with the same exports have the same numbers, the hostile one among them.
    for number in range(SHOPS - 1):
        name, same = f"shop-{number:03d}", f"shop-{number % 4:03d}"
        if name not in (BLOCKED, EMPTY):
            assert orders[name] == orders[same], name
    folder = home.reports / "daily" / LAST.isoformat()
    pages = {path.stem for path in folder.glob("shop-*.html")}
    assert pages == names - {BLOCKED, EMPTY}
    # A folder without a file is no shop yet, and is told.
    assert f"{EMPTY} holds no file" in outcome.err


def test_memory_and_time_are_bounded(done: tuple[Done, float]) -> None:
    outcome, seconds = done
    record = json.loads(Path(outcome.json["record"]).read_text())
    assert max(record["peak_memory_mb"].values()) < MOST_MB, record["peak_memory_mb"]
    assert seconds < MOST_SECONDS, record["timings"]
