"""School years and running terms of every school on one day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models import School, Term, TermKind

from .clock import school_weeks_between
from .hours import HoursBook, OpenHours, hours_book

MARKING_TERMS = (TermKind.SEMESTER, TermKind.TERM)


@dataclass(frozen=True)
class SchoolYear:
    """One school's year as it stands on one day."""

    school_id: int
    starts_on: date
    ends_on: date
    """The last day that belongs to it."""
    in_term: bool
    """False on a day outside every term of the school; then silence means nothing."""
    weeks_gone: float
    """School weeks (:func:`school_weeks_between`) from its first morning to this one."""
    share_gone: float
    """The part of its school days gone by this morning, 0 to 1; by all days where no calendar covers the year."""
    hours: OpenHours | None = None
    """The school's own calendar."""

    def weeks_since(self, day: date, on: date) -> float:
        """School weeks from the morning of ``day``, or of the year's first where that is later, to that of ``on``."""
        return school_weeks_between(self.hours, max(day, self.starts_on), min(on, self.ends_on + timedelta(days=1)))

    def share_since(self, day: date, on: date) -> float:
        """The part of the year's school days that lies between ``day`` and the morning of ``on``, 0 to 1."""
        whole = self.weeks_since(self.starts_on, self.ends_on + timedelta(days=1))
        return min(1.0, self.weeks_since(day, on) / whole) if whole else 0.0


@dataclass(frozen=True)
class RunningTerm:
    """The term in which a school's marks are counted on one day."""

    school_id: int
    title: str
    starts_on: date
    ends_on: date
    """The last day that belongs to it."""
    term_ids: tuple[int, ...]
    """This term and every shorter one inside it (grading periods), whose marks count to it."""


def school_years(
    session: Session, on: date, school_ids: Collection[int] | None = None
) -> dict[int, SchoolYear]:  # fmt: skip
    """The school year of each active school, or of each of ``school_ids``, on a day.

    It is the newest that has begun, also in the summer after it.

    A school's own year goes before the district's. Where the SIS gives no school year, the span of the other terms
    of the same year stands for it. A school whose first known year has not begun is absent.
    """
    terms, book = _terms_of_schools(session, school_ids), hours_book(session, school_ids)
    return {
        school_id: year for school_id, its in terms.items() if (year := _year_of(school_id, its, on, book)) is not None
    }


def year_spans(
    session: Session, on: date, school_ids: Collection[int] | None = None
) -> dict[int, tuple[date, date]]:  # fmt: skip
    """First and last day of each active school's year on a day, by the same rules; quick, for a page."""
    spans = {school_id: _newest(terms, on) for school_id, terms in _terms_of_schools(session, school_ids).items()}
    return {school_id: span for school_id, span in spans.items() if span is not None}


def _newest(terms: Iterable[Term], on: date) -> tuple[date, date] | None:
    return max((span for span in _years(terms) if span[0] <= on), default=None)


def _year_of(school_id: int, terms: Sequence[Term], on: date, book: HoursBook) -> SchoolYear | None:
    span = _newest(terms, on)
    if span is None:
        return None
    starts_on, ends_on = span
    hours = book.of(school_id)
    until = min(on, ends_on + timedelta(days=1))
    gone = school_weeks_between(hours, starts_on, until)
    whole = school_weeks_between(hours, starts_on, ends_on + timedelta(days=1))
    if hours is not None and (hours.first_day > starts_on or hours.last_day < ends_on):
        share = (until - starts_on).days / ((ends_on - starts_on).days + 1)
    else:
        share = gone / whole if whole else 0.0
    return SchoolYear(
        school_id, starts_on, ends_on, in_term=any(_covers(term, on) for term in terms),
        weeks_gone=gone, share_gone=min(share, 1.0), hours=hours,
    )  # fmt: skip


def _years(terms: Iterable[Term]) -> Iterable[tuple[date, date]]:
    """First and last day of each school year among one school's terms."""
    for _, same in groupby(sorted(terms, key=lambda term: term.school_year), key=lambda term: term.school_year):
        of_the_year = list(same)
        years = [term for term in of_the_year if term.kind is TermKind.SCHOOL_YEAR]
        own = [term for term in years if term.school_id is not None]
        chosen = own or years or of_the_year
        yield min(term.starts_on for term in chosen), max(term.ends_on for term in chosen)


def running_terms(
    session: Session, on: date, school_ids: Collection[int] | None = None
) -> dict[int, RunningTerm]:  # fmt: skip
    """The marking term of each active school, or of each of ``school_ids``, on a day.

    It is the shortest semester or term around the day.

    A grading period inside counts to it. Where a school has neither, its grading period stands for it, else its
    school year; a school outside every term is absent.
    """
    terms_of = _terms_of_schools(session, school_ids)
    found = {school_id: _running(school_id, terms, on) for school_id, terms in terms_of.items()}
    return {school_id: term for school_id, term in found.items() if term is not None}


@dataclass(frozen=True)
class YearWithTerms:
    """One school's year, and its marking terms in order: on each day of it the one whose marks count then, by the rule
    of :func:`running_terms`."""

    starts_on: date
    ends_on: date
    terms: tuple[RunningTerm, ...]


def years_with_terms(
    session: Session, on: date, school_ids: Collection[int] | None = None
) -> dict[int, YearWithTerms]:  # fmt: skip
    """The year of each active school, or of each of ``school_ids``, on a day, by the rules of :func:`school_years`;
    quick, for a page."""
    found: dict[int, YearWithTerms] = {}
    for school_id, terms in _terms_of_schools(session, school_ids).items():
        span = _newest(terms, on)
        if span is None:
            continue
        begins = sorted({term.starts_on for term in terms if span[0] <= term.starts_on <= span[1]})
        running = [_running(school_id, terms, day) for day in begins]
        found[school_id] = YearWithTerms(*span, tuple(dict.fromkeys(term for term in running if term is not None)))
    return found


def _running(school_id: int, terms: Sequence[Term], on: date) -> RunningTerm | None:
    around = [term for term in terms if _covers(term, on)]
    if not around:
        return None
    running = min(around, key=_marking_first)
    inside = [
        term.id for term in terms if running.starts_on <= term.starts_on and term.ends_on <= running.ends_on
    ]  # fmt: skip
    return RunningTerm(school_id, running.title, running.starts_on, running.ends_on, tuple(sorted(inside)))


def _marking_first(term: Term) -> tuple[int, timedelta, bool, int]:
    """Semesters and terms before grading periods before years; then the shortest; then the school's own."""
    rank = 0 if term.kind in MARKING_TERMS else 1 if term.kind is TermKind.GRADING_PERIOD else 2
    return rank, term.ends_on - term.starts_on, term.school_id is None, term.id


def _covers(term: Term, on: date) -> bool:
    return term.starts_on <= on <= term.ends_on


def _terms_of_schools(session: Session, school_ids: Collection[int] | None) -> dict[int, list[Term]]:
    """The active terms of each of these active schools, the district's among them."""
    schools, wanted = select(School.id).where(School.active), select(Term).where(Term.active)
    if school_ids is not None:
        schools = schools.where(School.id.in_(school_ids))
        wanted = wanted.where(or_(Term.school_id.is_(None), Term.school_id.in_(school_ids)))
    shared: list[Term] = []
    own: dict[int, list[Term]] = defaultdict(list)
    for term in session.scalars(wanted):
        (shared if term.school_id is None else own[term.school_id]).append(term)
    return {school_id: own[school_id] + shared for school_id in session.scalars(schools)}
