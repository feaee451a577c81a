"""A contact as it stood, copied before each change. The rows are only ever added to."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session

from models import Contact, ContactRevision, JsonObject, JsonValue, RevisionKind

from .families import students_of_contact

SHOWN = (
    "occurred_at", "students", "guardian_id", "staff_id", "initiator", "channel", "outcome", "language", "interpreter",
    "topic", "subject", "purpose", "said_it_helped", "answers_request_id", "summary",
)  # fmt: skip
"""The fields that a person may have changed, in the order of the form."""
RECEIPT = "receipt"
"""Why a contact changed where a provider said how far its message came."""


def keep_revision(
    session: Session, contact: Contact, kind: RevisionKind, now: datetime,
    *, account_id: int | None, why: str | None = None,
) -> None:  # fmt: skip
    """Copy the contact as it stands now; call before the change."""
    session.add(
        ContactRevision(
            contact_id=contact.id, kind=kind, before=as_it_stands(session, contact), revised_at=now,
            revised_by=account_id, why=why,
        )
    )  # fmt: skip
    session.flush()


def as_it_stands(session: Session, contact: Contact) -> JsonObject:
    """Every column by name, the student ids under ``students``; moments as ISO 8601 in UTC."""
    columns = inspect(Contact).column_attrs
    values: JsonObject = {column.key: _plain(getattr(contact, column.key)) for column in columns}
    values["students"] = list(students_of_contact(session, contact.id))
    return values


def newest_revision(session: Session, contact_id: int) -> int:
    """Another number whenever the contact has changed; 0 while it never has."""
    newest = select(func.max(ContactRevision.id)).where(ContactRevision.contact_id == contact_id)
    return session.scalar(newest) or 0


def _plain(value: object) -> JsonValue:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, date | datetime):
        return value.isoformat()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"a contact holds a {type(value).__name__}, which no revision knows how to keep")


def revisions_of(session: Session, contact_id: int) -> list[ContactRevision]:
    """What a contact was before each change, oldest first."""
    statement = select(ContactRevision).where(ContactRevision.contact_id == contact_id)
    return list(session.scalars(statement.order_by(ContactRevision.id)))
