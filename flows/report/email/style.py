"""The style of messages, from the same tokens as the pages."""

from __future__ import annotations

import re

from flows.report.tokens import DARK, LIGHT

_FONT = 'system-ui,-apple-system,"Segoe UI",Roboto,Helvetica,Arial,sans-serif'
_STYLE = f"""
.sheet{{margin:0;padding:0;background:var(--panel)}}
.outer{{background:var(--panel);padding:0}}
.inner{{width:100%;max-width:600px;background:var(--bg)}}
td.inner{{padding:16px 20px;font:16px/1.5 {_FONT};color:var(--ink);text-align:left}}
h1{{font-size:24px;line-height:1.25;margin:4px 0 8px;color:var(--ink)}}
h2{{font-size:19px;line-height:1.3;margin:24px 0 6px;color:var(--ink)}}
h3{{font-size:16px;line-height:1.3;margin:14px 0 2px;color:var(--ink)}}
p{{margin:0 0 6px;color:var(--ink)}}
ol{{margin:8px 0 0;padding:0 0 0 24px;color:var(--ink)}}
li{{margin:0 0 4px}}
code{{font-family:inherit}}
.muted{{font-size:14px;color:var(--muted)}}
.note{{font-size:14px;border-left:4px solid var(--near);background:var(--panel);padding:4px 8px}}
.close{{margin:0}}
.rest{{border-top:1px solid var(--line);padding-top:16px}}
.rates{{width:100%;border-collapse:collapse;font-size:14px;color:var(--ink)}}
.rates th{{text-align:left;padding:6px 8px 6px 0;border-bottom:1px solid var(--line)}}
.rates td{{text-align:left;padding:6px 8px 6px 0;border-bottom:1px solid var(--line)}}
.rates tbody th{{font-weight:400}}
.rates thead th{{color:var(--muted);font-weight:600;font-size:13px}}
.rates .n{{text-align:right;white-space:nowrap}}
.rates .strong{{font-weight:700}}
.rates .bar{{border-collapse:collapse;width:120px}}
.rates .bar td{{padding:0;border:0;line-height:8px;font-size:0}}
.rates .bar .value{{background:var(--s1)}}
.rates .bar .target{{background:var(--ink)}}
.rates .bar .rest{{background:var(--line);padding:0;border:0}}
.st{{white-space:nowrap;font-size:13px;padding:1px 6px;border-radius:3px}}
.st{{border:1px solid transparent}}
.st-ok{{border-color:var(--ok);color:var(--ok)}}
.st-approaching{{background:var(--tint);border-color:var(--near);font-weight:600}}
.st-breach{{background:var(--breach);color:var(--bg);font-weight:700}}
.st-enforcement{{background:var(--enforcement);color:var(--bg);font-weight:700}}
.st-insufficient_volume{{border:1px dashed var(--muted)}}
.st-no_data{{color:var(--muted)}}
"""
_TOKEN = re.compile(r"var\(--([\w-]+)\)")
_RULE = re.compile(r"^([^{]+)\{(.*)\}$", re.MULTILINE)
_COLOURED = re.compile(r"[\w-]+:[^;]*var\(--[\w-]+\)[^;]*")


def style() -> str:
    """The rules with the light colours, and those that differ where the reader's screen is dark."""
    dark = "".join(
        f"{selector}{{{';'.join(_forced(rule) for rule in coloured)}}}"
        for selector, rules in _RULE.findall(_STYLE)
        if (coloured := _COLOURED.findall(rules))
    )
    light = _TOKEN.sub(lambda name: LIGHT[name[1]], _STYLE)
    narrow = "@media (max-width:480px){.wide{display:none !important}}"
    return f"{light}{narrow}@media (prefers-color-scheme:dark){{{dark}}}"


def _forced(rule: str) -> str:
    """A rule with its dark colour, stronger than the one that stands in the element."""
    return f"{_TOKEN.sub(lambda name: DARK[name[1]], rule)} !important"
