"""Runs a gate on a DuckDB file through Great Expectations.

For each table GX makes one temporary table, a row a shop and a column an expectation, and judges
its columns; nothing but these numbers leaves the database. GX takes seconds to import and is
imported when it is first needed.
"""

import importlib
import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.quality.measures import (
    CATALOG_SQL,
    Measure,
    applicable,
    compile_measure,
    example_sql,
    first_by_shop,
    literal,
    quoted,
    suites_of,
)
from flows.quality.model import (
    MAX_EXAMPLES,
    Expectation,
    ExpectationResult,
    Gate,
    GateResult,
    ShopFinding,
    counted,
    safe_examples,
)
from flows.warehouse.database import THREADS, memory_limit

_LOG = logging.getLogger(__name__)
# GX closes its connection before it fetches; a rollback on the way would empty DuckDB's result.
_ENGINE_OPTIONS: dict[str, Any] = {
    "isolation_level": "AUTOCOMMIT",
    "skip_autocommit_rollback": True,
}
_CANDIDATES = 50


def warm_up() -> None:
    """Import GX, which takes seconds: call it in a thread while other work goes on."""
    # GX tells of every method that it registers; its errors may quote a cell, so they stay inside.
    logging.getLogger("great_expectations").setLevel(logging.CRITICAL)
    importlib.import_module("great_expectations")
    importlib.import_module("great_expectations.expectations")


def run_gate(database: Path, gate: Gate, shops: Sequence[str]) -> GateResult:
    """Judge every expectation of the gate for every shop.

    Args:
        database: a DuckDB file that nobody else holds; it is only read, and free again afterwards.
        gate: what to ask.
        shops: the shops that have to answer for themselves: those with files now or rows in an
            earlier publication. A shop that is not named is not judged.

    Returns:
        One result an expectation. What could not be judged has failed, as critical, at the shops
        whose rows it breaks on; what it finds at the others then is a result beside that.

    Raises:
        FileNotFoundError: when there is no such file.
    """
    if not database.is_file():
        raise FileNotFoundError(f"no database to judge: {database.name}")
    started = time.monotonic()
    names = tuple(sorted(set(shops)))
    if not names:
        return GateResult(gate.name, (), (), time.monotonic() - started)
    results: list[ExpectationResult] = []
    with _session(database) as session:
        catalog: dict[str, dict[str, str]] = {}
        for relation, column, kind in session.rows(CATALOG_SQL):
            catalog.setdefault(relation, {})[column] = kind
        judge = _Judge(session, gate, names, catalog)
        for suite in suites_of(gate, catalog):
            expectations = applicable(suite, gate.schema, catalog)
            if expectations:
                results.extend(judge.table(suite.table, expectations))
    return GateResult(gate.name, names, tuple(results), time.monotonic() - started)


class _Session:
    """One GX context on one database."""

    def __init__(self, database: Path) -> None:
        warm_up()
        import great_expectations as gx
        from great_expectations.data_context.types.base import (
            DataContextConfig,
            InMemoryStoreBackendDefaults,
            ProgressBarsConfig,
        )
        from sqlalchemy import event

        # In memory and silent: no data docs, no progress bars, no usage events.
        self._context = gx.get_context(
            mode="ephemeral",
            project_config=DataContextConfig(
                store_backend_defaults=InMemoryStoreBackendDefaults(),
                progress_bars=ProgressBarsConfig(globally=False),
                analytics_enabled=False,
            ),
        )
        self._source = self._context.data_sources.add_sql(  # type: ignore[call-arg] # see kwargs
            "database",
            connection_string=f"duckdb:///{database}",
            create_temp_table=True,
            kwargs={
                **_ENGINE_OPTIONS,
                "connect_args": {
                    "read_only": True,
                    "config": {"memory_limit": memory_limit(), "threads": THREADS},
                },
            },
        )
        self._assets = 0
        self._engine = self._source.get_execution_engine().engine
        self._database = self._in_use = quoted(str(self.rows("select current_database()")[0][0]))
        # `use` holds for one connection, and GX takes a new one from the pool when it likes.
        event.listen(self._engine, "checkout", self._choose)

    def _choose(self, connection: Any, *_: object) -> None:
        connection.cursor().execute(f"use {self._in_use}")

    @contextmanager
    def only(
        self, shops: Sequence[str], catalog: Mapping[str, Mapping[str, str]]
    ) -> Iterator[None]:
        """Let what is asked see the rows of these shops alone, and those of no shop."""
        some, listed = "some_shops", ", ".join(literal(shop) for shop in shops)
        chosen = f"shop_id in ({listed}) or shop_id is null" if shops else "shop_id is null"
        statements = [
            f"attach ':memory:' as {some} (read_write)",
            *(
                f"create schema if not exists {some}.{quoted(schema)}"
                for schema in sorted({relation.partition(".")[0] for relation in catalog})
            ),
        ]
        for relation, columns in catalog.items():
            name = ".".join(map(quoted, relation.split(".", 1)))
            rows = f" where {chosen}" if "shop_id" in columns else ""
            statements.append(
                f"create view {some}.{name} as select * from {self._database}.{name}{rows}"
            )
        try:
            for statement in statements:
                self._tell(statement)
            self._in_use = some
            yield
        finally:
            self._in_use = self._database
            self._tell(f"detach database if exists {some}")

    def _tell(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.exec_driver_sql(statement)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Plain SQL on the connection that GX uses."""
        with self._engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(sql).fetchall()]

    def validate(self, measure: Measure) -> dict[str, bool]:
        """Whether each expectation holds for all shops, by name.

        Raises:
            Exception: whatever GX or the database raise when the measure cannot be taken.
        """
        import great_expectations as gx
        from great_expectations.expectations.core.expect_column_max_to_be_between import (
            ExpectColumnMaxToBeBetween,
        )
        from great_expectations.expectations.metadata_types import FailureSeverity

        self._assets += 1
        name = f"{measure.table}_{self._assets}"
        # GX reads the query as a text with bind parameters, in which a colon starts a name.
        asset = self._source.add_query_asset(name, query=measure.sql.replace(":", "\\:"))
        suite = gx.ExpectationSuite(
            name=name,
            expectations=[
                ExpectColumnMaxToBeBetween(
                    column=measure.alias(item),
                    max_value=0,
                    severity=FailureSeverity(item.severity),
                    meta={"expectation": item.name},
                )
                for item in measure.expectations
            ],
        )
        definition = gx.ValidationDefinition(
            name=name,
            data=asset.add_batch_definition_whole_table(name),
            suite=self._context.suites.add(suite),
        )
        outcome = self._context.validation_definitions.add(definition).run(
            result_format={"result_format": "BOOLEAN_ONLY"}
        )
        verdicts: dict[str, bool] = {}
        for result in outcome.results:
            asked = result.expectation_config
            if asked is None or not _is_judged(result.exception_info):
                raise RuntimeError("the expectation could not be evaluated")
            verdicts[(asked.meta or {})["expectation"]] = bool(result.success)
        return verdicts

    def close(self) -> None:
        """Let go of the file: GX keeps an engine to validate with and one to test with."""
        self._source.get_execution_engine().close()
        self._source.get_engine().dispose()


def _is_judged(exception_info: Mapping[str, Any]) -> bool:
    """GX keys the errors of metrics by the metric, and a judged expectation by these words."""
    return exception_info.get("raised_exception") is False


@contextmanager
def _session(database: Path) -> Iterator[_Session]:
    session = _Session(database)
    try:
        yield session
    finally:
        session.close()


@dataclass(frozen=True)
class _Judge:
    session: _Session
    gate: Gate
    shops: tuple[str, ...]
    catalog: dict[str, dict[str, str]]

    def table(self, table: str, expectations: tuple[Expectation, ...]) -> list[ExpectationResult]:
        """All the expectations on a table: together, and each alone if together they break."""
        try:
            return self._judge(table, expectations, self.shops)
        except Exception as error:  # any failure to judge is a verdict, never a way past the gate
            if len(expectations) == 1:
                return self._by_shop(expectations[0], error)
        return [result for item in expectations for result in self.table(table, (item,))]

    def _by_shop(self, item: Expectation, error: Exception) -> list[ExpectationResult]:
        """What broke, asked anew of each shop's own rows: one that errs keeps no other from it.

        What was found at the others is a result of its own, with its own severity.
        """
        if not self._is_sound(item):
            return [self._errored(item, dict.fromkeys(self.shops, error))]
        judged, errors = self._halves(item, self.shops)
        found = tuple(finding for result in judged for finding in result.findings)
        results = [self._result(item, not found, found)] if found or not errors else []
        return [*results, self._errored(item, errors)] if errors else results

    def _is_sound(self, item: Expectation) -> bool:
        """Whether it can be asked where no shop has a row."""
        measure = compile_measure(item.table, self.gate.schema, (item,), self.shops, self.catalog)
        try:
            with self.session.only((), self.catalog):
                self.session.rows(measure.sql)
        except Exception:  # as in `table`
            return False
        return True

    def _halves(
        self, item: Expectation, shops: tuple[str, ...]
    ) -> tuple[list[ExpectationResult], dict[str, Exception]]:
        """The shops' results, and the errors of those that err alone."""
        judged, error = self._part(item, shops)
        if error is None or len(shops) == 1:
            return judged, dict.fromkeys(shops, error) if error else {}
        middle = len(shops) // 2
        first, errors = self._halves(item, shops[:middle])
        second, more = self._halves(item, shops[middle:])
        return first + second, errors | more

    def _part(
        self, item: Expectation, shops: tuple[str, ...]
    ) -> tuple[list[ExpectationResult], Exception | None]:
        try:
            with self.session.only(shops, self.catalog):
                return self._judge(item.table, (item,), shops), None
        except Exception as error:  # as in `table`
            return [], error

    def _judge(
        self, table: str, expectations: tuple[Expectation, ...], shops: tuple[str, ...]
    ) -> list[ExpectationResult]:
        measure = compile_measure(table, self.gate.schema, expectations, shops, self.catalog)
        verdicts = self.session.validate(measure)
        failed = [item for item in expectations if not verdicts[item.name]]
        findings = self._findings(measure, failed) if failed else {}
        return [
            self._result(item, verdicts[item.name], findings.get(item.name, ()))
            for item in expectations
        ]

    def _findings(
        self, measure: Measure, failed: Sequence[Expectation]
    ) -> dict[str, tuple[ShopFinding, ...]]:
        columns = ", ".join(measure.alias(item) for item in failed)
        rows = self.session.rows(f"select shop_id, row_count, {columns} from ({measure.sql})")
        return {
            item.name: self._finding(item, {r[0]: (r[1], r[2 + place]) for r in rows})
            for place, item in enumerate(failed)
        }

    def _finding(
        self, item: Expectation, numbers: dict[str, tuple[int, float]]
    ) -> tuple[ShopFinding, ...]:
        notes: dict[str | None, str] = {}
        if item.query is not None and " as note" in item.query:
            found = item.alone(item.query)
            rows = self.session.rows(
                f"select shop_id, max(note) from ({found}) where failures > 0 group by 1"
            )
            notes = {shop: note for shop, note in rows if note}
        sql = example_sql(item, self.gate.schema)
        examples = self._values(sql, _CANDIDATES) if sql else {}
        files = self._values(item.alone(item.files), MAX_EXAMPLES) if item.files else {}
        return tuple(
            ShopFinding(
                shop_id=shop,
                observed=notes.get(shop) or notes.get(None) or _in_words(item, failures, row_count),
                failures=float(failures),
                examples=safe_examples(examples.get(shop, []) + examples.get(None, [])),
                files=tuple(files.get(shop, [])),
            )
            for shop, (row_count, failures) in sorted(numbers.items())
            if not failures <= 0
        )

    def _values(self, sql: str, limit: int) -> dict[str | None, list[str]]:
        found: dict[str | None, list[str]] = {}
        for shop, value in self.session.rows(first_by_shop(sql, limit)):
            found.setdefault(shop, []).append(value)
        return found

    def _result(
        self, item: Expectation, passed: bool, findings: tuple[ShopFinding, ...]
    ) -> ExpectationResult:
        shops = "1 shop" if len(findings) == 1 else f"{len(findings)} shops"
        return ExpectationResult(
            gate=self.gate.name,
            name=item.name,
            table=item.table,
            column=item.column,
            severity=item.severity,
            topic=item.topic,
            feed=item.feed,
            description=item.description,
            passed=passed,
            observed="as expected" if passed else f"fails for {shops}: {findings[0].observed}",
            findings=findings,
        )

    def _errored(self, item: Expectation, errors: Mapping[str, Exception]) -> ExpectationResult:
        """An expectation that could not be judged at these shops."""
        said = {shop: f"could not be judged ({_kind(error)})" for shop, error in errors.items()}
        observed = " and ".join(sorted(set(said.values())))
        _LOG.warning("%s, %s.%s: %s", self.gate.name, item.table, item.name, observed)
        return ExpectationResult(
            gate=self.gate.name,
            name=item.name,
            table=item.table,
            column=item.column,
            severity="critical",
            topic=item.topic,
            feed=item.feed,
            description=item.description,
            passed=False,
            observed=observed,
            is_errored=True,
            findings=tuple(ShopFinding(shop, words, 1.0) for shop, words in sorted(said.items())),
        )


def _kind(error: Exception) -> str:
    """The kind of an error: its message may quote a cell."""
    return type(getattr(error, "orig", None) or error.__cause__ or error).__name__


def _in_words(item: Expectation, failures: float, row_count: int) -> str:
    if item.absent is not None:
        return item.absent
    if item.fails_when is None:
        return counted(failures, item.counted)
    return f"{counted(failures, item.counted)} of {row_count:,}"
