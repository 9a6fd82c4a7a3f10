"""The pictures of the documentation are small, all shown, and of every kind of page."""

from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path

from flows.paths import DOCS_DIR
from tests.documentation.pages import links, pages, text_of
from tests.pictures.__main__ import ALERT, FOLDER, GALLERY, MAIL, PDF, TITLES, gallery
from tests.pictures.message import message_page, most_urgent
from tests.pictures.png import indexed_png
from tests.pictures.shots import SIZES


def test_every_kind_of_page_is_there_at_each_width_and_on_paper() -> None:
    held = {path.name for path in FOLDER.glob("*.png")}
    ends = [*SIZES, "a4"]
    assert {f"{name}-{end}.png" for name in TITLES for end in ends} - held == set()
    assert {f"{MAIL}-390.png", f"{MAIL}-768.png", f"{PDF}-a4.png", f"{ALERT}-768.png"} <= held


def test_pictures_are_small() -> None:
    sizes = {path.name: path.stat().st_size for path in FOLDER.glob("*.png")}
    assert {name for name, size in sizes.items() if size > 200_000} == set()
    assert sum(sizes.values()) < 2_500_000


def test_every_picture_is_shown() -> None:
    shown = {
        (path.parent / link).resolve()
        for path in pages()
        for link in links(path)
        if link.endswith(".png")
    }
    assert set(FOLDER.iterdir()) - shown == set()
    assert text_of(GALLERY) == gallery(FOLDER), "run `make pictures`"
    assert GALLERY.parent == DOCS_DIR


def test_a_picture_keeps_its_colours() -> None:
    pixels = bytes((255, 0, 0, 255, 0, 0, 255, 255))
    made = indexed_png(pixels, 2, 1)
    assert made[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", made[16:24]) == (2, 1)
    place = made.index(b"PLTE") + 4
    palette = [tuple(made[place + 3 * i : place + 3 * i + 3]) for i in range(2)]
    data = made[made.index(b"IDAT") + 4 : made.index(b"IEND") - 8]
    row = zlib.decompress(data)
    assert [palette[index] for index in row[1:]] == [(255, 0, 0), (0, 0, 255)]


def test_a_message_is_shown_as_text(tmp_path: Path) -> None:
    text = "*12 orders* `5764` &lt;b&gt;"
    for name, word in (("a", "Check"), ("b", "Act now")):
        blocks = [
            {"type": "header", "text": {"type": "plain_text", "text": f"{word}: 12 <late>"}},
            {"type": "section", "text": {"type": "mrkdwn", "text": text}},
        ]
        (tmp_path / f"{name}.json").write_text(json.dumps({"text": "", "blocks": blocks}))
    assert most_urgent(tmp_path) == tmp_path / "b.json"
    shown = message_page(tmp_path / "b.json")
    assert "<h1>Act now: 12 &lt;late&gt;</h1>" in shown
    assert "<strong>12 orders</strong> <code>5764</code> &lt;b&gt;" in shown
