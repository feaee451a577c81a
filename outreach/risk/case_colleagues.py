"""Who may be given a case: colleagues who work cases, and may see the family."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from models import Account, AccountRole, Family, Role, Staff, StaffSchool, account_role
from outreach.access import NotAllowed, Viewer, sees_family, viewer_of

WORKS_CASES = (AccountRole.COUNSELOR, AccountRole.ADMINISTRATOR, AccountRole.DISTRICT_ADMINISTRATOR)


@dataclass(frozen=True)
class CaseColleague:
    staff_id: int
    name: str


def case_colleagues(session: Session, viewer: Viewer) -> list[CaseColleague]:
    """Colleagues who work cases at one of the viewer's schools (a district administrator: at any), by name; the viewer
    left out. Whether one may see a given family is asked when the case is given."""
    wanted = _who_work_cases().where(
        Staff.id != (viewer.staff_id or 0), Staff.active, or_(Staff.left_on.is_(None), Staff.left_on > viewer.on)
    )
    if not viewer.sees_district:
        here = select(StaffSchool.staff_id).where(StaffSchool.school_id.in_(sorted(viewer.school_ids)))
        wanted = wanted.where(Staff.id.in_(here))
    rows = session.execute(wanted.order_by(func.lower(Staff.display_name), Staff.id))
    return [CaseColleague(staff_id, name) for staff_id, name in rows]


def may_receive(session: Session, staff_id: int, family_ids: Collection[int], now: datetime) -> frozenset[int]:
    """Those of the families whose cases this colleague may work."""
    seen: set[int] = set()
    for account in session.scalars(select(Account).where(Account.staff_id == staff_id, Account.active)):
        try:
            colleague = viewer_of(session, account, now)
        except NotAllowed:  # has left
            continue
        if colleague.sees_risk:
            seen.update(
                session.scalars(
                    select(Family.id).where(Family.id.in_(family_ids), sees_family(colleague, Family.id))
                )
            )  # fmt: skip
    return frozenset(seen)


def _who_work_cases() -> Select[int, str]:
    with_sign_in = (
        select(Account.staff_id)
        .join(account_role, account_role.c.account_id == Account.id)
        .join(Role, Role.id == account_role.c.role_id)
        .where(Account.active, Role.name.in_(WORKS_CASES))
    )
    return select(Staff.id, Staff.display_name).where(Staff.id.in_(with_sign_in))
