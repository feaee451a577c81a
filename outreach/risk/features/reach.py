"""Families of whom nobody can be reached: no living number or e-mail of anybody who may be told about the children."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    Select,
    and_,
    case,
    distinct,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from config.tuning import Risk
from models import (
    Address,
    AddressHealth,
    AddressKind,
    Channel,
    Consent,
    ConsentCategory,
    ConsentState,
    ContactPoint,
    Family,
    FamilyMember,
    Guardian,
    Guardianship,
    Student,
)
from outreach.risk.codes import Code
from outreach.risk.dialects import figures, moment_text
from outreach.risk.points import Reasons
from outreach.risk.scope import Scope


def select_reasons(scope: Scope) -> Reasons:
    return reasons(out_of_reach(scope), scope.risk)


def reasons(families: FromClause, risk: Risk) -> Reasons:
    """From families (family_id, people, addresses, dead, withdrawn, tried_at), one reason each, also where it gives no
    points: it is told so that somebody finds a way, not because it makes a family more or less content."""
    rows = select(families).cte("unreached")
    evidence = figures(
        people=rows.c.people, addresses=rows.c.addresses, dead=rows.c.dead, withdrawn=rows.c.withdrawn,
        tried_at=moment_text(rows.c.tried_at),
    )  # fmt: skip
    return select(
        rows.c.family_id, literal(Code.UNREACHABLE.value).label("code"),
        literal(risk.factor[Code.UNREACHABLE].points).label("points"), evidence.label("evidence"),
    )  # fmt: skip


def out_of_reach(scope: Scope) -> CTE:
    """Each family that nobody reaches: who may be told, their numbers and e-mails, how many of these are dead, how many
    e-mails asked for no more, and when one was last tried. A number that gets no texts can be called all the same."""
    address = aliased(Address)
    return (
        select(
            FamilyMember.family_id, func.count(distinct(Guardian.id)).label("people"),
            func.count(distinct(address.id)).label("addresses"),
            func.count(distinct(case((_dead(address), address.id)))).label("dead"),
            func.count(distinct(case((and_(~_dead(address), _withdrawn(address)), address.id)))).label("withdrawn"),
            func.max(address.last_receipt_at, type_=Address.last_receipt_at.type).label("tried_at"),
        )
        .select_from(FamilyMember)
        .join(Family, Family.id == FamilyMember.family_id)
        .join(Student, Student.id == FamilyMember.student_id)
        .outerjoin(Guardianship, and_(Guardianship.student_id == Student.id, _may_be_told(scope)))
        .outerjoin(Guardian, and_(Guardian.id == Guardianship.guardian_id, _is_here()))
        .outerjoin(ContactPoint, and_(ContactPoint.guardian_id == Guardian.id, ContactPoint.active))
        .outerjoin(address, and_(address.id == ContactPoint.address_id, address.kind != AddressKind.POSTAL))
        .where(_present(), scope.within(FamilyMember.family_id), FamilyMember.family_id.not_in(_reached(scope)))
        .group_by(FamilyMember.family_id)
        .cte("out_of_reach")
    )  # fmt: skip


def _reached(scope: Scope) -> Select[int]:
    """Families with at least one child of whom somebody can be told by a call or an e-mail."""
    return (
        select(FamilyMember.family_id)
        .join(Family, Family.id == FamilyMember.family_id)
        .join(Student, Student.id == FamilyMember.student_id)
        .join(Guardianship, and_(Guardianship.student_id == Student.id, _may_be_told(scope)))
        .join(Guardian, and_(Guardian.id == Guardianship.guardian_id, _is_here()))
        .join(ContactPoint, and_(ContactPoint.guardian_id == Guardian.id, ContactPoint.active))
        .join(Address, Address.id == ContactPoint.address_id)
        .where(
            _present(), scope.within(FamilyMember.family_id), Address.kind != AddressKind.POSTAL, ~_dead(Address),
            ~_withdrawn(Address), ~_held_by_somebody_barred(scope),
        )
    )  # fmt: skip


def _present() -> ColumnElement[bool]:
    return and_(FamilyMember.until_on.is_(None), Family.ended_at.is_(None), Student.active)


def _may_be_told(scope: Scope) -> ColumnElement[bool]:
    return and_(
        Guardianship.may_contact, Guardianship.holds_rights, ~Guardianship.emergency_only,
        or_(Guardianship.ended_on.is_(None), Guardianship.ended_on > scope.day),
    )  # fmt: skip


def _is_here() -> ColumnElement[bool]:
    return and_(Guardian.active, Guardian.merged_into_id.is_(None))


def _dead(address: Any) -> ColumnElement[bool]:
    found: ColumnElement[bool] = address.health == AddressHealth.DEAD
    return found


def _withdrawn(address: Any) -> ColumnElement[bool]:
    """It is an e-mail whose newest word on consent for school matters is no."""
    no, later = aliased(Consent), aliased(Consent)
    about = (no.address_id == address.id, no.channel == Channel.EMAIL, no.category == ConsentCategory.SCHOOL)
    taken_back = exists().where(
        later.address_id == no.address_id, later.channel == no.channel, later.category == no.category,
        later.id > no.id,
    )  # fmt: skip
    return and_(address.kind == AddressKind.EMAIL, exists().where(*about, no.state == ConsentState.OUT, ~taken_back))


def _held_by_somebody_barred(scope: Scope) -> ColumnElement[bool]:
    """The address also reaches a person who may not be told about this child: it is never used (DESIGN §3)."""
    barred, point = aliased(Guardianship), aliased(ContactPoint)
    return exists().where(
        barred.student_id == Student.id, or_(~barred.may_contact, ~barred.holds_rights),
        or_(barred.ended_on.is_(None), barred.ended_on > scope.day),
        point.guardian_id == barred.guardian_id, point.active, point.address_id == Address.id,
    )  # fmt: skip
