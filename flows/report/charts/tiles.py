"""The United States as tiles: one square a state, with its number, readable on a phone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

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

_LINE = 21
"""Pixels of a line of the key under the map."""


@dataclass(frozen=True)
class Site:
    """A warehouse on its state's tile; ``is_proposed``: one that a better network would add."""

    state: str
    name: str
    is_proposed: bool = False


def state_tiles(
    ids: Ids,
    title: str,
    shares: Mapping[str, float],
    orders: Mapping[str, int],
    caption: str,
    sites: Sequence[Site] = (),
) -> Figure:
    """Tiles shaded by share (0..1), each with its code and its share in percent.

    ``shares`` and ``orders`` are by two-letter code or ``(unknown)``; a state without orders
    is an empty outline, so that "none" and "slow" never look alike. Each of the ``sites`` is a
    numbered mark on its state's tile, named in the key below: filled where it is in use, outlined
    where it is proposed.
    """
    most = sorted(orders, key=lambda code: (-orders[code], code))[:5]
    listed = ", ".join(f"{code} {shares[code]:.0%}" for code in most if code in shares)
    desc = f"Share within two days in the states with most orders: {listed}."
    placed = [site for site in sites if site.state in PLACES]
    for kind, head in ((False, "Warehouses"), (True, "Proposed")):
        named = [f"{s.name} in {s.state}" for s in placed if s.is_proposed == kind]
        desc += f" {head}: {', '.join(named)}." if named else ""
    pictures = [
        Picture(width, _draw(ids, title, desc, width, cell, shares, placed))
        for width, cell in ((340, 30), (640, 56))
    ]
    return Figure(title, caption, pictures)


def _draw(
    ids: Ids,
    title: str,
    desc: str,
    width: int,
    cell: int,
    shares: Mapping[str, float],
    sites: Sequence[Site],
) -> Markup:
    left = (width - 11 * cell) // 2
    wide = cell > 40
    bottom = 8 * cell + 2
    key = _LINE * len(sites) + 8 if sites else 0
    parts = [opening(ids, width, bottom + key, title, desc)]
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
    parts.append("</g>")
    parts += _marks(sites, left, cell, bottom, width)
    return Markup("".join([*parts, "</svg>"]))


def _marks(sites: Sequence[Site], left: int, cell: int, bottom: int, width: int) -> list[str]:
    """The numbered marks on the tiles' corners and the key that names them."""
    if not sites:
        return []
    radius = 9 if cell > 40 else 7
    parts = ['<g fill="none" stroke="var(--ink)" stroke-width="2">']
    in_use = {site.state for site in sites if not site.is_proposed}
    for state in dict.fromkeys(site.state for site in sites):
        column, row = PLACES[state]
        dash = "" if state in in_use else ' stroke-dasharray="4 3"'
        parts.append(
            f'<rect x="{left + column * cell + 1}" y="{row * cell + 1}" width="{cell - 2}" '
            f'height="{cell - 2}" rx="2"{dash}/>'
        )
    parts.append(
        f'</g><g text-anchor="middle" font-size="{radius + 3}" font-weight="700" '
        'stroke-width="1.5">'
    )
    taken: set[tuple[int, int]] = set()
    for place, site in enumerate(sites, start=1):
        column, row = PLACES[site.state]
        # A corner each, so that no mark hides another or the letters of its tile.
        corners = [(column + 1, row), (column, row), (column + 1, row + 1), (column, row + 1)]
        corner = next((spot for spot in corners if spot not in taken), corners[0])
        taken.add(corner)
        x = min(max(left + corner[0] * cell, radius + 1), width - radius - 1)
        y = min(max(corner[1] * cell, radius + 1), bottom - radius - 1)
        parts.append(_mark(x, y, radius, place, site))
    lines = [bottom + 8 + radius + _LINE * place for place in range(len(sites))]
    for place, (site, y) in enumerate(zip(sites, lines, strict=True), start=1):
        parts.append(_mark(left + radius + 1, y, radius, place, site))
    parts.append('</g><g font-size="12" fill="var(--ink)">')
    most = (width - left - 30) // 7
    for site, y in zip(sites, lines, strict=True):
        said = f"{site.state}: {site.name}{', proposed' if site.is_proposed else ''}"
        shown = said if len(said) <= most else f"{said[: most - 1]}…"
        parts.append(f'<text x="{left + 2 * radius + 8}" y="{y + 4}">{escape(shown)}</text>')
    return [*parts, "</g>"]


def _mark(x: float, y: float, radius: int, place: int, site: Site) -> str:
    fill, ink = ("var(--bg)", "var(--ink)") if site.is_proposed else ("var(--ink)", "var(--bg)")
    dash = ' stroke-dasharray="3 2"' if site.is_proposed else ""
    edge = "var(--ink)" if site.is_proposed else "var(--bg)"
    return (
        f'<circle cx="{x:g}" cy="{y:g}" r="{radius}" fill="{fill}" stroke="{edge}"{dash}/>'
        f'<text x="{x:g}" y="{y + 3.5:g}" fill="{ink}">{place}</text>'
    )
