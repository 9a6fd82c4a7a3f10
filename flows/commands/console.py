"""What the commands have in common: options, errors, exit codes, where output goes.

Results go to standard output, what is being done to standard error. With `--json` standard output
gets one JSON object and nothing else, whatever a library may want to print there.
"""

from __future__ import annotations

import functools
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterable
from typing import Any

import click

from flows import ending, progress
from flows.errors import (
    BUG,
    DONE,
    GreenzoneError,
    Terminated,
    UsageError,
    describe,
    frames,
)
from flows.foreign_text import guard_standard_error, in_json, one_line, several_lines
from flows.home.layout import Home
from flows.home.runs import new_run_id
from flows.masking import mask, remember_environment
from flows.running.session import GateBlocked, home_of
from flows.running.trouble import explained

Result = dict[str, Any]
Printer = Callable[[Result], object]


class Console:
    """Standard output, kept for results: whatever else is written to it goes to standard error."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json
        sys.stdout.flush()
        self._results = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="backslashreplace")
        # Child processes too: the file descriptor itself moves.
        os.dup2(2, 1)
        guard_standard_error()

    def show(self, result: Result, in_words: Printer) -> None:
        """Print a result: as JSON, or through `in_words`, which prints with `line`."""
        if self.as_json:
            text = json.dumps(result, ensure_ascii=False, default=str)
            self._results.write(in_json(text) + "\n")
        else:
            in_words(result)
        self._results.flush()

    def line(self, text: str) -> None:
        """Print one line of a result; foreign text in it does nothing to a terminal."""
        self._results.write(f"{one_line(text)}\n")

    def lines(self, texts: Iterable[str]) -> None:
        """Print the lines of a result."""
        for text in texts:
            self.line(text)


def command(name: str, group: click.Group) -> Callable[[Callable[..., Any]], click.Command]:
    """Make a function a command with `--home`, `--json` and `--debug`, and errors in one line.

    The function gets `home` and `console` first and may return an exit code.
    """

    def decorate(function: Callable[..., int | None]) -> click.Command:
        @functools.wraps(function)
        def run(home_path: str | None, as_json: bool, debug: bool, **options: Any) -> None:
            console = Console(as_json)
            progress.print_to_stderr()
            remember_environment()
            home = home_of(home_path)
            sys.exit(_guarded(function, home, console, debug, options))

        wrapped: Callable[..., Any] = run
        for option in reversed(_COMMON):
            wrapped = option(wrapped)
        made = click.command(name, help=function.__doc__)(wrapped)
        group.add_command(made)
        return made

    return decorate


_COMMON = [
    click.option(
        "--home",
        "home_path",
        metavar="DIR",
        help="The home folder. Default: $GREENZONE_HOME, else ./data.",
    ),
    click.option(
        "--json",
        "as_json",
        is_flag=True,
        help="Print one JSON object on standard output, everything else on standard error.",
    ),
    click.option("--debug", is_flag=True, help="Show what libraries log, and tracebacks."),
]


def _guarded(
    function: Callable[..., int | None],
    home: Home,
    console: Console,
    debug: bool,
    options: dict[str, Any],
) -> int:
    try:
        ending.watch()
        with ending.heard():
            _check_home(home)
            return function(home=home, console=console, debug=debug, **options) or DONE
    except GateBlocked as error:
        _complain(error, console, error.outcome)
        return error.exit_code
    except GreenzoneError as error:
        if debug:
            click.echo(mask(traceback.format_exc()), err=True)
        _complain(explained(error, home) or error, console, {})
        return error.exit_code
    except KeyboardInterrupt:
        return _interrupted(128 + signal.SIGINT)
    except Terminated as ended:
        return _interrupted(ended.exit_code)
    except Exception as error:
        if debug:
            click.echo(mask(traceback.format_exc()), err=True)
        unforeseen = explained(error, home) or GreenzoneError(
            f"Unforeseen failure: {describe(error)}.",
            f"The last publication stands. Where it came from: {_log(home, error)}.",
        )
        _complain(unforeseen, console, {})
        return BUG


def _interrupted(code: int) -> int:
    """Say that the run was ended; the exit code."""
    click.echo("Interrupted. The last publication stands; run the command again.", err=True)
    # Python remembers an interrupt that went through text that a library ran (`exec`), and ends a
    # program that was started with `-m` by SIGINT instead of its code. The next text clears that.
    exec("")  # noqa: S102
    return code


def _check_home(home: Home) -> None:
    if home.root.exists() and not home.root.is_dir():
        raise UsageError(
            f"{home.root} is a file, not a folder.", "Name a folder with --home or GREENZONE_HOME."
        )


def _complain(error: GreenzoneError, console: Console, outcome: Result) -> None:
    click.echo(mask(f"greenzone: {one_line(str(error))}"), err=True)
    if console.as_json:
        said = {"error": mask(error.message), "mend": mask(error.mend)}
        message = {**said, "exit_code": error.exit_code}
        console.show({**outcome, **message}, lambda _: None)


def _log(home: Home, error: Exception) -> str:
    path = home.logs / f"{new_run_id()}.log"
    try:
        home.logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_text(several_lines(frames(error)), encoding="utf-8")
    except OSError:
        return "run it again with --debug"
    return f"{path}, or run it again with --debug"
