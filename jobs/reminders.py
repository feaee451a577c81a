"""In working hours: a family's message is e-mailed to its owner within minutes; a reminder goes before it is due."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from models import (
    AddressKind,
    Audience,
    Channel,
    Contact,
    Initiator,
    MessageKind,
    Request,
    RequestEvent,
    RequestEventKind,
    RequestState,
    Staff,
    Student,
)
from outreach.access import languages_of
from outreach.access.guarded import guarded_contacts, guarded_requests
from outreach.delivery import Intent, enqueue
from outreach.effective import effective_config
from outreach.language import _, clock, speaking, tongue, weekday
from outreach.schooltime import HoursBook, business_minutes_between, hours_book, next_open

from .digests import Render

FRESH = timedelta(days=3)
"""A weekend: what came in then is told on Monday; older is in the morning's e-mail."""
WROTE = (RequestEventKind.OPENED, RequestEventKind.JOINED, RequestEventKind.REOPENED)


@dataclass(frozen=True, slots=True)
class _News:
    key: str
    request: Request
    owner: Staff
    due: datetime | None = None
    """By the school's clock."""


def remind(session: Session, render: Render, link: str, now: datetime) -> int:
    """Tell owners of what families wrote, and of what is due soon; how many e-mails were asked for anew.

    Only while the school (and the owner's department) is open; each thing once to each owner. What a safety alert was
    raised about goes to nobody here. Does not commit.
    """
    written = list(_written(session, now))
    book = hours_book(session)
    news = [one for one in (*written, *_due_soon(session, book, now)) if _open(book, one.request, now)]
    names = _student_names(session, news)
    spoken = languages_of(session, [one.owner.id for one in news])
    asked = 0
    for one in news:
        with speaking(spoken.get(one.owner.id)):
            message = enqueue(session, _intent(render, link, one, names, now), now)
        asked += message.created_at == now
    return asked


def _written(session: Session, now: datetime) -> Iterator[_News]:
    """What the families themselves sent (nobody recorded it for them), of requests still open."""
    rows = session.execute(
        select(RequestEvent.id, Request, Staff)
        .join(Request, Request.id == RequestEvent.request_id)
        .join(Contact, Contact.id == RequestEvent.contact_id)
        .join(Staff, Staff.id == Request.owner_staff_id)
        .where(
            RequestEvent.kind.in_(WROTE), RequestEvent.at > now - FRESH, RequestEvent.at <= now,
            Request.state == RequestState.OPEN, _can_be_told(), Contact.initiator == Initiator.FAMILY,
            Contact.recorded_by.is_(None), Contact.voided_at.is_(None), Contact.id.not_in(guarded_contacts(None)),
        )
        .order_by(RequestEvent.id)
    )  # fmt: skip
    for event_id, request, owner in rows:
        yield _News(f"wrote|{event_id}|{owner.id}", request, owner)


def _due_soon(session: Session, book: HoursBook, now: datetime) -> Iterator[_News]:
    """Open questions with a few working hours left."""
    minutes = effective_config(session, now).cadence.requests.remind_business_hours_before_due * 60
    rows = session.execute(
        select(Request, Staff)
        .join(Staff, Staff.id == Request.owner_staff_id)
        .where(
            Request.state == RequestState.OPEN, _can_be_told(), Request.due_at > now,
            Request.due_at < now + timedelta(days=7), Request.id.not_in(guarded_requests(None)),
        )
        .order_by(Request.due_at, Request.id)
    )  # fmt: skip
    for request, owner in rows:
        hours = book.of(request.school_id, request.department)
        if hours is None or request.due_at is None:
            continue
        if business_minutes_between(hours, now, request.due_at) <= minutes:
            key = f"due|{request.id}|{request.due_at:%Y%m%dT%H%M}|{owner.id}"
            yield _News(key, request, owner, request.due_at.astimezone(hours.zone))


def _can_be_told() -> ColumnElement[bool]:
    return and_(Staff.active, Staff.email.is_not(None))


def _open(book: HoursBook, request: Request, now: datetime) -> bool:
    hours = book.of(request.school_id, request.department)
    return hours is not None and next_open(hours, now) == now


def _student_names(session: Session, news: Sequence[_News]) -> dict[int, str]:
    ids = {one.request.student_id for one in news if one.request.student_id is not None}
    rows = session.execute(select(Student.id, Student.preferred_name, Student.given_name).where(Student.id.in_(ids)))
    return {student_id: preferred or given for student_id, preferred, given in rows}


def _intent(render: Render, link: str, one: _News, names: dict[int, str], now: datetime) -> Intent:
    """In the language spoken now."""
    values: dict[str, object] = {
        "language": tongue(), "name": one.owner.given_name, "sentence": _sentence(one, names), "link": link,
        "due": one.due is not None, "path": f"/families/{one.request.family_id}",
    }  # fmt: skip
    return Intent(
        key=one.key,
        audience=Audience.STAFF,
        kind=MessageKind.DIGEST,
        channel=Channel.EMAIL,
        to_kind=AddressKind.EMAIL,
        to_value=one.owner.email or "",
        title=render("email/reminder_title.txt", **values).strip(),
        body=render("email/reminder.txt", **values),
        body_html=render("email/reminder.html", **values),
        due_at=now,
        expires_at=now + timedelta(hours=12),
        staff_id=one.owner.id,
        school_id=one.request.school_id,
        about_school_work=False,
    )


def _sentence(one: _News, names: dict[int, str]) -> str:
    child = names.get(one.request.student_id or 0)
    if one.due is None:
        if child is None:
            return _("A family has written, and waits for an answer.")
        return _("%(child)s’s family has written, and waits for an answer.", child=child)
    when = {"day": weekday(one.due.date()), "time": clock(one.due)}
    if child is None:
        return _("A family still waits for your answer; it is due on %(day)s at %(time)s.", **when)
    return _("%(child)s’s family still waits for your answer; it is due on %(day)s at %(time)s.", child=child, **when)
