"""Time the real daily run against the floor: `python -m tests.bench [--orders N …]`.

For each size: a made-up year of one shop, the floor (one DuckDB process), the daily run from
nothing, and the daily run with one new day on top. Each runs in a process of its own; memory is
the largest resident set of that process. Seconds before the first stage and after the last are
start-up.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CALENDAR = ROOT / "dbt_project" / "seeds" / "business_calendar.csv"
LAST_DAY = date(2026, 5, 31)
DAYS = 365


def run(command: list[str], **environment: str) -> tuple[float, float, str]:
    """Run a command to its end.

    Returns:
        Wall seconds, peak resident memory in GB, and what it wrote on standard output.

    Raises:
        SystemExit: the command failed; its last lines are shown.
    """
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=output, stderr=errors, cwd=ROOT, env={**os.environ, **environment}
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        if process.returncode:
            raise SystemExit(f"{' '.join(command)} failed:\n{errors.read()[-3000:]}")
        return wall, usage.ru_maxrss / 1024**2, output.read()


SIMULATE = """
import sys
from datetime import date
from pathlib import Path
from flows.simulate import simulate
out, first, last, per_day = sys.argv[1:]
simulate(Path(out), "bench", date.fromisoformat(first), date.fromisoformat(last), int(per_day), 1,
         ("calm",), truth=False, settlements=False)
"""


def simulate(out: Path, first: date, last: date, orders_per_day: int) -> Path:
    """Write a made-up shop's exports, without their truth; its landing folder."""
    run([sys.executable, "-c", SIMULATE, str(out), str(first), str(last), str(orders_per_day)])
    return out / "landing"


def unpacked(landing: Path, out: Path) -> Path:
    """The landing folder with zip members as files: DuckDB reads gzip but no zip."""
    shutil.copytree(landing, out, copy_function=os.link)
    for archive in out.rglob("*.zip"):
        with zipfile.ZipFile(archive) as members:
            members.extractall(archive.parent)
        archive.unlink()
    return out


def daily(home: Path, day: date) -> tuple[float, float, str]:
    """One daily run from outside: wall seconds, peak GB, and seconds and peak GB by stage."""
    where = ["--home", str(home), "--date", day.isoformat()]
    wall, memory, text = run([sys.executable, "-m", "flows", "daily", *where, "--json"])
    result: dict[str, Any] = json.loads(text)
    record = json.loads((home / "runs" / f"{result['run_id']}.json").read_text())
    peaks = record["peak_memory_mb"]
    stages = (
        f"{stage} {seconds:.1f} s to {peaks[stage] / 1024:.2f} GB"
        for stage, seconds in record["timings"].items()
    )
    return wall, memory, ", ".join(stages)


def start_up(work: Path) -> float:
    """Wall seconds of a daily run that has next to nothing to do."""
    home = work / "home"
    home.mkdir()
    simulate(work / "day", LAST_DAY, LAST_DAY, 10).rename(home / "landing")
    wall, _, _ = daily(home, LAST_DAY)
    return wall


def bench(orders: int, work: Path, fixed: float) -> None:
    """Measure one size and print its lines; `fixed`: the seconds of start-up."""
    first_day = LAST_DAY - timedelta(days=DAYS - 1)
    per_day = max(1, orders // DAYS)
    landing = simulate(work / "year", first_day, LAST_DAY, per_day)
    size = sum(path.stat().st_size for path in landing.rglob("*") if path.is_file())
    print(f"\n{orders:,} orders, {size / 1e9:.2f} GB as dropped", flush=True)

    plain = unpacked(landing, work / "plain")
    folders = [str(plain), str(work / "parquet"), str(CALENDAR)]
    floor_wall, floor_memory, text = run([sys.executable, "-m", "tests.bench.floor", *folders])
    floor = json.loads(text)
    floor_s = floor["ingest_s"] + floor["rates_s"]
    print(
        f"  floor          {floor_s:7.1f} s  {floor_memory:5.2f} GB   "
        f"ingest {floor['ingest_s']:.1f}, rates {floor['rates_s']:.1f}, process {floor_wall:.1f}",
        flush=True,
    )

    home = work / "home"
    home.mkdir()
    landing.rename(home / "landing")
    for title, day in (("from nothing", LAST_DAY), ("one new day", LAST_DAY + timedelta(days=1))):
        if day > LAST_DAY:
            added = simulate(work / "day", day, day, per_day) / "bench"
            shutil.rmtree(added / "reference")
            shutil.copytree(added, home / "landing" / "bench" / day.isoformat())
        wall, memory, stages = daily(home, day)
        worked = wall - fixed
        print(
            f"  {title:13}  {worked:7.1f} s  {memory:5.2f} GB   {worked / floor_s:.2f} x floor; "
            f"{wall:.1f} with start-up: {stages}",
            flush=True,
        )


def main() -> None:
    """Bench each size asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument(
        "--work", type=Path, help="a folder with 12 GB free; default: a temporary one"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.work) as work:
        fixed = start_up(Path(work))
    print(f"start-up         {fixed:7.1f} s", flush=True)
    for orders in arguments.orders:
        with tempfile.TemporaryDirectory(dir=arguments.work) as work:
            bench(orders, Path(work), fixed)


if __name__ == "__main__":
    main()
