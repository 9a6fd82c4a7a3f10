"""systemd units of the user, with the paths of this machine filled in: `make units`.

Two sets, of which one is enabled: a Prefect server with its worker, or timers that run the commands
without one. They are printed, or written into a folder.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from flows.errors import GreenzoneError, UsageError
from flows.home.files import write_bytes
from flows.home.layout import Home
from flows.orchestration.services import DEFAULT_TIMEZONE, prefect_port
from flows.paths import PROJECT_ROOT
from flows.running.session import home_of

_TEMPLATES = Path(__file__).with_name("systemd")
_FIELD = re.compile(r"@([a-z]+)@")
_RUNS = {
    "daily": ("daily", "*-*-* 03:15:00", True, ""),
    "weekly": ("weekly", "Mon *-*-* 04:15:00", True, "greenzone-daily.service"),
    "pulse": ("pulse --alert", "*-*-* *:45:00", False, ""),
}
"""Command → its arguments, when it runs, whether one that was missed is made up for, after what."""


def units(home: Home, environment: Mapping[str, str]) -> dict[str, str]:
    """The units by file name.

    Raises `UsageError` for a time zone or port of the environment that is none, and for a path
    with a line break, which no unit can hold.
    """
    zone = environment.get("GREENZONE_TIMEZONE") or DEFAULT_TIMEZONE
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise UsageError(
            f"GREENZONE_TIMEZONE is {zone!r}, no time zone.", "Name one such as Europe/London."
        ) from None
    settings = Path(environment.get("XDG_CONFIG_HOME") or "~/.config").expanduser()
    fields = {
        "project": str(PROJECT_ROOT),
        "home": str(home.root),
        "python": sys.executable,
        "settings": str(settings / "greenzone" / "environment"),
        "port": str(prefect_port()),
        "timezone": zone,
    }
    made = {
        name: _filled(name, fields)
        for name in ("greenzone-server.service", "greenzone-worker.service")
    }
    for command, (arguments, calendar, is_made_up, after) in _RUNS.items():
        more = {"command": command, "arguments": arguments, "calendar": calendar, "after": after}
        more["persistent"] = "true" if is_made_up else "false"
        more["skipped"] = "" if is_made_up else "4"
        more["restart"] = "on-failure" if is_made_up else "no"
        for kind in ("service", "timer"):
            made[f"greenzone-{command}.{kind}"] = _filled(f"greenzone-run.{kind}", fields | more)
    return made


def _filled(name: str, fields: Mapping[str, str]) -> str:
    template = (_TEMPLATES / name).read_text(encoding="utf-8")
    unquoted = ("calendar", "arguments", "settings", "project")

    def value(found: re.Match[str]) -> str:
        text = fields[found[1]]
        if not text.isprintable():
            raise UsageError(
                f"A unit cannot hold the path {text!r}.", "Choose one without control characters."
            )
        text = text.replace("%", "%%")
        if found[1] in unquoted:
            return text
        text = text.replace("\\", "\\\\").replace('"', '\\"')
        # In a command a dollar names a variable.
        return text.replace("$", "$$") if found[1] == "python" else text

    return _FIELD.sub(value, template)


def main() -> None:
    """`python -m flows.orchestration.units [--out DIR]`."""
    parser = argparse.ArgumentParser(
        prog="python -m flows.orchestration.units", description=__doc__
    )
    parser.add_argument("--home", help="the home folder (default: $GREENZONE_HOME, else ./data)")
    parser.add_argument("--out", help="write them there, as ~/.config/systemd/user; else print")
    options = parser.parse_args()
    try:
        made = units(home_of(options.home), os.environ)
        if options.out is None:
            print("\n".join(f"# --- {name}\n{text}" for name, text in made.items()))
            return
        folder = Path(options.out).expanduser()
        for name, text in made.items():
            write_bytes(folder / name, text.encode())
    except GreenzoneError as error:
        print(f"greenzone: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    print(f"Wrote {len(made)} units to {folder}. Then, with a Prefect server and its schedules:")
    print("  systemctl --user daemon-reload")
    print("  systemctl --user enable --now greenzone-server.service greenzone-worker.service")
    print("or without a server:")
    print("  systemctl --user enable --now greenzone-daily.timer greenzone-weekly.timer")
    print("  systemctl --user enable --now greenzone-pulse.timer")
    print("They run after a restart, without anybody logged in, with `loginctl enable-linger`.")


if __name__ == "__main__":
    main()
