"""Sign-ins come and go with the roster: invited from it, ended when somebody leaves."""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from argon2 import PasswordHasher
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Account, AccountRole, District, Role, Staff, StaffRole
from outreach.errors import OutreachError
from outreach.language import _

from .audit import audit
from .presence import working_here
from .viewer import Viewer

ROLE_OF_STAFF = {
    StaffRole.TEACHER: AccountRole.TEACHER,
    StaffRole.SPECIAL_EDUCATION: AccountRole.TEACHER,
    StaffRole.COUNSELOR: AccountRole.COUNSELOR,
    StaffRole.ADMINISTRATOR: AccountRole.ADMINISTRATOR,
    StaffRole.FRONT_OFFICE: AccountRole.RECORDER,
}
"""What a roster's role may become unasked. District staff are given theirs by hand: it opens every family."""


class AccountRefused(OutreachError):
    """A sign-in that cannot be made as asked."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How many sign-ins were ended."""

    deactivated: int


@dataclass(frozen=True, slots=True)
class Invited:
    account_id: int
    email: str


@dataclass(frozen=True, slots=True)
class InvitationFigures:
    """What an invitation from the roster did; ``skipped`` counts staff by the reason they got none."""

    invited: tuple[Invited, ...]
    already: int
    skipped: dict[str, int] = field(default_factory=dict)


def deactivate_accounts_of_departed_staff(session: Session, now: datetime) -> Figures:
    """End the sign-ins, and every open session, of staff who are inactive or whose last day has come. Idempotent."""
    zone = session.scalar(select(District.timezone))
    today = now.astimezone(ZoneInfo(zone or "UTC")).date()
    leaving = session.scalars(
        select(Account).join(Staff, Staff.id == Account.staff_id).where(Account.active, ~working_here(today))
    ).all()
    for account in leaving:
        account.active = False
        end_sessions(account)
        audit(session, None, "deactivate", "account", account.id, now, because="no longer on the roster")
    session.flush()
    return Figures(deactivated=len(leaving))


def end_sessions(account: Account) -> None:
    """Sign this account out everywhere: each session names the value that is changed here."""
    account.fs_uniquifier = secrets.token_hex(32)


def invite_from_roster(session: Session, now: datetime) -> InvitationFigures:
    """Make a sign-in, without a password, for each active staff member who has an e-mail and no account yet.

    The caller sends each of ``invited`` the link that sets a password. A second run invites nobody twice.
    """
    taken = set(session.scalars(select(func.lower(Account.email))))
    have = set(session.scalars(select(Account.staff_id).where(Account.staff_id.is_not(None))))
    invited: list[Invited] = []
    skipped: dict[str, int] = {}
    already = 0
    for staff in session.scalars(select(Staff).where(Staff.active).order_by(Staff.id)):
        if staff.id in have:
            already += 1
            continue
        email = _normal(staff.email)
        why = _why_not(staff, email, taken)
        if why or email is None:
            skipped[why or "no e-mail address"] = skipped.get(why or "no e-mail address", 0) + 1
            continue
        taken.add(email)
        account = create_account(session, email, ROLE_OF_STAFF[staff.role], now, staff_id=staff.id)
        invited.append(Invited(account.id, email))
    return InvitationFigures(tuple(invited), already, skipped)


def create_account(
    session: Session, email: str, role: AccountRole, now: datetime,
    *, password_hash: str | None = None, staff_id: int | None = None, viewer: Viewer | None = None,
) -> Account:  # fmt: skip
    """One sign-in with one role (flushed). ``staff_id`` ties it to a staff member; without one, the staff member with
    the same e-mail, where there is exactly one. ``viewer`` makes it; None: the system, or the command line.

    Raises :class:`AccountRefused` where the e-mail is none, or already signs in.
    """
    address = _normal(email)
    if address is None:
        if not email.strip():
            raise AccountRefused(_("There is no e-mail address on record, and a sign-in needs one."))
        raise AccountRefused(
            _("“%(email)s” is not an e-mail address; give one like name@school.org.", email=email.strip())
        )
    if session.scalar(select(Account.id).where(func.lower(Account.email) == address)):
        raise AccountRefused(_("%(address)s already has a sign-in.", address=address))
    made = Account(
        email=address, password=password_hash, active=True, fs_uniquifier=secrets.token_hex(32), confirmed_at=now,
        created_at=now, staff_id=staff_id or _staff_with(session, address), roles=[role_named(session, role)],
    )  # fmt: skip
    session.add(made)
    session.flush()
    audit(session, viewer, "create", "account", made.id, now, detail={"role": role.value})
    return made


def hash_password(password: str) -> str:
    """``password`` as it is kept: argon2id, after the same normal form (NFKD) that the sign-in page compares in."""
    return PasswordHasher().hash(unicodedata.normalize("NFKD", password))


def role_named(session: Session, role: AccountRole) -> Role:
    """The role's row, made on first use."""
    found = session.scalar(select(Role).where(Role.name == role.value))
    if found is None:
        found = Role(name=role.value)
        session.add(found)
        session.flush()
    return found


def _why_not(staff: Staff, email: str | None, taken: set[str]) -> str | None:
    if email is None:
        return "no e-mail address"
    if email in taken:
        return "e-mail already in use"
    return None if staff.role in ROLE_OF_STAFF else "district staff: given a role by hand"


def _staff_with(session: Session, email: str) -> int | None:
    found = session.scalars(select(Staff.id).where(func.lower(Staff.email) == email, Staff.active).limit(2)).all()
    return found[0] if len(found) == 1 else None


def _normal(email: str | None) -> str | None:
    try:
        return validate_email(email or "", check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError:
        return None
