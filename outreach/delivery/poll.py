"""Asking the provider where it does not tell by itself: texts that stay silent, and what families wrote.

With a public address receipts and texts come in by webhook, and this only catches what went astray: a text accepted
``poll_after_minutes`` ago that has not ended, and family texts that came while we could not be reached. Without one it
is the only way in, and so asks sooner. A status is the same event however it was heard (see the provider's
``receipt_of``), and a family's text is kept once by its id, so both ways together change nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from models import Channel, DeliveryAttempt, InboundMessage, Message, MessageState, SenderPace
from outreach.effective import effective_config

from .errors import LookupFailed
from .inbound.incoming import Incoming
from .inbound.keep import keep
from .pauses import allowance
from .providers.base import CanLookUp, Providers
from .receipts import apply_receipt
from .rhythm import due_again, take_turn
from .steps import Step, step

log = structlog.get_logger(__name__)
Clock = Callable[[], datetime]

AT_A_TIME = 20
"""Texts asked about in one round; the next comes within seconds."""
PATIENCE = timedelta(seconds=10)
"""No new question is begun after that, so that sending does not wait for a slow lookup."""
SOON, LONGEST_SOON = timedelta(minutes=1), timedelta(hours=1)
"""Without a public address: first asked, and most rarely."""
LONGEST_AGAIN = timedelta(hours=6)
"""With one, most rarely; first after ``poll_after_minutes``."""
LISTEN_EVERY = timedelta(seconds=30)
"""Without a public address: between two looks for families' texts, over all workers."""
CATCH_UP_EVERY = timedelta(minutes=15)
"""With one."""
OVERLAP = timedelta(minutes=10)
"""Looked at again each time: a text may stand in the list later than its own time says."""


@dataclass(frozen=True, slots=True)
class PollFigures:
    """What one round heard."""

    asked: int = 0
    """Texts asked about."""
    receipts: int = 0
    """Of them, with news."""
    heard: int = 0
    """Families' texts that were not known yet."""


def poll(sessions: sessionmaker[Session], providers: Providers, clock: Clock) -> PollFigures:
    """One round. Any number of workers may do it at once; each step is one transaction, and none spans a question."""
    line = providers.by_channel.get(Channel.SMS)
    if line is None or not isinstance(line, CanLookUp):
        return PollFigures()
    told = providers.links.public_url is not None or Channel.SMS not in providers.live
    asked, receipts = _ask_about_silent(sessions, line, line.name, told, clock)
    return PollFigures(asked, receipts, _listen(sessions, line, line.name, told, clock()))


def _ask_about_silent(
    sessions: sessionmaker[Session], line: CanLookUp, name: str, told: bool, clock: Clock
) -> tuple[int, int]:
    began, asked, receipts = clock(), 0, 0
    while asked < AT_A_TIME and clock() - began < PATIENCE:
        turn = _next(sessions, name, told, clock())
        if turn is None:
            break
        asked += 1
        attempt_id, provider_id = turn
        try:
            found = line.status_of(provider_id)
        except LookupFailed as failed:
            log.warning("poll failed", attempt_id=attempt_id, code=str(failed))
            break
        receipt = line.receipt_of(found, attempt_id) if found is not None else None
        if receipt is not None:
            with step(sessions, Step.POLL) as session:
                receipts += apply_receipt(session, receipt, clock())
    return asked, receipts


def _next(sessions: sessionmaker[Session], name: str, told: bool, now: datetime) -> tuple[str, str] | None:
    """The attempt to ask about, for this worker alone, with the provider's id of it; none while it is paused."""
    with step(sessions, Step.POLL) as session:
        if allowance(session, name, now) == 0:
            return None
        rules = effective_config(session, now).cadence.sending
        silence = timedelta(minutes=rules.poll_after_minutes) if told else SOON
        again = due_again(now, silence, LONGEST_AGAIN if told else LONGEST_SOON)
        due = (
            select(DeliveryAttempt.id)
            .join(Message, Message.attempt_id == DeliveryAttempt.id)
            .where(
                Message.state == MessageState.ACCEPTED, Message.channel == Channel.SMS, Message.provider == name,
                Message.provider_id.is_not(None), Message.accepted_at <= now - silence,
                Message.accepted_at > now - timedelta(hours=rules.poll_for_hours), again,
            )
            .order_by(Message.accepted_at, DeliveryAttempt.id)
        )  # fmt: skip
        attempt_id = take_turn(session, due, again, now)
        if attempt_id is None:
            return None
        provider_id = session.scalar(select(Message.provider_id).where(Message.attempt_id == attempt_id))
        return (attempt_id, provider_id) if provider_id is not None else None


def _listen(sessions: sessionmaker[Session], line: CanLookUp, name: str, told: bool, now: datetime) -> int:
    """Keep what families wrote since we last looked; how many texts were not known yet.

    How far we have looked stands in the database, so that one worker's look serves all; it moves only once everything
    is kept. It begins with the first look: what came to this number before that was for somebody else.
    """
    with step(sessions, Step.POLL) as session:
        if allowance(session, name, now) == 0:
            return 0
        looked = session.get(SenderPace, _ear(name))
        since = looked.free_at if looked is not None else now
        if looked is not None and since > now - (CATCH_UP_EVERY if told else LISTEN_EVERY):
            return 0
    try:
        came = line.received_since(since - OVERLAP)
    except LookupFailed as failed:
        log.warning("listening failed", provider=name, code=str(failed))
        return 0
    new = 0
    for one in _unknown(sessions, came):
        with step(sessions, Step.INBOUND_KEPT) as session:
            new += keep(session, one, now) is not None
    with step(sessions, Step.POLL) as session:
        _looked_until(session, _ear(name), now)
    return new


def _unknown(sessions: sessionmaker[Session], came: Sequence[Incoming]) -> list[Incoming]:
    with sessions() as session:
        ids = [one.provider_id for one in came]
        known: set[str] = set()
        for start in range(0, len(ids), 500):
            here = InboundMessage.provider_id.in_(ids[start : start + 500])
            known |= set(session.scalars(select(InboundMessage.provider_id).where(here)))
    return [one for one in came if one.provider_id not in known]


def _ear(name: str) -> str:
    """The row that says up to when families' texts were looked for."""
    return f"{name}|heard"


def _looked_until(session: Session, ear: str, now: datetime) -> None:
    looked = session.get(SenderPace, ear, with_for_update=True, populate_existing=True)
    if looked is not None:
        looked.free_at = max(looked.free_at, now)
        return
    try:
        with session.begin_nested():
            session.add(SenderPace(sender=ear, free_at=now))
    except IntegrityError:  # another worker looked for the first time at the same moment
        return
