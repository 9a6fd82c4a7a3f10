"""What alerts link is there: the worklists of the report and the sections of its page."""

from __future__ import annotations

from flows.alerts import load_rules
from tests.report.conftest import Rendered


def test_worklists_and_sections_that_rules_name_are_in_the_report(demo: Rendered) -> None:
    page = demo.html()
    for rule in load_rules():
        assert rule.worklist is None or (demo.folder / rule.worklist).exists(), rule.name
        assert rule.section is None or f'id="{rule.section}"' in page, rule.name
