"""The gates: suites of expectations on the lake and on the marts, judged for each shop alone.

`gate1` and `gate2` build the suites, `run_gate` judges them through Great Expectations, and a
`GateResult` says which shops are blocked and why. Importing this package imports no GX; `warm_up`
does, ahead of time.
"""

from flows.quality.lake_suites import gate1
from flows.quality.mart_suites import gate2
from flows.quality.model import (
    Expectation,
    ExpectationResult,
    Gate,
    GateResult,
    ShopFinding,
    TableSuite,
    blocked_by,
    from_json,
)
from flows.quality.runner import run_gate, warm_up

__all__ = [
    "Expectation",
    "ExpectationResult",
    "Gate",
    "GateResult",
    "ShopFinding",
    "TableSuite",
    "blocked_by",
    "from_json",
    "gate1",
    "gate2",
    "run_gate",
    "warm_up",
]
