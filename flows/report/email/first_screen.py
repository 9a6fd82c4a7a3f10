"""What of a page goes into a message: what its first screen says, and each section's answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flows.report.reading.model import (
    Badge,
    Grid,
    Inline,
    Line,
    Listing,
    Part,
    PublishedPage,
    Run,
    Text,
    words,
)

_OPENING = ("next", "today", "decisions")
_BAR_WIDTH = 120
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)%")


@dataclass(frozen=True)
class Piece:
    """A piece of a bar: ``kind`` is ``value``, ``target`` or ``rest``, the width in pixels."""

    kind: str
    width: int


@dataclass(frozen=True)
class RateLine:
    """One rate as the page shows it; ``bar`` is empty where it has no value or no target."""

    badge: Badge
    label: str
    value: str
    target: str
    room: str
    bar: Sequence[Piece] = ()


@dataclass(frozen=True)
class Passage:
    """A section of the message: its question, what answers it, the anchor where more stands."""

    question: str
    paragraphs: Sequence[Line]
    items: Sequence[Line] = ()
    rates: Sequence[RateLine] = ()
    anchor: str = ""


@dataclass(frozen=True)
class FirstScreen:
    """A message's content. ``answers``: the sections of the report by their first sentence."""

    eyebrow: str
    verdict: str
    notes: Sequence[Line]
    passages: Sequence[Passage]
    answers: Sequence[Passage]
    foot: str


def first_screen(page: PublishedPage) -> FirstScreen:
    """What of a page goes into a message, in the order in which it is read."""
    rates = page.part("rates")
    passages = [_passage(part) for anchor in _OPENING if (part := page.part(anchor))]
    if rates is not None:
        passages.append(Passage(rates.question, (), (), rate_lines(rates)))
    cards = _cards(page.opening)
    if cards:
        passages.insert(0, Passage("The four rates", (), (), cards))
    shown = {*_OPENING, "rates"}
    rest = [part for part in page.parts if part.anchor and part.anchor not in shown]
    # The page over several shops has a section a shop, which no link leads to.
    passages += [_of_shop(part) for part in page.parts if not part.anchor]
    return FirstScreen(
        page.eyebrow,
        page.verdict,
        [_without_links(note) for note in page.notes],
        passages,
        [
            Passage(part.question, (_unlinked(part.answer),), anchor=part.anchor)
            for part in rest
            if part.answer
        ],
        page.foot,
    )


def plain_text(screen: FirstScreen, where: str) -> str:
    """The message for clients that show no HTML; where: how people find the report itself."""
    said = [screen.eyebrow, screen.verdict, *(words(note) for note in screen.notes)]
    for passage in screen.passages:
        said.append("")
        said.append(passage.question.upper())
        said += [words(line) for line in passage.paragraphs]
        said += [_rate_words(rate) for rate in passage.rates]
        said += [f"{place}. {words(item)}" for place, item in enumerate(passage.items, start=1)]
    if screen.answers:
        said += ["", "IN THE REPORT"]
    for answer in screen.answers:
        said += ["", answer.question, *(words(line) for line in answer.paragraphs)]
    said += ["", where, screen.foot]
    return "\n".join(line for line in said if line is not None).strip() + "\n"


def rate_lines(part: Part) -> list[RateLine]:
    """The rates of the page's table, found by the headings of its columns."""
    grid = next((block for block in part.blocks if isinstance(block, Grid)), None)
    if grid is None:
        return []
    place = {head.label: number for number, head in enumerate(grid.heads)}

    def cell(row: Sequence[Line], name: str) -> Line:
        return row[place[name]] if name in place and place[name] < len(row) else ()

    lines = []
    for row in grid.rows:
        badge = _badge(cell(row.cells, "Status"))
        value, target = words(cell(row.cells, "Value")), words(cell(row.cells, "Target"))
        lines.append(
            RateLine(
                badge,
                words(cell(row.cells, "Rate")),
                value,
                target,
                words(cell(row.cells, "Headroom")),
                bar(value, target),
            )
        )
    return lines


def bar(value: str, target: str) -> list[Piece]:
    """A rate against its target as pieces that lie side by side; ceilings begin at 0 %.

    A floor of at least half begins at 50 %, as on the page.
    """
    rate, line = _PERCENT.search(value), _PERCENT.search(target)
    if rate is None or line is None:
        return []
    at, goal = float(rate[1]), float(line[1])
    if "least" in target:
        low, high = (50.0 if min(at, goal) >= 50 else 0.0), 100.0
    else:
        low, high = 0.0, max(2 * goal, 1.1 * at)
    if high <= low:
        return []
    hair = 3
    scale = (_BAR_WIDTH - hair) / (high - low)
    filled, mark = round((at - low) * scale), round((goal - low) * scale)
    pieces = [Piece("value", min(filled, mark)), Piece("rest", max(0, mark - filled))]
    pieces += [Piece("target", hair), Piece("value", max(0, filled - mark))]
    pieces.append(Piece("rest", _BAR_WIDTH - hair - max(filled, mark)))
    return [piece for piece in pieces if piece.width > 0]


def _passage(part: Part) -> Passage:
    texts = [_unlinked(block.line) for block in part.blocks if isinstance(block, Text)]
    items = [item for block in part.blocks if isinstance(block, Listing) for item in block.items]
    return Passage(part.question, texts, [_without_links(item) for item in items])


def _of_shop(part: Part) -> Passage:
    """A shop's section: its verdict, its rates, its first tasks."""
    tasks = [
        _without_links(item)
        for block in part.blocks
        if isinstance(block, Listing) and "cards" not in block.kind.split()
        for item in block.items
    ]
    texts = [_unlinked(block.line) for block in part.blocks if isinstance(block, Text)]
    return Passage(part.question, texts, tasks, _cards(part.blocks))


def _cards(blocks: Sequence[object]) -> list[RateLine]:
    cards = [
        item
        for block in blocks
        if isinstance(block, Listing) and "cards" in block.kind.split()
        for item in block.items
    ]
    return [_card(card) for card in cards]


def _card(card: Line) -> RateLine:
    named = {piece.style: piece.text for piece in card if isinstance(piece, Run)}
    return RateLine(
        _badge(card), named.get("what", ""), named.get("value", ""), "", named.get("room", "")
    )


def _badge(line: Line) -> Badge:
    return next((piece for piece in line if isinstance(piece, Badge)), Badge("no_data", "", ""))


def _unlinked(line: Line) -> Line:
    """The line with the words of its links, which lead nowhere in a message."""
    return tuple(Run(p.text, p.style) if isinstance(p, Run) else p for p in line)


def _without_links(line: Line) -> Line:
    """The same without links that are no part of the sentence: to a worklist, to details."""
    kept: list[Inline] = [
        piece for piece in line if not (isinstance(piece, Run) and piece.href and _is_aside(piece))
    ]
    if kept and isinstance(last := kept[-1], Run):
        kept[-1] = Run(last.text.rstrip(), last.style, last.href)
    return _unlinked(tuple(kept))


def _is_aside(piece: Run) -> bool:
    return piece.style == "file" or piece.text == "Details"


def _rate_words(rate: RateLine) -> str:
    parts = [rate.value, rate.target and f"target {rate.target}", rate.room]
    return f"{rate.label}: {rate.badge.word}, {', '.join(part for part in parts if part)}"
