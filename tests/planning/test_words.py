"""Drafts: both languages, an allow-list of placeholders, and a blocked draft that says what it lacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from models import CORE_SUBJECTS
from outreach.delivery import segments_of
from outreach.delivery.wording import PLACEHOLDERS
from outreach.language import said
from outreach.planning import TemplateError, approved_languages, render, templates_of, words_of_files
from outreach.planning.wording import STAFF_LANGUAGE, Form, Situation, language_words

EVERYTHING = {
    "guardian": "Guadalupe", "student": "Maximiliano", "teacher": "M. Hernández", "school": "Lincoln Middle School",
    "course": "Introduction to Physics", "days_absent": "12", "percent": "58%", "percent_before": "71%",
    "observation": "tanta paciencia con todos", "incident_day": "November 23",
}  # fmt: skip
LANGUAGES = ("en", "es")


def values(language: str, subject: str) -> dict[str, str | None]:
    words = {name: language_words(language).shared(f"{name}s", subject) for name in ("subject", "step", "short_step")}
    return {**EVERYTHING, **words}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_shipped_template_is_approved_and_renders_whole(language: str) -> None:
    templates = templates_of(language)
    assert {situation for situation, _ in templates} == set(Situation)
    for template in templates.values():
        assert template.approved_by
        for subject in CORE_SUBJECTS:
            for turn in range(len(template.bodies)):
                draft = render(template, values(language, subject.value), turn)
                assert draft.missing == ()
                assert draft.blocked is None
                assert "[" not in draft.body
                assert "{" not in draft.body


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_takes_two_segments_at_most_even_with_long_names_and_accents(language: str) -> None:
    for (_, form), template in templates_of(language).items():
        if form not in (Form.TEXT, Form.TEXT_WITH_MARKS):
            continue
        for subject in CORE_SUBJECTS:
            for turn in range(len(template.bodies)):
                text = render(template, values(language, subject.value), turn).body
                assert segments_of(text).count <= 2, text


def test_both_languages_have_the_same_situations_and_forms() -> None:
    assert set(templates_of("en")) == set(templates_of("es"))
    assert {key: len(one.bodies) for key, one in templates_of("en").items()} == {
        key: len(one.bodies) for key, one in templates_of("es").items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_carries_a_mark(language: str) -> None:
    for (_, form), template in templates_of(language).items():
        if form is Form.TEXT:
            assert not any("{percent" in body for body in template.bodies)


def test_an_incident_has_no_words_to_send() -> None:
    assert {form for situation, form in templates_of("en") if situation is Situation.INCIDENT} == {Form.CALL}


def test_a_missing_value_blocks_the_draft_and_says_which() -> None:
    template = templates_of("en")[Situation.CONCERN, Form.EMAIL]
    draft = render(template, {**values("en", "math"), "percent": None, "step": " "})
    assert draft.missing == ("the percentage now", "one thing that would help")
    assert said(draft.blocked) == "Still missing: the percentage now, one thing that would help."
    assert "[the percentage now]" in draft.body


def test_a_value_that_looks_like_a_placeholder_stays_text() -> None:
    template = templates_of("en")[Situation.STRENGTH, Form.TEXT]
    draft = render(template, {**values("en", "math"), "student": "{percent}{0.__class__}"})
    assert "{percent}{0.__class__}" in draft.body


def test_templates_take_turns_by_week() -> None:
    template = templates_of("es")[Situation.WEEKLY, Form.TEXT]
    drafts = {render(template, values("es", "math"), turn).body for turn in range(6)}
    assert len(drafts) == len(template.bodies) == 3


def test_english_and_spanish_are_shipped() -> None:
    assert approved_languages(words_of_files()) == {"en", "es"}
    assert templates_of("es-MX").keys() == templates_of("es").keys()
    assert STAFF_LANGUAGE in approved_languages(words_of_files())


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('approved_by = "A. Reyes"\n[text]\nbody = "{surname}"', "{surname} is not allowed"),
        ('approved_by = "A. Reyes"\n[text]\nbody = "{student.id}"', "is not allowed"),
        ('approved_by = "A. Reyes"\n[text]\nbody = "{student!r}"', "plain name"),
        ('approved_by = "A. Reyes"\n[text]\nbody = "{student"', "not closed"),
        ('approved_by = "A. Reyes"\n[text]\nbody = "{percent}"', "a text carries none"),
        ('approved_by = "A. Reyes"\n[email]\nbody = "Hello"', "needs a title"),
        ('approved_by = "A. Reyes"\n[text]\nbody = ""', "needs a body"),
        ('approved_by = "A. Reyes"\n[fax]\nbody = "Hello"', "no form of message"),
        ("approved_by = ", "not a message template"),
    ],
)
def test_a_districts_broken_template_is_refused_with_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, sentence: str
) -> None:
    own = tmp_path / "messages" / "en" / "praise.toml"
    own.parent.mkdir(parents=True)
    own.write_text(content, "utf-8")
    monkeypatch.setenv("OUTREACH_CONFIG_DIR", str(tmp_path))
    with pytest.raises(TemplateError) as refused:
        templates_of("en")
    assert "praise.toml" in str(refused.value)
    assert sentence in str(refused.value)


def test_a_language_without_a_named_approver_has_no_drafts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for situation in Situation:
        own = tmp_path / "messages" / "vi" / f"{situation}.toml"
        own.parent.mkdir(parents=True, exist_ok=True)
        own.write_text('[text]\nbody = "{student}"\n', "utf-8")
    monkeypatch.setenv("OUTREACH_CONFIG_DIR", str(tmp_path))
    assert "vi" not in approved_languages(words_of_files())
    assert templates_of("vi") == {}


def test_a_districts_own_template_replaces_the_shipped_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "messages" / "en" / "praise.toml"
    own.parent.mkdir(parents=True)
    own.write_text('approved_by = "A. Reyes"\n[text]\nbody = "Well done, {student}!"\n', "utf-8")
    monkeypatch.setenv("OUTREACH_CONFIG_DIR", str(tmp_path))
    template = templates_of("en")[Situation.PRAISE, Form.TEXT]
    assert template.approved_by == "A. Reyes"
    assert render(template, EVERYTHING).body == "Well done, Maximiliano!"


def test_every_placeholder_is_explained() -> None:
    assert all(words and not words[0].isupper() for words in PLACEHOLDERS.values())
