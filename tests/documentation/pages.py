"""Reads the Markdown pages of the project: links, headings, commands."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from flows.paths import DOCS_DIR, PROJECT_ROOT

_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_SOURCE = re.compile(r"""(?:src|srcset|href)="([^"]+)\"""")
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)


@cache
def pages() -> tuple[Path, ...]:
    """Every page, the README first."""
    return (PROJECT_ROOT / "README.md", *sorted(DOCS_DIR.rglob("*.md")))


@cache
def text_of(path: Path) -> str:
    """A page as it lies there."""
    return path.read_text(encoding="utf-8")


def prose(path: Path) -> str:
    """A page without its code."""
    return _CODE.sub("", _FENCE.sub("", text_of(path)))


def links(path: Path) -> list[str]:
    """Where a page leads to: links, pictures and their sources."""
    text = _FENCE.sub("", text_of(path))
    return [*_LINK.findall(_CODE.sub("``", text)), *_SOURCE.findall(text)]


@cache
def anchors(path: Path) -> frozenset[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    found: dict[str, int] = {}
    for heading in _HEADING.findall(_FENCE.sub("", text_of(path))):
        slug = _slug(heading)
        found[slug] = found.get(slug, -1) + 1
        if found[slug]:
            found[f"{slug}-{found[slug]}"] = 0
    return frozenset(found)


def _slug(heading: str) -> str:
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
    return re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")


def spans(path: Path) -> list[str]:
    """What stands as code: spans, and lines of fenced blocks."""
    text = text_of(path)
    blocks = [line for block in _FENCE.findall(text) for line in block.splitlines()[1:-1]]
    return [span.strip("`") for span in _CODE.findall(_FENCE.sub("", text))] + blocks
