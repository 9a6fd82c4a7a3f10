"""The rule book behind the numbers: which rules judged them, what is assumed, what is unverified.

Read from the policy seeds of the project, since rules are not part of a published warehouse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import polars as pl

from flows.paths import DBT_DIR

VERIFIED_DAYS = 90
"""A rule that nobody has verified for longer than this is named."""

_SEEDS = DBT_DIR / "seeds"
_TABLES = (
    "policy_versions",
    "policy_clocks",
    "policy_lines",
    "policy_milestones",
    "policy_exclusions",
)


@dataclass(frozen=True)
class Policy:
    """What the report says of one policy version; ``assumed`` are the metrics without a source."""

    version: str
    dispatch_event: str
    assumed: Sequence[str]
    strict: Sequence[str]


@dataclass(frozen=True)
class Unverified:
    """Rows of one seed that were last verified too long ago, the oldest of them first."""

    table: str
    rows: int
    versions: Sequence[str]
    oldest_on: date


@lru_cache(maxsize=8)
def _seed(folder: Path, table: str) -> pl.DataFrame:
    path = folder / f"{table}.csv"
    if not path.is_file():
        return pl.DataFrame()
    return pl.read_csv(path, infer_schema=False)


def policy_of(version: str, folder: Path = _SEEDS) -> Policy | None:
    """What the seeds say of a version, None where they do not know it."""
    versions = _seed(folder, "policy_versions")
    mine = versions.filter(pl.col("policy_version") == version).to_dicts()
    if not mine:
        return None
    lines = _seed(folder, "policy_lines")
    of_version = lines.filter(pl.col("policy_version") == version) if lines.height else lines
    return Policy(
        version,
        mine[0]["dispatch_event"],
        [row["metric"] for row in of_version.to_dicts() if row["is_assumed"] == "true"],
        [row["metric"] for row in of_version.to_dicts() if row["target_comparison"] in ("<", ">")],
    )


def unverified(market: str, as_of_on: date, folder: Path = _SEEDS) -> list[Unverified]:
    """The rules of a market that nobody has verified for 90 days, by seed, the oldest first."""
    versions = _seed(folder, "policy_versions").filter(pl.col("market") == market)
    known = versions["policy_version"].to_list()
    before = (as_of_on - timedelta(days=VERIFIED_DAYS)).isoformat()
    found = []
    for table in _TABLES:
        seed = _seed(folder, table)
        if "verified_on" not in seed.columns:
            continue
        old = seed.filter(pl.col("policy_version").is_in(known) & (pl.col("verified_on") < before))
        if old.height:
            oldest = date.fromisoformat(str(old["verified_on"].min()))
            names = old["policy_version"].unique().sort().to_list()
            found.append(Unverified(table, old.height, names, oldest))
    return sorted(found, key=lambda item: (item.oldest_on, item.table))


def consequence_of(version: str | None, milestone: object, folder: Path = _SEEDS) -> str | None:
    """What a milestone brings, in the seed's words; None where it is not known."""
    seed = _seed(folder, "policy_milestones")
    if milestone is None or not seed.height:
        return None
    mine = seed.filter(
        (pl.col("policy_version") == version)
        & (pl.col("kind") == "milestone")
        & ((pl.col("name") == str(milestone)) | (pl.col("points") == str(milestone)))
    )
    return str(mine["consequence"][0]) if mine.height else None
