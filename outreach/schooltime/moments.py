"""From a date and a time on somebody's wall to the one moment it means, also on the nights when clocks change."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from models import District, School, Staff, StaffSchool
from outreach.errors import OutreachError
from outreach.language import _

WITHOUT_DISTRICT = "UTC"
SECOND = timedelta(seconds=1)


class UnknownZone(OutreachError):
    """A name that is no IANA time zone."""


def local_moment(day: date, at: time, zone: ZoneInfo, *, last: bool = False) -> datetime:
    """The moment, in UTC, at which clocks in ``zone`` show ``at`` on ``day``.

    A time that the clocks skip (spring) is the moment at which they jump: half past two becomes three. A time that
    they show twice (autumn) is its first showing, or its second with ``last``. So a later time of one day never
    means an earlier moment.
    """
    shown = datetime.combine(day, at.replace(tzinfo=None, fold=1 if last else 0), tzinfo=zone)
    moment = shown.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None, fold=0) == shown.replace(tzinfo=None, fold=0):
        return moment
    return _jump(shown.replace(fold=1).astimezone(UTC), shown.replace(fold=0).astimezone(UTC), zone)


def _jump(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The first second after ``before``, at most ``after``, with the offset that holds at ``after``.

    Zones change at whole seconds, so halving the whole seconds between finds it.
    """
    offset = after.astimezone(zone).utcoffset()
    early, late = before.replace(microsecond=0), after.replace(microsecond=0)
    while late - early > SECOND:
        middle = early + timedelta(seconds=(late - early) // SECOND // 2)
        if middle.astimezone(zone).utcoffset() == offset:
            late = middle
        else:
            early = middle
    return late


def named_zone(name: str) -> ZoneInfo:
    """The zone of an IANA name. Raises :class:`UnknownZone` for anything else."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownZone(
            _("“%(name)s” is not a time zone; give an IANA name such as America/Chicago.", name=name)
        ) from None


def zone_of_district(session: Session) -> ZoneInfo:
    """The district's; UTC where none is set, or what is set is no zone."""
    try:
        return named_zone(session.scalar(select(District.timezone)) or WITHOUT_DISTRICT)
    except UnknownZone:
        return named_zone(WITHOUT_DISTRICT)


def district_day(session: Session, at: datetime) -> date:
    """The date on the district's walls at ``at``: what begins and ends for people of no one school goes by it."""
    return at.astimezone(zone_of_district(session)).date()


def zone_of_school(session: Session, school_id: int) -> ZoneInfo:
    """The zone on a school's walls: its own, else the district's; UTC where no district is set up yet.

    Raises :class:`UnknownZone` where the name kept there is none.
    """
    return zones_of_schools(session, [school_id]).get(school_id) or named_zone(WITHOUT_DISTRICT)


def zones_of_schools(session: Session, school_ids: Collection[int] | None = None) -> dict[int, ZoneInfo]:
    """The zone of each school, or of each of ``school_ids``, in one statement."""
    statement = select(School.id, School.timezone, District.timezone).outerjoin(District, District.id == 1)
    if school_ids is not None:
        statement = statement.where(School.id.in_(school_ids))
    return {
        school_id: named_zone(own or the_district_s or WITHOUT_DISTRICT)
        for school_id, own, the_district_s in session.execute(statement)
    }


def zones_of_staff(session: Session, staff_ids: Collection[int] | None = None) -> dict[int, ZoneInfo]:
    """The clock by which each person, or each of ``staff_ids``, works: their own, else that of the first of their
    schools, else the district's. Without an entry where none of them is set. One statement."""
    statement = (
        select(Staff.id, Staff.timezone, School.timezone, District.timezone)
        .outerjoin(StaffSchool, StaffSchool.staff_id == Staff.id)
        .outerjoin(School, and_(School.id == StaffSchool.school_id, School.active))
        .outerjoin(District, District.id == 1)
        .order_by(Staff.id, School.id.is_(None), School.id)
    )
    if staff_ids is not None:
        statement = statement.where(Staff.id.in_(staff_ids))
    found: dict[int, str | None] = {}
    for staff_id, own, the_school_s, the_district_s in session.execute(statement):
        found.setdefault(staff_id, own or the_school_s or the_district_s)
    return {staff_id: named_zone(name) for staff_id, name in found.items() if name}
