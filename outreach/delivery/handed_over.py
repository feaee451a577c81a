"""The family is told who has its question now, by the way it asked; a person's step, so no cap holds it back."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    Address,
    AddressHealth,
    AddressKind,
    Audience,
    Channel,
    ConsentCategory,
    ContactPoint,
    Guardian,
    InboundMessage,
    Message,
    MessageKind,
    MessageState,
    Request,
    RequestEvent,
    School,
    Staff,
)
from outreach.contacts import answer_expected, expectation_words, students_of_family
from outreach.language import N_

from .ahead import refused_ahead
from .consent import SENDING_CHANNELS, has_consent
from .intents import Intent, cancel, enqueue
from .replies import RepliesWrong, Reply, language_of_reply, reply_words, values_of
from .still_so import about, key_of

log = structlog.get_logger(__name__)
TELL_AFTER = timedelta(minutes=2)
"""Time to take the step back before the family hears of it."""
GOOD_FOR = timedelta(days=2)
TAKEN_BACK = N_("The question was given back before this left.")
TITLES = {"en": "Your question to {school}", "es": "Su pregunta a {school}"}


@dataclass(frozen=True, slots=True)
class _Way:
    address: Address
    channel: Channel
    inbound: str | None
    """The provider's id of what the family wrote, where it wrote from this address."""


def tell_who_has_it(
    session: Session, request: Request, now: datetime, live: Collection[Channel] = ()
) -> Message | None:  # fmt: skip
    """Put the notice of who has ``request`` now into the outbox; None where there is nobody to name, or no address of
    the guardian's to which the gate would let it go: then a person says it.

    It is no contact of a teacher's and answers nothing. One for each step: told again it is the same message. ``live``:
    the channels that really leave the machine. Does not commit.
    """
    owner = session.get(Staff, request.owner_staff_id) if request.owner_staff_id is not None else None
    if owner is None:
        return None
    guardian = session.get(Guardian, request.guardian_id) if request.guardian_id is not None else None
    language = guardian.language if guardian is not None else None
    try:
        title, body = _words(session, request, owner, language, now)
    except RepliesWrong:
        log.exception("not told who has it", request_id=request.id)
        return None
    for way in _ways(session, request):
        intent = _intent(session, request, way, title, body, language, now + TELL_AFTER)
        with session.begin_nested() as tried:
            message = enqueue(session, intent, now)
            if message.state is not MessageState.SCHEDULED or refused_ahead(session, message, now, live) is None:
                return message
            tried.rollback()
    return None


def _intent(
    session: Session, request: Request, way: _Way, title: str, body: str, language: str | None, due: datetime
) -> Intent:  # fmt: skip
    students = [request.student_id] if request.student_id else [
        student.id for student in students_of_family(session, request.family_id)
    ]  # fmt: skip
    return Intent(
        key=key_of(request.id, _step(session, request), way.address.id, way.channel.value),
        audience=Audience.FAMILY, kind=MessageKind.NOTICE, channel=way.channel, to_kind=way.address.kind,
        to_value=way.address.value, title=title if way.channel is Channel.EMAIL else None, body=body, due_at=due,
        expires_at=due + GOOD_FOR, address_id=way.address.id, family_id=request.family_id,
        guardian_id=request.guardian_id, school_id=request.school_id, student_ids=students,
        language=language_of_reply(language), about_school_work=False, answers_inbound=way.inbound,
    )  # fmt: skip


def unsay_who_has_it(session: Session, request: Request, step: int, now: datetime) -> bool:
    """Call off the notices of that ``step`` of ``request`` (its event's id) that have not left. True where none had
    left: then the family knows nothing of a step that was taken back."""
    told = session.scalars(
        select(Message).where(
            Message.intent_key.startswith(about(request.id, step), autoescape=True),
            Message.state.not_in((MessageState.CANCELLED, MessageState.SKIPPED, MessageState.EXPIRED)),
        )
    ).all()  # fmt: skip
    called_off = [cancel(session, message.id, TAKEN_BACK, now) for message in told]
    return all(called_off)


def _step(session: Session, request: Request) -> int:
    newest = select(RequestEvent.id).where(RequestEvent.request_id == request.id).order_by(RequestEvent.id.desc())
    return session.scalar(newest.limit(1)) or 0


def _ways(session: Session, request: Request) -> Iterator[_Way]:
    """The address that asked; then the guardian's own, a text first."""
    asked = session.execute(
        select(InboundMessage, Address)
        .join(Address, Address.id == InboundMessage.address_id)
        .join(RequestEvent, RequestEvent.contact_id == InboundMessage.contact_id)
        .where(RequestEvent.request_id == request.id)
        .order_by(InboundMessage.received_at.desc(), InboundMessage.id.desc())
        .limit(1)
    ).first()
    if asked is not None and _may_be_used(session, asked[1], asked[0].channel):
        yield _Way(asked[1], asked[0].channel, asked[0].provider_id)
    if request.guardian_id is None:
        return
    addresses = session.execute(
        select(Address, ContactPoint.texts)
        .join(ContactPoint, ContactPoint.address_id == Address.id)
        .where(
            ContactPoint.guardian_id == request.guardian_id, ContactPoint.active,
            Address.kind.in_((AddressKind.PHONE, AddressKind.EMAIL)),
        )
        .order_by(Address.kind == AddressKind.EMAIL, Address.health != AddressHealth.USABLE, Address.id)
    )  # fmt: skip
    for address, texts in addresses.all():
        channel = SENDING_CHANNELS[address.kind]
        gets_it = channel is Channel.EMAIL or texts is not False
        if gets_it and _may_be_used(session, address, channel):
            yield _Way(address, channel, None)


def _may_be_used(session: Session, address: Address, channel: Channel) -> bool:
    return address.health is not AddressHealth.DEAD and has_consent(
        session, address.id, channel, ConsentCategory.SCHOOL
    )


def _words(
    session: Session, request: Request, owner: Staff, language: str | None, now: datetime
) -> tuple[str, str]:  # fmt: skip
    values = {**values_of(session, request.school_id), "owner": owner.display_name}
    expected = answer_expected(session, request, now)
    if expected is not None:
        values["expect"] = expectation_words(expected, language)
    school = session.get_one(School, request.school_id)
    return TITLES[language_of_reply(language)].format(school=school.name), reply_words(
        Reply.HANDED_OVER, language, values
    )
