"""Archives: bombs, members that lead out, damage."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib

from tests.hostile.case import Case
from tests.hostile.texts import CLEAN

_CLEAN = CLEAN.encode()


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def named(name: str) -> bytes:
    return zipped((name, _CLEAN))


def link() -> bytes:
    info = zipfile.ZipInfo("a.csv")
    info.external_attr = 0o120777 << 16
    return zipped((info, b"/etc/passwd"))


def locked() -> bytes:
    content = bytearray(named("a.csv"))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    return bytes(content)


def overlapping(count: int = 200) -> bytes:
    """Many members, each of which is the same bytes of the file."""
    body = zlib.compress(b"0" * (1 << 20))[2:-4]
    crc = zlib.crc32(b"0" * (1 << 20))
    sizes = struct.pack("<III", crc, len(body), 1 << 20)
    local = b"PK\x03\x04" + struct.pack("<HHHHH", 20, 0, 8, 0, 0) + sizes
    local += struct.pack("<HH", 1, 0) + b"a" + body
    directory = b""
    for number in range(count):
        name = f"{number}.csv".encode()
        directory += b"PK\x01\x02" + struct.pack("<HHHHHH", 20, 20, 0, 8, 0, 0) + sizes
        directory += struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, 0) + name
    end = struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), len(local), 0)
    return local + directory + b"PK\x05\x06" + end


def long_directory() -> bytes:
    """A list of members that is said to be longer than any."""
    content = bytearray(named("a.csv"))
    at = content.rindex(b"PK\x05\x06")
    content[at + 12 : at + 16] = struct.pack("<I", 1 << 30)
    return bytes(content)


_BOMB = gzip.compress(b" " * (64 << 20))

CASES = (
    Case("gzip bomb", lambda: _BOMB, "expands", file="a.csv.gz"),
    Case("gzip of gzip", lambda: gzip.compress(gzip.compress(_CLEAN)), "another archive"),
    Case("gzip cut off", lambda: gzip.compress(_CLEAN)[:-20], "damaged"),
    Case("gzip with other bytes behind", lambda: gzip.compress(_CLEAN) + b"xx", "damaged"),
    Case("gzip of nothing", lambda: gzip.compress(b""), "empty"),
    Case(
        "gzip in two parts",
        lambda: gzip.compress(_CLEAN[:50]) + gzip.compress(_CLEAN[50:]),
        accepted=3,
    ),
    Case("zip bomb", lambda: zipped(("a.csv", b"0" * (64 << 20))), "expands", file="a.zip"),
    Case("zip of a bomb", lambda: zipped(("a.csv.gz", _BOMB)), "another archive", file="a.zip"),
    Case("zip of zip", lambda: zipped(("a.zip", named("b.csv"))), "another archive", file="a.zip"),
    Case("members that share bytes", overlapping, "share their bytes", file="a.zip"),
    Case("a directory beyond any", long_directory, "more than", file="a.zip"),
    Case("a name that climbs", lambda: named("../../a.csv"), "leads out", file="a.zip"),
    Case(
        "a name that climbs in Windows", lambda: named("..\\..\\a.csv"), "leads out", file="a.zip"
    ),
    Case("an absolute name", lambda: named("/etc/a.csv"), "leads out", file="a.zip"),
    Case("a drive's name", lambda: named("C:/a.csv"), "leads out", file="a.zip"),
    Case(
        "a name like a path in an archive", lambda: named("b!/a.csv"), "in its name", file="a.zip"
    ),
    Case("a link", link, "is a link", file="a.zip"),
    Case("zip with a password", locked, "password", file="a.zip"),
    Case("no member", zipped, "no file", file="a.zip"),
    Case("zip cut off", lambda: named("a.csv")[:-30], "damaged", file="a.zip"),
    Case("random bytes behind the signature", lambda: b"PK\x03\x04" + b"x" * 500, "damaged"),
    Case("7z", lambda: b"7z\xbc\xaf\x27\x1c" + b"\0" * 99, "packed", file="a.7z"),
    Case("rar", lambda: b"Rar!\x1a\x07\0" + b"\0" * 99, "packed", file="a.rar"),
    Case("xz", lambda: b"\xfd7zXZ\0" + b"\0" * 99, "packed", file="a.xz"),
)
