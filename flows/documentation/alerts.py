"""The page of the alert rules, from the rules themselves."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from flows.alerts.rules import LEVEL_WORDS, Rule, load_book
from flows.documentation.marts import NOTICE, mart_link
from flows.documentation.sections import load_sections
from flows.markdown import bullets, codes, page, table
from flows.paths import DOCS_DIR

_FOUND = {
    "run.failed_checks": "the checks of the gates that failed in the run",
    "run.files": "the files that the run saw",
}
"""What the run itself found, which is no mart."""


def alerts_page() -> dict[Path, str]:
    """Path and text of `docs/alerts.md`."""
    book = load_book()
    text = page(
        "# Alert rules",
        NOTICE,
        "One message a rule and shop, as a file `alerts/<day>/<rule>.<shop>.json` and, with a "
        "webhook, in Slack. A message says what, how bad, since when, which orders, what to do "
        "now and who owns it. [What to do about each](runbooks/alerts.md) · "
        "[how messages are sent](operations.md#messages-to-slack)",
        "A rule is data: the rows of one mart that it is about, its severity, its owner and its "
        "sentences. The rules lie in `flows/alerts/rules.yaml`, whose head explains each field; a "
        "file `alert_rules.yaml` in the home folder adds rules and changes these.",
        table(
            ("Rule", "How urgent", "Owner", "Channel"),
            [
                (
                    f"[`{rule.name}`](#{rule.name})",
                    " or ".join(LEVEL_WORDS[level] for level, _ in rule.levels),
                    rule.owner,
                    f"`{rule.channel}`" if rule.channel else "the general one",
                )
                for rule in book.rules
            ],
        ),
        "An alert gets worse when its status does, or when its count passes one of "
        f"{_counts(book.worse_at)}.",
        *(block for rule in book.rules for block in _blocks(rule)),
    )
    return {DOCS_DIR / "alerts.md": text}


def _counts(counts: Iterable[int]) -> str:
    return ", ".join(f"{count:,}" for count in counts)


def _blocks(rule: Rule) -> Iterable[str]:
    yield f"## {rule.name}"
    yield rule.about
    yield bullets(_facts(rule))
    yield "Which rows fire:"
    yield f"```sql\n{rule.where.strip()}\n```"


def _facts(rule: Rule) -> Iterable[str]:
    yield f"**About:** {_FOUND.get(rule.mart) or mart_link(rule.mart)}"
    yield f"**How urgent:** {_levels(rule)}"
    yield f"**Owner:** {rule.owner}"
    yield f"**Do:** {rule.act[:1].upper()}{rule.act[1:]}"
    if rule.runbook:
        yield f"**Runbook:** [{rule.runbook}](runbooks/alerts.md#{rule.runbook})"
    places = [f"list `{rule.worklist}`"] if rule.worklist else []
    places += [f"section {_question(rule.section)}"] if rule.section else []
    if places:
        yield f"**In the report:** {', '.join(places)}"
    if rule.at_least > 1:
        yield f"**Fires from:** {rule.at_least} {rule.unit[1]}"
    if rule.parameters:
        told = ", ".join(f"`{name}` = {value}" for name, value in rule.parameters.items())
        yield f"**Parameters:** {told}"
    if rule.worse_at:
        yield f"**Worse at:** {_counts(rule.worse_at)}"
    days = rule.remind_after_days
    yield f"**Said again:** after {days} day{'s' if days > 1 else ''}, if it is open and no worse"
    if rule.quiet_hours:
        yield f"**Quiet:** {rule.quiet_hours} on the shop's clock, unless it is *Act now*"
    if rule.silenced_by:
        yield f"**Not judged while stale:** {codes(rule.silenced_by)}"
    yield f"**Over:** {rule.resolved or 'it tells an event, which has no end'}"


def _levels(rule: Rule) -> str:
    if len(rule.levels) == 1:
        return LEVEL_WORDS[rule.levels[0][0]]
    told = [
        LEVEL_WORDS[level] + ("" if sql == "true" else f" where `{' '.join(sql.split())}`")
        for level, sql in rule.levels
    ]
    return ", else ".join(told)


def _question(anchor: str) -> str:
    """The question of a section of the daily report, with its anchor."""
    for section in load_sections():
        if section.report == "daily" and section.anchor == anchor:
            return f"“{section.title}” (`#{anchor}`)"
    return f"`#{anchor}`"
