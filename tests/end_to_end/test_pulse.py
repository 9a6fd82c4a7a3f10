"""The open orders at any moment, by the real command."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from flows.home import lock
from flows.home.layout import Home
from tests.end_to_end.conftest import DAY, greenzone, marts, public

pytestmark = pytest.mark.end_to_end

MIDNIGHT = "2026-04-13T00:00"


def _shop(home: Home, *arguments: str) -> dict[str, Any]:
    """The only shop of a pulse that succeeds."""
    done = greenzone(home, "pulse", "--json", *arguments)
    assert done.code == 0, done.err
    (shop,) = done.json["shops"]
    assert json.loads(Path(shop["json"]).read_text()) == shop
    assert sum(shop["buckets"].values()) == shop["open_orders"]
    assert sum(shop["age_buckets"].values()) == shop["open_orders"]
    return dict(shop)


def _table(shop: dict[str, Any]) -> list[dict[str, str]]:
    with Path(shop["csv"]).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_at_the_end_of_the_day_a_pulse_is_what_the_daily_run_published(copied_home: Home) -> None:
    before = public(copied_home)
    published = marts(copied_home.published)["open_orders"]
    shop = _shop(copied_home, "--at", MIDNIGHT)
    assert not (copied_home.private / "pulse.duckdb").exists(), "the finished build is asked"
    assert public(copied_home) == before, "nothing is published"
    assert set(shop["buckets"]) <= {"overdue", "tomorrow", "later", "no_deadline"}
    ids = {row["order_id"].strip() for row in _table(shop)}
    assert ids == {str(row[1]) for row in published}
    assert len(published) == shop["open_orders"]
    # The build is as it was: another report of the day needs no new one.
    assert _shop(copied_home, "--at", MIDNIGHT)["buckets"] == shop["buckets"]


def test_a_moment_is_told_on_the_shops_clock_or_with_its_offset(copied_home: Home) -> None:
    shop = _shop(copied_home, "--at", f"{DAY}T12:00")
    other = _shop(copied_home, "--at", f"{DAY}T19:00Z")
    for volatile in ("run_id",):
        shop.pop(volatile), other.pop(volatile)
    assert shop == other
    assert shop["at"] == f"{DAY}T19:00:00+00:00"
    assert shop["buckets"].keys() <= {"overdue", "T-4", "T-12", "T-24", "later", "no_deadline"}
    due_today = [row for row in _table(shop) if row["dispatch_due_at"].startswith(DAY)]
    assert {row["bucket"] for row in due_today} <= {"T-12"}, "twelve hours are left at noon"
    near = _shop(copied_home, "--at", f"{DAY}T20:00")
    due_today = [row for row in _table(near) if row["dispatch_due_at"].startswith(DAY)]
    assert {row["bucket"] for row in due_today} <= {"T-4"}
    assert near["lists"]["T-4"] == [] or near["lists"]["T-4"][0]["bucket"] == "T-4"
    assert sorted(path.name for path in copied_home.pulse.iterdir()) == ["demo.csv", "demo.json"]


def test_a_moment_after_the_data_says_so(copied_home: Home) -> None:
    shop = _shop(copied_home, "--at", "2026-05-01T12:00")
    assert any("The orders exports end" in note for note in shop["notes"])
    assert not any("has not come" in note for note in shop["notes"])
    assert not _shop(copied_home, "--at", "2026-04-01T12:00")["notes"]


def test_a_pulse_reads_new_exports_and_leaves_them_to_the_next_daily_run(copied_home: Home) -> None:
    before = _shop(copied_home, "--at", MIDNIGHT)["open_orders"]
    assert before
    row = {"Order ID": "576399999999999999", "SKU ID": "1729000000000000001", "Quantity": "1"}
    stamps = {"Created Time": "04/12/2026 9:00:00 PM", "Paid Time": "04/12/2026 9:01:00 PM"}
    new = copied_home.landing / "demo" / "All order-late.csv"
    from tests.oracle.headers import ORDERS

    with new.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ORDERS.split(","), restval="")
        writer.writeheader()
        money = {"SKU Subtotal Before Discount": "20.00", "SKU Subtotal After Discount": "18.00"}
        words = {"Order Status": "To ship", "Seller SKU": "MUG", "Order Amount": "18.00"}
        writer.writerow({**row, **stamps, **money, **words, "Fulfillment Type": "Seller"})
    runs = len(list(copied_home.runs.iterdir()))
    shop = _shop(copied_home, "--at", MIDNIGHT)
    assert shop["open_orders"] == before + 1
    added = next(r for r in _table(shop) if r["order_id"].strip() == row["Order ID"])
    assert (added["bucket"], added["age_bucket"]) == ("later", "0-12h")
    assert added["dispatch_due_at"].startswith("2026-04-14T23:59:59")
    assert len(list(copied_home.runs.iterdir())) == runs + 1, "the file's reading has a record"
    assert (copied_home.private / "pulse.duckdb").exists()
    done = greenzone(copied_home, "daily", "--date", DAY, "--json")
    assert done.json["status"] == "published"
    assert len(marts(copied_home.published)["open_orders"]) == before + 1


def test_a_pulse_waits_for_nobody(copied_home: Home) -> None:
    with lock.hold(copied_home, "r", "daily"):
        done = greenzone(copied_home, "pulse", "--json")
    assert done.code == 4
    assert "run r (daily)" in done.json["error"]


def test_people_are_told_in_lines(copied_home: Home) -> None:
    done = greenzone(copied_home, "pulse", "--at", f"{DAY}T20:00")
    assert done.code == 0, done.err
    assert f"demo, {DAY} 20:00 PT: " in done.out
    assert "prepared and not scanned" in done.out
    assert str(copied_home.pulse / "demo.csv") in done.out
