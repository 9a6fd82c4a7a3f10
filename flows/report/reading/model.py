"""What a published page says: sections of blocks, without what only a browser needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    """Text in one manner. ``style``: empty, ``code``, ``strong``, or a class of the page."""

    text: str
    style: str = ""
    href: str = ""


@dataclass(frozen=True)
class Badge:
    """A status: its name (``breach``), shape and word."""

    status: str
    shape: str
    word: str


@dataclass(frozen=True)
class Drawing:
    """An SVG with what it shows in words; sizes in CSS pixels."""

    svg: str
    words: str
    width: int
    height: int


Inline = Run | Badge | Drawing
Line = Sequence[Inline]


@dataclass(frozen=True)
class Text:
    """A paragraph; ``kind`` is its class on the page (``answer``, ``note``, ``banner``)."""

    line: Line
    kind: str = ""


@dataclass(frozen=True)
class Listing:
    """A list; ``kind`` is its class on the page (``tasks``, ``cards``, ``files``)."""

    items: Sequence[Line]
    is_ordered: bool
    kind: str = ""


@dataclass(frozen=True)
class Head:
    """The heading of a column."""

    label: str
    is_number: bool


@dataclass(frozen=True)
class Cells:
    """A row of a table; ``anchor`` is its id on the page."""

    cells: Sequence[Line]
    anchor: str = ""


@dataclass(frozen=True)
class Grid:
    """A table."""

    caption: str
    heads: Sequence[Head]
    rows: Sequence[Cells]


@dataclass(frozen=True)
class Picture:
    """A figure: its title, the widest of its drawings, its caption."""

    title: str
    drawing: Drawing
    caption: str


@dataclass(frozen=True)
class Folded:
    """Details that the page opens when they are asked for."""

    summary: str
    blocks: Sequence[Block]
    is_definition: bool


Block = Text | Listing | Grid | Picture | Folded


@dataclass(frozen=True)
class Part:
    """A section: its question and what answers it; ``href``: where its question leads to."""

    anchor: str
    question: str
    blocks: Sequence[Block]
    href: str = ""

    @property
    def answer(self) -> Line:
        """Its first sentence, empty without any."""
        return next((block.line for block in self.blocks if isinstance(block, Text)), ())


@dataclass(frozen=True)
class Terms:
    """What a term of the page means."""

    term: str
    meaning: str


@dataclass(frozen=True)
class PublishedPage:
    """One page. ``eyebrow``: the shop, the period, the zone; ``foot``: the run that made it."""

    name: str
    eyebrow: str
    verdict: str
    notes: Sequence[Line]
    opening: Sequence[Block]
    parts: Sequence[Part]
    foot: str
    terms: Sequence[Terms] = ()

    def part(self, anchor: str) -> Part | None:
        """The section of an anchor."""
        return next((part for part in self.parts if part.anchor == anchor), None)


def words(line: Line) -> str:
    """A line as plain text: a status by its word, a drawing by nothing."""
    said = []
    for piece in line:
        if isinstance(piece, Run):
            said.append(piece.text)
        elif isinstance(piece, Badge):
            said.append(piece.word)
    return " ".join("".join(said).split())


def grids(blocks: Sequence[Block]) -> Iterator[Grid]:
    """The tables among blocks, folded ones too."""
    for block in blocks:
        if isinstance(block, Grid):
            yield block
        elif isinstance(block, Folded):
            yield from grids(block.blocks)
