"""A demo shop for an empty landing folder: `python -m flows.commands.demo`, for `make daily`."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from datetime import UTC, datetime, timedelta

from flows.calendar import newest_ended_day
from flows.errors import GreenzoneError
from flows.home.layout import Home
from flows.running.session import home_of

SHOP = "demo"
ZONE = "America/Los_Angeles"
DAYS = 120
ORDERS_PER_DAY = 60
SEED = 7


def fill_landing(home: Home) -> bool:
    """Simulate a demo shop that ends yesterday, if landing holds nothing; whether it did.

    The files appear in landing at once: an interrupted demo leaves nothing behind there.
    """
    if home.ledger.exists() or (home.landing.is_dir() and any(home.landing.iterdir())):
        return False
    from flows.simulate import simulate

    last = newest_ended_day([ZONE], datetime.now(UTC))
    made = home.root / ".demo"
    shutil.rmtree(made, ignore_errors=True)
    simulate(made, SHOP, last - timedelta(days=DAYS - 1), last, ORDERS_PER_DAY, SEED)
    home.create()
    os.replace(made / "landing" / SHOP, home.landing / SHOP)
    shutil.rmtree(made)
    return True


def main() -> None:
    """Fill an empty landing folder and say so."""
    parser = argparse.ArgumentParser(prog="python -m flows.commands.demo", description=__doc__)
    parser.add_argument("--home", help="the home folder (default: $GREENZONE_HOME, else ./data)")
    home = home_of(parser.parse_args().home)
    try:
        if fill_landing(home):
            print(
                f"{home.landing} was empty: it now holds a made-up shop, {SHOP!r}. "
                "Remove the home folder when you bring your own exports.",
                file=sys.stderr,
            )
    except GreenzoneError as error:
        print(f"greenzone: {error}", file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
