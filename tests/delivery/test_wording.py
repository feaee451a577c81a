"""Gaps that nobody filled are found; what a writer put into brackets is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.delivery.wording import LOOKS_LIKE_A_MARK, PLACEHOLDERS, too_long, unfinished


@pytest.mark.parametrize("phrase", sorted(set(PLACEHOLDERS.values())))
@pytest.mark.parametrize("shape", ["[{}]", "[ {} ]", "<{}>"])
def test_a_gap_of_our_own_drafts_is_found_however_it_is_spaced(phrase: str, shape: str) -> None:
    said = unfinished(f"Hello Rosa, Maya did well in {shape.format(phrase)} today.")
    assert said is not None
    assert "own words" in said


@pytest.mark.parametrize(
    "words",
    [
        "Hello {guardian}, Maya did well.", "Hello {{ guardian.name }}, hi.", "Hello {}, hi.", "Hi ${name}, hi.",
        "Maya got {% if x %}better{% endif %}.", "Dear %(name)s, hello.", "Dear %s, hello.", "Hi $student, hello.",
        "Dear [name], hello.", "Dear [Name], hello.", "Dear [parent's name], hello.", "Dear [Parent’s Name], hello.",
        "Dear [STUDENT_NAME], hello.", "Dear [insert name], hello.", "Dear <name>, hello.", "See you on [date].",
        "Hola [nombre]:", "Hola [Nombre del Alumno]:", "Reunión el [día] a las [hora].", "Llame al [número].",
        "Hola <fecha>.", "At school ().", "See [].",
        "Dear ,", "Dear, we met.", "Hello , we met.", "Hola, : su hija", "Hola , su hija", "Estimada:",
        "Hello None, hi.", "Dear undefined, hi.",
    ],
)  # fmt: skip
def test_what_a_machine_or_a_person_left_open_is_found_in_both_languages(words: str) -> None:
    assert unfinished(words) is not None


@pytest.mark.parametrize(
    "words",
    [
        "We meet in Room 12 [see you at 5].", "Bring lunch [no nuts, please].", "I <3 her poem.", "5 < 6 and 7 > 3.",
        "Write to <office@example.org>.", "The set {1, 2, 3} is finite.", "Oh dear, that was close.", "Hello, Rosa!",
        "Hi :) Maya did well.", "Hola, :) Maya va bien.", "100% sure, 5 % more.", "He said [...] and left.",
        "Two  spaces are a habit.", "Name: ______ (fill in and send back)", "It costs $5.", "Nos vemos [a las 5].",
        "Her speech (10 minutes) was good.", "[ ] yes  [ ] no", "Hello, none of this is urgent.", "¡Hola, Rosa!",
        "Estimada señora Delgado:", "Dear Rosa,", "Sad :() but fine.",
    ],
)  # fmt: skip
def test_honest_words_pass(words: str) -> None:
    assert unfinished(words) is None


@given(st.text(alphabet=st.characters(exclude_characters="[]{}<>()%$", codec="utf-8"), max_size=200))
def test_words_without_any_bracket_are_refused_for_a_greeting_to_nobody_only(words: str) -> None:
    said = unfinished(words)
    assert said is None or "greeting" in said


def test_a_long_gap_is_shown_short() -> None:
    said = unfinished("{{ " + "a" * 200 + " }}")
    assert said is not None
    assert len(said) < 120


def test_a_text_may_take_so_many_segments_and_no_more() -> None:
    assert too_long("a" * 459, 3) is None
    assert too_long("a" * 460, 3) == "This takes 4 texts, and at most 3 may go at once; shorten it."
    told = too_long("á" * 202, 3)
    assert told is not None
    assert "á" in told


@pytest.mark.parametrize(
    "words", ["She has 85% now.", "Tiene 70 por ciento.", "A B+ in math.", "Una C en lectura.", "88/100 today.",
              "92 out of 100", "sacó 60 de 100"],
)  # fmt: skip
def test_a_mark_is_known(words: str) -> None:
    assert LOOKS_LIKE_A_MARK.search(words)


@pytest.mark.parametrize(
    "words", ["20 minutes of reading each evening", "Room 12 at 5/6", "3 de 10 familias", "Plan B is on."]
)
def test_figures_that_are_no_mark_pass(words: str) -> None:
    assert not LOOKS_LIKE_A_MARK.search(words)
