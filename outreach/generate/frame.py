"""What stands before any family does: the district, its three schools in two time zones, their terms and calendars."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from models import (
    Calendar,
    CalendarDay,
    CalendarHours,
    Department,
    District,
    School,
    Subject,
    Term,
    TermKind,
)

from .rows import Rows
from .year import DAY, SEMESTER_WEEKS, Year, year_before

DISTRICT = "Two Rivers Public Schools"
DISTRICT_ZONE = "America/Chicago"
CONSENT_BASIS = (
    "At enrollment each family gives phone numbers and e-mail addresses so that school can write about their child."
)
Hours = tuple[tuple[time, time], ...]


@dataclass(frozen=True)
class SchoolPlan:
    """One of the three schools, before it has a row."""

    code: str
    name: str
    zone: str
    grades: tuple[str, ...]
    hours: Hours


SCHOOLS = (
    SchoolPlan("WCE", "Willow Creek Elementary", "America/Chicago", ("KG", "01", "02", "03", "04", "05"),
               ((time(7, 50), time(11, 40)), (time(12, 20), time(15, 30)))),
    SchoolPlan("PBM", "Prairie Bend Middle School", "America/Chicago", ("06", "07", "08"),
               ((time(8, 0), time(12, 0)), (time(12, 40), time(16, 0)))),
    SchoolPlan("MRH", "Mesa Ridge High School", "America/Denver", ("09", "10", "11", "12"),
               ((time(7, 30), time(11, 30)), (time(12, 10), time(15, 40)))),
)  # fmt: skip
"""Children who live on both sides of the time zone's border go up from one to the next."""
GRADES = tuple(grade for school in SCHOOLS for grade in school.grades)
OFFICE_HOURS: dict[Department, Hours] = {
    Department.FRONT_OFFICE: ((time(7, 15), time(16, 30)),),
    Department.COUNSELING: ((time(8, 30), time(12, 0)), (time(13, 0), time(15, 0))),
}
NOON = time(12, 0)


@dataclass
class SchoolFrame:
    """A school with its row's id, and whatever the rest of the generator must know of it."""

    id: int
    plan: SchoolPlan
    classes: dict[str, list[SchoolClass]] = field(default_factory=dict)
    """By grade."""
    offices: dict[Department, list[int]] = field(default_factory=dict)
    """Staff ids by department, the first to ask first."""


@dataclass(frozen=True)
class SchoolClass:
    """Children of one grade who have all core subjects together."""

    homeroom: int
    """Section id."""
    sections: dict[Subject, int]
    """Section id by subject."""
    teachers: dict[Subject, int]
    """Staff id by subject."""
    homeroom_teacher: int


@dataclass(frozen=True)
class Frame:
    year: Year
    today: date
    schools: tuple[SchoolFrame, ...]
    semester: int
    """Term id of the running semester."""
    began: datetime
    """Midnight, UTC, of the year's first day."""

    def school_of_grade(self, grade: str) -> SchoolFrame:
        return next(school for school in self.schools if grade in school.plan.grades)


def raise_frame(rows: Rows, year: Year, today: date) -> Frame:
    """Rows of the district, schools, terms and calendars; staff and sections come after it."""
    began = datetime.combine(year.starts_on, time(), tzinfo=UTC)
    rows.add(
        District, id=1, name=DISTRICT, timezone=DISTRICT_ZONE, made_up=True, consent_basis=CONSENT_BASIS,
        consent_basis_at=began, roster_as_of=datetime.combine(today, time(4), tzinfo=UTC),
    )  # fmt: skip
    schools = tuple(_school(rows, number, plan, year) for number, plan in enumerate(SCHOOLS, start=1))
    semester = _terms(rows, year)
    for school in schools:
        _calendar(rows, school, None, school.plan.hours, year=year, began=began)
        for department, hours in OFFICE_HOURS.items():
            _calendar(rows, school, department, hours, year=year, began=began)
    return Frame(year, today, schools, semester, began)


def _school(rows: Rows, number: int, plan: SchoolPlan, year: Year) -> SchoolFrame:
    made = rows.add(
        School, sourced_id=f"school-{number}", code=plan.code, name=plan.name, timezone=plan.zone,
        log_began=year.starts_on,
    )  # fmt: skip
    return SchoolFrame(made, plan)


def _terms(rows: Rows, year: Year) -> int:
    """This year with semesters and grading periods, and the year before, all of them every school's.

    Returns the id of the first semester.
    """
    before = year_before(year)
    rows.add(
        Term, sourced_id="year-before", title="Last school year", kind=TermKind.SCHOOL_YEAR,
        school_year=year.label - 1, starts_on=before.starts_on, ends_on=before.ends_on,
    )  # fmt: skip
    whole = rows.add(
        Term, sourced_id="year", title="This school year", kind=TermKind.SCHOOL_YEAR, school_year=year.label,
        starts_on=year.starts_on, ends_on=year.ends_on,
    )  # fmt: skip
    semesters = []
    for number, (starts, ends) in enumerate(year.semesters(), start=1):
        semester = rows.add(
            Term, sourced_id=f"semester-{number}", title=f"Semester {number}", kind=TermKind.SEMESTER,
            school_year=year.label, starts_on=starts, ends_on=ends, parent_id=whole,
        )  # fmt: skip
        semesters.append(semester)
        middle = year.week(SEMESTER_WEEKS // 2 + (number - 1) * SEMESTER_WEEKS)
        for half, (first, last) in enumerate(((starts, middle - 3 * DAY), (middle, ends)), start=1):
            period = 2 * (number - 1) + half
            rows.add(
                Term, sourced_id=f"period-{period}", title=f"Grading period {period}", kind=TermKind.GRADING_PERIOD,
                school_year=year.label, starts_on=first, ends_on=last, parent_id=semester,
            )  # fmt: skip
    return semesters[0]


def _calendar(
    rows: Rows, school: SchoolFrame, department: Department | None, hours: Hours, *, year: Year, began: datetime
) -> None:
    made = rows.add(
        Calendar, school_id=school.id, department=department, first_day=year.starts_on, last_day=year.ends_on
    )
    for weekday in range(5):
        for opens, closes in hours:
            rows.add(CalendarHours, calendar_id=made, weekday=weekday, opens_at=opens, closes_at=closes)
    for day, name in sorted(year.without_school().items()):
        rows.add(CalendarDay, calendar_id=made, day=day, name=name, entered_at=began)
    for day in year.early_release():
        rows.add(
            CalendarDay, calendar_id=made, day=day, name="Early release", opens_at=hours[0][0], closes_at=NOON,
            entered_at=began,
        )  # fmt: skip
