"""A page as a tree of elements and text, by the parser of the standard library."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = frozenset({"meta", "br", "img", "input", "link", "hr", "wbr"})


@dataclass
class Node:
    """An element. ``source``: its own markup as it stands in the page, for an SVG alone."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)
    source: str = ""

    @property
    def classes(self) -> list[str]:
        """Its classes, in order."""
        return self.attributes.get("class", "").split()

    @property
    def identity(self) -> str:
        """Its id, empty without."""
        return self.attributes.get("id", "")

    @property
    def elements(self) -> list[Node]:
        """Its children that are elements."""
        return [child for child in self.children if isinstance(child, Node)]

    def walk(self) -> Iterator[Node]:
        """Every element within, in the order of the page."""
        for child in self.elements:
            yield child
            yield from child.walk()

    def all(self, *tags: str) -> list[Node]:
        """Every element of these tags within."""
        return [node for node in self.walk() if node.tag in tags]

    def first(self, *tags: str) -> Node | None:
        """The first element of these tags within."""
        return next((node for node in self.walk() if node.tag in tags), None)

    def text(self) -> str:
        """What it says, blanks as in the page."""
        return "".join(child if isinstance(child, str) else child.text() for child in self.children)


class _Builder(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("document")
        self._open = [self.root]
        self._page = page
        self._lines = [0]
        # The parser counts lines by line feeds alone.
        for line in page.split("\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)
        self._svg_start = 0

    def _place(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(node)
        if tag == "svg":
            self._svg_start = self._place()
        if tag not in _VOID:
            self._open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].children.append(Node(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        depth = next(
            (place for place in range(len(self._open) - 1, 0, -1) if self._open[place].tag == tag),
            0,
        )
        if not depth:
            return
        if tag == "svg":
            self._open[depth].source = self._page[self._svg_start : self._place()] + "</svg>"
        del self._open[depth:]

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def parse(page: str) -> Node:
    """The tree of a page. What does not nest is closed where its parent is."""
    builder = _Builder(page)
    builder.feed(page)
    builder.close()
    return builder.root
