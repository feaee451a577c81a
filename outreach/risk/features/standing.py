"""How a child stands in each core subject, and over all of them, in the running term.

All percents are compared as whole ten-thousandths, so that both databases and Python agree to the last one.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    select,
)
from sqlalchemy.orm import aliased

from config.tuning import Risk
from models import CORE_SUBJECTS, Level, Mark, MarkKind
from outreach.risk.codes import Code
from outreach.risk.dialects import LATER, day_text, figures, newest_first_key, whole
from outreach.risk.dialects import TENTHS_OF_THOUSANDTHS as PARTS
from outreach.risk.points import Reasons, either, reason, worst
from outreach.risk.scope import Scope
from outreach.risk.terms import LEVELS_FROM_LOWEST, LOW_PERFORMANCE, RANK

PARTS_A_HUNDREDTH = PARTS // 100


def select_reasons(scope: Scope) -> Reasons:
    standings = subjects(scope)
    return reasons(standings, overall(standings), scope.risk)


def reasons(subject_standings: FromClause, overall_standings: FromClause, risk: Risk) -> Reasons:
    """From subjects (family_id, student_id, subject, parts, rank, day) and overalls (family_id, student_id, parts,
    subjects, day): the family's lowest core subject, and its lowest overall grade. No core subject, no reason."""
    return either(_grade(overall_standings, risk), *_work(subject_standings, risk))


def _grade(overalls: FromClause, risk: Risk) -> Select[int, str, int, object]:
    low = worst(
        select(overalls).where(overalls.c.parts < risk.terms.c_or_below_under * PARTS),
        overalls.c.parts, overalls.c.student_id,
    )  # fmt: skip
    return reason(
        low, Code.GRADE_C_OR_BELOW, risk,
        figures(student_id=low.c.student_id, percent=_percent(low.c.parts), subjects=low.c.subjects, on=low.c.day),
    )  # fmt: skip


def _work(standings: FromClause, risk: Risk) -> list[Select[int, str, int, object]]:
    lowest = worst(
        select(standings).where(standings.c.rank <= RANK[Level.AVERAGE]),
        standings.c.rank, case((standings.c.parts.is_(None), 1), else_=0), standings.c.parts,
        standings.c.student_id, standings.c.subject,
    )  # fmt: skip
    level = case({RANK[each]: each.value for each in LEVELS_FROM_LOWEST}, value=lowest.c.rank)
    evidence = figures(
        student_id=lowest.c.student_id, subject=lowest.c.subject, percent=_percent(lowest.c.parts), level=level,
        on=lowest.c.day,
    )  # fmt: skip
    low = lowest.c.rank <= max(RANK[level] for level in LOW_PERFORMANCE)
    return [
        reason(lowest, Code.WORK_BELOW_AVERAGE, risk, evidence).where(low),
        reason(lowest, Code.WORK_AVERAGE, risk, evidence).where(~low),
    ]


def _percent(parts: ColumnElement[int]) -> ColumnElement[Any]:
    """For people, to two decimals, cut rather than rounded: 69.999 must not read as 70."""
    return (parts // PARTS_A_HUNDREDTH) / 100.0


def overall(standings: FromClause) -> CTE:
    """Each child's mean over the core subjects that have a percent, half up."""
    count, total = func.count(standings.c.parts), cast(func.sum(standings.c.parts), BigInteger)
    return (
        select(
            standings.c.family_id, standings.c.student_id, ((2 * total + count) // (2 * count)).label("parts"),
            count.label("subjects"), func.max(standings.c.day).label("day"),
        )
        .where(standings.c.parts.is_not(None))
        .group_by(standings.c.family_id, standings.c.student_id)
        .cte("overall_standing")
    )  # fmt: skip


def subjects(scope: Scope) -> CTE:
    """Each child's standing in each core subject: the term's newest report-card mark where there is one, else the
    unweighted mean percent of its results, else (only levels were given) the newest level.

    One pass over the marks; the few marks that decide by themselves are then looked up by id.
    """
    term = _marks_of_the_term(scope)
    deciding = aliased(Mark, name="deciding_mark")
    decides = case((term.c.card.is_not(None), term.c.card), (term.c.results == 0, term.c.level_only))
    mean = (2 * term.c.total + term.c.results) // (2 * term.c.results)
    parts = case((deciding.percent.is_not(None), whole(deciding.percent, PARTS)), (decides.is_(None), mean))
    standing = (
        select(
            term.c.family_id, term.c.student_id, term.c.subject, parts.label("parts"), deciding.level,
            case((deciding.id.is_not(None), deciding.marked_on), else_=term.c.marked_on).label("marked_on"),
        )
        .outerjoin(deciding, deciding.id == decides % LATER)
        .subquery("standing")
    )  # fmt: skip
    by_level = case({level.value: rank for level, rank in RANK.items()}, value=standing.c.level)
    return select(
        standing.c.family_id, standing.c.student_id, standing.c.subject, standing.c.parts,
        case((standing.c.parts.is_(None), by_level), else_=_rank(standing.c.parts, scope.risk)).label("rank"),
        day_text(standing.c.marked_on).label("day"),
    ).cte("subject_standing")  # fmt: skip


def _marks_of_the_term(scope: Scope) -> Subquery:
    """One row a child and core subject with a mark in the running term: sum and count of its results' percents, and
    the keys of its newest report-card mark and of its newest result with only a level."""
    child = scope.children
    result = and_(Mark.kind == MarkKind.RESULT, Mark.percent.is_not(None))
    level_only = and_(Mark.kind == MarkKind.RESULT, Mark.percent.is_(None))
    key = newest_first_key(Mark.marked_on, Mark.id)
    return (
        select(
            child.c.family_id, child.c.student_id, Mark.subject,
            cast(func.sum(case((result, whole(Mark.percent, PARTS)), else_=0)), BigInteger).label("total"),
            func.sum(case((result, 1), else_=0)).label("results"),
            func.max(case((result, Mark.marked_on))).label("marked_on"),
            func.max(case((Mark.kind == MarkKind.REPORT_CARD, key))).label("card"),
            func.max(case((level_only, key))).label("level_only"),
        )
        .join(Mark, Mark.student_id == child.c.student_id)
        .where(
            Mark.active, Mark.subject.in_(CORE_SUBJECTS), Mark.marked_on.between(child.c.term_from, child.c.term_until)
        )
        .group_by(child.c.family_id, child.c.student_id, Mark.subject)
        .subquery("term_marks")
    )  # fmt: skip


def _rank(parts: ColumnElement[int], risk: Risk) -> ColumnElement[int]:
    terms = risk.terms
    return case(
        (parts >= terms.above_average_from * PARTS, literal(RANK[Level.ABOVE_AVERAGE])),
        (parts >= terms.average_from * PARTS, literal(RANK[Level.AVERAGE])),
        (parts >= terms.below_average_from * PARTS, literal(RANK[Level.BELOW_AVERAGE])),
        else_=literal(RANK[Level.FAILING]),
    )
