"""Messages as a worker has them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy.orm import Session

from config.tuning import SendingRules
from models import Channel, Message
from outreach.delivery.caps import Places, others_at, places
from outreach.delivery.claimed import Claimed
from outreach.prepared import ask


def claim_of(message: Message) -> Claimed:
    """What a worker has of ``message`` from the moment on at which it claimed it."""
    return Claimed(
        message.id, uuid4().hex, "sender", None, timedelta(), message.channel, message.audience, message.family_id,
        message.address_id, message.guardian_id, message.school_id,
    )  # fmt: skip


def places_of(
    session: Session, message: Message, now: datetime, rules: SendingRules, providers: Mapping[Channel, str]
) -> Places:
    """What it has to share its places with, asked as the outbox asks."""
    session.flush()
    (others,) = ask(session.connection(), others_at(claim_of(message), now, providers))
    return places(session, message, others, now, rules)
