"""Slack messages: their limits, and how text from outside gets into them without doing anything."""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

MAX_BLOCKS = 50
MAX_SECTION = 3_000
MAX_HEADER = 150
MAX_FIELD = 2_000
MAX_LIST = 1_200
"""Characters of a list in a message, so that the message stays near the 2,500 that people read."""
MAX_MESSAGE = 9_000
"""Characters of the whole message as sent; Slack is known to reject from about 11,300."""

_SAFE_ID = re.compile(r"[A-Za-z0-9:_-]{1,64}")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 -]|(?<=[A-Za-z0-9])_(?=[A-Za-z0-9])){0,39}")
_CALL = re.compile(r"@+(?=here|channel|everyone)", re.IGNORECASE)
_EMOJI = re.compile(r"(?<![0-9]):(?=[a-z0-9_+'-]+:)", re.IGNORECASE)
# Slack has no sign that takes another's meaning away: look-alikes stand in.
_LOOK_ALIKES = str.maketrans({"*": "\u2217", "~": "\u223c"})
_ITALIC = re.compile(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_CUT = "…"
_NOTHING = "–"


class MessageTooLarge(ValueError):
    """A message that Slack may refuse; it names the limit."""


@dataclass(frozen=True)
class Bad:
    """How bad it is, for the comparison with what was said before.

    ``measure``: in words, escaped (``12 orders``). ``count``: what is counted. ``grade``: a rate
    close to its line is 1, past it 2, past the enforcement line 3; an account in the orange zone
    1, in the red one 2. ``since_on``: the first day, None where the marts do not tell.
    """

    measure: str = ""
    count: int = 0
    grade: int = 0
    since_on: date | None = None


@dataclass(frozen=True)
class Alert:
    """One alert of one shop: a message that is ready for an incoming webhook."""

    rule: str
    shop_id: str
    level: str
    message: dict[str, Any]
    bad: Bad = Bad()

    @property
    def file_name(self) -> str:
        """`<rule>.<shop_id>.json`."""
        return f"{self.rule}.{self.shop_id}.json"

    @property
    def text(self) -> str:
        """What a phone's notification shows."""
        return str(self.message["text"])

    def to_json(self) -> str:
        """The message as the file holds it."""
        return json.dumps(self.message, ensure_ascii=False, indent=2) + "\n"


@dataclass(frozen=True)
class Judgement:
    """What a rule finds at a shop: an alert, nothing, or that it cannot be judged now.

    ``sentence``: how it stands where it is good, escaped; empty where the rule does not say it.
    ``problem``: why the rule's SQL or its sentences broke on the rows, empty where they did not.
    """

    rule: str
    shop_id: str
    alert: Alert | None
    is_judged: bool = True
    sentence: str = ""
    problem: str = ""


def escape(text: str) -> str:
    """Text for a Slack message: `&`, `<` and `>` as entities, nobody called."""
    plain = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _CALL.sub("", plain)


def clean(text: str, most: int = 80) -> str:
    """Foreign text on one line: no control or direction characters, back ticks or web addresses."""
    kept = "".join(
        " " if unicodedata.category(sign) in ("Cc", "Zl", "Zp") else sign
        for sign in unicodedata.normalize("NFC", text)
        if unicodedata.category(sign) not in ("Cf", "Co", "Cs")
    )
    line = " ".join(kept.replace("`", "'").replace("://", "[:]//").split())
    return line if len(line) <= most else line[: most - 1] + _CUT


def name_of(text: str | None) -> str:
    """A foreign name within mrkdwn, escaped: bare if it is plain, else in back ticks."""
    line = clean(text or "")
    if not line:
        return ""
    return line if _PLAIN_NAME.fullmatch(line) else code(line)


def words(text: str, most: int) -> str:
    """A foreign sentence within mrkdwn, escaped, with nothing that formats or becomes a picture."""
    line = _EMOJI.sub("\u2236", clean(text, most).translate(_LOOK_ALIKES))
    return escape(_ITALIC.sub("\u02cd", line))


def code(text: str) -> str:
    """Text in back ticks, in which Slack makes neither links nor formats; escaped."""
    return f"`{escape(clean(text, 200)) or _NOTHING}`"


def id_of(text: str | None) -> str | None:
    """An id in back ticks, or None for what does not look like one."""
    return f"`{text}`" if text is not None and _SAFE_ID.fullmatch(text) else None


def build(header: str, sections: Sequence[str]) -> dict[str, Any]:
    """A message of a header and sections; the first section's first line becomes `text`.

    Args:
        header: plain text, not yet escaped; cut to Slack's limit.
        sections: mrkdwn that is already escaped; empty ones are left out.

    Raises:
        MessageTooLarge: when a limit is passed.
    """
    title = _title(header)
    kept = [section for section in sections if section]
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": title, "emoji": False}}
    ]
    blocks.extend(
        {"type": "section", "text": {"type": "mrkdwn", "text": section, "verbatim": True}}
        for section in kept
    )
    message = {"text": first_sentence(kept[0]) if kept else title, "blocks": blocks}
    check(message)
    return message


def _title(header: str) -> str:
    """The header, escaped: cut before it is escaped, so that no entity is cut."""
    for most in (MAX_HEADER, 90, MAX_HEADER // 5):
        title = escape(clean(header, most))
        if len(title) <= MAX_HEADER:
            break
    return title


def listed(lines: Sequence[str], total: int | None = None, most: int = MAX_LIST) -> str:
    """The first lines that fit into `most` characters, at least one, and how many are left out.

    `total` counts what the lines are taken from, if they are not all of it.
    """
    kept: list[str] = []
    size = 0
    for line in lines:
        size += len(line) + 1
        if kept and size > most:
            break
        kept.append(line)
    more = (len(lines) if total is None else total) - len(kept)
    if kept and more > 0:
        kept[-1] += f" (+ {more:,})"
    return "\n".join(kept)


def first_sentence(section: str) -> str:
    """The first line of a section up to its first full stop that ends a sentence."""
    line = section.splitlines()[0]
    # A full stop within back ticks is part of a name.
    stops = (found.end() for found in re.finditer(r"\.(?=\s|$)", line))
    return next((line[:end] for end in stops if line.count("`", 0, end) % 2 == 0), line)


def check(message: dict[str, Any]) -> None:
    """Raise `MessageTooLarge` when the message passes one of Slack's limits or ours."""
    blocks = message["blocks"]
    if len(blocks) > MAX_BLOCKS:
        raise MessageTooLarge(f"{len(blocks)} blocks, {MAX_BLOCKS} at most")
    for block in blocks:
        most = MAX_HEADER if block["type"] == "header" else MAX_SECTION
        texts = [block["text"]] if "text" in block else []
        for part, limit in [(text, most) for text in texts] + [
            (field, MAX_FIELD) for field in block.get("fields", [])
        ]:
            if not 0 < len(part["text"]) <= limit:
                raise MessageTooLarge(f"{len(part['text'])} characters, {limit} at most")
        for element in block.get("elements", []):
            if not 0 < len(element["text"]) <= MAX_FIELD:
                raise MessageTooLarge(f"{len(element['text'])} characters, {MAX_FIELD} at most")
    size = len(json.dumps(message, ensure_ascii=False))
    if size > MAX_MESSAGE:
        raise MessageTooLarge(f"{size} characters in all, {MAX_MESSAGE} at most")
