"""Everything planned for the families a viewer sees: a teacher's own, a counselor's school, the whole district.

Each part is read by key: a page of it begins after the last card of the page before, whatever came in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import SQLCoreOperations

from models import Channel, FamilyMember, Outreach, OutreachState, Staff, Student
from outreach.access import Viewer, visible_families

from .acts import allowed
from .cards import cards
from .channel import SENT
from .dispatch import BY_HAND
from .ready import LACKS
from .states import NOT_LEFT, ON_ITS_WAY, UNDER_WAY
from .undelivered import DID_NOT_GO, not_gone
from .views import Card, PlanDay, PlanPage, PlanPerson

ENDED_DAYS = 14
A_PAGE = 20
"""Cards on a page of one part."""
AT_FIRST = 10
"""Cards of each part where all parts stand together; of the suggestions a page."""
Keys = tuple[SQLCoreOperations[Any], ...]
NO_DAY = "9999-12-31"
"""Sorts what has no time set behind every day."""


class Part(StrEnum):
    SUGGESTED = "suggested"
    UNDER_WAY = "under_way"
    NOT_GONE = "not_gone"
    UNASSIGNED = "unassigned"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class PlanFilters:
    """What of the plan is asked for; nothing set: all that the viewer sees."""

    own: bool = False
    """Only what is on the viewer's own list."""
    school_id: int | None = None
    staff_id: int | None = None
    day: date | None = None
    """By the family's clock."""
    channel: Channel | None = None

    @property
    def narrowed(self) -> bool:
        return self != PlanFilters(own=self.own)


EVERYTHING = PlanFilters()


@dataclass(frozen=True, slots=True)
class Slice:
    """A page of one part."""

    cards: tuple[Card, ...]
    after: int | None
    """The next page begins after this outreach; None: this is the last."""


def plan_page(session: Session, viewer: Viewer, now: datetime, filters: PlanFilters = EVERYTHING) -> PlanPage:
    """The first cards of each part: suggestions and what is under way by day; who has nobody (for administrators);
    what did not go, and what ended in 14 days."""
    found = {
        part: _rows(session, viewer, now, part, filters, None, A_PAGE if part is Part.SUGGESTED else AT_FIRST)
        for part in Part
    }
    every = [row for rows, _after in found.values() for row in rows]
    made = {card.outreach_id: card for card in cards(session, every, now)}
    of = {part: tuple(made[row.id] for row in rows) for part, (rows, _after) in found.items()}
    return PlanPage(
        suggested=by_day(of[Part.SUGGESTED]), under_way=by_day(of[Part.UNDER_WAY]), unassigned=of[Part.UNASSIGNED],
        ended=of[Part.ENDED], not_gone=of[Part.NOT_GONE],
        ready=count_of(session, open_suggestions(viewer, filters).where(LACKS.is_(None))),
        after={part.value: after for part, (_rows_of_it, after) in found.items() if after is not None},
    )  # fmt: skip


def plan_part(
    session: Session, viewer: Viewer, now: datetime, part: Part, filters: PlanFilters = EVERYTHING, *,
    after: int | None = None, limit: int = A_PAGE,
) -> Slice:  # fmt: skip
    """A page of one part, of what comes after the outreach ``after`` in its order."""
    rows, following = _rows(session, viewer, now, part, filters, after, limit)
    return Slice(cards(session, rows, now), following)


def _rows(
    session: Session, viewer: Viewer, now: datetime, part: Part, filters: PlanFilters, after: int | None, limit: int
) -> tuple[Sequence[Outreach], int | None]:
    """A page of one part, and after which of it the next one begins."""
    if part is Part.UNASSIGNED and not viewer.administers:
        return (), None
    keys, newest_first = _order(part)
    statement = _statement(viewer, now, part, filters)
    last = _key_of(session, keys, after)
    if last is not None:
        here = tuple_(*keys)
        statement = statement.where(here < last if newest_first else here > last)
    ordered = statement.order_by(*(key.desc() if newest_first else key for key in keys))
    rows = session.scalars(ordered.limit(limit + 1)).all()
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def plan_card(session: Session, viewer: Viewer, outreach_id: int, now: datetime) -> Card:
    """One touch as its own page shows it. Raises ``NotFound`` and ``NotAllowed``."""
    row = allowed(session, viewer, session.get(Outreach, outreach_id))
    (card,) = cards(session, [row], now)
    return card


def plan_of_family(session: Session, viewer: Viewer, family_id: int, now: datetime) -> tuple[Card, ...]:
    """What is on its way to this family, and what lately did not arrive, as far as this viewer's plan holds it."""
    lately = _began() > now - timedelta(days=ENDED_DAYS)
    sent_or_not = or_(Outreach.state.in_(ON_ITS_WAY), and_(Outreach.state.in_(DID_NOT_GO), lately))
    its = _mine(viewer).where(Outreach.family_id == family_id, Outreach.channel.in_(SENT), sent_or_not)
    newest_first = its.order_by(Outreach.send_at.desc(), Outreach.id.desc()).limit(A_PAGE)
    return cards(session, session.scalars(newest_first).all(), now)


def days_planned(session: Session, viewer: Viewer, now: datetime, filters: PlanFilters) -> list[date]:
    """The days, by the families' own clocks, for which something is suggested or under way; to choose among."""
    open_ones = _narrow(_mine(viewer), viewer, filters).where(
        Outreach.state.in_((OutreachState.SUGGESTED, *UNDER_WAY)), Outreach.local_time.is_not(None)
    )
    return sorted(date.fromisoformat(day) for day in session.scalars(open_ones.with_only_columns(_day()).distinct()))


def open_suggestions(viewer: Viewer | None, filters: PlanFilters = EVERYTHING) -> Select[Outreach]:
    """Every suggestion that may be approved with others, whoever has it, as far as ``filters`` show it; without a
    viewer the whole district's."""
    statement = select(Outreach) if viewer is None else _narrow(_mine(viewer), viewer, filters)
    return statement.where(Outreach.state == OutreachState.SUGGESTED, Outreach.rule != BY_HAND)


def by_day(shown: Sequence[Card]) -> tuple[PlanDay, ...]:
    """In the order given, grouped by the family's own day, and in it by whose touch it is; what has no time last."""
    return tuple(
        PlanDay(day, its, tuple(PlanPerson(*who, tuple(theirs)) for who, theirs in groupby(its, key=_person)))
        for day, its in ((day, tuple(group)) for day, group in groupby(shown, key=_day_of))
    )


def _person(card: Card) -> tuple[int | None, str | None]:
    return card.staff_id, card.staff_name


def _day_of(card: Card) -> date | None:
    return card.local_time.date() if card.local_time else None


def _order(part: Part) -> tuple[Keys, bool]:
    """What a part is sorted by, down to the id, and whether the newest stands first."""
    if part in (Part.SUGGESTED, Part.UNDER_WAY):
        name = func.coalesce(select(Staff.display_name).where(Staff.id == Outreach.staff_id).scalar_subquery(), "")
        return (_day(), name, func.coalesce(Outreach.staff_id, 0), Outreach.id), False
    if part is Part.UNASSIGNED:
        return (Outreach.id,), False
    return (_began(), Outreach.id), True


def _key_of(
    session: Session, keys: Keys, after: int | None
) -> tuple[object, ...] | None:  # fmt: skip
    """Where the page before ended, as it stands now: no name of anybody is carried in an address."""
    if after is None:
        return None
    row = session.execute(select(*keys).where(Outreach.id == after)).first()
    return tuple(row) if row is not None else None


def _statement(viewer: Viewer, now: datetime, part: Part, filters: PlanFilters) -> Select[Outreach]:
    which: dict[Part, tuple[ColumnElement[bool], ...]] = {
        Part.SUGGESTED: (Outreach.state == OutreachState.SUGGESTED, Outreach.staff_id.is_not(None)),
        Part.UNDER_WAY: (Outreach.state.in_(UNDER_WAY),),
        Part.NOT_GONE: (not_gone(now),),
        Part.UNASSIGNED: (Outreach.state.in_(NOT_LEFT), Outreach.staff_id.is_(None)),
        Part.ENDED: (
            Outreach.state.not_in((*NOT_LEFT, *UNDER_WAY)), ~not_gone(now),
            _began() > now - timedelta(days=ENDED_DAYS),
        ),
    }  # fmt: skip
    return _narrow(_mine(viewer), viewer, filters).where(*which[part])


def _narrow(statement: Select[Outreach], viewer: Viewer, filters: PlanFilters) -> Select[Outreach]:
    if filters.own:
        statement = statement.where(Outreach.staff_id == viewer.staff_id)
    if filters.staff_id is not None:
        statement = statement.where(Outreach.staff_id == filters.staff_id)
    if filters.day is not None:
        statement = statement.where(_day() == filters.day.isoformat())
    if filters.channel is not None:
        statement = statement.where(Outreach.channel == filters.channel)
    if filters.school_id is not None:
        there = (
            select(FamilyMember.family_id)
            .join(Student, Student.id == FamilyMember.student_id)
            .where(FamilyMember.until_on.is_(None), Student.school_id == filters.school_id)
        )
        statement = statement.where(Outreach.family_id.in_(there))
    return statement


def _mine(viewer: Viewer) -> Select[Outreach]:
    statement = select(Outreach).where(Outreach.family_id.in_(visible_families(viewer)))
    return statement if viewer.sees_risk else statement.where(Outreach.staff_id == viewer.staff_id)


def _day() -> ColumnElement[str]:
    return func.coalesce(func.substr(Outreach.local_time, 1, 10), NO_DAY)


def _began() -> ColumnElement[datetime]:
    return func.coalesce(Outreach.send_at, Outreach.created_at)


def count_of(session: Session, statement: Select[Outreach]) -> int:
    return session.scalar(select(func.count()).select_from(statement.subquery())) or 0
