"""Made-up values, to show what a template becomes: such as most families have, and the longest to expect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from outreach.language import month_day, speaking

from .wording import STAFF_LANGUAGE, LanguageWords
from .words_in_force import KEYS_OF, SUBJECTS

USUAL = {
    "guardian": "Rosa", "student": "Maya", "teacher": "L. Alvarez", "school": "Lakeside School", "course": "Algebra I",
    "percent": "84%", "percent_before": "71%", "days_absent": "8",
}  # fmt: skip
LONGEST = {
    "guardian": "Guadalupe", "student": "Maximiliano", "teacher": "M. Hernández", "school": "Lincoln Middle School",
    "course": "Introduction to Physics", "percent": "100%", "percent_before": "100%", "days_absent": "124",
}  # fmt: skip
"""With an accent that is not in a text's own alphabet, as in many names: it halves the room."""
OBSERVATION = {
    "en": ("such patience with others", "such patience with others, above all when the work got hard"),
    "es": ("tanta paciencia con todos", "tanta paciencia con todos, sobre todo cuando el trabajo se puso difícil"),
}
"""Usual and longest; a teacher writes it."""
USUAL_SUBJECT = "math"
THAT_DAY = date(2026, 11, 23)
Values = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class MadeUp:
    """Values for the placeholders of one language. A shared word that it lacks stands in the staff's language."""

    usual: Values
    longest: Values


def made_up(language: str, words: LanguageWords, staff: LanguageWords) -> MadeUp:
    """For templates in ``language``, whose words are ``words``; ``staff`` are those in the staff's language."""
    with speaking(language):
        day = month_day(THAT_DAY)
    seen = OBSERVATION.get(language, OBSERVATION[STAFF_LANGUAGE])
    usual: dict[str, str | None] = {**USUAL, "observation": seen[0], "incident_day": day}
    longest: dict[str, str | None] = {**LONGEST, "observation": seen[1], "incident_day": day}
    for name, keys in KEYS_OF.items():
        if name == "course":
            continue
        found = {key: words.shared(table, key) or staff.shared(table, key) or "" for table, key in keys}
        usual[name] = found[USUAL_SUBJECT]
        longest[name] = max((found[subject] for subject in SUBJECTS), key=len)
    return MadeUp(usual, longest)
