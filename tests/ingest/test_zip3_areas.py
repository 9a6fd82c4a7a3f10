"""Columns of three-digit ZIP areas, and columns of ZIP codes."""

from __future__ import annotations

import polars as pl
import pytest

from flows.ingest import words


@pytest.mark.parametrize(
    ("text", "area", "of_a_zip"),
    [
        ("070", "070", "000"),
        ("70", "070", None),
        ("7", "007", None),
        ("900", "900", "009"),
        ("7030", "070", "070"),
        ("07030", "070", "070"),
        ("07030-1234", "070", "070"),
        ("ab", None, None),
    ],
)
def test_three_digits_are_the_area_itself(
    text: str, area: str | None, of_a_zip: str | None
) -> None:
    cells = pl.DataFrame({"zip": [text]})
    found = cells.select(
        words.zip3("zip", None, "US", is_area=True).alias("area"),
        words.zip3("zip", None, "US").alias("of_a_zip"),
    )
    assert found.row(0) == (area, of_a_zip)
