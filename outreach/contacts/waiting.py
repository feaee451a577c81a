"""What families wait for: open questions, whose they are, and how their clocks stand."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from models import (
    Department,
    Family,
    FamilyMember,
    Guardian,
    Request,
    RequestState,
    School,
    Staff,
    Student,
)
from outreach.access.scope import visible_families
from outreach.access.viewer import Viewer
from outreach.language import said
from outreach.schooltime import hours_book, school_days_between, zones_of_schools

from .answers import JOINED_TO_EARLIER, OPENING_UNDONE
from .clock import read_clock
from .events import versions_of
from .withheld import withheld_questions


@dataclass(frozen=True)
class WaitingRequest:
    """One question, nearly always an open one, as a row on a page. Moments in UTC, to be shown in ``zone``."""

    request_id: int
    family_id: int
    family_name: str
    guardian_id: int | None
    guardian_name: str | None
    students: tuple[str, ...]
    """Given names of the family's present students, or of the one that it is about."""
    language: str | None
    """The guardian's."""
    school_id: int
    school_name: str
    department: Department
    owner_staff_id: int | None
    owner_name: str | None
    """None stands on the administrator's list of questions without owner."""
    mine: bool
    """The viewer owns it."""
    question: str
    opened_at: datetime
    reopened_at: datetime | None
    goal_at: datetime | None
    due_at: datetime | None
    counselor_at: datetime | None
    zone: str
    minutes_left: int | None
    """Open minutes until due; negative once over; None without a due time."""
    clock: str
    """"3 h left", "2 h over"."""
    over: bool
    past_goal: bool
    for_counselor: bool
    """Past the counselor's five business days."""
    sentence: str
    """The clock with its unit in full: "2 school hours over"."""
    version: int
    """Its newest step: a form that is sent from this row names it."""
    school_days: int | None
    """School days since it was asked; None without a calendar."""
    withheld: bool = False
    """``question`` is what stands for words that the viewer does not read."""
    hostile: bool = False
    """An administrator has it because of how the family wrote."""
    ended_at: datetime | None = None
    """When it was answered or closed; None while it is open."""
    no_answer_needed: str | None = None
    """Why it was closed without an answer, as :func:`why_no_answer` has it."""


@dataclass(frozen=True)
class WaitingCounts:
    waiting: int
    over: int
    for_counselor: int
    mine: int
    mine_over: int
    without_owner: int
    without_due_time: int


def waiting_requests(session: Session, viewer: Viewer, now: datetime) -> list[WaitingRequest]:
    """Every open question that ``viewer`` may see: the longest over first, then what is due soonest.

    Those without a due time (past the calendar's end) come last, oldest first. A fixed number of statements, however
    many rows. A page shows :func:`~outreach.contacts.board.board`, which cuts.
    """
    return _read(session, viewer, now, _open_ones(viewer))


def waiting_on(session: Session, viewer: Viewer, now: datetime) -> list[WaitingRequest]:
    """The open questions that ``viewer`` owns, in the same order."""
    return _read(session, viewer, now, _open_ones(viewer).where(Request.owner_staff_id == viewer.staff_id))


def waiting_of_family(session: Session, viewer: Viewer, family_id: int, now: datetime) -> list[WaitingRequest]:
    """One family's open questions; empty where the viewer may not see the family."""
    return _read(session, viewer, now, _open_ones(viewer).where(Request.family_id == family_id))


def waiting_counts(rows: Sequence[WaitingRequest]) -> WaitingCounts:
    """The figures above a list of waiting requests, from its own rows."""
    return WaitingCounts(
        waiting=len(rows), over=sum(row.over for row in rows), for_counselor=sum(row.for_counselor for row in rows),
        mine=sum(row.mine for row in rows), mine_over=sum(row.mine and row.over for row in rows),
        without_owner=sum(row.owner_staff_id is None for row in rows),
        without_due_time=sum(row.due_at is None for row in rows),
    )  # fmt: skip


Rows = Select[Request, Family, School, Guardian | None, Staff | None]
FoundRow = Row[Request, Family, School, Guardian | None, Staff | None]


def seen_requests(viewer: Viewer) -> Rows:
    """Every question that ``viewer`` may see, with what a row of it names; to narrow down and order."""
    return (
        select(Request, Family, School, Guardian, Staff)
        .join(Family, Family.id == Request.family_id)
        .join(School, School.id == Request.school_id)
        .outerjoin(Guardian, Guardian.id == Request.guardian_id)
        .outerjoin(Staff, Staff.id == Request.owner_staff_id)
        .where(Request.family_id.in_(visible_families(viewer)))
    )


def _open_ones(viewer: Viewer) -> Rows:
    return (
        seen_requests(viewer)
        .where(Request.state == RequestState.OPEN)
        .order_by(Request.due_at.is_(None), Request.due_at, Request.opened_at, Request.id)
    )


def _read(session: Session, viewer: Viewer, now: datetime, statement: Rows) -> list[WaitingRequest]:
    return describe(session, viewer, session.execute(statement).all(), now)


def describe(session: Session, viewer: Viewer, found: Sequence[FoundRow], now: datetime) -> list[WaitingRequest]:
    """Rows of :func:`seen_requests` as a page shows them, in their order: a fixed number of statements."""
    school_ids = {school.id for _request, _family, school, _guardian, _owner in found}
    book, zones = hours_book(session, school_ids), zones_of_schools(session, school_ids)
    requests = [request for request, *_ in found]
    names, withheld = _students(session, requests), withheld_questions(session, viewer, requests)
    versions = versions_of(session, [request.id for request in requests])
    rows = []
    for request, family, school, guardian, owner in found:
        hours = book.of(school.id, request.department)
        reading = read_clock(hours, request.due_at, now)
        asked_at = request.reopened_at or request.opened_at
        rows.append(
            WaitingRequest(
                request_id=request.id, family_id=family.id, family_name=family.name, guardian_id=request.guardian_id,
                guardian_name=person(guardian), students=names.get(request.id, ()),
                language=guardian.language if guardian else None, school_id=school.id, school_name=school.name,
                department=request.department, owner_staff_id=request.owner_staff_id,
                owner_name=owner.display_name if owner else None,
                mine=viewer.staff_id is not None and request.owner_staff_id == viewer.staff_id,
                question=said(withheld.get(request.id, request.question)), opened_at=request.opened_at,
                reopened_at=request.reopened_at, goal_at=request.goal_at, due_at=request.due_at,
                counselor_at=request.counselor_at, zone=zones[school.id].key, minutes_left=reading.minutes,
                clock=reading.words, over=reading.over,
                past_goal=request.goal_at is not None and request.goal_at < now,
                for_counselor=request.counselor_at is not None and request.counselor_at < now,
                sentence=reading.sentence, version=versions.get(request.id, 0),
                school_days=school_days_between(hours, asked_at, now) if hours else None,
                withheld=request.id in withheld, hostile=request.hostile_at is not None,
                ended_at=None if request.state is RequestState.OPEN else request.closed_at or request.answered_at,
                no_answer_needed=why_no_answer(request, withheld),
            )
        )  # fmt: skip
    return rows


def person(guardian: Guardian | None) -> str | None:
    """A guardian's name as staff read it; no title is ever guessed."""
    if guardian is None:
        return None
    return f"{guardian.preferred_name or guardian.given_name} {guardian.family_name}".strip()


def _students(session: Session, requests: Sequence[Request]) -> dict[int, tuple[str, ...]]:
    """Given names for each request: of its own student, else of the family's present ones."""
    members = session.execute(
        select(FamilyMember.family_id, Student.id, Student.preferred_name, Student.given_name)
        .join(Student, Student.id == FamilyMember.student_id)
        .where(FamilyMember.until_on.is_(None), FamilyMember.family_id.in_({request.family_id for request in requests}))
        .order_by(FamilyMember.family_id, Student.id)
    ).all()
    return {
        request.id: tuple(
            preferred or given
            for family_id, student_id, preferred, given in members
            if family_id == request.family_id and request.student_id in (None, student_id)
        )
        for request in requests
    }


def why_no_answer(request: Request, withheld: Collection[int]) -> str | None:
    """Why a question was closed without an answer; None where none is given, or where it is not the viewer's to read:
    what staff wrote about one of ``withheld`` may tell its words. Our own reasons tell nothing of it."""
    ours = request.no_answer_needed in (JOINED_TO_EARLIER, OPENING_UNDONE)
    return request.no_answer_needed if ours or request.id not in withheld else None
