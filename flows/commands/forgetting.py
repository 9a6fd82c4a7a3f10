"""`greenzone forget`: a buyer out of everything that is kept."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from flows.commands.console import Console, command
from flows.commands.root import cli
from flows.errors import UsageError
from flows.home import lock
from flows.home.layout import Home
from flows.home.runs import new_run_id
from flows.progress import at_most, say

if TYPE_CHECKING:
    from flows.forgetting import Forgetting

_REASON = "The buyer asked to be forgotten."


@command("forget", cli)
@click.option("--buyer-hash", metavar="H", help="The buyer's hash, as in marts.repeat_returners.")
@click.option(
    "--buyer-name",
    "asks_name",
    is_flag=True,
    help="Ask for the buyer's account name (or read it from standard input) and hash it.",
)
@click.option(
    "--delete",
    "deletes",
    is_flag=True,
    help="Delete the exports that were read and hold the buyer.",
)
@click.option("--dry-run", "is_dry_run", is_flag=True, help="Say what would be done; do nothing.")
@click.option(
    "--again",
    "is_again",
    is_flag=True,
    help="The buyer was forgotten before, and the list or the key of then is lost.",
)
@click.option("--reason", metavar="TEXT", default=_REASON, help="Why, without naming anybody.")
def forget(
    home: Home,
    console: Console,
    debug: bool,
    buyer_hash: str | None,
    asks_name: bool,
    deletes: bool,
    is_dry_run: bool,
    is_again: bool,
    reason: str,
) -> None:
    """Take a buyer out of lake, warehouse, kept publications and reports, for good.

    Names the exports in landing that hold the buyer; with --delete they go, too, but for unread and
    refused ones, whose rows are nowhere else. Runs that rest on the buyer's rows can no longer be
    reproduced, and say so. Can be interrupted and run again.
    """
    from flows.contracts import fold
    from flows.forgetting import forget as forget_buyer
    from flows.forgetting.forget import checked_hash
    from flows.home.files import empty_folder
    from flows.home.hash_key import hash_key
    from flows.home.publish import recover

    del debug
    if (buyer_hash is None) != asks_name:
        raise UsageError(
            "It is not said who is to be forgotten.", "Give --buyer-hash H or --buyer-name."
        )
    hashed = checked_hash(buyer_hash) if buyer_hash is not None else ""
    name = _asked_name() if asks_name else ""
    if name and fold(name) in fold(reason):
        raise UsageError("The reason names the buyer.", "Give one that names nobody.")
    if not home.root.is_dir():
        raise UsageError(f"{home.root} does not exist.", "Name the home folder with --home.")
    with lock.hold(home, new_run_id(), "forget"):
        home.create()
        recover(home)
        empty_folder(home.work)
        try:
            result = forget_buyer(
                home,
                hashed or hash_key(home).hash(name),
                reason,
                at_most(say, 1.0),
                deletes=deletes,
                is_dry_run=is_dry_run,
                is_again=is_again,
            )
        finally:
            empty_folder(home.work)
    console.show(result.to_json(), lambda _: console.lines(_lines(result, deletes)))


def _asked_name() -> str:
    """The account name: asked for without showing it, or a line of standard input."""
    if sys.stdin.isatty():
        name = click.prompt("Account name", hide_input=True, err=True)
    else:
        name = sys.stdin.readline()
    if not str(name).strip():
        raise UsageError("No account name was given.", "Type it, or pipe it in.")
    return str(name)


def _lines(found: Forgetting, deletes: bool) -> Iterator[str]:
    done = not found.is_dry_run
    if not found.is_found:
        since = f" The buyer is forgotten since {found.since}." if found.since else ""
        yield f"Nothing here holds the buyer.{since}"
    else:
        verb = "nulled in" if done else "to be nulled in"
        yield f"lake       {found.rows:,} rows {verb} {len(found.lake)} files"
        for path in found.files:
            yield f"{'rewritten' if done else 'to rewrite'}  {path}"
        for path in found.removed:
            yield f"removed    {path} (the next run makes it again)"
        if found.runs:
            yield f"runs       {len(found.runs)} can no longer be reproduced"
    for item in found.landing:
        fate = _fate(item, found.is_dry_run, deletes)
        yield f"landing    {item['file']} ({item['status']}){fate}"
    for file in found.closed:
        yield f"landing    {file} cannot be looked into: judge it yourself"
    for path in found.outside:
        yield f"outside    {path} is a snapshot that holds the buyer: remove it"
    if done and found.lake:
        yield "The next daily run publishes anew without the buyer."


def _fate(item: dict[str, object], is_dry_run: bool, deletes: bool) -> str:
    if item["is_deleted"]:
        return ": deleted"
    if item["status"] == "unread":
        return ": no run has read it as it is; run `greenzone daily`, then this again"
    if item["status"] == "refused":
        return ": its rows are nowhere else; mend it and run this again, or delete it yourself"
    if is_dry_run or not deletes:
        return ": would be deleted with --delete" if is_dry_run else ": delete it, or use --delete"
    return ""
