"""Foreign text on a terminal, in JSON and in the cells of spreadsheets."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from xml.etree import ElementTree as ET

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.foreign_text import in_cell, in_cells, in_json, in_markup, one_line, several_lines
from flows.report.charts.rows import Bar, bars
from flows.report.charts.svg import Ids
from tests.injection.payloads import ALL

_PIECES = st.one_of(st.sampled_from(ALL), st.text("=+-@\t\r\n;|,\"' \u200b\u2028\uff1da1"))
FOREIGN = st.lists(_PIECES, max_size=4).map("".join)
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_FORMULA = re.compile(r'[\s\x00-\x1f\x7f"\u200b\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]')


@settings(max_examples=300, deadline=None)
@given(FOREIGN)
def test_a_cell_is_no_formula_wherever_a_spreadsheet_begins_cells(text: str) -> None:
    safe = in_cell(text)
    assert re.sub("'", "", safe) == re.sub("'", "", text)
    out = io.StringIO()
    csv.writer(out).writerow(["id", safe, "1"])
    for end in ("[;]", "[\t]", "[\r\n]", "[|]", "[\u2028\u2029\x85]", "[;|\t\r\n\x0b\x0c\x1c]"):
        assert not any(_FORMULA.match(piece) for piece in re.split(end, safe)), end
    assert pl.DataFrame({"a": [text]}).select(in_cells(pl.col("a")))["a"][0] == safe


def test_a_column_keeps_what_is_not_there() -> None:
    frame = pl.DataFrame({"a": [None, "=1"]}, schema={"a": pl.String})
    assert frame.select(in_cells(pl.col("a")))["a"].to_list() == [None, "'=1"]


@given(st.text())
def test_no_line_commands_a_terminal_or_begins_another(text: str) -> None:
    for payload in (text, *ALL):
        assert not _UNSEEN.search(one_line(payload)) and "\n" not in one_line(payload)
        assert not _UNSEEN.search(several_lines(payload))
        assert not _UNSEEN.search(in_markup(payload))
    plain = json.dumps({"a": text}, ensure_ascii=False)
    assert json.loads(in_json(plain)) == {"a": text}
    assert not _UNSEEN.search(in_json(plain))


@pytest.mark.parametrize("kind", ["print", "logging", "traceback", "warning"])
def test_whatever_writes_to_standard_error_is_made_harmless(kind: str) -> None:
    write = {
        "print": "print(text, file=sys.stderr)",
        "logging": "import logging; logging.error(text)",
        "traceback": "raise ValueError(text)",
        "warning": "import warnings; warnings.warn(text)",
    }[kind]
    code = (
        "import sys; from flows.foreign_text import guard_standard_error; guard_standard_error(); "
        f"text = 'a\\x1b[31m\\x9b\\u202eb \\udc80'; {write}"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    said = done.stderr.decode()
    assert r"a\x1b[31m\x9b\u202eb \udc80" in said
    assert not _UNSEEN.search(said)


def test_a_chart_is_drawn_of_any_label() -> None:
    labels = [*ALL, *(f'{text[:20]} class="owned" id="' for text in ALL)]
    drawn = bars(Ids(), "Title", [Bar(text, 1.0, text) for text in labels], "Caption")
    for picture in drawn.pictures:
        # What is no XML does not parse, and a label that ends its element adds another.
        root = ET.fromstring(picture.markup)
        names = {element.tag.rpartition("}")[2] for element in root.iter()}
        assert names <= {"svg", "title", "desc", "g", "path", "text", "line", "rect", "defs"}
        attributes = {name for element in root.iter() for name in element.attrib}
        assert not {name for name in attributes if name.startswith("on")} | attributes & {"href"}
