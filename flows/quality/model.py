"""What a gate is made of, and what it found.

A gate is a list of table suites, a suite a list of expectations. An expectation is one question
whose answer is a number for each shop: 0 is good, more is bad. It has a severity: `critical` keeps
the shop from being published, `warning` is shown in the report and the alerts.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["critical", "warning"]
Topic = Literal[
    "contract", "freshness", "order_feed", "refusals", "declarations", "marts", "volume"
]

_SAFE_EXAMPLE = re.compile(r"[A-Za-z0-9:_-]{1,64}")
MAX_EXAMPLES = 5


@dataclass(frozen=True)
class Expectation:
    """One question about one table.

    `table` is of the gate's schema, or named with its own (`inputs.files`).

    Give either `fails_when`, a boolean SQL expression over the table's columns that is true for a
    bad row, or `query`, a SELECT that yields `shop_id`, `failures` (a number, 0 is good) and may
    yield `note` (text made of counts and dates only). A shop that `query` does not name has 0; if
    `absent` is given it fails instead, with that text. What `query` says of a null `shop_id`, and
    what `fails_when` says of rows without one, counts against every shop.

    `needs` names relations (`schema.table`) without which the question does not arise.
    `example` is the column that identifies a bad row of `fails_when`; `examples` a SELECT of
    `shop_id` and one identifier, `files` a SELECT of `shop_id` and one file name. All three are
    asked only after a failure. `feed` is the feed that it is about (`system/entity`), if one.

    `shared` are steps (name and SELECT, in their order) that the SQL reads by name; expectations of
    a table that name the same steps have them computed once.
    """

    name: str
    table: str
    severity: Severity
    description: str
    column: str | None = None
    fails_when: str | None = None
    query: str | None = None
    absent: str | None = None
    counted: str = "rows"
    topic: Topic = "contract"
    feed: str | None = None
    needs: tuple[str, ...] = ()
    example: str | None = None
    examples: str | None = None
    files: str | None = None
    shared: tuple[tuple[str, str], ...] = ()

    def alone(self, sql: str) -> str:
        """A SELECT of the expectation's with the shared steps that it reads."""
        if not self.shared:
            return sql
        return f"select * from (with {steps_sql(self.shared)} {sql})"

    def __post_init__(self) -> None:
        if (self.fails_when is None) == (self.query is None):
            raise ValueError(f"{self.table}.{self.name}: give fails_when or query, not both")


def steps_sql(steps: Iterable[tuple[str, str]]) -> str:
    """Steps, each computed once, as what follows `with`."""
    return ", ".join(f"{name} as materialized ({sql})" for name, sql in steps)


@dataclass(frozen=True)
class TableSuite:
    """The expectations on one relation. `check_doubles` adds: no inf or NaN in any double."""

    table: str
    expectations: tuple[Expectation, ...] = ()
    check_doubles: bool = False

    def __post_init__(self) -> None:
        names = [item.name for item in self.expectations]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"{self.table}: expectations with the same name: {', '.join(twice)}")


@dataclass(frozen=True)
class Gate:
    """A named list of suites on the relations of one schema.

    `every_table` makes the gate look for inf and NaN also in tables that no suite names.
    """

    name: str
    schema: str
    suites: tuple[TableSuite, ...]
    every_table: bool = False


@dataclass(frozen=True)
class Accepted:
    """A person's word that a failed check is a false alarm: who, when (UTC, ISO 8601) and why."""

    by: str
    at: str
    reason: str

    def in_words(self) -> str:
        """Who accepted, on which day and why; text of people, escaped by whoever writes it out."""
        return f"accepted by {self.by} on {self.at[:10]}: {self.reason}"


@dataclass(frozen=True)
class ShopFinding:
    """What an expectation found at one shop: counts in words, safe ids, file names as they are.

    `files` is text from outside: whoever writes it out escapes it. `accepted`: the shop is
    published all the same.
    """

    shop_id: str
    observed: str
    failures: float
    examples: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    accepted: Accepted | None = None


@dataclass(frozen=True)
class ExpectationResult:
    """One expectation, judged for every shop. An expectation that could not be judged failed."""

    gate: str
    name: str
    table: str
    column: str | None
    severity: Severity
    topic: Topic
    description: str
    passed: bool
    observed: str
    feed: str | None = None
    is_errored: bool = False
    findings: tuple[ShopFinding, ...] = ()

    @property
    def failing_shops(self) -> tuple[str, ...]:
        """The shops that it fails for, sorted."""
        return tuple(sorted(finding.shop_id for finding in self.findings))

    def finding(self, shop_id: str) -> ShopFinding | None:
        """What it found at the shop, if it fails there."""
        return next((found for found in self.findings if found.shop_id == shop_id), None)

    def accepted(self, shop_id: str) -> Accepted | None:
        """Who published the shop over this failure, if somebody did."""
        found = self.finding(shop_id)
        return found.accepted if found else None


@dataclass(frozen=True)
class GateResult:
    """Everything that one gate found, in the order of its suites."""

    gate: str
    shops: tuple[str, ...]
    results: tuple[ExpectationResult, ...]
    seconds: float = field(default=0.0, compare=False)

    @property
    def blocked_shops(self) -> tuple[str, ...]:
        """The shops with a critical failure that nobody accepted, sorted."""
        blocked = {
            found.shop_id
            for result in self.results
            if result.severity == "critical"
            for found in result.findings
            if found.accepted is None
        }
        return tuple(sorted(blocked))

    @property
    def passed(self) -> bool:
        """Whether no shop is blocked."""
        return not self.blocked_shops

    def failures(
        self, shop_id: str | None = None, severity: Severity | None = None
    ) -> tuple[ExpectationResult, ...]:
        """The expectations that failed, of one shop or severity if it is given."""
        return tuple(
            result
            for result in self.results
            if not result.passed
            and (severity is None or result.severity == severity)
            and (shop_id is None or shop_id in result.failing_shops)
        )

    def by_shop(self) -> list[dict[str, Any]]:
        """One plain mapping a shop and expectation, as the report shows them.

        Keys: `shop_id`, `gate`, `expectation`, `severity`, `passed`, `observed`.
        """
        rows = []
        for result in self.results:
            for shop in self.shops:
                found = result.finding(shop)
                rows.append(
                    {
                        "shop_id": shop,
                        "gate": self.gate,
                        "expectation": f"{result.table}: {result.description}",
                        "severity": result.severity,
                        "passed": found is None,
                        "observed": found.observed if found else "as expected",
                    }
                )
        return rows

    def to_json(self) -> dict[str, Any]:
        """The result as plain data for the run's record: counts, safe ids and file names."""
        return {
            "gate": self.gate,
            "passed": self.passed,
            "blocked_shops": list(self.blocked_shops),
            "shops": list(self.shops),
            "seconds": round(self.seconds, 3),
            "expectations": [_result_json(result) for result in self.results],
        }


def _result_json(result: ExpectationResult) -> dict[str, Any]:
    return {
        "name": result.name,
        "table": result.table,
        "column": result.column,
        "severity": result.severity,
        "topic": result.topic,
        "feed": result.feed,
        "description": result.description,
        "passed": result.passed,
        "is_errored": result.is_errored,
        "observed": result.observed,
        "failing_shops": list(result.failing_shops),
        "findings": [
            {
                "shop_id": found.shop_id,
                "observed": found.observed,
                "failures": found.failures,
                "examples": list(found.examples),
                "files": list(found.files),
                **({"accepted": vars(found.accepted)} if found.accepted else {}),
            }
            for found in result.findings
        ],
    }


def from_json(data: Mapping[str, Any]) -> GateResult:
    """Read back what `GateResult.to_json` wrote.

    Raises:
        KeyError: when the data are not a gate's result.
    """
    return GateResult(
        gate=data["gate"],
        shops=tuple(data["shops"]),
        seconds=data["seconds"],
        results=tuple(
            ExpectationResult(
                gate=data["gate"],
                name=item["name"],
                table=item["table"],
                column=item["column"],
                severity=item["severity"],
                topic=item["topic"],
                feed=item["feed"],
                description=item["description"],
                passed=item["passed"],
                observed=item["observed"],
                is_errored=item["is_errored"],
                findings=tuple(
                    ShopFinding(
                        shop_id=found["shop_id"],
                        observed=found["observed"],
                        failures=found["failures"],
                        examples=tuple(found["examples"]),
                        files=tuple(found["files"]),
                        accepted=(Accepted(**found["accepted"]) if found.get("accepted") else None),
                    )
                    for found in item["findings"]
                ),
            )
            for item in data["expectations"]
        ),
    )


def safe_examples(values: Iterable[object]) -> tuple[str, ...]:
    """At most five identifiers, sorted; what does not look like a plain id is left out."""
    texts = {str(value).strip() for value in values if value is not None}
    return tuple(sorted(text for text in texts if _SAFE_EXAMPLE.fullmatch(text))[:MAX_EXAMPLES])


def counted(number: float, noun: str) -> str:
    """`1 row`, `1,204 rows`: the noun is given in the plural that adds an s."""
    whole = round(number)
    return f"{whole:,} {noun.removesuffix('s') if whole == 1 else noun}"


def blocked_by(results: Sequence[GateResult]) -> tuple[str, ...]:
    """The shops that any of the gates blocks, sorted."""
    return tuple(sorted({shop for result in results for shop in result.blocked_shops}))
