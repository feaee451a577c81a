"""Which families and children one scoring looks at, and each child's school's time: what every feature starts from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from sqlalchemy import CTE, ColumnElement, Date, Select, bindparam, case, literal_column, select, true
from sqlalchemy.orm import InstrumentedAttribute

from config.tuning import Risk
from models import Family, FamilyMember, Student, UtcDateTime

from .dialects import rows_of, table_of
from .periods import Periods

SPANS = ("surge_days", "survey_days", "verdict_days", "follow_through_days")
"""Those of :class:`~config.tuning.RiskTerms` that count back from the moment of scoring."""


@dataclass(frozen=True)
class Scope:
    """The families and the moment of a scoring, both left open: a statement that is made once serves every scoring by
    the same weights. What it leaves open is in :meth:`Scoring.values`."""

    risk: Risk
    some: bool = False
    """Of given families, not of all."""

    @cached_property
    def now(self) -> ColumnElement[datetime]:
        return bindparam("scored_at", type_=UtcDateTime())

    def since(self, span: str) -> ColumnElement[datetime]:
        """The moment that lies one of :data:`SPANS` back."""
        assert span in SPANS
        return bindparam(f"since_{span}", type_=UtcDateTime())

    @cached_property
    def day(self) -> ColumnElement[date]:
        """Today, by the district's clock."""
        return bindparam("scored_on", type_=Date())

    def within(self, family_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
        """Restrict to the given families, inside the statement that reads; true for all."""
        return family_id.in_(select(self._wanted.c.family_id)) if self.some else true()

    @cached_property
    def _wanted(self) -> CTE:
        return table_of("wanted", {"family_id": int})

    def families(self) -> Select[int]:
        """Ids of the families that are scored: those that have not ended and have an active student."""
        return (
            select(FamilyMember.family_id)
            .join(Family, Family.id == FamilyMember.family_id)
            .join(Student, Student.id == FamilyMember.student_id)
            .where(FamilyMember.until_on.is_(None), Family.ended_at.is_(None), Student.active)
            .where(self.within(FamilyMember.family_id))
            .distinct()
        )

    @cached_property
    def schools(self) -> CTE:
        """One row a school: its year, its term, since when its log counts. Dates local, ends included."""
        return table_of(
            "school_period",
            {
                "school_id": int, "school_year": int, "year_from": date, "year_until": date, "year_from_at": datetime,
                "term_from": date, "term_until": date, "base_on": date, "silent_from": date, "notices_known": int,
            },
        )  # fmt: skip

    @cached_property
    def starts(self) -> CTE:
        """One row a school and day since which a child may count: the pro-rata goal and what is a deficit."""
        return table_of(
            "counted_since",
            {"school_id": int, "day": date, "at": datetime, "goal": float, "fewest": float},
        )

    @cached_property
    def children(self) -> CTE:
        """One row a current child of a scored family, with its school's period (``school_period``'s columns).

        Where a few families are given, the sum keeps SQLite from going through every student of their school instead.
        """
        period = self.schools
        school = Student.school_id + literal_column("0") if self.some else Student.school_id
        return (
            select(
                FamilyMember.family_id, FamilyMember.student_id, Student.enrolled_on,
                *(column for column in period.c),
            )
            .join(Family, Family.id == FamilyMember.family_id)
            .join(Student, Student.id == FamilyMember.student_id)
            .join(period, period.c.school_id == school)
            .where(FamilyMember.until_on.is_(None), Family.ended_at.is_(None), Student.active)
            .where(self.within(FamilyMember.family_id))
            .cte("child")
        )  # fmt: skip

    @cached_property
    def counted_children(self) -> CTE:
        """Children whose school's own log counts, each from the latest of year start, enrollment and ``log_began``.

        Columns: family_id, student_id, since (local day), since_at (moment), silent (the weeks of grace are over),
        goal, fewest.
        """
        child, start = self.children, self.starts
        since = case((child.c.enrolled_on > child.c.base_on, child.c.enrolled_on), else_=child.c.base_on)
        return (
            select(
                child.c.family_id, child.c.student_id, start.c.day.label("since"), start.c.at.label("since_at"),
                case((start.c.day <= child.c.silent_from, 1), else_=0).label("silent"), start.c.goal, start.c.fewest,
            )
            .join(start, (start.c.school_id == child.c.school_id) & (start.c.day == since))
            .where(child.c.base_on.is_not(None))
            .cte("counted_child")
        )  # fmt: skip


@dataclass(frozen=True)
class Scoring:
    """One scoring, or one look at what it would rest on. ``family_ids`` None: every family."""

    now: datetime
    day: date
    """Today, by the district's clock."""
    periods: Periods
    family_ids: Sequence[int] | None = None

    def values(self, risk: Risk) -> dict[str, object]:
        """What statements over a :class:`Scope` of ``risk`` leave open."""
        return {
            "scored_at": self.now,
            "scored_on": self.day,
            **{f"since_{span}": self.now - timedelta(days=getattr(risk.terms, span)) for span in SPANS},
            "wanted_rows": rows_of([family_id] for family_id in self.family_ids or ()),
            "school_period_rows": rows_of(
                [
                    period.school_id, period.school_year, period.year.starts_on,
                    min(period.today, period.year.ends_on), period.year_from_at,
                    period.term.starts_on if period.term else None,
                    min(period.today, period.term.ends_on) if period.term else None,
                    period.base, period.silent_from, int(period.notices_known),
                ]
                for period in self.periods.schools
            ),
            "counted_since_rows": rows_of(
                [start.school_id, start.day, start.at, start.goal, start.fewest] for start in self.periods.starts
            ),
        }  # fmt: skip
