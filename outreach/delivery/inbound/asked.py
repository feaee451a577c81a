"""What we asked a family for: a figure or a yes, and what that is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models import (
    CONTACT_OUTCOMES,
    GENERAL_NOTICES,
    Contact,
    ContactStudent,
    FamilyMember,
    InboundMessage,
    InboundReading,
    Initiator,
    Message,
    MessageKind,
    Outreach,
    Request,
)

from .route import Origin, sent_before

ASKS = {MessageKind.SURVEY: InboundReading.SURVEY, MessageKind.VERDICT: InboundReading.VERDICT}
LONG_AGO = timedelta(days=30)
"""An older contact or answer is not what a family was just asked about."""
ABOUT = re.compile(r"\b(request|contact)[:=|](\d+)")
"""In the key of what asked: verdict|request:12|…"""


@dataclass(frozen=True, slots=True)
class Subject:
    contact_id: int | None = None
    request_id: int | None = None


def still_open(session: Session, inbound: InboundMessage, asked: Message) -> bool:
    """Whether the family has not answered ``asked`` yet."""
    answered = select(InboundMessage.id).where(
        InboundMessage.answers_message_id == asked.id, InboundMessage.read_as == ASKS[asked.kind],
        InboundMessage.id != inbound.id,
    )  # fmt: skip
    return session.scalar(answered.limit(1)) is None


def others_asked(session: Session, inbound: InboundMessage, origin: Origin) -> bool:
    """Another family of this phone was asked too, and has not answered: a bare figure may be either's."""
    if origin.address_id is None:
        return False
    asked = session.scalars(
        sent_before(inbound, origin.address_id).where(Message.kind.in_(ASKS), Message.family_id != origin.family_id)
    )
    return any(still_open(session, inbound, message) for message in asked)


def subject_of(session: Session, asked: Message) -> Subject | None:
    """The contact, or the answer to a request, that ``asked`` wants the family's word on.

    Named by what asked; else the last of the two that this guardian had before it. None where there was none.
    """
    plan = session.get(Outreach, asked.outreach_id) if asked.outreach_id is not None else None
    for key in (plan.about if plan is not None else "", asked.intent_key):
        if found := ABOUT.search(key):
            number = int(found[2])
            return Subject(request_id=number) if found[1] == "request" else Subject(contact_id=number)
    return _latest(session, asked)


def _latest(session: Session, asked: Message) -> Subject | None:
    at = asked.sent_at
    if at is None:
        return None
    request = session.scalar(
        select(Request)
        .where(
            Request.family_id == asked.family_id, Request.answered_at.between(at - LONG_AGO, at),
            or_(Request.guardian_id.is_(None), Request.guardian_id == asked.guardian_id),
        )
        .order_by(Request.answered_at.desc(), Request.id.desc())
        .limit(1)
    )  # fmt: skip
    contact = session.scalar(
        select(Contact)
        .join(ContactStudent, ContactStudent.contact_id == Contact.id)
        .join(FamilyMember, FamilyMember.student_id == ContactStudent.student_id)
        .where(
            FamilyMember.family_id == asked.family_id, FamilyMember.until_on.is_(None), Contact.voided_at.is_(None),
            Contact.initiator != Initiator.FAMILY, Contact.outcome.in_(CONTACT_OUTCOMES),
            Contact.authored.not_in(GENERAL_NOTICES), Contact.occurred_at.between(at - LONG_AGO, at),
            or_(Contact.message_id.is_(None), Contact.message_id != asked.id),
            or_(Contact.guardian_id.is_(None), Contact.guardian_id == asked.guardian_id),
        )
        .order_by(Contact.occurred_at.desc(), Contact.id.desc())
        .limit(1)
    )  # fmt: skip
    if request is not None and (
        contact is None or request.answered_at is None or contact.occurred_at <= request.answered_at
    ):
        return Subject(request_id=request.id)
    return Subject(contact_id=contact.id) if contact is not None else None
