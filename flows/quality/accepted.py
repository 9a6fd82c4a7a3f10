"""Failed checks that a person published over, and when such a word no longer holds.

An acceptance is of one shop and expectation, and of the data that were judged: other files, other
code or more failures than were seen are judged anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from flows.home.interventions import Intervention
from flows.quality.model import Accepted, ExpectationResult, GateResult, ShopFinding

Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What was accepted: `failures` of an expectation, at data of this fingerprint."""

    fingerprint: str
    failures: float
    accepted: Accepted


def acceptances(interventions: Iterable[Intervention]) -> dict[Key, list[Acceptance]]:
    """By shop, gate, table and expectation what people accepted of it, the newest last."""
    found: dict[Key, list[Acceptance]] = {}
    for item in interventions:
        if item.action != "accept":
            continue
        accepted = Accepted(item.by, item.at, item.reason)
        for check in item.details["expectations"]:
            key = (item.shop_id, item.details["gate"], check["table"], check["name"])
            made = Acceptance(item.details["fingerprint"], check["failures"], accepted)
            found.setdefault(key, []).append(made)
    return found


def with_accepted(
    result: GateResult, known: Mapping[Key, list[Acceptance]], fingerprints: Mapping[str, str]
) -> GateResult:
    """A gate's result with what people accepted marked; what was not judged is never accepted.

    fingerprints: by shop that of the data that the gate judged.
    """
    if not known:
        return result
    return replace(
        result, results=tuple(_marked(item, known, fingerprints) for item in result.results)
    )


def _marked(
    result: ExpectationResult,
    known: Mapping[Key, list[Acceptance]],
    fingerprints: Mapping[str, str],
) -> ExpectationResult:
    if result.severity != "critical" or result.is_errored or not result.findings:
        return result
    findings = []
    for found in result.findings:
        key = (found.shop_id, result.gate, result.table, result.name)
        findings.append(_judged(found, known.get(key, []), fingerprints.get(found.shop_id)))
    return replace(result, findings=tuple(findings))


def _judged(found: ShopFinding, given: list[Acceptance], fingerprint: str | None) -> ShopFinding:
    for one in reversed(given):
        if one.fingerprint == fingerprint and found.failures <= one.failures:
            return replace(found, accepted=one.accepted)
    if not given:
        return found
    last = given[-1].accepted
    same = any(one.fingerprint == fingerprint for one in given)
    why = "more fails now" if same else "files or code changed since"
    # Text of people stays out: `observed` is made of counts and dates.
    lapsed = f"what was accepted on {last.at[:10]} holds no more: {why}"
    return replace(found, observed=f"{found.observed}; {lapsed}")
