"""What a person does with a family's request: answer it, hand it over, close it, open it again."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    DEPARTMENT_OF_ROLE,
    Contact,
    Department,
    JsonObject,
    Request,
    RequestEvent,
    RequestEventKind,
    RequestState,
    RevisionKind,
    Staff,
)
from outreach.effective import effective_config

from .answers import find_request, settle
from .checks import CLOCKS_DIFFER, can_answer
from .errors import RequestRefused
from .events import record_event
from .families import families_of_contact
from .owners import local_day, owner_for
from .questions import reopen
from .rehome import BY_HAND
from .revisions import keep_revision
from .scoring import rescore
from .states import move


def answer_request(
    session: Session, request_id: int, contact_id: int, now: datetime, account_id: int | None = None
) -> Request:  # fmt: skip
    """Say that a contact already kept answers a request; the answer's time is the contact's.

    A repeat changes nothing. Raises :class:`RequestRefused` where the contact is undone, an attempt, a general
    notice, the family's own words, of another family, from before it asked, or where the request is closed.
    """
    request = find_request(session, request_id)
    contact = session.get(Contact, contact_id)
    if contact is None or contact.voided_at is not None:
        raise RequestRefused("The contact that should answer this question does not exist, or was undone.")
    if not can_answer(contact.initiator, contact.channel, contact.outcome, contact.authored):
        raise RequestRefused("Only a contact that reached the family, or a reply that was sent, answers its question.")
    if request.family_id not in families_of_contact(session, contact_id):
        raise RequestRefused("The contact that should answer this question was with another family.")
    if contact.occurred_at < request.opened_at - CLOCKS_DIFFER:
        raise RequestRefused("This contact happened before the family asked, so it cannot be the answer.")
    if request.state is RequestState.CLOSED:
        raise RequestRefused("This question is closed; reopen it first.")
    before = contact.answers_request_id
    if before != request_id:
        keep_revision(session, contact, RevisionKind.CORRECTED, now, account_id=account_id, why="answers a question")
        contact.answers_request_id = request_id
        if before is not None:
            settle(session, before, now, account_id)
    settle(session, request_id, now, account_id)
    rescore(session, now, [request.family_id])
    return request


def close_request(
    session: Session, request_id: int, now: datetime, account_id: int | None = None,
    *, no_answer_needed: str | None = None,
) -> Request:  # fmt: skip
    """Close an answered request; or, with the reason why *no answer is needed*, an open one, without points.

    A repeat changes nothing. Raises :class:`RequestRefused` for an open one without a reason.
    """
    request = find_request(session, request_id)
    reason = (no_answer_needed or "").strip()
    if no_answer_needed is not None and not reason:
        raise RequestRefused("Say why no answer is needed; the reason stays with the question.")
    kind = RequestEventKind.NO_ANSWER_NEEDED if reason else RequestEventKind.CLOSED
    state = move(request.state, kind)
    if state is None:
        return request
    request.state, request.closed_at, request.closed_by = state, now, account_id
    request.no_answer_needed = reason or None
    record_event(session, request, kind, now, account_id=account_id)
    rescore(session, now, [request.family_id])
    return request


def reopen_request(
    session: Session, request_id: int, now: datetime, account_id: int | None = None, *, why: str | None = None
) -> Request:  # fmt: skip
    """Open an answered or closed request again: a new due time from now, the first kept. A repeat changes nothing.

    Raises :class:`RequestRefused` past the days in which one may be reopened (14 as shipped; what is asked later is
    a new request), or where a newer question of the same guardian is open.
    """
    request = find_request(session, request_id)
    if move(request.state, RequestEventKind.REOPENED) is None:
        return request
    days = effective_config(session, now).cadence.requests.reopen_within_days
    ended = request.closed_at or request.answered_at
    if ended is not None and now > ended + timedelta(days=days):
        raise RequestRefused(f"This question ended more than {days} days ago; open a new one instead.")
    if _other_open(session, request):
        raise RequestRefused("This family has a newer open question; answer that one.")
    detail: JsonObject = {"because": "by_hand", "why": why}
    reopen(session, request, now, now, account_id, contact_id=None, detail=detail)
    rescore(session, now, [request.family_id])
    return request


def _other_open(session: Session, request: Request) -> bool:
    same_guardian = (
        Request.guardian_id.is_(None) if request.guardian_id is None else Request.guardian_id == request.guardian_id
    )
    statement = select(Request.id).where(
        Request.family_id == request.family_id, same_guardian, Request.state == RequestState.OPEN,
        Request.id != request.id,
    )  # fmt: skip
    return session.scalar(statement.limit(1)) is not None


def hand_over(
    session: Session, request_id: int, now: datetime, account_id: int | None = None,
    *, to_department: Department | None = None, to_staff_id: int | None = None, why: str | None = None,
    as_administrator: bool = False,
) -> Request:  # fmt: skip
    """Give an open request to another person, department or both; its due time stays.

    A department hands one request over once, then only an administrator does. With a department alone,
    :func:`owner_for` names the person; with a person alone, the department is that person's. Raises
    :class:`RequestRefused` where nothing would change, the person does not work here, or nobody is found.
    """
    request = find_request(session, request_id)
    move(request.state, RequestEventKind.HANDED_OVER)
    department, owner = _receiver(session, request, to_department, to_staff_id, now)
    if (department, owner) == (request.department, request.owner_staff_id):
        raise RequestRefused("This question is already there; choose another person or department.")
    if not as_administrator and _has_handed_over(session, request):
        words = request.department.value.replace("_", " ")
        raise RequestRefused(f"The {words} department has handed this question over once; ask an administrator.")
    detail: JsonObject = {
        "because": BY_HAND, "from_department": request.department.value, "to_department": department.value,
        "from_staff": request.owner_staff_id, "to_staff": owner, "why": why,
    }  # fmt: skip
    request.department, request.owner_staff_id = department, owner
    record_event(session, request, RequestEventKind.HANDED_OVER, now, account_id=account_id, detail=detail)
    return request


def _receiver(
    session: Session, request: Request, to_department: Department | None, to_staff_id: int | None, now: datetime
) -> tuple[Department, int]:
    today = local_day(session, request.school_id, now)
    if to_staff_id is None and to_department is None:
        raise RequestRefused("Choose the person or the department that should answer.")
    staff = session.get(Staff, to_staff_id) if to_staff_id is not None else None
    if to_staff_id is not None and (staff is None or not staff.active):
        raise RequestRefused("This person does not work here any more; choose another.")
    department = to_department or (DEPARTMENT_OF_ROLE[staff.role] if staff else request.department)
    owner = owner_for(
        session, request.family_id, request.student_id, department, today,
        first_choice=to_staff_id, school_id=request.school_id,
    )  # fmt: skip
    if owner is None:
        raise RequestRefused("Nobody at this school can take the question; name a fallback for the school first.")
    return department, owner


def _has_handed_over(session: Session, request: Request) -> bool:
    events = session.scalars(
        select(RequestEvent.detail).where(
            RequestEvent.request_id == request.id, RequestEvent.kind == RequestEventKind.HANDED_OVER
        )
    )
    return any(
        detail is not None
        and detail.get("because") == BY_HAND
        and detail.get("from_department") == request.department.value
        for detail in events
    )


def close_answered(session: Session, now: datetime) -> int:
    """Close every answered request to which the family has said nothing more for the days in which it could reopen.

    Nightly; gives how many. ``closed_at`` is the answer's time, so that the days to reopen are not counted twice.
    """
    days = effective_config(session, now).cadence.requests.reopen_within_days
    still = select(Request).where(
        Request.state == RequestState.ANSWERED, Request.answered_at < now - timedelta(days=days)
    )
    closed = list(session.scalars(still.order_by(Request.id)))
    for request in closed:
        request.state, request.closed_at = RequestState.CLOSED, request.answered_at
        record_event(session, request, RequestEventKind.CLOSED, now, account_id=None, detail={"because": "quiet"})
    return len(closed)
