"""What follows tonight from somebody's leave or departure: whose the work becomes, counted before the night does it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from models import Case, CaseState, Outreach, OutreachState, Request, RequestState, Staff
from outreach.planning.assign import present_staff
from outreach.planning.states import NOT_LEFT
from outreach.schooltime import district_day

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Moves:
    """What the next night hands on of one person's work."""

    questions: int
    cases: int
    suggestions: int
    to: str | None
    """Who stands in; None: each goes to whoever comes next (the school's fallback, the counselors' list)."""

    @property
    def any(self) -> bool:
        return bool(self.questions or self.cases or self.suggestions)


def what_moves(session: Session, staff_id: int, now: datetime) -> Moves | None:
    """What the night after ``now`` takes from ``staff_id``, by leave and departure as they stand in this transaction;
    None: the person is there that day, and nothing moves."""
    day = district_day(session, now) + ONE_DAY
    stands_in = present_staff(session, day).get(staff_id)
    if stands_in == staff_id:
        return None
    other = session.get(Staff, stands_in) if stands_in else None
    suggested = (
        select(func.count())
        .select_from(Outreach)
        .where(
            Outreach.staff_id == staff_id, Outreach.state.in_(NOT_LEFT), Outreach.state != OutreachState.SCHEDULED,
            Outreach.rule != "by_hand",
        )
    )  # fmt: skip
    return Moves(
        _count(session, select(func.count()).where(Request.owner_staff_id == staff_id, OPEN_REQUEST)),
        _count(session, select(func.count()).where(Case.claimed_by == staff_id, Case.state == CaseState.OPEN)),
        _count(session, suggested),
        other.display_name if other is not None else None,
    )  # fmt: skip


OPEN_REQUEST = Request.state == RequestState.OPEN


def _count(session: Session, statement: Select[int]) -> int:
    return session.scalar(statement) or 0
