"""One row of a CSV of contacts, read into what a person would have said; or the reason why it cannot be kept.

Columns (the first five are needed, in any order; spelling as OneRoster's, capitals do not matter):

- ``sourcedId`` the other system's own key
- ``occurredAt`` ISO 8601; without an offset the time on the wall of the first student's school; a day alone is noon
- ``studentSourcedIds`` comma-separated
- ``channel`` phone, sms, email, in_person, video, letter, app
- ``outcome`` reached, left_message, no_answer, wrong_number, declined, sent, delivered, replied
- ``initiator`` family, teacher or school (default: our side, by the staff member's role)
- ``staffSourcedId``, ``guardianSourcedId``
- ``department`` teaching, counseling, ... (default: by the staff member's role)
- ``topic``, ``subject``, ``purpose``, ``language``, ``summary``
- ``interpreter``, ``saidItHelped`` true or false
- ``authored`` written (default), edited, approved_singly, approved_in_bulk, automatic
- ``generalNotice`` true: the same message to many, never a teacher's contact
- ``status`` active, or tobedeleted, which undoes the contact
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models import (
    DEPARTMENT_OF_ROLE,
    Authored,
    Channel,
    Contact,
    ContactRevision,
    ContactStudent,
    Department,
    Guardianship,
    Initiator,
    Outcome,
    Purpose,
    Staff,
    StaffRole,
    Student,
    Subject,
    Topic,
)
from outreach.language import N_
from outreach.roster.addresses import guardians_by_key
from outreach.roster.fields import NONE_OF, language_of, list_of, shown, yes_no
from outreach.roster.rejection import RejectedRow
from outreach.roster.rows import FileSpec, Row
from outreach.roster.upsert import ids_by_key
from outreach.schooltime import local_moment, zones_of_schools

from .checks import check_outcome, check_time, tidy
from .errors import ContactRefused
from .new import NewContact

IMPORTED = "import"
"""Why a revision was made, where no person made it."""
CONTACTS = FileSpec(
    "contacts",
    needed=("sourcedId", "occurredAt", "studentSourcedIds", "channel", "outcome"),
    optional=(
        "initiator", "staffSourcedId", "guardianSourcedId", "topic", "subject", "purpose", "language", "interpreter",
        "authored", "generalNotice", "saidItHelped", "summary", "department", "status",
    ),
)  # fmt: skip
FIELD_OF = {
    "occurred_at": "occurredAt", "student_ids": "studentSourcedIds", "guardian_id": "guardianSourcedId",
    "staff_id": "staffSourcedId",
}  # fmt: skip
"""Our field to the column that it came from."""
NOON = time(12)
NOBODY = N_("%(text)s is nobody in the roster.")
Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True)
class Known:
    """What the rows of one chunk refer to."""

    students: Mapping[str, int]
    schools: Mapping[int, int]
    """Student to school."""
    guardians: Mapping[str, int]
    guards: frozenset[tuple[int, int]]
    """Guardian and student."""
    staff: Mapping[str, tuple[int, StaffRole]]
    contacts: Mapping[str, Contact]
    students_of: Mapping[int, frozenset[int]]
    """Contact to its students."""
    changed_here: frozenset[int]
    """Contacts that a person here corrected: theirs is the last word."""
    zones: Mapping[int, ZoneInfo]

    def students_before(self, key: str) -> frozenset[int]:
        """The students that the kept contact of this key was about."""
        contact = self.contacts.get(key)
        return self.students_of.get(contact.id, frozenset()) if contact is not None else frozenset()


def look_up(session: Session, rows: Sequence[Row]) -> Known:
    """Everything that the rows of one chunk name, in seven statements."""
    students = ids_by_key(session, Student, {key for row in rows for key in list_of(row, "studentSourcedIds")})
    guardians = guardians_by_key(session, {row["guardianSourcedId"] for row in rows} - {""})
    staff_keys = {row["staffSourcedId"] for row in rows} - {""}
    staff = session.execute(select(Staff.sourced_id, Staff.id, Staff.role).where(Staff.sourced_id.in_(staff_keys)))
    guards = session.execute(
        select(Guardianship.guardian_id, Guardianship.student_id).where(
            Guardianship.guardian_id.in_(guardians.values())
        )
    )
    found = session.execute(select(Student.id, Student.school_id).where(Student.id.in_(students.values())))
    schools = {row.id: row.school_id for row in found}
    kept = session.scalars(select(Contact).where(Contact.sourced_id.in_({row["sourcedId"] for row in rows}))).all()
    students_of: dict[int, set[int]] = defaultdict(set)
    ids = {contact.id for contact in kept}
    for link in session.scalars(select(ContactStudent).where(ContactStudent.contact_id.in_(ids))):
        students_of[link.contact_id].add(link.student_id)
    by_hand = or_(ContactRevision.why.is_(None), ContactRevision.why != IMPORTED)
    changed = select(ContactRevision.contact_id).where(ContactRevision.contact_id.in_(ids), by_hand)
    return Known(
        students, schools, guardians,
        frozenset((guardian, student) for guardian, student in guards),
        {key or "": (number, role) for key, number, role in staff},
        {contact.sourced_id or "": contact for contact in kept},
        {contact_id: frozenset(theirs) for contact_id, theirs in students_of.items()},
        frozenset(session.scalars(changed)),
        zones_of_schools(session, set(schools.values())),
    )  # fmt: skip


def read_contact(row: Row, known: Known, now: datetime) -> NewContact:
    """The contact of one row. Raises :class:`RejectedRow`."""
    students = tuple(sorted({_found(known.students, key, "studentSourcedIds") for key in _keys(row)}))
    initiator = _word(row, "initiator", Initiator) or Initiator.SCHOOL
    staff = known.staff.get(row["staffSourcedId"]) if row["staffSourcedId"] else None
    if row["staffSourcedId"] and staff is None:
        raise RejectedRow("staffSourcedId", NOBODY, text=shown(row["staffSourcedId"]))
    if initiator is Initiator.TEACHER and (staff is None or staff[1] is not StaffRole.TEACHER):
        raise RejectedRow("initiator", N_("is teacher, and staffSourcedId names none."))
    if initiator is not Initiator.FAMILY:
        initiator = Initiator.TEACHER if staff and staff[1] is StaffRole.TEACHER else Initiator.SCHOOL
    guardian = (
        _found(known.guardians, row["guardianSourcedId"], "guardianSourcedId") if row["guardianSourcedId"] else None
    )
    if guardian is not None and any((guardian, student) not in known.guards for student in students):
        raise RejectedRow(
            "guardianSourcedId",
            N_("%(text)s is not a guardian of every student."),
            text=shown(row["guardianSourcedId"]),
        )
    new = NewContact(
        student_ids=students, channel=_needed(row, "channel", Channel), outcome=_outcome(row, initiator),
        occurred_at=_moment(row, known.zones[known.schools[students[0]]]), initiator=initiator,
        staff_id=staff[0] if staff else None, guardian_id=guardian,
        department=_word(row, "department", Department) or (DEPARTMENT_OF_ROLE[staff[1]] if staff else None),
        language=language_of(row["language"]) if row["language"] else None,
        interpreter=yes_no(row, "interpreter") or False, topic=_word(row, "topic", Topic),
        subject=_word(row, "subject", Subject), purpose=_word(row, "purpose", Purpose),
        authored=_authored(row), said_it_helped=yes_no(row, "saidItHelped"),
    )  # fmt: skip
    try:
        check_time(new.occurred_at, now)
        check_outcome(new)
        return replace(new, summary=tidy(row["summary"]))
    except ContactRefused as refused:
        column = FIELD_OF.get(refused.field or "", refused.field or "")
        raise RejectedRow(column, str(refused)) from None


def _outcome(row: Row, initiator: Initiator) -> Outcome:
    """What the family sent and we have arrived: ``sent`` is the other system's word for it."""
    outcome = _needed(row, "outcome", Outcome)
    return Outcome.DELIVERED if initiator is Initiator.FAMILY and outcome is Outcome.SENT else outcome


def _keys(row: Row) -> list[str]:
    keys = list_of(row, "studentSourcedIds")
    if not keys:
        raise RejectedRow("studentSourcedIds", N_("is empty; a contact is about at least one student."))
    return keys


def _found(ids: Mapping[str, int], key: str, column: str) -> int:
    if key not in ids:
        raise RejectedRow(column, NOBODY, text=shown(key))
    return ids[key]


def _needed(row: Row, column: str, kind: type[Word]) -> Word:
    word = _word(row, column, kind)
    if word is None:
        raise RejectedRow(column, N_("is empty; one of %(words)s is needed."), words=", ".join(kind))
    return word


def _word(row: Row, column: str, kind: type[Word]) -> Word | None:
    text = row[column].lower().replace(" ", "_").replace("-", "_")
    if not text:
        return None
    try:
        return kind(text)
    except ValueError:
        raise RejectedRow(column, NONE_OF, text=shown(row[column]), words=", ".join(kind)) from None


def _moment(row: Row, zone: ZoneInfo) -> datetime:
    text = row["occurredAt"]
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is not None:
            return at
        return local_moment(at.date(), NOON if len(text) <= len("2026-11-24") else at.time(), zone)
    except (ValueError, OverflowError):
        raise RejectedRow(
            "occurredAt", N_("%(text)s is not a date and time as 2026-11-24T10:30."), text=shown(text)
        ) from None


def _authored(row: Row) -> Authored:
    if yes_no(row, "generalNotice"):
        return Authored.AUTOMATIC
    return _word(row, "authored", Authored) or Authored.WRITTEN
