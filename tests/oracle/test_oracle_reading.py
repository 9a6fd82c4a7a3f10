"""The oracle's reading of exports and its coverage table, on hand-made files."""

from __future__ import annotations

import gzip
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from .coverage import Coverage, CoverageRow
from .mini import UPS_NUMBER, Mini, MiniResult
from .read import read_shop, zip3_of

NEW_YORK, LOS_ANGELES, CHICAGO = (40.75, -73.99), (33.97, -118.25), (41.88, -87.63)
CENTROIDS = {"100": NEW_YORK, "900": LOS_ANGELES, "606": CHICAGO}


@pytest.fixture
def shop(tmp_path: Path) -> Mini:
    return Mini(tmp_path / "mini")


def test_archives_are_read_like_the_files_in_them(shop: Mini) -> None:
    shop.order("1", "2026-03-02 10:00")
    shop.order("2", "2026-03-02 10:00", file="1")
    shop.exports()
    first, second = sorted(shop.folder.glob("All order*"))
    (shop.folder / "deep").mkdir()
    (shop.folder / "deep" / "one.csv.gz").write_bytes(gzip.compress(first.read_bytes()))
    with zipfile.ZipFile(shop.folder / "two.zip", "w") as archive:
        archive.write(second, "two.csv")
    first.unlink()
    second.unlink()
    exports = read_shop(shop.folder)
    assert sorted(row["order id"] for raw in exports.orders for row in raw.rows) == ["1", "2"]
    assert exports.unread == []


def test_the_shops_file_names_its_zone(shop: Mini) -> None:
    shop.order("1", "2026-03-02 10:00", number=UPS_NUMBER)
    shop.event(UPS_NUMBER, "2026-03-02T15:00:00", "accepted")
    shop.event(UPS_NUMBER, "2026-03-03T15:00:00+02:00", "in_transit")
    shop.exports()
    header = "shop_id,market,timezone,currency,opened_on"
    row = "mini,US,America/New_York,USD,2025-01-01"
    (shop.folder / "shops.csv").write_text(f"{header}\n{row}\n")
    exports = read_shop(shop.folder)
    assert str(exports.zone) == "America/New_York"
    assert [event.at for event in exports.events] == [
        datetime(2026, 3, 2, 20, 0, tzinfo=UTC),
        datetime(2026, 3, 3, 13, 0, tzinfo=UTC),
    ]


def test_return_dates_are_day_first_though_order_dates_are_not(shop: Mini) -> None:
    shop.order("1", "2026-03-02 10:00")
    shop.returned("r1", "1", "2026-03-05 10:00")
    result = shop.at("2026-03-05")
    assert result.wall(result.order().order.created) == "2026-03-02 10:00"
    assert result.returns("sku", "MUG", "refund_date").units_returned == 1
    assert shop.at("2026-03-04").returns("sku", "MUG", "order_cohort").units_returned == 0


@pytest.mark.parametrize(
    ("postal_code", "zip3"),
    [("90001", "900"), ("2134", "021"), ("00501", "005"), ("10001-1234", "100"), ("K1A 0B1", None)],
)
def test_zip3(postal_code: str, zip3: str | None) -> None:
    assert zip3_of(postal_code) == zip3


def _coverage(result: MiniResult) -> dict[tuple[str, str], CoverageRow]:
    rows = Coverage(
        result.exports, result.standings, result.feed, CENTROIDS, result.as_of_on, result.end
    ).rows()
    return {(row.origin_set, row.ship_to_state): row for row in rows}


def test_zone_coverage(shop: Mini) -> None:
    shop.order("1", "2026-03-02 10:00", delivered="2026-03-05 10:00")
    shop.order("2", "2026-03-02 10:00", state="NY", zipcode="10001")
    shop.order("3", "2026-03-02 10:00", state="NY", zipcode="99999")
    shop.order("4", "2026-03-02 10:00", after="$0.00")
    shop.order("5", "2026-03-02 10:00", paid="")
    shop.order("6", "2026-01-02 10:00")
    shop.order("7", "2026-03-02 10:00", state="Ontario", fulfillment="Fulfilled by TikTok Shop")
    assert _coverage(shop.at("2026-03-20"))["(active)", "(all)"].mean_zone is None
    for warehouse_id, postal_code, until in (("la", "90001", ""), ("ny", "10001", "2026-03-01")):
        shop.warehouse_rows.append(
            {
                "warehouse_id": warehouse_id,
                "name": warehouse_id.upper(),
                "kind": "own",
                "postal_code": postal_code,
                "active_from_on": "2025-01-01",
                "active_to_on": until,
            }
        )
    rows = _coverage(shop.at("2026-03-20"))
    everywhere = rows["(active)", "(all)"]
    assert (everywhere.orders, everywhere.share_of_orders) == (4, 1.0)
    assert everywhere.mean_zone == pytest.approx((1 + 8 + 1) / 3)
    assert everywhere.share_within_2_days == pytest.approx(2 / 3)
    assert everywhere.mean_transit_days == pytest.approx((1 + 5 + 1) / 3)
    assert everywhere.on_time_delivery_rate == pytest.approx(1 / 3)
    assert rows["(active)", "CA"].on_time_delivery_rate == 1.0
    assert rows["(active)", "(unknown)"].orders == 1
    assert (rows["ny", "NY"].orders, rows["ny", "NY"].mean_zone) == (2, 1.0)
