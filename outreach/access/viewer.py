"""The person who looks: an account as one page, list or verb sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Account, AccountRole, District, Staff, StaffSchool
from outreach.errors import OutreachError
from outreach.language import _

from .presence import works_here

EVERY_SCHOOL = frozenset({AccountRole.DISTRICT_ADMINISTRATOR})
WHOLE_SCHOOL = frozenset({AccountRole.COUNSELOR, AccountRole.ADMINISTRATOR, AccountRole.RECORDER})
SEES_RISK = frozenset({AccountRole.COUNSELOR, AccountRole.ADMINISTRATOR, AccountRole.DISTRICT_ADMINISTRATOR})
ADMINISTERS = frozenset({AccountRole.ADMINISTRATOR, AccountRole.DISTRICT_ADMINISTRATOR})
DAY_WITHOUT_DISTRICT = ZoneInfo("UTC")


class NotAllowed(OutreachError):
    """This person may not see or do this; the sentence says so without telling what it is."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, and in which capacity, on one local day. Every listing verb takes one and filters by it."""

    account_id: int
    staff_id: int | None
    """None: a sign-in without a staff member, which sees nothing unless it is a district administrator's."""
    roles: frozenset[AccountRole]
    school_ids: frozenset[int]
    """The schools this staff member works at."""
    on: date
    """Today by the district's clock: assignments and enrollments are read as of this day."""

    @property
    def sees_district(self) -> bool:
        return bool(self.roles & EVERY_SCHOOL)

    @property
    def sees_whole_school(self) -> bool:
        return bool(self.roles & WHOLE_SCHOOL)

    @property
    def sees_risk(self) -> bool:
        """May read bands, points and the risk queue. Teachers see the reason, not the band; recorders neither."""
        return bool(self.roles & SEES_RISK)

    @property
    def sees_reasons(self) -> bool:
        """May read why a family should hear from us."""
        return self.sees_risk or AccountRole.TEACHER in self.roles

    @property
    def administers(self) -> bool:
        """May change how a school or the district uses the system."""
        return bool(self.roles & ADMINISTERS)


def viewer_of(session: Session, account: Account, now: datetime) -> Viewer:
    """The viewer that ``account`` is at ``now``.

    Raises :class:`NotAllowed` where the account was deactivated, or its staff member has left.
    """
    zone = session.scalar(select(District.timezone))
    today = now.astimezone(ZoneInfo(zone) if zone else DAY_WITHOUT_DISTRICT).date()
    if not account.active or _has_left(session, account.staff_id, today):
        raise NotAllowed(_("This account is no longer active; ask your district's administrator."))
    schools = select(StaffSchool.school_id).where(StaffSchool.staff_id == account.staff_id)
    return Viewer(
        account_id=account.id,
        staff_id=account.staff_id,
        roles=frozenset(AccountRole(role.name) for role in account.roles),
        school_ids=frozenset(session.scalars(schools)) if account.staff_id else frozenset(),
        on=today,
    )


def _has_left(session: Session, staff_id: int | None, today: date) -> bool:
    staff = session.get(Staff, staff_id) if staff_id else None
    return staff is not None and not works_here(staff, today)
