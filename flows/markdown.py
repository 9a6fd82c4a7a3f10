"""Blocks of the generated Markdown pages under `docs/`."""

from collections.abc import Iterable, Sequence


def page(*blocks: str) -> str:
    """Blocks as one page, an empty line between two; empty blocks are left out."""
    return "\n\n".join(block for block in blocks if block) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells may hold Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def bullets(lines: Iterable[str]) -> str:
    """A list."""
    return "\n".join(f"- {line}" for line in lines)


def codes(values: Iterable[str]) -> str:
    """Names as code, with commas between them."""
    return ", ".join(f"`{value}`" for value in values)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split("\n"))
