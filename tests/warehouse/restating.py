"""Publications by hand: builds of a few numbers, published one after the other."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from flows.warehouse.merge import write_published
from flows.warehouse.restate import Making, write_ledgers
from flows.warehouse.scope import Scope

D1, D2, D3 = date(2026, 4, 1), date(2026, 4, 2), date(2026, 4, 3)
METRIC = "late_dispatch_rate"
PROJECT = {"seeds": "s1", "code": "c1", "models": "m1"}

Day = tuple[str, date]
# Numerator and denominator by shop and day, and whether the data reach the day's end.
Numbers = Mapping[Day, tuple[int, int] | tuple[int, int, bool]]

_TABLES = """
create schema marts; create schema inputs; create schema lake; create schema intermediate;
create table marts.kpi_daily (shop_id text, as_of_on date, metric text, basis text,
    window_name text, window_start_on date, numerator bigint, denominator bigint, value double,
    status text, policy_version text, is_complete boolean);
create table marts.kpi_editions (shop_id text, as_of_on date, metric text, basis text,
    window_name text, run_id text, published_at timestamp, numerator bigint, denominator bigint,
    value double, status text, policy_version text, is_complete boolean);
create table marts.kpi_restatements (shop_id text, as_of_on date, metric text, basis text,
    window_name text, run_id text, restated_at timestamp, previous_run_id text,
    was_numerator bigint, was_denominator bigint, was_value double, was_status text,
    was_complete boolean, is_numerator bigint, is_denominator bigint, is_value double,
    is_status text, cause text, is_rules_changed boolean, is_code_changed boolean,
    file_count bigint, files text);
create table marts.row_accounting (run_id text, shop_id text, file text, sha256 text,
    status text);
create table marts.orders (shop_id text, order_id text, created_on date, dispatch_due_on date,
    deliver_by_on date, dispatched_on date, cancelled_on date);
create table marts.packages (shop_id text, package_key text, order_id text, shipped_on date);
create table inputs.files (run_id text, shop_id text, file text, feed text, status text,
    sha256 text);
create table intermediate.int_orders (order_key bigint, shop_id text, order_id text,
    created_on date, dispatch_due_on date, deliver_by_on date, cancelled_on date, rts_on date,
    shipped_on date);
create table intermediate.int_order_states (order_key bigint, dispatched_on date);
create table intermediate.int_order_packages (shop_id text, order_id text, tracking_number text);
create table lake.carriers__tracking_events (shop_id text, source_id text, tracking_number text,
    event_at timestamp, event_on date, event_code text, event_zip3 text);
create table lake.third_party_logistics__shipments (shop_id text, source_id text, order_id text,
    tracking_number text, tracking_uploaded_at timestamp, tracking_uploaded_on date);
create table lake.seller_center__orders (shop_id text, source_id text, order_id text,
    created_at timestamp, created_on date, paid_at timestamp, paid_on date, rts_at timestamp,
    rts_on date, shipped_at timestamp, shipped_on date, delivered_at timestamp, delivered_on date,
    cancelled_at timestamp, cancelled_on date, normal_or_pre_order text, order_channel text,
    payment_method text, fulfillment_type text, delivery_option text, delivery_option_type text,
    subtotal_before_discount decimal(18, 2), subtotal_after_discount decimal(18, 2),
    rts_sla_at timestamp, tts_sla_at timestamp, delivery_due_at timestamp,
    package_id text, tracking_number text, shipping_provider_name text, zip3 text,
    cancel_by text, cancel_reason text);
"""


class Story:
    """A warehouse that is published again and again, and what it is published from."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.published = folder / "published.duckdb"
        self.files: list[tuple[str, str, str, str]] = []
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.numbers: dict[Day, tuple[int, ...]] = {}
        self.makings: dict[str, Making] = {}
        # Files that a person took out; where there were any, the published accounting has them.
        self.withdrawn: set[str] | None = None
        self.runs = 0
        self.restated = 0

    @property
    def next_run(self) -> str:
        """The id of the run that comes next."""
        return f"2026050{self.runs + 1}T080000Z-000000"

    def read(self, file: str, feed: str, rows: Iterable[Mapping[str, Any]] = ()) -> None:
        """A file of shop a that the next run is the first to read; rows of its feed's table."""
        self.files.append((self.next_run, "a", file, feed))
        table = f"lake.{feed.replace('/', '__')}"
        source = hashlib.sha256(file.encode()).hexdigest()[:16]
        for row in rows:
            self.rows.setdefault(table, []).append({"shop_id": "a", "source_id": source, **row})

    def holds(self, table: str, **row: Any) -> None:
        """A row of a relation that every later build has."""
        self.rows.setdefault(table, []).append({"shop_id": "a", **row})

    def publish(
        self,
        numbers: Numbers,
        scope: Scope | None = None,
        *,
        project: Mapping[str, str] = PROJECT,
        repeats: int = 1,
        statuses: Mapping[Day, str] | None = None,
    ) -> None:
        """Build these numbers and publish them: by default every shop of them, whole."""
        shops = sorted({shop for shop, _ in numbers})
        days = tuple(sorted({day for _, day in numbers}))
        scope = scope or Scope(days, dict.fromkeys(shops, days), frozenset(shops))
        run, build = self.next_run, self.folder / f"build{self.runs}.duckdb"
        self._build(build, numbers, statuses or {})
        target = self.folder / "target.duckdb"
        previous = self.published if self.published.exists() else None
        for _ in range(repeats):
            self.restated = write_ledgers(
                build,
                previous,
                scope,
                Making(run, project),
                datetime(2026, 5, 1, 8) + timedelta(days=self.runs),
                self.makings,
                self.folder,
            )
            target.unlink(missing_ok=True)
            write_published(build, previous, target, scope, self.folder)
        os.replace(target, self.published)
        build.unlink()
        self.makings.update(dict.fromkeys(scope.whole, Making(run, project)))
        self.runs += 1

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of the published warehouse."""
        with duckdb.connect(str(self.published), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def restatements(self, columns: str) -> list[tuple[Any, ...]]:
        """Some columns of the restatements, in order."""
        return self.ask(f"select {columns} from marts.kpi_restatements order by all")

    def _build(self, path: Path, numbers: Numbers, statuses: Mapping[Day, str]) -> None:
        path.unlink(missing_ok=True)
        with duckdb.connect(str(path)) as connection:
            connection.execute(_TABLES)
            for (shop, day), (numerator, denominator, *rest) in numbers.items():
                connection.execute(
                    "insert into marts.kpi_daily values "
                    "($1, $2, $3, 'platform', 'week', $2, $4, $5, $4 / $5, $6, 'P', $7)",
                    [
                        *(shop, day, METRIC, numerator, denominator),
                        *(statuses.get((shop, day), "ok"), rest[0] if rest else True),
                    ],
                )
            for run, shop, file, feed in self.files:
                # The lake calls a file by the hash of its hash: here the name stands for the hash.
                status = "withdrawn" if file in (self.withdrawn or ()) else "loaded"
                connection.execute(
                    "insert into inputs.files values (?, ?, ?, ?, ?, ?)",
                    [run, shop, file, feed, status, file],
                )
            if self.withdrawn is not None:
                connection.execute(
                    "insert into marts.row_accounting by name "
                    "select run_id, shop_id, file, sha256, status from inputs.files"
                )
            for table, rows in self.rows.items():
                for row in rows:
                    connection.execute(
                        f"insert into {table} ({', '.join(row)}) "
                        f"values ({', '.join('?' for _ in row)})",
                        list(row.values()),
                    )
