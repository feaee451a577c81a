"""Questions that wait past their due time."""

from __future__ import annotations

from sqlalchemy import CTE, FromClause, case, func, literal, select

from config.tuning import Risk
from models import Request
from outreach.risk.codes import Code
from outreach.risk.dialects import figures, moment_text
from outreach.risk.points import Reasons, reason
from outreach.risk.scope import Scope
from outreach.risk.terms import past_due


def select_reasons(scope: Scope) -> Reasons:
    return reasons(overdue(scope), scope.risk)


def reasons(late: FromClause, risk: Risk) -> Reasons:
    """From families (family_id, request_id, school_id, department, asked_at, due_at, requests): points for each, up to
    the factor's most; the evidence names the one that waits longest."""
    factor, rows = risk.factor[Code.UNANSWERED_REQUEST], select(late).cte("late")
    points = rows.c.requests * factor.points
    if factor.most is not None:
        points = case((points > factor.most, literal(factor.most)), else_=points)
    evidence = figures(
        request_id=rows.c.request_id, school_id=rows.c.school_id, department=rows.c.department,
        asked_at=moment_text(rows.c.asked_at), due_at=moment_text(rows.c.due_at), requests=rows.c.requests,
    )  # fmt: skip
    return reason(rows, Code.UNANSWERED_REQUEST, risk, evidence, points)


def overdue(scope: Scope) -> CTE:
    """Each family's open requests past due, as one row: the oldest, and how many there are."""
    asked_at = func.coalesce(Request.reopened_at, Request.opened_at, type_=Request.opened_at.type)
    late = (
        select(
            Request.family_id, Request.id.label("request_id"), Request.school_id, Request.department,
            asked_at.label("asked_at"), Request.due_at,
            func.count().over(partition_by=Request.family_id).label("requests"),
            func.row_number().over(partition_by=Request.family_id, order_by=(asked_at, Request.id)).label("place"),
        )
        .where(past_due(scope.now), Request.opened_at <= scope.now, scope.within(Request.family_id))
        .subquery("late_request")
    )  # fmt: skip
    return (
        select(*(column for column in late.c if column.name != "place"))
        .where(late.c.place == 1, late.c.family_id.in_(scope.families()))
        .cte("overdue")
    )
