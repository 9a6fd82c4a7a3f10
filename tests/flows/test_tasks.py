"""What Prefect adds to a stage: retries where trying again can help, and nowhere else."""

import errno
from pathlib import Path

import pytest
from prefect import flow
from prefect.testing.utilities import prefect_test_harness

from flows.home.layout import Home
from flows.orchestration import tasks
from flows.running.run import Request, Run

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("number", "calls"), [(errno.EIO, 3), (errno.ENOSPC, 1)])
def test_reading_is_tried_again_only_when_that_can_help(
    tmp_path: Path, number: int, calls: int
) -> None:
    made = []

    def stage(run: Run) -> None:
        made.append(run)
        raise OSError(number, "the disk says no")

    task = tasks.read_landing.with_options(retry_delay_seconds=0)
    task.fn = stage

    @flow
    def reads() -> None:
        task(Run(Request("daily", Home(tmp_path)), "r", print))

    with prefect_test_harness(), pytest.raises(OSError, match="the disk says no"):
        reads()
    assert len(made) == calls
