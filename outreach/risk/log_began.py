"""Since when a school's own log is complete enough for silence to mean something (DESIGN §4, ``log_began``)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import GENERAL_NOTICES, Contact, ContactStudent, School, Staff, StaffRole, StaffSchool, Student
from outreach.insights.terms import current
from outreach.schooltime import SchoolYear, school_weeks_between

DAY = timedelta(days=1)
WEEKS_AFTER_HALF = 4
"""School weeks after the first day on which half a school's teachers have logged (DESIGN §4)."""


def days_on_which_logs_began(
    session: Session, now: datetime, years: Mapping[int, SchoolYear], zones: Mapping[int, ZoneInfo]
) -> dict[int, date | None]:
    """For each school of ``years``: what an administrator set; else the start of imported contacts; else four school
    weeks after the first day on which half its teachers have logged; else None, and a day to come is None too."""
    schools = list(years)
    began = dict.fromkeys(schools, None) | _set_by_an_administrator(session, schools)
    unset = [school_id for school_id in schools if began[school_id] is None]
    if unset:
        began |= _imported(session, now, unset, zones)
    unset = [school_id for school_id in unset if began[school_id] is None]
    if unset:
        began |= {
            school_id: _weeks_after(years[school_id], day, now.astimezone(zones[school_id]).date())
            for school_id, day in _half_have_logged(session, now, unset, zones).items()
        }
    today = {school_id: now.astimezone(zones[school_id]).date() for school_id in schools}
    return {school_id: day if day and day <= today[school_id] else None for school_id, day in began.items()}


def _set_by_an_administrator(session: Session, schools: list[int]) -> dict[int, date | None]:
    found = session.execute(select(School.id, School.log_began).where(School.id.in_(schools)))
    return dict(found.all())


def _imported(
    session: Session, now: datetime, schools: list[int], zones: Mapping[int, ZoneInfo]
) -> dict[int, date | None]:
    found = session.execute(
        select(Student.school_id, func.min(Contact.occurred_at))
        .join(ContactStudent, ContactStudent.student_id == Student.id)
        .join(Contact, Contact.id == ContactStudent.contact_id)
        .where(
            Student.school_id.in_(schools), Contact.sourced_id.is_not(None), current(), Contact.occurred_at <= now,
        )
        .group_by(Student.school_id)
    )  # fmt: skip
    return {school_id: first.astimezone(zones[school_id]).date() for school_id, first in found}


def _half_have_logged(
    session: Session, now: datetime, schools: list[int], zones: Mapping[int, ZoneInfo]
) -> dict[int, date]:
    """The first local day by which at least half of a school's teachers have logged a contact of their own."""
    teachers = (
        select(StaffSchool.school_id, Staff.id)
        .join(Staff, Staff.id == StaffSchool.staff_id)
        .where(StaffSchool.school_id.in_(schools), Staff.role == StaffRole.TEACHER, Staff.active)
    )
    first_logged = (
        select(Contact.staff_id, func.min(Contact.recorded_at))
        .where(
            Contact.staff_id.in_(teachers.with_only_columns(Staff.id)), Contact.sourced_id.is_(None),
            Contact.recorded_at <= now, Contact.authored.not_in(GENERAL_NOTICES), current(),
        )
        .group_by(Contact.staff_id)
    )  # fmt: skip
    first = dict(session.execute(first_logged).all())
    firsts: dict[int, list[datetime | None]] = defaultdict(list)
    for school_id, staff_id in session.execute(teachers):
        firsts[school_id].append(first.get(staff_id))
    days: dict[int, date] = {}
    for school_id, each in firsts.items():
        half, logged = ceil(len(each) / 2), sorted(at for at in each if at is not None)
        if len(logged) >= half:
            days[school_id] = logged[half - 1].astimezone(zones[school_id]).date()
    return days


def _weeks_after(year: SchoolYear, day: date, today: date) -> date | None:
    """The first day by whose morning four school weeks have gone by since ``day``; None while they have not."""
    if school_weeks_between(year.hours, day, today) < WEEKS_AFTER_HALF:
        return None
    first = day
    while school_weeks_between(year.hours, day, first) < WEEKS_AFTER_HALF:
        first += DAY
    return first
