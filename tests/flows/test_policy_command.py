"""`greenzone policy`: what is in force, where it comes from, what changes when."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from flows.commands import doctor, policy
from flows.commands.findings import Finding
from flows.commands.policy import policies_of
from flows.commands.policy_words import print_policies
from flows.errors import UsageError
from flows.home.layout import Home
from flows.ingest import ingest
from flows.warehouse.policies import PolicyBook

TODAY = date(2026, 11, 22)
SHOPS = "shop_id,market,timezone,currency,opened_on\n{shop},{market},{zone},{currency},\n"


def _home(tmp_path: Path, **shops: tuple[str, str, str]) -> Home:
    """A home folder that has read the declaration of each shop."""
    home = Home(tmp_path / "home").create()
    for shop, (market, zone, currency) in shops.items():
        folder = home.landing / shop
        folder.mkdir()
        text = SHOPS.format(shop=shop, market=market, zone=zone, currency=currency)
        (folder / "shops.csv").write_text(text)
    ingest(home, "r")
    return home


def _only(result: dict[str, Any]) -> dict[str, Any]:
    (found,) = result["markets"]
    assert isinstance(found, dict)
    return found


def _lines(result: dict[str, Any]) -> list[str]:
    lines: list[str] = []
    print_policies(lines.append, result)
    return lines


def test_a_home_without_shops_shows_every_market(tmp_path: Path) -> None:
    result = policies_of(Home(tmp_path / "none"), today=TODAY)
    assert [found["market"] for found in result["markets"]] == list(PolicyBook.load().markets)
    assert result["warnings"] == []
    assert not (tmp_path / "none").exists()
    json.dumps(result)


def test_the_markets_of_the_shops_are_the_default(tmp_path: Path) -> None:
    home = _home(
        tmp_path,
        a=("VN", "Asia/Ho_Chi_Minh", "VND"),
        b=("US", "America/Los_Angeles", "USD"),
        c=("US", "America/New_York", "USD"),
        d=("NZ", "Pacific/Auckland", "NZD"),
    )
    result = policies_of(home, today=TODAY)
    assert {found["market"]: found["shops"] for found in result["markets"]} == {
        "NZ": ["d"],
        "US": ["b", "c"],
        "VN": ["a"],
    }
    assert [found["rules_of"] for found in result["markets"]] == ["US", "US", "VN"]
    assert result["warnings"] == ["NZ has no rules of its own: those of US hold."]


def test_the_rules_of_a_day_and_their_changes(tmp_path: Path) -> None:
    found = _only(policies_of(Home(tmp_path), date(2026, 1, 20), "us", today=TODAY))
    assert (found["policy_version"], found["on"]) == ("US-2026-01-12", "2026-01-20")
    assert (found["effective_from"], found["effective_to"]) == ("2026-01-12", "2026-01-25")
    assert found["dispatch_event"] == "carrier_first_scan"
    regular = next(row for row in found["clocks"] if row["order_type"] == "regular")
    assert (regular["dispatch_business_days"], regular["deliver_business_days"]) == (4, 6)
    assert regular["source"] and regular["verified_on"]
    late = next(row for row in found["lines"] if row["metric"] == "late_dispatch_rate")
    assert (late["target_comparison"], late["target"], late["enforcement"]) == ("<=", 0.04, None)
    assert (late["approaching"], late["min_denominator"]) == (0.03, 25)
    assert found["after_sales"]["return_window_days"] == 30
    assert found["after_sales"]["buyer_ship_days"] is None
    assert found["points"]["kind"] == "score" and found["points"]["roll_off_days"] == 180
    assert found["product_rule"] is None
    carriers = found["supported_carriers"]
    assert [row["carrier"] for row in carriers[:3]] == ["USPS", "UPS", "FedEx"]
    assert all(row["source"] and row["verified_on"] for row in carriers)
    assert [change["policy_version"] for change in found["past_changes"]] == ["US-2026-01-12"]
    assert [change["effective_from"] for change in found["upcoming_changes"]] == [
        "2026-01-26",
        "2026-04-01",
    ]


def test_a_version_is_shown_on_a_day_on_which_it_holds(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for version, on in (
        ("US-2020", "2026-01-11"),
        ("US-2026-01-12", "2026-01-25"),
        ("US-2026-04-01", TODAY.isoformat()),
    ):
        found = _only(policies_of(home, version=version, today=TODAY))
        assert (found["policy_version"], found["on"]) == (version, on)
    british = _only(policies_of(home, market="uk", today=TODAY))
    assert (british["market"], british["policy_version"]) == ("GB", "GB-2024-11-04")
    with pytest.raises(UsageError, match="rule of VN, not of US"):
        policies_of(home, market="US", version="VN-2020")
    with pytest.raises(UsageError, match="Known: US-2020"):
        policies_of(home, version="")
    with pytest.raises(UsageError, match="Known: US, GB, VN"):
        policies_of(home, market="ZZ")


def test_the_words_of_a_market(tmp_path: Path) -> None:
    lines = _lines(policies_of(Home(tmp_path), market="VN", today=TODAY))
    assert lines[0] == "VN on 2026-11-22"
    text = "\n".join(lines)
    assert (
        "late dispatch rate < 4 %, enforced >= 10 %, approaching at 3 %, judged from 25 on" in text
    )
    assert "on time delivery rate >= 80 %, not enforced" in text
    assert "14:00: before it, on a business day, orders are due a business day earlier" in text
    assert "shipped back by the buyer within 5 days" in text
    assert "milestone at 12, warned 5 before: First restriction." in text
    assert "violation points: opens at 0, 0 to none, rolling off after 90 days" in text
    assumed = next(line for line in lines if "on time delivery rate >=" in line)
    stated = next(line for line in lines if "late dispatch rate <" in line)
    assert "(assumed)" in assumed and "(assumed)" not in stated
    sources = lines[next(i for i, line in enumerate(lines) if line.startswith("  sources")) :]
    assert all("(verified 20" in line for line in sources)
    assert "  carriers    USPS, UPS, FedEx" in text and "Lazada Logistics (assumed) [" in text
    product = _lines(policies_of(Home(tmp_path), market="ID", today=TODAY))
    assert any("down at 10 % in a shop at 5 % seller-fault" in line for line in product)


def test_rules_that_nobody_verified_of_late_are_warned_of(tmp_path: Path) -> None:
    later = date(2027, 6, 1)
    result = policies_of(Home(tmp_path), market="US", today=later)
    assert any("US-2026-04-01: 4 of 4 lines: last verified" in text for text in result["warnings"])
    assert all("`verified_on`" in text for text in result["warnings"])
    found = _only(result)
    assert found["is_stale"] and all(row["is_stale"] for row in found["clocks"])
    assert any("verify again" in line for line in _lines(result))


def test_the_doctor_warns_of_them_and_finds_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path)

    def rules() -> Finding:
        return next(found for found in doctor.examine(home) if found.subject == "rules")

    monkeypatch.setattr(policy, "stale_rules", lambda _: (["US-2026-04-01"], []))
    assert rules().is_good and rules().sentence() == "ok   rules: US-2026-04-01 in force."
    monkeypatch.setattr(policy, "stale_rules", lambda _: (["US-2026-04-01"], ["4 of 4 lines"]))
    assert not rules().is_good and not rules().is_fault
    assert rules().sentence().startswith("WARN rules: US-2026-04-01 in force; 4 of 4 lines.")
    # A machine without the libraries is told so by the finding of the libraries.
    monkeypatch.setitem(sys.modules, "flows.commands.policy", None)
    assert rules().observed.startswith("not read") and not rules().is_fault
