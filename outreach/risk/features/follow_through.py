"""A teacher raised something, and nothing two-way came of it."""

from __future__ import annotations

from sqlalchemy import CTE, FromClause, func, select

from config.tuning import Risk
from models import Contact, ContactStudent
from outreach.risk.codes import Code
from outreach.risk.dialects import figures, moment_text
from outreach.risk.points import Reasons, reason, worst
from outreach.risk.scope import Scope
from outreach.risk.terms import raises_a_matter, two_way


def select_reasons(scope: Scope) -> Reasons:
    return reasons(matters_left(scope), scope.risk)


def reasons(left: FromClause, risk: Risk) -> Reasons:
    """From (family_id, student_id, contact_id, occurred_at, purpose): the matter left longest."""
    oldest = worst(select(left), left.c.occurred_at, left.c.student_id)
    evidence = figures(
        student_id=oldest.c.student_id, contact_id=oldest.c.contact_id, at=moment_text(oldest.c.occurred_at),
        purpose=oldest.c.purpose,
    )  # fmt: skip
    return reason(oldest, Code.NO_FOLLOW_THROUGH, risk, evidence)


def matters_left(scope: Scope) -> CTE:
    """For each child the newest matter that is old enough, where nothing two-way about the child came after it.

    What came after the newest came after all older ones too, so the newest decides.
    """
    child = scope.counted_children
    raised = _newest_matters(scope, child)
    spoke_since = (
        select(ContactStudent.student_id)
        .join(raised, raised.c.student_id == ContactStudent.student_id)
        .join(Contact, Contact.id == ContactStudent.contact_id)
        .where(two_way(), Contact.occurred_at > raised.c.occurred_at, Contact.occurred_at <= scope.now)
    )
    return select(raised).where(raised.c.student_id.not_in(spoke_since)).cte("matter_left")


def _newest_matters(scope: Scope, child: CTE) -> CTE:
    newest = func.row_number().over(
        partition_by=child.c.student_id, order_by=(Contact.occurred_at.desc(), Contact.id.desc())
    )
    old_enough = scope.since("follow_through_days")
    matters = (
        select(
            child.c.family_id, child.c.student_id, Contact.id.label("contact_id"), Contact.occurred_at,
            Contact.purpose, newest.label("newest"),
        )
        .select_from(child)
        .join(ContactStudent, ContactStudent.student_id == child.c.student_id)
        .join(Contact, Contact.id == ContactStudent.contact_id)
        .where(raises_a_matter(), Contact.occurred_at >= child.c.since_at, Contact.occurred_at <= old_enough)
        .subquery("matter")
    )  # fmt: skip
    return (
        select(
            matters.c.family_id, matters.c.student_id, matters.c.contact_id, matters.c.occurred_at, matters.c.purpose
        )
        .where(matters.c.newest == 1)
        .cte("newest_matter")
    )
