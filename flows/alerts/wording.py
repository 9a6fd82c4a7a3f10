"""The sentences of the rules: templates with columns, counts and tested sentences filled in.

A placeholder is `{column}`, `{column:format}`, `{sentence:name}` or one of the names below. Text
from outside is escaped here, and no template can call, link or format anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flows.alerts.message import clean, code, escape, name_of, words
from flows.report.context import Shop
from flows.report.formats import (
    format_date,
    format_moment,
    format_money,
    format_number,
    format_rate,
    local,
    plural,
)
from flows.report.rule_words import WAITING_WORDS, ZONE_WORDS, words_of
from flows.report.vocabulary import DEFECT_WORDS

Row = Mapping[str, Any]

NEVER = frozenset(("buyer_hash", "creator_handle", "product_name", "title"))
"""Columns that no message names: buyers, creators and product titles."""

SECTIONS = ("says", "history", "list", "act", "foot", "owner", "runbook", "record")
"""Placeholders of `message` alone: what a rule says, and the parts that every message has."""

_MISSING = "–"
_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)(?::([^{}]*))?\}")
_PLURAL = re.compile(r"[^|]+\|[^|]+")

Value = Callable[[str, str], str]
"""Gives what stands for a name and a format, escaped."""

_Format = Callable[[Any, Row, Shop], str]


def _words_by(known: Mapping[str, str]) -> _Format:
    return lambda value, _row, _shop: escape(words_of(dict(known), str(value)))


def _rate(value: Any, row: Row, _shop: Shop) -> str:
    value = float(value) if isinstance(value, Decimal) else value
    return format_rate(value, (row.get("target"), row.get("enforcement")))


def _number(value: Any, _row: Row, _shop: Shop) -> str:
    return format_number(value, 0 if float(value).is_integer() else 1)


FORMATS: dict[str, _Format] = {
    "rate": _rate,
    "number": _number,
    "day": lambda value, _row, shop: _day(value, shop),
    "moment": lambda value, _row, shop: format_moment(value, shop.timezone),
    "money": lambda value, row, _shop: escape(format_money(value, row.get("currency"))),
    "name": lambda value, _row, _shop: name_of(str(value)),
    "code": lambda value, _row, _shop: code(clean(str(value), 80)),
    "words": lambda value, _row, _shop: words(str(value), 200),
    "zone": _words_by(ZONE_WORDS),
    "waiting": _words_by(WAITING_WORDS),
    "defect": _words_by(DEFECT_WORDS),
}
"""What may follow the colon: how a value is written; each gives escaped text."""


TAKES: dict[str, tuple[str, ...]] = {
    "rate": ("number",),
    "number": ("number",),
    "money": ("number",),
    "day": ("day", "moment"),
    "moment": ("moment",),
}
"""The kinds of values (`flows.alerts.relations.kind_of`) that a format takes; others take all."""


def placeholders(template: str) -> list[tuple[str, str]]:
    """The names and formats of a template, in their order."""
    return [(name, form or "") for name, form in _PLACEHOLDER.findall(template)]


def stray_braces(template: str) -> bool:
    """Whether a brace is left that begins or ends no placeholder."""
    return bool(set("{}") & set(_PLACEHOLDER.sub("", template)))


def is_format(form: str) -> bool:
    """Whether a format is known; `is|are` is one: a word for one, a word for more."""
    return not form or form in FORMATS or bool(_PLURAL.fullmatch(form))


def fill(template: str, value: Value, literal: Callable[[str], str] = escape) -> str:
    """A template with its placeholders filled in.

    Args:
        value: gives what stands for a name and format, escaped.
        literal: what is done with the text between them.
    """
    parts: list[str] = []
    end = 0
    for found in _PLACEHOLDER.finditer(template):
        parts += (literal(template[end : found.start()]), value(found[1], found[2] or ""))
        end = found.end()
    parts.append(literal(template[end:]))
    lines = "".join(parts).splitlines()
    return "\n".join(" ".join(line.split()) for line in lines).strip()


def fill_parts(templates: Iterable[str], row: Row, value: Value) -> list[str]:
    """The parts of a list's line, without those of which the row lacks a value."""
    whole = (
        template
        for template in templates
        if all(
            name == "sentence" or name not in row or row[name] not in (None, "")
            for name, _ in placeholders(template)
        )
    )
    return [part for template in whole if (part := fill(template, value))]


def shown(name: str, form: str, known: Row, shop: Shop, unit: tuple[str, str]) -> str:
    """The value of a name, escaped.

    Args:
        known: what the names stand for.
        unit: the word for one of what is counted, and for more.
    """
    value = known.get(name)
    if value is None:
        return _MISSING
    if "|" in form:
        one, many = form.split("|")
        return escape(one if value == 1 else many)
    if name == "count" and not form:
        return escape(plural(value, *unit))
    return FORMATS[form or _usual(value)](value, known, shop)


def _usual(value: object) -> str:
    """The format of a value for which none is given."""
    if isinstance(value, datetime):
        return "moment"
    if isinstance(value, date):
        return "day"
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return "number" if is_number else "name"


def _day(value: date, shop: Shop) -> str:
    return format_date(local(value, shop.timezone).date() if isinstance(value, datetime) else value)
