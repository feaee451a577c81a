"""Correct, undo and restore a contact. Nothing is lost: each change first copies what stood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from models import Contact, ContactStudent, Initiator, RevisionKind
from outreach.language import _

from .answers import contact_back, contact_undone, settle
from .checks import check, tidy
from .errors import ContactRefused
from .families import families_of_students, students_of_contact
from .log import side_of
from .moved_on import check_seen, has_moved_on
from .new import NewContact
from .revisions import keep_revision
from .scoring import rescore

PLAIN_FIELDS = (
    "occurred_at", "staff_id", "guardian_id", "channel", "language", "interpreter", "topic", "subject", "purpose",
    "outcome", "summary", "said_it_helped", "answers_request_id",
)  # fmt: skip
OF_THE_MESSAGE = ("occurred_at", "guardian_id", "channel", "outcome", "summary", "student_ids")
"""What a contact that is a message has from the message itself."""


def as_new(session: Session, contact: Contact) -> NewContact:
    """A kept contact as the form shows it, to be changed with :func:`dataclasses.replace` and given back."""
    return NewContact(
        student_ids=students_of_contact(session, contact.id), initiator=contact.initiator,
        department=contact.department, authored=contact.authored,
        **{name: getattr(contact, name) for name in PLAIN_FIELDS},
    )  # fmt: skip


def correct_contact(
    session: Session, contact_id: int, new: NewContact, now: datetime, account_id: int | None = None,
    *, why: str | None = None, seen: int | None = None,
) -> Contact:  # fmt: skip
    """Make a contact what ``new`` says, whole, and score the families it was and is about at once.

    What stood is kept as a revision; where nothing differs, nothing is kept. ``client_key``, ``question`` and
    ``authored`` of ``new`` are not read. An answer that is corrected to an attempt opens the request again as it was.
    Raises :class:`ContactRefused`; also for an undone contact, and for those fields of a message that was sent or
    received which are not ours to rewrite. ``seen`` is what :func:`~outreach.contacts.revisions.newest_revision` gave
    when the form was made; where it has changed since into something else, :class:`ContactMovedOn` says by whom.
    """
    contact = _find(session, contact_id)
    if contact.voided_at is not None:
        check_seen(session, contact_id, seen, account_id)
        raise ContactRefused(_("This contact was undone; restore it before you correct it."))
    old = as_new(session, contact)
    new = replace(new, authored=old.authored, client_key=None, question=None)
    if contact.message_id is not None and not has_moved_on(session, contact_id, seen):
        _check_message(old, new)
    new = _with_side(session, old, check(session, new, now, linked=old.answers_request_id))
    if new == old:
        return contact
    check_seen(session, contact_id, seen, account_id)
    keep_revision(session, contact, RevisionKind.CORRECTED, now, account_id=account_id, why=why)
    _write(session, contact, old, new)
    for request_id in sorted({old.answers_request_id or 0, new.answers_request_id or 0} - {0}):
        settle(session, request_id, now, account_id)
    rescore(session, now, families_of_students(session, {*old.student_ids, *new.student_ids}))
    return contact


def void_contact(
    session: Session, contact_id: int, reason: str, now: datetime, account_id: int | None = None
) -> Contact:
    """Undo a contact: it stays in the timeline, struck through, and counts nowhere.

    A request that it answered is open again as it was; one that it opened, and that nobody answered, is closed
    without points. A repeat changes nothing. Raises :class:`ContactRefused` without a reason.
    """
    return void_contacts(session, [contact_id], reason, now, account_id)[0]


def void_contacts(
    session: Session, contact_ids: Sequence[int], reason: str, now: datetime, account_id: int | None = None
) -> list[Contact]:
    """The same for several that were kept together; their families are scored once."""
    if not (reason := reason.replace("\x00", "").strip()):
        raise ContactRefused(_("Say why this contact is undone; the reason stays with it."), "reason")
    found = [_find(session, contact_id) for contact_id in sorted(set(contact_ids))]
    for contact in found:
        if contact.voided_at is None:
            keep_revision(session, contact, RevisionKind.VOIDED, now, account_id=account_id, why=reason)
            contact.voided_at, contact.voided_by, contact.void_reason = now, account_id, reason
            session.flush()
            contact_undone(session, contact, now, account_id)
    _rescore_all(session, found, now)
    return found


def restore_contact(session: Session, contact_id: int, now: datetime, account_id: int | None = None) -> Contact:
    """Take back an undo: the contact counts again, answers what it answered and asks what it asked.

    A repeat changes nothing. Raises :class:`ContactRefused` where there is no such contact.
    """
    return restore_contacts(session, [contact_id], now, account_id)[0]


def restore_contacts(
    session: Session, contact_ids: Sequence[int], now: datetime, account_id: int | None = None
) -> list[Contact]:
    """The same for several that were undone together."""
    found = [_find(session, contact_id) for contact_id in sorted(set(contact_ids))]
    for contact in found:
        if contact.voided_at is not None:
            keep_revision(session, contact, RevisionKind.RESTORED, now, account_id=account_id)
            contact.voided_at = contact.voided_by = contact.void_reason = None
            session.flush()
            contact_back(session, contact, now, account_id)
    _rescore_all(session, found, now)
    return found


def _rescore_all(session: Session, contacts: Sequence[Contact], now: datetime) -> None:
    ids = {student for contact in contacts for student in students_of_contact(session, contact.id)}
    rescore(session, now, families_of_students(session, ids))


def _find(session: Session, contact_id: int) -> Contact:
    """The contact, its row held until the transaction ends, so that no two changes copy the same old text."""
    session.flush()
    contact = session.get(Contact, contact_id, with_for_update=True, populate_existing=True)
    if contact is None:
        raise ContactRefused(_("This contact does not exist."))
    return contact


def _check_message(old: NewContact, new: NewContact) -> None:
    """A browser sends the lines of a text with returns, and the children in its own order: neither is a change."""
    new = replace(new, summary=tidy(new.summary), student_ids=tuple(sorted(new.student_ids)))
    if any(getattr(old, name) != getattr(new, name) for name in OF_THE_MESSAGE):
        raise ContactRefused(
            _(
                "This contact is a message that was sent; its words, time and outcome stay as they were. Only its "
                "topic, purpose and subject can be changed."
            )
        )


def _with_side(session: Session, old: NewContact, new: NewContact) -> NewContact:
    """Who began it, and for which department: as it was kept, unless the person or the side was corrected."""
    same_side = (old.initiator is Initiator.FAMILY) == (new.initiator is Initiator.FAMILY)
    if same_side and new.staff_id == old.staff_id:
        return replace(new, initiator=old.initiator, department=new.department or old.department)
    department = new.department if new.department != old.department else None
    initiator, department = side_of(session, new.initiator, new.staff_id, department)
    return replace(new, initiator=initiator, department=department)


def _write(session: Session, contact: Contact, old: NewContact, new: NewContact) -> None:
    for name in (*PLAIN_FIELDS, "initiator", "department"):
        setattr(contact, name, getattr(new, name))
    if new.student_ids != old.student_ids:
        session.execute(delete(ContactStudent).where(ContactStudent.contact_id == contact.id))
        session.add_all(ContactStudent(contact_id=contact.id, student_id=student) for student in new.student_ids)
    session.flush()
