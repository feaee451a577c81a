"""How sending stands, for administrators: providers, the queue, what a person is asked, and the outbox line by line.

Nowhere with a message's words: who may read those reads them on the family's own page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, case, func, or_, select, true
from sqlalchemy.orm import Session

from models import (
    AddressKind,
    AttemptResult,
    Audience,
    Channel,
    DeliveryAttempt,
    Family,
    Message,
    MessageKind,
    MessageState,
    PauseKind,
    ProviderPause,
    School,
)
from outreach.access import ADMINISTRATORS, NotAllowed, Viewer, audit, visible_families
from outreach.access.grants import require_role
from outreach.language import N_, _, said

from .breaker import Rate, rates
from .ledger import masked
from .pauses import SPOKEN, resume_providers

PAGE = 50
ASKED_SHOWN = 100


@dataclass(frozen=True, slots=True)
class ProviderHealth:
    provider: str
    spoken: str
    channels: tuple[Channel, ...]
    """That go through it now."""
    pause: ProviderPause | None
    rate: Rate
    """Of the calls of the breaker's last minutes."""
    last_success_at: datetime | None

    @property
    def needs_person(self) -> bool:
        """It refuses us, and nothing but a person's resuming ends the pause."""
        return self.pause is not None and self.pause.kind is PauseKind.CREDENTIALS

    def paused_at(self, now: datetime) -> bool:
        """Nothing goes through it at ``now``; after a pause for errors a few messages try first."""
        return self.pause is not None and (self.pause.until_at is None or self.pause.until_at > now)


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """Messages to families and staff that have not come to an end."""

    waiting: int
    due: int
    oldest_due_at: datetime | None
    sending: int
    unknown: int
    """Being checked at the provider."""
    asked: int
    """Of the unknown, those that wait for a person."""


@dataclass(frozen=True, slots=True)
class OutboxLine:
    """One message, without its words."""

    message_id: int
    attempt_id: str | None
    family_id: int | None
    family_name: str | None
    school_name: str | None
    channel: Channel
    kind: MessageKind
    shown: str
    """The address, but for most of it."""
    state: MessageState
    reason: str | None
    """A kept sentence."""
    due_at: datetime
    sent_at: datetime | None
    asked_at: datetime | None
    attempts: int
    stands_in: bool
    """It goes in place of one that could not reach another address."""


@dataclass(frozen=True, slots=True)
class OutboxPage:
    lines: tuple[OutboxLine, ...]
    before: int | None
    """Where older ones begin; None: these are the oldest."""


def provider_healths(
    session: Session, viewer: Viewer, by_channel: Mapping[Channel, str], now: datetime
) -> list[ProviderHealth]:
    """Each provider in use or paused, and how its last calls went. Raises :class:`NotAllowed`."""
    require_role(viewer, *ADMINISTRATORS)
    pauses = {one.provider: one for one in session.scalars(select(ProviderPause))}
    lately = rates(session, now)
    names = sorted({*by_channel.values(), *pauses})
    worked = session.execute(
        select(DeliveryAttempt.provider, func.max(DeliveryAttempt.ended_at, type_=DeliveryAttempt.ended_at.type))
        .where(DeliveryAttempt.provider.in_(names), DeliveryAttempt.result == AttemptResult.ACCEPTED)
        .group_by(DeliveryAttempt.provider)
    )
    last = {row.provider: row[1] for row in worked}
    return [
        ProviderHealth(
            name, _(SPOKEN.get(name, name)), tuple(channel for channel, its in by_channel.items() if its == name),
            pauses.get(name), lately.get(name, Rate(0, 0)), last.get(name),
        )
        for name in names
    ]  # fmt: skip


def resume_by_hand(session: Session, viewer: Viewer, now: datetime) -> list[str]:
    """An administrator of the district has mended what providers refused; the providers that go on. Does not commit.

    Raises :class:`NotAllowed` for anybody else.
    """
    if not viewer.sees_district:
        raise NotAllowed(_("Only an administrator of the district resumes a provider."))
    resumed = resume_providers(session, now)
    for provider in resumed:
        audit(session, viewer, "resume_provider", "provider", None, now, detail={"provider": provider})
    return resumed


def queue_figures(session: Session, viewer: Viewer, now: datetime) -> QueueFigures:
    """What has not come to an end, of the district or of the viewer's schools. Raises :class:`NotAllowed`."""
    require_role(viewer, *ADMINISTRATORS)
    due = and_(Message.state == MessageState.SCHEDULED, Message.due_at <= now)
    asked = and_(Message.state == MessageState.UNKNOWN, Message.person_asked_at.is_not(None))
    row = session.execute(
        select(
            _sum(Message.state == MessageState.SCHEDULED), _sum(due),
            func.min(case((due, Message.due_at)), type_=Message.due_at.type),
            _sum(Message.state == MessageState.SENDING),
            _sum(and_(Message.state == MessageState.UNKNOWN, Message.person_asked_at.is_(None))), _sum(asked),
        ).where(
            Message.state.in_((MessageState.SCHEDULED, MessageState.SENDING, MessageState.UNKNOWN)), _mine(viewer)
        )
    ).one()  # fmt: skip
    return QueueFigures(*row)


def asked_of_people(session: Session, viewer: Viewer) -> Sequence[OutboxLine]:
    """Messages of which nothing at the provider can prove any more what became of them, longest waiting first.

    The verb for the person's answer is :func:`~outreach.delivery.unknown.settle_unknown`. Raises
    :class:`NotAllowed`.
    """
    require_role(viewer, *ADMINISTRATORS)
    return _lines(
        session,
        and_(Message.state == MessageState.UNKNOWN, Message.person_asked_at.is_not(None), _mine(viewer)),
        Message.person_asked_at, limit=ASKED_SHOWN,
    )  # fmt: skip


def outbox_page(
    session: Session, viewer: Viewer, state: MessageState | None = None, before: int | None = None
) -> OutboxPage:
    """Messages to families that ``viewer`` may see, newest first; ``before`` is the id that a page before ended with.

    Raises :class:`NotAllowed` for whoever administers nothing.
    """
    require_role(viewer, *ADMINISTRATORS)
    wanted = and_(
        Message.audience == Audience.FAMILY,
        Message.state == state if state is not None else true(),
        Message.id < before if before is not None else true(),
        true() if viewer.sees_district else Message.family_id.in_(visible_families(viewer)),
    )
    lines = _lines(session, wanted, Message.id.desc(), limit=PAGE + 1)
    return OutboxPage(tuple(lines[:PAGE]), lines[PAGE - 1].message_id if len(lines) > PAGE else None)


def pauses_in_words(session: Session, now: datetime) -> list[str]:
    """One sentence for each provider that nothing goes through now: what it carries, why, and when it is tried."""
    paused = session.scalars(
        select(ProviderPause)
        .where(or_(ProviderPause.until_at.is_(None), ProviderPause.until_at > now))
        .order_by(ProviderPause.provider)
    )
    return [_(PAUSED.get(one.provider, MESSAGES_PAUSED), why=said(one.why)) for one in paused]


PAUSED = {"twilio": N_("Texts are paused: %(why)s"), "sendgrid": N_("E-mails are paused: %(why)s")}
MESSAGES_PAUSED = N_("Messages are paused: %(why)s")


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _mine(viewer: Viewer) -> ColumnElement[bool]:
    """Messages of the viewer's schools; those without a school are the district's."""
    return true() if viewer.sees_district else Message.school_id.in_(viewer.school_ids)


def _lines(
    session: Session, wanted: ColumnElement[bool], order: SQLColumnExpression[Any], *, limit: int
) -> list[OutboxLine]:
    rows = session.execute(
        select(Message, Family.name, School.name)
        .outerjoin(Family, Family.id == Message.family_id)
        .outerjoin(School, School.id == Message.school_id)
        .where(wanted)
        .order_by(order, Message.id)
        .limit(limit)
    )
    return [
        OutboxLine(
            message.id, message.attempt_id, message.family_id, family, school, message.channel, message.kind,
            masked(AddressKind(message.to_kind), message.to_value), message.state, message.state_reason,
            message.due_at, message.sent_at, message.person_asked_at, message.attempts,
            message.fallback_of_id is not None,
        )
        for message, family, school in rows
    ]  # fmt: skip
