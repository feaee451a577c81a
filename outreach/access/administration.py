"""What administrators decide: why the district may write, since when the log counts, and who may sign in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Account, AccountRole, District, OrgKind, School, Staff, StaffSchool
from outreach.errors import NotFound, OutreachError

from .accounts import end_sessions
from .audit import audit
from .grants import require_role
from .viewer import NotAllowed, Viewer

ADMINISTRATORS = (AccountRole.ADMINISTRATOR, AccountRole.DISTRICT_ADMINISTRATOR)


class WordsMissingError(OutreachError):
    """A decision that must be put in words was not."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """One account, as the list of sign-ins shows it. No figure tells how often anybody works."""

    account_id: int
    name: str
    email: str
    roles: tuple[AccountRole, ...]
    active: bool
    has_signed_in: bool


def administered_schools(session: Session, viewer: Viewer) -> list[School]:
    """The schools that ``viewer`` answers for, by name; none for who administers nothing."""
    statement = select(School).where(School.active, School.kind == OrgKind.SCHOOL).order_by(School.name)
    if not viewer.administers:
        return []
    if not viewer.sees_district:
        statement = statement.where(School.id.in_(viewer.school_ids))
    return list(session.scalars(statement))


def sign_ins(session: Session, viewer: Viewer) -> list[SignIn]:
    """The sign-ins of the staff whom ``viewer`` administers, by name. Raises :class:`NotAllowed`."""
    require_role(viewer, *ADMINISTRATORS)
    statement = select(Account, Staff).outerjoin(Staff, Staff.id == Account.staff_id)
    if not viewer.sees_district:
        here = select(StaffSchool.staff_id).where(StaffSchool.school_id.in_(viewer.school_ids))
        statement = statement.where(Account.staff_id.in_(here))
    found = session.execute(statement.order_by(func.lower(func.coalesce(Staff.family_name, Account.email)), Account.id))
    return [
        SignIn(
            account.id, staff.display_name if staff else account.email, account.email,
            tuple(sorted(AccountRole(role.name) for role in account.roles)), account.active,
            account.current_login_at is not None,
        )
        for account, staff in found
    ]  # fmt: skip


def without_sign_in(session: Session, viewer: Viewer) -> int:
    """How many present staff with an e-mail, in the whole district, have no sign-in. Raises :class:`NotAllowed`."""
    require_role(viewer, AccountRole.DISTRICT_ADMINISTRATOR)
    have = select(Account.staff_id).where(Account.staff_id.is_not(None))
    waiting = select(func.count()).where(Staff.active, Staff.email.is_not(None), Staff.id.not_in(have))
    return session.scalar(waiting) or 0


def record_consent_basis(session: Session, viewer: Viewer, words: str, now: datetime) -> District:
    """Keep the district's own words on why it may write to the addresses that families gave it.

    Raises :class:`NotAllowed` for anybody but a district administrator, :class:`WordsMissingError` for no words.
    """
    require_role(viewer, AccountRole.DISTRICT_ADMINISTRATOR)
    if not words.strip():
        raise WordsMissingError("Say in your own words why the district may write to the addresses families gave it.")
    district = session.get(District, 1)
    if district is None:
        raise NotFound("There is no district yet; import a roster first.")
    district.consent_basis, district.consent_basis_at = words.strip(), now
    district.consent_basis_by = viewer.account_id
    audit(session, viewer, "record_consent_basis", "district", district.id, now)
    return district


def set_log_began(session: Session, viewer: Viewer, school_id: int, day: date | None, now: datetime) -> School:
    """From ``day`` on the school's log is complete enough for silence to mean something; None: found out by itself.

    Raises :class:`NotAllowed` for a school that the viewer does not administer.
    """
    school = next((school for school in administered_schools(session, viewer) if school.id == school_id), None)
    if school is None:
        raise NotAllowed("You do not administer this school.")
    school.log_began = day
    audit(session, viewer, "set_log_began", "school", school.id, now, detail={"day": day.isoformat() if day else None})
    return school


def set_active(session: Session, viewer: Viewer, account_id: int, active: bool, now: datetime) -> Account:
    """End a sign-in with all its sessions, or allow it again. Nobody ends their own.

    Raises :class:`NotAllowed` for one's own account and for one of staff whom the viewer does not administer.
    """
    if account_id == viewer.account_id or account_id not in {one.account_id for one in sign_ins(session, viewer)}:
        raise NotAllowed("You cannot change this sign-in.")
    account = session.get_one(Account, account_id)
    if account.active != active:
        account.active = active
        end_sessions(account)
        audit(session, viewer, "activate" if active else "deactivate", "account", account_id, now)
    return account
