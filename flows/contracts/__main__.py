"""Keeps what is derived from the contracts: feed pages and dbt's sources.

`python -m flows.contracts --write` writes it; `--check` names what is stale, and exits with 1 when
something is.
"""

import sys
from pathlib import Path

from flows.contracts.dbt_sources import sources
from flows.contracts.pages import feed_pages
from flows.generated import command
from flows.paths import FEED_DOCS_DIR

FOLDERS = (FEED_DOCS_DIR,)


def generated() -> dict[Path, str]:
    """Path and text of every file that is derived from the contracts."""
    return feed_pages() | sources()


def main(arguments: list[str] | None = None) -> int:
    """The command; returns its exit code."""
    return command(
        "python -m flows.contracts",
        "Feed pages and dbt's sources, derived from the contracts.",
        generated,
        FOLDERS,
        arguments,
    )


if __name__ == "__main__":
    sys.exit(main())
