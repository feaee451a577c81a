"""The board of questions by how their clocks stand: counted whole, shown in parts, paged by key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import SQLColumnExpression

from models import Department, Request, RequestState
from models.base import LARGEST_ID
from outreach.access.scope import visible_families
from outreach.access.viewer import Viewer
from outreach.effective import effective_config
from outreach.errors import NotFound
from outreach.language import _
from outreach.schooltime import local_moment, zones_of_schools

from .waiting import FoundRow, Rows, WaitingRequest, describe, seen_requests

DAY = timedelta(days=1)


class ClockState(StrEnum):
    """The sections, in the order in which they want an eye."""

    OVER = "over"
    SOON = "soon"
    """Due before the school's day ends, or past the goal."""
    IN_TIME = "in-time"
    NO_DUE_TIME = "no-due-time"
    """The calendar ends before it."""
    ENDED = "ended"
    """Answered or closed lately: within the days in which the family's next message opens it again."""


class Whose(StrEnum):
    MINE = "mine"
    SCHOOL = "school"
    """Of the schools at which the viewer works."""
    NOBODY = "nobody"
    EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True)
class BoardFilter:
    whose: Whose = Whose.EVERYBODY
    department: Department | None = None
    school_id: int | None = None
    past_mark: bool = False
    """Only what a counselor should know of by now."""


@dataclass(frozen=True, slots=True)
class Section:
    state: ClockState
    count: int
    rows: tuple[WaitingRequest, ...]
    after: str | None
    """The key from which the next page goes on; None: there is no more."""


@dataclass(frozen=True, slots=True)
class BoardCounts:
    """Open questions that the viewer may see, before any filter."""

    everybody: int
    mine: int
    school: int
    nobody: int
    over: int
    past_mark: int


@dataclass(frozen=True, slots=True)
class Board:
    sections: tuple[Section, ...]
    counts: BoardCounts

    @property
    def shown(self) -> int:
        return sum(len(section.rows) for section in self.sections)

    @property
    def open_ones(self) -> int:
        """How many open questions pass the filter."""
        return sum(section.count for section in self.sections if section.state is not ClockState.ENDED)


def board(
    session: Session, viewer: Viewer, now: datetime, wanted: BoardFilter, *,
    only: ClockState | None = None, after: str | None = None, size: int,
) -> Board:  # fmt: skip
    """The first ``size`` questions of every section; or, with ``only``, of that one from the key ``after`` on.

    The longest over first, then what is due soonest; without due time the oldest first; of those ended the newest.
    A fixed number of statements, however many questions and rows. Raises :class:`NotFound` for a key that
    :attr:`Section.after` never gave.
    """
    states = _conditions(session, now)
    passes = _passes(viewer, wanted, now)
    counts, in_section = _counted(session, viewer, states, passes, now)
    sections = [only] if only is not None else list(ClockState)
    found: list[FoundRow] = []
    ends: dict[ClockState, tuple[int, str | None]] = {}
    for state in sections:
        rows = session.execute(_page(viewer, state, states[state], passes, after, size)).all()
        ends[state] = len(found), _key(state, rows[size - 1]) if len(rows) > size else None
        found.extend(rows[:size])
    described = describe(session, viewer, found, now)
    starts = [*(start for start, _more in ends.values()), len(found)]
    return Board(
        tuple(
            Section(state, in_section[state], tuple(described[starts[place] : starts[place + 1]]), ends[state][1])
            for place, state in enumerate(sections)
        ),
        counts,
    )


def owns_open(session: Session, viewer: Viewer) -> bool:
    """Whether ``viewer`` has an open question of their own."""
    own = select(Request.id).where(Request.state == RequestState.OPEN, _of(viewer, Whose.MINE))
    return session.scalar(own.limit(1)) is not None


def _conditions(session: Session, now: datetime) -> Mapping[ClockState, ColumnElement[bool]]:
    opened = Request.state == RequestState.OPEN
    soon = or_(Request.goal_at <= now, _due_today(session, now))
    lately = now - timedelta(days=effective_config(session, now).cadence.requests.reopen_within_days)
    return {
        ClockState.OVER: and_(opened, Request.due_at < now),
        ClockState.SOON: and_(opened, Request.due_at >= now, soon),
        ClockState.IN_TIME: and_(opened, Request.due_at >= now, ~func.coalesce(soon, False)),
        ClockState.NO_DUE_TIME: and_(opened, Request.due_at.is_(None)),
        ClockState.ENDED: and_(Request.state != RequestState.OPEN, _ended_at() >= lately),
    }


def _due_today(session: Session, now: datetime) -> ColumnElement[bool]:
    """Before midnight on the school's own wall."""
    schools: defaultdict[ZoneInfo, list[int]] = defaultdict(list)
    for school_id, zone in zones_of_schools(session).items():
        schools[zone].append(school_id)
    ends = {zone: local_moment(now.astimezone(zone).date() + DAY, time.min, zone) for zone in schools}
    return or_(
        *(and_(Request.school_id.in_(ids), Request.due_at < ends[zone]) for zone, ids in schools.items()),
    ) if schools else Request.id.is_(None)  # fmt: skip


def _passes(viewer: Viewer, wanted: BoardFilter, now: datetime) -> ColumnElement[bool]:
    parts = [_of(viewer, wanted.whose)]
    if wanted.department is not None:
        parts.append(Request.department == wanted.department)
    if wanted.school_id is not None:
        parts.append(Request.school_id == wanted.school_id)
    if wanted.past_mark:
        parts.append(Request.counselor_at < now)
    return and_(*parts)


def _of(viewer: Viewer, whose: Whose) -> ColumnElement[bool]:
    if whose is Whose.MINE:
        return func.coalesce(Request.owner_staff_id, 0) == (viewer.staff_id or -1)
    if whose is Whose.SCHOOL:
        return Request.school_id.in_(viewer.school_ids)
    return Request.owner_staff_id.is_(None) if whose is Whose.NOBODY else true()


def _counted(
    session: Session, viewer: Viewer, states: Mapping[ClockState, ColumnElement[bool]], passes: ColumnElement[bool],
    now: datetime,
) -> tuple[BoardCounts, dict[ClockState, int]]:  # fmt: skip
    """Every figure of the page, in one statement."""
    opened = Request.state == RequestState.OPEN
    figures = [
        opened, and_(opened, _of(viewer, Whose.MINE)), and_(opened, _of(viewer, Whose.SCHOOL)),
        and_(opened, _of(viewer, Whose.NOBODY)), states[ClockState.OVER], and_(opened, Request.counselor_at < now),
        *(and_(states[state], passes) for state in ClockState),
    ]  # fmt: skip
    row = session.execute(
        select(*(func.coalesce(func.sum(case((figure, 1), else_=0)), 0) for figure in figures)).where(
            or_(opened, states[ClockState.ENDED]), Request.family_id.in_(visible_families(viewer))
        )
    ).one()
    numbers = [int(number) for number in row]
    return BoardCounts(*numbers[:6]), dict(zip(ClockState, numbers[6:], strict=True))


def _ended_at() -> SQLColumnExpression[datetime | None]:
    return func.coalesce(Request.closed_at, Request.answered_at)


def _ordered_by(state: ClockState) -> SQLColumnExpression[datetime | None]:
    """The moment by which a section is ordered; of those ended the latest first, of all others the earliest."""
    if state is ClockState.ENDED:
        return _ended_at()
    return func.coalesce(Request.reopened_at, Request.opened_at) if state is ClockState.NO_DUE_TIME else Request.due_at


def _page(
    viewer: Viewer, state: ClockState, holds: ColumnElement[bool], passes: ColumnElement[bool], after: str | None,
    size: int,
) -> Rows:  # fmt: skip
    """One more row than is shown tells whether there are more."""
    moment, newest_first = _ordered_by(state), state is ClockState.ENDED
    page = seen_requests(viewer).where(holds, passes).limit(size + 1)
    if after is not None:
        at, number = _read_key(after)
        beyond, further = (moment < at, Request.id < number) if newest_first else (moment > at, Request.id > number)
        page = page.where(or_(beyond, and_(moment == at, further)))
    return page.order_by(moment.desc(), Request.id.desc()) if newest_first else page.order_by(moment, Request.id)


def _key(state: ClockState, row: FoundRow) -> str:
    request = row[0]
    if state is ClockState.ENDED:
        at = request.closed_at or request.answered_at
    else:
        at = (request.reopened_at or request.opened_at) if state is ClockState.NO_DUE_TIME else request.due_at
    assert at is not None
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%S.%f}-{request.id}"


def _read_key(after: str) -> tuple[datetime, int]:
    try:
        at, number = after.split("-")
        if int(number) > LARGEST_ID:
            raise ValueError("no row has it")
        return datetime.strptime(at, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC), int(number)
    except ValueError:
        raise NotFound(_("This page of the list does not exist; open the list again.")) from None
