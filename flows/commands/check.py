"""`greenzone check`: what would come of files, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.errors import UsageError
from flows.home.layout import Home

if TYPE_CHECKING:
    from flows.ingest import MemberCheck, Shop


def check_files(home: Home, files: Sequence[Path], shop_id: str | None) -> dict[str, Any]:
    """Check each file, and in a .zip each member; loads nothing.

    shop_id: whose files they are; by default the shop in whose landing folder a file lies, else an
    undeclared US shop. Raises `UsageError` for paths that are no readable files.
    """
    from flows.ingest import MemberCheck, Shop, check_file, resolve_shops
    from flows.ingest.discover import shopless

    shops = {shop.shop_id: shop for shop in resolve_shops(home)}
    if shop_id is not None and shop_id not in shops:
        raise UsageError(
            f"There is no shop {shop_id!r} in {home.root}.", f"Known: {', '.join(shops) or 'none'}."
        )
    checks: list[dict[str, Any]] = []
    for path in files:
        if not path.is_file():
            what = "is a folder" if path.is_dir() else "does not exist"
            raise UsageError(f"{path} {what}.", "Name files.")
        name = shop_id or _shop_of(home, path) or ""
        owner = shops.get(name) or Shop(name)
        if shop_id is None and path.resolve().parent == home.landing.resolve():
            loose = shopless()
            member = MemberCheck(path.name, reason=loose.reason, mend=loose.mend)
            checks.append(_check(member, owner))
            continue
        try:
            report = check_file(path, owner)
        except OSError as error:
            raise UsageError(
                f"{path} cannot be read: {error.strerror or type(error).__name__}.",
                "Allow this user to read it.",
            ) from error
        checks += [_check(member, owner) for member in report.members]
    return {"files": checks}


def lines(check: dict[str, Any]) -> list[str]:
    """What to print of one file."""
    if check["is_left_alone"]:
        unread = "A run leaves files of this name alone: unfinished downloads, open workbooks, dot"
        return [f"{check['file']}: left alone", f"  {unread} files. Rename it when it is whole."]
    if check["reason"]:
        title = f" (looks like {check['feed']})" if check["feed"] else ""
        return [f"{check['file']}: refused{title}", f"  {check['reason']} {check['mend']}"]
    found = [
        f"{check['file']}: {check['feed']} ({check['title']})",
        f"  rows: {check['rows_read']:,} read = {check['rows_accepted']:,} accepted + "
        f"{check['rows_quarantined']:,} refused + {check['rows_skipped']:,} skipped as no data",
    ]
    facts = [check["encoding"], _DELIMITERS.get(check["delimiter"], ""), check["date_order"]]
    found.append(f"  read as: {', '.join(fact.replace('_', ' ') for fact in facts if fact)}")
    found.append(f"  for: {_owner(check)}")
    found += [f"  refused: {count:,} rows: {reason}" for reason, count in check["reasons"]]
    found += [
        f"    row {row['row_number']}, column {row['column'] or '-'}: {row['reason']} {row['mend']}"
        for row in check["refused_rows"][:_SHOWN]
    ]
    if check["dropped_columns"]:
        found.append(f"  personal, never loaded: {', '.join(check['dropped_columns'])}")
    if check["hashed_columns"]:
        found.append(f"  personal, kept as a keyed hash: {', '.join(check['hashed_columns'])}")
    if check["unknown_columns"]:
        found.append(f"  not known, not read: {', '.join(check['unknown_columns'])}")
    return found


_SHOWN = 5
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}


def _check(member: MemberCheck, owner: Shop) -> dict[str, Any]:
    return {
        **asdict(member),
        "shop_id": owner.shop_id or None,
        "market": owner.market,
        "timezone": owner.timezone,
        "is_declared": owner.is_declared,
        "is_left_alone": _is_left_alone(member),
    }


def _owner(check: dict[str, Any]) -> str:
    shop = f"shop {check['shop_id']}" if check["shop_id"] else "a shop"
    facts = f"{shop}, market {check['market']}, {check['timezone']}"
    return facts if check["is_declared"] else f"{facts}; no reference/shops that was read names it"


def _is_left_alone(member: MemberCheck) -> bool:
    from flows.ingest.discover import is_left_alone

    return is_left_alone(member.file.split("/", 1)[0].removesuffix("!"))


def _shop_of(home: Home, path: Path) -> str | None:
    resolved, landing = path.resolve(), home.landing.resolve()
    if not resolved.is_relative_to(landing):
        return None
    parts = resolved.relative_to(landing).parts
    return parts[0] if len(parts) > 1 else None
