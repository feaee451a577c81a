"""A question goes to another person: handed over, taken, or given to an administrator; its due time stays."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    DEPARTMENT_OF_ROLE,
    Department,
    JsonObject,
    Request,
    RequestEvent,
    RequestEventKind,
    Staff,
)
from outreach.language import _

from .answers import hold_request
from .errors import RequestRefused
from .events import record_event, taken_already
from .owners import administrator_for, local_day, owner_for
from .rehome import BY_HAND
from .states import move


def hand_over(
    session: Session, request_id: int, now: datetime, account_id: int | None = None,
    *, to_department: Department | None = None, to_staff_id: int | None = None, why: str | None = None,
    as_administrator: bool = False, seen: int | None = None,
) -> Request:  # fmt: skip
    """Give an open request to another person, department or both; its due time stays.

    A department hands one request over once, then only an administrator does. With a department alone,
    :func:`owner_for` names the person; with a person alone, the department is that person's. ``seen`` as for
    :func:`~outreach.contacts.events.check_seen`; the same form sent twice is one step. Raises
    :class:`RequestRefused` where nothing would change, the person does not work here, or nobody is found.
    """
    request = hold_request(session, request_id)
    asked: JsonObject = {
        "asked_department": to_department and to_department.value, "asked_staff": to_staff_id, "why": why
    }  # fmt: skip
    if taken_already(session, request, RequestEventKind.HANDED_OVER, account_id, seen, **asked):
        return request
    move(request.state, RequestEventKind.HANDED_OVER)
    department, owner = _receiver(session, request, to_department, to_staff_id, now)
    if (department, owner) == (request.department, request.owner_staff_id):
        raise RequestRefused(_("This question is already there; choose another person or department."))
    if not as_administrator and has_handed_over(session, request):
        raise RequestRefused(_("This question was handed over once already; now only an administrator hands it on."))
    _give(session, request, RequestEventKind.HANDED_OVER, department, owner, now, account_id, asked)
    return request


def take_request(
    session: Session, request_id: int, now: datetime, account_id: int | None = None,
    *, staff_id: int, seen: int | None = None,
) -> Request:  # fmt: skip
    """Make an open request ``staff_id``'s own, of that person's department. It uses up no hand-over.

    Whoever asks must be allowed to read its words; the same form sent twice is one step. Raises
    :class:`RequestRefused` where it is theirs already.
    """
    request = hold_request(session, request_id)
    if taken_already(session, request, RequestEventKind.TAKEN, account_id, seen, to_staff=staff_id):
        return request
    move(request.state, RequestEventKind.TAKEN)
    staff = session.get(Staff, staff_id)
    if staff is None or not staff.active:
        raise RequestRefused(_("Only somebody who works at a school takes a question."))
    if request.owner_staff_id == staff.id:
        raise RequestRefused(_("This question is yours already."))
    _give(session, request, RequestEventKind.TAKEN, DEPARTMENT_OF_ROLE[staff.role], staff.id, now, account_id)
    return request


def give_to_administrator(
    session: Session, request_id: int, now: datetime, account_id: int | None = None, *, seen: int | None = None
) -> Request:  # fmt: skip
    """*Hostile*, in one tap: an administrator of the school has it from here on. Its clock runs on, nothing is sent.

    An administrator who has it already keeps it. Who said so, and when, stays with the question; the same form sent
    twice is one step. Raises :class:`RequestRefused` where it was said before, or the school has no administrator who
    is there.
    """
    request = hold_request(session, request_id)
    if taken_already(session, request, RequestEventKind.HOSTILE, account_id, seen):
        return request
    move(request.state, RequestEventKind.HOSTILE)
    if request.hostile_at is not None:
        raise RequestRefused(_("An administrator has this question for that reason already."))
    owner = request.owner_staff_id
    if not _administers_here(session, request):
        owner = administrator_for(session, request.school_id, local_day(session, request.school_id, now))
    if owner is None:
        raise RequestRefused(
            _("This school has no administrator who is here now; hand the question to a person by name.")
        )
    _give(session, request, RequestEventKind.HOSTILE, Department.ADMINISTRATION, owner, now, account_id)
    request.hostile_at = now
    return request


def _administers_here(session: Session, request: Request) -> bool:
    owner = session.get(Staff, request.owner_staff_id) if request.owner_staff_id is not None else None
    return owner is not None and DEPARTMENT_OF_ROLE[owner.role] is Department.ADMINISTRATION


def _give(
    session: Session, request: Request, kind: RequestEventKind, department: Department, owner: int, now: datetime,
    account_id: int | None, asked: JsonObject | None = None,
) -> None:  # fmt: skip
    """``asked`` is kept beside what came of it: a substitute may have it instead of whoever was named."""
    detail: JsonObject = {
        "because": BY_HAND, "from_department": request.department.value, "to_department": department.value,
        "from_staff": request.owner_staff_id, "to_staff": owner, "why": None, **(asked or {}),
    }  # fmt: skip
    request.department, request.owner_staff_id = department, owner
    record_event(session, request, kind, now, account_id=account_id, detail=detail)


def _receiver(
    session: Session, request: Request, to_department: Department | None, to_staff_id: int | None, now: datetime
) -> tuple[Department, int]:
    today = local_day(session, request.school_id, now)
    if to_staff_id is None and to_department is None:
        raise RequestRefused(_("Choose the person or the department that should answer."))
    staff = session.get(Staff, to_staff_id) if to_staff_id is not None else None
    if to_staff_id is not None and (staff is None or not staff.active):
        raise RequestRefused(_("This person does not work here any more; choose another."))
    department = to_department or (DEPARTMENT_OF_ROLE[staff.role] if staff else request.department)
    owner = owner_for(
        session, request.family_id, request.student_id, department, today,
        first_choice=to_staff_id, school_id=request.school_id,
    )  # fmt: skip
    if owner is None:
        raise RequestRefused(_("Nobody at this school can take the question; name a fallback for the school first."))
    return department, owner


def has_handed_over(session: Session, request: Request) -> bool:
    """Whether the department that has the request now has handed it over before, and did not take that back."""
    events = session.execute(
        select(RequestEvent.id, RequestEvent.kind, RequestEvent.detail).where(
            RequestEvent.request_id == request.id,
            RequestEvent.kind.in_((RequestEventKind.HANDED_OVER, RequestEventKind.GIVEN_BACK)),
        )
    ).all()
    undone = {detail.get("undoes") for _id, kind, detail in events if kind is RequestEventKind.GIVEN_BACK and detail}
    return any(
        kind is RequestEventKind.HANDED_OVER
        and detail is not None
        and event_id not in undone
        and detail.get("because") == BY_HAND
        and detail.get("from_department") == request.department.value
        for event_id, kind, detail in events
    )
