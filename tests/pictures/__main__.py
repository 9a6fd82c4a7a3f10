"""Takes every picture of `docs/pictures/` anew, and writes the page that shows them.

`python -m tests.pictures` makes the shops first, which takes some minutes; with `--home DIR` (may
be repeated) the pages of home folders that are there already are taken, the first one's report as
PDF and e-mail. A kind of page that no home has keeps its pictures.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from flows.home.layout import Home
from flows.markdown import page
from flows.paths import DOCS_DIR, PROJECT_ROOT
from tests.pictures.homes import Subject, handed_out, make_homes, newest_message, subjects
from tests.pictures.message import message_page
from tests.pictures.shots import SIZES, Camera, camera

FOLDER = DOCS_DIR / "pictures"
GALLERY = DOCS_DIR / "pictures.md"
TITLES = {
    "daily": "Daily report",
    "weekly": "Weekly review",
    "index": "All reports",
    "overview": "Daily report of several shops",
    "what-if": "Past days under other rules",
}
"""Every kind of page that is pictured, in the order of the gallery."""

ALERT, MAIL, PDF = "alert", "email", "pdf"
MAIL_WIDTHS = (390, 768)
OTHERS = {PDF: "The daily report as a PDF", MAIL: "The daily report as an e-mail", ALERT: "Alert"}
"""What is pictured at fewer widths."""

WITH_DARK = ("daily", "weekly", "index")


def take(homes: list[Home], folder: Path, scratch: Path) -> list[Path]:
    """The pictures of every page of the homes; the paths written."""
    taken: list[Path] = []
    with camera(folder) as shooting:
        for subject in subjects(homes):
            taken += _take_one(shooting, subject, scratch)
        pdf, mail = handed_out(homes[0], scratch)
        taken += [shooting.sheet(pdf, PDF), *(shooting.screen(mail, MAIL, w) for w in MAIL_WIDTHS)]
        message = newest_message(homes)
        if message:
            source = scratch / "alert.html"
            source.write_text(message_page(message), encoding="utf-8")
            taken.append(shooting.screen(source, ALERT, 768))
    return taken


def _take_one(shooting: Camera, subject: Subject, scratch: Path) -> list[Path]:
    taken = [shooting.screen(subject.page, subject.name, width) for width in SIZES]
    if subject.name in WITH_DARK:
        taken.append(shooting.screen(subject.page, subject.name, max(SIZES), dark=True))
    taken.append(shooting.paper(subject.page, subject.name, scratch))
    return taken


def gallery(folder: Path) -> str:
    """The page that shows the pictures of a folder."""
    blocks = [
        "# Pictures",
        "<!-- Written by `make pictures`; do not edit. -->",
        "What people see, of made-up shops: the first screens of each page in a real browser "
        "at 390, 768 and 1280 pixels, and the first sheet on A4.",
    ]
    for name, title in {**TITLES, **OTHERS}.items():
        shown = _pictures(folder, name)
        if shown:
            blocks += [f"## {title}", "\n".join(_image(path, title) for path in shown)]
    return page(*blocks)


def _pictures(folder: Path, name: str) -> list[Path]:
    endings = (*(str(width) for width in SIZES), f"{max(SIZES)}-dark", "a4")
    paths = [folder / f"{name}-{ending}.png" for ending in endings]
    return [path for path in paths if path.exists()]


def _image(path: Path, title: str) -> str:
    detail = path.stem.rpartition("-")[2]
    words = {"a4": "on A4", "dark": f"{max(SIZES)} pixels, dark"}.get(detail, f"{detail} pixels")
    return f"![{title}, {words}]({path.parent.name}/{path.name})"


def main(arguments: list[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.pictures", description=__doc__)
    parser.add_argument("--home", action="append", type=Path, default=[], help="a finished home")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        homes = [Home(path.resolve()) for path in options.home] or make_homes(folder)
        taken = take(homes, FOLDER, folder)
    GALLERY.write_text(gallery(FOLDER), encoding="utf-8", newline="\n")
    for path in taken:
        print(f"{path.relative_to(PROJECT_ROOT)}: {path.stat().st_size / 1000:.0f} kB")
    missing = [name for name in (*TITLES, *OTHERS) if not _pictures(FOLDER, name)]
    if missing:
        print(f"No picture of: {', '.join(missing)}.", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
