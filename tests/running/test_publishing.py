"""The end of a run: which alerts of a day are taken away with what it publishes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from flows.home.files import files_under, write_json
from flows.home.layout import Home
from flows.running import publishing
from flows.running.run import Command, Request, Run
from flows.warehouse.scope import what_if_scope

DAY = date(2026, 4, 12)
ON_DISK = (
    "2026-04-12/gate_blocked.blocked.json",
    "2026-04-12/gate_blocked.other.json",
    "2026-04-12/gate_blocked.passes.json",
    "2026-04-12/overdue_orders.passes.json",
    "2026-04-13/gate_blocked.passes.json",
)


@pytest.mark.parametrize(
    ("request_", "gone"),
    [
        (("weekly", None), {"2026-04-12/gate_blocked.passes.json"}),
        (("backfill", None), {"2026-04-12/gate_blocked.passes.json"}),
        (("backfill", "US-2026-01-12"), set()),
    ],
)
def test_a_shop_that_passes_is_no_longer_said_to_be_blocked(
    tmp_path: Path, request_: tuple[Command, str | None], gone: set[str]
) -> None:
    home = Home(tmp_path).create()
    for name in ON_DISK:
        write_json(home.alerts / name, "before")
    command, policy = request_
    made = Run(Request(command, home, policy=policy), "r", print)
    made.days = (date(2026, 4, 11), DAY)
    made.scope = what_if_scope(made.days, ["passes"])
    write_json(
        made.publication.path(home.alerts / DAY.isoformat() / "gate_blocked.blocked.json"), "now"
    )
    publishing._replace_alerts(made)
    made.record.write(made.publication.path(made.record_path))
    made.publication.commit()
    left = {path.relative_to(home.alerts).as_posix() for path in files_under(home.alerts)}
    assert left == set(ON_DISK) - gone
