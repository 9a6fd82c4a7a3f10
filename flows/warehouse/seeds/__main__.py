"""``python -m flows.warehouse.seeds --write | --check``: make the computed seeds, or compare."""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence

from flows.warehouse.seeds.calendars import business_calendar_csv
from flows.warehouse.seeds.files import SEEDS_DIR
from flows.warehouse.seeds.zip3 import zip3_centroids_csv

COMPUTED: Mapping[str, Callable[[], str]] = {
    "business_calendar.csv": business_calendar_csv,
    "zip3_centroids.csv": zip3_centroids_csv,
}


def stale_seeds() -> list[str]:
    """Names of the computed seeds whose file is missing or not what the script would write."""
    return [
        name
        for name, make in COMPUTED.items()
        if not (SEEDS_DIR / name).is_file()
        or (SEEDS_DIR / name).read_text(encoding="utf-8") != make()
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0 when all is current, 1 when ``--check`` found a stale seed."""
    parser = argparse.ArgumentParser(prog="python -m flows.warehouse.seeds", description=__doc__)
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("--write", action="store_true", help="write the computed seeds anew")
    mode.add_argument("--check", action="store_true", help="exit 1 if a computed seed is stale")
    if parser.parse_args(arguments).write:
        for name, make in COMPUTED.items():
            text = make()
            (SEEDS_DIR / name).write_text(text, encoding="utf-8", newline="\n")
            print(f"wrote {name}: {text.count(chr(10)) - 1} rows")
        return 0
    stale = stale_seeds()
    for name in stale:
        print(f"{name} is stale: run python -m flows.warehouse.seeds --write")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
