"""Terms: each is found where it stands, once a section, and foreign text stays text."""

from __future__ import annotations

from flows.report.terms import TERMS, Glossary
from tests.report.conftest import Rendered
from tests.report.marts_fixture import HOSTILE
from tests.report.pages import Page


def test_names_heads_and_phrases_are_each_of_one_term() -> None:
    for values in (
        [term.name for term in TERMS],
        [head for term in TERMS for head in term.heads],
        [phrase for term in TERMS for phrase in term.phrases],
    ):
        assert len(values) == len(set(values))
    assert all(phrase == phrase.lower() for term in TERMS for phrase in term.phrases)
    assert all(term.meaning.endswith(".") and "<" not in term.meaning for term in TERMS)


def test_the_first_of_a_term_in_a_section_opens_it() -> None:
    glossary = Glossary()
    said = glossary.text("Late dispatch is 3.0%; late dispatch was 2.0%.", "one")
    assert said.count("<button") == 1
    assert said.startswith('<button type="button" class="term" popovertarget="term-late-dispatch')
    assert "<button" not in glossary.text("With them late dispatch is 4.0%.", "one")
    assert "<button" in glossary.text("With them late dispatch is 4.0%.", "two")
    assert [term.name for term in glossary.used()] == ["late-dispatch-rate"]


def test_words_that_hold_a_term_and_code_are_left_alone() -> None:
    glossary = Glossary()
    assert glossary.text("Unprovisionally, `late dispatch`.", "one") == (
        "Unprovisionally, <code>late dispatch</code>."
    )
    assert glossary.used() == []


def test_foreign_text_beside_a_term_is_escaped() -> None:
    said = Glossary().text(f"{HOSTILE} is provisional. `{HOSTILE}`", "one")
    found = Page(f"<p>{said}</p>")
    assert {tag for tag, _ in found.tags} == {"p", "button", "code"}
    assert "".join(found.text) == f"{HOSTILE} is provisional. {HOSTILE}"
    assert Glossary().head("a<b>") == "a&lt;b&gt;"


def test_each_button_opens_a_definition_and_no_definition_is_idle(demo: Rendered) -> None:
    found = Page(demo.html())
    targets = {
        button["popovertarget"]
        for button in found.attributes("button")
        if "popovertarget" in button
    }
    meanings = {div["id"] for div in found.attributes("div") if "popover" in div}
    assert targets == meanings
    assert {"term-headroom", "term-status", "term-late-dispatch-rate"} <= meanings
