"""A look at the open orders at any moment of the day, between two daily runs.

It reads landing like any run and computes what is still open then, by the models of the daily
build, whether more orders come than usual, and which feeds are too old. It publishes nothing: its
files lie in `pulse/`, and only the newest are kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows import stages
from flows.calendar import check_moment, last_day_before, moment_utc
from flows.errors import UsageError
from flows.home.files import cached_json, remove_file, write_bytes, write_json
from flows.home.layout import Home
from flows.running import reading
from flows.running.run import Request, Run
from flows.running.session import session
from flows.warehouse import dbt_run
from flows.warehouse.moment import Moment, can_answer, read_at
from flows.warehouse.scope import Scope

if TYPE_CHECKING:
    import polars as pl

    from flows.alerts.webhooks import FindBlocks
    from flows.ingest import Shop

MODELS = (
    "open_orders",
    "handling_capacity",
    "dispatch_schedule",
    "int_known_through",
    "int_order_pace",
)
SHOWN = 100
"""Orders of a list in the JSON; the CSV holds all of them."""

_RECENT = timedelta(hours=24)
"""A spike is told as long as the order export ends so short a time before the moment."""

BUCKETS = ("overdue", "T-4", "T-12", "T-24", "tomorrow", "later", "no_deadline")
_AGES = ("0-12h", "12-24h", "24-36h", "36-48h", "over_48h", "past_due", "past_auto_cancel")
_NEXT_STEPS = (
    "confirmation",
    "stock",
    "picking",
    "packing",
    "label",
    "hand_over",
    "first_scan",
    "unknown",
)
_CHECKPOINTS = (
    "is_received",
    "is_available",
    "is_quality_checked",
    "is_prepared",
    "is_tracking_uploaded",
)
_COLUMNS = (
    "order_id:id",
    "order_type",
    "bucket",
    "time_left_hours",
    "dispatch_due_at:moment",
    "auto_cancel_at:moment",
    "deliver_by_at:moment",
    "created_at:moment",
    "age_bucket",
    "waiting_for",
    "stage",
    "stage_at:moment",
    "late_chance",
    "late_chance_orders",
    "late_chance_basis",
    "remaining_p50_hours",
    "remaining_p90_hours",
    "slack_p50_hours",
    "slack_p90_hours",
    *_CHECKPOINTS,
    "is_prepared_unscanned",
    "prepared_at:moment",
    "unscanned_hours",
    "warehouse:id",
    "carrier",
    "tracking_number:id",
    "seller_skus",
    "units",
    "order_amount",
    "currency",
    "creator_handle",
    "policy_version",
)


def pulse(
    home: Home,
    at: datetime | None,
    shops: tuple[str, ...],
    *,
    is_telling: bool = False,
    find_blocks: FindBlocks | None = None,
) -> dict[str, Any]:
    """Write each shop's open orders as they stand at `at` to `pulse/`, and say what is in them.

    at: the moment; without an offset on each shop's own clock; None for now. shops: empty for all.
    is_telling: write alerts on spikes and stale feeds, and send them; find_blocks: what asks for
    webhooks in Prefect blocks. Raises `UsageError` for a moment that cannot be meant, also for one
    to tell of that is not now, and `Locked` while another run works.
    """
    if is_telling and at is not None:
        raise UsageError("Alerts are about now, not about another moment.", "Leave out --at.")
    with session(Request("pulse", home, shops=shops)) as run:
        reading.ingest(run)
        now = datetime.now(UTC)
        moments = {shop_id: _moment(at or now, shop) for shop_id, shop in run.shops.items()}
        for moment in moments.values():
            check_moment(moment.at, now)
        database = _database(run, moments)
        run.say("Looking at the open orders")
        rows = read_at(database, moments, MODELS, home.work)
        found = [
            _write(run, run.shops[shop_id], moment, now, rows)
            for shop_id, moment in sorted(moments.items())
        ]
        if any(file["run_id"] == run.run_id for file in run.files):
            # Row accounting names the run that first read a file.
            stages.keep_record(run, "built")
        told = _tell(run, found, find_blocks) if is_telling else None
        return {"command": "pulse", "run_id": run.run_id, "shops": found, "alerts": told}


def _tell(
    run: Run, found: Sequence[dict[str, Any]], find_blocks: FindBlocks | None
) -> dict[str, Any]:
    from flows.alerts.pulsing import tell

    told = tell(run.home, found, run.run_id, find_blocks)
    for warning in told["warnings"]:
        run.say(f"Warning: {warning}")
    return told


def _moment(at: datetime, shop: Shop) -> Moment:
    moment = moment_utc(at, shop.timezone)
    return Moment(moment, last_day_before(moment, shop.timezone))


def _database(run: Run, moments: Mapping[str, Moment]) -> Path:
    """A finished build of exactly these files: the last run's, the last pulse's, or a new one."""
    wanted = {shop: run.fingerprints[shop] for shop in moments}
    own = run.home.private / "pulse.duckdb"
    mark = own.with_suffix(".json")
    for database, made_from in ((run.build, run.built_mark), (own, mark)):
        known = (cached_json(made_from) or {}).get("fingerprints", {})
        if wanted.items() <= known.items() and can_answer(database, moments, MODELS):
            return database
    run.say("Building the open orders")
    remove_file(mark)
    days = {moment.last_day_on for moment in moments.values()}
    as_of: dict[str, tuple[date, ...]] = {s: (m.last_day_on,) for s, m in moments.items()}
    scope = Scope(tuple(sorted(days)), as_of, frozenset(as_of))
    reading.prepare_database(run, own, scope)
    dbt_run.build(own, run.home.private / "dbt_pulse", run.home.work, MODELS)
    write_json(mark, {"fingerprints": wanted})
    return own


def _write(
    run: Run, shop: Shop, moment: Moment, now: datetime, rows: Mapping[str, pl.DataFrame]
) -> dict[str, Any]:
    """Write the two files of a shop and return what the JSON holds."""
    import polars as pl

    from flows.report.worklists.write import csv_frame

    mine = {model: frame.filter(pl.col("shop_id") == shop.shop_id) for model, frame in rows.items()}
    orders = mine["open_orders"].sort("dispatch_due_at", "created_at", "order_id", nulls_last=True)
    folder = run.home.pulse
    table = folder / f"{shop.shop_id}.csv"
    cells = csv_frame(orders, _COLUMNS, shop.timezone).write_csv(include_bom=True)
    write_bytes(table, cells.encode())
    known = mine["int_known_through"].row(0, named=True) if mine["int_known_through"].height else {}
    summary = {
        "run_id": run.run_id,
        "shop_id": shop.shop_id,
        "timezone": shop.timezone,
        "at": _text(moment.at),
        "orders_known_through_at": _text(known.get("orders_through_at")),
        "tracking_known_through_at": _text(known.get("tracking_through_at")),
        "notes": _notes(moment.at, now, known),
        **_counted(orders),
        "pace": _pace(mine["int_order_pace"], moment.at),
        "stale_feeds": _stale(run, shop, moment.at),
        "handling_capacity": _plain(mine["handling_capacity"].sort("rate_line")),
        "dispatch_schedule": _plain(mine["dispatch_schedule"].sort("due_on")),
        "lists": {
            "overdue": _plain(orders.filter(pl.col("bucket") == "overdue").head(SHOWN)),
            "T-4": _plain(orders.filter(pl.col("bucket") == "T-4").head(SHOWN)),
            "prepared_unscanned": _plain(
                orders.filter("is_prepared_unscanned")
                .sort("prepared_at", "order_id", nulls_last=True)
                .head(SHOWN)
            ),
        },
        "csv": str(table),
        "json": str(folder / f"{shop.shop_id}.json"),
    }
    write_json(Path(summary["json"]), summary)
    return summary


def _counted(orders: pl.DataFrame) -> dict[str, Any]:
    import polars as pl

    unscanned = orders.filter("is_prepared_unscanned")
    return {
        "open_orders": orders.height,
        "buckets": _counts(orders, "bucket", BUCKETS),
        "age_buckets": _counts(orders, "age_bucket", _AGES),
        "waiting_for": _counts(orders, "waiting_for", _NEXT_STEPS),
        "checkpoints": {
            flag: {
                "yes": orders.filter(pl.col(flag)).height,
                "no": orders.filter(~pl.col(flag)).height,
                "unknown": orders[flag].null_count(),
            }
            for flag in _CHECKPOINTS
        },
        "likely_late": orders.filter(
            (pl.col("slack_p50_hours") < 0) & (pl.col("bucket") != "overdue")
        ).height,
        "prepared_unscanned": unscanned.height,
        "prepared_unscanned_buckets": _counts(unscanned, "bucket", BUCKETS),
    }


def _pace(windows: pl.DataFrame, at: datetime) -> list[dict[str, Any]]:
    """The orders of the last hours against the usual; `is_recent`: the export reaches that far."""
    import polars as pl

    recent = (pl.lit(at) - pl.col("ends_at")) <= _RECENT
    return _plain(windows.sort("window_hours").with_columns(is_recent=recent).drop("shop_id"))


def _stale(run: Run, shop: Shop, at: datetime) -> list[dict[str, Any]]:
    """The feeds whose newest content is older than their contract allows, the oldest first.

    A declaration holds until a newer one comes, so it is never too old, as at the gate.
    """
    from flows.contracts import load_contracts

    limits = {c.feed: c.freshness_days for c in load_contracts() if not c.is_declaration}
    newest: dict[str, datetime] = {}
    for file in run.files:
        feed, stamp = file["feed"], file["newest_at"]
        is_read = file["status"] in ("loaded", "duplicate") and file["shop_id"] == shop.shop_id
        if is_read and stamp is not None and feed in limits:
            newest[feed] = max(newest.get(feed, stamp), stamp)
    ages = {feed: (at - stamp) / timedelta(hours=1) for feed, stamp in newest.items()}
    return [
        {
            "feed": feed,
            "newest_at": _text(newest[feed]),
            "age_hours": round(age, 1),
            "limit_days": limits[feed],
        }
        for feed, age in sorted(ages.items(), key=lambda item: -item[1])
        if age > 24 * limits[feed]
    ]


def _counts(frame: pl.DataFrame, column: str, words: tuple[str, ...]) -> dict[str, int]:
    """Rows by word, in the order of the words; a word without rows is left out."""
    found = dict(frame.group_by(column).len().iter_rows())
    return {word: found[word] for word in words if word in found}


def _notes(at: datetime, now: datetime, known: Mapping[str, datetime | None]) -> list[str]:
    """What has to be said of the moment: that it has not come, that the data end before it."""
    notes = []
    if at > now.replace(tzinfo=None):
        notes.append("The moment has not come yet.")
    for feed in ("orders", "tracking"):
        through = known.get(f"{feed}_through_at")
        if through is not None and through < at:
            hours = (at - through).total_seconds() / 3600
            notes.append(
                f"The {feed} exports end {hours:,.1f} hours before the moment: "
                "what happened after their end is not seen."
            )
    if known.get("orders_through_at") is None:
        notes.append("There is no order export of this shop.")
    elif known.get("tracking_through_at") is None:
        notes.append("There is no tracking feed of this shop: `Shipped Time` stands for the scans.")
    return notes


def _plain(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON holds them: moments in ISO 8601 (UTC), money as text."""
    return [{key: _text(value) for key, value in row.items()} for row in frame.to_dicts()]


def _text(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC).isoformat()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)
