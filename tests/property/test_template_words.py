"""Whatever an administrator types as words for families: refused in a sentence, or whole when a family reads it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.delivery import segments_of
from outreach.delivery.wording import PLACEHOLDERS, unfinished
from outreach.planning.made_up import made_up
from outreach.planning.message_check import TEXTS, Written, clean, filled, wrong_with
from outreach.planning.wording import Form, Origin, Situation, Template, language_words, render

MOST = 3
ENGLISH = language_words("en")
pieces = st.one_of(
    st.sampled_from([f"{{{name}}}" for name in PLACEHOLDERS]),
    st.sampled_from(
        ["{", "}", "{}", "{{", "}}", "[name]", "{student!r}", "{0}", "%s", "Dear ,", "58%", "\x00", "\r\n", "😀"]
    ),
    st.text(max_size=20),
    st.sampled_from(["Hello ", " does well.", "¿Cómo está?", "a" * 150]),
)
words = st.lists(pieces, max_size=6).map("".join)
languages = st.sampled_from(["en", "es", "vi", "ar"])


@settings(deadline=None)  # the first example reads the files
@given(languages, st.sampled_from(Situation), st.sampled_from(Form), st.lists(words, max_size=3), words)
def test_typed_words_are_refused_in_a_sentence_or_read_whole(
    language: str, situation: Situation, form: Form, bodies: list[str], title: str
) -> None:
    values = made_up(language, language_words(language), ENGLISH)
    typed = Written(tuple(bodies), title)
    problems = list(wrong_with(situation, form, typed, values, MOST))
    for field, sentence in problems:
        assert field.startswith(f"{form}.")
        assert sentence.strip()
    if problems:
        return
    kept = typed.cleaned(form)
    assert len(kept.bodies) == sum(bool(clean(body)) for body in bodies)
    for turn, body in enumerate(kept.bodies):
        assert "\x00" not in body
        made = Template(language, situation, form, kept.title or None, kept.bodies, "A. Reyes", None, Origin.REVISION)
        draft = render(made, values.usual, turn)
        assert draft.missing == ()
        assert unfinished(draft.body) is None
        assert unfinished(draft.title or "") is None
        if form in TEXTS:
            assert segments_of(draft.body).count <= MOST
        assert filled(body, values, longest=True)


@given(words)
def test_cleaned_words_stay_as_they_are(body: str) -> None:
    """Or saving a page twice would change words that nobody touched."""
    assert clean(clean(body)) == clean(body)
