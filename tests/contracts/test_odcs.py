"""The contract files are valid by the Open Data Contract Standard v3.1 and usable by Greenzone."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from flows.contracts import load_contracts
from flows.contracts.load import ContractError, contract_paths, read_contract
from flows.paths import CONTRACTS_DIR

ORDERS = CONTRACTS_DIR / "seller_center" / "orders.odcs.yaml"


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft201909Validator:
    schema = json.loads(files("open_data_contract_standard").joinpath("schema.json").read_text())
    assert "v3.1.0" in schema["properties"]["apiVersion"]["enum"]
    return jsonschema.Draft201909Validator(schema)


def _document(path: Path) -> dict[str, Any]:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(document, dict)
    return document


@pytest.mark.parametrize("path", contract_paths(), ids=lambda path: path.name)
def test_contract_is_valid_odcs(path: Path, validator: jsonschema.Draft201909Validator) -> None:
    document = _document(path)
    problems = [f"{list(e.absolute_path)}: {e.message}" for e in validator.iter_errors(document)]
    assert problems == []
    assert document["apiVersion"] == "v3.1.0"
    assert document["kind"] == "DataContract"


def test_the_check_against_the_standard_can_fail(
    validator: jsonschema.Draft201909Validator,
) -> None:
    document = _document(ORDERS)
    document["schema"][0]["properties"][0]["headers"] = ["Order ID"]
    assert list(validator.iter_errors(document))


def test_ids_are_unique_and_files_stand_where_their_feed_says() -> None:
    documents = [_document(path) for path in contract_paths()]
    assert len({document["id"] for document in documents}) == len(documents)
    for path in contract_paths():
        feed = path.relative_to(CONTRACTS_DIR).as_posix().removesuffix(".odcs.yaml")
        assert read_contract(path).feed == feed


def test_every_feed_has_its_contract() -> None:
    assert [contract.feed for contract in load_contracts()] == [
        "carriers/tracking_events",
        "reference/account_health",
        "reference/candidate_sites",
        "reference/content_calendar",
        "reference/cost_assumptions",
        "reference/expected_states",
        "reference/grade_routes",
        "reference/handling_times",
        "reference/hero_skus",
        "reference/preferred_routes",
        "reference/promotions",
        "reference/rate_card",
        "reference/shops",
        "reference/skus",
        "reference/support_tickets",
        "reference/warehouses",
        "reference/zone_chart",
        "seller_center/affiliate_orders",
        "seller_center/orders",
        "seller_center/returns",
        "seller_center/settlements",
        "third_party_logistics/inventory",
        "third_party_logistics/returns_received",
        "third_party_logistics/shipments",
    ]


def test_only_reference_feeds_are_declarations() -> None:
    for contract in load_contracts():
        assert contract.is_declaration == (contract.system == "reference")


def test_personal_columns_are_classified() -> None:
    for path in contract_paths():
        for item in _document(path)["schema"][0]["properties"]:
            treatment = {p["property"]: p["value"] for p in item["customProperties"]}.get(
                "treatment"
            )
            if treatment in ("dropped", "keyed_hash"):
                assert item["classification"] == "personal"


def _changed(tmp_path: Path, before: str, after: str) -> Path:
    text = ORDERS.read_text(encoding="utf-8")
    assert before in text
    path = tmp_path / "orders.odcs.yaml"
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    return path


def test_fingerprint_follows_the_meaning_and_not_the_layout(tmp_path: Path) -> None:
    original = read_contract(ORDERS).fingerprint
    same = _changed(tmp_path, "kind: DataContract\n", "# A remark.\n\nkind:   DataContract\n")
    assert read_contract(same).fingerprint == original
    other = _changed(tmp_path, "value: [Order Status]", "value: [Order State]")
    assert read_contract(other).fingerprint != original


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("logicalType: string", "logicalType: number", "order_id"),
        ("        required: true\n        primaryKey: true", "        primaryKey: true", "key"),
        ("value: [Order ID]", "value: []", "neither a header"),
        ("[On hold, Pending,", "[On hold, Unpaid,", "means both"),
        ("name: seller_center__orders", "name: orders", "must be named"),
    ],
)
def test_a_contract_that_contradicts_itself_is_refused(
    tmp_path: Path, before: str, after: str, message: str
) -> None:
    path = _changed(tmp_path, before, after)
    with pytest.raises(ContractError, match=message) as error:
        read_contract(path)
    assert "orders.odcs.yaml" in str(error.value)
