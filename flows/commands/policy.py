"""Which rules are in force on a day, where each comes from, and what changes when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from flows.errors import UsageError
from flows.home.layout import Home
from flows.ingest.shops import market_code
from flows.warehouse.policies import (
    RULES,
    PolicyBook,
    Row,
    is_assumed,
    is_stale,
    stale_sentences,
)

VERIFY = "Compare each with its source and put that day into `verified_on` of the seed."
_AFTER_SALES = (
    "return_window_days",
    "return_response_hours",
    "refund_business_days",
    "buyer_ship_days",
)
_POINTS = ("points_kind", "opening_points", "lowest_points", "highest_points", "roll_off_days")
_PRODUCT_RULE = ("product_shop_line", "product_line")


def policies_of(
    home: Home,
    day: date | None = None,
    market: str | None = None,
    version: str | None = None,
    *,
    today: date | None = None,
) -> dict[str, Any]:
    """What is in force on a day in each market, as plain data.

    day: by default the present one, in each market's zone. market: by default those of the shops of
    the home folder, without shops all. version: that one, on the nearest day on which it
    holds. today: the day
    that the age of a verification is counted to; by default the machine's. Raises `UsageError` for
    a market or a version that there is not.
    """
    book = PolicyBook.load()
    now = today or datetime.now().astimezone().date()
    shops = _shops_by_market(home)
    on = day or today
    if version is not None:
        names = _named(book, market, version, on)
    else:
        names = _held(book, shops, market, on)
    warnings = [
        f"{wanted} has no rules of its own: those of {book.rules_of(wanted)} hold."
        for wanted, _, _ in names
        if wanted not in book.markets
    ]
    for name in dict.fromkeys(name for _, name, _ in names):
        warnings += [f"{sentence}. {VERIFY}" for sentence in stale_sentences(book, name, now)]
    return {
        "date": day.isoformat() if day else None,
        "markets": [
            _in_force(book, name, wanted, on, shops.get(wanted, []), now)
            for wanted, name, on in names
        ],
        "versions": list(book.versions),
        "warnings": warnings,
    }


def stale_rules(home: Home, today: date | None = None) -> tuple[list[str], list[str]]:
    """The versions in force today for a home folder, and what of them must be verified again."""
    result = policies_of(home, today=today)
    names = list(dict.fromkeys(found["policy_version"] for found in result["markets"]))
    book = PolicyBook.load()
    now = today or datetime.now().astimezone().date()
    return names, [sentence for name in names for sentence in stale_sentences(book, name, now)]


def _shops_by_market(home: Home) -> dict[str, list[str]]:
    """The shops that were read into a home folder, by market; of one never read, none."""
    if not home.ledger.exists():
        return {}
    from flows.ingest import resolve_shops

    found: dict[str, list[str]] = {}
    for shop in resolve_shops(home):
        found.setdefault(shop.market, []).append(shop.shop_id)
    return found


def _held(
    book: PolicyBook, shops: dict[str, list[str]], market: str | None, day: date | None
) -> list[tuple[str, str, date]]:
    """The markets that are meant, each with the version that holds there and the day."""
    wanted = sorted(shops) or list(book.markets)
    if market is not None:
        wanted = [market_code(market)]
        if wanted[0] not in book.markets and wanted[0] not in shops:
            raise UsageError(
                f"There are no rules of a market {market!r}.", f"Known: {', '.join(book.markets)}."
            )
    days = {each: day or _today_in(book, each) for each in wanted}
    return [(each, str(book.in_force(each, on)["policy_version"]), on) for each, on in days.items()]


def _named(
    book: PolicyBook, market: str | None, version: str, day: date | None
) -> list[tuple[str, str, date]]:
    """A version that is asked for, with its market and the day nearest `day` on which it holds."""
    row = book.version(version)
    if market is not None and market_code(market) != row["market"]:
        raise UsageError(
            f"{version} is a rule of {row['market']}, not of {market_code(market)}.",
            "Leave --market or --version away.",
        )
    on = max(day or _today_in(book, row["market"]), row["effective_from"])
    return [(row["market"], version, min(on, row["effective_to"] or on))]


def _today_in(book: PolicyBook, market: str) -> date:
    zone = str(book.history(book.rules_of(market))[-1]["timezone"])
    return datetime.now(UTC).astimezone(ZoneInfo(zone)).date()


def _in_force(
    book: PolicyBook,
    name: str,
    market: str,
    on: date,
    shops: list[str],
    now: date,
) -> dict[str, Any]:
    row = book.version(name)
    label = {"is_assumed": is_assumed(row), "is_stale": is_stale(row, now)}
    plain = {key: value for key, value in row.items() if key not in _grouped() | {"market"}}
    tables = {
        table.removeprefix("policy_"): [
            {**rule, "is_stale": is_stale(rule, now)} for rule in book.rules(name, table)
        ]
        for table in RULES
    }
    history = book.history(row["market"])
    found: dict[str, Any] = _dates_as_text(
        {
            "market": market,
            "rules_of": row["market"],
            "on": on,
            "shops": shops,
            **plain,
            **label,
            "after_sales": {key: row[key] for key in _AFTER_SALES},
            "points": {key.replace("points", "").strip("_"): row[key] for key in _POINTS},
            "product_rule": {key: row[key] for key in _PRODUCT_RULE}
            if row["product_line"] is not None
            else None,
            **tables,
            "supported_carriers": [
                {**carrier, "is_stale": is_stale(carrier, now)}
                for carrier in book.carriers(row["market"], on)
            ],
            "calendar_overrides": book.overrides(row["calendar_id"]),
            "past_changes": _changes(book, history, lambda from_: from_ <= on),
            "upcoming_changes": _changes(book, history, lambda from_: from_ > on),
        }
    )
    return found


def _grouped() -> frozenset[str]:
    return frozenset({*_AFTER_SALES, *_POINTS, *_PRODUCT_RULE})


def _changes(
    book: PolicyBook, history: list[Row], is_wanted: Callable[[date], bool]
) -> list[dict[str, Any]]:
    """Every change from one version of a market to the next, oldest first."""
    found = []
    for before, after in pairwise(history):
        if is_wanted(after["effective_from"]):
            changes = book.changes(before["policy_version"], after["policy_version"])
            found.append(
                {
                    "effective_from": after["effective_from"],
                    "policy_version": after["policy_version"],
                    "changes": [vars(change) for change in changes],
                    "sentences": [change.sentence() for change in changes],
                }
            )
    return found


def _dates_as_text(value: Any) -> Any:
    """The same data with dates as ISO text, as JSON has them."""
    if isinstance(value, dict):
        return {key: _dates_as_text(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_dates_as_text(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value
