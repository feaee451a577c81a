"""Contacts that another system kept come in from a CSV: each kept, changed with its revision, or rejected in words.

The columns are told in :mod:`outreach.contacts.import_rows`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy import delete
from sqlalchemy.orm import Session

from models import Contact, ContactStudent, RevisionKind
from outreach.language import N_
from outreach.roster.fields import key_of
from outreach.roster.figures import ImportFigures
from outreach.roster.lists import import_list
from outreach.roster.rejection import RejectedRow, Rejects
from outreach.roster.rows import Row, chunked
from outreach.roster.run import STANDS_TWICE, Chunk, Progress, Run
from outreach.roster.upsert import Change, Values

from .families import families_of_students
from .import_rows import CONTACTS, IMPORTED, Known, look_up, read_contact
from .new import NewContact
from .revisions import keep_revision
from .scoring import rescore

GONE_THERE = N_("No longer in the system that it came from.")


def import_contacts(
    session: Session, path: Path, now: datetime,
    *, dry_run: bool = False, rejects: Rejects | None = None, progress: Progress | None = None,
) -> ImportFigures:  # fmt: skip
    """Bring the kept contacts in step with the CSV at ``path``; a second run of the same file changes nothing.

    A bad row is rejected alone, into ``rejects``; a fatal fault raises a
    :class:`~outreach.roster.rejection.RosterError` and leaves the database as it was, and so does ``dry_run``, which
    tells the figures all the same. Imported contacts are history: they open and answer no request. The families they
    speak of are scored at the end, in the same transaction; the caller commits.
    """
    touched: set[int] = set()

    def then(_run: Run) -> None:
        for students in chunked(sorted(touched)):
            rescore(session, now, families_of_students(session, students))

    return import_list(
        session, path, now, CONTACTS, partial(_take, touched),
        then=then, dry_run=dry_run, rejects=rejects, progress=progress,
    )  # fmt: skip


def _take(touched: set[int], run: Run, chunk: Chunk) -> None:
    session = run.session
    known = look_up(session, chunk.rows)
    read: dict[str, NewContact] = {}

    def parse(row: Row) -> Values:
        key = key_of(row)
        if key in read:
            raise RejectedRow("sourcedId", STANDS_TWICE)
        read[key] = read_contact(row, known, run.now)
        return {"key": key}

    good, gone = chunk.read(parse)
    keys = [row["sourcedId"] for row, _ in good]
    _add(session, {key: read[key] for key in keys if key not in known.contacts}, run.now)
    changes = [_keep(session, key, read[key], known, run.now) for key in keys]
    chunk.count(changes)
    ended = [key for key in gone if _undo(session, known.contacts.get(key), run.now)]
    chunk.count_gone(len(gone), len(ended))
    for key, change in zip(keys, changes, strict=True):
        if change is not Change.UNCHANGED:
            touched.update(read[key].student_ids, known.students_before(key))
    touched.update(student for key in ended for student in known.students_before(key))
    session.flush()


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


def _keep(session: Session, key: str, new: NewContact, known: Known, now: datetime) -> Change:
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
    contact.voided_at, contact.void_reason = now, GONE_THERE
    return True
