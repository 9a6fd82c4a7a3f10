"""From a page's elements to what they say.

It knows the few things that our templates agree on (sections with a question, `.st` for a status,
drawings in several widths) and takes everything else by the meaning of its HTML element, so that
pages of earlier versions and of later ones read alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from flows.report.reading.model import (
    Badge,
    Block,
    Cells,
    Drawing,
    Folded,
    Grid,
    Head,
    Inline,
    Line,
    Listing,
    Part,
    Picture,
    PublishedPage,
    Run,
    Terms,
    Text,
    words,
)
from flows.report.reading.nodes import Node, parse

# What a reader of the page works with, and what is there a second time for a small screen.
_CONTROLS = frozenset(
    {"script", "style", "nav", "template", "form", "search", "input", "label", "select", "dialog"}
)
_LEFT_OUT = frozenset({"only-narrow", "skip", "unseen", "back", "up"})
_INLINE = frozenset(
    {"a", "abbr", "b", "button", "code", "dfn", "em", "i", "small", "span", "strong", "svg", "time"}
)
_BLANKS = re.compile(r"\s+")
_STRONG = frozenset({"strong", "b"})


def read_page(name: str, content: str) -> PublishedPage:
    """What a published page says; ``name``: its file. Raises ``ValueError`` for another page."""
    root = parse(content)
    header, main, footer = root.first("header"), root.first("main"), root.first("footer")
    verdict = header.first("h1") if header else None
    if header is None or main is None or verdict is None:
        raise ValueError(f"{name} is no report")
    eyebrow = next((n for n in header.walk() if "eyebrow" in n.classes), None)
    notes = [
        text.line
        for text in _blocks(child for child in header.elements if child is not verdict)
        if isinstance(text, Text) and text.kind != "eyebrow"
    ]
    opening = [child for child in main.children if not _holds_sections(child)]
    return PublishedPage(
        name,
        _plain(eyebrow) if eyebrow else "",
        _plain(verdict),
        notes,
        list(_blocks(opening)),
        [_part(node) for node in _sections(main)],
        _foot(footer),
        [
            _meaning(node)
            for node in root.walk()
            if "popover" in node.attributes and node.identity and _plain(node)
        ],
    )


def _foot(footer: Node | None) -> str:
    """The run and when, without the links that follow."""
    first = footer.first("p") if footer else None
    return words([run for run in _line(first.children) if not _is_link(run)]) if first else ""


def _is_link(piece: Inline) -> bool:
    return isinstance(piece, Run) and bool(piece.href)


def _meaning(node: Node) -> Terms:
    """A definition that the page shows over its text: the term stands out before what it means."""
    title = node.first("dfn", *_STRONG)
    term = _plain(title) if title else ""
    return Terms(term, _plain(node).removeprefix(term).strip())


def _sections(node: Node) -> Iterator[Node]:
    for child in node.elements:
        if child.tag == "section":
            yield child
        else:
            yield from _sections(child)


def _holds_sections(child: Node | str) -> bool:
    return isinstance(child, Node) and (child.tag == "section" or bool(child.all("section")))


def _part(section: Node) -> Part:
    question = section.first("h2")
    body = [child for child in section.children if child is not question]
    link = question.first("a") if question else None
    return Part(
        section.identity,
        _plain(question) if question else "",
        list(_blocks(body)),
        link.attributes.get("href", "") if link else "",
    )


def _blocks(children: Iterable[Node | str]) -> Iterator[Block]:
    """The blocks among elements; text and inline elements between them are a paragraph."""
    loose: list[Node | str] = []
    for child in children:
        if isinstance(child, str) or child.tag in _INLINE:
            loose.append(child)
            continue
        yield from _paragraph(loose, "")
        loose = []
        if not _is_left_out(child):
            yield from _block(child)
    yield from _paragraph(loose, "")


def _block(node: Node) -> Iterator[Block]:
    kind = " ".join(node.classes)
    if node.tag == "p" or node.tag in ("h3", "h4", "dt", "dd", "figcaption", "summary"):
        yield from _paragraph(node.children, kind or (node.tag if node.tag != "p" else ""))
    elif node.tag in ("ul", "ol"):
        items = [_line(item.children) for item in node.elements if item.tag == "li"]
        yield Listing([item for item in items if item], node.tag == "ol", kind)
    elif node.tag == "table":
        yield _grid(node)
    elif node.tag == "figure":
        yield from _figure(node)
    elif node.tag == "details":
        summary = node.first("summary")
        body = [child for child in node.children if child is not summary]
        yield Folded(
            _plain(summary) if summary else "", list(_blocks(body)), "fold" not in node.classes
        )
    else:
        yield from _blocks(node.children)


def _paragraph(children: Sequence[Node | str], kind: str) -> Iterator[Text]:
    line = _line(children)
    if line:
        yield Text(line, kind)


def _grid(table: Node) -> Grid:
    caption, head = table.first("caption"), table.first("thead")
    rows = [row for body in table.all("tbody") for row in body.all("tr")]
    return Grid(
        _plain(caption) if caption else "",
        [Head(_plain(cell), "n" in cell.classes) for cell in (head.all("th") if head else ())],
        [
            Cells([_line(c.children) for c in row.elements if c.tag in ("th", "td")], row.identity)
            for row in rows
        ],
    )


def _figure(figure: Node) -> Iterator[Picture]:
    drawings = [_drawing(node) for node in figure.all("svg")]
    if not drawings:
        return
    title = next((node for node in figure.walk() if "figname" in node.classes), None)
    caption = figure.first("figcaption")
    widest = max(drawings, key=lambda drawing: drawing.width)
    yield Picture(_plain(title) if title else "", widest, _plain(caption) if caption else "")


def _drawing(svg: Node) -> Drawing:
    said = [_plain(node) for node in (svg.first("title"), svg.first("desc")) if node]
    # A name may end as a sentence does already.
    joined = " ".join(part if part.endswith((".", ":")) else f"{part}." for part in said if part)

    def size(name: str) -> int:
        found = re.match(r"\d+", svg.attributes.get(name, ""))
        return int(found.group()) if found else 0

    return Drawing(svg.source, joined, size("width"), size("height"))


def _line(children: Iterable[Node | str]) -> Line:
    """Inline content with its blanks collapsed as a browser does."""
    pieces: list[Inline] = []
    for piece in _inline(children, Run("")):
        if not isinstance(piece, Run):
            pieces.append(piece)
            continue
        text = _BLANKS.sub(" ", piece.text)
        before = pieces[-1] if pieces else None
        if before is None or (isinstance(before, Run) and before.text.endswith(" ")):
            text = text.removeprefix(" ")
        if not text:
            continue
        if isinstance(before, Run) and (before.style, before.href) == (piece.style, piece.href):
            pieces[-1] = Run(before.text + text, piece.style, piece.href)
        else:
            pieces.append(Run(text, piece.style, piece.href))
    while pieces and isinstance(last := pieces[-1], Run):
        text = last.text.rstrip(" ")
        if text:
            pieces[-1] = Run(text, last.style, last.href)
            break
        pieces.pop()
    return tuple(pieces)


def _inline(children: Iterable[Node | str], manner: Run) -> Iterator[Inline]:
    for child in children:
        if isinstance(child, str):
            yield Run(child, manner.style, manner.href)
        elif _is_left_out(child):
            continue
        elif child.tag == "svg":
            yield _drawing(child)
        elif "st" in child.classes:
            yield _badge(child)
        elif child.tag == "br":
            yield Run(" ", manner.style, manner.href)
        else:
            style, href = manner.style, manner.href
            if child.tag == "code":
                style = "code"
            elif child.tag in _STRONG:
                style = "strong"
            elif child.classes:
                style = child.classes[0]
            if child.tag == "a":
                href = child.attributes.get("href", "")
            yield from _inline(child.children, Run("", style, href))


def _badge(node: Node) -> Badge:
    name = next((css.removeprefix("st-") for css in node.classes if css.startswith("st-")), "")
    shape = node.first("span")
    mark = _plain(shape) if shape else ""
    return Badge(name, mark, _plain(node).removeprefix(mark).strip())


def _is_left_out(node: Node) -> bool:
    if node.tag in _CONTROLS or not _LEFT_OUT.isdisjoint(node.classes):
        return True
    if "hidden" in node.attributes or "popover" in node.attributes:
        return True
    # A button that opens the meaning of a term is that term; the others do something.
    return node.tag == "button" and "popovertarget" not in node.attributes


def _plain(node: Node) -> str:
    """What an element says as one line of plain text."""
    return " ".join(
        "".join(
            child if isinstance(child, str) else _plain_part(child) for child in node.children
        ).split()
    )


def _plain_part(node: Node) -> str:
    # The button that sorts a column is the name of the column.
    if node.tag in _CONTROLS or "popover" in node.attributes:
        return ""
    return "".join(
        child if isinstance(child, str) else _plain_part(child) for child in node.children
    )
