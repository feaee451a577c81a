"""``import attendance``: days absent, as counts of a school year or as one row a day."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Absence, AbsenceCategory, Term
from outreach.language import N_

from .fields import needed_date, number_of, school_year_of, shown
from .figures import ImportFigures
from .lists import ATTENDANCE, import_list, known, once, students_of
from .places import LAST_MONTH_OF_YEAR
from .rejection import RejectedRow, Rejects
from .rows import Row
from .run import Chunk, Progress, Run
from .upsert import Values, upsert

KEYS = ("student_id", "category", "school_year", "occurred_on")
CATEGORIES = {
    "excused": AbsenceCategory.EXCUSED, "excused absence": AbsenceCategory.EXCUSED,
    "unexcused": AbsenceCategory.UNEXCUSED, "unexcused absence": AbsenceCategory.UNEXCUSED,
    "absent": AbsenceCategory.UNEXCUSED, "absence": AbsenceCategory.UNEXCUSED, "truant": AbsenceCategory.UNEXCUSED,
    "tardy": AbsenceCategory.TARDY, "late": AbsenceCategory.TARDY, "partial": AbsenceCategory.PARTIAL,
    "partial day": AbsenceCategory.PARTIAL, "early departure": AbsenceCategory.PARTIAL,
}  # fmt: skip
MOST_DAYS = 366


HERE_AS_COUNTS = N_("this student's absences of %(year)s are here as counts; both together would count twice.")
HERE_AS_DAYS = N_("this student's absences of %(year)s are here as dated days; both together would count twice.")


def import_attendance(
    session: Session,
    path: Path,
    now: datetime,
    *,
    dry_run: bool = False,
    rejects: Rejects | None = None,
    progress: Progress | None = None,
) -> ImportFigures:
    """Absences. A count replaces the count of its student, category and school year; a dated row is one day.

    Counts and days of one student and year are never mixed, since both together would count a day twice: the form
    that came first stays, and rows of the other are rejected. A dated row with ``events`` 0 takes its day back.
    """
    return import_list(session, path, now, ATTENDANCE, _apply, dry_run=dry_run, rejects=rejects, progress=progress)


def present_school_year(session: Session, today: date) -> int:
    """The school year (by its end) of the newest term that has begun; without terms, the calendar's."""
    begun = session.scalar(select(func.max(Term.school_year)).where(Term.active, Term.starts_on <= today))
    return begun or year_of(today)


def year_of(day: date) -> int:
    """The year in which the school year of ``day`` ends, where no term says so."""
    return day.year if day.month <= LAST_MONTH_OF_YEAR else day.year + 1


def _apply(run: Run, chunk: Chunk) -> None:
    students = students_of(run, chunk)
    forms: set[tuple[int, int, bool]] = set(
        run.session.execute(
            select(Absence.student_id, Absence.school_year, Absence.occurred_on.is_(None))
            .where(Absence.student_id.in_(students.values()))
            .distinct()
        )
    )
    dated = "date" in chunk.reading.columns
    present = present_school_year(run.session, run.today)
    good, _ = chunk.read(partial(_absence, students, forms, dated, present))
    chunk.count(upsert(run.session, Absence, once(chunk, good, KEYS), keys=KEYS))


def _absence(
    students: dict[str, int], forms: set[tuple[int, int, bool]], dated: bool, present: int, row: Row
) -> Values:
    student_id = known(students, row, "studentSourcedId", "student")
    category = CATEGORIES.get(row["category"].lower())
    if category is None:
        raise RejectedRow("category", N_("%(text)s is no kind of absence that we know."), text=shown(row["category"]))
    day = needed_date(row, "date") if dated else None
    events = number_of(row, "events")
    if events is None and not dated:
        raise RejectedRow("events", N_("is empty; the number of days is needed."))
    days = 1.0 if events is None else events
    if not 0 <= days <= (1 if dated else MOST_DAYS):
        raise RejectedRow(
            "events", N_("%(days)s cannot be right: a day has one, a year at most %(most)s."),
            days=f"{days:g}", most=MOST_DAYS,
        )  # fmt: skip
    year = school_year_of(row) or (year_of(day) if day else present)
    if (student_id, year, dated) in forms:
        raise RejectedRow("", HERE_AS_COUNTS if dated else HERE_AS_DAYS, year=year)
    return {
        "student_id": student_id, "category": category, "school_year": year, "occurred_on": day, "days": days,
    }  # fmt: skip
