"""A printed note as the family holds it: the school's head, the day, to whom, the words, in the family's language."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from models import School, Student
from outreach.language import _, speaking, whole_day
from outreach.planning import Act, Card

from . import asking
from .database import session


@dataclass(frozen=True, slots=True)
class Letter:
    school: str
    dated: str
    """ "November 24, 2026", in the family's language as far as we have words there."""
    to: str
    """ "To Rosa Delgado"."""
    language: str | None
    body: str


def letter_of(card: Card) -> Letter | None:
    """None: the card asks for something else than a note on paper, or there are no words to print yet."""
    if card.act is not Act.PRINT or not card.body:
        return None
    school = session().scalar(
        select(School.name).join(Student, Student.school_id == School.id).where(Student.id == card.student_id)
    )
    today = asking.now().astimezone(asking.zone()).date()
    with speaking(card.language):
        dated, to = whole_day(today), _("To %(name)s", name=card.guardian_name)
    return Letter(school or "", dated, to, card.language, card.body.strip())
