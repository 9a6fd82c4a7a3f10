"""Failed checks that a person published over, and when such a word no longer holds.

An acceptance is of one shop and expectation, and of what was judged: the data, the as-of days, and
whether it was to be published. Other files, other code, other days, or other failures than were
seen are judged anew. A person may take it back, and a roll-back ends what the publication that it
leaves rests on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from flows.home.interventions import Intervention, ended, numbered
from flows.quality.model import Accepted, ExpectationResult, GateResult, ShopFinding

Key = tuple[str, str, str, str]

_LAPSED = "; what was accepted on "


@dataclass(frozen=True, slots=True)
class Judged:
    """What a gate judges.

    `kind`: as `kind_of` says. `days`: as-of days that were asked for, ISO 8601. `policy`: the
    policy version of a what-if. `fingerprints`: by shop that of the data.
    """

    kind: str
    days: frozenset[str]
    policy: str | None
    fingerprints: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What was accepted: `failures` of an expectation, in words `observed`, of what was judged.

    `ended_on`: the day on which it was taken back, None while it holds.
    """

    kind: str
    days: frozenset[str]
    policy: str | None
    fingerprint: str
    failures: float
    observed: str
    accepted: Accepted
    ended_on: str | None

    def is_of(self, judged: Judged) -> bool:
        """Whether it was given to the same kind of run, under the same policy."""
        return (self.kind, self.policy) == (judged.kind, judged.policy)


def kind_of(command: str, policy: str | None) -> str:
    """What a run makes: a `what-if`, a `snapshot`, or a `publication`."""
    if policy is not None:
        return "what-if"
    return "snapshot" if command == "snapshot" else "publication"


def first_words(observed: str) -> str:
    """What a check found, without what was said of an acceptance that no longer holds."""
    return observed.partition(_LAPSED)[0]


def acceptances(interventions: Iterable[Intervention]) -> dict[Key, list[Acceptance]]:
    """By shop, gate, table and expectation what people accepted of it, the newest last."""
    known = tuple(interventions)
    over = ended(known)
    found: dict[Key, list[Acceptance]] = {}
    for number, item in numbered(known):
        if item.action != "accept":
            continue
        details = item.details
        for check in details["expectations"]:
            key = (item.shop_id, details["gate"], check["table"], check["name"])
            made = Acceptance(
                details["kind"],
                frozenset(details["days"]),
                details["policy"],
                details["fingerprint"],
                check["failures"],
                check["observed"],
                Accepted(item.by, item.at, item.reason),
                over[number].at[:10] if number in over else None,
            )
            found.setdefault(key, []).append(made)
    return found


def with_accepted(
    result: GateResult, known: Mapping[Key, list[Acceptance]], judged: Judged
) -> GateResult:
    """A gate's result with what people accepted marked; what was not judged is never accepted."""
    if not known:
        return result
    return replace(result, results=tuple(_marked(item, known, judged) for item in result.results))


def _marked(
    result: ExpectationResult, known: Mapping[Key, list[Acceptance]], judged: Judged
) -> ExpectationResult:
    if result.severity != "critical" or result.is_errored or not result.findings:
        return result
    findings = []
    for found in result.findings:
        key = (found.shop_id, result.gate, result.table, result.name)
        mine = [one for one in known.get(key, []) if one.is_of(judged)]
        findings.append(_judged(found, mine, judged))
    return replace(result, findings=tuple(findings))


def _judged(found: ShopFinding, given: list[Acceptance], judged: Judged) -> ShopFinding:
    fingerprint = judged.fingerprints.get(found.shop_id)
    reasons = [_why_not(found, one, fingerprint, judged.days) for one in given]
    for one, reason in zip(reversed(given), reversed(reasons), strict=True):
        if reason is None:
            return replace(found, accepted=one.accepted)
    if not given:
        return found
    # Text of people stays out: `observed` is made of counts and dates.
    said = f"{given[-1].accepted.at[:10]} holds no more: {reasons[-1]}"
    return replace(found, observed=f"{found.observed}{_LAPSED}{said}")


def _why_not(
    found: ShopFinding, one: Acceptance, fingerprint: str | None, days: frozenset[str]
) -> str | None:
    """Why an acceptance does not hold; None where it does."""
    if one.ended_on is not None:
        return f"it was taken back on {one.ended_on}"
    if one.fingerprint != fingerprint:
        return "files or code changed since"
    if not days <= one.days:
        return "it was given for other days"
    if found.failures > one.failures:
        return "more fails now"
    if found.failures == one.failures and found.observed != one.observed:
        return "something else fails now"
    return None
