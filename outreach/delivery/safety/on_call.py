"""A school's safety list: who is told, at any hour, by text and by e-mail. Administrators keep it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from models import Account, AddressHealth, OnCall, School, Staff, StaffRole, StaffSchool
from outreach.access import NotAllowed, Viewer, administered_schools, audit, working_here
from outreach.access.safety_list import listeners
from outreach.language import _, said
from outreach.roster.phones import parse_phone

from .errors import SafetyRefused

BY_NAME = (func.lower(Staff.family_name), Staff.id)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody on a school's list."""

    staff_id: int
    name: str
    role: StaffRole
    phone: str | None
    email: str | None
    signs_in: bool
    """Can open the page; who cannot is told, and cannot take an alert."""


@dataclass(frozen=True, slots=True)
class Candidate:
    id: int
    name: str
    role: StaffRole


@dataclass(frozen=True, slots=True)
class SafetyList:
    """One school's list as its administrators see it."""

    school_id: int
    school_name: str
    members: tuple[Member, ...]
    stand_ins: tuple[str, ...]
    """Who is told because nobody on the list can be; empty where the list itself is told."""
    candidates: tuple[Candidate, ...]
    """Present staff of the school who are not on it."""


def safety_lists(session: Session, viewer: Viewer) -> list[SafetyList]:
    """The lists of the schools that ``viewer`` administers, by the school's name; none for who administers nothing."""
    return [_list_of(session, school, viewer) for school in administered_schools(session, viewer)]


def put_on_call(
    session: Session, viewer: Viewer, school_id: int, staff_id: int, phone: str, now: datetime
) -> OnCall:  # fmt: skip
    """Put a staff member of the school on its list, or change the number there. Does not commit.

    ``phone`` as people type it, of the United States where it names no country; empty: only by e-mail. Raises
    :class:`SafetyRefused` for a number that cannot be one, and for somebody who can be told neither way;
    :class:`~outreach.access.NotAllowed` for a school that the viewer does not administer.
    """
    _require_administers(session, viewer, school_id)
    staff = session.scalar(_present(school_id, viewer.on).where(Staff.id == staff_id))
    if staff is None:
        raise SafetyRefused(_("Choose somebody who works at this school."), f"staff-{school_id}")
    number = _number(phone, f"phone-{school_id}")
    if number is None and not staff.email:
        words = _("%(name)s has no e-mail here; give a number.", name=staff.display_name)
        raise SafetyRefused(words, f"phone-{school_id}")
    entry = session.get(OnCall, (school_id, staff_id)) or OnCall(school_id=school_id, staff_id=staff_id)
    entry.phone = number
    session.add(entry)
    session.flush()
    detail = {"staff": staff_id, "by_text": number is not None}
    audit(session, viewer, "put_on_safety_list", "school", school_id, now, detail={**detail})
    return entry


def take_off_call(session: Session, viewer: Viewer, school_id: int, staff_id: int, now: datetime) -> OnCall | None:
    """Take somebody off a school's list; gives what stood there, None where they were not on it. Raises ``NotAllowed``
    as above."""
    _require_administers(session, viewer, school_id)
    entry = session.get(OnCall, (school_id, staff_id))
    if entry is None:
        return None
    session.delete(entry)
    session.flush()
    audit(session, viewer, "take_off_safety_list", "school", school_id, now, detail={"staff": staff_id})
    return OnCall(school_id=school_id, staff_id=staff_id, phone=entry.phone)


def put_back_on_call(session: Session, viewer: Viewer, was: OnCall, now: datetime) -> None:
    """Take :func:`take_off_call` back: on the list as it ``was``, with the same number. A repeat changes nothing.

    Raises as :func:`put_on_call`, and :class:`SafetyRefused` where somebody entered them anew meanwhile, with another
    number.
    """
    _require_administers(session, viewer, was.school_id)
    standing = session.get(OnCall, (was.school_id, was.staff_id))
    if standing is None:
        put_on_call(session, viewer, was.school_id, was.staff_id, was.phone or "", now)
    elif standing.phone != was.phone:
        raise SafetyRefused(_("Somebody has put this colleague on the list again meanwhile, with another number."))


def _require_administers(session: Session, viewer: Viewer, school_id: int) -> None:
    if school_id not in {school.id for school in administered_schools(session, viewer)}:
        raise NotAllowed(_("You do not administer this school."))


def _number(phone: str, field: str) -> str | None:
    if not phone.strip():
        return None
    parsed = parse_phone(phone)
    if parsed.health is AddressHealth.DEAD:
        why = said(parsed.reason)
        words = _("“%(typed)s” is not a phone number: %(why)s.", typed=phone.strip(), why=why)
        raise SafetyRefused(words, field)
    return parsed.value


def _list_of(session: Session, school: School, viewer: Viewer) -> SafetyList:
    members = _members(session, school.id, viewer.on)
    told = listeners(session, school.id, viewer.on)
    on_list = {member.staff_id for member in members}
    stand_ins = tuple(person.name for person in told if person.staff_id is None or person.staff_id not in on_list)
    listed = bool(on_list & {person.staff_id for person in told})
    candidates = session.scalars(_present(school.id, viewer.on).where(Staff.id.not_in(on_list)))
    return SafetyList(
        school.id, school.name, members, () if listed else stand_ins,
        tuple(Candidate(staff.id, staff.display_name, staff.role) for staff in candidates),
    )  # fmt: skip


def _members(session: Session, school_id: int, on: date) -> tuple[Member, ...]:
    signs_in = exists().where(Account.staff_id == Staff.id, Account.active)
    rows = session.execute(
        select(Staff, OnCall.phone, signs_in)
        .join(OnCall, OnCall.staff_id == Staff.id)
        .where(OnCall.school_id == school_id, working_here(on))
        .order_by(*BY_NAME)
    )
    return tuple(
        Member(staff.id, staff.display_name, staff.role, phone, staff.email, bool(has_account))
        for staff, phone, has_account in rows
    )


def _present(school_id: int, on: date) -> Select[Staff]:
    return (
        select(Staff)
        .join(StaffSchool, StaffSchool.staff_id == Staff.id)
        .where(StaffSchool.school_id == school_id, working_here(on))
        .order_by(*BY_NAME)
    )
