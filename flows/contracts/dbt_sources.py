"""dbt's source file: the lake's tables from the contracts, and the inputs of the build."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from flows.contracts.load import load_contracts
from flows.contracts.model import Contract, lake_columns
from flows.paths import DBT_DIR

SOURCES_PATH = DBT_DIR / "models" / "sources.yml"
_NOTICE = "# Written by `python -m flows.contracts --write` from the contracts; do not edit.\n"

_INPUTS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "shops": (
        "One row a shop of this build: what it declared, or the defaults of a US shop.",
        {
            "shop_id": "The shop: the name of its folder under `landing/`.",
            "market": "Two-letter country code of the market.",
            "timezone": "IANA zone of the shop's dates.",
            "currency": "ISO 4217 code of the shop's money.",
            "opened_on": "First day of the shop; null where it is not declared.",
            "is_declared": "The shop has a `reference/shops` row; otherwise defaults hold.",
        },
    ),
    "as_of": (
        "One row a shop and day that this build reports on.",
        {
            "shop_id": "The shop.",
            "as_of_on": "The day, in the shop's zone.",
            "ends_at": "End of that day, exclusive, UTC: nothing at or after it is seen.",
            "is_current": "The shop's newest day, the one of marts without `as_of_on`.",
        },
    ),
    "shop_days": (
        "One row a shop and calendar day, from 2020-12-01 to 400 days past the newest as-of day.",
        {
            "shop_id": "The shop.",
            "day_on": "The day, in the shop's zone.",
            "starts_at": "Its first moment, UTC.",
            "ends_at": "Its end, exclusive, UTC.",
        },
    ),
    "policy_override": (
        "Empty, or the one policy version that a what-if build puts in the place of every other.",
        {"policy_version": "The version, as in the seed `policy_versions`."},
    ),
    "files": (
        "One row a file or archive member seen: the row accounting.",
        {
            "run_id": "Run that first read it.",
            "shop_id": "The shop.",
            "file": "Path under the shop's folder; a member of an archive is `a.zip!/b.csv`.",
            "feed": "Feed whose contract it met; null for a refused file.",
            "rows_read": "Rows without the header row.",
            "rows_accepted": "Rows in the lake.",
            "rows_quarantined": "Rows refused.",
            "rows_skipped": "Rows that are not data: banners, descriptions, blanks.",
            "sha256": "SHA-256 of the bytes; of the member for a zip.",
            "archive_sha256": "SHA-256 of the archive that holds it.",
            "status": "`loaded`, `duplicate`, `refused` or `withdrawn`.",
            "reason": "Why it was refused.",
            "mend": "What would mend it.",
            "newest_at": "Newest time stamp in its content, UTC.",
            "is_present": "Whether the file still lies in landing, with these bytes.",
        },
    ),
    "interventions": (
        "One row a decision of a person and shop that it concerns.",
        {
            "intervention_id": "Number of the decision in the home folder's list.",
            "made_at": "When it was made, UTC.",
            "action": "`withdraw`, `restore`, `accept`, `rollback` or `forget`.",
            "shop_id": "The shop.",
            "subject": "What it is about: a file, an expectation, a run.",
            "reason": "The reason that was given.",
            "made_by": "Name of the operating system's user.",
            "run_id": "Run that it speaks of.",
        },
    ),
}


def sources_text() -> str:
    """The text of `dbt_project/models/sources.yml`."""
    document = {
        "version": 2,
        "sources": [
            {
                "name": "lake",
                "schema": "lake",
                "description": "Typed exports as they were ingested, one table a feed.",
                "tables": [_lake_table(item) for item in load_contracts()],
            },
            {
                "name": "inputs",
                "schema": "inputs",
                "description": "What the run tells the build: shops, as-of moments, files.",
                "tables": [
                    {"name": name, "description": text, "columns": _columns(columns)}
                    for name, (text, columns) in _INPUTS.items()
                ],
            },
        ],
    }
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=98)
    return _NOTICE + text


def sources() -> dict[Path, str]:
    """Path and text of the generated file."""
    return {SOURCES_PATH: sources_text()}


def _lake_table(contract: Contract) -> dict[str, Any]:
    return {
        "name": contract.table,
        "description": f"{contract.description} {contract.grain}",
        "columns": _columns({name: text for name, _, text in lake_columns(contract)}),
    }


def _columns(columns: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "description": text} for name, text in columns.items()]
