"""An alert's message as a page, for its picture: the blocks in their order, no more."""

from __future__ import annotations

import json
import re
from html import escape, unescape
from pathlib import Path
from typing import Any

_STYLE = """
body { margin: 0; padding: 24px; background: #fff; color: #17202a;
  font: 15px/1.46 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 640px; border-left: 4px solid #8c0f12; padding: 2px 0 2px 16px; }
h1 { font-size: 18px; line-height: 1.33; margin: 0 0 8px; } p { margin: 0 0 8px; }
code { font: 12px/1.5 ui-monospace, Menlo, Consolas, monospace; color: #8c0f12;
  background: #f6f7f9; border: 1px solid #d5dae1; border-radius: 3px; padding: 1px 3px; }
small { color: #5b6672; }
"""
_MARKS = (
    (re.compile(r"`([^`\n]+)`"), r"<code>\1</code>"),
    (re.compile(r"(?<!\w)\*([^*\n]+)\*(?!\w)"), r"<strong>\1</strong>"),
    (re.compile(r"&lt;([^|&]+)\|([^&]+)&gt;"), r"<u>\2</u>"),
)


def message_page(message: Path) -> str:
    """The page of a message file."""
    document = json.loads(message.read_text(encoding="utf-8"))
    body = "".join(_block(block) for block in document["blocks"])
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Alert</title>'
        f"<style>{_STYLE}</style><main>{body}</main></html>"
    )


def most_urgent(folder: Path) -> Path | None:
    """The message of a day that asks for the most, by the words of its header."""
    levels = ("Act now", "Act today", "Check")
    found = sorted(
        (next((i for i, word in enumerate(levels) if word in text), len(levels)), path)
        for path in folder.glob("*.json")
        if (text := path.read_text(encoding="utf-8"))
    )
    return found[0][1] if found else None


def _block(block: dict[str, Any]) -> str:
    if block["type"] == "header":
        return f"<h1>{escape(block['text']['text'])}</h1>"
    texts = [block["text"]] if "text" in block else [*block.get("fields", ())]
    texts += [item for item in block.get("elements", ()) if "text" in item]
    inner = "<br>".join(_marked(item["text"]) for item in texts)
    return f"<p><small>{inner}</small></p>" if block["type"] == "context" else f"<p>{inner}</p>"


def _marked(text: str) -> str:
    made = escape(unescape(text), quote=False)
    for pattern, shown in _MARKS:
        made = pattern.sub(shown, made)
    return made.replace("\n", "<br>")
