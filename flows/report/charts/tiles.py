"""The United States as tiles: one square a state, with its number, readable on a phone."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from flows.report.charts.svg import Figure, Ids, Picture, opening
from flows.report.tokens import TILES

UNKNOWN = "(unknown)"

_ROWS = (
    "AK                            ME",
    "                           VT NH",
    "WA ID MT ND MN IL WI MI NY RI MA",
    "OR NV WY SD IA IN OH PA NJ CT   ",
    "CA UT CO NE MO KY WV VA MD DE   ",
    "   AZ NM KS AR TN NC SC DC      ",
    "         OK LA MS AL GA       ??",
    "HI GU    TX             FL PR VI",
)

PLACES: dict[str, tuple[int, int]] = {
    code: (column, row)
    for row, line in enumerate(_ROWS)
    for column in range(11)
    if (code := line[3 * column : 3 * column + 2].strip())
}
"""Column and row of each tile; ``??`` stands for orders whose state is not known."""


def state_tiles(
    ids: Ids, title: str, shares: Mapping[str, float], orders: Mapping[str, int], caption: str
) -> Figure:
    """Tiles shaded by share (0..1), each with its code and its share in percent.

    ``shares`` and ``orders`` are by two-letter code or ``(unknown)``; a state without orders
    is an empty outline, so that "none" and "slow" never look alike.
    """
    most = sorted(orders, key=lambda code: (-orders[code], code))[:5]
    listed = ", ".join(f"{code} {shares[code]:.0%}" for code in most if code in shares)
    desc = f"Share within two days in the states with most orders: {listed}."
    pictures = [
        Picture(width, _draw(ids, title, desc, width, cell, shares))
        for width, cell in ((340, 30), (640, 56))
    ]
    return Figure(title, caption, pictures)


def _draw(
    ids: Ids, title: str, desc: str, width: int, cell: int, shares: Mapping[str, float]
) -> Markup:
    left = (width - 11 * cell) // 2
    wide = cell > 40
    parts = [opening(ids, width, 8 * cell + 2, title, desc)]
    parts.append(
        f'<g text-anchor="middle" font-size="{15 if wide else 11}" stroke-width="1" '
        'font-weight="600">'
    )
    for code, (column, row) in PLACES.items():
        x, y, size = left + column * cell + 1, row * cell + 1, cell - 2
        share = shares.get(UNKNOWN if code == "??" else code)
        middle = x + size / 2
        if share is None:
            fill, ink, number = "none", "var(--muted)", ""
            outline = ' stroke="var(--line)"'
        else:
            fill, ink = TILES[min(len(TILES) - 1, int(share * len(TILES)))]
            number, outline = f"{share * 100:.0f}", ""
        parts.append(
            f'<rect x="{x}" y="{y}" width="{size}" height="{size}" rx="2" fill="{fill}"{outline}/>'
            f'<text x="{middle:g}" y="{y + size * (0.44 if number else 0.6):g}" fill="{ink}">'
            f"{code}</text>"
        )
        if number:
            parts.append(
                f'<text x="{middle:g}" y="{y + size * 0.86:g}" fill="{ink}" '
                f'font-weight="400">{number}</text>'
            )
    return Markup("".join([*parts, "</g></svg>"]))
