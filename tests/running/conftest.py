"""Runs in this process, stage by stage, without Prefect."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from flows import stages
from flows.home.layout import Home
from flows.running.run import Request
from flows.running.session import outcome, session


def publish_day(home: Home, day: date) -> dict[str, Any]:
    """The daily run of a day; its outcome."""
    with session(Request("daily", home, (day,))) as run:
        stages.read_landing(run)
        stages.judge_input(run)
        stages.build(run)
        stages.judge_marts(run)
        stages.merge(run)
        stages.render_daily(run, day)
        stages.write_alerts(run)
        stages.publish(run)
        stages.deliver_alerts(run)
        return outcome(run)


def what_if(home: Home, policy: str, days: tuple[date, ...] | None) -> dict[str, Any]:
    """A backfill of days under another policy version; its outcome."""
    with session(Request("backfill", home, days, policy=policy)) as run:
        stages.read_landing(run)
        assert not run.is_published
        stages.judge_input(run)
        stages.build(run)
        stages.judge_marts(run)
        stages.compare(run)
        stages.publish(run)
        return outcome(run)


def build_day(home: Home, day: date) -> Path:
    """The build of a day, of all shops, which no gate has looked at; its database."""
    with session(Request("snapshot", home, (day,))) as run:
        stages.read_landing(run)
        stages.judge_input(run)
        stages.build(run)
        return run.build
