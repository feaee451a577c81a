"""The family's own latest answer to the survey."""

from __future__ import annotations

from sqlalchemy import CTE, FromClause, func, select

from config.tuning import Risk
from models import Segment, SurveyResponse
from outreach.risk.codes import Code
from outreach.risk.dialects import figures, moment_text
from outreach.risk.points import Reasons, either, reason
from outreach.risk.scope import Scope


def select_reasons(scope: Scope) -> Reasons:
    return reasons(latest(scope), scope.risk)


def reasons(answers: FromClause, risk: Risk) -> Reasons:
    """From families' latest answers (family_id, response_id, score, segment, answered_at)."""
    rows = select(answers).cte("answer")
    evidence = figures(response_id=rows.c.response_id, score=rows.c.score, at=moment_text(rows.c.answered_at))
    return either(
        reason(rows, Code.SURVEY_DETRACTOR, risk, evidence).where(rows.c.segment == Segment.DETRACTOR),
        reason(rows, Code.SURVEY_PROMOTER, risk, evidence).where(rows.c.segment == Segment.PROMOTER),
    )


def latest(scope: Scope) -> CTE:
    """Each family's newest answer within the last days that count."""
    since = scope.since("survey_days")
    newest = func.row_number().over(
        partition_by=SurveyResponse.family_id, order_by=(SurveyResponse.answered_at.desc(), SurveyResponse.id.desc())
    )
    given = (
        select(
            SurveyResponse.family_id, SurveyResponse.id.label("response_id"), SurveyResponse.score,
            SurveyResponse.segment, SurveyResponse.answered_at, newest.label("newest"),
        )
        .where(
            SurveyResponse.answered_at >= since, SurveyResponse.answered_at <= scope.now,
            scope.within(SurveyResponse.family_id),
        )
        .subquery("survey_answer")
    )  # fmt: skip
    return (
        select(*(column for column in given.c if column.name != "newest"))
        .where(given.c.newest == 1, given.c.family_id.in_(scope.families()))
        .cte("latest_answer")
    )
