"""What was changed of a contact, by whom and when: each change with what stood before it and what stood after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Contact, ContactRevision, Guardian, JsonObject, JsonValue, Request, RevisionKind, Staff, Student
from outreach.access import Viewer, sees_student
from outreach.access.guarded import may_read_contact
from outreach.errors import NotFound
from outreach.language import _

from .families import students_of_contact
from .portrait import account_names
from .put_back import can_be_put_back
from .revisions import RECEIPT, SHOWN, as_it_stands, revisions_of
from .waiting import person
from .withheld import withheld_questions

NAMED = ("students", "guardian_id", "staff_id", "answers_request_id")


@dataclass(frozen=True)
class FieldChange:
    """One field, before and after. Names stand for ids; a moment is ISO 8601 in UTC; None: nothing stood there. A
    question is ``{"asked": moment}``, or the sentence that stands for it where it is not the viewer's to read."""

    field: str
    before: JsonValue
    after: JsonValue


@dataclass(frozen=True)
class Change:
    revision_id: int
    at: datetime
    by: str | None
    """None: the system."""
    kind: RevisionKind
    why: str | None
    """What a person gave as the reason of an undo."""
    by_receipt: bool
    """A provider's receipt said how far a message came; nobody corrected anything."""
    fields: tuple[FieldChange, ...]
    can_be_put_back: bool
    """What stood before it is not what stands now, and a correction can bring it back."""


@dataclass(frozen=True)
class History:
    contact_id: int
    occurred_at: datetime
    recorded_at: datetime
    recorded_by: str | None
    undone: bool
    changes: tuple[Change, ...]
    """The newest first."""

    @property
    def seen(self) -> int:
        """What :func:`~outreach.contacts.newest_revision` gave when this was read."""
        return self.changes[0].revision_id if self.changes else 0


def history_of(session: Session, viewer: Viewer, contact_id: int) -> History:
    """Every change of a contact. Ask :func:`~outreach.access.require` for its family first.

    Raises :class:`NotFound` where the words are not this viewer's to read: about a student whom it does not teach, or
    kept for the safety list. A fixed number of statements.
    """
    contact = session.get(Contact, contact_id)
    if contact is None or not _readable(session, viewer, contact):
        raise NotFound(_("There is no such contact, or its words are not yours to read."))
    revisions = revisions_of(session, contact_id)
    states = [*(revision.before for revision in revisions), as_it_stands(session, contact)]
    names = _names(session, viewer, states)
    by_ids = {revision.revised_by for revision in revisions} | {contact.recorded_by}
    accounts = account_names(session, by_ids - {None})
    changes = [
        _change(revision, after, states[-1], names, accounts)
        for revision, after in zip(revisions, states[1:], strict=True)
    ]
    return History(
        contact.id, contact.occurred_at, contact.recorded_at, accounts.get(contact.recorded_by or 0),
        contact.voided_at is not None, tuple(reversed(changes)),
    )  # fmt: skip


def _readable(session: Session, viewer: Viewer, contact: Contact) -> bool:
    own = viewer.staff_id is not None and contact.staff_id == viewer.staff_id
    about = students_of_contact(session, contact.id)
    seen = session.scalar(select(Student.id).where(Student.id.in_(about), sees_student(viewer)).limit(1))
    return (own or seen is not None) and may_read_contact(session, viewer, contact.id)


def _change(
    revision: ContactRevision, after: JsonObject, present: JsonObject, names: _Names, accounts: Mapping[int, str]
) -> Change:  # fmt: skip
    by_receipt = revision.why == RECEIPT
    return Change(
        revision.id, revision.revised_at, accounts.get(revision.revised_by or 0), revision.kind,
        revision.why if revision.kind is RevisionKind.VOIDED else None, by_receipt,
        tuple(_differences(revision.before, after, names)), can_be_put_back(revision, present),
    )  # fmt: skip


def _differences(before: JsonObject, after: JsonObject, names: _Names) -> Iterator[FieldChange]:
    for field in SHOWN:
        was, then = before.get(field), after.get(field)
        if was != then:
            yield FieldChange(field, names.shown(field, was), names.shown(field, then))


@dataclass(frozen=True)
class _Names:
    students: Mapping[int, str]
    guardians: Mapping[int, str]
    staff: Mapping[int, str]
    questions: Mapping[int, JsonValue]

    def shown(self, field: str, value: JsonValue) -> JsonValue:
        if field == "students" and isinstance(value, list):
            return ", ".join(self.students.get(each, "") for each in value if isinstance(each, int))
        if field == "guardian_id" and isinstance(value, int):
            return self.guardians.get(value)
        if field == "staff_id" and isinstance(value, int):
            return self.staff.get(value)
        if field == "answers_request_id" and isinstance(value, int):
            return self.questions.get(value)
        return value


def _names(session: Session, viewer: Viewer, states: Sequence[JsonObject]) -> _Names:
    ids: dict[str, set[int]] = {field: set() for field in NAMED}
    for state in states:
        for field in NAMED:
            value = state.get(field)
            ids[field] |= {each for each in (value if isinstance(value, list) else [value]) if isinstance(each, int)}
    called = func.coalesce(Student.preferred_name, Student.given_name)
    students = session.execute(select(Student.id, called).where(Student.id.in_(ids["students"])))
    staff = session.execute(select(Staff.id, Staff.display_name).where(Staff.id.in_(ids["staff_id"])))
    guardians = session.scalars(select(Guardian).where(Guardian.id.in_(ids["guardian_id"])))
    asked = session.scalars(select(Request).where(Request.id.in_(ids["answers_request_id"]))).all()
    withheld = withheld_questions(session, viewer, asked) if asked else {}
    return _Names(
        students=dict(students.all()),
        staff=dict(staff.all()),
        guardians={row.id: person(row) or "" for row in guardians},
        questions={row.id: withheld.get(row.id) or {"asked": row.opened_at.isoformat()} for row in asked},
    )
