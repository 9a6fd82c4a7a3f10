"""The four rates: what each counts, and the lines of every market and policy version."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from flows.documentation.marts import NOTICE, mart_link
from flows.markdown import bullets, codes, page, table
from flows.paths import DOCS_DIR
from flows.report.vocabulary import METRICS, STATUSES
from flows.warehouse.policies import PolicyBook

_COMPARED = {"<=": "at most", ">=": "at least", "<": "below", ">": "above"}


def rates_page() -> dict[Path, str]:
    """Path and text of `docs/rates.md`."""
    book = PolicyBook.load()
    text = page(
        "# The four rates",
        NOTICE,
        "What the platform judges a shop by. Each is a row of "
        f"{mart_link('kpi_daily')} for every day since the first order, as it stood at that day's "
        "end, by the rules that were then in force. `greenzone policy` shows the rules of a day, "
        "[policies.md](policies.md) how they are kept.",
        "## How a rate is judged",
        bullets(
            (
                "**Window:** the week from Monday to the day, the last 7 days, or the last 30. "
                "`is_evaluated` marks the one that the market's platform looks at.",
                "**Basis:** `platform` counts orders as the platform does. Late dispatch also has "
                "`due`, the orders by their deadline, and `projected`, what the rate becomes when "
                "the open orders that are overdue ship late.",
                "**Headroom:** how many more defects fit before the target is broken; negative "
                "when it is.",
                "**Too few:** below the least volume a rate is shown and not judged.",
            )
        ),
        table(
            ("Status", "In the reports"),
            [(f"`{name}`", status.word) for name, status in STATUSES.items()],
        ),
        "A version is named after its market and the day from which it holds (`US-2020`: always; "
        "`TH-as-US`: the rules of the United States stand in).",
        *(block for metric in METRICS for block in _metric(book, metric)),
    )
    return {DOCS_DIR / "rates.md": text}


def _metric(book: PolicyBook, name: str) -> Iterable[str]:
    metric = METRICS[name]
    yield f"## {metric.label}"
    yield metric.definition
    versions: dict[tuple[str, ...], list[str]] = {}
    for market in book.markets:
        for version in book.history(market):
            for line in book.rules(version["policy_version"], "policy_lines"):
                if line["metric"] == name:
                    versions.setdefault(_line(line), []).append(version["policy_version"])
    rows = [(codes(names), *line) for line, names in versions.items()]
    yield table(("Versions", "Target", "Enforced", "Warned of", "Least volume", "Source"), rows)


def _line(line: dict[str, Any]) -> tuple[str, ...]:
    source = line["source"] or ""
    return (
        _value(line["target"], line["target_comparison"]),
        _value(line["enforcement"], line["enforcement_comparison"]),
        _value(line["approaching"], ""),
        str(line["min_denominator"]),
        source if not line["is_assumed"] or "ssumed" in source else f"{source} Assumed.",
    )


def _value(value: Any, comparison: str | None) -> str:
    if value is None:
        return "–"
    percent = f"{float(value) * 100:.4f}".rstrip("0").rstrip(".")
    return f"{_COMPARED.get(comparison or '', '')} {percent}%".strip()
