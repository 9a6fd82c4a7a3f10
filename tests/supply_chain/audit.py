"""Known vulnerabilities of what is locked: `make audit`.

pip-audit asks the package index for the advisories of each locked version. An index that serves
packages and no advisories (most mirrors do) answers that it does not know the package, which
pip-audit counts as no vulnerability; so one package is asked for first, and where nothing is known
of it the audit says that it has not been made. It lives in an environment of its own: what is
installed in the project's is what is locked.

Exit codes: 0 nothing known, or nothing could be asked; 1 a locked version has an advisory.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from flows.paths import PROJECT_ROOT
from tests.supply_chain.locked import LOCK

TOOL = "pip-audit>=2.10,<3"
PLACE = PROJECT_ROOT / ".venv" / "audit"
PROBE = "requests"

Audit = Callable[[Path], "list[dict[str, Any]] | None"]
"""The packages of a requirements file with what is known of each; None where nothing answered."""


def main(audit: Audit | None = None) -> int:
    """Audit the lock file and say what came of it; the exit code."""
    ask = audit or _tool()
    if ask is None:
        return _not_made("the tool that makes it could not be installed")
    with tempfile.TemporaryDirectory() as folder:
        probe = Path(folder) / "probe.txt"
        lines = LOCK.read_text(encoding="utf-8").splitlines()
        probe.write_text(
            next(line for line in lines if line.startswith(f"{PROBE}==")).split(" ")[0] + "\n"
        )
        first = ask(probe)
        if not first or "skip_reason" in first[0]:
            return _not_made("the package index that is reachable serves no advisories")
        found = ask(LOCK)
    if found is None:
        return _not_made("the package index stopped answering")
    return _report(found)


def _report(found: Sequence[dict[str, Any]]) -> int:
    unknown = [item["name"] for item in found if "skip_reason" in item]
    bad = [item for item in found if item.get("vulns")]
    for item in bad:
        for known in item["vulns"]:
            mended = ", ".join(known.get("fix_versions", [])) or "no version yet"
            print(f"{item['name']} {item['version']}: {known['id']}, mended in {mended}")
    print(
        f"audit: {len(bad)} of {len(found) - len(unknown)} locked packages have known "
        f"vulnerabilities; nothing is known of {len(unknown)}"
        + (f" ({', '.join(unknown)})" if unknown else "")
    )
    return 1 if bad else 0


def _not_made(why: str) -> int:
    print(f"audit: NOT MADE, {why}. Run `make audit` where the public index can be reached.")
    return 0


def _tool() -> Audit | None:
    """pip-audit, installed on first use."""
    program = PLACE / "bin" / "pip-audit"
    if not program.exists():
        commands = (
            [sys.executable, "-m", "venv", str(PLACE)],
            [str(PLACE / "bin" / "python"), "-m", "pip", "install", "--quiet", TOOL],
        )
        for command in commands:
            if subprocess.run(command, check=False, capture_output=True).returncode != 0:
                return None

    def audit(requirements: Path) -> list[dict[str, Any]] | None:
        arguments = ["--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off"]
        done = subprocess.run(
            [str(program), "--requirement", str(requirements), *arguments],
            check=False,
            capture_output=True,
            text=True,
        )
        try:
            found = json.loads(done.stdout)["dependencies"]
        except (ValueError, KeyError, TypeError):
            return None
        return list(found)

    return audit


if __name__ == "__main__":
    sys.exit(main())
