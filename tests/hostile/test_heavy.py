"""Files that are made to take memory or time, each in a process of its own that is measured."""

from __future__ import annotations

import gzip
import json

import pytest

from flows.home import Home
from tests.hostile import workbooks
from tests.hostile.archives import zipped
from tests.hostile.case import Case
from tests.hostile.documents import RECORD
from tests.hostile.landing import fill, read, shop_of
from tests.hostile.test_corpus import check_case
from tests.hostile.texts import CLEAN, HEAD, LINES, changed, text
from tests.ingest.builders import US_HEADER, order, table

pytestmark = [pytest.mark.end_to_end, pytest.mark.slow]

# Of the process, whatever the file: the readers of workbooks are bounded apart.
MAX_MB, MAX_READERS_MB, MAX_CPU_SECONDS = 1_500, 4_200, 90
_WIDE = [*US_HEADER, *(f"column {number}" for number in range(10_000))]

CASES = (
    Case(
        "a cell of 10 MB",
        text(changed(product_name="x" * (10 << 20))),
        accepted=2,
        rows=((3, "longer than any cell"),),
    ),
    Case("10,000 columns more", text(table([order(1), order(2)], _WIDE)), accepted=2),
    Case(
        "10,000 columns of which none is known", text(",".join(_WIDE[-10_000:]) + "\n1\n"), "no con"
    ),
    Case("a million blank lines", text(CLEAN + "\n" * 10**6), accepted=3, skipped=10**6),
    Case("a quote and a million lines", text(HEAD + '"' + LINES[0] + "x\n" * 10**6), "pairs"),
    Case("a quote and 100 MB", text(HEAD + '"' + "x" * (100 << 20)), "pairs"),
    Case("100 MB in one line", text("x" * (100 << 20)), "no contract"),
    Case(
        "carriage returns and 50 MB",
        text(CLEAN.replace("\n", "\r") + "\r" * (1 << 20)),
        accepted=3,
        skipped=1 << 20,
    ),
    Case(
        "a million lists", text("[" + ",".join(["[]"] * 10**6) + "]"), "no contract", file="a.json"
    ),
    Case("200,000 events", text(json.dumps([RECORD] * 200_000)), accepted=200_000, file="a.json"),
    Case(
        "a key of its own in every record",
        text(json.dumps([{**RECORD, f"k{number}": 1} for number in range(20_000)])),
        accepted=20_000,
        file="a.json",
    ),
    Case(
        "a gzip of 200 MB of text",
        lambda: gzip.compress(b"a,b\n" * (50 << 20)),
        "expands",
        file="a.csv.gz",
    ),
    Case(
        "300 members that expand",
        lambda: zipped(*((f"{number}.csv", b"0" * (4 << 20)) for number in range(300))),
        "expands",
        file="a.zip",
    ),
    *workbooks.HEAVY,
)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_heavy_file(home: Home, case: Case) -> None:
    fill(home, [case])
    found = read(home)
    check_case(found, case, shop_of(0))
    assert found.took["peak_mb"] < MAX_MB
    assert found.took["readers_mb"] < MAX_READERS_MB
    assert found.took["cpu_seconds"] < MAX_CPU_SECONDS
