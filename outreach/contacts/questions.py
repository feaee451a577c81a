"""A family asks: the question joins its open request, reopens a recent one, or opens a new one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from models import Department, JsonObject, Request, RequestEvent, RequestEventKind, RequestState
from outreach.effective import effective_config
from outreach.language import N_, _

from .clock import DueTimes, due_times
from .errors import RequestRefused
from .events import record_event
from .families import lock_family
from .owners import local_day, owner_for, school_of_question
from .states import move

WITHOUT_WORDS = N_("(no words)")
"""Stands for a question that came without any; shown with :func:`outreach.language.said`."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a family asked, in its own words where we have them."""

    family_id: int
    words: str
    asked_at: datetime
    """When the family asked: the clock runs from here."""
    guardian_id: int | None = None
    student_id: int | None = None
    department: Department = Department.TEACHING
    school_id: int | None = None
    """None: the school of the student, else of the family's first."""
    owner_staff_id: int | None = None
    """Whom the family turned to; None, or somebody who is away: whoever :func:`owner_for` names."""
    contact_id: int | None = None
    """The contact that carries the question."""
    only_thanks: bool = False
    """Nothing but thanks (:func:`is_only_thanks`): kept as a contact, and no clock begins or moves."""
    automatic: bool = False
    """An automatic reply of the family's phone or mailbox: the same."""


class Fate(StrEnum):
    """What became of a family's message."""

    OPENED = "opened"
    JOINED = "joined"
    REOPENED = "reopened"
    NOTHING_ASKED = "nothing_asked"


@dataclass(frozen=True)
class Received:
    fate: Fate
    request: Request | None
    """The request that the message belongs to now; None where nothing was asked and none stands open."""


def receive_question(session: Session, asked: Question, now: datetime, account_id: int | None = None) -> Received:
    """Give a family's message its place among its requests (DESIGN §5).

    It joins the open request of the same guardian, or one whose guardian is unknown; else it reopens one that was
    answered or closed within the last days (``reopen_within_days``) with a new due time, the first kept; else it
    opens a new one. Thanks and automatic replies do none of this. Raises :class:`RequestRefused` for a family or
    school that does not exist.
    """
    if lock_family(session, asked.family_id) is None:
        raise RequestRefused(_("The family of this question does not exist."))
    open_now = _find_open(session, asked)
    if asked.only_thanks or asked.automatic:
        return Received(Fate.NOTHING_ASKED, open_now)
    if open_now is not None:
        return Received(Fate.JOINED, _join(session, open_now, asked, now, account_id))
    recent = _find_recent(session, asked, now)
    if recent is not None:
        _set_aside_words(session, recent, asked, now, account_id)
        return Received(Fate.REOPENED, recent)
    return Received(Fate.OPENED, _open(session, asked, now, account_id))


def open_request(session: Session, asked: Question, now: datetime, account_id: int | None = None) -> Request:
    """Open a new request, whatever was asked before; :func:`receive_question` is the usual way in.

    Raises :class:`RequestRefused` where this guardian's last question is still open.
    """
    if lock_family(session, asked.family_id) is None:
        raise RequestRefused(_("The family of this question does not exist."))
    if _find_open(session, asked) is not None:
        raise RequestRefused(_("This family's last question is still open; add to it instead of opening another."))
    return _open(session, asked, now, account_id)


def _open(session: Session, asked: Question, now: datetime, account_id: int | None) -> Request:
    school_id = school_of_question(session, asked.family_id, asked.student_id, asked.school_id)
    due = due_times(session, school_id, asked.department, asked.asked_at, now)
    owner = owner_for(
        session, asked.family_id, asked.student_id, asked.department, local_day(session, school_id, now),
        first_choice=asked.owner_staff_id, school_id=school_id,
    )  # fmt: skip
    request = Request(
        family_id=asked.family_id, guardian_id=asked.guardian_id, student_id=asked.student_id, school_id=school_id,
        department=asked.department, question=asked.words.strip() or WITHOUT_WORDS,
        opened_by_contact_id=asked.contact_id, opened_at=asked.asked_at, goal_at=due.goal_at, due_at=due.due_at,
        counselor_at=due.counselor_at, first_due_at=due.due_at, owner_staff_id=owner, state=RequestState.OPEN,
    )  # fmt: skip
    session.add(request)
    session.flush()
    record_event(
        session, request, RequestEventKind.OPENED, now, account_id=account_id, contact_id=asked.contact_id,
        detail=due.as_evidence(),
    )  # fmt: skip
    return request


def _join(session: Session, request: Request, asked: Question, now: datetime, account_id: int | None) -> Request:
    """The clock runs on from the first message. Words without a contact of their own are added to the question."""
    if asked.contact_id is not None and _has_joined(session, request, asked.contact_id):
        return request
    if asked.contact_id is None and asked.words.strip():
        request.question = f"{request.question}\n\n{asked.words.strip()}"
    if request.guardian_id is None and asked.guardian_id is not None:
        request.guardian_id = asked.guardian_id
    record_event(session, request, RequestEventKind.JOINED, now, account_id=account_id, contact_id=asked.contact_id)
    return request


def _has_joined(session: Session, request: Request, contact_id: int) -> bool:
    seen = select(RequestEvent.id).where(
        RequestEvent.request_id == request.id,
        RequestEvent.contact_id == contact_id,
        RequestEvent.kind.in_((RequestEventKind.OPENED, RequestEventKind.JOINED, RequestEventKind.REOPENED)),
    )
    return session.scalar(seen.limit(1)) is not None


def _set_aside_words(session: Session, request: Request, asked: Question, now: datetime, by: int | None) -> None:
    """Reopen ``request`` for the new words; the old ones stay in the event."""
    before = request.question
    if asked.words.strip():
        request.question = asked.words.strip()
    detail: JsonObject = {"because": "family_wrote", "question_before": before}
    reopen(session, request, asked.asked_at, now, by, contact_id=asked.contact_id, detail=detail)
    if request.guardian_id is None:
        request.guardian_id = asked.guardian_id


def reopen(
    session: Session, request: Request, from_moment: datetime, now: datetime, account_id: int | None,
    *, contact_id: int | None, detail: JsonObject,
) -> None:  # fmt: skip
    """Open ``request`` again with a new clock from ``from_moment``; its first due time and first response are kept."""
    state = move(request.state, RequestEventKind.REOPENED)
    if state is None:
        return
    due: DueTimes = due_times(session, request.school_id, request.department, from_moment, now)
    detail = {
        **detail, "from_state": request.state.value, "asked_at": from_moment.isoformat(), **due.as_evidence(),
        "before": as_it_stood(request),
    }  # fmt: skip
    request.state, request.reopened_at = state, from_moment
    request.goal_at, request.due_at, request.counselor_at = due.goal_at, due.due_at, due.counselor_at
    request.answered_at = request.answered_by_contact_id = None
    request.closed_at = request.closed_by = request.no_answer_needed = None
    request.owner_staff_id = owner_for(
        session, request.family_id, request.student_id, request.department,
        local_day(session, request.school_id, now), first_choice=request.owner_staff_id, school_id=request.school_id,
    )  # fmt: skip
    record_event(
        session, request, RequestEventKind.REOPENED, now, account_id=account_id, contact_id=contact_id, detail=detail
    )


ENDED = ("answered_by_contact_id", "closed_by", "no_answer_needed", "owner_staff_id")
CLOCKED = ("goal_at", "due_at", "counselor_at", "reopened_at", "answered_at", "closed_at")


def as_it_stood(request: Request) -> JsonObject:
    """What reopening changes, as it stands now, for its undo; moments as ISO 8601."""
    moments: dict[str, datetime | None] = {name: getattr(request, name) for name in CLOCKED}
    return {name: getattr(request, name) for name in ENDED} | {
        name: moment.isoformat() if moment else None for name, moment in moments.items()
    }


def _find_open(session: Session, asked: Question) -> Request | None:
    statement = (
        _of_the_same(asked)
        .where(Request.state == RequestState.OPEN)
        .order_by(Request.guardian_id.is_(None), Request.opened_at)
    )
    return session.scalar(statement.limit(1).with_for_update(of=Request).execution_options(populate_existing=True))


def _find_recent(session: Session, asked: Question, now: datetime) -> Request | None:
    days = effective_config(session, now).cadence.requests.reopen_within_days
    ended = func.coalesce(Request.closed_at, Request.answered_at)
    statement = (
        _of_the_same(asked)
        .where(Request.state != RequestState.OPEN, ended >= asked.asked_at - timedelta(days=days))
        .order_by(ended.desc(), Request.id.desc())
    )
    return session.scalar(statement.limit(1).with_for_update(of=Request).execution_options(populate_existing=True))


def _of_the_same(asked: Question) -> Select[Request]:
    """Requests of the same family and guardian; an unknown guardian may be any, and any may be the unknown one."""
    statement = select(Request).where(Request.family_id == asked.family_id)
    if asked.guardian_id is None:
        return statement
    return statement.where(or_(Request.guardian_id == asked.guardian_id, Request.guardian_id.is_(None)))
