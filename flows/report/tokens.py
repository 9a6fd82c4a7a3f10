"""Colour tokens of the reports, light and dark, as CSS custom properties.

Charts name the tokens (``var(--s1)``), never a colour, so that one SVG serves both themes
and print. The tests check the contrast of every text token on both backgrounds.
"""

from __future__ import annotations

LIGHT: dict[str, str] = {
    "bg": "#ffffff",
    "panel": "#f6f7f9",
    "ink": "#17202a",
    "muted": "#5b6672",
    "axis": "#6b7683",
    "line": "#d5dae1",
    "link": "#0b57c4",
    "s1": "#0b57c4",
    "s2": "#b45309",
    "s3": "#0f766e",
    "ok": "#1d6357",
    "near": "#97690c",
    "tint": "#fff1cf",
    "breach": "#8c0f12",
    "enforcement": "#3b1450",
}

DARK: dict[str, str] = {
    "bg": "#12161c",
    "panel": "#1a2028",
    "ink": "#e8ecf1",
    "muted": "#a3afbd",
    "axis": "#8592a1",
    "line": "#343d49",
    "link": "#8ab8ff",
    "s1": "#8ab8ff",
    "s2": "#f2a65a",
    "s3": "#5ccfc0",
    "ok": "#8fe6d2",
    "near": "#ffd866",
    "tint": "#3a2f10",
    "breach": "#f0705c",
    "enforcement": "#c88cff",
}

TILES: tuple[tuple[str, str], ...] = (
    ("#dbe9fb", "#17202a"),
    ("#a9cbf5", "#17202a"),
    ("#6fa6ea", "#17202a"),
    ("#2f6fc4", "#ffffff"),
    ("#0b3f86", "#ffffff"),
)
"""Fill and text of the map tiles, least share first; the same in both themes."""


def css_variables() -> str:
    """The tokens as CSS: light by default, dark where the reader's screen asks for it."""

    def block(tokens: dict[str, str]) -> str:
        return ";".join(f"--{name}:{colour}" for name, colour in tokens.items())

    return (
        f":root{{color-scheme:light;{block(LIGHT)}}}\n"
        "@media screen and (prefers-color-scheme:dark){:root{color-scheme:dark;"
        f"{block(DARK)}}}}}"
    )
