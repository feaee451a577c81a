"""The family's own latest word on whether something helped."""

from __future__ import annotations

from sqlalchemy import CTE, FromClause, func, select

from config.tuning import Risk
from models import Contact, Verdict
from outreach.risk.codes import Code
from outreach.risk.dialects import figures, moment_text
from outreach.risk.points import Reasons, reason
from outreach.risk.scope import Scope


def select_reasons(scope: Scope) -> Reasons:
    return reasons(latest(scope), scope.risk)


def reasons(verdicts: FromClause, risk: Risk) -> Reasons:
    """From families' latest verdicts (family_id, verdict_id, contact_id, request_id, given_at, helped)."""
    unhelpful = select(verdicts).where(~verdicts.c.helped).cte("unhelpful")
    evidence = figures(
        verdict_id=unhelpful.c.verdict_id, contact_id=unhelpful.c.contact_id, request_id=unhelpful.c.request_id,
        at=moment_text(unhelpful.c.given_at),
    )  # fmt: skip
    return reason(unhelpful, Code.UNHELPFUL_OUTCOME, risk, evidence)


def latest(scope: Scope) -> CTE:
    """Each family's newest verdict of the last days, but for those about a contact that was undone."""
    since = scope.since("verdict_days")
    newest = func.row_number().over(
        partition_by=Verdict.family_id, order_by=(Verdict.given_at.desc(), Verdict.id.desc())
    )
    given = (
        select(
            Verdict.family_id, Verdict.id.label("verdict_id"), Verdict.contact_id, Verdict.request_id,
            Verdict.given_at, Verdict.helped, newest.label("newest"),
        )
        .outerjoin(Contact, Contact.id == Verdict.contact_id)
        .where(
            Contact.voided_at.is_(None), Verdict.given_at >= since, Verdict.given_at <= scope.now,
            scope.within(Verdict.family_id),
        )
        .subquery("verdict_given")
    )  # fmt: skip
    return (
        select(*(column for column in given.c if column.name != "newest"))
        .where(given.c.newest == 1, given.c.family_id.in_(scope.families()))
        .cte("latest_verdict")
    )
