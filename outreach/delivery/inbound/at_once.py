"""The replies to STOP, HELP and START, one each: the first two go at any hour, START's in the family's window."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    Audience,
    Channel,
    ContactPoint,
    FamilyMember,
    Guardianship,
    InboundMessage,
    Message,
    MessageKind,
)

from ..gate import AT_ONCE
from ..intents import Intent, answer_key, enqueue
from ..replies import RepliesWrong, Reply, ask_value, language_of_reply, reply_words, values_of
from .route import KINDS, Origin
from .stopping import kept_address

log = structlog.get_logger(__name__)
WITHIN = timedelta(minutes=5)
"""A confirmation that leaves later is none (47 CFR 64.1200(a)(12): within five minutes of the request)."""
NO_TWO_WITHIN = timedelta(minutes=10)
"""HELP of two machines that answer each other ends here."""
KIND_OF = {
    Reply.OPT_OUT: MessageKind.OPT_OUT_CONFIRMATION,
    Reply.HELP: MessageKind.HELP,
    Reply.OPT_IN: MessageKind.OPT_IN_CONFIRMATION,
}
A_DAY = timedelta(days=1)
"""That messages begin again is told by the next day, or not at all: DESIGN §7.6 names no fourth reply at any hour."""
E_MAIL: Mapping[Reply, Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        Reply.OPT_OUT: {
            "en": ("No more e-mails", ("{district}: you will get no more e-mails from us at this address. To get them"
                   " again, write back with the one word START.")),
            "es": ("No más correos", ("{district}: ya no le enviaremos correos a esta dirección. Para volver a"
                   " recibirlos, responda con la sola palabra START.")),
        },
        Reply.OPT_IN: {
            "en": ("E-mails from your school", ("{district}: you will get e-mails from your school again. To end them,"
                   " write back with the one word STOP.")),
            "es": ("Correos de la escuela", ("{district}: volverá a recibir correos de la escuela. Para terminarlos,"
                   " responda con la sola palabra STOP.")),
        },
        Reply.HELP: {
            "en": ("About these e-mails", ("{district}: staff of your school write to families from this address."
            " To end"
                   " these e-mails, write back with the one word STOP. Nobody reads replies at night; in danger call"
                   " 911.")),
            "es": ("Sobre estos correos", ("{district}: el personal de la escuela escribe a las familias desde esta"
                   " dirección. Para no recibir estos correos, responda con la sola palabra STOP. De noche nadie lee"
                   " las respuestas; si hay peligro llame al 911.")),
        },
    }
)  # fmt: skip
"""Title and words by language; those for texts are the district's own (config/messages)."""
WHOM_TO_ASK: Mapping[str, str] = MappingProxyType(
    {"en": "Whom to ask for what: {ask}", "es": "A quién preguntar: {ask}"}
)


def reply_at_once(
    session: Session, inbound: InboundMessage, origin: Origin, reply: Reply, language: str | None, now: datetime,
    *, public_url: str | None = None,
) -> Message | None:  # fmt: skip
    """Put the one reply of this kind into the outbox; told again it is the same message.

    HELP names the school's who-to-ask directory, where there is one and ``public_url`` leads to it.

    None where HELP was answered a moment ago, where START came from nobody's number, to which nothing would come, or
    where a district's own words cannot be used.
    """
    address = kept_address(session, inbound)
    waits = KIND_OF[reply] not in AT_ONCE
    if (waits and origin.family_id is None) or (reply is Reply.HELP and _answered_just_now(session, address.id, now)):
        return None
    try:
        title, body = _words(session, inbound.channel, reply, language, origin.school_id, public_url)
    except RepliesWrong:
        log.exception("no reply", inbound_id=inbound.id, reply=reply.value)
        return None
    guardian_id = _reader(session, origin, address.id) if waits else origin.guardian_id
    return enqueue(
        session,
        Intent(
            key=answer_key(inbound.provider_id, KIND_OF[reply]), audience=Audience.FAMILY, kind=KIND_OF[reply],
            channel=inbound.channel, to_kind=KINDS[inbound.channel], to_value=address.value, title=title, body=body,
            due_at=now, expires_at=now + (A_DAY if waits else WITHIN), automated=True, address_id=address.id,
            family_id=origin.family_id, guardian_id=guardian_id,
            student_ids=origin.student_ids if waits else (), school_id=origin.school_id, urgent=waits,
            language=language_of_reply(language), about_school_work=False, answers_inbound=inbound.provider_id,
        ),
        now,
    )  # fmt: skip


def _words(
    session: Session, channel: Channel, reply: Reply, language: str | None, school_id: int | None,
    public_url: str | None,
) -> tuple[str | None, str]:  # fmt: skip
    values = values_of(session, school_id)
    if reply is Reply.HELP:
        values |= ask_value(session, school_id, language, public_url)
    if channel is Channel.SMS:
        return None, reply_words(reply, language, values)
    spoken = language_of_reply(language)
    title, body = E_MAIL[reply][spoken]
    whole = body.format(district=values.get("district", title))
    return title, f"{whole}\n\n{WHOM_TO_ASK[spoken].format(ask=values['ask'])}" if "ask" in values else whole


def _reader(session: Session, origin: Origin, address_id: int) -> int | None:
    """Who wrote; of several who share the address, the first: the gate asks what holds for a reader."""
    if origin.guardian_id is not None:
        return origin.guardian_id
    held = (
        select(ContactPoint.guardian_id)
        .join(Guardianship, Guardianship.guardian_id == ContactPoint.guardian_id)
        .join(FamilyMember, FamilyMember.student_id == Guardianship.student_id)
        .where(
            ContactPoint.address_id == address_id, ContactPoint.active, Guardianship.ended_on.is_(None),
            FamilyMember.family_id == origin.family_id, FamilyMember.until_on.is_(None),
        )
        .order_by(ContactPoint.guardian_id)
    )  # fmt: skip
    return session.scalar(held.limit(1))


def _answered_just_now(session: Session, address_id: int, now: datetime) -> bool:
    standing = select(Message.id).where(
        Message.address_id == address_id, Message.kind == MessageKind.HELP, Message.created_at > now - NO_TWO_WITHIN
    )
    return session.scalar(standing.limit(1)) is not None
