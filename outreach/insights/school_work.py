"""How the children of a family stand at school this year: marks by subject over time, days absent, incidents.

A subject's standing on a day is what the night would have found on it: the mean percent of the running term's results
so far, or the term's report-card mark where there is one (DESIGN §4, Terms). What is not known is a gap, never a zero.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, TypeVarTuple

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from config.tuning import RiskTerms
from models import (
    CORE_SUBJECTS,
    COUNTED_ABSENCES,
    Absence,
    AbsenceCategory,
    FamilyMember,
    Incident,
    Level,
    Mark,
    MarkKind,
    School,
    Student,
    Subject,
)
from outreach.access import Viewer, sees_student
from outreach.effective import effective_config
from outreach.schooltime import RunningTerm, YearWithTerms, years_with_terms, zones_of_schools

from .terms import level_of

PARTS = 10_000
"""Percents are summed as whole ten-thousandths, as the night sums them."""
MOST_MARKS = 400
"""Marks of one child in core subjects that are read, the newest; older ones of the year are counted, not drawn."""


Columns = TypeVarTuple("Columns")


@dataclass(frozen=True)
class MarkSeen:
    """One mark, and how the subject stood once it was given."""

    on: date
    title: str | None
    kind: MarkKind
    percent: float | None
    letter: str | None
    level: Level
    term: int | None
    """The place of its term among the year's; None: outside every term."""
    standing: float | None
    """Percent, cut to two decimals; None where only levels were given, or outside every term."""
    standing_level: Level | None


@dataclass(frozen=True)
class SubjectWork:
    subject: Subject
    marks: tuple[MarkSeen, ...]
    """Oldest first; never empty."""
    earlier: int = 0
    """More of the year, before these, that are only counted."""
    since: date | None = None
    """The year's first mark; None: the first of these."""

    @property
    def last(self) -> MarkSeen:
        return self.marks[-1]


@dataclass(frozen=True)
class Away:
    """Days absent this school year; None where the school's attendance is not in here."""

    days: float
    excused: float
    unexcused: float
    late: float
    """Tardy or away for a part of the day; these do not count as absent."""
    dates: tuple[tuple[date, AbsenceCategory], ...]
    """Where the student system gives dates: the newest first."""


@dataclass(frozen=True)
class Happened:
    on: date
    kind: str
    summary: str | None


@dataclass(frozen=True)
class SchoolWork:
    """One child's school year."""

    student_id: int
    name: str
    grade: str | None
    school: str
    year: tuple[date, date] | None
    terms: tuple[RunningTerm, ...]
    subjects: tuple[SubjectWork, ...]
    """Core subjects with a mark this year."""
    other_marks: int
    """Marks in other subjects, which have no standing together."""
    away: Away | None
    incidents: tuple[Happened, ...]
    """This year's, newest first."""
    cuts: RiskTerms
    """Where one level ends and the next begins."""


def school_work(
    session: Session, viewer: Viewer, family_id: int, now: datetime, *, student_id: int | None = None
) -> tuple[SchoolWork, ...]:  # fmt: skip
    """The school year of each present child of the family whom ``viewer`` may see, oldest grade first; of one alone
    with ``student_id``. A fixed number of statements."""
    children = _children(session, viewer, family_id, student_id)
    schools = {student.school_id for student, _school in children}
    zones = zones_of_schools(session, schools)
    today = min((now.astimezone(zone).date() for zone in zones.values()), default=now.date())
    years = years_with_terms(session, today, schools)
    cuts = effective_config(session, now).risk.terms
    ids = [student.id for student, _school in children]
    first = min((year.starts_on for year in years.values()), default=today)
    marks, counts, absences = _marks(session, ids, first), _counts(session, ids, first), _absences(session, ids, years)
    incidents, known = _incidents(session, ids, first), _with_attendance(session, years)
    return tuple(
        _work(
            student, school, years.get(student.school_id), marks[student.id], counts[student.id],
            absences[student.id] if student.school_id in known else None, incidents[student.id], cuts,
        )
        for student, school in children
    )  # fmt: skip


def _children(
    session: Session, viewer: Viewer, family_id: int, student_id: int | None
) -> Sequence[tuple[Student, str]]:
    statement = (
        select(Student, School.name)
        .join(FamilyMember, FamilyMember.student_id == Student.id)
        .join(School, School.id == Student.school_id)
        .where(
            FamilyMember.family_id == family_id, FamilyMember.until_on.is_(None),
            sees_student(viewer),
        )
        .order_by(Student.grade.desc(), Student.given_name, Student.id)
    )  # fmt: skip
    if student_id is not None:
        statement = statement.where(Student.id == student_id)
    return [(student, school) for student, school in session.execute(statement)]


def _marks(session: Session, ids: Collection[int], first: date) -> Mapping[int, list[Mark]]:
    """The year's newest marks of each child in core subjects, at most ``MOST_MARKS``, oldest first."""
    newest = func.row_number().over(
        partition_by=Mark.student_id, order_by=(Mark.marked_on.desc(), Mark.id.desc())
    )  # fmt: skip
    numbered = _of_the_year(select(Mark, newest.label("place")), ids, first).where(Mark.subject.in_(CORE_SUBJECTS))
    each = numbered.subquery()
    mark = aliased(Mark, each)
    rows = session.scalars(select(mark).where(each.c.place <= MOST_MARKS).order_by(mark.marked_on, mark.id))
    found: dict[int, list[Mark]] = defaultdict(list)
    for row in rows:
        found[row.student_id].append(row)
    return found


class _Count(NamedTuple):
    marks: int
    since: date


def _counts(session: Session, ids: Collection[int], first: date) -> Mapping[int, Mapping[Subject, _Count]]:
    """How many marks each child has this year, and the day of the first, by subject."""
    every = select(Mark.student_id, Mark.subject, func.count(), func.min(Mark.marked_on))
    found: dict[int, dict[Subject, _Count]] = defaultdict(dict)
    rows = session.execute(_of_the_year(every, ids, first).group_by(Mark.student_id, Mark.subject))
    for student_id, subject, marks, since in rows:
        found[student_id][subject] = _Count(marks, since)
    return found


def _of_the_year(statement: Select[*Columns], ids: Collection[int], first: date) -> Select[*Columns]:
    return statement.where(Mark.student_id.in_(ids), Mark.active, Mark.marked_on >= first)


def _absences(
    session: Session, ids: Collection[int], spans: Mapping[int, YearWithTerms]
) -> Mapping[int, list[Absence]]:
    years = {span.ends_on.year for span in spans.values()}
    rows = session.scalars(
        select(Absence)
        .where(Absence.student_id.in_(ids), or_(Absence.occurred_on.is_not(None), Absence.school_year.in_(years)))
        .order_by(Absence.occurred_on.desc(), Absence.id.desc())
    )
    found: dict[int, list[Absence]] = defaultdict(list)
    for row in rows:
        found[row.student_id].append(row)
    return found


def _with_attendance(session: Session, spans: Mapping[int, YearWithTerms]) -> set[int]:
    """Schools of which any absence of this year is in here: only there no row means not absent."""
    years = {span.ends_on.year for span in spans.values()}
    here = (
        select(Absence.id)
        .join(Student, Student.id == Absence.student_id)
        .where(Student.school_id == School.id, Absence.school_year.in_(years))
    )
    return set(session.scalars(select(School.id).where(School.id.in_(spans), here.exists())))


def _incidents(session: Session, ids: Collection[int], first: date) -> Mapping[int, list[Incident]]:
    rows = session.scalars(
        select(Incident)
        .where(Incident.student_id.in_(ids), Incident.occurred_on >= first)
        .order_by(Incident.occurred_on.desc(), Incident.id.desc())
    )
    found: dict[int, list[Incident]] = defaultdict(list)
    for row in rows:
        found[row.student_id].append(row)
    return found


def _work(
    student: Student, school: str, known: YearWithTerms | None, marks: Sequence[Mark],
    counts: Mapping[Subject, _Count], absences: Sequence[Absence] | None, incidents: Sequence[Incident],
    cuts: RiskTerms,
) -> SchoolWork:  # fmt: skip
    year = (known.starts_on, known.ends_on) if known else None
    terms = known.terms if known else ()
    by_subject: dict[Subject, list[Mark]] = defaultdict(list)
    for mark in marks:
        by_subject[mark.subject].append(mark)
    return SchoolWork(
        student_id=student.id, name=student.preferred_name or student.given_name, grade=student.grade, school=school,
        year=year, terms=terms,
        subjects=tuple(
            SubjectWork(
                subject, tuple(_seen(its, terms, cuts)), counts[subject].marks - len(its), counts[subject].since
            )
            for subject in CORE_SUBJECTS
            if (its := by_subject[subject])
        ),
        other_marks=counts[Subject.OTHER].marks if Subject.OTHER in counts else 0,
        away=None if absences is None or year is None else _away(absences, year),
        incidents=tuple(Happened(row.occurred_on, row.kind.replace("_", " "), row.summary) for row in incidents),
        cuts=cuts,
    )  # fmt: skip


def _seen(marks: Sequence[Mark], terms: Sequence[RunningTerm], cuts: RiskTerms) -> Iterator[MarkSeen]:
    """Each mark with the standing that it led to, begun anew with each term."""
    running: int | None = None
    so_far: list[Mark] = []
    for mark in marks:
        term = _term_of(mark.marked_on, terms)
        if term != running:
            running, so_far = term, []
        so_far.append(mark)
        percent, level = (None, None) if term is None else standing(so_far, cuts)
        yield MarkSeen(
            mark.marked_on, mark.title, mark.kind, mark.percent, mark.letter, mark.level, term, percent, level
        )


def _term_of(day: date, terms: Sequence[RunningTerm]) -> int | None:
    """The shortest of the terms around the day, as :func:`~outreach.schooltime.running_terms` has it."""
    around = [number for number, term in enumerate(terms) if term.starts_on <= day <= term.ends_on]
    return min(around, key=lambda number: terms[number].ends_on - terms[number].starts_on, default=None)


def standing(marks: Sequence[Mark], cuts: RiskTerms) -> tuple[float | None, Level | None]:
    """Percent and level of one subject by these marks of one term, oldest first: the newest report-card mark, else the
    mean of the results that have a percent, else the newest level."""
    cards = [mark for mark in marks if mark.kind is MarkKind.REPORT_CARD]
    results = [mark for mark in marks if mark.kind is MarkKind.RESULT and mark.percent is not None]
    if cards:
        percent = cards[-1].percent
        if percent is None:
            return None, cards[-1].level
        parts = _whole(percent)
    elif results:
        total, count = sum(_whole(mark.percent or 0.0) for mark in results), len(results)
        parts = (2 * total + count) // (2 * count)
    else:
        return None, marks[-1].level if marks else None
    return parts // (PARTS // 100) / 100, level_of(parts / PARTS, cuts)


def _whole(percent: float) -> int:
    return int(percent * PARTS + 0.5)


def _away(rows: Sequence[Absence], year: tuple[date, date]) -> Away:
    """Of dates and a running count, which a student system may both give, the larger."""
    dated = [row for row in rows if row.occurred_on is not None and year[0] <= row.occurred_on <= year[1]]
    counted = [row for row in rows if row.occurred_on is None and row.school_year == year[1].year]
    chosen = max(dated, counted, key=lambda its: sum(row.days for row in its if row.category in COUNTED_ABSENCES))

    def days(*categories: AbsenceCategory) -> float:
        return sum(row.days for row in chosen if row.category in categories)

    return Away(
        days(*COUNTED_ABSENCES), days(AbsenceCategory.EXCUSED), days(AbsenceCategory.UNEXCUSED),
        days(AbsenceCategory.TARDY, AbsenceCategory.PARTIAL),
        tuple(
            (row.occurred_on, row.category) for row in dated
            if row.occurred_on is not None and row.category in COUNTED_ABSENCES
        ),
    )  # fmt: skip
