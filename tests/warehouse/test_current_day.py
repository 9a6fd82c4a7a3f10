"""What stands at the current day is asked anew for every day that is looked at."""

from __future__ import annotations

import re
from functools import cache

from flows.paths import DBT_DIR

_MODELS = {path.stem: path for path in (DBT_DIR / "models").rglob("*.sql")}


@cache
def _sql(model: str) -> str:
    return _MODELS[model].read_text(encoding="utf-8")


@cache
def _reads(model: str, other: str) -> bool:
    """Whether a model reads another one, by itself or through others."""
    refs = [ref for ref in re.findall(r"ref\('(\w+)'\)", _sql(model)) if ref in _MODELS]
    return other in refs or any(_reads(ref, other) for ref in refs)


def test_nothing_between_the_current_day_and_the_marts_is_a_table() -> None:
    """A table would keep the day of its build when a mart is computed again for another one."""
    between = {
        model
        for model, path in _MODELS.items()
        if path.parent.parent.name == "intermediate" and _reads(model, "int_current_days")
    }
    assert {"int_orders_now", "int_open_orders", "int_moments"} <= between
    assert [model for model in sorted(between) if "materialized='view'" not in _sql(model)] == []


def test_what_is_computed_in_python_is_read_for_its_own_day() -> None:
    """It is not computed again for another day, so its rows say which one they are for."""
    written = {path.stem for path in (DBT_DIR / "models").rglob("*.py")}
    readers = [
        model
        for model in _MODELS
        if written.intersection(re.findall(r"ref\('(\w+)'\)", _sql(model)))
    ]
    assert written == {"int_network_choices"}
    assert len(readers) >= 2
    assert [model for model in readers if "choices.as_of_on = " not in _sql(model)] == []
