"""Who is told of a safety alert at a school and reads its words: its on-call list, else who stands in for it.

Where nobody of the list works here any more or can be reached, the school's administrators stand in; without one of
them the district's administrators; without those the school's counselors.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import SQLColumnExpression

from models import Account, AccountRole, OnCall, Role, SafetyAlert, School, Staff, StaffRole, StaffSchool

from .presence import working_here
from .readers import languages_of
from .viewer import Viewer

DISTRICT, SCHOOL, COUNSELOR = AccountRole.DISTRICT_ADMINISTRATOR, AccountRole.ADMINISTRATOR, AccountRole.COUNSELOR

NOBODY = -1
"""No account's id; for the rule also stands negated, where a NULL would hide what must be kept."""


@dataclass(frozen=True, slots=True)
class Listener:
    """Somebody whom an alert is told, and where."""

    key: str
    """Names the person in an intent: staff12, account3."""
    staff_id: int | None
    name: str
    email: str | None
    phone: str | None
    """E.164; only of who entered one on the on-call list."""
    language: str | None = None
    """That they chose on their sign-in."""


def watched_schools(viewer: Viewer) -> Select[int]:
    """The ids of the schools whose safety alerts ``viewer`` may read and take."""
    on_list = select(OnCall.school_id).where(OnCall.staff_id == viewer.staff_id)
    return select(School.id).where(
        or_(School.id.in_(on_list), and_(~exists(_listed(School.id, viewer.on)), _stands_in(viewer)))
    )


def may_read_alert(viewer: Viewer) -> ColumnElement[bool]:
    """For a statement over safety alerts: ``viewer`` may read and take this one. One of no school yet is everybody's
    who watches any; and whoever has it keeps it, whichever school's it turns out to be."""
    watched = watched_schools(viewer)
    of_school = func.coalesce(SafetyAlert.school_id, 0).in_(watched)
    has_it = func.coalesce(SafetyAlert.taken_by, NOBODY) == viewer.account_id
    return or_(of_school, and_(SafetyAlert.school_id.is_(None), exists(watched)), has_it)


def listeners(session: Session, school_id: int | None, on: date) -> list[Listener]:
    """Everybody who is told of an alert at this school on that local day; empty only where it has no such staff.

    None: those of every school, each once.
    """
    if school_id is None:
        schools = session.scalars(select(School.id).where(School.active).order_by(School.id)).all()
        everybody = [person for school in schools for person in _of_school(session, school, on)]
        return list({person.key: person for person in reversed(everybody)}.values())[::-1]
    return _of_school(session, school_id, on)


def _of_school(session: Session, school_id: int, on: date) -> list[Listener]:
    rows = session.execute(_listed(school_id, on).order_by(Staff.id)).all()
    spoken = languages_of(session, [staff.id for staff, _ in rows])
    listed = [
        Listener(f"staff{staff.id}", staff.id, staff.display_name, staff.email, phone, spoken.get(staff.id))
        for staff, phone in rows
    ]
    for stand_ins in _levels(session, school_id, on):
        if listed:
            break
        listed = stand_ins
    return listed


def _stands_in(viewer: Viewer) -> ColumnElement[bool]:
    here = School.id.in_(viewer.school_ids)
    administrators = exists(_of_role(SCHOOL, viewer.on, School.id))
    district = exists(_of_role(DISTRICT, viewer.on))
    ways: list[ColumnElement[bool]] = [false()]
    if SCHOOL in viewer.roles:
        ways.append(here)
    if DISTRICT in viewer.roles:
        ways.append(~administrators)
    if COUNSELOR in viewer.roles:
        ways.append(and_(here, ~administrators, ~district))
    return or_(*ways)


def _levels(session: Session, school_id: int, on: date) -> Iterator[list[Listener]]:
    """Who stands in, the nearest first; last those of the school who have no sign-in and can only be told."""
    for statement in (_of_role(SCHOOL, on, school_id), _of_role(DISTRICT, on), _of_role(COUNSELOR, on, school_id)):
        rows = session.execute(statement.order_by(Account.id))
        yield [
            Listener(
                f"account{account.id}", account.staff_id, staff.display_name if staff else account.email,
                (staff.email if staff else None) or account.email, None, account.language,
            )
            for account, staff in rows
        ]  # fmt: skip
    without_sign_in = (
        select(Staff)
        .join(StaffSchool, StaffSchool.staff_id == Staff.id)
        .where(
            StaffSchool.school_id == school_id, Staff.role.in_((StaffRole.ADMINISTRATOR, StaffRole.COUNSELOR)),
            Staff.email.is_not(None), working_here(on),
        )
        .order_by(Staff.id)
    )  # fmt: skip
    yield [
        Listener(f"staff{staff.id}", staff.id, staff.display_name, staff.email, None)
        for staff in session.scalars(without_sign_in)
    ]


def _listed(school_id: SQLColumnExpression[int] | int, on: date) -> Select[Staff, str | None]:
    """Those on the school's list who work here and can be reached."""
    return (
        select(Staff, OnCall.phone)
        .join(OnCall, OnCall.staff_id == Staff.id)
        .where(
            OnCall.school_id == school_id, working_here(on), or_(OnCall.phone.is_not(None), Staff.email.is_not(None))
        )
    )


def _of_role(
    role: AccountRole, on: date, school_id: SQLColumnExpression[int] | int | None = None
) -> Select[Account, Staff | None]:
    """The sign-ins with this role, and of this school where one is given, of people who work here."""
    statement = (
        select(Account, Staff)
        .outerjoin(Staff, Staff.id == Account.staff_id)
        .where(
            Account.active,
            Account.roles.any(Role.name == role.value),
            or_(Account.staff_id.is_(None), working_here(on)),
        )
    )
    if school_id is None:
        return statement
    at_school = select(StaffSchool.staff_id).where(StaffSchool.school_id == school_id)
    return statement.where(Account.staff_id.in_(at_school))
