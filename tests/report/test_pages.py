"""What holds for every page: well formed, safe, self-contained, accessible."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from flows.report.tokens import DARK, LIGHT, TILES
from tests.report.conftest import Rendered
from tests.report.marts_fixture import HOSTILE
from tests.report.pages import Page


@pytest.fixture(params=["demo", "east", "void", "overview", "week"])
def page(request: pytest.FixtureRequest, demo: Rendered, several: Rendered, week: Rendered) -> Path:
    return {
        "demo": demo.folder / "index.html",
        "east": several.folder / "east.html",
        "void": several.folder / "void.html",
        "overview": several.folder / "index.html",
        "week": week.folder / "index.html",
    }[request.param]


def test_page_is_well_formed_with_unique_ids_and_living_links(page: Path) -> None:
    html = page.read_text(encoding="utf-8")
    found = Page(html)
    assert html.startswith("<!doctype html>")
    assert len(found.ids) == len(set(found.ids))
    for link in found.links:
        name, _, anchor = unquote(link).partition("#")
        target = page.parent / name if name else page
        assert target.is_file(), link
        if anchor and target.suffix == ".html":
            other = found if target == page else Page(target.read_text(encoding="utf-8"))
            assert anchor in other.ids, link


def test_page_loads_nothing_from_outside(page: Path) -> None:
    html = page.read_text(encoding="utf-8")
    found = Page(html)
    assert not found.count("link") + found.count("img") + found.count("iframe")
    assert not re.search(r"\b(?:src|srcset|action|xlink:href)\s*=", html)
    assert not any("//" in value for _, attrs in found.tags for value in attrs.values())
    for part in re.findall(r"<(?:style|script)>(.*?)</", html, re.DOTALL):
        assert "url(" not in part
        assert "@import" not in part
        assert "://" not in part


def test_policy_allows_exactly_the_pages_own_script(page: Path) -> None:
    html = page.read_text(encoding="utf-8")
    (script,) = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = next(
        meta["content"]
        for meta in Page(html).attributes("meta")
        if meta.get("http-equiv") == "Content-Security-Policy"
    )
    assert f"script-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy


def test_foreign_text_is_text(demo: Rendered, several: Rendered) -> None:
    html = demo.html()
    found = Page(html)
    assert found.count("script") == 1
    assert HOSTILE in " ".join(found.text)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert not any(name.startswith("on") for _, attrs in found.tags for name in attrs)
    assert "East &lt;b&gt;Shop&lt;/b&gt;" in several.html("east.html")


def test_landmarks_headings_and_language(page: Path) -> None:
    html = page.read_text(encoding="utf-8")
    found = Page(html)
    assert found.attributes("html") == [{"lang": "en"}]
    assert found.count("h1") == 1
    for landmark in ("header", "main", "footer"):
        assert found.count(landmark) == 1
    title = re.search(r"<title>(.*?)</title>", html)
    heading = re.search(r"<h1>(.*?)</h1>", html)
    assert title
    assert heading
    assert title.group(1) == heading.group(1)
    assert 'class="skip" href="#main"' in html
    for section in found.attributes("section"):
        assert section["aria-labelledby"] in found.ids


def test_tables_have_caption_and_scoped_headings(page: Path) -> None:
    html = page.read_text(encoding="utf-8")
    for table in re.findall(r"<table.*?</table>", html, re.DOTALL):
        found = Page(table)
        assert found.count("caption") == 1
        assert all(th.get("scope") in ("col", "row") for th in found.attributes("th"))
        columns = sum(th["scope"] == "col" for th in found.attributes("th"))
        for row in re.findall(r"<tr.*?</tr>", table, re.DOTALL):
            cells = Page(row)
            assert cells.count("th") + cells.count("td") == columns
    for region in Page(html).attributes("div"):
        if region.get("role") == "group":
            assert region["tabindex"] == "0"
            assert region["aria-labelledby"] in Page(html).ids


def test_pictures_have_a_name_and_no_other_role(page: Path) -> None:
    html = page.read_text(encoding="utf-8")
    ids = Page(html).ids
    for picture in re.findall(r"<svg.*?</svg>", html, re.DOTALL):
        found = Page(picture)
        (_, root), (first, _), (second, _) = found.tags[:3]
        assert root["role"] == "img"
        assert (first, second) == ("title", "desc")
        assert all(name in ids for name in root["aria-labelledby"].split())
        assert picture.count("role=") == 1
        assert not re.search(r"NaN|undefined|Infinity", picture)
        for reference in re.findall(r"url\(#([^)]+)\)", picture):
            assert reference in found.ids
        colours = re.findall(r'(?:fill|stroke)="([^"]+)"', picture)
        tiles = {colour for pair in TILES for colour in pair}
        assert all(c.startswith(("var(--", "url(#")) or c in {"none", *tiles} for c in colours)


def test_statuses_are_told_by_shape_and_word(demo: Rendered) -> None:
    html = demo.html()
    for shape, word in (
        ("■", "Breach"),
        ("▲", "Approaching"),
        ("●", "On target"),
        ("○", "Too few"),
    ):
        assert f'<span aria-hidden="true">{shape}</span> {word}</span>' in html


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_token_contrast(theme: dict[str, str]) -> None:
    texts = ("ink", "muted", "link", "s1", "s2", "s3", "ok", "near", "breach", "enforcement")
    for ground in ("bg", "panel"):
        for text in texts:
            assert contrast(theme[text], theme[ground]) >= 4.5, (text, ground)
        assert contrast(theme["axis"], theme[ground]) >= 3
    assert contrast(theme["ink"], theme["tint"]) >= 4.5
    for solid in ("breach", "enforcement"):
        assert contrast(theme["bg"], theme[solid]) >= 4.5


def test_tile_contrast() -> None:
    assert all(contrast(fill, text) >= 4.5 for fill, text in TILES)


def test_style_uses_tokens_alone(demo: Rendered) -> None:
    style = re.search(r"<style>(.*?)</style>", demo.html(), re.DOTALL)
    assert style
    rules = style.group(1).split("*{box-sizing", 1)[1]
    assert not re.search(r"#[0-9a-f]{3,6}\b(?=[;}\s])", rules)
    assert "prefers-color-scheme:dark" in style.group(1)
    assert "@media print" in rules
