"""The policy versions as data: what is in force in a market on a day, and how versions differ.

The rules are the seeds `policy_*` of the dbt project, which the models join; here they are read as
they lie, for the commands that show them. Nothing is computed from them but which row holds when.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from flows.errors import UsageError
from flows.paths import DBT_DIR

SEEDS = DBT_DIR / "seeds"
FALLBACK_MARKET = "US"
"""Whose rules hold in a market that has none of its own, as in `int_policy_days`."""

VERIFIED_DAYS = 90
"""How old a comparison with the source may grow before it is asked for again."""

Row = dict[str, Any]

# Of each table of rules what names a row within a version, and how people call its rows.
RULES: dict[str, tuple[tuple[str, ...], str]] = {
    "policy_clocks": (("order_type",), "clocks"),
    "policy_lines": (("metric",), "lines"),
    "policy_milestones": (("kind", "name"), "zones and milestones"),
    "policy_exclusions": (("metric", "order_kind"), "exclusions"),
}
_VERSIONS = "policy_versions"
_CARRIERS = "supported_carriers"
_OVERRIDES = "calendar_overrides"

_TYPES: dict[str, pl.DataType] = {
    "string": pl.String(),
    "int": pl.Int64(),
    "bigint": pl.Int64(),
    "boolean": pl.Boolean(),
    "date": pl.Date(),
}
# What a row says of itself and not of the rule.
_ABOUT = frozenset(
    {"policy_version", "market", "effective_from", "source", "verified_on", "is_assumed"}
)


@dataclass(frozen=True)
class Change:
    """One difference between two versions: the rule, its field, what it was and what it is."""

    rule: str
    field: str
    was: Any
    now: Any

    @property
    def name(self) -> str:
        """`regular dispatch business days`."""
        return f"{self.rule} {self.field}".replace("_", " ").strip()

    def sentence(self) -> str:
        """`regular dispatch business days: 4, was 2`."""
        return f"{self.name}: {shown(self.now)}, was {shown(self.was)}"


class PolicyBook:
    """Every policy version of every market."""

    def __init__(self, folder: Path = SEEDS) -> None:
        kinds = _column_types(folder)
        tables = (_VERSIONS, *RULES, _CARRIERS, _OVERRIDES)
        self._tables = {name: _read(folder / f"{name}.csv", kinds[name]) for name in tables}

    @staticmethod
    @cache
    def load() -> PolicyBook:
        """The book of this checkout, read once a process."""
        return PolicyBook()

    @property
    def versions(self) -> tuple[str, ...]:
        """Every version, by market as the seed lists them and by effective date."""
        return tuple(self._tables[_VERSIONS]["policy_version"])

    @property
    def markets(self) -> tuple[str, ...]:
        """The markets that have rules, in the order of the seed."""
        return tuple(self._tables[_VERSIONS]["market"].unique(maintain_order=True))

    def version(self, name: str) -> Row:
        """The row of a version, `effective_to` (its last day, None while it is the newest) added.

        Raises `UsageError` for a version that there is not.
        """
        for market in self.markets:
            for row in self.history(market):
                if row["policy_version"] == name:
                    return row
        raise UsageError(
            f"There is no policy version {name!r}.", f"Known: {', '.join(self.versions)}."
        )

    def market_of(self, name: str) -> str:
        """The market that a version is a rule of; `UsageError` for a version that there is not."""
        return str(self.version(name)["market"])

    def rules_of(self, market: str) -> str:
        """The market whose rules judge a market's shops: itself, or the United States."""
        return market if market in self.markets else FALLBACK_MARKET

    def history(self, market: str) -> list[Row]:
        """The versions of a market by effective date, each with its last day."""
        mine = self._tables[_VERSIONS].filter(pl.col("market") == market).sort("effective_from")
        ends = pl.col("effective_from").shift(-1).dt.offset_by("-1d").alias("effective_to")
        return mine.with_columns(ends).to_dicts()

    def in_force(self, market: str, day: date) -> Row:
        """The version that holds in a market on a day.

        Before a market's first version that one is given: it is the oldest that is known.
        """
        rows = self.history(self.rules_of(market))
        return next((row for row in reversed(rows) if row["effective_from"] <= day), rows[0])

    def in_force_on(self, days_of: Mapping[str, Iterable[date]]) -> list[str]:
        """The versions that hold in some market on some of its days, oldest first."""
        found = {
            str(self.in_force(market, day)["policy_version"])
            for market, days in days_of.items()
            for day in days
        }
        return [name for name in self.versions if name in found]

    def rules(self, name: str, table: str) -> list[Row]:
        """The rows of a table of `RULES` that belong to a version, as the seed orders them."""
        frame = self._tables[table]
        mine = frame.filter(pl.col("policy_version") == name).drop("policy_version")
        return [{**row, "is_assumed": is_assumed(row)} for row in mine.to_dicts()]

    def carriers(self, market: str, day: date) -> list[Row]:
        """The supported carriers of a market on a day, as the seed orders them."""
        held = (pl.col("market") == market) & (pl.col("effective_from") <= day)
        return self._tables[_CARRIERS].filter(held).drop("market").to_dicts()

    def overrides(self, calendar: str) -> list[Row]:
        """The single days of a calendar that the platform has announced, by day."""
        mine = self._tables[_OVERRIDES].filter(pl.col("calendar_id") == calendar)
        return mine.drop("calendar_id").sort("day_on").to_dicts()

    def changes(self, before: str, after: str) -> list[Change]:
        """How one version differs from another, table by table; sources aside."""
        old, new = self.version(before), self.version(after)
        found = _fields("", old, new, _ABOUT | {"effective_to"})
        for table, (keys, _) in RULES.items():
            was = {tuple(row[key] for key in keys): row for row in self.rules(before, table)}
            now = {tuple(row[key] for key in keys): row for row in self.rules(after, table)}
            for key in [*was, *(key for key in now if key not in was)]:
                rule = " ".join(key)
                found += _fields(rule, was.get(key, {}), now.get(key, {}), _ABOUT | set(keys))
        return found


def known_version(name: str) -> None:
    """Raise `UsageError`, which lists the known ones, for a version that there is not."""
    PolicyBook.load().version(name)


def is_assumed(row: Row) -> bool:
    """Whether a row is a stand-in for a rule that nobody has read: by its flag or its source."""
    source = str(row["source"] or "").lower()
    return bool(row.get("is_assumed")) or "assumed" in source or "not entered yet" in source


def age_in_days(row: Row, today: date) -> int | None:
    """Days since a row was compared with its source; None where it never was."""
    verified = row["verified_on"]
    return (today - verified).days if verified else None


def is_stale(row: Row, today: date) -> bool:
    """Whether a row has to be compared with its source again."""
    age = age_in_days(row, today)
    return age is None or age > VERIFIED_DAYS


def stale_sentences(book: PolicyBook, name: str, today: date) -> list[str]:
    """A sentence for each table of which a version has rows that were not verified of late."""
    tables = {"the version itself": [book.version(name)]}
    tables |= {words: book.rules(name, table) for table, (_, words) in RULES.items()}
    tables["supported carriers"] = book.carriers(book.market_of(name), today)
    return [
        sentence
        for words, rows in tables.items()
        if (sentence := _stale_sentence(name, words, rows, today))
    ]


def _stale_sentence(name: str, words: str, rows: Iterable[Row], today: date) -> str:
    rows = list(rows)
    stale = [row for row in rows if is_stale(row, today)]
    if not stale:
        return ""
    days = [row["verified_on"] for row in stale if row["verified_on"]]
    when = "never verified"
    if len(days) == len(stale):
        when = f"last verified {min(days)}, more than {VERIFIED_DAYS} days ago"
    count = "" if len(rows) == 1 else f"{len(stale)} of {len(rows)} "
    return f"{name}: {count}{words}: {when}"


def shown(value: Any) -> str:
    """A value of a rule as people read it: `none` for an empty cell, a rate without zeros."""
    if value is None:
        return "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _fields(rule: str, was: Row, now: Row, without: Iterable[str]) -> list[Change]:
    names = [name for name in {**was, **now} if name not in set(without)]
    return [
        Change(rule, name, was.get(name), now.get(name))
        for name in names
        if was.get(name) != now.get(name)
    ]


def _column_types(folder: Path) -> dict[str, dict[str, pl.DataType]]:
    seeds = yaml.safe_load((folder / "seeds.yml").read_text(encoding="utf-8"))["seeds"]
    return {
        seed["name"]: {
            column: _TYPES.get(kind, pl.Float64())
            for column, kind in seed["config"]["column_types"].items()
        }
        for seed in seeds
    }


def _read(path: Path, kinds: dict[str, pl.DataType]) -> pl.DataFrame:
    return pl.read_csv(path, schema_overrides=kinds)
