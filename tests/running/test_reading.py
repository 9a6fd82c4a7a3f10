"""From landing to the inputs of a build."""

from pathlib import Path

from flows.home.layout import Home
from flows.ingest import read_ledger
from flows.running.reading import prepare_build
from flows.running.run import Request, Run
from flows.warehouse.scope import what_if_scope


def test_a_build_that_begins_is_not_taken_for_the_last_finished_one(tmp_path: Path) -> None:
    home = Home(tmp_path).create()
    run = Run(Request("daily", home), "r", print)
    run.ledger = read_ledger(home)
    run.scope = what_if_scope((), [])
    run.built_mark.write_text("finished")
    prepare_build(run)
    assert run.build.exists()
    assert not run.built_mark.exists()
