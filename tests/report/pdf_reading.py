"""Reads a PDF of ours back: its text, its outline, its tags."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from functools import cached_property

_OBJECT = re.compile(rb"(\d+) 0 obj\s(.*?)\sendobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*)\r?\nendstream", re.DOTALL)
_GLYPHS = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]+)>")
_TOKEN = re.compile(rb"/(f\d+) [\d.]+ Tf|\\.|[()]|\bBT\b|\bET\b", re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_CONTROL = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


class Pdf:
    """A PDF whose objects stand one after another."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self._objects = {int(m[1]): m[2] for m in _OBJECT.finditer(content)}
        self.pages = [o for o in self._objects.values() if re.search(rb"/Type ?/Page\b", o)]

    def tags(self) -> set[str]:
        """The kinds of its structure elements: ``H1``, ``Table``, ``TH``."""
        return {
            found[1].decode()
            for o in self._objects.values()
            if b"/Type/StructElem" in o and (found := re.search(rb"/S/(\w+)", o))
        }

    @cached_property
    def texts(self) -> list[str]:
        """The text of each page, its pictures apart, in the order in which it is drawn."""
        return [self._text(page) for page in self.pages]

    def strings(self, key: str) -> list[str]:
        """Every text that objects have under a key, as ``Title`` or ``Alt``."""
        found = re.findall(rb"/%s(\((?:\\.|[^\\)])*\))" % key.encode(), self.content, re.DOTALL)
        return [_decoded(_unescaped(text)) for text in found]

    def _text(self, page: bytes) -> str:
        resources = self._objects[_reference(page, b"Resources")]
        fonts = {
            name.decode(): self._glyphs(int(number))
            for name, number in re.findall(rb"/(f\d+) (\d+) 0 R", resources)
        }
        signs: dict[int, str] = {}
        said = []
        for font, text in _shown(self._stream(_reference(page, b"Contents"))):
            if font:
                signs = fonts[font]
                said.append(" ")
            codes = _unescaped(text)
            pairs = zip(codes[::2], codes[1::2], strict=True)
            said += [signs[high << 8 | low] for high, low in pairs]
        return " ".join("".join(said).split())

    def _glyphs(self, font: int) -> dict[int, str]:
        table = self._stream(_reference(self._objects[font], b"ToUnicode"))
        return {
            int(code, 16): bytes.fromhex(sign.decode()).decode("utf-16-be")
            for code, sign in _GLYPHS.findall(table.split(b"endcodespacerange")[1])
        }

    def _stream(self, number: int) -> bytes:
        body = self._objects[number]
        found = _STREAM.search(body)
        assert found, body[:200]
        return zlib.decompress(found[1]) if b"/FlateDecode" in body else found[1]


def _shown(drawing: bytes) -> Iterator[tuple[str, bytes]]:
    """The fonts that are chosen and the strings that are shown; brackets within them balance."""
    depth, start, is_text = 0, 0, False
    for token in _TOKEN.finditer(drawing):
        if token[0] == b"(":
            start = start if depth else token.start()
            depth += 1
        elif token[0] == b")":
            depth -= 1
            if not depth and is_text:
                yield "", drawing[start : token.end()]
        elif not depth and token[0] in (b"BT", b"ET"):
            is_text = token[0] == b"BT"
        elif not depth and token[1]:
            yield token[1].decode(), b"()"


def _reference(body: bytes, key: bytes) -> int:
    found = re.search(rb"/%s (\d+) 0 R" % key, body)
    assert found, (key, body[:200])
    return int(found[1])


def _unescaped(text: bytes) -> bytes:
    def sign(found: re.Match[bytes]) -> bytes:
        escaped = found[1]
        return bytes([int(escaped, 8)]) if escaped.isdigit() else _CONTROL.get(escaped, escaped)

    return _ESCAPE.sub(sign, text[1:-1])


def _decoded(text: bytes) -> str:
    return text[2:].decode("utf-16-be") if text.startswith(b"\xfe\xff") else text.decode("latin-1")
