"""The words that the templates of a language share, and what is wrong with those that an administrator wrote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from outreach.delivery.wording import too_long, unfinished
from outreach.language import _

from .made_up import MadeUp, made_up
from .message_check import TEXTS, Problem, filled
from .placeholders import asked_for, wrong_in
from .wording import LanguageWords
from .words_in_force import SUBJECTS

TITLES = ("from_teacher", "from_school")
SHARED_KEYS = (
    *(("subjects", key) for key in (*SUBJECTS, "class")),
    *(("steps", key) for key in SUBJECTS),
    *(("short_steps", key) for key in SUBJECTS),
    *(("titles", key) for key in TITLES),
)
"""All that a page offers, by table and key, in order."""
MAY_ASK = {("titles", "from_teacher"): {"teacher", "school"}, ("titles", "from_school"): {"school"}}
LONGEST = 200
"""Characters."""


def wrong_with_shared(
    language: str, words: LanguageWords, new: Mapping[tuple[str, str], str], staff: LanguageWords, most_segments: int
) -> Iterator[Problem]:
    """Each field (``steps.math``) of ``new`` words with one sentence; nothing where they may be kept."""
    later = LanguageWords(words.templates, {**words.words, **new})
    for (table, key), text in new.items():
        wrong = _wrong(table, key, text, made_up(language, words, staff))
        wrong = wrong or _too_long_then(later, table, key, made_up(language, later, staff), most_segments)
        if wrong:
            yield f"{table}.{key}", wrong


def _wrong(table: str, key: str, text: str, values: MadeUp) -> str | None:
    if len(text) > LONGEST:
        return _("This has %(count)s characters; at most %(most)s fit.", count=len(text), most=LONGEST)
    wrong = wrong_in(text, marks=True)
    if wrong:
        return wrong
    allowed = MAY_ASK.get((table, key), set())
    strange = sorted(asked_for(text) - allowed)
    if strange and allowed:
        known = ", ".join(sorted(allowed))
        return _("{%(name)s} is not allowed; use %(known)s.", name=strange[0], known=known)
    if strange:
        return _(
            "These words fill a placeholder themselves, so they ask for none: leave {%(name)s} out.", name=strange[0]
        )
    return unfinished(filled(text, values))


def _too_long_then(words: LanguageWords, table: str, key: str, values: MadeUp, most_segments: int) -> str | None:
    """A sentence where a text of this language would no longer fit with the word."""
    name = {"subjects": "subject", "steps": "step", "short_steps": "short_step"}.get(table)
    if name is None or key == "class":
        return None
    with_it = MadeUp({**values.usual, name: words.shared(table, key)}, values.longest)
    for (_situation, form), one in words.templates.items():
        for body in one.bodies:
            if form in TEXTS and name in asked_for(body):
                wrong = too_long(filled(body, with_it), most_segments)
                if wrong:
                    return _("With these words a text that uses them grows too long: %(wrong)s", wrong=wrong)
    return None
