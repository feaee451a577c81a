"""One attempt at one message: asked and committed before the call, called without a transaction, told afterwards."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from uuid import uuid4

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from config.tuning import SendingRules
from models import (
    Address,
    AttemptResult,
    Audience,
    DeliveryAttempt,
    Family,
    Message,
    MessageState,
    Staff,
)

from .claim import TOO_LATE
from .errors import ProviderDown, ProviderError, RefusedForGood, RefusedForNow, Unclear
from .gate import Never, NotBefore, SendNow, decide
from .gate_facts import facts_for
from .pauses import open_channels, pause_provider
from .providers.base import Accepted, Outgoing, Providers
from .receipts import apply_early_receipts
from .refusals import note_refusal
from .states import move
from .stop import stopped

log = structlog.get_logger(__name__)

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)


def begin(
    session: Session, message_id: int, worker: str, providers: Providers, rules: SendingRules, now: datetime
) -> Outgoing | None:
    """Ask the gate and, on its yes, write ``sending`` with a new attempt: one transaction, which the caller commits.

    It holds the family's and the address's row, so that two workers cannot both take the last place under a cap.
    None where the message is no longer this worker's, where a stop or a pause came since it was claimed, or where the
    gate said no or not yet; the message then says so.
    """
    message = session.scalar(
        select(Message)
        .where(
            Message.id == message_id,
            Message.state == MessageState.SCHEDULED,
            Message.claimed_by == worker,
            Message.channel.in_(open_channels(session, providers, now)),
            ~stopped(),
        )
        .with_for_update(of=Message)
    )
    if message is None or (message.lease_until is not None and message.lease_until <= now):
        return None
    if not _passes(session, message, providers, rules, now):
        message.claimed_by, message.lease_until = None, None
        session.flush()
        return None
    return _sending(session, message, providers.of(message.channel).name, rules, now)


def _passes(session: Session, message: Message, providers: Providers, rules: SendingRules, now: datetime) -> bool:
    if message.audience is not Audience.FAMILY:
        return _goes_to_staff(session, message, now)
    # Not FOR UPDATE: rows that only point to the family (a score, a new intent) need not wait for us.
    session.execute(select(Family.id).where(Family.id == message.family_id).with_for_update(key_share=True))
    session.execute(select(Address.id).where(Address.id == message.address_id).with_for_update(key_share=True))
    match decide(facts_for(session, message, now, rules, providers.live), now, rules):
        case SendNow():
            return True
        case NotBefore(at, because):
            message.due_at, message.state_reason = at, because
        case Never(because):
            stale = message.expires_at is not None and now >= message.expires_at
            move(message, MessageState.EXPIRED if stale else MessageState.SKIPPED, because)
    return False


def _goes_to_staff(session: Session, message: Message, now: datetime) -> bool:
    """Digests, alerts and letters about an account know no window and no cap; only their time, and a reader."""
    if message.expires_at is not None and now >= message.expires_at:
        move(message, MessageState.EXPIRED, TOO_LATE)
        return False
    reader = session.get(Staff, message.staff_id) if message.staff_id is not None else None
    if message.audience is Audience.STAFF and reader is not None and not reader.active:
        move(message, MessageState.SKIPPED, "Its reader no longer works here.")
        return False
    return True


def _sending(session: Session, message: Message, provider: str, rules: SendingRules, now: datetime) -> Outgoing:
    attempt_id = uuid4().hex
    deadline = now + timedelta(seconds=rules.attempt_deadline_seconds)
    message.attempt_id, message.provider, message.sent_at = attempt_id, provider, now
    message.attempts += 1
    message.lease_until = max(deadline, now + timedelta(seconds=rules.lease_seconds))
    move(message, MessageState.SENDING)
    session.add(
        DeliveryAttempt(id=attempt_id, message_id=message.id, provider=provider, started_at=now, deadline_at=deadline)
    )
    session.flush()
    return Outgoing(
        attempt_id=attempt_id, channel=message.channel, to_value=message.to_value, title=message.title,
        body=message.body, body_html=message.body_html, now=now,
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


def finish(
    session: Session, outgoing: Outgoing, answer: Accepted | ProviderError, rules: SendingRules, now: datetime
) -> MessageState:
    """Write what the provider said; the caller commits. A receipt that came first is not undone by it."""
    attempt = session.get_one(DeliveryAttempt, outgoing.attempt_id)
    message = session.get_one(Message, attempt.message_id, with_for_update=True, populate_existing=True)
    attempt.ended_at = now
    if isinstance(answer, Accepted):
        attempt.result, attempt.provider_id = AttemptResult.ACCEPTED, answer.provider_id
        message.provider_id = answer.provider_id
        if move(message, MessageState.ACCEPTED):
            message.accepted_at = now
        message.lease_until = None
        session.flush()
        apply_early_receipts(session, message, now)
    else:
        attempt.error_code, attempt.error = answer.code, answer.words
        message.error_code = answer.code
        _refused(session, message, attempt, answer, rules, now)
    session.flush()
    return message.state


def _refused(
    session: Session,
    message: Message,
    attempt: DeliveryAttempt,
    error: ProviderError,
    rules: SendingRules,
    now: datetime,
) -> None:
    message.lease_until = None
    match error:
        case RefusedForGood():
            attempt.result = AttemptResult.REFUSED_FOR_GOOD
            move(message, MessageState.FAILED, note_refusal(session, message, error, now))
        case RefusedForNow():
            attempt.result = AttemptResult.REFUSED_FOR_NOW
            _again_later(session, message, rules, now)
        case ProviderDown():
            attempt.result = AttemptResult.TECHNICAL
            pause_provider(session, attempt.provider, f"{attempt.provider} refuses us: {error.words}.", now, None)
            _again_later(session, message, rules, now, counts=False)
        case _:
            attempt.result = AttemptResult.UNKNOWN
            move(message, MessageState.UNKNOWN, "We do not know whether this left; it is being checked.")


def _again_later(
    session: Session, message: Message, rules: SendingRules, now: datetime, *, counts: bool = True
) -> None:
    """Back to scheduled, later each time, with jitter; after the limit it has failed."""
    if counts and message.attempts >= rules.retry_limit:
        move(message, MessageState.FAILED, "The provider was too busy, again and again.")
        return
    wait = min(FIRST_WAIT * 2 ** (message.attempts - 1), LONGEST_WAIT)
    jitter = random.uniform(0.5, 1.0)  # noqa: S311  # spreads retries; nothing secret depends on it
    if not move(message, MessageState.SCHEDULED, "The provider was busy; it is tried again."):
        return  # a receipt has proved meanwhile that it was taken
    message.sent_at, message.claimed_by, message.due_at = None, None, now + wait * jitter
