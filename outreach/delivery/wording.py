"""What no message to a family may carry: a gap that was never filled, a mark in a text, more segments than allowed."""

from __future__ import annotations

import re
from unicodedata import combining, normalize

from .segments import segments_of

PLACEHOLDERS = {
    "guardian": "the guardian's first name",
    "student": "the student's first name",
    "teacher": "the sender's name",
    "school": "the school's name",
    "subject": "the subject",
    "course": "the course",
    "percent": "the percentage now",
    "percent_before": "the percentage before",
    "days_absent": "the days absent",
    "step": "one thing that would help",
    "short_step": "one thing that would help",
    "observation": "what you noticed",
    "incident_day": "the day it happened",
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


def unfinished(text: str) -> str | None:
    """A sentence where ``text`` still holds a gap that a template or a person left to fill; None where it is whole.

    Gaps: our own drafts' ("[the subject]"), the usual blanks of people ("[name]", "<fecha>"), what machines fill
    ("{student}", "{{…}}", "%(name)s", "${…}"), brackets around nothing, and a greeting to nobody ("Dear ,"). Other
    words in brackets, a blank line to write on and a second space are a writer's own and pass.
    """
    found = FILLED_BY_MACHINE.search(text)
    if found:
        return f"“{_shown(found[0])}” was never filled in; replace it with your own words first."
    for bracket in IN_BRACKETS.finditer(text):
        if _is_gap(next(inside for inside in bracket.groups() if inside is not None)):
            return f"Replace “{_shown(bracket[0])}” with your own words first."
    nobody = NAMED_NOBODY.search(text)
    if nobody:
        return f"The greeting names nobody (“{_shown(nobody[0])}”); write to whom it goes."
    return None


def too_long(text: str, most_segments: int) -> str | None:
    """A sentence where a text takes more than ``most_segments`` segments; None where it fits."""
    found = segments_of(text)
    if found.count <= most_segments:
        return None
    costly = ""
    if found.costly:
        letters = " ".join(found.costly[:5])
        costly = f" The characters {letters} leave less than half the room; keep those you need."
    return f"This takes {found.count} texts, and at most {most_segments} may go at once; shorten it.{costly}"


def plain(words: str) -> str:
    """``words`` without case and accents, to compare."""
    return "".join(letter for letter in normalize("NFD", words.casefold()) if not combining(letter))


PHRASES = frozenset(plain(phrase) for phrase in PLACEHOLDERS.values()) | frozenset(PLACEHOLDERS)


def _is_gap(inside: str) -> bool:
    words = " ".join(plain(inside).replace("’", "'").replace("_", " ").split())
    return words in PHRASES or words.replace(" ", "_") in PHRASES or ARTICLES.sub("", words) in NOUNS


def _shown(gap: str) -> str:
    words = " ".join(gap.split())
    return words if len(words) <= 40 else words[:39] + "…"  # fits a line
