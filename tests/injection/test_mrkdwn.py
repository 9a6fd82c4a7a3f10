"""The small parser sees what is active, and nothing active comes through the alerts' functions."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.alerts.message import build, code, escape, first_sentence, listed, name_of, words
from tests.injection.mrkdwn import active, texts
from tests.injection.payloads import ALL

_PIECES = st.one_of(
    st.sampled_from(ALL), st.text("<>&@`*_~:/.! \n\t\u202e\u200babc019", max_size=30), st.text()
)
FOREIGN = st.lists(_PIECES, max_size=5).map("".join)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("see <https://evil.example|this>", "special"),
        ("<!channel>", "special"),
        ("ping @channel", "call"),
        ("https://evil.example", "link"),
        ("*bold*", "bold"),
        ("an _italic_ word", "italic"),
        ("~gone~", "strike"),
        (":skull:", "picture"),
        ("one ` tick", "stray back tick"),
        ("&lt;a&am", "cut entity"),
        ("&gt; quoted", "quote"),
    ],
)
def test_the_parser_sees_it(text: str, name: str) -> None:
    assert name in active(text)


def test_the_parser_leaves_plain_text_alone() -> None:
    assert active("Order_lines of `*a*`: 2 * 3, at 12:30:45, `orders` and &amp; &lt;b&gt;.") == []


@settings(max_examples=300, deadline=None)
@given(FOREIGN)
def test_foreign_text_does_nothing(text: str) -> None:
    assert active(f"Warehouse {name_of(text)} is late.") == []
    assert active(f"Says: {words(text, 120)} so.") == []
    assert active(code(text)) == []
    lines = [f"{code(text)}: {words(text, 240)}"] * 9
    message = build(f"Act now: {text}", [f"Of {name_of(text)}. {words(text, 80)}", listed(lines)])
    title, *parts = texts(message)[1:]
    for part in [message["text"], *parts]:
        assert active(part) == []
    # A header is plain text: nothing in it is a format, and pictures are switched off.
    assert not {"call", "special", "cut entity", "link", "unseen"} & set(active(title))
    assert active(first_sentence(f"Late at {code(text)}. {words(text, 50)} more.")) == []
    assert not {"call", "special", "cut entity"} & set(active(escape(text)))
