"""The sandbox's page: what it was asked to send, and the word that a family writes back there by hand."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from models import Audience, Channel, DeliveryAttempt, Message, SandboxMessage
from outreach.access import NotAllowed, Viewer, audit, visible_families
from outreach.errors import NotFound
from outreach.language import _, number

from ...errors import DeliveryRefused
from ...inbound.keep import keep
from .advance import reply

LONGEST_REPLY = 1600
"""What one text may hold at the providers, in letters."""


def outbox(session: Session, viewer: Viewer, limit: int = 200) -> list[SandboxMessage]:
    """What the sandbox was asked to send, newest first, to families that ``viewer`` may see and to the viewer's own
    staff member; all of it for who administers the district."""
    return list(session.scalars(_seen_by(viewer).order_by(SandboxMessage.id.desc()).limit(limit)))


def to_families(session: Session, rows: Sequence[SandboxMessage]) -> frozenset[int]:
    """Those of ``rows`` (their ids) that went to families, who may write back."""
    found = session.scalars(
        select(SandboxMessage.id)
        .join(DeliveryAttempt, DeliveryAttempt.id == SandboxMessage.attempt_id)
        .join(Message, Message.id == DeliveryAttempt.message_id)
        .where(SandboxMessage.id.in_([row.id for row in rows]), Message.audience == Audience.FAMILY)
    )
    return frozenset(found)


def write_back(
    session: Session, viewer: Viewer, message_id: int, words: str, key: str, now: datetime,
    channels: Collection[Channel] = (Channel.SMS, Channel.EMAIL),
) -> int | None:  # fmt: skip
    """Hand in ``words`` as if the address that this message went to had answered it; the id of what was kept.

    ``key`` was made with the form: sent twice it is one answer, and None. Only for who administers, and only for a
    message that the viewer may see on one of ``channels``: those on which nothing leaves this machine, so that nobody
    mistakes a word tried out for a family's. Does not commit. Raises :class:`~outreach.access.NotAllowed`,
    :class:`~outreach.errors.NotFound` or :class:`~outreach.delivery.errors.DeliveryRefused`.
    """
    if not viewer.administers:
        raise NotAllowed(_("Only administrators try out what families write."))
    row = session.scalar(_seen_by(viewer).where(SandboxMessage.id == message_id, SandboxMessage.channel.in_(channels)))
    if row is None:
        raise NotFound(_("There is no such message in the sandbox."))
    said = words.strip()
    if not said:
        raise DeliveryRefused(_("Write what the family says."))
    if len(said) > LONGEST_REPLY:
        raise DeliveryRefused(
            _(
                "A text holds at most %(most)s letters; this has %(count)s.", most=number(LONGEST_REPLY),
                count=number(len(said)),
            )
        )  # fmt: skip
    audit(session, viewer, "write_back", "sandbox_message", row.id, now)
    return keep(session, reply(row, f"by-hand-{key}", said, now), now)


def _seen_by(viewer: Viewer) -> Select[SandboxMessage]:
    rows = select(SandboxMessage)
    if viewer.sees_district:
        return rows
    mine = (
        select(DeliveryAttempt.id)
        .join(Message, Message.id == DeliveryAttempt.message_id)
        .where(or_(Message.family_id.in_(visible_families(viewer)), _to_staff(viewer)))
    )
    return rows.where(SandboxMessage.attempt_id.in_(mine))


def _to_staff(viewer: Viewer) -> ColumnElement[bool]:
    return and_(Message.audience == Audience.STAFF, Message.staff_id == viewer.staff_id)
