"""Rises worth praise, strong subjects, and incidents of the running term: sums over marks, set-based."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from models import CORE_SUBJECTS, Incident, JsonObject, Mark, MarkKind, School, Student, Subject

from .school_days import SchoolDay, by_start

MARKS_IN_A_HALF = 2
"""One good quiz is no rise."""
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Rise:
    """From the mean of the first half of the term so far to that of its second half, in percent."""

    subject: Subject
    before: float
    after: float

    def evidence(self) -> JsonObject:
        return {
            "subject": self.subject.value, "percent_before": round(self.before, 1), "percent": round(self.after, 1),
        }  # fmt: skip


def rises(session: Session, days: Mapping[int, SchoolDay], least: float) -> dict[int, Rise]:
    """Student to the largest rise of ``least`` percent points or more in a core subject of the running term."""
    day, begins, middle = _term_of_student(days)
    first = case((Mark.marked_on < middle, Mark.percent))
    second = case((Mark.marked_on >= middle, Mark.percent))
    rows = session.execute(
        select(Mark.student_id, Mark.subject, func.avg(first), func.avg(second))
        .join(Student, Student.id == Mark.student_id)
        .where(
            Mark.active, Mark.kind == MarkKind.RESULT, Mark.percent.is_not(None), Mark.subject.in_(CORE_SUBJECTS),
            Student.active, Student.school_id.in_(days), Mark.marked_on >= begins, Mark.marked_on <= day,
        )
        .group_by(Mark.student_id, Mark.subject)
        .having(
            func.count(first) >= MARKS_IN_A_HALF,
            func.count(second) >= MARKS_IN_A_HALF,
            func.avg(second) - func.avg(first) >= least,
        )
        .order_by(Mark.student_id, (func.avg(second) - func.avg(first)), Mark.subject)
    )  # fmt: skip
    return {student: Rise(subject, float(before), float(after)) for student, subject, before, after in rows}


def _term_of_student(
    days: Mapping[int, SchoolDay],
) -> tuple[date, ColumnElement[date], ColumnElement[date]]:
    """The latest day planned for; and, by the student's school, the term's first day and the middle of it so far."""
    groups = by_start(days, term=True)
    day = max(one.day for one in days.values())
    begins = case(*((Student.school_id.in_(schools), start) for start, schools in groups.items()))
    middle = case(*((Student.school_id.in_(schools), start + (day - start) / 2) for start, schools in groups.items()))
    return day, begins, middle


def strengths(
    session: Session, days: Mapping[int, SchoolDay], students: Collection[int], least: float
) -> dict[int, Subject]:
    """Of ``students`` those with a core subject at ``least`` percent or more this term, and the strongest one."""
    day, begins, _ = _term_of_student(days)
    found: dict[int, Subject] = {}
    ids = sorted(students)
    for start in range(0, len(ids), CHUNK):
        rows = session.execute(
            select(Mark.student_id, Mark.subject)
            .join(Student, Student.id == Mark.student_id)
            .where(
                Mark.student_id.in_(ids[start : start + CHUNK]), Mark.active, Mark.percent.is_not(None),
                Mark.subject.in_(CORE_SUBJECTS), Mark.marked_on >= begins, Mark.marked_on <= day,
            )
            .group_by(Mark.student_id, Mark.subject)
            .having(func.avg(Mark.percent) >= least)
            .order_by(Mark.student_id, func.avg(Mark.percent), Mark.subject)
        )  # fmt: skip
        found |= dict(rows.all())
    return found


def incident_record(session: Session, days: Mapping[int, SchoolDay]) -> tuple[frozenset[int], frozenset[int]]:
    """Students with an incident in the running term; schools that keep incidents this year at all."""
    _, begins, _ = _term_of_student(days)
    first = min(one.year.starts_on for one in days.values())
    in_term = (
        select(Incident.student_id)
        .join(Student, Student.id == Incident.student_id)
        .where(Student.school_id.in_(days), Incident.occurred_on >= begins)
    )
    keeping = (
        select(Student.school_id)
        .join(Incident, Incident.student_id == Student.id)
        .where(Incident.occurred_on >= first)
        .distinct()
    )
    return frozenset(session.scalars(in_term)), frozenset(session.scalars(keeping))


def goals_by_now(session: Session, days: Mapping[int, SchoolDay], yearly: int) -> dict[int, float]:
    """School to the teacher contacts each child is due by the day planned for: the yearly goal, pro rata.

    It counts from the school year's first day, or from the day since which the school's log is complete.
    """
    began = dict(session.execute(select(School.id, School.log_began)).all())
    return {
        school_id: yearly * one.year.share_since(began.get(school_id) or one.year.starts_on, one.day)
        for school_id, one in days.items()
    }
