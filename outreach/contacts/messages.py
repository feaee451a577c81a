"""A message of ours that went out, or one that a family sent us, becomes a contact: once, however often it is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import (
    Audience,
    Authored,
    Contact,
    ContactStudent,
    Department,
    InboundMessage,
    InboundState,
    Initiator,
    Message,
    MessageKind,
    MessageStudent,
    Outcome,
    Outreach,
    Request,
    RequestState,
    RevisionKind,
)
from outreach.access.guarded import asked_by

from .answers import settle
from .checks import can_answer, fitting
from .families import families_of_contact, students_of_family
from .log import side_of
from .questions import Question, Received, receive_question
from .revise import void_contact
from .revisions import RECEIPT, keep_revision
from .scoring import rescore

ANOTHERS = "(Another family wrote this.)"
"""Stands for its words."""
ORDER = (Outcome.SENT, Outcome.DELIVERED, Outcome.REPLIED)
"""Receipts move the outcome of a message forward only."""


@dataclass(frozen=True)
class InboundContact:
    """What a family's message became."""

    contact: Contact
    received: Received | None
    """The request that it opened, joined or reopened; None on a repeat."""


def log_message_contact(
    session: Session, *, message: Message, outcome: Outcome, now: datetime, answers_request_id: int | None = None
) -> Contact:
    """Keep a message to a family as the contact it was; the time is that of its sending, its words the summary.

    One message is one contact: told again, its outcome moves forward (sent, delivered, replied) and never back.
    A message of kind ``answer`` answers the guardian's open request, or the one named. Its words are the sender's
    unless a plan says how they were approved; automatic and bulk ones are general notices and answer nothing.
    Scores the family at once. Raises ValueError for a message to staff or an outcome that no message has.
    """
    if message.audience is not Audience.FAMILY or message.family_id is None or outcome not in ORDER:
        raise ValueError(f"message {message.id} to {message.audience} with outcome {outcome} is no family's contact")
    session.flush()
    contact = _of_message(session, message)
    if contact is None:
        contact = _insert(session, message, message.family_id, outcome, now)
    _forward(session, contact, outcome, now)
    _answer(session, message, contact, answers_request_id, now)
    rescore(session, now, {message.family_id, *families_of_contact(session, contact.id)})
    return contact


def _of_message(session: Session, message: Message) -> Contact | None:
    return session.scalar(
        select(Contact)
        .where(Contact.message_id == message.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _insert(session: Session, message: Message, family_id: int, outcome: Outcome, now: datetime) -> Contact:
    plan = session.get(Outreach, message.outreach_id) if message.outreach_id is not None else None
    initiator, department = side_of(session, None, message.staff_id, None)
    contact = Contact(
        occurred_at=message.sent_at or message.accepted_at or message.delivered_at or now, recorded_at=now,
        initiator=initiator, department=department, staff_id=message.staff_id, guardian_id=message.guardian_id,
        channel=message.channel, language=message.language, interpreter=False, outcome=outcome,
        topic=plan.topic if plan else None, subject=plan.subject if plan else None,
        purpose=plan.purpose if plan else None, authored=authored_of(message, plan),
        summary=fitting(message.body) or None,
        message_id=message.id,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(contact)
            session.flush()
            for student_id in _students(session, message, plan, family_id):
                session.add(ContactStudent(contact_id=contact.id, student_id=student_id))
    except IntegrityError:
        kept = _of_message(session, message)  # another worker told of it at the same moment
        if kept is None:
            raise
        return kept
    return contact


def authored_of(message: Message, plan: Outreach | None) -> Authored:
    """Whose words a message was: as its plan says; else automatic where no person chose it or its words, written where
    one did. Those of a notice (who has the question now) are the system's."""
    if message.automated or message.kind is MessageKind.NOTICE:
        return Authored.AUTOMATIC
    return plan.authored if plan is not None else Authored.WRITTEN


def _students(session: Session, message: Message, plan: Outreach | None, family_id: int) -> Sequence[int]:
    named = list(session.scalars(select(MessageStudent.student_id).where(MessageStudent.message_id == message.id)))
    if named:
        return named
    if plan is not None and plan.student_id is not None:
        return [plan.student_id]
    return [student.id for student in students_of_family(session, family_id)]


def _forward(session: Session, contact: Contact, outcome: Outcome, now: datetime) -> None:
    if contact.outcome in ORDER and ORDER.index(outcome) > ORDER.index(contact.outcome):
        keep_revision(session, contact, RevisionKind.CORRECTED, now, account_id=None, why=RECEIPT)
        contact.outcome = outcome
        session.flush()


def _answer(session: Session, message: Message, contact: Contact, request_id: int | None, now: datetime) -> None:
    """Link an answer to the request it answers, once it has come across, and settle that request."""
    linked = contact.answers_request_id
    if linked is None:
        answering = can_answer(contact.initiator, contact.channel, contact.outcome, contact.authored)
        if answering and contact.voided_at is None:
            linked = request_id or (_open_request(session, message) if message.kind is MessageKind.ANSWER else None)
        contact.answers_request_id = linked
    if linked is not None:
        settle(session, linked, now)


def note_wrong_number(session: Session, message: Message, now: datetime) -> None:
    """Whoever has the number wrote that it is not the family's: our message was an attempt, and answered nothing."""
    _set_outcome(session, message, (Outcome.SENT, Outcome.DELIVERED), Outcome.WRONG_NUMBER, "wrong number", now)


def take_back_wrong_number(session: Session, message: Message, now: datetime) -> None:
    """A person found that it was the family that wrote, so it did get our message."""
    _set_outcome(session, message, (Outcome.WRONG_NUMBER,), Outcome.REPLIED, "the right number", now)


def _set_outcome(
    session: Session, message: Message, before: tuple[Outcome, ...], outcome: Outcome, why: str, now: datetime
) -> None:
    """Correct what came of a message, where it stands as ``before``; one not told of yet becomes a contact with it."""
    if message.audience is not Audience.FAMILY or message.family_id is None:
        return
    session.flush()
    contact = _of_message(session, message) or _insert(session, message, message.family_id, outcome, now)
    if contact.outcome in before and contact.voided_at is None:
        keep_revision(session, contact, RevisionKind.CORRECTED, now, account_id=None, why=why)
        contact.outcome = outcome
        session.flush()
        if contact.answers_request_id is not None:
            settle(session, contact.answers_request_id, now)
    rescore(session, now, {message.family_id, *families_of_contact(session, contact.id)})


def _open_request(session: Session, message: Message) -> int | None:
    """The request that an answer is meant for: the guardian's open one, else the family's oldest that is open."""
    open_ones = select(Request.id).where(
        Request.family_id == message.family_id, Request.state == RequestState.OPEN
    )  # fmt: skip
    return session.scalar(
        open_ones.order_by((Request.guardian_id == message.guardian_id).desc(), Request.opened_at).limit(1)
    )


def log_inbound_contact(
    session: Session, *, inbound: InboundMessage, family_id: int, now: datetime,
    student_ids: Sequence[int] = (), staff_id: int | None = None, department: Department | None = None,
    question: bool = True, only_thanks: bool = False, automatic: bool = False, words: str | None = None,
) -> InboundContact:  # fmt: skip
    """Keep a message from a family as a contact that the family began, and give its question a place.

    ``student_ids`` empty means all of the family's present students; ``staff_id`` is whom it wrote to, who then owns
    the question. ``question`` False (a survey answer, a STOP) opens nothing; ``only_thanks`` and ``automatic``
    neither open nor move a clock. ``words``: what stands in the timeline and the request (None: the message's body);
    more than a contact holds is cut there, with a mark, and stays whole on the message. Sets the inbound message's
    contact and state; told again it gives the same contact.
    """
    session.flush()
    kept = session.get(InboundMessage, inbound.id, with_for_update=True, populate_existing=True)
    if kept is not None and kept.contact_id is not None:
        known = session.get(Contact, kept.contact_id)
        if known is not None:
            return InboundContact(known, None)
    words = fitting(inbound.body if words is None else words)
    _, department = side_of(session, Initiator.FAMILY, staff_id, department)
    contact = Contact(
        occurred_at=inbound.received_at, recorded_at=now, initiator=Initiator.FAMILY, department=department,
        staff_id=staff_id, guardian_id=inbound.guardian_id, channel=inbound.channel, outcome=Outcome.DELIVERED,
        authored=Authored.AUTOMATIC if automatic else Authored.WRITTEN, summary=words or None,
    )  # fmt: skip
    session.add(contact)
    session.flush()
    students = list(student_ids) or [student.id for student in students_of_family(session, family_id)]
    session.add_all(ContactStudent(contact_id=contact.id, student_id=student) for student in students)
    inbound.contact_id, inbound.family_id, inbound.state = contact.id, family_id, InboundState.MATCHED
    session.flush()
    asked = Question(
        family_id=family_id, guardian_id=inbound.guardian_id, words=words, asked_at=inbound.received_at,
        student_id=students[0] if len(students) == 1 else None, department=department or Department.TEACHING,
        owner_staff_id=staff_id, contact_id=contact.id, only_thanks=only_thanks or not question, automatic=automatic,
    )  # fmt: skip
    received = receive_question(session, asked, now)
    rescore(session, now, [family_id])
    return InboundContact(contact, received)


def withdraw_inbound_contact(
    session: Session, contact_id: int, why: str, now: datetime, account_id: int | None
) -> None:  # fmt: skip
    """Undo :func:`log_inbound_contact`: it was another family that wrote. This one's timeline and question keep that
    something was undone, and none of the other's words; they stand with the message. Raises as ``void_contact``."""
    contact = void_contact(session, contact_id, why, now, account_id)
    words, contact.summary = contact.summary, ANOTHERS
    asked = asked_by(select(Contact.id).where(Contact.id == contact_id))
    for request in session.scalars(select(Request).where(Request.id.in_(asked), Request.question == words)):
        request.question = ANOTHERS
    session.flush()
