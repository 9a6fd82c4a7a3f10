"""From landing to the inputs of a build."""

from pathlib import Path

from flows import stages
from flows.home.files import write_json
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


def test_a_home_folder_that_moved_has_no_finished_build(tmp_path: Path) -> None:
    for name, is_built in (("here", True), ("there", False)):
        home = Home(tmp_path / name).create()
        run = Run(Request("daily", home), "r", print)
        run.scope = what_if_scope((), [])
        run.build.touch()
        if is_built:
            write_json(run.built_mark, {"key": stages._build_key(run)})
            mark = run.built_mark.read_bytes()
        else:
            run.built_mark.write_bytes(mark)
        assert stages._is_built(run) == is_built
