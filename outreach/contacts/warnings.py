"""What a person should know about a contact that is kept all the same, since it happened."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Contact, Guardian, Guardianship, Initiator, Student
from outreach.language import N_, _, short_day
from outreach.schooltime import district_day

from .families import students_of_contact
from .new import NewContact

BARRED = N_(
    "%(guardian)s may not be contacted about %(student)s. The contact is kept; tell your administrator about it."
)
BARRED_AND_THEY_BEGAN = N_(
    "%(guardian)s may not be contacted about %(student)s: do not reply before asking your administrator."
)


def contact_warnings(session: Session, new: NewContact) -> list[str]:
    """Sentences about the guardian of a contact, as staff may read them; empty where there is nothing to say.

    A guardian who may not be contacted, only in an emergency, without education rights, or no longer a guardian.
    """
    return _warnings(session, new.guardian_id, new.student_ids, new.occurred_at, new.initiator)


def warnings_of_contact(session: Session, contact_id: int) -> list[str]:
    """The same for a contact already kept; empty where there is no such contact."""
    contact = session.get(Contact, contact_id)
    if contact is None:
        return []
    students = students_of_contact(session, contact_id)
    return _warnings(session, contact.guardian_id, students, contact.occurred_at, contact.initiator)


def _warnings(
    session: Session, guardian_id: int | None, student_ids: Collection[int], at: datetime, initiator: Initiator | None
) -> list[str]:
    if guardian_id is None:
        return []
    links = session.execute(
        select(Guardianship, Student.given_name, Guardian.given_name)
        .join(Student, Student.id == Guardianship.student_id)
        .join(Guardian, Guardian.id == Guardianship.guardian_id)
        .where(Guardianship.guardian_id == guardian_id, Guardianship.student_id.in_(student_ids))
        .order_by(Student.id)
    )
    ours, day = initiator is not Initiator.FAMILY, district_day(session, at)
    return [
        words for link, student, guardian in links for words in _of_link(link, student, guardian, day, ours)
    ]  # fmt: skip


def _of_link(link: Guardianship, student: str, guardian: str, day: date, ours: bool) -> Iterator[str]:
    who = {"guardian": guardian, "student": student}
    if not link.may_contact:
        yield _(BARRED if ours else BARRED_AND_THEY_BEGAN, **who)
    elif link.emergency_only and ours:
        yield _("%(guardian)s is an emergency contact only for %(student)s; nothing else should go there.", **who)
    if not link.holds_rights and link.may_contact:
        yield _(
            "%(guardian)s holds no education rights for %(student)s: nothing about school work may be said there.",
            **who,
        )
    if link.ended_on is not None and link.ended_on <= day:
        since = short_day(link.ended_on, day)
        yield _("%(guardian)s has not been a guardian of %(student)s since %(day)s.", day=since, **who)
