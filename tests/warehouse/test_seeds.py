"""The reviewed seeds: rules, names and words that the models look up."""

import unicodedata
from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import pytest

from flows.warehouse.seeds.calendars import CALENDARS
from flows.warehouse.seeds.files import SEEDS_DIR, read_rows


def seed(name: str) -> list[dict[str, str]]:
    return read_rows(SEEDS_DIR / f"{name}.csv")


def folded(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip().lower())


def repeated(values: Iterable[object]) -> list[object]:
    return [value for value, count in Counter(values).items() if count > 1]


POLICY_PARTS = ("policy_clocks", "policy_lines", "policy_milestones", "policy_exclusions")
LOW_RATES = ("late_dispatch_rate", "seller_fault_cancellation_rate")


def clock(version: str, order_type: str) -> dict[str, str]:
    [row] = [
        row
        for row in seed("policy_clocks")
        if (row["policy_version"], row["order_type"]) == (version, order_type)
    ]
    return row


def line(version: str, metric: str) -> dict[str, str]:
    [row] = [
        row
        for row in seed("policy_lines")
        if (row["policy_version"], row["metric"]) == (version, metric)
    ]
    return row


def test_policy_versions_of_the_united_states() -> None:
    rows = [row for row in seed("policy_versions") if row["market"] == "US"]
    assert [
        (
            row["effective_from"],
            row["dispatch_event"],
            clock(row["policy_version"], "regular")["dispatch_business_days"],
            line(row["policy_version"], "late_dispatch_rate")["enforcement"],
        )
        for row in rows
    ] == [
        ("2000-01-01", "tracking_uploaded", "2", ""),
        ("2026-01-12", "carrier_first_scan", "4", ""),
        ("2026-01-26", "carrier_first_scan", "2", ""),
        ("2026-04-01", "carrier_first_scan", "2", "0.10"),
    ]


def test_policy_versions_of_the_united_kingdom() -> None:
    rows = [row for row in seed("policy_versions") if row["market"] == "GB"]
    assert [(row["effective_from"], row["dispatch_event"]) for row in rows] == [
        ("2000-01-01", "carrier_first_scan"),
        ("2024-11-04", "tracking_uploaded"),
    ]
    assert {row["evaluation_window"] for row in rows} == {"week"}


def test_policy_version_of_vietnam() -> None:
    [row] = [row for row in seed("policy_versions") if row["market"] == "VN"]
    assert row["order_cutoff"] == "14:00"
    assert (row["evaluation_window"], row["late_dispatch_basis"]) == ("rolling_7d", "due")
    assert (row["points_kind"], row["roll_off_days"]) == ("violation_points", "90")
    late = line("VN-2020", "late_dispatch_rate")
    assert (late["target_comparison"], late["enforcement_comparison"]) == ("<", ">=")
    milestones = [
        (row["points"], row["warn_before"])
        for row in seed("policy_milestones")
        if (row["policy_version"], row["kind"]) == ("VN-2020", "milestone")
    ]
    assert milestones == [("12", "5"), ("24", "5"), ("36", "5"), ("48", "5")]


def test_zones_and_milestones_of_the_score() -> None:
    rows = [row for row in seed("policy_milestones") if row["policy_version"] == "US-2026-04-01"]
    assert [
        (row["name"], row["points"], row["restriction_days"], row["warn_before"]) for row in rows
    ] == [
        ("green", "200", "", ""),
        ("orange", "51", "", ""),
        ("red", "0", "", ""),
        ("150", "150", "7", "10"),
        ("100", "100", "14", "10"),
        ("50", "50", "28", "10"),
        ("0", "0", "", "10"),
    ]


def test_every_version_is_whole() -> None:
    versions = [row["policy_version"] for row in seed("policy_versions")]
    assert repeated(versions) == []
    for part in POLICY_PARTS:
        assert {row["policy_version"] for row in seed(part)} == set(versions), part
    for version in versions:
        types = [r["order_type"] for r in seed("policy_clocks") if r["policy_version"] == version]
        assert types == ["regular", "express", "made_to_order", "backorder", "custom", "pre_order"]
        metrics = [r["metric"] for r in seed("policy_lines") if r["policy_version"] == version]
        assert len(metrics) == 4 and repeated(metrics) == []


def test_exclusions_are_those_that_the_models_apply() -> None:
    """A version that differs needs a change of the models' flags, not of the seed alone."""
    applied = {
        "late_dispatch_rate": {"sample": "rate", "replacement": "rate", "fbt": "numerator"},
        "valid_tracking_rate": {
            "sample": "rate",
            "replacement": "rate",
            "fbt": "rate",
            "platform_label": "rate",
        },
        "seller_fault_cancellation_rate": {
            "sample": "rate",
            "replacement": "rate",
            "fbt": "numerator",
        },
        "on_time_delivery_rate": {
            "sample": "rate",
            "replacement": "rate",
            "fbt": "rate",
            "express": "rate",
        },
    }
    wanted = {
        (version["policy_version"], metric, kind, part)
        for version in seed("policy_versions")
        for metric, kinds in applied.items()
        for kind, part in kinds.items()
    }
    columns = ("policy_version", "metric", "order_kind", "excluded_from")
    assert {tuple(row[name] for name in columns) for row in seed("policy_exclusions")} == wanted


def test_every_rule_has_a_source_and_was_verified() -> None:
    for part in ("policy_versions", *POLICY_PARTS):
        for row in seed(part):
            assert row["source"].strip(), row
            assert date.fromisoformat(row["verified_on"]), row


def test_policy_values_are_exact_and_ordered() -> None:
    rows = seed("policy_versions")
    known = {calendar.calendar_id for calendar in CALENDARS}
    supported = {row["market"] for row in seed("supported_carriers")}
    assert repeated((row["market"], row["effective_from"]) for row in rows) == []
    optional = {"order_cutoff", "highest_points", "product_shop_line", "product_line"}
    optional |= {"buyer_ship_days"}
    for row in rows:
        assert {column for column, value in row.items() if not value.strip()} <= optional
        assert row["calendar_id"] in known and row["market"] in supported
    for row in seed("policy_lines"):
        target, approaching = Decimal(row["target"]), Decimal(row["approaching"])
        if row["metric"] in LOW_RATES:
            assert approaching < target < Decimal(row["enforcement"] or 1)
            assert row["target_comparison"] in ("<=", "<")
        else:
            assert target < approaching and row["target_comparison"] == ">="
    for market in {row["market"] for row in rows}:
        days = [row["effective_from"] for row in rows if row["market"] == market]
        assert days[0] == "2000-01-01" and days == sorted(days)


def test_markets_without_own_rules_say_so() -> None:
    for row in seed("policy_versions"):
        if row["market"] not in ("US", "GB", "VN"):
            assert row["policy_version"] == f"{row['market']}-as-US"
            assert "not entered yet" in row["source"]
    for row in seed("policy_lines"):
        if not row["policy_version"].startswith(("US-", "VN-")):
            assert row["is_assumed"] == "true" and "Assumed" in row["source"]


def test_supported_carriers_are_known_carriers() -> None:
    carriers = seed("carriers")
    known = {row["carrier"] for row in carriers}
    supported = seed("supported_carriers")
    assert {row["carrier"] for row in supported} <= known
    assert repeated((row["market"], row["carrier"]) for row in supported) == []
    assert [row["carrier"] for row in supported if row["market"] == "US"] == [
        "USPS", "UPS", "FedEx", "DHL", "OnTrac", "LaserShip", "Amazon", "UniUni", "Veho", "SpeedX",
        "GOFO", "Spee-Dee", "YunExpress",
    ]  # fmt: skip
    assert "Royal Mail" in known - {row["carrier"] for row in supported if row["market"] == "US"}


def test_carriers_have_one_specification_each() -> None:
    rows = seed("carriers")
    assert repeated(row["alias"] for row in rows) == []
    specs = {(row["carrier"], row["spec_code"]) for row in rows}
    assert repeated(carrier for carrier, _ in specs) == []
    assert {spec for _, spec in specs if spec} == {
        "ups", "fedex", "usps", "dhl", "ontrac", "lasership", "amazon", "gofo", "yunexpress",
        "speedee",
    }  # fmt: skip
    assert {carrier for carrier, spec in specs if not spec} >= {"UniUni", "Veho", "SpeedX"}
    aliases = {row["alias"]: row["carrier"] for row in rows}
    assert {name: aliases[name.lower()] for name in set(aliases.values())} == {
        name: name for name in set(aliases.values())
    }


SPELLINGS = {
    "UPS": ["UPS Ground", "UPS SurePost®", "UPS 2nd Day Air®"],
    "USPS": ["USPS Ground Advantage", "Priority Mail"],
    "FedEx": ["FedEx Home Delivery", "FedEx Ground® Economy"],
    "DHL": ["DHL eCommerce", "DHL eCommerce UK", "DHL eCommerce TH"],
    "Amazon": ["Amazon Shipping", "Amazon MCF", "AMZN_US"],
    "OnTrac": ["OnTrac"],
    "GOFO": ["GOFO Express (US)"],
    "Veho": ["Veho"],
    "Royal Mail": ["Royal Mail Tracked 48®"],
    "Parcelforce": ["Parcelforce Express48"],
    "Evri": ["Evri", "Hermes UK"],
    "DPD": ["DPD UK", "Interlink Express"],
    "Yodel": ["Yodel", "Yodel Xpect 24"],
    "InPost": ["InPost UK"],
    "J&T Express": ["J&T Express", "J&T Express Việt Nam", "J&T Express Thailand"],
    "GHN": ["GHN Express", "Giao Hàng Nhanh"],
    "GHTK": ["GHTK", "Giao Hàng Tiết Kiệm (GHTK)"],
    "Viettel Post": ["Viettel Post"],
    "Shopee Xpress": ["SPX Express VN", "SPX Standard"],
    "Ninja Van": ["Ninja Van VN", "Ninja Xpress"],
    "Flash Express": ["Flash Express TH"],
    "Kerry Express": ["เคอรี่ เอ็กซ์เพรส"],
    "Thailand Post": ["ไปรษณีย์ไทย EMS"],
    "JNE": ["JNE Reguler"],
    "SiCepat": ["SiCepat REG"],
    "AnterAja": ["AnterAja Reguler"],
    "TIKI": ["TIKI"],
}


@pytest.mark.parametrize(
    ("spelling", "carrier"),
    [(spelling, carrier) for carrier, found in SPELLINGS.items() for spelling in found],
)
def test_spellings_of_carriers(spelling: str, carrier: str) -> None:
    found = [row["carrier"] for row in seed("carriers") if row["alias"] == folded(spelling)]
    assert found == [carrier]


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("carriers", "alias"),
        ("cancel_reasons", "reason"),
        ("cancel_actors", "alias"),
        ("us_states", "alias"),
        ("order_statuses", "status"),
        ("return_statuses", "status"),
        ("return_types", "return_type"),
        ("return_case_words", "word"),
        ("return_grade_aliases", "alias"),
        ("return_dispositions", "alias"),
    ],
)
def test_look_up_words_are_folded(name: str, column: str) -> None:
    for row in seed(name):
        assert row[column] == folded(row[column]) != ""
        assert row[column] == " ".join(row[column].split())


@pytest.mark.parametrize(
    ("actor", "reason", "fault"),
    [
        *[
            (actor, reason, "seller")
            for actor in ("seller", "system")
            for reason in (
                "Out of stock",
                "Pricing error",
                "Not shipped in time",
                "Wrong listing",
                "Cannot ship",
            )
        ],
        ("buyer", "Late shipment", "seller"),
        ("buyer", "Out of stock", "seller"),
        ("buyer", "Item wasn't shipped on time", "seller"),
        ("buyer", "Item wasn’t shipped on time", "seller"),
        ("buyer", "No longer needed", "buyer"),
        ("buyer", "ไม่ต้องการแล้ว", "buyer"),
        ("buyer", "Không còn nhu cầu", "buyer"),
        ("seller", "Hết hàng", "seller"),
        ("seller", "Stok habis", "seller"),
        ("seller", "สินค้าหมด", "seller"),
        ("system", "Failed to pass risk review", "platform"),
        ("system", "Payment failed", "platform"),
        ("system", "Automatically cancelled due to collection time out", "seller"),
    ],
)
def test_cancel_reasons(actor: str, reason: str, fault: str) -> None:
    found = [
        row["fault"]
        for row in seed("cancel_reasons")
        if row["reason"] == folded(reason) and row["actor"] in (actor, "any")
    ]
    assert found == [fault]


SELLER_SIDE = (
    "out_of_stock",
    "pricing_error",
    "not_shipped_in_time",
    "wrong_listing",
    "cannot_ship",
)
SELLER_WORDS = [
    ("en", ("Out of stock", "Pricing error", "Not shipped in time", "Wrong listing",
            "Cannot ship")),
    ("th", ("สินค้าหมด", "ตั้งราคาผิด", "ไม่ได้จัดส่งภายในเวลาที่กำหนด", "ลงรายการสินค้าผิด",
            "ไม่สามารถจัดส่งได้")),
    ("vi", ("Hết hàng", "Lỗi định giá", "Không gửi hàng đúng hạn", "Đăng bán sai",
            "Không thể giao hàng")),
    ("id", ("Stok habis", "Kesalahan harga", "Tidak dikirim tepat waktu", "Salah listing",
            "Tidak dapat dikirim")),
]  # fmt: skip


@pytest.mark.parametrize(("language", "words"), SELLER_WORDS)
def test_every_language_knows_the_reasons_of_the_seller(
    language: str, words: tuple[str, ...]
) -> None:
    rows = {(row["reason"], row["actor"]): row for row in seed("cancel_reasons")}
    for group, word in zip(SELLER_SIDE, words, strict=True):
        for actor in ("seller", "system"):
            row = rows[folded(word), actor]
            assert (row["fault"], row["reason_group"], row["language"]) == (
                "seller",
                group,
                language,
            )
    # A buyer who will not wait, or is told that there is none, leaves through the seller's fault;
    # a buyer's other reasons are the buyer's.
    assert [(folded(word), "buyer") in rows for word in words] == [True, False, True, False, False]


@pytest.mark.parametrize(
    ("language", "platform", "asked", "changed"),
    [
        ("en", "Payment failed", "Buyer requested cancellation", "No longer needed"),
        ("th", "การชำระเงินล้มเหลว", "ผู้ซื้อขอยกเลิก", "ไม่ต้องการแล้ว"),
        ("vi", "Thanh toán thất bại", "Người mua yêu cầu hủy đơn", "Không còn nhu cầu"),
        ("id", "Pembayaran gagal", "Permintaan pembeli", "Tidak dibutuhkan lagi"),
    ],
)
def test_every_language_knows_the_reasons_of_platform_and_buyer(
    language: str, platform: str, asked: str, changed: str
) -> None:
    rows = {(row["reason"], row["actor"]): row for row in seed("cancel_reasons")}
    for word, actor, fault in (
        (platform, "system", "platform"),
        (asked, "seller", "buyer"),
        (changed, "buyer", "buyer"),
    ):
        row = rows[folded(word), actor]
        assert (row["fault"], row["language"]) == (fault, language)
    faults = {row["fault"] for row in rows.values() if row["language"] == language}
    assert faults == {"seller", "buyer", "platform"}


def test_one_fault_for_a_reason_and_an_actor() -> None:
    rows = seed("cancel_reasons")
    assert repeated((row["reason"], row["actor"]) for row in rows) == []
    general = {row["reason"] for row in rows if row["actor"] == "any"}
    assert not general & {row["reason"] for row in rows if row["actor"] != "any"}
    assert {row["fault"] for row in rows} == {"seller", "buyer", "platform"}
    # A buyer's cancellation is the seller's fault or the buyer's, never the platform's.
    assert {row["fault"] for row in rows if row["actor"] == "buyer"} == {"seller", "buyer"}


def test_cancel_actors() -> None:
    actors = {row["alias"]: row["actor"] for row in seed("cancel_actors")}
    assert len(actors) == len(seed("cancel_actors"))
    assert [actors[word] for word in ("user", "buyer", "customer")] == ["buyer"] * 3
    assert [actors[word] for word in ("seller", "merchant")] == ["seller"] * 2
    assert [actors[word] for word in ("system", "tiktok", "platform", "operator")] == ["system"] * 4
    assert actors["ผู้ซื้อ"] == actors["người mua"] == actors["pembeli"] == "buyer"


def test_us_states() -> None:
    rows = seed("us_states")
    assert repeated(row["alias"] for row in rows) == []
    codes = {row["state_code"] for row in rows}
    # States, the capital's district, territories and associated states, military regions.
    assert len(codes) == 50 + 1 + 8 + 3
    aliases = {row["alias"]: row["state_code"] for row in rows}
    assert all(aliases[code.lower()] == code for code in codes)
    assert all(aliases[row["state_name"].lower()] == row["state_code"] for row in rows)
    assert aliases["washington"] == "WA" and aliases["washington, d.c."] == "DC"


def test_statuses_rank_what_is_further_on() -> None:
    rank = {row["status"]: int(row["rank"]) for row in seed("order_statuses")}
    path = [
        "unpaid", "on_hold", "awaiting_shipment", "partially_shipping", "awaiting_collection",
        "in_transit", "delivered", "completed", "cancelled",
    ]  # fmt: skip
    assert sorted(path, key=rank.__getitem__) == path
    assert rank["to_ship"] == rank["awaiting_shipment"] and rank["shipped"] == rank["in_transit"]
    refunded = {row["status"] for row in seed("return_statuses") if row["is_refunded"] == "true"}
    assert refunded == {"completed", "refunded"}


def test_assumed_points_are_labelled() -> None:
    rows = seed("account_health_assumptions")
    assert repeated((row["points_kind"], row["reason"]) for row in rows) == []
    assert {row["reason"] for row in rows} == {row["metric"] for row in seed("policy_lines")}
    for row in rows:
        assert row["is_assumed"] == "true" and row["source"].startswith("Assumed")
        assert int(row["points"]) > 0


RETURN_GROUPS = {
    "condition",
    "wrong_variant",
    "missing_parts",
    "packaging",
    "not_as_described",
    "late",
    "changed_mind",
    "other",
}


def test_return_reasons_are_folded_once_and_cover_the_markets_languages() -> None:
    rows = seed("return_reason_groups")
    reasons = [row["reason"] for row in rows]
    assert [reason for reason in reasons if reason != folded(reason)] == []
    assert repeated(reasons) == []
    covered = {(row["language"], row["reason_group"]) for row in rows}
    assert covered == {
        (language, g)
        for language in ("en", "th", "vi", "id", "ms", "es", "pt")
        for g in RETURN_GROUPS
    }


@pytest.mark.parametrize(
    ("reason", "group"),
    [
        ("no longer needed", "changed_mind"),
        ("missing items", "missing_parts"),
        ("missing package", "late"),
        ("missing parts", "missing_parts"),
        ("damaged item", "condition"),
        ("damaged package", "packaging"),
        ("item does not match description", "not_as_described"),
        ("wrong size", "wrong_variant"),
        ("too small", "changed_mind"),
        ("poor quality, not as shown in the video", "not_as_described"),
        ("ได้รับสินค้าผิด", "wrong_variant"),
        ("hàng bị lỗi", "condition"),
        ("kemasan rusak", "packaging"),
        ("el producto llegó dañado", "condition"),
        ("não recebi o produto", "late"),
        ("saiz tidak muat", "changed_mind"),
    ],
)
def test_what_a_return_reason_is_about(reason: str, group: str) -> None:
    [row] = [row for row in seed("return_reason_groups") if row["reason"] == reason]
    assert row["reason_group"] == group
