"""What no message to a family may carry: a gap that was never filled, a mark in a text, more segments than allowed."""

from __future__ import annotations

import re
from functools import cache
from unicodedata import combining, normalize

from outreach.language import LANGUAGES, N_, _, kept, said, speaking

from .segments import segments_of

PLACEHOLDERS = {
    "guardian": N_("the guardian's first name"),
    "student": N_("the student's first name"),
    "teacher": N_("the sender's name"),
    "school": N_("the school's name"),
    "subject": N_("the subject"),
    "course": N_("the course"),
    "percent": N_("the percentage now"),
    "percent_before": N_("the percentage before"),
    "days_absent": N_("the days absent"),
    "step": N_("one thing that would help"),
    "short_step": N_("one thing that would help"),
    "observation": N_("what you noticed"),
    "incident_day": N_("the day it happened"),
}
"""The allow-list: all that a template may ask for, and how a teacher reads what is missing."""
LOOKS_LIKE_A_MARK = re.compile(
    r"\d\s*(%|percent\b|por ciento\b)|\d\s*(/|out of|de)\s*100\b|\b[A-F][+-]?\s+(in|en)\s", re.IGNORECASE
)
NOUNS = frozenset(
    re.findall(
        r"\w+",
        """
        name surname student child son daughter guardian parent mother father family teacher sender school subject
        course class percent percentage grade mark observation date day time number phone address link
        nombre apellido alumno alumna estudiante hijo hija tutor padre madre familia maestro maestra profesor profesora
        escuela materia curso clase porcentaje calificacion nota fecha dia hora numero telefono direccion correo enlace
        """,
    )
) | {
    "first name", "last name", "full name", "phone number", "student name", "student's name", "child name",
    "child's name", "parent name", "parent's name", "guardian name", "guardian's name", "teacher name",
    "teacher's name", "school name", "school's name", "nombre completo", "nombre del alumno", "nombre de la alumna",
    "nombre del estudiante", "nombre del tutor", "nombre de la escuela", "nombre del maestro",
    "nombre de la maestra",
}  # fmt: skip
"""What a person, or another system's template, puts into brackets where a value belongs (without accents or article).
Anything else in square or pointed brackets is the writer's own: "[see you at 5]"."""
ARTICLES = re.compile(r"^(?:insert|enter|your|the|el|la|los|las|su|insertar?|escriba)\s+")

FILLED_BY_MACHINE = re.compile(
    r"\{\{.*?\}\}|\{%.*?%\}|\$\{.*?\}"  # {{ student.name }}, {% if %}, ${name}
    r"|\{\s*\}|\{\s*[^\W\d][\w.\-']*\s*\}"  # {}, {student}, {student.name}
    r"|%\(\w+\)[sd]|(?<![\d%])%[sd]\b"  # %(name)s, %s
    rf"|\$(?:{'|'.join(PLACEHOLDERS)})\b"  # $student
    r"|\[\]|(?<![:;=8])\(\)",  # brackets around nothing
    re.DOTALL,
)
IN_BRACKETS = re.compile(r"\[\s*([^\[\]\n]{1,60}?)\s*\]|<\s*([^<>\n]{1,60}?)\s*>|\{\s*([^{}\n]{1,60}?)\s*\}")
NAMED_NOBODY = re.compile(
    r"\b(?:dear|hello|hi|hola|estimad[oa]s?|querid[oa]s?|apreciad[oa]s?)"
    r"(?:\s+,|(?:,\s*|\s+):(?![-)(DP3])|\s+(?:none|null|undefined|n/a)\b)"  # "Dear ,", "Hola, :", "Hello None,"
    r"|^\s*(?:dear|estimad[oa]s?|querid[oa]s?|apreciad[oa]s?)\s*[,:]",  # "Dear," alone: "Oh dear," stays
    re.IGNORECASE | re.MULTILINE,
)


NEVER_FILLED = N_("“%(gap)s” was never filled in; replace it with your own words first.")
TO_REPLACE = N_("Replace “%(gap)s” with your own words first.")
TO_NOBODY = N_("The greeting names nobody (“%(greeting)s”); write to whom it goes.")
TOO_MANY = N_("This takes %(texts)s texts, and at most %(most)s may go at once; shorten it.")
TOO_MANY_BY_LETTERS = N_(
    "This takes %(texts)s texts, and at most %(most)s may go at once; shorten it. The characters %(letters)s leave "
    "less than half the room; keep those you need."
)


def unfinished(text: str) -> str | None:
    """:func:`gap_in`, said now to who writes."""
    return said(gap_in(text)) or None


def too_long(text: str, most_segments: int) -> str | None:
    """:func:`over_long`, said now to who writes."""
    return said(over_long(text, most_segments)) or None


def gap_in(text: str) -> str | None:
    """A kept sentence where ``text`` holds a gap that a template or a person left to fill; None where it is whole.

    Gaps: our own drafts' ("[the subject]"), the usual blanks of people ("[name]", "<fecha>"), what machines fill
    ("{student}", "{{…}}", "%(name)s", "${…}"), brackets around nothing, and a greeting to nobody ("Dear ,"). Other
    words in brackets, a blank line to write on and a second space are a writer's own and pass.
    """
    found = FILLED_BY_MACHINE.search(text)
    if found:
        return kept(NEVER_FILLED, gap=_shown(found[0]))
    for bracket in IN_BRACKETS.finditer(text):
        if _is_gap(next(inside for inside in bracket.groups() if inside is not None)):
            return kept(TO_REPLACE, gap=_shown(bracket[0]))
    nobody = NAMED_NOBODY.search(text)
    if nobody:
        return kept(TO_NOBODY, greeting=_shown(nobody[0]))
    return None


def over_long(text: str, most_segments: int) -> str | None:
    """A kept sentence where a text takes more than ``most_segments`` segments; None where it fits."""
    found = segments_of(text)
    if found.count <= most_segments:
        return None
    if not found.costly:
        return kept(TOO_MANY, texts=found.count, most=most_segments)
    return kept(TOO_MANY_BY_LETTERS, texts=found.count, most=most_segments, letters=" ".join(found.costly[:5]))


def plain(words: str) -> str:
    """``words`` without case and accents, to compare."""
    return "".join(letter for letter in normalize("NFD", words.casefold()) if not combining(letter))


@cache
def _phrases() -> frozenset[str]:
    """What our own drafts put into brackets, in each language that a teacher may read them in."""
    found = set(PLACEHOLDERS)
    for tag in LANGUAGES:
        with speaking(tag):
            found |= {plain(_(phrase)) for phrase in PLACEHOLDERS.values()}
    return frozenset(found)


def _is_gap(inside: str) -> bool:
    words = " ".join(plain(inside).replace("’", "'").replace("_", " ").split())
    return words in _phrases() or words.replace(" ", "_") in _phrases() or ARTICLES.sub("", words) in NOUNS


def _shown(gap: str) -> str:
    words = " ".join(gap.split())
    return words if len(words) <= 40 else words[:39] + "…"  # fits a line
