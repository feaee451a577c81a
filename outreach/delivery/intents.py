"""An intent: who is to be told what. It is kept, once, before anything is sent (DESIGN §7.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import (
    AddressKind,
    Audience,
    Channel,
    ConsentCategory,
    Message,
    MessageKind,
    MessageState,
    MessageStudent,
    Student,
)
from outreach.effective import effective_config
from outreach.language import _

from .errors import DeliveryRefused
from .gate import AT_ONCE
from .segments import segments_of
from .states import move
from .wording import unfinished


@dataclass(frozen=True, slots=True)
class Intent:
    """One message to one address. Moments carry their zone.

    ``key`` makes it this intent: (rule, what it is about, slot, address, channel) for automated ones, the id made
    with the form for those by hand, the provider's id of the message that is answered (``answer_key``).
    """

    key: str
    audience: Audience
    kind: MessageKind
    channel: Channel
    to_kind: AddressKind
    to_value: str
    body: str
    due_at: datetime
    title: str | None = None
    body_html: str | None = None
    expires_at: datetime | None = None
    """What has not left by then is stale and is never sent. None: for a family ``stale_after_days`` after it was due,
    for all others never."""
    category: ConsentCategory = ConsentCategory.SCHOOL
    automated: bool = False
    """No person chose this message for this family."""
    address_id: int | None = None
    family_id: int | None = None
    guardian_id: int | None = None
    staff_id: int | None = None
    school_id: int | None = None
    student_ids: Sequence[int] = ()
    outreach_id: int | None = None
    language: str | None = None
    about_school_work: bool = True
    urgent: bool = False
    answers_inbound: str | None = None


def answer_key(provider_id: str, kind: MessageKind) -> str:
    """The key of what answers one inbound message: one of each kind, however often the webhook repeats."""
    return f"inbound|{provider_id}|{kind.value}"


def digest_key(staff_id: int, slot: str) -> str:
    """The key of one person's morning e-mail for ``slot``, a local date."""
    return f"digest|{staff_id}|{slot}"


def enqueue(session: Session, intent: Intent, now: datetime) -> Message:
    """Keep the intent; the same key asked for again, by anybody and at the same moment, is the message that stands.

    Does not commit. Raises :class:`DeliveryRefused` for empty words, a gap left open in a family's, or a channel that
    is not a text or an e-mail.
    """
    if intent.channel not in (Channel.SMS, Channel.EMAIL):
        raise DeliveryRefused(_("Only texts and e-mails can be sent; a call or a visit is logged."))
    if not intent.body.strip():
        raise DeliveryRefused(_("This message has no words yet; write them first."))
    gap = _gap(intent)
    if gap is not None:
        raise DeliveryRefused(gap)
    kept = _kept(session, intent.key)
    if kept is not None:
        return kept
    message = _message(_complete(session, intent, now), now)
    try:
        with session.begin_nested():
            session.add(message)
            session.flush()
            session.add_all(
                MessageStudent(message_id=message.id, student_id=one) for one in sorted(set(intent.student_ids))
            )
    except IntegrityError:
        kept = _kept(session, intent.key)  # another process had the same intent at the same moment
        if kept is None:
            raise
        return kept
    return message


def cancel(session: Session, message_id: int, why: str, now: datetime) -> bool:
    """Take a message back before it leaves; ``why`` is a kept sentence. False where it is already leaving, has left or
    came to nothing."""
    message = session.get(Message, message_id, with_for_update=True, populate_existing=True)
    if message is None or not move(message, MessageState.CANCELLED, why):
        return False
    message.lease_until = None
    session.flush()
    return True


def _gap(intent: Intent) -> str | None:
    """A gap that nobody filled, in what a person or a template wrote to a family."""
    if intent.audience is not Audience.FAMILY or intent.kind in AT_ONCE:
        return None
    return unfinished(intent.body) or (unfinished(intent.title) if intent.title else None)


def _kept(session: Session, key: str) -> Message | None:
    return session.scalar(select(Message).where(Message.intent_key == key))


def _complete(session: Session, intent: Intent, now: datetime) -> Intent:
    """A message to a family has a school, whose calendar and stops hold for it, and an end of its time."""
    if intent.audience is not Audience.FAMILY:
        return intent
    school_id, expires_at = intent.school_id, intent.expires_at
    if school_id is None and intent.student_ids:
        school_id = session.scalar(select(Student.school_id).where(Student.id == min(intent.student_ids)))
    if expires_at is None:
        expires_at = intent.due_at + timedelta(days=effective_config(session, now).cadence.sending.stale_after_days)
    return replace(intent, school_id=school_id, expires_at=expires_at)


def _message(intent: Intent, now: datetime) -> Message:
    return Message(
        intent_key=intent.key, outreach_id=intent.outreach_id, audience=intent.audience, kind=intent.kind,
        category=intent.category, automated=intent.automated, channel=intent.channel, to_kind=intent.to_kind,
        to_value=intent.to_value, address_id=intent.address_id, family_id=intent.family_id,
        guardian_id=intent.guardian_id, staff_id=intent.staff_id, school_id=intent.school_id,
        language=intent.language, about_school_work=intent.about_school_work, title=intent.title, body=intent.body,
        body_html=intent.body_html, urgent=intent.urgent, answers_inbound=intent.answers_inbound, created_at=now,
        due_at=intent.due_at, expires_at=intent.expires_at, state=MessageState.SCHEDULED,
        segments=segments_of(intent.body).count if intent.channel is Channel.SMS else None,
    )  # fmt: skip
