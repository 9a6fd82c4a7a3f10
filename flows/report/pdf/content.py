"""A report as data for the typesetter: plain JSON, in which no text can be markup.

Text is a string, or an object with its manner: ``{"x": text, "s": style, "l": anchor}``. Links lead
to anchors of the same document alone; what leads elsewhere keeps its text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from flows.report.pdf.drawing import for_paper
from flows.report.reading.model import (
    Badge,
    Block,
    Drawing,
    Grid,
    Inline,
    Line,
    Listing,
    Picture,
    PublishedPage,
    Run,
    Text,
    grids,
    words,
)

_Setter = Callable[[Line], list[Any]]
_LIST_KINDS = frozenset({"tasks", "cards", "files"})
# From so many rows on, columns get their widths from here: to measure every cell takes the
# typesetter longer than to set it.
_LONG = 60
# About so many signs are a line of such a table.
_LINE_SIGNS = 120
# What stands before the page's own list of its sections.
FIRST_SCREEN = frozenset({"today", "next", "rates", "decisions"})
# Narrower than this, two pictures stand side by side.
_HALF = 300


@dataclass(frozen=True)
class _Places:
    """The anchors of all pages of a document: page → its ids."""

    pages: dict[str, frozenset[str]]

    @classmethod
    def of(cls, pages: Sequence[PublishedPage]) -> _Places:
        return cls(
            {
                page.name: frozenset(
                    [part.anchor for part in page.parts if part.anchor]
                    + [
                        row.anchor
                        for part in page.parts
                        for grid in grids(part.blocks)
                        for row in grid.rows
                        if row.anchor
                    ]
                )
                for page in pages
            }
        )

    def label(self, page: str, href: str) -> str:
        """The label that a link of a page leads to, empty where that is not in the document."""
        name, _, anchor = href.partition("#")
        name = unquote(name) or page
        if name not in self.pages or (anchor and anchor not in self.pages[name]):
            return ""
        return label(name, anchor) if href else ""


def label(page: str, anchor: str) -> str:
    """The name of a place in the document."""
    return f"{page}#{anchor}"


def document(pages: Sequence[PublishedPage]) -> dict[str, Any]:
    """The pages of one report as the typesetter's data; the first gives the title."""
    places = _Places.of(pages)
    return {
        "title": pages[0].verdict,
        "pages": [_page(page, places) for page in pages],
    }


def _page(page: PublishedPage, places: _Places) -> dict[str, Any]:
    def line(text: Line) -> list[Any]:
        return [_inline(piece, page.name, places) for piece in text]

    taken: set[str] = set()

    def own_label(anchor: str) -> str:
        """The label of a place of the page, once: a document may have each but once."""
        own = label(page.name, anchor)
        is_new = own not in taken
        taken.add(own)
        return own if is_new else ""

    def block(item: Block) -> dict[str, Any]:
        if isinstance(item, Text):
            return {"t": "text", "kind": item.kind.partition(" ")[0], "r": line(item.line)}
        if isinstance(item, Listing):
            return _listing(item, line)
        if isinstance(item, Grid):
            return _grid(item, own_label, line)
        if isinstance(item, Picture):
            return {
                "t": "picture",
                "title": item.title,
                "caption": item.caption,
                **_drawing(item.drawing),
                "is_half": item.drawing.width <= _HALF,
            }
        return {
            "t": "fold",
            "title": item.summary,
            "is_definition": item.is_definition,
            "blocks": blocks(item.blocks),
        }

    def blocks(items: Sequence[Block]) -> list[dict[str, Any]]:
        """The blocks, narrow pictures that follow each other together."""
        made: list[dict[str, Any]] = []
        for item in items:
            one = block(item)
            if one["t"] == "picture" and one["is_half"]:
                if made and made[-1]["t"] == "pictures":
                    made[-1]["pictures"].append(one)
                    continue
                one = {"t": "pictures", "pictures": [one]}
            made.append(one)
        return made

    return {
        "label": own_label(""),
        "eyebrow": page.eyebrow,
        "verdict": page.verdict,
        "notes": [line(note) for note in page.notes],
        "opening": blocks(page.opening),
        "parts": [
            {
                # The sections of an overview have no anchor.
                "label": own_label(part.anchor or f" {number}"),
                # The list of an overview leads to the pages of the shops.
                "leads_to": places.label(page.name, part.href) if part.href else "",
                "question": part.question,
                "blocks": blocks(part.blocks),
            }
            for number, part in enumerate(page.parts)
        ],
        "first_screen": sum(part.anchor in FIRST_SCREEN for part in page.parts),
        "terms": [[term.term, term.meaning] for term in page.terms],
        "foot": page.foot,
    }


def _inline(piece: Inline, page: str, places: _Places) -> Any:
    if isinstance(piece, Badge):
        return {"b": piece.status, "shape": piece.shape, "x": piece.word}
    if isinstance(piece, Drawing):
        return {"d": True, **_drawing(piece)}
    target = places.label(page, piece.href)
    style = piece.style if piece.style in ("code", "strong") else ""
    if not target and not style:
        return piece.text
    return {"x": piece.text, "s": style, "l": target}


def _drawing(drawing: Drawing) -> dict[str, Any]:
    return {"svg": for_paper(drawing.svg), "alt": drawing.words, "width": drawing.width}


def _grid(item: Grid, own_label: Callable[[str], str], line: _Setter) -> dict[str, Any]:
    return {
        "t": "table",
        "caption": item.caption,
        "widths": _widths(item) if len(item.rows) >= _LONG else [],
        "has_drawings": any(
            isinstance(piece, Drawing) for row in item.rows for cell in row.cells for piece in cell
        ),
        "heads": [{"label": head.label, "is_number": head.is_number} for head in item.heads],
        "rows": [
            {
                "label": own_label(row.anchor) if row.anchor else "",
                "cells": [line(cell) for cell in row.cells],
            }
            for row in item.rows
        ],
    }


def _widths(item: Grid) -> list[float]:
    """The shares of a long table's columns: no word is broken, and as few texts as can be."""
    least = [max(map(len, head.label.split()), default=1) for head in item.heads]
    whole = list(least)
    for row in item.rows:
        for place, cell in enumerate(row.cells[: len(least)]):
            said = words(cell)
            least[place] = max(least[place], *map(len, said.split() or [""]))
            whole[place] = max(whole[place], len(said))
    wanted = sum(whole) - sum(least)
    room = max(0, _LINE_SIGNS - sum(least))
    share = min(1.0, room / wanted) if wanted else 1.0
    return [
        round(short + (long - short) * share + 2, 1)
        for short, long in zip(least, whole, strict=True)
    ]


def _listing(item: Listing, line: _Setter) -> dict[str, Any]:
    kind = next((name for name in item.kind.split() if name in _LIST_KINDS), "")
    if kind == "cards":
        return {"t": "cards", "rows": [_card(entry, line) for entry in item.items]}
    if kind == "files":
        return {"t": "files", "files": [_file(run) for entry in item.items for run in entry]}
    return {
        "t": "list",
        "is_ordered": item.is_ordered,
        "items": [line([_csv(piece) for piece in entry]) for entry in item.items],
    }


def _card(entry: Line, line: _Setter) -> list[Any]:
    """A rate's card: its status, then what the page names by its class."""
    badges = [piece for piece in entry if isinstance(piece, Badge)]
    named = {piece.style: piece for piece in entry if isinstance(piece, Run) and piece.text.strip()}
    return [line(badges)] + [
        line([named[name]]) if name in named else [] for name in ("what", "value", "room")
    ]


def _file(piece: Inline) -> list[str]:
    if not isinstance(piece, Run):
        return ["", ""]
    return [piece.text, unquote(piece.href)]


def _csv(piece: Inline) -> Inline:
    """A link to a worklist names its file: paper cannot follow it."""
    if isinstance(piece, Run) and piece.style == "file" and piece.href:
        return Run(f"({unquote(piece.href)})", "code")
    return piece
