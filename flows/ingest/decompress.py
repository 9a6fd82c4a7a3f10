"""From a file as dropped to plain files to read: hashing, .gz and .zip, within bounds.

Everything is streamed. What is unpacked goes into the run's scratch folder and is removed as soon
as it is read. A member's name is never used as a path.
"""

from __future__ import annotations

import errno
import gzip
import hashlib
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from flows.ingest.reasons import DOWNLOAD_AGAIN, Refusal
from flows.ingest.sniff import ByteFacts, Magic, magic_of

CHUNK = 1 << 22
MAX_EXPANDED = 16 << 30
MAX_RATIO = 250
RATIO_GRACE = 32 << 20
MAX_MEMBERS = 10_000
MAX_DIRECTORY = 8 << 20

_END_REACH = 22 + (1 << 16)  # the end of the directory, and the longest comment after it
_IN_ZIP64 = 0xFFFFFFFF
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
_UNPACK = "Unpack it and drop the exports themselves, or one .zip that holds nothing but them."


class Readable(Protocol):
    """A stream of bytes."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""
        ...


@dataclass(frozen=True, slots=True)
class Plain:
    """A readable file: `path` holds the plain bytes, `facts` what one pass over them found.

    `member` is the name within a .zip, empty otherwise. `sha256` is of the file as dropped, of
    the member for a .zip, whose own hash is `archive_sha256`. `is_scratch`: remove after use.
    """

    path: Path
    member: str
    sha256: str
    archive_sha256: str | None
    size: int
    facts: ByteFacts
    is_scratch: bool


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A member (or the whole file, when `member` is empty) that is refused unread."""

    member: str
    sha256: str
    archive_sha256: str | None
    size: int
    refusal: Refusal


def scan(
    source: Readable, target: IO[bytes] | None, packed_size: int | None
) -> tuple[str, ByteFacts]:
    """One pass over a stream: SHA-256 and byte facts, copied to `target` when there is one.

    `packed_size` bounds the expansion; `Refusal` when the bound is broken.
    """
    digest = hashlib.sha256()
    facts = ByteFacts()
    limit = MAX_EXPANDED
    if packed_size is not None:
        limit = min(limit, max(RATIO_GRACE, packed_size * MAX_RATIO))
    while chunk := source.read(CHUNK):
        digest.update(chunk)
        facts.take(chunk)
        if packed_size is not None and facts.size > limit:
            raise Refusal(
                "The archive expands beyond any export's size.",
                "Drop the export itself, or split it into shorter date ranges.",
            )
        if target is not None:
            target.write(chunk)
    facts.finish()
    return digest.hexdigest(), facts


def hash_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def open_plain(path: Path, scratch: Path) -> Iterator[Plain | Unreadable]:
    """The plain files in a dropped file, one after the other.

    A scratch file is gone once the next one is asked for. Errors of the content come as
    `Unreadable`; errors of the file system are raised.
    """
    with path.open("rb") as handle:
        magic = magic_of(handle.read(4096))
    if magic is Magic.GZIP:
        yield from _open_gzip(path, scratch)
    elif magic is Magic.ZIP and not is_workbook(path):
        yield from _open_zip(path, scratch)
    else:
        with path.open("rb") as handle:
            sha256, facts = scan(handle, None, None)
        yield Plain(path, "", sha256, None, facts.size, facts, is_scratch=False)


def _open_gzip(path: Path, scratch: Path) -> Iterator[Plain | Unreadable]:
    sha256 = hash_of(path)
    size = path.stat().st_size
    target = scratch / f"{sha256[:16]}.plain"
    try:
        try:
            with gzip.open(path, "rb") as packed, target.open("wb") as out:
                _, facts = scan(packed, out, size)
            _no_nesting(facts.head, is_workbook_allowed=True, path=target)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            yield Unreadable(
                "", sha256, None, size, Refusal("The .gz file is damaged.", DOWNLOAD_AGAIN)
            )
            return
        except Refusal as refusal:
            yield Unreadable("", sha256, None, size, refusal)
            return
        yield Plain(target, "", sha256, None, size, facts, is_scratch=True)
    finally:
        target.unlink(missing_ok=True)


def _open_zip(path: Path, scratch: Path) -> Iterator[Plain | Unreadable]:
    sha256 = hash_of(path)
    size = path.stat().st_size
    try:
        _check_directory(path)
        archive = zipfile.ZipFile(path)
        members = [info for info in archive.infolist() if not _is_ignored(info)]
        _check_archive(members, size)
    except (*_DAMAGED, ValueError, OSError):
        what = "workbook" if _begins_as_workbook(path) else ".zip file"
        damaged = Refusal(f"The {what} is damaged.", DOWNLOAD_AGAIN)
        yield Unreadable("", sha256, None, size, damaged)
        return
    except Refusal as refusal:
        yield Unreadable("", sha256, None, size, refusal)
        return
    with archive:
        for number, info in enumerate(sorted(members, key=lambda item: item.filename)):
            target = scratch / f"{sha256[:16]}-{number}.plain"
            yield from _open_member(archive, info, sha256, target)


def _open_member(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, sha256: str, target: Path
) -> Iterator[Plain | Unreadable]:
    try:
        try:
            with archive.open(info) as packed, target.open("wb") as out:
                member_sha, facts = scan(packed, out, info.compress_size)
            _no_nesting(facts.head, is_workbook_allowed=True, path=target)
        except Refusal as refusal:
            yield Unreadable(info.filename, sha256, sha256, info.file_size, refusal)
            return
        except (*_DAMAGED, OSError) as error:
            # A position outside of the file is damage; a full disk is not.
            if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
                raise
            damaged = Refusal("The member of the .zip file is damaged.", DOWNLOAD_AGAIN)
            yield Unreadable(info.filename, sha256, sha256, info.file_size, damaged)
            return
        yield Plain(target, info.filename, member_sha, sha256, facts.size, facts, is_scratch=True)
    finally:
        target.unlink(missing_ok=True)


def _is_ignored(info: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(info.filename.replace("\\", "/")).parts
    hidden = any(part.startswith(".") and part not in (".", "..") for part in parts)
    return info.is_dir() or hidden or "__MACOSX" in parts


def _check_directory(path: Path) -> None:
    """Raise `Refusal` for a list of members that is itself too long to be read."""
    with path.open("rb") as handle:
        handle.seek(max(0, path.stat().st_size - _END_REACH))
        tail = handle.read()
    at = tail.rfind(b"PK\x05\x06")
    length = int.from_bytes(tail[at + 12 : at + 16], "little") if at >= 0 else 0
    large = tail.rfind(b"PK\x06\x06", 0, max(at, 0))
    if length == _IN_ZIP64 and large >= 0:
        length = int.from_bytes(tail[large + 40 : large + 48], "little")
    if length > MAX_DIRECTORY:
        raise Refusal(f"The .zip file holds more than {MAX_MEMBERS} files.", _UNPACK)


def _check_archive(members: list[zipfile.ZipInfo], size: int) -> None:
    """Raise `Refusal` for an archive of `size` bytes that no exporting program writes."""
    if not members:
        raise Refusal("The .zip file holds no file.", DOWNLOAD_AGAIN)
    if len(members) > MAX_MEMBERS:
        raise Refusal(f"The .zip file holds more than {MAX_MEMBERS} files.", _UNPACK)
    names = [info.filename for info in members]
    if len(set(names)) < len(names):
        raise Refusal("Two members of the .zip file have the same name.", _UNPACK)
    for info in members:
        if "!/" in info.filename:
            raise Refusal("A member of the .zip file has `!/` in its name.", _UNPACK)
        path = PurePosixPath(info.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in info.filename:
            raise Refusal("A member of the .zip file has a path that leads out of it.", _UNPACK)
        if stat.S_ISLNK(info.external_attr >> 16):
            raise Refusal("A member of the .zip file is a link.", _UNPACK)
        if info.flag_bits & 0x1:
            raise Refusal("The .zip file is protected by a password.", _UNPACK)
    if sum(info.compress_size for info in members) > size:
        raise Refusal("Members of the .zip file share their bytes.", _UNPACK)
    if sum(info.file_size for info in members) > min(
        MAX_EXPANDED, max(RATIO_GRACE, size * MAX_RATIO)
    ):
        raise Refusal("The archive expands beyond any export's size.", _UNPACK)


def _no_nesting(head: bytes, *, is_workbook_allowed: bool, path: Path) -> None:
    magic = magic_of(head)
    nested = magic is Magic.GZIP
    nested |= magic is Magic.ZIP and not (is_workbook_allowed and is_workbook(path))
    if nested:
        raise Refusal("The archive holds another archive.", _UNPACK)


def _begins_as_workbook(path: Path) -> bool:
    """Whether a damaged container begins with a part of a workbook."""
    with path.open("rb") as handle:
        head = handle.read(4096)
    return any(part in head for part in (b"[Content_Types].xml", b"_rels/.rels", b"xl/"))


def is_workbook(path: Path) -> bool:
    """Whether a .zip container is an Excel workbook."""
    try:
        _check_directory(path)
        with zipfile.ZipFile(path) as container:
            names = {name.lower() for name in container.namelist()}
    except (Refusal, zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError):
        return False
    return "[content_types].xml" in names and any(name.startswith("xl/") for name in names)
