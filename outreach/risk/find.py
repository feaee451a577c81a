"""Find a family by what people have at hand: its id, or the SIS's id of a student or guardian in it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Family, FamilyMember, Guardian, Guardianship, Student
from models.base import LARGEST_ID
from outreach.errors import NotFound, OutreachError


class SeveralFamilies(OutreachError):
    """A guardian may belong to several families; the sentence names them."""


def find_family(session: Session, text: str) -> int:
    """The id of the family that ``text`` names: its own id, else the sourced id of a student or guardian in it now.

    Raises :class:`~outreach.errors.NotFound`, or :class:`SeveralFamilies` for a guardian in more than one.
    """
    wanted = text.strip()
    found = _by_id(session, wanted) or _by_student(session, wanted) or _by_guardian(session, wanted)
    if not found:
        raise NotFound(f"No family has the id {wanted!r}, and no student or guardian in one has it as sourced id.")
    if len(found) > 1:
        names = ", ".join(str(family_id) for family_id in found)
        raise SeveralFamilies(f"Guardian {wanted} belongs to families {names}; give one of these ids.")
    return found[0]


def _by_student(session: Session, wanted: str) -> list[int]:
    return list(
        session.scalars(
            select(FamilyMember.family_id)
            .join(Student, Student.id == FamilyMember.student_id)
            .where(Student.sourced_id == wanted, FamilyMember.until_on.is_(None))
        )
    )


def _by_guardian(session: Session, wanted: str) -> list[int]:
    return list(
        session.scalars(
            select(FamilyMember.family_id)
            .join(Guardianship, Guardianship.student_id == FamilyMember.student_id)
            .join(Guardian, Guardian.id == Guardianship.guardian_id)
            .where(
                Guardian.sourced_id == wanted, FamilyMember.until_on.is_(None), Guardianship.ended_on.is_(None)
            )
            .distinct()
            .order_by(FamilyMember.family_id)
        )
    )  # fmt: skip


def _by_id(session: Session, wanted: str) -> list[int]:
    if not (wanted.isascii() and wanted.isdigit()) or int(wanted) > LARGEST_ID:
        return []
    return [int(wanted)] if session.get(Family, int(wanted)) else []
