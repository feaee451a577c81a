"""Nobody's work is left with somebody who is not there: cases, scheduled messages and open suggestions, each night.

Requests go to their new owners by :func:`outreach.contacts.rehome_requests`. The new owner is told by the morning
e-mail, which lists what is new to its reader.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import Session

from models import (
    District,
    Family,
    FamilyMember,
    Outreach,
    OutreachState,
    School,
    Staff,
    Student,
)
from outreach.contacts import rehome_requests
from outreach.language import N_, kept
from outreach.risk import hand_on_cases

from .assign import present_staff
from .dispatch import out_of_outbox
from .errors import NotPossibleNow
from .states import NOT_LEFT, Step, take

SENDER_LEFT = N_("%(name)s has left; the message did not go out.")
STUDENT_LEFT = N_("The student has left the school.")


@dataclass(frozen=True, slots=True)
class OwnerFigures:
    requests: int = 0
    """Open requests that have a new owner."""
    cases: int = 0
    """Claimed cases handed on, or released to the counselors' list."""
    families: int = 0
    """Families with a new owning counselor."""
    cancelled: int = 0
    """Scheduled messages of people who have left."""
    suggestions: int = 0
    """Open suggestions handed to who stands in, or put on the administrators' unassigned list."""

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


def find_living_owners(session: Session, now: datetime) -> OwnerFigures:
    """Hand on what belongs to people who have left or are on leave. Safe to repeat; does not commit.

    To the substitute, else the school's named fallback. A departed sender's scheduled messages are cancelled, and
    say why; those of somebody on leave go out, for the words were theirs. So are those to families without a present
    student: graduates and withdrawn students get nothing further.
    """
    requests = rehome_requests(session, now)
    zone = session.scalar(select(District.timezone))
    today = now.astimezone(ZoneInfo(zone) if zone else ZoneInfo("UTC")).date()
    present = present_staff(session, today)
    gone = {staff_id for staff_id, stands_in in present.items() if stands_in != staff_id}
    cancelled = _cancel_scheduled(session, today, now)
    suggestions = _hand_on_suggestions(session, present, gone)
    return OwnerFigures(
        requests, _cases(session, present, gone, now), _families(session, present, today), cancelled, suggestions
    )


def _cancel_scheduled(session: Session, today: date, now: datetime) -> int:
    """Messages not yet gone whose sender has left, or whose family has no student here any more."""
    left = _who_left(today)
    with_students = (
        select(FamilyMember.family_id)
        .join(Student, Student.id == FamilyMember.student_id)
        .where(FamilyMember.until_on.is_(None), Student.active)
    )
    rows = session.execute(
        select(Outreach, Staff.display_name, Outreach.staff_id.in_(left))
        .outerjoin(Staff, Staff.id == Outreach.staff_id)
        .where(
            Outreach.state.in_((OutreachState.SCHEDULED, OutreachState.APPROVED)),
            or_(Outreach.staff_id.in_(left), Outreach.family_id.not_in(with_students)),
        )
    ).all()  # fmt: skip
    cancelled = 0
    for row, name, sender_left in rows:
        why = kept(SENDER_LEFT, name=name) if sender_left else STUDENT_LEFT
        try:
            out_of_outbox(session, row, why, now)
        except NotPossibleNow:
            continue  # it is leaving this very moment
        cancelled += take(session, row, Step.CANCEL, state_reason=why)
    return cancelled


def _who_left(today: date) -> Select[int]:
    return select(Staff.id).where(or_(Staff.active.is_(False), Staff.left_on <= today))


def _hand_on_suggestions(session: Session, present: Mapping[int, int | None], gone: set[int]) -> int:
    """To who stands in; where nobody does, to the unassigned list, from which an administrator assigns it."""
    moved = 0
    rows = select(Outreach).where(Outreach.state.in_(NOT_LEFT), Outreach.staff_id.in_(gone), Outreach.rule != "by_hand")
    for row in session.scalars(rows):
        if row.state is OutreachState.SCHEDULED:
            continue
        stands_in = present.get(row.staff_id or 0)
        row.staff_id = stands_in
        moved += 1
    session.flush()
    return moved


def _cases(session: Session, present: Mapping[int, int | None], gone: set[int], now: datetime) -> int:
    """Claimed by somebody who is away: to the substitute, else back on the counselors' list."""
    return hand_on_cases(session, {away: present.get(away) for away in gone}, now)


def _families(session: Session, present: Mapping[int, int | None], today: date) -> int:
    """The owning counselor has left: to the substitute, else to the school's fallback. Leave changes nothing here."""
    fallback = dict(session.execute(select(School.id, School.fallback_staff_id)).all())
    owners = session.scalars(
        select(Family.owner_staff_id).where(Family.owner_staff_id.in_(_who_left(today))).distinct()
    ).all()
    moved = 0
    for owner in owners:
        substitute = present.get(owner or 0)
        for school_id, named in fallback.items():
            moved += _give(session, owner, school_id, substitute or present.get(named or 0))
    return moved


def _give(session: Session, owner: int | None, school_id: int, to: int | None) -> int:
    at_school = (
        select(FamilyMember.family_id)
        .join(Student, Student.id == FamilyMember.student_id)
        .where(FamilyMember.until_on.is_(None), Student.school_id == school_id)
    )
    found = session.scalars(
        update(Family)
        .where(Family.owner_staff_id == owner, Family.id.in_(at_school))
        .values(owner_staff_id=to)
        .returning(Family.id)
        .execution_options(synchronize_session=False)
    )
    return len(found.all())
