"""What each section of the reports reads, as `sections.yaml` has it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

SECTIONS_FILE = Path(__file__).with_name("sections.yaml")

FIRST_SCREEN = "first-screen"
"""The anchor of what stands above all sections: verdict, rates, what is next, what to do."""

WORKLISTS = "worklists"
"""The anchor that stands for all CSV files beside a report."""

REPORTS = {"daily": "Daily report", "weekly": "Weekly review"}


@dataclass(frozen=True)
class ReportSection:
    """A section of a report: its question, the marts it reads and the files it leads to."""

    report: str
    anchor: str
    question: str
    marts: tuple[str, ...]
    files: tuple[str, ...]

    @property
    def title(self) -> str:
        """Its question, or what it is called."""
        return self.question or ("Worklists" if self.anchor == WORKLISTS else "First screen")


@cache
def load_sections() -> tuple[ReportSection, ...]:
    """Every section, the daily report's first, in the order of the pages."""
    data = yaml.safe_load(SECTIONS_FILE.read_text(encoding="utf-8"))
    return tuple(
        ReportSection(
            report,
            anchor,
            item["question"],
            tuple(item["marts"]),
            tuple(item["files"]),
        )
        for report, by_anchor in data.items()
        for anchor, item in by_anchor.items()
    )
