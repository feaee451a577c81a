"""Five people of the made-up district who can sign in, one of each role, chosen so that each has something to do."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Account, AccountRole, Assignment, Outreach, OutreachState, Staff, StaffRole, StaffSchool
from outreach.access.accounts import create_account, hash_password
from outreach.generate.names import STREETS

WORDS_IN_PASSWORD = 4
ROLES = {
    AccountRole.TEACHER: StaffRole.TEACHER,
    AccountRole.COUNSELOR: StaffRole.COUNSELOR,
    AccountRole.ADMINISTRATOR: StaffRole.ADMINISTRATOR,
    AccountRole.RECORDER: StaffRole.FRONT_OFFICE,
    AccountRole.DISTRICT_ADMINISTRATOR: StaffRole.DISTRICT,
}


@dataclass(frozen=True)
class SignIn:
    role: AccountRole
    name: str
    email: str
    password: str


def sign_ins(session: Session, key: str, now: datetime) -> list[SignIn]:
    """The demonstration's sign-ins, made where they are missing. Does not commit.

    Passwords follow from ``key`` (this machine's signing key), so they are the same on the next run and stand nowhere.
    """
    school = _school_of_busiest_teacher(session)
    made = []
    for role, staff_role in ROLES.items():
        staff = _person(session, staff_role, school)
        assert staff.email is not None
        password = _password(key, staff.email)
        account = session.scalar(select(Account).where(Account.staff_id == staff.id))
        if account is None:
            account = create_account(session, staff.email, role, now, staff_id=staff.id)
        account.password = hash_password(password)
        made.append(SignIn(role, f"{staff.given_name} {staff.family_name}", account.email, password))
    session.flush()
    return made


def _school_of_busiest_teacher(session: Session) -> int | None:
    """So that the counselor and administrator see the teacher's families too."""
    teacher = _person(session, StaffRole.TEACHER, None)
    return session.scalar(select(StaffSchool.school_id).where(StaffSchool.staff_id == teacher.id))


def _person(session: Session, role: StaffRole, school: int | None) -> Staff:
    """Who has a sign-in already; else who has most open suggestions, then most sections or caseloads."""
    planned = (
        select(func.count(Outreach.id))
        .where(Outreach.staff_id == Staff.id, Outreach.state == OutreachState.SUGGESTED)
        .scalar_subquery()
    )
    assigned = select(func.count(Assignment.id)).where(Assignment.staff_id == Staff.id).scalar_subquery()
    known = select(func.count(Account.id)).where(Account.staff_id == Staff.id).scalar_subquery()
    statement = select(Staff).where(Staff.role == role, Staff.active, Staff.leave_from.is_(None))
    if school is not None:
        statement = statement.where(Staff.id.in_(select(StaffSchool.staff_id).where(StaffSchool.school_id == school)))
    return session.scalars(
        statement.order_by(known.desc(), planned.desc(), assigned.desc(), Staff.id)
    ).first() or _none(role)


def _none(role: StaffRole) -> Staff:
    raise LookupError(f"the made-up district has nobody with the role {role.value}")


def _password(key: str, email: str) -> str:
    """Four words and a number: some 10^9 to guess, over a page that counts wrong tries."""
    digest = hmac.digest(key.encode(), f"demo sign-in of {email}".encode(), hashlib.sha256)
    words = [STREETS[byte % len(STREETS)].lower() for byte in digest[:WORDS_IN_PASSWORD]]
    return f"{'-'.join(words)}-{int.from_bytes(digest[8:10]) % 1000:03d}"
