"""When a colleague is away, who stands in, and when somebody left whom no student system keeps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Account, JsonObject, Staff, StaffSchool
from outreach.language import _

from .administration import AdministrationRefused, ChangedMeanwhile
from .audit import audit
from .sign_ins import DISTRICT, check_another_is_left, roles_of, sign_in_of, why_not_all_yours, why_not_yours
from .staff import has_left, one_of_staff, present_colleagues
from .viewer import NotAllowed, Viewer

CHAIN = 5
"""How far substitutes of substitutes are followed, as wherever an owner is sought."""


@dataclass(frozen=True, slots=True)
class Leave:
    """From its first day to its last, both away; without a last day it lasts. Without a first day there is none."""

    from_on: date | None = None
    until_on: date | None = None
    substitute_id: int | None = None

    @property
    def seen(self) -> str:
        """Changes with any of the three."""
        return f"{self.from_on or ''}/{self.until_on or ''}/{self.substitute_id or ''}"


def leave_of(staff: Staff) -> Leave:
    return Leave(staff.leave_from, staff.leave_until, staff.substitute_id)


def set_leave(session: Session, viewer: Viewer, staff_id: int, leave: Leave, now: datetime, *, seen: str) -> Leave:
    """Keep when a colleague is away and who stands in meanwhile; gives what stood before, for undo. ``seen``:
    :attr:`Leave.seen` of what this person decided upon.

    A substitute may be named without a leave: whoever takes over when the person leaves. The night hands the work on.
    Raises :class:`NotAllowed` where the person also works at a school that is not the viewer's,
    :class:`ChangedMeanwhile` where another leave stands by now, :class:`AdministrationRefused` for days in the wrong
    order, a last day alone, a substitute who is not there or for whom this person stands in.
    """
    staff = _held_for_change(session, viewer, staff_id)
    if why := why_not_all_yours(session, viewer, staff_id):
        raise NotAllowed(why)
    before = leave_of(staff)
    if before == leave:
        return before
    if seen != before.seen:
        raise ChangedMeanwhile("leave_from")
    if leave.from_on is None and leave.until_on is not None:
        raise AdministrationRefused(_("Say the first day of the leave too."), "leave_from")
    if leave.from_on is not None and leave.until_on is not None and leave.until_on < leave.from_on:
        raise AdministrationRefused(_("The last day of the leave lies before its first."), "leave_until")
    if leave.substitute_id not in (None, before.substitute_id):
        _check_substitute(session, viewer, staff, leave.substitute_id)
    staff.leave_from, staff.leave_until, staff.substitute_id = leave.from_on, leave.until_on, leave.substitute_id
    session.flush()
    audit(session, viewer, "set_leave", "staff", staff_id, now, detail=_detail(leave))
    return before


def set_left(
    session: Session, viewer: Viewer, staff_id: int, day: date | None, now: datetime, *, seen: date | None
) -> date | None:
    """From ``day`` on a colleague whom no student system keeps works here no more; None: works here. Gives the day that
    stood before. ``seen``: the day that this person saw.

    It ends the sign-in, so who may not decide on that may not do this either, and the last district administrator
    stays. Raises :class:`NotAllowed` and :class:`AdministrationRefused` as
    :func:`~outreach.access.sign_ins.set_active` does, the latter also for one of the student system's, which ends
    people itself; :class:`ChangedMeanwhile` where another day stands by now.
    """
    staff = _held_for_change(session, viewer, staff_id)
    if why := why_not_yours(session, viewer, staff_id, sign_in_of(session, staff_id)):
        raise NotAllowed(why)
    before = staff.left_on
    if staff.sourced_id is not None:
        raise AdministrationRefused(
            _("The student system says who works here; its next export would undo this."), "left_on"
        )
    if before == day:
        return before
    if seen != before:
        raise ChangedMeanwhile("left_on")
    if day is not None:
        _check_district_is_kept(session, staff_id)
    staff.left_on = day
    session.flush()
    audit(session, viewer, "set_left", "staff", staff_id, now, detail={"day": day.isoformat() if day else None})
    return before


def substitutes_for(session: Session, viewer: Viewer, staff: Staff) -> list[Staff]:
    """Who may stand in: present colleagues of the person's schools and of the district office."""
    at = list(session.scalars(select(StaffSchool.school_id).where(StaffSchool.staff_id == staff.id)))
    return [one for one in present_colleagues(session, at, viewer.on) if one.id != staff.id]


def _held_for_change(session: Session, viewer: Viewer, staff_id: int) -> Staff:
    one_of_staff(session, viewer, staff_id)
    return session.get_one(Staff, staff_id, with_for_update=True, populate_existing=True)


def _check_district_is_kept(session: Session, staff_id: int) -> None:
    for account in session.scalars(select(Account).where(Account.staff_id == staff_id, Account.active)):
        if DISTRICT in roles_of(account):
            check_another_is_left(session, account, "left_on")


def _check_substitute(session: Session, viewer: Viewer, staff: Staff, substitute_id: int | None) -> None:
    other = session.get(Staff, substitute_id) if substitute_id else None
    if other is None or has_left(other, viewer.on):
        raise AdministrationRefused(_("Choose somebody who works here."), "substitute_id")
    if other.id not in {one.id for one in substitutes_for(session, viewer, staff)}:
        raise AdministrationRefused(_("Choose somebody who works at a school of this person."), "substitute_id")
    next_one: Staff | None = other
    for _step in range(CHAIN):
        if next_one is None:
            return
        if next_one.id == staff.id:
            raise AdministrationRefused(
                _("This person stands in for whom you chose, so nobody would be left."), "substitute_id"
            )
        next_one = session.get(Staff, next_one.substitute_id) if next_one.substitute_id else None


def _detail(leave: Leave) -> JsonObject:
    return {
        "from": leave.from_on.isoformat() if leave.from_on else None,
        "until": leave.until_on.isoformat() if leave.until_on else None, "substitute": leave.substitute_id,
    }  # fmt: skip
