"""Runs the flow of a command in this process, and says what came of it."""

from __future__ import annotations

from typing import Any

from flows import progress
from flows.commands.console import Console, Result
from flows.errors import GreenzoneError, describe
from flows.home import lock
from flows.home.runs import new_run_id
from flows.home.state import PublicationState
from flows.running.run import Request


def run_flow(request: Request, console: Console, debug: bool, arguments: dict[str, Any]) -> None:
    """Run a flow and show what came of it."""
    result = flow_outcome(request, debug, arguments)
    console.show(result, lambda shown: print_outcome(console, shown))


def flow_outcome(request: Request, debug: bool, arguments: dict[str, Any]) -> Result:
    """Run a flow under Prefect, unless a look at the home folder shows that nothing changed."""
    from flows.running.unchanged import published_outcome

    home = request.home
    with lock.hold(home, new_run_id(), request.command):
        result = published_outcome(request)
        if result is None:
            from flows.orchestration import prefect_home
            from flows.running.reading import check_request

            # What is wrong at first sight is said before Prefect takes its seconds to start.
            home.create()
            check_request(request)
            given = {key: value for key, value in arguments.items() if value is not None}
            given["home"] = str(home.root)
            level = "INFO" if debug else "CRITICAL"
            before = PublicationState.load(home).run_id
            try:
                result = prefect_home.run_flow(home, request.command, given, level)
            except Exception as error:
                result = None if isinstance(error, GreenzoneError) else published_outcome(request)
                if result is None or PublicationState.load(home).run_id == before:
                    raise
                # A server that dies does not undo what was published.
                result["status"] = "published"
                progress.say(f"Warning: Prefect did not take the end of the run: {describe(error)}")
    return result


def print_outcome(console: Console, shown: Result) -> None:
    """Print the outcome of a flow for people."""
    days = shown["days"]
    span = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}, {len(days)} days"
    if shown["status"] == "unchanged":
        console.line(f"Nothing changed since run {shown['run_id']}: {span} is published.")
    elif "policy" in shown:
        _print_what_if(console, shown, span)
        return
    else:
        console.line(f"Published {span} (run {shown['run_id']}).")
    reports = shown["reports"]
    for path in reports[-1:]:
        console.line(f"  report     {path}")
    if len(reports) > 1:
        console.line(f"             and {len(reports) - 1} earlier ones beside it")
    console.line(f"  warehouse  {shown['warehouse']}")
    for path in shown["alerts"] or ["none"]:
        console.line(f"  alerts     {path}")
    if shown["record"]:
        console.line(f"  record     {shown['record']}")


def _print_what_if(console: Console, shown: Result, span: str) -> None:
    console.line(f"Computed {span} under {shown['policy']}; the publication stands as it was.")
    for warning in shown["warnings"]:
        console.line(f"  warning    {warning}")
    for path in shown["reports"]:
        console.line(f"  report     {path}")
    console.line(f"  numbers    {shown['comparison']}")
    console.line(f"  warehouse  {shown['warehouse']}")
    console.line(f"  record     {shown['record']}")
