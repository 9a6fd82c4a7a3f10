"""Names, folders, links and devices in landing, and files that change while they are read."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.home import Home
from flows.ingest import decompress, ingest, one_file, sources
from tests.ingest.builders import SHOP, drop, lake, only, order, run, table

GOOD = table([order(1), order(2), order(3)])
OTHER = table([order(number) for number in range(21, 31)])
NAMES = [
    "new\nline.csv",
    "-rf.csv",
    "--help",
    "'; drop table orders; --.csv",
    "{{ 1 / 0 }}.csv",
    "a!/b.csv",
    "\x1b[31mred.csv",
    "\u202egnp.csv",
    "*.csv",
    "[a].parquet",
    "%s%n.csv",
    "x" * 251 + ".csv",
    "é" * 125 + ".csv",
    os.fsdecode(b"\xff\xfe.csv"),
    os.fsdecode(b"\xff\xfd.csv"),
    "CON.csv",
    " .csv",
]


def test_any_name_of_a_file(home: Home) -> None:
    for number, name in enumerate(NAMES):
        drop(home, name, table([order(number)]))
    result = run(home)
    assert {record.status for record in result.files} == {"loaded"}
    assert len({record.file for record in result.files}) == len(NAMES)
    assert lake(home)["order_id"].n_unique() == len(NAMES)
    assert all(record.file.encode() for record in result.files), "names are text"
    assert run(home, "run2").read == ()


@pytest.mark.parametrize(
    "name", ["x" * 255, "é" * 60, "new\nline", "\x1b[2J", "\u202eabc", b"\xff\xfe"]
)
def test_a_folder_that_can_be_no_shop(home: Home, name: str | bytes) -> None:
    shop = os.fsdecode(name)
    drop(home, "a.csv", GOOD, shop)
    drop(home, "a.csv", GOOD)
    result = run(home)
    refused = [record for record in result.files if record.status == "refused"]
    assert [record.shop_id for record in refused] == [""]
    assert "cannot be a shop's id" in refused[0].reason and "Rename" in refused[0].mend
    assert [shop.shop_id for shop in result.shops] == [SHOP]
    assert lake(home).height == 3


@pytest.mark.parametrize(
    "shop", ["a b", "x" * 64, "é" * 30, 'O\'Neil & "Söhne"', "x..", "%41", "*[a]"]
)
def test_a_folder_that_can(home: Home, shop: str) -> None:
    drop(home, "a.csv", GOOD, shop)
    assert only(run(home)).shop_id == shop
    assert lake(home)["shop_id"].unique().to_list() == [shop]


def test_a_home_whose_name_means_something_to_a_pattern(tmp_path: Path) -> None:
    home = Home(tmp_path / "we[i]rd *home? 'x'").create()
    drop(home, "a.csv", GOOD)
    assert only(run(home)).rows_accepted == 3


def test_archives_in_a_folder_that_looks_like_one(home: Home) -> None:
    path = drop(home, "x!/b.zip", b"")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", GOOD)
    record = only(run(home))
    assert (record.file, record.container) == ("x!/b.zip!/a.csv", "x!/b.zip")
    os.utime(path, (1, 1))
    assert only(run(home, "run2")).rows_accepted == 3
    assert run(home, "run3").read == ()


def test_links_that_go_round_and_devices(home: Home) -> None:
    folder = home.landing / SHOP
    folder.mkdir(parents=True)
    (folder / "loop").symlink_to(folder / "loop")
    (folder / "round").symlink_to(folder)
    (folder / "up").symlink_to("..")
    (folder / "zero.csv").symlink_to("/dev/zero")
    (folder / "me").symlink_to("/proc/self/environ")
    os.mkfifo(folder / "pipe.csv")
    (folder / "to a pipe.csv").symlink_to(folder / "pipe.csv")
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(folder)
        try:
            listener.bind("socket.csv")
        finally:
            os.chdir(here)
    drop(home, "a.csv", GOOD)
    statuses = {record.file: record.status for record in run(home).files}
    assert statuses.pop("a.csv") == "loaded"
    assert set(statuses.values()) == {"refused"} and len(statuses) == 8


def test_a_file_that_is_larger_than_any(home: Home) -> None:
    path = drop(home, "a.csv", GOOD)
    os.truncate(path, 17 << 30)
    assert "larger than 16 GB" in only(run(home)).reason


def test_a_folder_that_may_not_be_read() -> None:
    # Not under pytest's own folder, which nobody else may enter.
    with tempfile.TemporaryDirectory(prefix="greenzone-test-") as name:
        home = Home(Path(name) / "home").create()
        closed = drop(home, "closed/a.csv", GOOD).parent
        drop(home, "b.csv", GOOD.replace("Lamp", "Tree"))
        Path(name).chmod(0o755)
        closed.chmod(0)
        assert read_as_nobody(home) == {
            "b.csv": "loaded",
            "closed": "The folder may not be read. Allow this user to read it.",
        }
        closed.chmod(0o755)


READ = """
import os, sys, pathlib
from flows.contracts import load_contracts
from flows.home import Home
from flows.ingest import ingest
load_contracts()
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
for record in ingest(Home(pathlib.Path(sys.argv[1])), "run1").files:
    said = f"{record.reason} {record.mend}".strip()
    print(record.file, said or record.status, sep="\\t")
"""


def read_as_nobody(home: Home) -> dict[str, str]:
    """An ingest by a user whom modes bind, as they do not bind root: what became of each file."""
    if os.geteuid() == 0:
        for path in (home.root, *home.root.rglob("*")):
            os.chown(path, 65534, 65534)
    done = subprocess.run(
        [sys.executable, "-c", READ, str(home.root)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(line.split("\t") for line in done.stdout.splitlines())


def grown(path: Path) -> None:
    with path.open("a") as handle:
        handle.write(OTHER.split("\n", 1)[1])


def replaced(path: Path) -> None:
    path.with_name("new").write_text(OTHER)
    path.with_name("new").rename(path)


def turned_into_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def without_its_folder(path: Path) -> None:
    path.unlink()
    path.parent.rmdir()
    path.parent.write_text("a file now")


CHANGES: list[Callable[[Path], None]] = [
    grown,
    replaced,
    Path.unlink,
    turned_into_a_folder,
    without_its_folder,
    lambda path: os.truncate(path, 100),
]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("moment", ["before it is opened", "while it is read"])
def test_a_file_that_changes(
    home: Home, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None], moment: str
) -> None:
    path = drop(home, "sub/a.csv", GOOD)
    drop(home, "b.csv", table([order(9)]))
    once = threading.Lock()

    def after(original: Callable[..., object]) -> Callable[..., object]:
        def wrapped(given: Path, *rest: object, **options: object) -> object:
            if given == path and once.acquire(blocking=False):
                change(path)
            return original(given, *rest, **options)

        return wrapped

    if moment == "before it is opened":
        for module in ("ahead", "run"):
            name = f"flows.ingest.{module}.open_plain"
            monkeypatch.setattr(name, after(decompress.open_plain))
    else:
        monkeypatch.setattr(one_file, "open_source", after(sources.open_source))
    result = ingest(home, "run1")
    assert result.left_alone == (f"{SHOP}/sub/a.csv",)
    assert [(record.file, record.status) for record in result.files] == [("b.csv", "loaded")]
    assert lake(home).height == 1 and not any(home.work.iterdir())
    monkeypatch.undo()
    statuses = {record.file: record.status for record in run(home, "run2").files}
    assert statuses["b.csv"] == "loaded"
    assert lake(home).height == 1 + (13 if change is grown else 10 if change is replaced else 0)
