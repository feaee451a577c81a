"""A family that writes and writes while nobody at school begins."""

from __future__ import annotations

from sqlalchemy import CTE, ColumnElement, FromClause, and_, case, func, or_, select

from config.tuning import Risk
from models import Contact, ContactStudent, Request, RequestEvent, Verdict
from outreach.risk.codes import Code
from outreach.risk.dialects import figures, moment_text
from outreach.risk.points import Reasons, reason
from outreach.risk.scope import Scope
from outreach.risk.terms import family_contact, personal_contact, settled_in_time


def select_reasons(scope: Scope) -> Reasons:
    return reasons(inbound(scope), scope.risk)


def reasons(wrote: FromClause, risk: Risk) -> Reasons:
    """From families that nobody spoke to first (family_id, contacts, first_at, last_at, unsettled, unhelpful): those
    that wrote often enough and were not simply answered well."""
    answered_well = and_(wrote.c.unsettled == 0, wrote.c.unhelpful == 0)
    surging = select(wrote).where(wrote.c.contacts >= risk.terms.surge_contacts, ~answered_well).cte("surging")
    evidence = figures(
        contacts=surging.c.contacts, first_at=moment_text(surging.c.first_at), last_at=moment_text(surging.c.last_at)
    )
    return reason(surging, Code.INBOUND_SURGE, risk, evidence)


def inbound(scope: Scope) -> CTE:
    """What each family began in the last days where school began nothing, and how its contacts were answered."""
    recent = _recent(scope)
    begun = select(recent.c.family_id).where(recent.c.by_family == 0)
    wrote = select(recent).where(recent.c.by_family == 1, recent.c.family_id.not_in(begun)).cte("wrote")
    outcome = _outcomes(wrote)
    settled = select(outcome.c.contact_id).where(outcome.c.settled == 1)
    unhelpful = select(outcome.c.contact_id).where(outcome.c.unhelpful == 1)
    return (
        select(
            wrote.c.family_id, func.count().label("contacts"), func.min(wrote.c.occurred_at).label("first_at"),
            func.max(wrote.c.occurred_at).label("last_at"),
            func.sum(case((wrote.c.contact_id.in_(settled), 0), else_=1)).label("unsettled"),
            func.sum(case((wrote.c.contact_id.in_(unhelpful), 1), else_=0)).label("unhelpful"),
        )
        .group_by(wrote.c.family_id)
        .cte("inbound")
    )  # fmt: skip


def _recent(scope: Scope) -> CTE:
    """Contacts of the last days with a family, one row each however many of its children they were about."""
    child = scope.counted_children
    since = scope.since("surge_days")
    counted = and_(family_contact(), Contact.occurred_at >= child.c.since_at)
    by_family = case((family_contact(), 1), else_=0)
    return (
        select(child.c.family_id, Contact.id.label("contact_id"), Contact.occurred_at, by_family.label("by_family"))
        .select_from(Contact)
        .join(ContactStudent, ContactStudent.contact_id == Contact.id)
        .join(child, child.c.student_id == ContactStudent.student_id)
        .where(Contact.occurred_at >= since, Contact.occurred_at <= scope.now, or_(counted, personal_contact()))
        .distinct()
        .cte("recent")
    )


def _outcomes(wrote: CTE) -> CTE:
    """For each contact that belongs to a request: whether that was settled in time, whether the family said that it
    did not help. A contact without a request was not answered as far as we know."""
    belongs = or_(Request.opened_by_contact_id == wrote.c.contact_id, RequestEvent.contact_id == wrote.c.contact_id)
    return (
        select(
            wrote.c.contact_id, func.max(case((settled_in_time(), 1), else_=0)).label("settled"),
            func.max(case((Verdict.id.is_not(None), 1), else_=0)).label("unhelpful"),
        )
        .select_from(wrote)
        .join(Request, Request.family_id == wrote.c.family_id)
        .outerjoin(
            RequestEvent,
            and_(RequestEvent.request_id == Request.id, RequestEvent.contact_id == wrote.c.contact_id),
        )
        .outerjoin(Verdict, _called_unhelpful(wrote))
        .where(belongs)
        .group_by(wrote.c.contact_id)
        .cte("outcome")
    )  # fmt: skip


def _called_unhelpful(wrote: CTE) -> ColumnElement[bool]:
    about = or_(
        Verdict.request_id == Request.id,
        Verdict.contact_id == wrote.c.contact_id,
        Verdict.contact_id == Request.answered_by_contact_id,
    )
    return and_(Verdict.family_id == wrote.c.family_id, ~Verdict.helped, about)
