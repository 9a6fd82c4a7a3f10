"""The page of the alert rules, from the rules themselves."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from flows.alerts.rules import LEVEL_WORDS, Rule, load_book
from flows.documentation.marts import NOTICE
from flows.markdown import bullets, codes, page, table
from flows.paths import DOCS_DIR


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
        table(
            ("Rule", "How urgent", "Owner", "Channel", "List"),
            [
                (
                    f"[`{rule.name}`](#{rule.name})",
                    LEVEL_WORDS[rule.severity],
                    rule.owner,
                    f"`{rule.channel}`" if rule.channel else "the general one",
                    f"`{rule.worklist}`" if rule.worklist else "–",
                )
                for rule in book.rules
            ],
        ),
        "An alert gets worse when its status does, or when its count passes one of "
        f"{codes(f'{count:,}' for count in book.worse_at)}.",
        *(block for rule in book.rules for block in _blocks(rule)),
    )
    return {DOCS_DIR / "alerts.md": text}


def _blocks(rule: Rule) -> Iterable[str]:
    yield f"## {rule.name}"
    yield bullets(_facts(rule))


def _facts(rule: Rule) -> Iterable[str]:
    yield f"**Do:** {rule.act[:1].upper()}{rule.act[1:]}"
    yield f"**Runbook:** [{rule.runbook}](runbooks/alerts.md#{rule.runbook})"
    days = rule.remind_after_days
    yield f"**Said again:** after {days} day{'s' if days > 1 else ''}, if it is open and no worse"
    if rule.quiet_hours:
        yield f"**Quiet:** {rule.quiet_hours} on the shop's clock"
    if rule.silenced_by:
        yield f"**Silent without:** {codes(rule.silenced_by)}"
    yield f"**Over:** {rule.resolved}" if rule.resolved else "**Over:** it tells an event"
