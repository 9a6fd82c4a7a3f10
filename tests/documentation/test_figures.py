"""Figures that pages name are those of the code: defaults, limits, bounds, schedules."""

from __future__ import annotations

import csv
import re
from decimal import Decimal

import yaml

from flows.home.limits import Limits
from flows.ingest import decompress, delimited, discover, sources, workbook_reader
from flows.ingest.checks import MAX_TEXT
from flows.paths import DBT_DIR, DOCS_DIR, PROJECT_ROOT
from tests.documentation.pages import text_of

_OPERATIONS = DOCS_DIR / "operations.md"


def test_every_default_of_what_things_cost_is_the_one_of_the_seed() -> None:
    text = text_of(DOCS_DIR / "returns-and-coverage.md")
    with (DBT_DIR / "seeds" / "cost_defaults.csv").open(encoding="utf-8", newline="") as file:
        seed = {row["parameter"]: Decimal(row["value"]) for row in csv.DictReader(file)}
    told = {
        name: Decimal(value)
        for name, value in re.findall(r"\| `(\w+)` \| ([\d.]+)", text)
        if name in seed
    }
    assert told == seed


def test_how_long_things_are_kept_is_what_the_limits_say() -> None:
    text = text_of(_OPERATIONS)
    told = dict(re.findall(r"^\| `GREENZONE_KEEP_(\w+)` \| `?(\w+)`? \|", text, re.MULTILINE))
    limits = Limits.of_environment({})
    assert told == {
        "LANDING_DAYS": str(limits.landing_days or "forever"),
        "QUARANTINE_DAYS": str(limits.quarantine_days),
        "LOGS_DAYS": str(limits.logs_days),
        "RUNS_DAYS": str(limits.runs_days),
        "ALERTS_DAYS": str(limits.alerts_days),
        "PUBLICATIONS": str(limits.publications),
        "EDITIONS": str(limits.editions),
    }


def test_bounds_of_reading_are_those_of_the_readers() -> None:
    text = text_of(_OPERATIONS)
    for told in (
        f"| a file | {discover.MAX_FILE >> 30} GB |",
        f"{decompress.MAX_RATIO} times its size ({decompress.RATIO_GRACE >> 20} MB always)",
        f"{decompress.MAX_EXPANDED >> 30} GB, {decompress.MAX_MEMBERS:,} members",
        f"{workbook_reader.MAX_MEMORY >> 30} GB of memory and {workbook_reader.MAX_SECONDS} s",
        f"{workbook_reader.MAX_EXPANDED >> 20} MB of parts, {workbook_reader.MAX_SHEETS} sheets",
        f"{workbook_reader.MAX_COLUMNS:,} columns, {workbook_reader.MAX_CELLS // 10**6} million",
        f"| JSON | {sources.MAX_JSON >> 20} MB |",
        f"| a record of a CSV | {delimited.MAX_RECORD >> 20} MB |",
        f"| a text | {MAX_TEXT:,} bytes",
    ):
        assert told in text


def test_schedules_are_those_of_the_deployments() -> None:
    rows = re.findall(r"^\| `\w+/(\w+)` \| ([^|]+) \|", text_of(_OPERATIONS), re.MULTILINE)
    told = {name: re.findall(r"\d\d:\d\d", words) for name, words in rows}
    prefect = yaml.safe_load((PROJECT_ROOT / "prefect.yaml").read_text(encoding="utf-8"))
    for deployment in prefect["deployments"]:
        minute, hour, *_ = deployment["schedules"][0]["cron"].split()
        assert deployment["name"] in told
        if hour.isdigit():
            assert told[deployment["name"]] == [f"{int(hour):02}:{int(minute):02}"]
    assert told.keys() == {deployment["name"] for deployment in prefect["deployments"]}
