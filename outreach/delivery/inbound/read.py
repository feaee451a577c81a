"""Take what was kept for what it is: in a transaction of its own, again until it works, and never lost."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from models import InboundMessage, InboundState, InboundWait

from ..links import Links
from ..providers.base import Providers
from ..steps import Step, step
from .keep import handed_in
from .place import own_words, place, watch
from .route import origin_of

log = structlog.get_logger(__name__)
MOST_READS = 5
"""After as many that failed a person reads it."""
WAITS = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
)
"""How long the worker leaves a message to the webhook that kept it, and then after each time that reading failed."""
BATCH = 50


def read(sessions: sessionmaker[Session], inbound_id: int, providers: Providers, now: datetime) -> None:
    """Take one kept message for what it is, once; a repeat changes nothing. Commits by itself.

    Never raises for what a message says: where reading fails nothing of it is done, the worker tries again, and after
    :data:`MOST_READS` times the message waits for a person with its words as they came.
    """
    _read(sessions, inbound_id, providers, now, wait=True)


def read_waiting(sessions: sessionmaker[Session], clock: Callable[[], datetime], providers: Providers) -> int:
    """Read what was kept and not read: its process died, or reading failed a while ago; how many were tried.

    Any number of workers may do so at once; each message is read by one of them.
    """
    now = clock()
    with sessions() as session:
        due = session.scalars(
            select(InboundMessage.id)
            .where(InboundMessage.read_at.is_(None), or_(*(_is_due(reads, now) for reads in range(MOST_READS))))
            .order_by(InboundMessage.received_at, InboundMessage.id)
            .limit(BATCH)
        ).all()
    for inbound_id in due:
        _read(sessions, inbound_id, providers, clock(), wait=False)
    return len(due)


def _is_due(reads: int, now: datetime) -> ColumnElement[bool]:
    since = func.coalesce(InboundMessage.tried_at, InboundMessage.received_at)
    return and_(InboundMessage.reads == reads, since <= now - WAITS[reads])


def _read(sessions: sessionmaker[Session], inbound_id: int, providers: Providers, now: datetime, *, wait: bool) -> None:
    try:
        with step(sessions, Step.INBOUND_READ) as session:
            inbound = _held(session, inbound_id, wait=wait)
            if inbound is None:
                return
            inbound.reads += 1
            place(session, inbound, origin_of(session, inbound), providers, now)
            inbound.read_at = now
            log.info(
                "inbound read", inbound_id=inbound_id, read_as=inbound.read_as, state=inbound.state, reads=inbound.reads
            )
    except Exception:
        log.exception("inbound not read", inbound_id=inbound_id)
        _alert_all_the_same(sessions, inbound_id, providers.links, now)
        _failed(sessions, inbound_id, now)


def _held(session: Session, inbound_id: int, *, wait: bool) -> InboundMessage | None:
    """The message, its row held, where nobody has read it; another worker's is left to it unless ``wait``."""
    return session.scalar(
        select(InboundMessage)
        .where(InboundMessage.id == inbound_id, InboundMessage.read_at.is_(None))
        .with_for_update(skip_locked=not wait)
        .execution_options(populate_existing=True)
    )


def _alert_all_the_same(sessions: sessionmaker[Session], inbound_id: int, links: Links, now: datetime) -> None:
    """Words of danger do not wait until reading works; if even our own cannot be told from them, all are searched."""
    try:
        with sessions.begin() as session:
            inbound = _held(session, inbound_id, wait=True)
            if inbound is None:
                return
            with suppress(Exception), session.begin_nested():
                inbound.body = own_words(session, inbound, origin_of(session, inbound), links)
            watch(session, inbound, None, now)
    except Exception:
        log.exception("inbound not searched for words of danger", inbound_id=inbound_id)


def _failed(sessions: sessionmaker[Session], inbound_id: int, now: datetime) -> None:
    """Count it; at the limit a person gets it. Where even that fails, the worker comes back to it as it stands."""
    try:
        with sessions.begin() as session:
            inbound = _held(session, inbound_id, wait=True)
            if inbound is None:
                return
            inbound.reads += 1
            inbound.tried_at = now
            if inbound.reads >= MOST_READS:
                inbound.body = handed_in(inbound).body
                inbound.state, inbound.waits_because = InboundState.NEW, InboundWait.UNREADABLE
                inbound.read_at = now
    except SQLAlchemyError:
        log.exception("inbound not counted", inbound_id=inbound_id)
