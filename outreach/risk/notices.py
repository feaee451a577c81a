"""Where general notices pass through our own log, so that a missing one is known to be missing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Contact, ContactStudent, Student
from outreach.insights.terms import general_notice
from outreach.schooltime import SchoolYear, local_moment

KNOWN_FROM_SHARE = 0.5
"""Of a school's students: below it the school most likely sends its notices some other way, and a family without one
in our log may well have had it."""


def schools_whose_notices_are_known(
    session: Session, now: datetime, years: Mapping[int, SchoolYear], zones: Mapping[int, ZoneInfo]
) -> frozenset[int]:
    """Schools of which at least half the students were reached by a general notice this school year."""
    running = {school_id: year for school_id, year in years.items() if year.in_term}
    if not running:
        return frozenset()
    starts = {school_id: local_moment(year.starts_on, time(0), zones[school_id]) for school_id, year in running.items()}
    reached = (
        select(Student.id)
        .join(ContactStudent, ContactStudent.student_id == Student.id)
        .join(Contact, Contact.id == ContactStudent.contact_id)
        .where(
            Student.school_id.in_(running), Student.active, general_notice(), Contact.occurred_at <= now,
            Contact.occurred_at >= min(starts.values()),
        )
    )  # fmt: skip
    found = session.execute(
        select(Student.school_id, func.count(), func.count().filter(Student.id.in_(reached)))
        .where(Student.active, Student.school_id.in_(running))
        .group_by(Student.school_id)
    )
    return frozenset(
        school_id for school_id, all_of_them, got in found if got and got >= all_of_them * KNOWN_FROM_SHARE
    )
