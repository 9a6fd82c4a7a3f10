"""The commands that look back: make an earlier run's marts again, go back to a publication."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from flows.commands.console import Console, Result, command
from flows.commands.root import cli
from flows.errors import BUG, DONE
from flows.home.layout import Home


@command("reproduce", cli)
@click.argument("run", metavar="RUN")
@click.option("--out", metavar="FILE", help="Write the rebuilt marts into a DuckDB file, too.")
@click.option(
    "--anyway", is_flag=True, help="Compare although code, rules or libraries are others now."
)
def reproduce(
    home: Home, console: Console, debug: bool, run: str, out: str | None, anyway: bool
) -> int:
    """Make the marts of RUN once more, from its record and the lake alone, and compare them.

    RUN is the id of a run, or a part of it that no other has. Landing is not read, nothing that is
    published changes. Exit code 0: every mart is the same; 1: one differs; 2: the run cannot be
    made again here, and what it needs is named.
    """
    from flows.running.reproduce import reproduce as make_again

    del debug
    result = make_again(home, run, Path(out) if out else None, anyway)
    console.show(result, lambda shown: console.lines(compared_lines(shown)))
    return DONE if result["is_same"] else BUG


@command("rollback", cli)
@click.argument("run", metavar="[RUN]", required=False)
@click.option("--reason", metavar="TEXT", required=True, help="Why; kept with the decision.")
def rollback(home: Home, console: Console, debug: bool, run: str | None, reason: str) -> None:
    """Go back to an earlier publication: warehouse, newest reports and alerts as they were then.

    RUN is the run that made it (`greenzone status` lists them); without it the one that the
    present one came after. What was published until now is kept, and the same command goes forward
    to it again. What was accepted of failed checks for what is left holds no more.
    The next daily run publishes anew, from what landing holds then.
    """
    from flows.running.rollback import rollback as go_back

    del debug
    result = go_back(home, run, reason)
    console.show(result, lambda shown: console.lines(_rolled_back(shown)))


def compared_lines(shown: Result) -> Iterator[str]:
    """What came of making a run again: a line for all, then one for each mart."""
    different = {name: mart for name, mart in shown["marts"].items() if not mart["is_same"]}
    if different:
        count = f"{len(different)} of {len(shown['marts'])} marts"
        yield f"Run {shown['run_id']}: {count} differ from what it wrote."
    else:
        yield f"Run {shown['run_id']}: all {len(shown['marts'])} marts are the same."
    for name, mart in shown["marts"].items():
        word = "same     " if mart["is_same"] else "different"
        yield f"  {word}  {name}: {_rows(mart)}"
    if shown["out"]:
        yield f"  marts      {shown['out']}"


def _rows(mart: Result) -> str:
    then, now = (
        "no such mart" if rows is None else f"{rows:,} rows"
        for rows in (mart["rows_recorded"], mart["rows_rebuilt"])
    )
    return then if then == now else f"{then}, now {now}"


def _rolled_back(shown: Result) -> Iterator[str]:
    if shown["status"] == "unchanged":
        yield f"The publication of run {shown['to']} is the present one already."
        return
    yield f"Back at the publication of run {shown['to']} (from that of run {shown['from']})."
    for shop, newest in shown["shops"].items():
        yield f"  {shop}: to {newest}"
    for over in shown["ended"]:
        yield (
            f"  No longer accepted: {over['checks']} at shop {over['shop_id']} "
            f"(accepted by {over['by']} on {over['at'][:10]}). The next run judges it anew."
        )
    for path in shown["reports"][-3:]:
        yield f"  report     {path}"
    yield f"  warehouse  {shown['warehouse']}"
    yield f"  record     {shown['record']}"
    yield shown["note"]
