"""The pages that are written from the project say what it says today."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from flows.alerts.rules import load_rules
from flows.documentation.__main__ import FOLDERS, generated, main
from flows.documentation.models import feeds_of, load_marts
from flows.documentation.sections import load_sections
from flows.generated import stale
from flows.markdown import table
from flows.paths import DOCS_DIR, MART_DOCS_DIR
from tests.documentation.sections import generated as watched


def test_what_sections_read_is_what_was_seen() -> None:
    assert stale(watched(), ()) == [], "run `make docs`"


@pytest.fixture(scope="module", name="written")
def _written() -> dict[Path, str]:
    return generated()


def test_no_page_is_stale(written: dict[Path, str]) -> None:
    assert stale(written, FOLDERS) == [], "run `make docs`"


def test_check_passes() -> None:
    assert main(["--check"]) == 0


def test_every_mart_has_its_part(written: dict[Path, str]) -> None:
    for mart in load_marts():
        text = written[MART_DOCS_DIR / f"{mart.subject}.md"]
        assert f"\n## {mart.name}\n" in text and mart.grain in text and mart.owner in text
        assert all(f"`{column.name}`" in text for column in mart.columns)
        assert f"({mart.subject}.md#{mart.name})" in written[MART_DOCS_DIR / "index.md"]
        assert f"#{mart.name})" in written[DOCS_DIR / "lineage.md"]


def test_every_section_reads_marts_that_are_there() -> None:
    marts = {mart.name for mart in load_marts()}
    for section in load_sections():
        assert set(section.marts) <= marts, section
        assert section.marts, f"{section.report}: {section.title} reads nothing"


def test_every_rule_has_its_part(written: dict[Path, str]) -> None:
    text = written[DOCS_DIR / "alerts.md"]
    for rule in load_rules():
        assert f"\n## {rule.name}\n" in text and rule.owner in text and rule.about in text


def test_feeds_are_found_through_macros_and_models() -> None:
    assert "seller_center/settlements" in feeds_of("settlement_orders")
    assert "reference/zone_chart" in feeds_of("zone_coverage")
    assert "seller_center/returns" not in feeds_of("packages")


def test_diagrams_are_small_and_whole(written: dict[Path, str]) -> None:
    text = written[DOCS_DIR / "lineage.md"]
    diagrams = re.findall(r"```mermaid\n(.*?)\n```", text, re.DOTALL)
    assert len(diagrams) > 10
    for diagram in diagrams:
        head, *lines = diagram.splitlines()
        assert head == "flowchart LR"
        named = {found[1] for line in lines if (found := re.fullmatch(r"  (n\d+)\W.*\"\W+", line))}
        edges = [re.fullmatch(r"  (n\d+) --> (n\d+)", line) for line in lines if "-->" in line]
        assert edges and all(edge and {edge[1], edge[2]} <= named for edge in edges)
        assert len(edges) <= 90, "too large to be read"


def test_a_cell_cannot_break_its_table() -> None:
    assert table(("a",), [("x | y\nz",)]).splitlines()[-1] == "| x \\| y z |"
