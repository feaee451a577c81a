"""Take back the last step that a person took with a question: it stands again as it stood before."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models import Department, JsonObject, JsonValue, Request, RequestEvent, RequestEventKind, RequestState
from outreach.errors import NotFound
from outreach.language import _

from .answers import hold_request
from .errors import RequestRefused
from .events import check_seen, record_event
from .questions import CLOCKED, ENDED
from .rehome import BY_HAND, GIVEN_BY_HAND
from .requests import REOPENED_BY_HAND, other_open
from .scoring import rescore
from .states import move

OWN_STEP_WITHIN = timedelta(hours=1)
"""For so long somebody takes back a step of their own, also where it gave the family out of their hands."""
CLOSE_UNDONE, REOPENING_UNDONE = "close_undone", "reopening_undone"


def step_of(session: Session, request_id: int, event_id: int) -> RequestEvent:
    """The step that is to be taken back. Raises :class:`NotFound` where the question has no such step."""
    event = session.get(RequestEvent, event_id)
    if event is None or event.request_id != request_id:
        raise NotFound(_("There is no such question, or you do not work with its family."))
    return event


def take_back_step(
    session: Session, request_id: int, event_id: int, now: datetime, account_id: int | None = None
) -> Request:  # fmt: skip
    """Undo that step, where it is the newest: handed over, taken, given to an administrator, closed without an answer,
    or opened again by hand. Due times are those of before.

    Raises :class:`MovedOn` where something has happened since, :class:`RequestRefused` for a step of another kind, or
    where the family has a newer open question.
    """
    request = hold_request(session, request_id)
    check_seen(session, request, event_id)
    event = step_of(session, request_id, event_id)
    detail = event.detail or {}
    if event.kind in GIVEN_BY_HAND and detail.get("because") == BY_HAND:
        _give_back(session, request, event, now, account_id)
    elif event.kind is RequestEventKind.NO_ANSWER_NEEDED and event.by_account_id is not None:
        _open_as_it_was(session, request, now, account_id)
    elif event.kind is RequestEventKind.REOPENED and detail.get("because") == REOPENED_BY_HAND:
        _end_as_it_was(session, request, detail, now, account_id)
    else:
        raise RequestRefused(_("This step cannot be taken back."))
    rescore(session, now, [request.family_id])
    return request


def _give_back(session: Session, request: Request, event: RequestEvent, now: datetime, by: int | None) -> None:
    move(request.state, RequestEventKind.GIVEN_BACK)
    detail = event.detail or {}
    before = detail.get("from_staff")
    given: JsonObject = {
        "undoes": event.id, "undone_kind": event.kind.value, "from_staff": request.owner_staff_id, "to_staff": before,
        "from_department": request.department.value, "to_department": detail["from_department"],
    }  # fmt: skip
    request.owner_staff_id = before if isinstance(before, int) else None
    request.department = Department(str(detail["from_department"]))
    if event.kind is RequestEventKind.HOSTILE:
        request.hostile_at = None
    record_event(session, request, RequestEventKind.GIVEN_BACK, now, account_id=by, detail=given)


def _open_as_it_was(session: Session, request: Request, now: datetime, by: int | None) -> None:
    if other_open(session, request):
        raise RequestRefused(_("This family has a newer open question; answer that one."))
    detail: JsonObject = {"because": CLOSE_UNDONE, "from_state": request.state.value}
    request.state = RequestState.OPEN
    request.closed_at = request.closed_by = request.no_answer_needed = None
    record_event(session, request, RequestEventKind.REOPENED, now, account_id=by, detail=detail)


def _end_as_it_was(session: Session, request: Request, detail: JsonObject, now: datetime, by: int | None) -> None:
    """The steps that a fresh reader of the history needs: answered, closed, or closed without an answer, once more."""
    before = detail.get("before")
    assert isinstance(before, dict)
    for name in ENDED:
        setattr(request, name, before.get(name))
    for name in CLOCKED:
        setattr(request, name, _moment(before.get(name)))
    again: JsonObject = {"because": REOPENING_UNDONE, "why": request.no_answer_needed}
    steps = [RequestEventKind.NO_ANSWER_NEEDED]
    if request.no_answer_needed is None:
        closed = detail.get("from_state") == RequestState.CLOSED
        steps = [RequestEventKind.ANSWERED, *([RequestEventKind.CLOSED] if closed else [])]
    for kind in steps:
        state = move(request.state, kind)
        assert state is not None
        request.state = state
        record_event(session, request, kind, now, account_id=by, detail=again)


def _moment(stored: JsonValue) -> datetime | None:
    return datetime.fromisoformat(stored) if isinstance(stored, str) else None
