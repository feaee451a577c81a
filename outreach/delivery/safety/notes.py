"""What people noted on an alert: one line each, with who and when; it is never overwritten."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Account, District, SafetyAlert, Staff
from outreach.access import Viewer
from outreach.schooltime import named_zone, zone_of_school

LONGEST = 4_000
"""Characters of one note."""


def add_note(session: Session, alert: SafetyAlert, viewer: Viewer, words: str | None, now: datetime) -> None:
    """Add ``words`` to the alert's notes, and flush it; nothing is added where there are none."""
    said = (words or "").replace("\x00", "").strip()[:LONGEST]
    if said:
        local = now.astimezone(zone_of_alert(session, alert))
        line = f"{name_of(session, viewer.account_id)}, {local:%Y-%m-%d %H:%M}: {said}"
        alert.note = f"{alert.note}\n{line}" if alert.note else line
    session.flush()


def zone_of_alert(session: Session, alert: SafetyAlert) -> ZoneInfo:
    """The clock of the alert's school; of no school yet, the district's."""
    if alert.school_id is not None:
        return zone_of_school(session, alert.school_id)
    return named_zone(session.scalar(select(District.timezone)) or "UTC")


def name_of(session: Session, account_id: int | None) -> str | None:
    """A colleague as others read it: the staff member's name, else the sign-in."""
    return session.scalar(
        select(func.coalesce(Staff.display_name, Account.email))
        .select_from(Account)
        .outerjoin(Staff, Staff.id == Account.staff_id)
        .where(Account.id == account_id)
    )
