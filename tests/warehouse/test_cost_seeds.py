"""The reviewed seeds of what things cost and of where returned units go."""

import re
from collections import Counter
from decimal import Decimal

from flows.paths import DBT_DIR
from flows.warehouse.seeds.files import SEEDS_DIR, read_rows

ROUTES = {"resell", "refurbish", "liquidate", "dispose"}


def seed(name: str) -> list[dict[str, str]]:
    return read_rows(SEEDS_DIR / f"{name}.csv")


def test_every_cost_has_a_default_in_its_unit() -> None:
    rows = seed("cost_defaults")
    assert all(count == 1 for count in Counter(row["parameter"] for row in rows).values())
    for row in rows:
        # The contract of reference/cost_assumptions takes names of this form.
        assert re.fullmatch(r"[a-z0-9_]{1,48}", row["parameter"])
        assert row["description"].strip() and row["source"].strip()
        assert Decimal(row["value"]) >= 0
        assert row["unit"] != "share" or Decimal(row["value"]) <= 1
        assert row["unit"] == "share" or not row["parameter"].endswith(("_share", "_rate"))


def test_defaults_of_the_worked_example() -> None:
    values = {row["parameter"]: Decimal(row["value"]) for row in seed("cost_defaults")}
    assert values["return_shipping_cost"] == 5
    assert values["inspection_cost"] == 3
    assert values["impaired_share"] == Decimal("0.10")
    assert values["impairment_loss_share"] == Decimal("0.50")


def test_fees_of_the_platform() -> None:
    values = {row["parameter"]: Decimal(row["value"]) for row in seed("cost_defaults")}
    assert values["referral_fee_rate"] == Decimal("0.06")
    assert values["refund_admin_fee_share"] == Decimal("0.20")
    assert values["refund_admin_fee_cap"] == 5


def test_every_grade_has_exactly_one_route() -> None:
    routes = {(row["grade"], row["route"]) for row in seed("return_grade_aliases")}
    assert routes == {
        ("A", "resell"),
        ("B", "refurbish"),
        ("C", "liquidate"),
        ("D", "dispose"),
        ("unsellable", "dispose"),
    }


def test_grades_are_known_in_every_language() -> None:
    known = {(row["grade"], row["language"]) for row in seed("return_grade_aliases")}
    assert known == {
        (grade, language)
        for grade in ("A", "B", "C", "D", "unsellable")
        for language in ("en", "th", "vi", "id")
    }


def test_dispositions_are_routes_or_wait_for_one() -> None:
    rows = {row["alias"]: row["route"] for row in seed("return_dispositions")}
    assert set(rows.values()) == ROUTES | {"pending"}
    assert {word: rows[word] for word in ("restock", "refurbish", "liquidate", "dispose")} == {
        "restock": "resell",
        "refurbish": "refurbish",
        "liquidate": "liquidate",
        "dispose": "dispose",
    }
    # What a 3PL's own system says of an item.
    assert (rows["quarantine"], rows["restocked"]) == ("pending", "resell")


def test_every_cost_that_a_model_asks_for_has_a_default() -> None:
    known = {row["parameter"] for row in seed("cost_defaults")}
    asked = set()
    for path in (DBT_DIR / "models").rglob("*.sql"):
        for names in re.findall(r"(?:shop_costs|sku_costs)\([^\[)]*\[([^\]]*)\]", path.read_text()):
            asked |= set(re.findall(r"'(\w+)'", names))
    assert asked <= known
