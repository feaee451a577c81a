"""One attempt at one message: asked and committed before the call, called without a transaction (DESIGN §7.3, §7.6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import structlog
from sqlalchemy import bindparam, exists, insert, select, update
from sqlalchemy.orm import Session, load_only

from models import (
    Address,
    Audience,
    Channel,
    DeliveryAttempt,
    Family,
    Message,
    MessageState,
    ProviderPause,
    Staff,
)

from .errors import ProviderError, Unclear
from .final_words import FinalWords, final_words
from .gate import TOO_LATE, GateFacts, Never, NotBefore, SendNow, decide, leaves_by
from .gate_facts import Standing, facts_for, standing_of
from .links import Links
from .pauses import allowance
from .providers.base import Accepted, Outgoing, Providers
from .segments import segments_of
from .spending import cost_of
from .states import MOVES, move
from .stop import stopped
from .terms import Terms

log = structlog.get_logger(__name__)


def begin(
    session: Session, message_id: int, worker: str, providers: Providers, terms: Terms, now: datetime
) -> Outgoing | None:
    """Ask the gate and, on its yes, write ``sending`` with a new attempt: one transaction, which the caller commits.

    It holds the message's, the family's and the address's row, in this order as everybody does, so that two workers
    cannot both take the last place under a cap, and no two wait for one another. All that the answer rests on is read
    after they are held: what was committed before (a STOP, a hold, *stop everything*) is seen.
    None where the message is no longer this worker's, where a stop or a pause came since it was claimed (it is free
    again then), or where the gate said no or not yet; the message then says so.
    """
    message = _held(session, message_id, worker, now)
    if message is None:
        return None
    provider = providers.of(message.channel).name
    standing = standing_of(session, message, provider, now, terms) if message.audience is Audience.FAMILY else None
    until: datetime | None = None
    if standing is None:
        goes = _goes_to_staff(session, message, provider, now)
    elif goes := not _held_back(session, standing, provider, now):
        facts = facts_for(session, message, standing, now, terms, providers)
        goes, until = _passes(message, facts, terms, now), leaves_by(facts, now, terms.rules)
    if not goes:
        message.claimed_by, message.lease_until = None, None
        session.flush()
        return None
    words = final_words(
        session, message, providers.links, first=standing is not None and standing.first_text,
        values=standing.names if standing is not None else None,
    )  # fmt: skip
    return replace(_sending(session, message, words, provider, providers.links, terms, now), leaves_by=until)


_MINE = (
    Message.id == bindparam("message_id"), Message.state == MessageState.SCHEDULED,
    Message.claimed_by == bindparam("worker"),
)  # fmt: skip
_NEEDED = load_only(
    Message.audience, Message.kind, Message.category, Message.automated, Message.channel, Message.to_value,
    Message.address_id, Message.family_id, Message.guardian_id, Message.staff_id, Message.school_id, Message.language,
    Message.about_school_work, Message.title, Message.body, Message.body_html, Message.urgent, Message.answers_inbound,
    Message.state, Message.expires_at, Message.lease_until, Message.attempts, Message.segments,
)  # fmt: skip
"""What the usual way asks of a message; the rest is read where it is."""
_OF_FAMILY = (
    select(Message)
    .options(_NEEDED)
    .join(Family, Family.id == Message.family_id)
    .join(Address, Address.id == Message.address_id)
    .where(*_MINE)
    # Not FOR UPDATE: rows that only point to the family (a score, a new intent) need not wait for us.
    .with_for_update(key_share=True, of=[Message, Family, Address])
)
_OF_NO_FAMILY = select(Message).where(*_MINE, Message.family_id.is_(None)).with_for_update(key_share=True, of=Message)
_TO_SENDING = (
    update(Message.__table__)  # type: ignore[arg-type]  # a table, as any mapped class has
    .where(Message.__table__.c.id == bindparam("of_message"))
    .values({
        name: bindparam(f"new_{name}")
        for name in (
            "state", "state_reason", "attempt_id", "attempts", "provider", "sent_at", "lease_until", "preface",
            "segments", "cost_micros",
        )
    })
)  # fmt: skip
_NEW_ATTEMPT = insert(DeliveryAttempt.__table__)  # type: ignore[arg-type]  # a table, as any mapped class has


def _held(session: Session, message_id: int, worker: str, now: datetime) -> Message | None:
    """The message, where it is still this worker's, its rows held until the transaction ends.

    A reply to a number that is nobody's, and whatever goes to staff, has no family; the first then also holds its
    address, so that it is counted once.
    """
    mine = {"message_id": message_id, "worker": worker}
    message = session.scalar(_OF_FAMILY, mine)
    if message is None:
        message = session.scalar(_OF_NO_FAMILY, mine)
        if message is not None and message.address_id is not None:
            session.execute(
                select(Address.id).where(Address.id == message.address_id).with_for_update(key_share=True)
            )  # fmt: skip
    if message is None or (message.lease_until is not None and message.lease_until <= now):
        return None
    return message


def _held_back(session: Session, standing: Standing, provider: str, now: datetime) -> bool:
    return standing.stopped or (standing.paused and not _probes(session, provider, now))


def _passes(message: Message, facts: GateFacts, terms: Terms, now: datetime) -> bool:
    match decide(facts, now, terms.rules):
        case SendNow():
            return True
        case NotBefore(at, because):
            message.due_at, message.state_reason = at, because
        case Never(because):
            stale = message.expires_at is not None and now >= message.expires_at
            move(message, MessageState.EXPIRED if stale else MessageState.SKIPPED, because)
    return False


def _probes(session: Session, provider: str, now: datetime) -> bool:
    """Whether a provider that was paused may be given one more, one asking at a time."""
    held = select(ProviderPause.provider).where(ProviderPause.provider == provider).with_for_update()
    session.execute(held)
    return allowance(session, provider, now) != 0


def _goes_to_staff(session: Session, message: Message, provider: str, now: datetime) -> bool:
    """Digests, alerts and letters about an account know no window and no cap; only their time, and a reader."""
    held_back = session.execute(
        select(stopped(), exists().where(ProviderPause.provider == provider)).where(Message.id == message.id)
    ).one()
    if held_back[0] or (held_back[1] and not _probes(session, provider, now)):
        return False
    if message.expires_at is not None and now >= message.expires_at:
        move(message, MessageState.EXPIRED, TOO_LATE)
        return False
    reader = session.get(Staff, message.staff_id) if message.staff_id is not None else None
    if message.audience is Audience.STAFF and reader is not None and not reader.active:
        move(message, MessageState.SKIPPED, "Its reader no longer works here.")
        return False
    return True


def _sending(
    session: Session, message: Message, words: FinalWords, provider: str, links: Links, terms: Terms, now: datetime
) -> Outgoing:
    """The usual way is written without the session's own bookkeeping: each worker goes it many times a second."""
    assert MessageState.SENDING in MOVES[message.state]
    attempt_id, rules = uuid4().hex, terms.rules
    deadline = now + timedelta(seconds=rules.attempt_deadline_seconds)
    segments = message.segments
    if message.channel is Channel.SMS and (segments is None or words.preface is not None):
        segments = segments_of(words.body).count
    cost = cost_of(message.channel, segments, terms.prices)
    terms.spend(cost)
    connection = session.connection()
    connection.execute(_TO_SENDING, {
        "of_message": message.id, "new_state": MessageState.SENDING, "new_state_reason": None,
        "new_attempt_id": attempt_id, "new_attempts": message.attempts + 1, "new_provider": provider,
        "new_sent_at": now, "new_lease_until": max(deadline, now + timedelta(seconds=rules.lease_seconds)),
        "new_preface": words.preface, "new_segments": segments, "new_cost_micros": cost,
    })  # fmt: skip
    connection.execute(_NEW_ATTEMPT, {
        "id": attempt_id, "message_id": message.id, "provider": provider, "started_at": now, "deadline_at": deadline,
        "checks": 0,
    })  # fmt: skip
    to_family = message.audience is Audience.FAMILY and message.channel is Channel.EMAIL
    return Outgoing(
        attempt_id=attempt_id, channel=message.channel, to_value=message.to_value, title=message.title,
        body=words.body, body_html=words.body_html, now=now,
        reply_to=links.reply_to(attempt_id) if to_family else None,
        unsubscribe_url=links.unsubscribe(message.address_id) if to_family and message.address_id else None,
    )  # fmt: skip


def state_of(session: Session, message_id: int) -> MessageState | None:
    """The state that a message is in now; None where it is no longer there."""
    return session.scalar(select(Message.state).where(Message.id == message_id))


def call(providers: Providers, outgoing: Outgoing) -> Accepted | ProviderError:
    """Hand it to the provider, with no transaction open. Whatever else goes wrong in there leaves it unclear."""
    try:
        return providers.of(outgoing.channel).send(outgoing)
    except ProviderError as error:
        return error
    except Exception as error:
        # It may have left before the fault: unclear is the only honest answer.
        log.exception("provider call failed", attempt_id=outgoing.attempt_id, channel=outgoing.channel.value)
        return Unclear("fault", type(error).__name__)
