"""What an e-mail may quote: what we sent to its address, word for word as it left, and what came from there before."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Audience, Channel, InboundMessage, Message

from ..final_words import final_words
from ..links import Links
from ..replies import RepliesWrong
from ..states import ON_ITS_WAY
from .route import Origin

MOST = 10
"""Of each, the newest first: longer threads quote the same footers."""


def words_of_thread(session: Session, inbound: InboundMessage, origin: Origin, links: Links) -> list[str]:
    """The words of the message that ``inbound`` answers, of the last ones before, and what its sender wrote before."""
    sent = [origin.answers] if origin.answers is not None else []
    sent += [message for message in _sent(session, inbound, origin.address_id) if message is not origin.answers]
    return [_as_it_left(session, message, links) for message in sent] + list(_came(session, inbound, origin.address_id))


def _as_it_left(session: Session, message: Message, links: Links) -> str:
    try:
        return final_words(session, message, links).body
    except RepliesWrong:  # the district has lost its name since
        return message.body


def _sent(session: Session, inbound: InboundMessage, address_id: int | None) -> Sequence[Message]:
    """Replies at once too: "in danger, call 911" is ours."""
    if address_id is None:
        return ()
    return session.scalars(
        select(Message)
        .where(
            Message.address_id == address_id, Message.channel == Channel.EMAIL, Message.audience == Audience.FAMILY,
            Message.state.in_(ON_ITS_WAY), Message.sent_at <= inbound.received_at,
        )
        .order_by(Message.sent_at.desc(), Message.id.desc())
        .limit(MOST)
    ).all()  # fmt: skip


def _came(session: Session, inbound: InboundMessage, address_id: int | None) -> Sequence[str]:
    if address_id is None:
        return ()
    return session.scalars(
        select(InboundMessage.body)
        .where(
            InboundMessage.address_id == address_id, InboundMessage.channel == Channel.EMAIL,
            InboundMessage.read_at.is_not(None), InboundMessage.received_at < inbound.received_at,
            InboundMessage.id != inbound.id,
        )
        .order_by(InboundMessage.received_at.desc(), InboundMessage.id.desc())
        .limit(MOST)
    ).all()  # fmt: skip
