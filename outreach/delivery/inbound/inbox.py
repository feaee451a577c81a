"""The inbox of what no family was found for, and who may see what of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from models import (
    Account,
    AccountRole,
    Channel,
    InboundMessage,
    InboundReading,
    InboundState,
    InboundWait,
    Message,
    Staff,
)
from outreach.access import Viewer, require_role, visible_families
from outreach.access.guarded import KEPT, guarded_inbound
from outreach.errors import NotFound
from outreach.language import N_, _

from .senders import families_of_address
from .their_words import words_of

READERS = (AccountRole.ADMINISTRATOR, AccountRole.DISTRICT_ADMINISTRATOR, AccountRole.RECORDER)
"""Those who know a school's families: a number that nobody has is shown to them at every school."""
PAGE_SIZE = 50
NO_WORDS = N_("(no words)")


@dataclass(frozen=True, slots=True)
class Letter:
    """One message of the inbox, as this viewer reads it."""

    id: int
    channel: Channel
    from_value: str
    received_at: datetime
    words: str
    """Or the sentence that stands for them."""
    withheld: bool
    because: InboundWait | None
    read_as: InboundReading | None
    state: InboundState
    note: str | None
    """A colleague's words, or a kept sentence of ours."""
    handled_at: datetime | None
    handled_by: str | None
    family_id: int | None


@dataclass(frozen=True, slots=True)
class Inbox:
    letters: tuple[Letter, ...]
    total: int
    """On all pages."""
    after: int | None
    """What to ask the next page with: the id of the last message shown; None: there are no more."""


def inbox(
    session: Session, viewer: Viewer, state: InboundState = InboundState.NEW, after: int | None = None
) -> Inbox:  # fmt: skip
    """What waits for a person (``NEW``), was set aside, or was matched by a person, fifty a page; of the first the
    oldest first. ``after`` is :attr:`Inbox.after` of the page before, also where that message was placed since.

    Raises :class:`~outreach.access.NotAllowed` for anybody but :data:`READERS`.
    """
    require_role(viewer, *READERS)
    wanted = seen_by(viewer).where(InboundMessage.state == state)
    if state is InboundState.MATCHED:
        wanted = wanted.where(InboundMessage.handled_at.is_not(None))
    total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    place = tuple_(InboundMessage.received_at, InboundMessage.id)
    oldest_first = state is InboundState.NEW
    if after is not None:
        last = tuple_(
            select(InboundMessage.received_at).where(InboundMessage.id == after).scalar_subquery(), literal(after)
        )
        wanted = wanted.where(place > last if oldest_first else place < last)
    order = [each if oldest_first else each.desc() for each in (InboundMessage.received_at, InboundMessage.id)]
    rows = session.scalars(wanted.order_by(*order).limit(PAGE_SIZE + 1)).all()
    shown = rows[:PAGE_SIZE]
    return Inbox(
        tuple(_letters(session, viewer, shown)), total, shown[-1].id if len(rows) > PAGE_SIZE else None
    )  # fmt: skip


def inbox_count(session: Session, viewer: Viewer) -> int:
    """How many messages wait for a person that this viewer may place; 0 for who may not."""
    if not viewer.roles & frozenset(READERS):
        return 0
    waiting = seen_by(viewer).where(InboundMessage.state == InboundState.NEW)
    return session.scalar(select(func.count()).select_from(waiting.subquery())) or 0


def letter(session: Session, viewer: Viewer, inbound_id: int) -> Letter:
    """One message of the inbox. Raises :class:`~outreach.errors.NotFound` also for one that is not this viewer's."""
    return _letters(session, viewer, [find(session, viewer, inbound_id)])[0]


def find(session: Session, viewer: Viewer, inbound_id: int, *, hold: bool = False) -> InboundMessage:
    """The message itself; ``hold`` keeps its row until the transaction ends. Raises as :func:`letter` does."""
    require_role(viewer, *READERS)
    wanted = seen_by(viewer).where(InboundMessage.id == inbound_id)
    found = session.scalar(wanted.with_for_update(of=InboundMessage) if hold else wanted)
    if found is None:
        raise NotFound(_("There is no such message, or it is a family’s whom you do not work with."))
    return found


def seen_by(viewer: Viewer) -> Select[InboundMessage]:
    """The messages in the inbox that ``viewer`` may place: those that may be of a family that it may see, and those
    that may be of no family here at all. One whose family was found: those who may see that family."""
    standing = or_(InboundMessage.state != InboundState.MATCHED, InboundMessage.handled_at.is_not(None))
    wanted = select(InboundMessage).where(InboundMessage.read_at.is_not(None), standing)
    if viewer.sees_district:
        return wanted
    # Named once and used twice: SQLite's parser takes only so much nesting.
    visible = visible_families(viewer).cte("visible_family")
    may_be = families_of_address(InboundMessage.address_id)
    answered = select(Message.family_id).where(Message.id == InboundMessage.answers_message_id)
    anybodys = or_(exists(may_be), exists(answered), InboundMessage.family_id.is_not(None))
    theirs = visible.c.id == InboundMessage.family_id
    may_be_theirs = exists().where(or_(visible.c.id.in_(may_be), visible.c.id.in_(answered), theirs))
    matched = InboundMessage.state == InboundState.MATCHED
    return wanted.where(or_(and_(matched, exists().where(theirs)), and_(~matched, or_(may_be_theirs, ~anybodys))))


def _letters(session: Session, viewer: Viewer, rows: Sequence[InboundMessage]) -> list[Letter]:
    kept = set(session.scalars(guarded_inbound(viewer).where(_among(rows))))
    people = session.execute(
        select(Account.id, func.coalesce(Staff.display_name, Account.email))
        .outerjoin(Staff, Staff.id == Account.staff_id)
        .where(Account.id.in_({row.handled_by for row in rows} - {None}))
    )
    names = dict(people.all())
    return [
        Letter(
            row.id, row.channel, row.from_value, row.received_at,
            _(KEPT) if row.id in kept else words_of(row) or _(NO_WORDS), row.id in kept, row.waits_because, row.read_as,
            row.state, row.note, row.handled_at, names.get(row.handled_by or 0), row.family_id,
        )
        for row in rows
    ]  # fmt: skip


def _among(rows: Sequence[InboundMessage]) -> ColumnElement[bool]:
    return InboundMessage.id.in_([row.id for row in rows])
