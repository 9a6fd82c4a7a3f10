"""JSON that is damaged, or that JSON leaves open."""

from __future__ import annotations

import json

from tests.hostile.case import Case
from tests.ingest.builders import EVENT, TRACKING_HEADER

RECORD = dict(zip(TRACKING_HEADER, EVENT, strict=True))
THREE = json.dumps([RECORD] * 3)
_TEXT, _ID = '"Origin scan"', '"1Z5R89390357567127"'


def case(
    name: str,
    text: str,
    word: str = "",
    accepted: int | None = None,
    rows: tuple[tuple[int, str], ...] = (),
) -> Case:
    return Case(name, text.encode, word, accepted, rows, file="a.json")


def value(
    name: str,
    old: str,
    new: str,
    word: str = "",
    accepted: int | None = None,
    rows: tuple[tuple[int, str], ...] = (),
) -> Case:
    """Three events of which the second has another value."""
    first, second, third = (json.dumps(RECORD) for _ in range(3))
    return case(name, f"[{first},{second.replace(old, new)},{third}]", word, accepted, rows)


_LAYOUT = "not as its vendor writes it"
CASES = (
    case("JSON cut off", THREE[:-30], "damaged or cut off"),
    case("lines, the last one cut off", "\n".join([json.dumps(RECORD)] * 3)[:-9], "cut off"),
    case("other text behind", THREE + "garbage", "damaged or cut off"),
    case("two documents", '{"a": 1}{"b": 2}', "damaged or cut off"),
    case("a hundred thousand lists deep", "[" * 100_000 + "]" * 100_000, "damaged"),
    case("a hundred thousand objects deep", '{"a":' * 100_000 + "1" + "}" * 100_000, "damaged"),
    value("a list in a value", _TEXT, "[" * 400 + "]" * 400, _LAYOUT),
    value("an object in a value", _TEXT, '{"a": [1]}', _LAYOUT),
    value("NaN", _TEXT, "NaN", _LAYOUT),
    value("infinity", _TEXT, "-Infinity", _LAYOUT),
    value("a key twice", '"carrier"', '"carrier": "DHL", "carrier"', _LAYOUT),
    value("a number without end", _TEXT, "9" * 6000, accepted=3),
    value("a number beyond any", _TEXT, "1e999", accepted=3),
    value("an id as a whole number", _ID, "92612903029511573030094547", accepted=3),
    value(
        "an id as another number",
        _ID,
        "9.2612903029511573030094547e25",
        accepted=2,
        rows=((2, "lost digits"),),
    ),
    value("half a character in a text", _TEXT, '"a\\ud800b"', accepted=3),
    value(
        "half a character in an id",
        _ID,
        '"1Z\\udfff5"',
        accepted=2,
        rows=((2, "characters that no id has"),),
    ),
    value("NUL in a text", _TEXT, '"a\\u0000b"', accepted=2, rows=((2, "NUL"),)),
    value(
        "a word for a time",
        '"2026-04-06T18:00:00Z"',
        '"then"',
        accepted=2,
        rows=((2, "not a time"),),
    ),
    value("a line separator in a text", _TEXT, '"a\u2028b"', accepted=3),
    case("something else among records", json.dumps([RECORD, [RECORD], None, 1]), _LAYOUT),
    case("no records", "[]", "no contract"),
    case("a word", "null", "no contract"),
    case("other keys", '[{"hello": "world"}]', "no contract"),
    case("very many keys", json.dumps([{f"k{i}": 1 for i in range(2_000)}]), "no contract"),
)
