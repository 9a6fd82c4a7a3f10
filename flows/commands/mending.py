"""A way out: `greenzone withdraw`, `restore` and `accept`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from flows.commands.console import Console, Result, command
from flows.commands.flow_runs import flow_outcome, print_outcome
from flows.commands.root import cli
from flows.home.layout import Home
from flows.progress import say
from flows.running.run import Request
from flows.running.unchanged import edition_name

_SHOWN = 5


def _publisher(debug: bool) -> Any:
    def publish(request: Request) -> Result:
        if request.command == "snapshot" and request.days and request.out:
            from flows.running.snapshot import snapshot

            return snapshot(request.home, request.days[0], request.out)
        return flow_outcome(request, debug, _arguments(request))

    return publish


def _arguments(request: Request) -> dict[str, Any]:
    """A request with its days as the arguments of its flow."""
    days = request.days or ()
    if request.command == "daily":
        shops = ",".join(request.shops)
        return {"date": days[0].isoformat(), "shop": shops or None}
    if request.command == "weekly":
        return {"week": edition_name("weekly", days[0]).partition("/")[2]}
    return {
        "first": days[0].isoformat(),
        "last": days[-1].isoformat(),
        "policy": request.policy,
    }


def _names_a_file(function: Callable[..., Any]) -> Callable[..., Any]:
    """What `withdraw` and `restore` are given."""
    for parameter in reversed(_OF_A_FILE):
        function = parameter(function)
    return function


_OF_A_FILE = [
    click.argument("file", metavar="FILE|SHA"),
    click.option("--reason", required=True, metavar="TEXT", help="Why; shown in the report."),
    click.option("--shop", metavar="ID", help="Whose file, where several shops have one."),
    click.option("--later", is_flag=True, help="Only note it; the next run publishes it."),
]


@command("withdraw", cli)
@_names_a_file
def withdraw(
    home: Home, console: Console, debug: bool, file: str, reason: str, shop: str | None, later: bool
) -> None:
    """Take a file's rows out of everything, also where the file is gone from landing.

    FILE is a path as in `row_accounting`, a path under landing, an archive (all its members) or a
    member, `a.zip!/b.csv`; SHA at least eight digits of the SHA-256. The bytes stay out whatever
    name they come under, until `greenzone restore`. Publishes the newest day anew.
    """
    from flows.running.withdrawing import Order
    from flows.running.withdrawing import withdraw as take_out

    result = take_out(Order(home, file, reason, shop, later), _publisher(debug), say)
    console.show(result, lambda shown: _print_file(console, shown))


@command("restore", cli)
@_names_a_file
def restore(
    home: Home, console: Console, debug: bool, file: str, reason: str, shop: str | None, later: bool
) -> None:
    """Bring the rows of a withdrawn file back. Publishes the newest day anew."""
    from flows.running.withdrawing import Order
    from flows.running.withdrawing import restore as bring_back

    result = bring_back(Order(home, file, reason, shop, later), _publisher(debug), say)
    console.show(result, lambda shown: _print_file(console, shown))


@command("accept", cli)
@click.argument("run", metavar="RUN")
@click.argument("gate", metavar="GATE")
@click.option("--reason", required=True, metavar="TEXT", help="Why; shown in the report.")
@click.option("--shop", metavar="ID", help="Which shop, where several are blocked.")
@click.option("--revoke", is_flag=True, help="Take back what was accepted of RUN.")
def accept(
    home: Home,
    console: Console,
    debug: bool,
    run: str,
    gate: str,
    reason: str,
    shop: str | None,
    revoke: bool,
) -> None:
    """Publish over a false alarm: accept what blocked RUN, and run its command again.

    GATE is `gate-1`, `gate-2` (all that failed there), an expectation or `table.expectation`, as
    the alert and the run's record name them. It holds for that run's data and days alone: others
    are judged anew, and what a what-if or a snapshot was accepted for holds for no publication.
    What could not be judged cannot be accepted. With --revoke the checks block again from the next
    run on.
    """
    if revoke:
        from flows.running.revoking import revoke as take_back
        from flows.running.revoking import revoked_words

        ended = take_back(home, run, gate, reason, shop)
        console.show(ended, lambda shown: console.lines(revoked_words(shown)))
        return
    from flows.running.accepting import accept as publish_over

    result = publish_over(home, run, gate, reason, shop, _publisher(debug), say)
    console.show(result, lambda shown: _print_accepted(console, shown))


def _print_file(console: Console, shown: Result) -> None:
    from flows.running.withdrawing import words

    console.lines(words(shown))
    if shown["published"]:
        print_outcome(console, shown["published"])
    commands = shown["rewrite"]
    if commands:
        console.line("Reports of earlier days stand as they were. To write them anew:")
        console.lines(f"  {line}" for line in commands[:_SHOWN])
    if len(commands) > _SHOWN:
        console.line(f"  and {len(commands) - _SHOWN} more weeks (all of them with --json)")


def _print_accepted(console: Console, shown: Result) -> None:
    from flows.running.accepting import words

    console.lines(words(shown))
    if shown["published"].get("out"):
        console.line(f"Snapshot: {shown['published']['out']}")
    else:
        print_outcome(console, shown["published"])
