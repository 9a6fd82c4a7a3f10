"""The sentences on concentration, the network of sites, and routes."""

from __future__ import annotations

from typing import Any

from flows.report.sentences.coverage import (
    better_option,
    concentration_sentence,
    deviation_sentence,
    expected_sentence,
    move_sentence,
    moved_option,
    network_sentence,
    preset_sentence,
    route_sentence,
)


def test_concentration() -> None:
    row = {"states_60": 3, "states_70": 5, "orders": 4000}
    assert concentration_sentence(row, ["CA", "TX", "NY"]) == (
        "3 states hold 60% of 4,000 orders, 5 hold 70%; CA, TX and NY lead."
    )
    one = {"states_60": 1, "states_70": 1, "orders": 1}
    assert concentration_sentence(one, ["CA"]) == (
        "1 state holds 60% of 1 order, 1 holds 70%; CA leads."
    )
    assert concentration_sentence(one | {"states_60": None}, []) == ""


def test_expected_states() -> None:
    assert expected_sentence([], []) == ""
    assert expected_sentence(["TX"], ["WA", "OR"]) == (
        "TX was not expected among them; WA and OR are expected and not among them."
    )
    assert expected_sentence(["TX", "GA", "IL", "OH", "MA"], []) == (
        "TX, GA, IL and 2 more were not expected among them."
    )
    assert expected_sentence(["NV"], [], "population") == (
        "NV orders far more than the population explains."
    )


def option(plan: str, name: str, sites: int, share: float | None, **more: Any) -> dict[str, Any]:
    return {
        "plan": plan,
        "name": name,
        "sites": sites,
        "share_within_2_days": share,
        "objective": "share_within_2_days",
        "is_materially_better": False,
        "is_recommended": False,
        **more,
    }


PRESENT = option("present", "present", 1, 0.57)
BETTER = option("best", "best 2", 2, 0.71, is_materially_better=True, is_recommended=True)


def test_a_better_network() -> None:
    one = option("best", "best 1", 1, 0.47)
    assert better_option([PRESENT, one]) is None
    assert better_option([{**BETTER, "objective": "total_cost"}]) is None
    assert better_option([PRESENT, one, BETTER]) == BETTER
    assert network_sentence([PRESENT, one, BETTER]) == (
        "The present site reaches 57.0% of orders within two days; 2 sites could reach 71.0%, "
        "which is materially better."
    )
    two = option("present", "present", 2, 0.57)
    assert network_sentence([two, one]) == (
        "The present 2 sites reach 57.0% of orders within two days; no network of up to five "
        "sites is materially better."
    )
    assert network_sentence([two]) == "The present 2 sites reach 57.0% of orders within two days."
    assert network_sentence([BETTER]) == "2 sites could reach 71.0% of orders within two days."
    assert network_sentence([]) == "Which sites would reach most orders is not known."


def test_sites_that_stand_in_the_wrong_place() -> None:
    assert moved_option([BETTER]) is None, "nothing to compare with"
    assert moved_option([PRESENT, BETTER]) is None, "one site more is no move"
    assert move_sentence([PRESENT, BETTER]) == ""
    one = option("best", "best 1", 1, 0.64, is_materially_better=True)
    two = option("present", "present", 2, 0.57)
    assert moved_option([two, one]) == one
    assert moved_option([two, one, BETTER]) == BETTER
    assert moved_option([two, {**BETTER, "is_materially_better": None}]) is None
    assert move_sentence([two, BETTER]) == (
        "The present 2 sites reach 57.0% of orders within two days, 2 at other places 71.0%."
    )
    assert move_sentence([PRESENT, one]) == (
        "The present site reaches 57.0% of orders within two days, one at another place 64.0%."
    )


def test_presets() -> None:
    rows = [
        option("preset", "east + west", 2, 0.63),
        option("preset", "central + south", 2, 0.43),
        option("preset", "nowhere", 2, None),
        option("preset", "east + west", 2, 0.63, objective="total_cost"),
    ]
    assert preset_sentence(rows) == "East + west reaches 63.0%, central + south 43.0%."
    assert preset_sentence([PRESENT]) == ""


def route(state: str, saving: float | None = 0, **more: Any) -> dict[str, Any]:
    return {
        "warehouse_id": "NJ-1",
        "ship_to_state": "CA",
        "saving": saving,
        "currency": "USD",
        "is_assumed": True,
        "state": state,
        **more,
    }


def test_routes() -> None:
    assert route_sentence([]) == "No route had enough parcels to be judged."
    assert route_sentence([route("not_judged", None)]) == (
        "No route had enough parcels to be judged."
    )
    assert route_sentence([route("best_in_use")] * 3) == (
        "Of 3 routes, each keeps the promise and none is much dearer than another."
    )
    rows = [route("dearer", 1.2), route("misses_the_promise", -0.4), route("none_feasible")]
    assert route_sentence([*rows, route("best_in_use"), route("not_judged", None)]) == (
        "Of 4 routes, 1 costs 10% more than another that keeps the promise, 1 misses the promise "
        "where another keeps it and 1 has no carrier that keeps it. First: NJ-1 to CA, $1.20 "
        "(assumed) a parcel."
    )
    assert route_sentence([route("cost_unknown", None)] * 2) == (
        "Of 2 routes, 2 keep the promise at a cost that is not known."
    )
    assert route_sentence([route("best_in_use"), route("cost_unknown", None)]) == (
        "Of 2 routes, 1 keeps the promise at a cost that is not known."
    )


def test_deviations() -> None:
    assert deviation_sentence(0, 0) == ""
    assert deviation_sentence(400, 0) == "All 400 parcels with a preferred route took it."
    assert deviation_sentence(400, 30) == "30 of 400 parcels did not take the preferred route."
