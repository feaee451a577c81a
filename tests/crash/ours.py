"""What our tables say, read for the judge."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import DeliveryAttempt, Message, MessageState

from .case import Final
from .letters import tag_in

KEY = "crash|"
"""How the intents of letters begin; the tag follows."""


def finals(session: Session) -> dict[str, Final]:
    """How each message stands: a letter by its tag, any other by its intent."""
    attempts: defaultdict[int, set[str]] = defaultdict(set)
    for attempt, message_id in session.execute(select(DeliveryAttempt.id, DeliveryAttempt.message_id)):
        attempts[message_id].add(attempt)
    return {
        row.intent_key.removeprefix(KEY): Final(
            row.state.value, row.state_reason, row.person_asked_at is not None, row.channel.value, row.attempt_id,
            frozenset(attempts[row.id]),
        )
        for row in session.scalars(select(Message))
    }  # fmt: skip


def unknown(session: Session) -> dict[str, str]:
    """Attempts that are unknown just now, each with its message's name."""
    rows = session.scalars(select(Message).where(Message.state == MessageState.UNKNOWN))
    return {row.attempt_id or "": name_of(row) for row in rows}


def name_of(message: Message) -> str:
    """The tag of the letter whose words it carries, at whatever address; else its intent."""
    return tag_in(message.body) or message.intent_key
