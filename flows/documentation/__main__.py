"""Keeps the pages under `docs/` that are written from the project itself.

`python -m flows.documentation --write` writes them; `--check` names what is stale, and exits with 1
when something is. What each section of the reports reads is watched apart, by
`python -m tests.documentation.sections`; `make docs` does both.
"""

import sys
from pathlib import Path

from flows.documentation.alerts import alerts_page
from flows.documentation.lineage import lineage_page
from flows.documentation.marts import mart_pages
from flows.documentation.rates import rates_page
from flows.documentation.report import report_page
from flows.documentation.runbooks import runbooks_page
from flows.generated import command
from flows.paths import MART_DOCS_DIR

FOLDERS = (MART_DOCS_DIR,)


def generated() -> dict[Path, str]:
    """Path and text of every page."""
    of_marts = mart_pages() | rates_page() | report_page() | lineage_page()
    return of_marts | alerts_page() | runbooks_page()


def main(arguments: list[str] | None = None) -> int:
    """The command; returns its exit code."""
    return command(
        "python -m flows.documentation",
        "The pages of marts, rates, reports, alerts and lineage, and the list of runbooks.",
        generated,
        FOLDERS,
        arguments,
    )


if __name__ == "__main__":
    sys.exit(main())
