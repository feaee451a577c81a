"""Every sentence has its translation, and each translation carries what its sentence carries."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Message

from outreach.language import LANGUAGES, N_, SOURCE, _, kept, ngettext, said, speaking
from outreach.language.catalogs import catalog
from outreach.language.gather import sentences

TRANSLATED = [tag for tag in LANGUAGES if tag != SOURCE]
VALUE = re.compile(r"%\((\w+)\)[sd]|%(?![(%])\w")
MARKUP = re.compile(r"<[^>]+>")


def entries(tag: str) -> Iterator[Message]:
    return (message for message in catalog(tag) if message.id)


def forms(said: object) -> list[str]:
    return [str(form) for form in said] if isinstance(said, tuple | list) else [str(said)]


@pytest.mark.parametrize("tag", TRANSLATED)
def test_the_catalogue_holds_exactly_the_sentences_of_the_sources(tag: str) -> None:
    marked = {(message.id, message.context) for message in sentences() if message.id}
    assert {(message.id, message.context) for message in entries(tag)} == marked, (
        "run python -m outreach.language.gather"
    )


@pytest.mark.parametrize("tag", TRANSLATED)
def test_every_sentence_is_translated(tag: str) -> None:
    missing = [message.id for message in entries(tag) if message.fuzzy or not all(forms(message.string or ""))]
    assert missing == []


@pytest.mark.parametrize("tag", TRANSLATED)
def test_a_translation_has_the_values_and_the_markup_of_its_sentence(tag: str) -> None:
    for message in entries(tag):
        of_the_sentence = forms(message.id)[-1]
        for translation in forms(message.string):
            assert set(VALUE.findall(translation)) == set(VALUE.findall(of_the_sentence)), message.id
            assert sorted(MARKUP.findall(translation)) == sorted(MARKUP.findall(of_the_sentence)), message.id


def test_a_sentence_is_said_in_the_language_of_whoever_reads_it() -> None:
    with speaking("es"):
        assert _("Undo") == "Deshacer"
        assert ngettext("%(count)s day", "%(count)s days", 2) == "2 días"
    assert _("Undo") == "Undo"


def test_a_language_that_pages_are_not_written_in_is_english() -> None:
    with speaking("vi"):
        assert _("Undo") == "Undo"


def test_what_is_kept_for_later_is_said_in_the_language_of_the_day() -> None:
    stored = kept(
        N_("Nothing goes out from %(school)s until resumed: %(why)s"), school="Lakeside", why=kept(N_("Undo"))
    )
    with speaking("es"):
        assert said(stored) == "No sale nada de Lakeside hasta que se reanude: Deshacer"
    assert said(stored) == "Nothing goes out from Lakeside until resumed: Undo"


PLAIN = [
    "A flood in the gym.", '["not ours', '["a", 1]', "[]", "100% of it", '["%(a)s",{"b":1}]', '["%(a)s",{"a":"x"}]',
    '["%(a)999999999s",{"a":"x"}]', '["[' + "[" * 100_000, '["Undo",[1]]', '[["Undo"],{}]', '["Undo"]',
    '["Nothing goes out until resumed: %(why)s",{}]', '["Nothing goes out until resumed: %(why)s",{"sentence":"x"}]',
    '["Nothing goes out until resumed: %(why)s",{"why":{"day":"2026-99-99"}}]',
]  # fmt: skip


@pytest.mark.parametrize("plain", PLAIN)
def test_what_a_person_wrote_is_said_as_it_stands(plain: str) -> None:
    with speaking("es"):
        assert said(plain) == plain
