"""Whom a colleague answers for: given by the student system, or by an administrator's hand and then ended by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from models import Assignment, AssignmentRole, AuditEvent, JsonObject, School, Section, Student
from outreach.errors import NotFound
from outreach.language import _

from .administration import AdministrationRefused
from .assignable import Target, check_mine, check_target, is_mine, student_words
from .audit import audit
from .staff import one_of_staff
from .viewer import Viewer

END, LAST_ON = "end_assignment", "last_on"
"""In the trail: what happened, and the last day it had before."""
OF_LISTS = "list:"
"""Begins the sourced id of what ``import staff`` brought (:mod:`outreach.roster.departures`)."""
HISTORY = 50
"""Assignments that are over and still shown."""
UNDONE_WITHIN = timedelta(days=1)
"""How long the end of an assignment can be taken back; later it is given anew."""


class Origin(StrEnum):
    ROSTER = "roster"
    LIST = "list"
    HAND = "hand"


@dataclass(frozen=True, slots=True)
class Held:
    """One assignment as the person's page shows it: at a school that is not the viewer's, the school and role alone."""

    id: int
    role: AssignmentRole
    yours: bool
    """At one of the viewer's schools: names whom, and can be ended."""
    student: str | None
    section: str | None
    school: str
    grade: str | None
    surname_from: str | None
    surname_to: str | None
    from_on: date | None
    last_on: date | None
    """The last day it holds; None while it lasts."""
    origin: Origin
    over: bool


def assignments_of(session: Session, viewer: Viewer, staff_id: int) -> Sequence[Held]:
    """What a colleague holds now or soon, and the last that are over. Raises :class:`~outreach.errors.NotFound`."""
    one_of_staff(session, viewer, staff_id)
    over = or_(Assignment.active.is_(False), Assignment.until_on <= viewer.on)
    rows = session.execute(
        select(Assignment, Student, Section.title, School.id, School.name, over)
        .outerjoin(Student, Student.id == Assignment.student_id)
        .outerjoin(Section, Section.id == Assignment.section_id)
        .outerjoin(School, School.id == func.coalesce(Assignment.school_id, Section.school_id, Student.school_id))
        .where(Assignment.staff_id == staff_id)
        .order_by(over, School.name, Section.title, Assignment.id)
    ).all()
    held = [
        _held(found, student, section, school, is_over)
        if is_mine(viewer, at) else _held_elsewhere(found, school, is_over)
        for found, student, section, at, school, is_over in rows
    ]  # fmt: skip
    past = [one for one in held if one.over]
    return [one for one in held if not one.over] + past[:HISTORY]


def assign(
    session: Session, viewer: Viewer, staff_id: int, role: AssignmentRole, target: Target, now: datetime,
    *, from_on: date | None = None, last_on: date | None = None,
) -> Assignment:  # fmt: skip
    """Give a colleague a student, a class or a caseload, from ``from_on`` (None: at once) to ``last_on`` (None: it
    lasts), both included. Flushed.

    Raises :class:`AdministrationRefused` for days or letters in the wrong order and for what the person holds already,
    :class:`~outreach.errors.NotFound` for somebody or something at a school that is not the viewer's.
    """
    one_of_staff(session, viewer, staff_id)
    check_target(session, viewer, target)
    if from_on is not None and last_on is not None and last_on < from_on:
        raise AdministrationRefused(_("The last day lies before the first."), "last_on")
    if last_on is not None and last_on < viewer.on:
        raise AdministrationRefused(_("The last day has passed."), "last_on")
    _check_new(session, viewer, staff_id, role, target)
    made = Assignment(
        staff_id=staff_id, role=role, student_id=target.student_id, section_id=target.section_id,
        school_id=target.school_id, grade=target.grade, surname_from=target.surname_from, surname_to=target.surname_to,
        from_on=from_on, until_on=_day_after(last_on),
    )  # fmt: skip
    session.add(made)
    session.flush()
    detail: JsonObject = {
        "staff": staff_id, "role": role.value, "student": target.student_id, "section": target.section_id,
        "school": target.school_id,
    }  # fmt: skip
    audit(session, viewer, "assign", "assignment", made.id, now, detail=detail)
    return made


def end_assignment(session: Session, viewer: Viewer, assignment_id: int, now: datetime) -> bool:
    """It holds no more from today on; False: it was over already. The last day it had stays in the trail, for undo.

    Raises :class:`AdministrationRefused` for one that another system gave, :class:`~outreach.errors.NotFound` for one
    at a school that is not the viewer's.
    """
    found = _by_hand(session, viewer, assignment_id)
    if not found.active or (found.until_on is not None and found.until_on <= viewer.on):
        return False
    last_on = _day_before(found.until_on)
    found.until_on = viewer.on
    found.active = found.from_on is None or found.from_on < viewer.on
    session.flush()
    detail: JsonObject = {"staff": found.staff_id, LAST_ON: last_on.isoformat() if last_on else None}
    audit(session, viewer, END, "assignment", assignment_id, now, detail=detail)
    return True


def restore_assignment(session: Session, viewer: Viewer, assignment_id: int, now: datetime) -> Assignment:
    """Take back :func:`end_assignment` of the last day: it holds again, to the last day it had then.

    Raises :class:`AdministrationRefused` where it was not ended, not lately, or was given anew meanwhile, and as
    :func:`end_assignment` does.
    """
    found = _by_hand(session, viewer, assignment_id)
    last_on = _last_day_before_its_end(session, assignment_id, now)
    target = Target(
        found.student_id, found.section_id, found.school_id, found.grade, found.surname_from, found.surname_to
    )
    _check_new(session, viewer, found.staff_id, found.role, target)
    found.active, found.until_on = True, _day_after(last_on)
    session.flush()
    audit(session, viewer, "restore_assignment", "assignment", assignment_id, now, detail={"staff": found.staff_id})
    return found


def _held(assignment: Assignment, student: Student | None, section: str | None, school: str, over: bool) -> Held:
    return Held(
        assignment.id, assignment.role, True, student_words(student) if student else None, section, school,
        assignment.grade, assignment.surname_from, assignment.surname_to, assignment.from_on,
        _day_before(assignment.until_on), _origin(assignment), bool(over),
    )  # fmt: skip


def _held_elsewhere(assignment: Assignment, school: str, over: bool) -> Held:
    return Held(
        assignment.id, assignment.role, yours=False, student=None, section=None, school=school, grade=None,
        surname_from=None, surname_to=None, from_on=None, last_on=None, origin=_origin(assignment), over=bool(over),
    )  # fmt: skip


def _origin(assignment: Assignment) -> Origin:
    if assignment.sourced_id is None:
        return Origin.HAND
    return Origin.LIST if assignment.sourced_id.startswith(OF_LISTS) else Origin.ROSTER


def _check_new(session: Session, viewer: Viewer, staff_id: int, role: AssignmentRole, target: Target) -> None:
    same = and_(
        Assignment.staff_id == staff_id, Assignment.role == role, Assignment.active,
        or_(Assignment.until_on.is_(None), Assignment.until_on > viewer.on),
        *(
            getattr(Assignment, name).is_not_distinct_from(getattr(target, name))
            for name in ("student_id", "section_id", "school_id", "grade", "surname_from", "surname_to")
        ),
    )  # fmt: skip
    if session.scalar(select(Assignment.id).where(same).limit(1)) is not None:
        raise AdministrationRefused(_("This person holds the very same already."), "target")


def _by_hand(session: Session, viewer: Viewer, assignment_id: int) -> Assignment:
    found = session.get(Assignment, assignment_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(_("There is no such assignment."))
    one_of_staff(session, viewer, found.staff_id)
    check_mine(viewer, _school_of(session, found))
    if found.sourced_id is not None:
        raise AdministrationRefused(_("Another system gave this; it ends there, and here with the next import."))
    return found


def _school_of(session: Session, assignment: Assignment) -> int:
    """Also of a student who is gone or a class that is over, so that what is left of them can be ended."""
    if assignment.student_id is not None:
        return session.get_one(Student, assignment.student_id).school_id
    if assignment.section_id is not None:
        return session.get_one(Section, assignment.section_id).school_id
    assert assignment.school_id is not None, "the database keeps exactly one target"
    return assignment.school_id


def _last_day_before_its_end(session: Session, assignment_id: int, now: datetime) -> date | None:
    """From the trail, in which the end must be the last that happened to it."""
    newest = session.scalar(
        select(AuditEvent)
        .where(AuditEvent.subject_type == "assignment", AuditEvent.subject_id == assignment_id)
        .order_by(AuditEvent.id.desc())
        .limit(1)
    )
    detail = newest.detail if newest is not None and newest.action == END else None
    if newest is None or detail is None or LAST_ON not in detail or now - newest.at > UNDONE_WITHIN:
        raise AdministrationRefused(_("There is nothing to undo."))
    last_on = detail[LAST_ON]
    return date.fromisoformat(str(last_on)) if last_on else None


def _day_after(day: date | None) -> date | None:
    return date.fromordinal(day.toordinal() + 1) if day is not None else None


def _day_before(day: date | None) -> date | None:
    return date.fromordinal(day.toordinal() - 1) if day is not None else None
