"""Forgetting one buyer, in steps of which each may be repeated.

Whatever leads to the buyer goes last: killed at any point, the same command finds what is left and
finishes it. The digest is written down first, so that no run in between brings the buyer back.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import duckdb

from flows.contracts import load_contracts
from flows.errors import StageError, UsageError
from flows.forgetting import scrub
from flows.forgetting.landing import Holding, search_landing
from flows.home.files import files_under, read_json, sync_folder, write_json
from flows.home.forgotten import (
    MARK_DIGITS,
    Forgotten,
    coming_back,
    put_forgotten,
    read_forgotten,
)
from flows.home.hash_key import hash_key
from flows.home.interventions import add_intervention, read_interventions, stated
from flows.home.layout import Home
from flows.home.runs import now_text
from flows.home.state import PublicationState
from flows.ingest.discover import Stamp, is_left_alone
from flows.ingest.ledger import read_ledger
from flows.ingest.one_file import lake_folder, member_path, source_id_of

_HASH = re.compile(r"[0-9a-f]{32}")
_SUBJECT = "a buyer"
_STALE = "a buyer of it is forgotten"
# Of an archive the first of these that a member has; an archive goes as a whole.
_WORST_FIRST = ("unread", "refused", "loaded", "duplicate", "withdrawn")
# Their rows, those of other people among them, are nowhere else.
_STAYS = frozenset({"unread", "refused"})
_WHY = "A buyer in its data was forgotten on {day}."


@dataclass
class Forgetting:
    """What holds the buyer, or held it. Paths are relative to the home folder, `/` between parts.

    `landing`: the exports that hold the buyer, with `status` as in row accounting (`unread` for
    one that no run has read as it lies there, `left alone` for one that none ever reads; of an
    archive the worst of its members) and whether it `is_deleted`; `closed`: exports that nobody
    can look into; `lake`: Parquet files, holding `rows`; `files`: databases, reports and others
    that are written anew; `removed`: what a run makes again; `runs`: run ids that can no longer be
    reproduced; `outside`: snapshots elsewhere that hold the buyer; `since`: when the buyer was
    forgotten before, None if never.
    """

    is_dry_run: bool
    rows: int = 0
    lake: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    shops: list[str] = field(default_factory=list)
    landing: list[dict[str, Any]] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    since: str | None = None

    @property
    def is_found(self) -> bool:
        """Whether anything under the home folder holds the buyer."""
        return bool(self.lake or self.files or self.landing)

    def to_json(self) -> dict[str, Any]:
        """The result as plain data."""
        return {"is_found": self.is_found, **asdict(self)}


def checked_hash(text: str) -> str:
    """A hash as it is written. Raises `UsageError` for what is none."""
    found = text.strip().lower()
    if not _HASH.fullmatch(found):
        raise UsageError(
            "That is not the hash of a buyer.",
            "Give the 32 hexadecimal digits of `buyer_hash`, as in marts.repeat_returners, or use "
            "--buyer-name.",
        )
    return found


def forget(
    home: Home,
    hashed: str,
    reason: str,
    say: Callable[[str], None],
    *,
    deletes: bool = False,
    is_dry_run: bool = False,
    is_again: bool = False,
) -> Forgetting:
    """Take a buyer out of everything under the home folder but landing, and name what is there.

    hashed: the buyer's hash. deletes: the exports in landing that hold the buyer are deleted, but
    for those that no run has read or that are refused, whose rows are nowhere else. is_again: the
    buyer is one of those whom another key, or the loss of the list, would bring back. The caller
    holds the lock, and the home folder is recovered.
    """
    said = stated(reason)
    if hashed in said.lower():
        raise UsageError("The reason holds the buyer's hash.", "Give one that names nobody.")
    return _Forgetting(home, hashed, said, say, is_again).run(deletes, is_dry_run)


class _Forgetting:
    """One attempt."""

    def __init__(
        self, home: Home, hashed: str, reason: str, say: Callable[[str], None], is_again: bool
    ) -> None:
        self.home = home
        self.hashed = hashed
        self.reason = reason
        self.say = say
        self.key = hash_key(home)
        self.digest = self.key.digest_of(hashed)
        self.known = read_forgotten(home).get(self.digest)
        self.mark = self.digest[:MARK_DIGITS]
        coming = coming_back(home, self.key.mark)
        # Of several whom another key parted from their entries nobody can tell which is which; each
        # that is forgotten again takes the place of one.
        others = [mark for mark in coming if mark != self.mark] if is_again else []
        self.instead_of = None if self.mark in coming else next(iter(others), None)
        self.is_lost = self.mark in coming
        self.parts: dict[Path, int] = {}
        self.holders: list[Path] = []
        self.records: list[Path] = []
        self.holding: list[tuple[Holding, str]] = []

    def run(self, deletes: bool, is_dry_run: bool) -> Forgetting:
        """Search, and unless it is a dry run, remove."""
        result = self._search(is_dry_run)
        if is_dry_run:
            return result
        is_begun = self.known is not None and not self.known.is_finished
        is_due = is_begun or self.is_lost or self.instead_of is not None
        if (result.is_found and (result.lake or result.files or self.known is None)) or is_due:
            self._remove(result)
        if deletes:
            self._delete(result)
        return result

    def _search(self, is_dry_run: bool) -> Forgetting:
        result = Forgetting(is_dry_run, since=self.known.at if self.known else None)
        for folder in self.home.root.iterdir():
            if folder.is_dir() and folder != self.home.landing:
                scrub.remove_leftovers(folder)
        self.say("Looking through the lake")
        self.parts = dict(self._parts())
        self.say("Looking through warehouse, reports and run records")
        self.holders = [path for path in self._files() if self._is_holder(path)]
        sources = {(path.parent.name, path.stem.partition("-")[0]) for path in self.parts}
        self.records = [path for path in self._run_records() if _rests_on(path, sources)]
        searched = search_landing(self.home, self.key, self.hashed, self.say)
        status = self._statuses()
        self.holding = [(holding, status(holding)) for holding in searched.holding]
        result.rows = sum(self.parts.values())
        result.lake = [self._shown(path) for path in self.parts]
        result.files = [self._shown(path) for path in self.holders]
        result.runs = [path.stem for path in self.records]
        result.closed = list(searched.closed)
        result.outside = [str(path) for path in self._snapshots()]
        result.shops = sorted(
            {_shop_of(path) for path in self.parts}
            | {holding.file.partition("/")[0] for holding, _ in self.holding}
        )
        result.landing = [
            {
                "file": holding.file,
                "members": list(holding.members),
                "status": found,
                "is_deleted": False,
            }
            for holding, found in self.holding
        ]
        return result

    def _remove(self, result: Forgetting) -> None:
        at = self.known.at if self.known else now_text()
        entry = Forgotten(self.digest, at, self.key.mark, is_finished=False)
        put_forgotten(self.home, entry)
        (self.home.root / ".seen.json").unlink(missing_ok=True)
        for path in self.records:
            _mark(path, at)
        # What is published no longer is what a build of the lake gives: the next run makes it anew.
        for path in (PublicationState.path(self.home), *self._kept_states()):
            _outdate(path, {_shop_of(part) for part in self.parts})
        for path in self._remade():
            result.removed.append(self._shown(path))
            shutil.rmtree(path) if path.is_dir() else path.unlink()
            sync_folder(path.parent)
        for path in self.holders:
            self.say(f"Writing {self._shown(path)} anew")
            if scrub.is_database(path):
                scrub.scrub_database(path, self.hashed, self.home.work)
            elif _is_text(path):
                scrub.scrub_text(path, self.hashed)
            else:
                raise StageError(
                    f"{path} holds the buyer's hash in a form that is not known.",
                    "Remove that file, then run the command again.",
                )
        for path in self.parts:
            self.say(f"Writing {self._shown(path)} anew")
            scrub.scrub_parquet(path, _hashed_columns(), self.hashed)
        self._decide(result)
        put_forgotten(self.home, replace(entry, is_finished=True))

    def _decide(self, result: Forgetting) -> None:
        """Enter the decision once, however often the command was interrupted."""
        made = [
            decision.details
            for decision in read_interventions(self.home)
            if decision.details.get("forgotten") == self.mark
        ]
        details = {"forgotten": self.mark}
        if self.instead_of and not any("instead_of" in known for known in made):
            details["instead_of"] = self.instead_of
        elif made:
            return
        shops = [shop for shop in result.shops if shop in set(read_ledger(self.home).shop_ids)]
        shop = shops[0] if len(shops) == 1 else ""
        add_intervention(self.home, "forget", shop, _SUBJECT, self.reason, details=details)

    def _delete(self, result: Forgetting) -> None:
        for (holding, status), shown in zip(self.holding, result.landing, strict=True):
            if status in _STAYS:
                continue
            if holding.path.exists() and Stamp.of(holding.path) != holding.stamp:
                # Another export came in its place while the command was at work.
                shown["status"] = "unread"
                continue
            holding.path.unlink(missing_ok=True)
            sync_folder(holding.path.parent)
            shown["is_deleted"] = True

    def _parts(self) -> Iterator[tuple[Path, int]]:
        for contract in load_contracts():
            if not contract.hashed_headers:
                continue
            for path in files_under(self.home.lake / contract.system / contract.entity):
                if path.suffix != ".parquet":
                    continue
                held = scrub.rows_in_parquet(path, _hashed_columns(), self.hashed)
                if held:
                    yield path, held

    def _files(self) -> Iterator[Path]:
        """Everything that could hold the hash but landing, lake, secrets and what is remade."""
        apart = {self.home.landing, self.home.hash_key.parent, self.home.lock_file}
        apart |= {self.home.work, self.home.staging, *self._remade()}
        for path in files_under(self.home.root):
            if path.suffix == ".parquet" and path.is_relative_to(self.home.lake):
                continue
            if not any(path == place or place in path.parents for place in apart):
                yield path

    def _remade(self) -> list[Path]:
        """Private files that the next run makes again, and that a free block could lie in."""
        private = self.home.private
        names = ("build.json", "build.duckdb", "build.duckdb.wal", "what_if", "rendered")
        return [path for name in names if (path := private / name).exists()]

    def _is_holder(self, path: Path) -> bool:
        if path.is_symlink():
            return False
        if scrub.is_database(path):
            try:
                return scrub.is_in_database(path, self.hashed, self.home.work)
            except duckdb.Error as error:
                raise StageError(
                    f"{path} cannot be looked into: it is damaged, or another program has it open.",
                    "Close that program or remove the file, then run the command again.",
                ) from error
        return scrub.is_in_file(path, self.hashed)

    def _run_records(self) -> list[Path]:
        return sorted(self.home.runs.glob("*.json")) if self.home.runs.is_dir() else []

    def _kept_states(self) -> list[Path]:
        return sorted((self.home.private / "publications").glob("*/publication.json"))

    def _snapshots(self) -> Iterator[Path]:
        """Snapshots that were written outside of the home folder, are still there and hold it."""
        seen: set[Path] = set()
        for path in self._run_records():
            out = (_object(path).get("arguments") or {}).get("out")
            target = Path(out) if out else None
            if target is None or target in seen or target.is_relative_to(self.home.root):
                continue
            seen.add(target)
            if target.is_file() and os.access(target, os.R_OK) and self._is_holder(target):
                yield target

    def _statuses(self) -> Callable[[Holding], str]:
        # By bytes, not by name: what was dropped since under the name of a file that was read is
        # in no table.
        known = {record.id: record.status for record in read_ledger(self.home).records}

        def status(holding: Holding) -> str:
            parts = holding.file.split("/")
            if any(map(is_left_alone, parts)):
                return "left alone"
            shop, file = (parts[0] if len(parts) > 1 else ""), "/".join(parts[1:]) or parts[0]
            found = [
                known.get((shop, member_path(file, member), sha256), "unread")
                for member, sha256 in holding.contents
            ]
            return min(found, key=_WORST_FIRST.index)

        return status

    def _shown(self, path: Path) -> str:
        return path.relative_to(self.home.root).as_posix()


def _hashed_columns() -> tuple[str, ...]:
    """Names of the lake columns that hold a keyed hash, of all feeds."""
    return tuple(
        column.name
        for contract in load_contracts()
        for column in contract.columns
        if column.treatment == "keyed_hash"
    )


def _shop_of(part: Path) -> str:
    return unquote(part.parent.name.removeprefix("shop="))


def _object(path: Path) -> dict[str, Any]:
    try:
        found = read_json(path)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _rests_on(record: Path, sources: set[tuple[str, str]]) -> bool:
    """Whether a run read one of these sources (shop folder, source id of the lake)."""
    return any(
        (lake_folder(item["shop_id"]), source_id_of(item["sha256"])) in sources
        for item in _object(record).get("inputs") or []
    )


def _mark(record: Path, at: str) -> None:
    content = _object(record)
    if content.get("reproducible") is False:
        return
    because = _WHY.format(day=at[:10])
    write_json(record, content | {"reproducible": False, "not_reproducible_because": because})


def _outdate(path: Path, shops: set[str]) -> None:
    """Say in a publication's state that the shops' days and reports were made from other data."""
    content = _object(path)
    changed = False
    for shop, state in content.get("shops", {}).items():
        if shop in shops:
            changed |= any(made_from != _STALE for made_from in state["days"].values())
            state["days"] = dict.fromkeys(state["days"], _STALE)
    for edition in content.get("editions", {}).values():
        for shop in shops & set(edition.get("shops", {})):
            edition["shops"][shop] = _STALE
    if changed:
        write_json(path, content)


def _is_text(path: Path) -> bool:
    return b"\0" not in path.read_bytes()
