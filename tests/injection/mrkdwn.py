"""What Slack would make of a message's mrkdwn: the parts that do something."""

from __future__ import annotations

import re
from typing import Any

_SPAN = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_ENTITY = re.compile(r"&(?:amp|lt|gt);")
_ACTIVE = {
    "special": re.compile(r"<[^>\n]*>|[<>]"),
    "stray ampersand": re.compile(r"&(?!(?:amp|lt|gt);)"),
    "call": re.compile(r"@(?:here|channel|everyone)\b", re.IGNORECASE),
    "link": re.compile(r"[a-z0-9]://", re.IGNORECASE),
    "stray back tick": re.compile(r"`"),
    "bold": re.compile(r"(?<![\w*])\*(?=\S)[^*\n]*\S\*(?![\w*])|(?<![\w*])\*\w\*(?![\w*])"),
    "italic": re.compile(r"(?<![A-Za-z0-9_])_(?=\S)[^_\n]+_(?![A-Za-z0-9_])"),
    "strike": re.compile(r"(?<![\w~])~(?=\S)[^~\n]+~(?![\w~])"),
    "picture": re.compile(r"(?<![0-9]):[a-z0-9_+'-]*[a-z_+][a-z0-9_+'-]*:", re.IGNORECASE),
    "quote": re.compile(r"^(?:&gt;|>)", re.MULTILINE),
    "unseen": re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]"),
}
_IN_CODE = ("special", "stray ampersand", "link", "unseen")


def active(text: str) -> list[str]:
    """What in a mrkdwn text would be a link, a call, a format or a picture, by its name."""
    outside = _SPAN.sub("x", text)
    found = [name for name, pattern in _ACTIVE.items() if pattern.search(outside)]
    code = " ".join(_SPAN.findall(text))
    found += [f"{name} in code" for name in _IN_CODE if _ACTIVE[name].search(code)]
    cut = _ENTITY.sub("", text)
    return [*found, *(["cut entity"] if "&" in cut else [])]


def texts(message: dict[str, Any]) -> list[str]:
    """Every text of a message."""
    parts = [message["text"]]
    for block in message["blocks"]:
        parts += [part["text"] for part in [block.get("text"), *block.get("fields", ())] if part]
    return parts
