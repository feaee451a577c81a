"""Days absent this school year, excused and unexcused; tardy and partial do not count."""

from __future__ import annotations

from sqlalchemy import CTE, BigInteger, FromClause, and_, case, cast, func, or_, select

from config.tuning import Risk
from models import COUNTED_ABSENCES, Absence
from outreach.risk.codes import Code
from outreach.risk.dialects import figures, whole
from outreach.risk.points import Reasons, either, reason, worst
from outreach.risk.scope import Scope

PARTS = 100
"""Days are summed as whole hundredths, so that half days add up alike everywhere."""


def select_reasons(scope: Scope) -> Reasons:
    return reasons(days_absent(scope), scope.risk)


def reasons(absent: FromClause, risk: Risk) -> Reasons:
    """From (family_id, student_id, parts): the child who was away most, where that is some or many days."""
    some, many = risk.terms.absences_some * PARTS, risk.terms.absences_many * PARTS
    most = worst(select(absent).where(absent.c.parts >= some), absent.c.parts.desc(), absent.c.student_id)
    evidence = figures(student_id=most.c.student_id, days=most.c.parts / float(PARTS))
    return either(
        reason(most, Code.ABSENCES_6_10, risk, evidence).where(most.c.parts < many),
        reason(most, Code.ABSENCES_11_UP, risk, evidence).where(most.c.parts >= many),
    )


def days_absent(scope: Scope) -> CTE:
    """Each child's days absent this school year. A SIS gives dates or one running count; of both, the larger."""
    child = scope.children
    parts, dated = whole(Absence.days, PARTS), Absence.occurred_on.is_not(None)
    sums = (
        select(
            child.c.family_id, child.c.student_id,
            cast(func.sum(case((dated, parts), else_=0)), BigInteger).label("dated"),
            cast(func.sum(case((dated, 0), else_=parts)), BigInteger).label("counted"),
        )
        .join(Absence, Absence.student_id == child.c.student_id)
        .where(
            Absence.category.in_(COUNTED_ABSENCES),
            or_(
                and_(dated, Absence.occurred_on.between(child.c.year_from, child.c.year_until)),
                and_(~dated, Absence.school_year == child.c.school_year),
            ),
        )
        .group_by(child.c.family_id, child.c.student_id)
        .subquery("absent")
    )  # fmt: skip
    larger = case((sums.c.dated >= sums.c.counted, sums.c.dated), else_=sums.c.counted)
    return select(sums.c.family_id, sums.c.student_id, larger.label("parts")).cte("days_absent")
