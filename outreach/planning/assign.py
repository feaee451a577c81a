"""Which teacher: of the subject that needs it, else homeroom or any of the child's, else the counselor, else nobody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Row, and_, func, or_, select
from sqlalchemy.orm import Session

from models import (
    Assignment,
    AssignmentRole,
    Enrollment,
    Outreach,
    OutreachState,
    Section,
    Staff,
    Student,
    Subject,
)
from outreach.access.scope import on_caseload
from outreach.contacts.owners import TEACHING_ROLES, in_force

from .candidates import Candidate, Rule
from .school_days import SchoolDay

UNASSIGNED_PER_SCHOOL = 25
"""The list of families that have nobody is for an administrator to read, not to drown in."""
SUBSTITUTIONS = 3


@dataclass(frozen=True, slots=True)
class Teaching:
    """One person who teaches one student."""

    staff_id: int
    subject: Subject | None
    homeroom: bool
    course: str | None
    lead: bool
    """As the teacher, not as co-teacher or substitute."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A candidate with its person; ``staff_id`` None: nobody could be found, an administrator assigns."""

    candidate: Candidate
    staff_id: int | None
    course: str | None
    homeroom: bool = False
    """The course is the homeroom, whose name means nothing to a family."""


@dataclass(slots=True)
class Roster:
    """Who teaches whom on the day planned for, who is there, and how full each person's day is."""

    teachings: Mapping[int, list[Teaching]]
    counselors: Mapping[int, list[int]]
    """Student to counselors by name or caseload."""
    present: Mapping[int, int | None]
    """Staff to themselves, to who stands in for them, or to None."""
    places: int
    taken: dict[int, int] = field(default_factory=dict)

    def standing_in(self, staff_id: int | None) -> int | None:
        return self.present.get(staff_id) if staff_id is not None else None

    def room(self, staff_id: int) -> bool:
        return self.taken.get(staff_id, 0) < self.places


def assign(candidates: Iterable[Candidate], roster: Roster) -> list[Chosen]:
    """The neediest first, at most ``families_per_teacher_a_day`` a person. Who finds no place waits for tomorrow.

    Whoever touched the family within a week keeps it: never two teachers on one family in a week. Praise is for the
    teacher of that subject alone; a question is for its owner.
    """
    chosen: list[Chosen] = []
    nobody: defaultdict[int, int] = defaultdict(int)
    for candidate in candidates:
        people = _people(candidate, roster)
        claimed = candidate.facts.claimed_by
        free = [one for one in people if (not claimed or one.staff_id in claimed) and roster.room(one.staff_id)]
        if free:
            roster.taken[free[0].staff_id] = roster.taken.get(free[0].staff_id, 0) + 1
            chosen.append(Chosen(candidate, free[0].staff_id, free[0].course, free[0].homeroom))
        elif not people and not claimed and candidate.rule is not Rule.PRAISE:
            nobody[candidate.child.school_id] += 1
            if nobody[candidate.child.school_id] <= UNASSIGNED_PER_SCHOOL:
                chosen.append(Chosen(candidate, None, None))
    return chosen


def _people(candidate: Candidate, roster: Roster) -> list[Teaching]:
    """Who could take it, best first, each present and once."""
    subject, request = candidate.message.subject, candidate.facts.request
    teachings = sorted(
        roster.teachings.get(candidate.child.student_id, []),
        key=lambda one: (one.subject is not subject or subject is None, not one.homeroom, not one.lead, one.staff_id),
    )
    if candidate.rule is Rule.PRAISE:
        teachings = [one for one in teachings if one.subject is subject]
    elif candidate.rule is Rule.WAITING and request is not None:
        teachings = [*(one for one in teachings if one.staff_id == request.owner_staff_id), *teachings]
        if request.owner_staff_id is not None:
            teachings.insert(0, Teaching(request.owner_staff_id, None, False, None, True))
    found: dict[int, Teaching] = {}
    for one in teachings:
        person = roster.standing_in(one.staff_id)
        if person is not None:
            found.setdefault(person, Teaching(person, one.subject, one.homeroom, one.course, one.lead))
    if not found and candidate.rule is not Rule.PRAISE:
        counselors = [candidate.facts.owner_staff_id, *roster.counselors.get(candidate.child.student_id, [])]
        for counselor in map(roster.standing_in, counselors):
            if counselor is not None:
                found.setdefault(counselor, Teaching(counselor, None, False, None, True))
    return list(found.values())


def load_roster(session: Session, days: Mapping[int, SchoolDay], places: int) -> Roster:
    """Everything :func:`assign` reads, in a few statements over all students of the schools in ``days``."""
    day = max(one.day for one in days.values())
    return Roster(
        teachings=_teachings(session, days, day),
        counselors=_counselors(session, days, day),
        present=present_staff(session, day),
        places=places,
        taken=_taken(session, day),
    )


def _teachings(session: Session, days: Mapping[int, SchoolDay], day: date) -> dict[int, list[Teaching]]:
    current = and_(
        Enrollment.active,
        or_(Enrollment.begins_on.is_(None), Enrollment.begins_on <= day),
        or_(Enrollment.ends_on.is_(None), Enrollment.ends_on > day),
    )
    by_section = (
        select(
            Enrollment.student_id, Assignment.staff_id, Assignment.role, Section.subject, Section.homeroom,
            Section.title,
        )
        .join(Section, Section.id == Enrollment.section_id)
        .join(Assignment, Assignment.section_id == Section.id)
        .where(
            current, Section.active, Section.school_id.in_(days), Assignment.role.in_(TEACHING_ROLES), in_force(day)
        )
    )  # fmt: skip
    by_name = select(Assignment.student_id, Assignment.staff_id, Assignment.role).where(
        Assignment.student_id.is_not(None), Assignment.role.in_(TEACHING_ROLES), in_force(day)
    )
    found: defaultdict[int, list[Teaching]] = defaultdict(list)
    for student, staff, role, subject, homeroom, title in session.execute(by_section):
        found[student].append(Teaching(staff, subject, homeroom, title, role is AssignmentRole.TEACHER))
    for named, staff, role in session.execute(by_name):
        if named is not None:
            found[named].append(Teaching(staff, None, False, None, role is AssignmentRole.TEACHER))
    return dict(found)


def _counselors(session: Session, days: Mapping[int, SchoolDay], day: date) -> dict[int, list[int]]:
    """By name first, then by caseload: school, grade, surname range."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    counsels = and_(Assignment.role == AssignmentRole.COUNSELOR, in_force(day))
    by_name = select(Assignment.student_id, Assignment.staff_id).where(counsels, Assignment.student_id.is_not(None))
    by_caseload = (
        select(Student.id, Assignment.staff_id)
        .join(Assignment, on_caseload())
        .where(counsels, Student.active, Student.school_id.in_(days))
    )
    named = session.execute(by_name.order_by(Assignment.staff_id))
    listed = session.execute(by_caseload.order_by(Assignment.staff_id))
    for student_id, staff_id in (*named, *listed):
        if student_id is not None:
            found[student_id].append(staff_id)
    return dict(found)


def present_staff(session: Session, day: date) -> dict[int, int | None]:
    """Each staff member to themselves where they work that day, else to their substitute, else to None."""
    staff: dict[int | None, Row[int, bool, date | None, date | None, date | None, int | None]] = {
        one.id: one
        for one in session.execute(
            select(Staff.id, Staff.active, Staff.left_on, Staff.leave_from, Staff.leave_until, Staff.substitute_id)
        )
    }

    def there(staff_id: int | None) -> int | None:
        for _ in range(SUBSTITUTIONS):
            one = staff.get(staff_id)
            if one is None:
                return None
            works = one.active and (one.left_on is None or one.left_on > day)
            away = one.leave_from is not None and one.leave_from <= day
            if works and not (away and (one.leave_until is None or one.leave_until >= day)):
                return staff_id
            staff_id = one.substitute_id
        return None

    return {staff_id: there(staff_id) for staff_id in staff if staff_id is not None}


def _taken(session: Session, day: date) -> dict[int, int]:
    """Places of the day already taken: what is still suggested, and all that was planned for that very day."""
    rows = session.execute(
        select(Outreach.staff_id, func.count(func.distinct(Outreach.family_id)))
        .where(
            Outreach.staff_id.is_not(None), Outreach.rule != "by_hand",
            or_(
                Outreach.state == OutreachState.SUGGESTED,
                Outreach.planned_for == day,
            ),
        )
        .group_by(Outreach.staff_id)
    )  # fmt: skip
    return {staff_id: taken for staff_id, taken in rows if staff_id is not None}
