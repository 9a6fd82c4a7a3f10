"""The command line: `greenzone`, and `python -m flows`.

A command imports what it needs when it runs, so that `--help` and refusals are quick.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

import flows.commands.delivering  # noqa: F401  (adds its command)
from flows.calendar import days_between, parse_day, parse_moment, parse_week

# These modules add their commands to the group.
from flows.commands import alerting, auditing, forgetting, mending, reporting  # noqa: F401
from flows.commands.console import Console, Result, command
from flows.commands.flow_runs import run_flow
from flows.commands.root import cli
from flows.errors import DONE, USAGE, UsageError
from flows.foreign_text import guard_standard_error, in_json
from flows.home.layout import Home
from flows.progress import say
from flows.running.run import Request
from flows.running.session import shops_of

__all__ = ["cli", "main"]


@command("daily", cli)
@click.option("--date", "day", metavar="D", help="As of the end of this day, as 2026-11-23.")
@click.option("--shop", metavar="ID", help="One shop alone (several: separated by commas).")
def daily(home: Home, console: Console, debug: bool, day: str | None, shop: str | None) -> None:
    """Run the daily flow: read landing, judge, build, report, alert, publish.

    Without --date: the newest day that has ended in every open shop.
    """
    days = (parse_day(day),) if day else None
    request = Request("daily", home, days, shops_of(shop))
    run_flow(request, console, debug, {"date": day, "shop": shop})


@command("weekly", cli)
@click.option("--week", metavar="WEEK", help="The ISO week, as 2026-W15.")
def weekly(home: Home, console: Console, debug: bool, week: str | None) -> None:
    """Write the weekly review, as of the end of the week's Sunday.

    Without --week: the last full week.
    """
    days = (parse_week(week),) if week else None
    request = Request("weekly", home, days)
    run_flow(request, console, debug, {"week": week})


@command("backfill", cli)
@click.option("--from", "first", metavar="D", help="The first day, as 2026-11-01.")
@click.option("--to", "last", metavar="D", help="The last day, included.")
@click.option("--policy", metavar="VERSION", help="Judge the days by this version instead.")
@click.option("--dry-run", is_flag=True, help="Only say which days would be written, and why.")
def backfill(
    home: Home,
    console: Console,
    debug: bool,
    first: str | None,
    last: str | None,
    policy: str | None,
    dry_run: bool,
) -> None:
    """Rebuild a range of days, each as of its own end, with the rules then in force.

    Can be interrupted and run again. Sends nothing. A day whose numbers did not change keeps its
    report; what became of the others is said at the end and listed in runs/.

    With --dry-run: which days would be written and why, from which files, and how long it would
    take. Nothing is built, written or locked.

    With --policy: what the days would have been under that version (`greenzone policy` names
    them), in HOME/what_if/VERSION/; nothing that is published changes. Without --from and --to
    the last four full weeks.
    """
    if (first is None) != (last is None) or (first is None and policy is None):
        raise UsageError("A backfill needs its first and its last day.", "Give --from and --to.")
    days = days_between(parse_day(first), parse_day(last)) if first and last else None
    request = Request("backfill", home, days, policy=policy)
    if dry_run:
        if policy is not None:
            raise UsageError(
                "A what-if changes nothing that is published.", "Leave --dry-run or --policy out."
            )
        from flows.running.dry_run import dry_run as look
        from flows.running.dry_run import lines

        console.show(look(request), lambda shown: console.lines(lines(shown)))
        return
    run_flow(request, console, debug, {"first": first, "last": last, "policy": policy})


@command("snapshot", cli)
@click.option("--date", "day", metavar="D", required=True, help="The day, as 2026-11-23.")
@click.option("--out", metavar="FILE", required=True, help="The DuckDB file to write.")
def snapshot(home: Home, console: Console, debug: bool, day: str, out: str) -> None:
    """Write the full state of a past day into a DuckDB file of its own; publishes nothing."""
    from flows.running.snapshot import snapshot as write_snapshot

    del debug
    result = write_snapshot(home, parse_day(day), Path(out))
    console.show(result, lambda shown: console.line(f"Snapshot of {day}: {shown['out']}"))


@command("policy", cli)
@click.option("--date", "day", metavar="D", help="The day, as 2026-11-23. Default: today.")
@click.option("--market", metavar="M", help="One market, as US. Default: those of the shops.")
@click.option("--version", metavar="V", help="One version, as US-2026-04-01, whenever it holds.")
def policy(
    home: Home,
    console: Console,
    debug: bool,
    day: str | None,
    market: str | None,
    version: str | None,
) -> None:
    """List the rules that are in force: clocks, lines, exclusions, points, with their sources.

    Rules that were not compared with their source for more than 90 days are warned of.
    """
    from flows.commands.policy import policies_of
    from flows.commands.policy_words import print_policies

    del debug
    result = policies_of(home, parse_day(day) if day else None, market, version)
    if not console.as_json:
        for warning in result["warnings"]:
            click.echo(f"warning: {warning}", err=True)
    console.show(result, lambda shown: print_policies(console.line, shown))


@command("pulse", cli)
@click.option("--at", metavar="TIME", help="The moment, as 2026-11-23T14:30. Default: now.")
@click.option("--shop", metavar="ID", help="One shop alone (several: separated by commas).")
@click.option("--alert", "is_telling", is_flag=True, help="Tell spikes and stale feeds by alerts.")
def pulse(
    home: Home, console: Console, debug: bool, at: str | None, shop: str | None, is_telling: bool
) -> None:
    """Show what is open at any moment, how long it has got and what it waits for.

    A TIME without an offset is the shop's. Writes HOME/pulse/<shop>.csv and .json, the newest
    alone; publishes nothing. With --alert also alerts/<today>/, and what is new of it is sent to
    the webhooks of the environment.
    """
    from flows.commands.pulse import lines, told_lines
    from flows.running.pulse import pulse as look

    del debug
    when = parse_moment(at) if at else None
    result = look(home, when, shops_of(shop), is_telling=is_telling)

    def show(shown: Result) -> None:
        console.lines(line for one in shown["shops"] for line in lines(one))
        console.lines(told_lines(shown["alerts"]))

    console.show(result, show)


@command("check", cli)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--shop", metavar="ID", help="Read the files as this shop's (its zone and market).")
def check(
    home: Home, console: Console, debug: bool, files: tuple[str, ...], shop: str | None
) -> None:
    """Say which contract each FILE matches, what would be accepted and what refused, and why.

    Loads nothing.
    """
    from flows.commands.check import check_files, lines

    del debug
    console.show(
        check_files(home, [Path(file) for file in files], shop),
        lambda shown: console.lines(line for file in shown["files"] for line in lines(file)),
    )


@command("simulate", cli)
@click.option("--out", metavar="DIR", required=True, help="Where to write landing/ and truth/.")
@click.option("--shop", metavar="ID", required=True, help="The shop's id.")
@click.option("--from", "first", metavar="D", required=True, help="The first day, as 2026-08-01.")
@click.option("--to", "last", metavar="D", required=True, help="The last day, included.")
@click.option("--orders-per-day", type=click.IntRange(1), required=True, metavar="N")
@click.option("--seed", type=int, required=True, metavar="S", help="Same arguments, same bytes.")
@click.option(
    "--scenario",
    "scenarios",
    multiple=True,
    metavar="NAME",
    help="One of calm, viral, live, oversell, carrier_meltdown, bad_creator, bad_sku, "
    "repeat_returner, misrouted_grades, missing_settlement, misplaced_warehouse, well_run; "
    "may be repeated.",
)
@click.option("--market", metavar="M", default="US", help="US (the default), GB or VN.")
def simulate(
    home: Home,
    console: Console,
    debug: bool,
    out: str,
    shop: str,
    first: str,
    last: str,
    orders_per_day: int,
    seed: int,
    scenarios: tuple[str, ...],
    market: str,
) -> None:
    """Write a made-up shop's exports in the real formats, and the numbers that are true of them."""
    from flows.commands.simulate import simulate_shop

    del home, debug
    days = days_between(parse_day(first), parse_day(last))
    result = simulate_shop(
        Path(out), shop, days[0], days[-1], orders_per_day, seed, scenarios, market, say
    )
    console.show(result, lambda shown: _print_fields(console, shown))


@command("status", cli)
def status(home: Home, console: Console, debug: bool) -> None:
    """Show the last runs, freshness by feed, quarantine, open alerts and who holds the lock."""
    from flows.commands.status import print_status, status_of

    del debug
    console.show(status_of(home), lambda shown: print_status(console.line, shown))


@command("doctor", cli)
def doctor(home: Home, console: Console, debug: bool) -> int:
    """Say what is missing or misconfigured on this machine, each with its mend."""
    from flows.commands.doctor import examine

    del debug
    findings = examine(home)
    console.show(
        {"findings": [vars(finding) for finding in findings]},
        lambda _: console.lines(finding.sentence() for finding in findings),
    )
    return USAGE if any(finding.is_fault for finding in findings) else DONE


def _print_fields(console: Console, shown: Result) -> None:
    width = max(len(key) for key in shown)
    for key, value in shown.items():
        console.line(f"{key.replace('_', ' '):{width}}  {value}")


def main() -> None:
    """Run the command line and exit with its code."""
    guard_standard_error()
    try:
        cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show(sys.stderr)
        if "--json" in sys.argv:
            print(in_json(json.dumps({"error": error.format_message(), "exit_code": USAGE})))
        sys.exit(USAGE)
    except click.Abort:
        sys.exit(130)
