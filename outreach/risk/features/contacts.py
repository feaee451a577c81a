"""Who has heard from us this year: personal contacts, teachers' against the goal, general notices."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CTE, ColumnElement, Date, FromClause, and_, case, func, literal, select, union_all

from config.tuning import Risk
from models import Contact, ContactStudent
from outreach.risk.codes import Code
from outreach.risk.dialects import day_text, figures, whole
from outreach.risk.points import Reason, Reasons, either, reason, worst
from outreach.risk.scope import Scope
from outreach.risk.terms import general_notice, personal_contact, teacher_contact

TENTHS = 10


def select_reasons(scope: Scope) -> Reasons:
    return reasons(heard(scope), noticed(scope), scope.risk)


def reasons(heard_from_us: FromClause, notices: FromClause, risk: Risk) -> Reasons:
    """From children (family_id, student_id, since, personal, teacher, goal, fewest) and families (family_id, since,
    notices): silence. A figure that is null is unknown and gives no points."""
    return either(_silence(heard_from_us, risk), _deficit(heard_from_us, risk), _no_notice(notices, risk))


def _silence(heard_from_us: FromClause, risk: Risk) -> Reason:
    silent = worst(
        select(heard_from_us).where(heard_from_us.c.personal == 0), heard_from_us.c.since, heard_from_us.c.student_id
    )
    return reason(silent, Code.NO_PERSONAL_CONTACT, risk, figures(student_id=silent.c.student_id, since=silent.c.since))


def _deficit(heard_from_us: FromClause, risk: Risk) -> Reason:
    short = worst(
        select(heard_from_us).where(heard_from_us.c.teacher < heard_from_us.c.fewest),
        heard_from_us.c.teacher, heard_from_us.c.goal.desc(), heard_from_us.c.student_id,
    )  # fmt: skip
    evidence = figures(
        student_id=short.c.student_id, contacts=short.c.teacher, since=short.c.since,
        goal=whole(short.c.goal, TENTHS) / float(TENTHS),
    )  # fmt: skip
    return reason(short, Code.CONTACT_DEFICIT, risk, evidence)


def _no_notice(notices: FromClause, risk: Risk) -> Reason:
    missed = select(notices).where(notices.c.notices == 0).cte("missed_notices")
    return reason(missed, Code.NO_GENERAL_NOTICE, risk, figures(since=missed.c.since))


def heard(scope: Scope) -> CTE:
    """Each child past the weeks of grace: personal and teacher-initiated contacts since its log counts, and the goal.

    A row of zeros for each child and a row for each contact, summed: both databases do that in one pass.
    """
    child = scope.counted_children
    about = [child.c.family_id, child.c.student_id, child.c.since, child.c.goal, child.c.fewest]
    nothing = select(*about, literal(0).label("personal"), literal(0).label("teacher")).where(child.c.silent == 1)
    contacts = (
        select(*about, literal(1), case((teacher_contact(), 1), else_=0))
        .select_from(child)
        .join(ContactStudent, ContactStudent.student_id == child.c.student_id)
        .join(Contact, Contact.id == ContactStudent.contact_id)
        .where(child.c.silent == 1, personal_contact(), _from_until(scope, child.c.since_at))
    )
    both = union_all(nothing, contacts).subquery("contacts_of_child")
    return (
        select(
            both.c.family_id, both.c.student_id, day_text(both.c.since).label("since"),
            func.sum(both.c.personal).label("personal"), func.sum(both.c.teacher).label("teacher"),
            both.c.goal, both.c.fewest,
        )
        .group_by(both.c.family_id, both.c.student_id, both.c.since, both.c.goal, both.c.fewest)
        .cte("heard")
    )  # fmt: skip


def _from_until(scope: Scope, since_at: ColumnElement[datetime]) -> ColumnElement[bool]:
    return and_(Contact.occurred_at >= since_at, Contact.occurred_at <= scope.now)


def noticed(scope: Scope) -> CTE:
    """Each family with a child enrolled past the weeks of grace at a school whose notices are known: how many of this
    year's general notices reached it, about any of its children."""
    child = scope.children
    since = case((child.c.enrolled_on > child.c.year_from, child.c.enrolled_on), else_=child.c.year_from)
    known = and_(child.c.notices_known == 1, child.c.silent_from.is_not(None), since <= child.c.silent_from)
    expecting = select(child.c.family_id, since.label("since"), literal(0).label("notices")).where(known)
    got = (
        select(child.c.family_id, literal(None, Date), literal(1))
        .select_from(child)
        .join(ContactStudent, ContactStudent.student_id == child.c.student_id)
        .join(Contact, Contact.id == ContactStudent.contact_id)
        .where(general_notice(), _from_until(scope, child.c.year_from_at))
    )
    both = union_all(expecting, got).subquery("notices_of_family")
    return (
        select(
            both.c.family_id, day_text(func.min(both.c.since)).label("since"), func.sum(both.c.notices).label("notices")
        )
        .group_by(both.c.family_id)
        .having(func.min(both.c.since).is_not(None))
        .cte("noticed")
    )  # fmt: skip
