"""Opens pages in Chromium as people see them, and keeps what they look like."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import typst
from playwright.sync_api import Browser, sync_playwright

from tests.pictures.png import indexed_png

CHROMIUM = Path("/usr/bin/chromium")
SIZES = {390: 1688, 768: 1400, 1280: 1200}
"""Width of the window and how much of the page is kept, in pixels."""

_ARGUMENTS = ("--no-sandbox", "--disable-background-networking", "--disable-gpu")
_PIXELS = """async (source) => {
  const image = new Image(); image.src = source; await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.width; canvas.height = image.height;
  const context = canvas.getContext('2d'); context.drawImage(image, 0, 0);
  const data = context.getImageData(0, 0, image.width, image.height).data;
  const text = await new Promise(done => {
    const reader = new FileReader(); reader.onload = () => done(reader.result);
    reader.readAsDataURL(new Blob([data]));
  });
  return [image.width, image.height, text.slice(text.indexOf(',') + 1)];
}"""


@dataclass
class Camera:
    """A browser that takes small pictures."""

    browser: Browser
    folder: Path

    def screen(self, page: Path, name: str, width: int, *, dark: bool = False) -> Path:
        """The first screens of a page, at a width, light or dark."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        shown = context.new_page()
        shown.goto(page.as_uri(), wait_until="load")
        whole = shown.evaluate("Math.ceil(document.body.getBoundingClientRect().height)")
        clip = {"x": 0, "y": 0, "width": width, "height": min(whole, SIZES[width])}
        taken = shown.screenshot(full_page=True, clip=clip)  # type: ignore[arg-type]
        context.close()
        return self.keep(taken, f"{name}-{width}{'-dark' if dark else ''}.png")

    def paper(self, page: Path, name: str, scratch: Path) -> Path:
        """The first sheet of a page, printed on A4."""
        shown = self.browser.new_page()
        shown.goto(page.as_uri(), wait_until="load")
        printed = scratch / "printed.pdf"
        shown.pdf(path=printed, format="A4", print_background=True)
        shown.close()
        return self.sheet(printed, name)

    def sheet(self, pdf: Path, name: str) -> Path:
        """The first sheet of a PDF on A4."""
        source = pdf.with_suffix(".typ")
        source.write_text(
            "#set page(width: 210mm, height: 297mm, margin: 0pt)\n"
            f'#image("{pdf.name}", page: 1, width: 100%)\n',
            encoding="utf-8",
        )
        drawn = typst.compile(source, format="png", ppi=96)
        assert isinstance(drawn, bytes)
        return self.keep(drawn, f"{name}-a4.png")

    def keep(self, taken: bytes, name: str) -> Path:
        """Write a PNG as a smaller one."""
        blank = self.browser.new_page()
        source = "data:image/png;base64," + base64.b64encode(taken).decode()
        width, height, pixels = blank.evaluate(_PIXELS, source)
        blank.close()
        path = self.folder / name
        path.write_bytes(indexed_png(base64.b64decode(pixels), width, height))
        return path


@contextmanager
def camera(folder: Path) -> Iterator[Camera]:
    """A camera that writes into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_ARGUMENTS))
        yield Camera(browser, folder)
        browser.close()
