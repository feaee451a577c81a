"""The night gives every open question an owner who is there and has to do with the child."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from models import (
    Assignment,
    Department,
    Enrollment,
    FamilyMember,
    JsonObject,
    Request,
    RequestEvent,
    RequestEventKind,
    RequestState,
    Section,
    Staff,
    StaffRole,
    StaffSchool,
    Student,
)
from outreach.access.scope import on_caseload
from outreach.schooltime import school_years, zones_of_schools

from .events import record_event
from .families import students_of_family
from .owners import TEACHING_ROLES, in_force, local_day, owner_for

BY_HAND = "handed_over"
"""Why a question has another owner: a person decided it."""
GIVEN_BY_HAND = (RequestEventKind.HANDED_OVER, RequestEventKind.TAKEN, RequestEventKind.HOSTILE)
OWNER_AWAY, NO_LONGER_TEACHES, STUDENT_MOVED = "owner_away", "no_longer_teaches", "student_moved"
"""And what the night found."""


def rehome_requests(session: Session, now: datetime) -> int:
    """Give open requests that have no living owner a new one; gives how many moved.

    Nightly, after the roster. Moved are those whose student went to another school (they go along, to an owner
    there), whose owner is away, has left or was never set, and those to teaching whose owner taught the child and no
    longer does; the last only in term, for in the summer nobody teaches, and not where a person handed the question
    to that teacher. The due time stays, and it uses up no hand-over of the department. The new owner's morning e-mail
    names it.
    """
    found: dict[int, tuple[Request, str, int]] = {}
    for request, school_id in _moved_schools(session):
        found[request.id] = (request, STUDENT_MOVED, school_id)
    for request in session.scalars(_without_living_owner()):
        found.setdefault(request.id, (request, OWNER_AWAY, request.school_id))
    for request in _taught_no_longer(session, now):
        found.setdefault(request.id, (request, NO_LONGER_TEACHES, request.school_id))
    return sum(_give(session, *found[request_id], now) for request_id in sorted(found))


def _open_ones() -> Select[Request]:
    return select(Request).where(Request.state == RequestState.OPEN).order_by(Request.id)


def _without_living_owner() -> Select[Request]:
    return _open_ones().outerjoin(Staff, Staff.id == Request.owner_staff_id).where(
        or_(Staff.id.is_(None), Staff.active.is_(False), Staff.left_on.is_not(None), Staff.leave_from.is_not(None))
    )  # fmt: skip


def _moved_schools(session: Session) -> list[tuple[Request, int]]:
    """Open requests whose students are all at other schools now, each with the school of the first."""
    here = exists().where(_about(), Student.school_id == Request.school_id)
    elsewhere = exists().where(_about(), Student.school_id != Request.school_id)
    rows = session.scalars(_open_ones().where(elsewhere, ~here)).all()
    return [(request, _school_now(session, request)) for request in rows]


def _school_now(session: Session, request: Request) -> int:
    if request.student_id is not None:
        return session.get_one(Student, request.student_id).school_id
    return next(one.school_id for one in students_of_family(session, request.family_id) if one.active)


def _about() -> ColumnElement[bool]:
    """The present student whom a request is about; where it names none, each of its family."""
    members = select(FamilyMember.student_id).where(
        FamilyMember.family_id == Request.family_id, FamilyMember.until_on.is_(None)
    )
    named_or_all = or_(
        Student.id == Request.student_id, and_(Request.student_id.is_(None), Student.id.in_(members.correlate(Request)))
    )
    return and_(Student.active, named_or_all)


def _taught_no_longer(session: Session, now: datetime) -> list[Request]:
    """One statement for each local date that the schools of the district have at this moment."""
    schools: defaultdict[date, list[int]] = defaultdict(list)
    for school_id, zone in zones_of_schools(session).items():
        schools[now.astimezone(zone).date()].append(school_id)
    found: list[Request] = []
    for on, ids in schools.items():
        in_term = [school_id for school_id, year in school_years(session, on, ids).items() if year.in_term]
        candidates = (
            _open_ones()
            .join(Staff, Staff.id == Request.owner_staff_id)
            .where(
                Request.school_id.in_(in_term), Request.department == Department.TEACHING,
                Staff.role == StaffRole.TEACHER, _taught(), ~_has_to_do_with(on),
            )
        )  # fmt: skip
        found.extend(session.scalars(candidates))
    chosen = _chosen_by_hand(session, found)
    return [request for request in found if chosen.get(request.id) != request.owner_staff_id]


def _taught() -> ColumnElement[bool]:
    """The owner taught the child at some time, by name or in a section; whenever that was."""
    enrolled = exists().where(Enrollment.section_id == Assignment.section_id, Enrollment.student_id == Student.id)
    return exists().where(
        Assignment.staff_id == Request.owner_staff_id, Assignment.role.in_(TEACHING_ROLES), _about(),
        or_(Assignment.student_id == Student.id, enrolled.correlate(Assignment, Student)),
    )  # fmt: skip


def _has_to_do_with(on: date) -> ColumnElement[bool]:
    """The owner has the child today: by name, in a section, or on a caseload, in whatever role."""
    enrolled = exists().where(
        Enrollment.section_id == Assignment.section_id, Enrollment.student_id == Student.id, Enrollment.active,
        Section.id == Enrollment.section_id, Section.active,
        or_(Enrollment.begins_on.is_(None), Enrollment.begins_on <= on),
        or_(Enrollment.ends_on.is_(None), Enrollment.ends_on > on),
    )  # fmt: skip
    return exists().where(
        Assignment.staff_id == Request.owner_staff_id, in_force(on), _about(),
        or_(Assignment.student_id == Student.id, enrolled.correlate(Assignment, Student), on_caseload()),
    )  # fmt: skip


def _chosen_by_hand(session: Session, requests: list[Request]) -> Mapping[int, object]:
    """Request to the person whom somebody last handed it to, or who took it, where that was not taken back."""
    events = session.execute(
        select(RequestEvent.request_id, RequestEvent.kind, RequestEvent.detail)
        .where(
            RequestEvent.request_id.in_([request.id for request in requests]),
            RequestEvent.kind.in_((*GIVEN_BY_HAND, RequestEventKind.GIVEN_BACK)),
        )
        .order_by(RequestEvent.id)
    )
    found: dict[int, object] = {}
    for request_id, kind, detail in events:
        if kind is RequestEventKind.GIVEN_BACK:
            found.pop(request_id, None)
        elif detail is not None and detail.get("because") == BY_HAND:
            found[request_id] = detail.get("to_staff")
    return found


def _give(session: Session, request: Request, because: str, school_id: int, now: datetime) -> bool:
    """To the owner whom the rules name; True where that is another, or another school's question now."""
    before, school_before = request.owner_staff_id, request.school_id
    stays = because == OWNER_AWAY or (because == STUDENT_MOVED and _works_at(session, before, school_id))
    owner = owner_for(
        session, request.family_id, request.student_id, request.department, local_day(session, school_id, now),
        first_choice=before if stays else None, school_id=school_id,
    )  # fmt: skip
    if owner is None or (owner, school_id) == (before, school_before):
        return False
    request.owner_staff_id, request.school_id = owner, school_id
    detail: JsonObject = {"because": because, "from_staff": before, "to_staff": owner}
    if school_id != school_before:
        detail |= {"from_school": school_before, "to_school": school_id}
    record_event(session, request, RequestEventKind.HANDED_OVER, now, account_id=None, detail=detail)
    return True


def _works_at(session: Session, staff_id: int | None, school_id: int) -> bool:
    place = select(StaffSchool.staff_id).where(StaffSchool.staff_id == staff_id, StaffSchool.school_id == school_id)
    return session.scalar(place) is not None
