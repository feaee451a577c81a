"""Which families and children one scoring looks at, and each child's school's time: what every feature starts from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlalchemy import CTE, ColumnElement, Select, case, select, true
from sqlalchemy.orm import InstrumentedAttribute

from config.tuning import Risk
from models import Family, FamilyMember, Student

from .dialects import table_of
from .periods import Periods


@dataclass(frozen=True)
class Scope:
    """One scoring's families and moment. ``family_ids`` None: every family."""

    now: datetime
    risk: Risk
    periods: Periods
    family_ids: Sequence[int] | None = None

    @cached_property
    def zones(self) -> dict[int, ZoneInfo]:
        return {period.school_id: period.zone for period in self.periods.schools}

    def within(self, family_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
        """Restrict to the given families, inside the statement that reads; true for all."""
        if self.family_ids is None:
            return true()
        return family_id.in_(select(self._wanted.c.family_id))

    @cached_property
    def _wanted(self) -> CTE:
        return table_of("wanted", {"family_id": int}, ([family_id] for family_id in self.family_ids or ()))

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
            (
                [
                    period.school_id, period.school_year, period.year.starts_on,
                    min(period.today, period.year.ends_on), period.year_from_at,
                    period.term.starts_on if period.term else None,
                    min(period.today, period.term.ends_on) if period.term else None,
                    period.base, period.silent_from, int(period.notices_known),
                ]
                for period in self.periods.schools
            ),
        )  # fmt: skip

    @cached_property
    def starts(self) -> CTE:
        """One row a school and day since which a child may count: the pro-rata goal and what is a deficit."""
        return table_of(
            "counted_since",
            {"school_id": int, "day": date, "at": datetime, "goal": float, "fewest": float},
            ([start.school_id, start.day, start.at, start.goal, start.fewest] for start in self.periods.starts),
        )

    @cached_property
    def children(self) -> CTE:
        """One row a current child of a scored family, with its school's period (``school_period``'s columns)."""
        period = self.schools
        return (
            select(
                FamilyMember.family_id, FamilyMember.student_id, Student.enrolled_on,
                *(column for column in period.c),
            )
            .join(Family, Family.id == FamilyMember.family_id)
            .join(Student, Student.id == FamilyMember.student_id)
            .join(period, period.c.school_id == Student.school_id)
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
