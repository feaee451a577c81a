"""Whom an address reaches, and who said something about it, as far as the one who looks may know."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Select, and_, func, or_, select, true
from sqlalchemy.orm import Session

from models import (
    Account,
    AccountRole,
    ContactPoint,
    FamilyMember,
    Guardian,
    Guardianship,
    Role,
    Staff,
    StaffSchool,
)
from outreach.access import Viewer, visible_families
from outreach.language import ngettext


@dataclass(frozen=True, slots=True)
class Holders:
    names: tuple[str, ...] = ()
    others: int = 0
    """People of families that the viewer does not see."""

    @property
    def words(self) -> str:
        """ "Rosa Delgado, Luis Delgado and one other person"; empty where nobody here has the address."""
        if not self.others:
            return ", ".join(self.names)
        if not self.names:
            return ngettext("one other person", "%(count)s other people", self.others)
        return ngettext(
            "%(names)s and one other person", "%(names)s and %(count)s other people", self.others,
            names=", ".join(self.names),
        )  # fmt: skip


def seen_guardians(viewer: Viewer, name: str = "seen_family") -> Select[int]:
    """The ids of the present guardians in families that ``viewer`` may see. ``name``: of what the statement puts at
    its top, another one for each place where it stands."""
    # Named at the top of the statement: nested deeper, the rule of who sees whom overflows SQLite's parser.
    families = visible_families(viewer).cte(name)
    return (
        select(Guardianship.guardian_id)
        .join(FamilyMember, FamilyMember.student_id == Guardianship.student_id)
        .where(
            or_(Guardianship.ended_on.is_(None), Guardianship.ended_on > viewer.on),
            FamilyMember.until_on.is_(None), FamilyMember.family_id.in_(select(families.c.id)),
        )
    )  # fmt: skip


def holders_of(session: Session, viewer: Viewer | None, address_ids: Collection[int]) -> dict[int, Holders]:
    """Whom each address reaches: by name the guardians whose family ``viewer`` may see, the rest counted. Ask
    :func:`~outreach.delivery.ledger.seen_address` first; None: the command line, which sees all."""
    everybody = viewer is None or viewer.sees_district
    seen = true() if everybody or viewer is None else Guardian.id.in_(seen_guardians(viewer))
    rows = session.execute(
        select(ContactPoint.address_id, Guardian, seen)
        .join(Guardian, Guardian.id == ContactPoint.guardian_id)
        .where(ContactPoint.address_id.in_(address_ids), ContactPoint.active)
        .order_by(Guardian.family_name, Guardian.given_name, Guardian.id)
    )
    found: dict[int, Holders] = {}
    for address_id, guardian, may_be_named in rows:
        before = found.get(address_id, Holders())
        name = f"{guardian.preferred_name or guardian.given_name} {guardian.family_name}"
        found[address_id] = (
            Holders((*before.names, name), before.others) if may_be_named else Holders(before.names, before.others + 1)
        )
    return found


def people(session: Session, account_ids: Collection[int]) -> dict[int, str]:
    """The names of those who recorded something."""
    rows = session.execute(
        select(Account.id, func.coalesce(Staff.display_name, Account.email))
        .outerjoin(Staff, Staff.id == Account.staff_id)
        .where(Account.id.in_(account_ids))
    )
    return dict(rows.all())


def of_other_schools(session: Session, viewer: Viewer | None, account_ids: Collection[int]) -> set[int]:
    """Those of the accounts with whom ``viewer`` shares no school: what they noted may be about families there. The
    district's administrators are of every school."""
    if viewer is None or viewer.sees_district:
        return set()
    here = Account.staff_id.in_(select(StaffSchool.staff_id).where(StaffSchool.school_id.in_(viewer.school_ids)))
    district = Account.roles.any(Role.name == AccountRole.DISTRICT_ADMINISTRATOR.value)
    shared = and_(Account.id.in_(account_ids), or_(here, district, Account.id == viewer.account_id))
    return set(account_ids) - set(session.scalars(select(Account.id).where(shared)))
