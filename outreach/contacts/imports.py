"""Contacts that another system kept: a CSV, row by row, each kept, changed with its revision, or rejected in words.

Columns (as in a header; the first five are needed, any order, spelling as OneRoster's):

``sourcedId`` the other system's own key · ``occurredAt`` ISO 8601; without an offset the time on the wall of the first
student's school; a day alone is noon · ``studentSourcedIds`` comma-separated · ``channel`` phone, sms, email,
in_person, video, letter, app · ``outcome`` reached, left_message, no_answer, wrong_number, declined, sent, delivered,
replied · ``initiator`` family or school (default) · ``staffSourcedId`` · ``guardianSourcedId`` · ``topic`` ·
``subject`` · ``purpose`` · ``language`` · ``interpreter`` true or false · ``authored`` written (default), edited,
approved_singly, approved_in_bulk, automatic · ``saidItHelped`` true or false · ``summary`` · ``status`` active or
tobedeleted, which undoes the contact.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from enum import StrEnum
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from models import (
    DEPARTMENT_OF_ROLE,
    Authored,
    Channel,
    Contact,
    ContactRevision,
    ContactStudent,
    Guardian,
    Guardianship,
    Initiator,
    Outcome,
    Purpose,
    RevisionKind,
    Staff,
    StaffRole,
    Student,
    Subject,
    Topic,
)
from outreach.roster import staging
from outreach.roster.fields import key_of, language_of, list_of, shown, yes_no
from outreach.roster.figures import ImportFigures
from outreach.roster.rejection import DeliveryError, RejectedRow, Rejects
from outreach.roster.rows import FileSpec, Row
from outreach.roster.run import Chunk, Progress, begin, finish
from outreach.roster.source import Member
from outreach.roster.upsert import Change, Values, ids_by_key
from outreach.schooltime import local_moment, zones_of_schools

from .checks import check_outcome, check_time, tidy
from .errors import ContactRefused
from .new import NewContact
from .revisions import keep_revision

CONTACTS = FileSpec(
    "contacts",
    needed=("sourcedId", "occurredAt", "studentSourcedIds", "channel", "outcome"),
    optional=(
        "initiator", "staffSourcedId", "guardianSourcedId", "topic", "subject", "purpose", "language", "interpreter",
        "authored", "saidItHelped", "summary", "status",
    ),
)  # fmt: skip
KIND = "contacts"
IMPORTED = "import"
"""Why a revision was made, where no person made it."""
FIELD_OF = {
    "occurred_at": "occurredAt", "student_ids": "studentSourcedIds", "guardian_id": "guardianSourcedId",
    "staff_id": "staffSourcedId",
}  # fmt: skip
"""Our field to the column that it came from."""
NOON = time(12)
Word = TypeVar("Word", bound=StrEnum)


def import_contacts(
    session: Session, path: Path, now: datetime, rejects: Rejects | None = None, progress: Progress | None = None
) -> ImportFigures:
    """Bring the kept contacts in step with the CSV at ``path``; a second run of the same file changes nothing.

    A bad row is rejected alone, into ``rejects``; a fatal fault raises a
    :class:`~outreach.roster.rejection.RosterError` and leaves the database as it was. The caller commits, and scores
    (:func:`outreach.risk.score_families`): nothing is scored row by row.
    """
    figures = ImportFigures(path.name, KIND)
    if not path.is_file():
        raise DeliveryError(f"{path} is not a file; give the CSV of contacts itself.")
    member = Member(path.name, path.stat().st_size, lambda: path.open("rb"))
    with session.begin_nested():
        run = begin(session, now, "UTC", figures, rejects=rejects, progress=progress)
        staging.create(session)
        zones = zones_of_schools(session)
        for chunk in run.chunks(CONTACTS, member):
            _take(session, chunk, zones, now)
        staging.drop(session)
        finish(run)
    session.expire_all()
    return figures


@dataclass(frozen=True)
class _Known:
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


def _take(session: Session, chunk: Chunk, zones: Mapping[int, ZoneInfo], now: datetime) -> None:
    known = _look_up(session, chunk.rows, zones)
    read: dict[str, NewContact] = {}

    def parse(row: Row) -> Values | None:
        read[row["sourcedId"]] = _read(row, known, now)
        return {}

    good, gone = chunk.read(parse)
    _add(session, {key: read[key] for row, _ in good if (key := row["sourcedId"]) not in known.contacts}, now)
    chunk.count([_keep(session, row["sourcedId"], read[row["sourcedId"]], known, now) for row, _ in good])
    ended = sum(_undo(session, known.contacts.get(key), now) for key in gone)
    chunk.count_gone(len(gone), ended)
    session.flush()
    session.expunge_all()


def _look_up(session: Session, rows: Sequence[Row], zones: Mapping[int, ZoneInfo]) -> _Known:
    students = ids_by_key(session, Student, {key for row in rows for key in list_of(row, "studentSourcedIds")})
    guardians = ids_by_key(session, Guardian, {row["guardianSourcedId"] for row in rows} - {""})
    staff_keys = {row["staffSourcedId"] for row in rows} - {""}
    staff = session.execute(select(Staff.sourced_id, Staff.id, Staff.role).where(Staff.sourced_id.in_(staff_keys)))
    guards = session.execute(
        select(Guardianship.guardian_id, Guardianship.student_id).where(
            Guardianship.guardian_id.in_(guardians.values())
        )
    )
    schools = session.execute(select(Student.id, Student.school_id).where(Student.id.in_(students.values())))
    kept = session.scalars(select(Contact).where(Contact.sourced_id.in_({row["sourcedId"] for row in rows}))).all()
    students_of: dict[int, set[int]] = defaultdict(set)
    ids = {contact.id for contact in kept}
    for link in session.scalars(select(ContactStudent).where(ContactStudent.contact_id.in_(ids))):
        students_of[link.contact_id].add(link.student_id)
    by_hand = or_(ContactRevision.why.is_(None), ContactRevision.why != IMPORTED)
    changed = select(ContactRevision.contact_id).where(ContactRevision.contact_id.in_(ids), by_hand)
    return _Known(
        students, {row.id: row.school_id for row in schools}, guardians,
        frozenset((guardian, student) for guardian, student in guards),
        {key or "": (number, role) for key, number, role in staff},
        {contact.sourced_id or "": contact for contact in kept},
        {contact_id: frozenset(theirs) for contact_id, theirs in students_of.items()},
        frozenset(session.scalars(changed)), zones,
    )  # fmt: skip


def _read(row: Row, known: _Known, now: datetime) -> NewContact:
    """The contact of one row. Raises :class:`RejectedRow`."""
    key_of(row)
    students = tuple(sorted({_found(known.students, key, "studentSourcedIds") for key in _keys(row)}))
    initiator = _word(row, "initiator", Initiator) or Initiator.SCHOOL
    staff = known.staff.get(row["staffSourcedId"]) if row["staffSourcedId"] else None
    if row["staffSourcedId"] and staff is None:
        raise RejectedRow("staffSourcedId", f"{shown(row['staffSourcedId'])} is nobody in the roster.")
    if initiator is not Initiator.FAMILY:
        initiator = Initiator.TEACHER if staff and staff[1] is StaffRole.TEACHER else Initiator.SCHOOL
    guardian = (
        _found(known.guardians, row["guardianSourcedId"], "guardianSourcedId") if row["guardianSourcedId"] else None
    )
    if guardian is not None and any((guardian, student) not in known.guards for student in students):
        raise RejectedRow("guardianSourcedId", f"{shown(row['guardianSourcedId'])} is not a guardian of every student.")
    new = NewContact(
        student_ids=students, channel=_needed(row, "channel", Channel), outcome=_needed(row, "outcome", Outcome),
        occurred_at=_moment(row, known.zones[known.schools[students[0]]]), initiator=initiator,
        staff_id=staff[0] if staff else None, guardian_id=guardian,
        department=DEPARTMENT_OF_ROLE[staff[1]] if staff else None,
        language=language_of(row["language"]) if row["language"] else None,
        interpreter=yes_no(row, "interpreter") or False, topic=_word(row, "topic", Topic),
        subject=_word(row, "subject", Subject), purpose=_word(row, "purpose", Purpose),
        authored=_word(row, "authored", Authored) or Authored.WRITTEN, said_it_helped=yes_no(row, "saidItHelped"),
    )  # fmt: skip
    try:
        check_time(new.occurred_at, now)
        check_outcome(new)
        return replace(new, summary=tidy(row["summary"]))
    except ContactRefused as refused:
        sentence = str(refused)
        column = FIELD_OF.get(refused.field or "", refused.field or "")
        raise RejectedRow(column, f"{sentence[0].lower()}{sentence[1:]}") from None


def _keys(row: Row) -> list[str]:
    keys = list_of(row, "studentSourcedIds")
    if not keys:
        raise RejectedRow("studentSourcedIds", "is empty; a contact is about at least one student.")
    return keys


def _found(ids: Mapping[str, int], key: str, column: str) -> int:
    if key not in ids:
        raise RejectedRow(column, f"{shown(key)} is nobody in the roster.")
    return ids[key]


def _needed(row: Row, column: str, kind: type[Word]) -> Word:
    word = _word(row, column, kind)
    if word is None:
        raise RejectedRow(column, f"is empty; one of {', '.join(kind)} is needed.")
    return word


def _word(row: Row, column: str, kind: type[Word]) -> Word | None:
    text = row[column].lower().replace(" ", "_").replace("-", "_")
    if not text:
        return None
    try:
        return kind(text)
    except ValueError:
        raise RejectedRow(column, f"{shown(row[column])} is none of {', '.join(kind)}.") from None


def _moment(row: Row, zone: ZoneInfo) -> datetime:
    text = row["occurredAt"]
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is not None:
            return at
        return local_moment(at.date(), NOON if len(text) <= len("2026-11-24") else at.time(), zone)
    except (ValueError, OverflowError):
        raise RejectedRow("occurredAt", f"{shown(text)} is not a date and time as 2026-11-24T10:30.") from None


def _add(session: Session, new_ones: Mapping[str, NewContact], now: datetime) -> None:
    """The contacts that were not known, in two statements."""
    added = [(Contact(sourced_id=key, recorded_at=now, **_columns(new)), new) for key, new in new_ones.items()]
    session.add_all(contact for contact, _ in added)
    session.flush()
    session.add_all(
        ContactStudent(contact_id=contact.id, student_id=student)
        for contact, new in added
        for student in new.student_ids
    )


def _keep(session: Session, key: str, new: NewContact, known: _Known, now: datetime) -> Change:
    """Bring a known contact in step with its row; what a person here corrected or undid stays so."""
    contact = known.contacts.get(key)
    if contact is None:
        return Change.CREATED
    students = known.students_of.get(contact.id, frozenset())
    same = students == set(new.student_ids) and all(
        getattr(contact, name) == value for name, value in _columns(new).items()
    )
    if same or contact.id in known.changed_here:
        return Change.UNCHANGED
    keep_revision(session, contact, RevisionKind.CORRECTED, now, account_id=None, why=IMPORTED)
    for name, value in _columns(new).items():
        setattr(contact, name, value)
    gone = ContactStudent.student_id.in_(students.difference(new.student_ids))
    session.execute(delete(ContactStudent).where(ContactStudent.contact_id == contact.id, gone))
    come = set(new.student_ids) - students
    session.add_all(ContactStudent(contact_id=contact.id, student_id=student) for student in come)
    return Change.UPDATED


def _columns(new: NewContact) -> dict[str, object]:
    left_out = {"student_ids", "answers_request_id", "question", "client_key"}
    return {name: value for name, value in vars(new).items() if name not in left_out}


def _undo(session: Session, contact: Contact | None, now: datetime) -> bool:
    if contact is None or contact.voided_at is not None:
        return False
    keep_revision(session, contact, RevisionKind.VOIDED, now, account_id=None, why=IMPORTED)
    contact.voided_at, contact.void_reason = now, "No longer in the system that it came from."
    return True
