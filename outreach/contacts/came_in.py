"""What families said lately, newest first: the first thing to read in the morning."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, literal, select, tuple_
from sqlalchemy.orm import Session

from models import (
    Channel,
    Contact,
    ContactStudent,
    Family,
    FamilyMember,
    Guardian,
    Initiator,
    Outcome,
    Request,
    RequestState,
)
from outreach.access.guarded import KEPT, guarded_contacts
from outreach.access.scope import visible_students
from outreach.access.viewer import Viewer
from outreach.schooltime import hours_book, local_moment, school_day_before

from .waiting import person

SHOWN = 8
PAGE = 50
A_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class CameIn:
    """One thing that a family said, on its own account or in reply."""

    contact_id: int
    family_id: int
    family_name: str
    guardian_name: str | None
    channel: Channel
    outcome: Outcome
    at: datetime
    """UTC."""
    words: str | None
    """The family's, or the sentence that stands for words which this viewer does not read; None: none were kept."""
    withheld: bool
    open_request_id: int | None
    """The question that it asked and that still waits; None: none."""


@dataclass(frozen=True, slots=True)
class Lately:
    since: date
    """The first day that counts, by the reader's clock."""
    near: bool
    """Less than a week ago: the weekday's name alone says which day that was."""
    rows: tuple[CameIn, ...]
    total: int
    """On all pages."""
    before: int | None
    """What to ask the next page with: the id of the last contact shown; None: there are no more."""

    @property
    def more(self) -> int:
        """Further ones, beyond those of a first page."""
        return self.total - len(self.rows)


def came_in(
    session: Session, viewer: Viewer, zone: ZoneInfo, now: datetime, *, most: int = SHOWN, before: int | None = None
) -> Lately:  # fmt: skip
    """What families of students whom ``viewer`` may see said since the school day before this one, newest first and
    ``most`` a page; ``before`` is :attr:`Lately.before` of the page before.

    Not what the viewer logged in person. Eight statements at most, however much came in.
    """
    today = now.astimezone(zone).date()
    since = last_school_day(session, viewer, today)
    said = _said(viewer, local_moment(since, time(0), zone), now)
    total = session.scalar(select(func.count()).select_from(said.subquery())) or 0
    if before is not None:
        at = select(Contact.occurred_at).where(Contact.id == before).scalar_subquery()
        said = said.where(tuple_(Contact.occurred_at, Contact.id) < tuple_(at, literal(before)))
    found = session.execute(said.order_by(Contact.occurred_at.desc(), Contact.id.desc()).limit(most + 1)).all()
    rows = found[:most]
    contacts = [contact for contact, *_ in rows]
    kept = set(session.scalars(guarded_contacts(viewer).where(Contact.id.in_([contact.id for contact in contacts]))))
    waiting = _waiting(session, [contact.id for contact in contacts])
    shown = tuple(
        CameIn(
            contact_id=contact.id, family_id=family_id, family_name=name, guardian_name=person(guardian),
            channel=contact.channel, outcome=contact.outcome, at=contact.occurred_at,
            words=KEPT if contact.id in kept else contact.summary, withheld=contact.id in kept,
            open_request_id=waiting.get(contact.id),
        )
        for contact, guardian, family_id, name in rows
    )  # fmt: skip
    older = shown[-1].contact_id if len(found) > most else None
    return Lately(since, today - since < A_WEEK, shown, total, older)


def last_school_day(session: Session, viewer: Viewer, today: date) -> date:
    """The school day before ``today``, by the calendars of the schools that ``viewer`` works at: of several the
    earliest, so that no school's weekend is left out. For who sees the whole district the last day on which any school
    was open; for who works at no school the weekday before."""
    book = hours_book(session, None if viewer.sees_district else viewer.school_ids)
    if viewer.sees_district:
        calendars = [
            hours for (_, department), hours in book.calendars.items()
            if department is None and hours.first_day <= today <= hours.last_day
        ]  # fmt: skip
        return max((school_day_before(hours, today) for hours in calendars), default=school_day_before(None, today))
    days = [school_day_before(book.of(school_id), today) for school_id in viewer.school_ids]
    return min(days, default=school_day_before(None, today))


def _said(viewer: Viewer, since: datetime, now: datetime) -> Select[Contact, Guardian | None, int, str]:
    about = (
        select(ContactStudent.contact_id, func.min(FamilyMember.family_id).label("family_id"))
        .join(FamilyMember, FamilyMember.student_id == ContactStudent.student_id)
        .where(FamilyMember.until_on.is_(None), ContactStudent.student_id.in_(visible_students(viewer)))
        .group_by(ContactStudent.contact_id)
        .subquery()
    )
    return (
        select(Contact, Guardian, Family.id, Family.name)
        .join(about, about.c.contact_id == Contact.id)
        .join(Family, Family.id == about.c.family_id)
        .outerjoin(Guardian, Guardian.id == Contact.guardian_id)
        .where(
            Contact.voided_at.is_(None), Contact.initiator == Initiator.FAMILY, Contact.occurred_at >= since,
            Contact.occurred_at <= now, Contact.recorded_by.is_distinct_from(viewer.account_id),
        )
    )  # fmt: skip


def _waiting(session: Session, contact_ids: list[int]) -> dict[int, int]:
    open_ones = select(Request.opened_by_contact_id, Request.id).where(
        Request.opened_by_contact_id.in_(contact_ids), Request.state == RequestState.OPEN
    )
    return {contact_id: request_id for contact_id, request_id in session.execute(open_ones) if contact_id}
