"""What a person does with a family's request: answer it, say that none is needed, open it again."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    Contact,
    JsonObject,
    Request,
    RequestEvent,
    RequestEventKind,
    RequestState,
    RevisionKind,
)
from outreach.effective import effective_config
from outreach.language import _, ngettext

from .answers import hold_request, settle
from .checks import CLOCKS_DIFFER, can_answer
from .errors import RequestRefused
from .events import check_seen, record_event, taken_already
from .families import families_of_contact
from .questions import reopen
from .revisions import keep_revision
from .scoring import rescore
from .states import move

REOPENED_BY_HAND = "by_hand"


def answer_request(
    session: Session, request_id: int, contact_id: int, now: datetime, account_id: int | None = None
) -> Request:  # fmt: skip
    """Say that a contact already kept answers a request; the answer's time is the contact's.

    A repeat changes nothing. Raises :class:`RequestRefused` where the contact is undone, an attempt, a general
    notice, the family's own words, of another family, from before it asked, or where the request is closed.
    """
    request = hold_request(session, request_id)
    contact = session.get(Contact, contact_id)
    if contact is None or contact.voided_at is not None:
        raise RequestRefused(_("The contact that should answer this question does not exist, or was undone."))
    if not can_answer(contact.initiator, contact.channel, contact.outcome, contact.authored):
        raise RequestRefused(
            _("Only a contact that reached the family, or a reply that was sent, answers its question.")
        )
    if request.family_id not in families_of_contact(session, contact_id):
        raise RequestRefused(_("The contact that should answer this question was with another family."))
    if contact.occurred_at < request.opened_at - CLOCKS_DIFFER:
        raise RequestRefused(_("This contact happened before the family asked, so it cannot be the answer."))
    if request.state is RequestState.CLOSED:
        raise RequestRefused(_("This question is closed; reopen it first."))
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
    *, no_answer_needed: str | None = None, seen: int | None = None,
) -> Request:  # fmt: skip
    """Close an answered request; or, with the reason why *no answer is needed*, an open one, without points.

    A repeat changes nothing. ``seen`` as for :func:`~.events.check_seen`. Raises :class:`RequestRefused` for an open
    one without a reason.
    """
    request = hold_request(session, request_id)
    reason = (no_answer_needed or "").strip()
    if no_answer_needed is not None and not reason:
        raise RequestRefused(_("Say why no answer is needed; the reason stays with the question."))
    kind = RequestEventKind.NO_ANSWER_NEEDED if reason else RequestEventKind.CLOSED
    detail: JsonObject | None = {"why": reason} if reason else None
    if taken_already(session, request, kind, account_id, seen, **(detail or {})):
        return request
    state = move(request.state, kind)
    if state is None:
        return request
    request.state, request.closed_at, request.closed_by = state, now, account_id
    request.no_answer_needed = reason or None
    record_event(session, request, kind, now, account_id=account_id, detail=detail)
    rescore(session, now, [request.family_id])
    return request


def reopen_request(
    session: Session, request_id: int, now: datetime, account_id: int | None = None, *, why: str | None = None,
    seen: int | None = None,
) -> Request:  # fmt: skip
    """Open an answered or closed request again: a new due time from now, the first kept. A repeat changes nothing.

    ``seen`` as for :func:`~.events.check_seen`. Raises :class:`RequestRefused` past the days in which one may be
    reopened (14 as shipped; what is asked later is a new request), or where a newer question of the same guardian is
    open.
    """
    request = hold_request(session, request_id)
    detail: JsonObject = {"because": REOPENED_BY_HAND, "why": why}
    if taken_already(session, request, RequestEventKind.REOPENED, account_id, seen, **detail):
        return request
    if move(request.state, RequestEventKind.REOPENED) is None:
        return request
    days = effective_config(session, now).cadence.requests.reopen_within_days
    ended = request.closed_at or request.answered_at
    if ended is not None and now > ended + timedelta(days=days):
        raise RequestRefused(
            ngettext(
                "This question ended more than %(count)s day ago; open a new one instead.",
                "This question ended more than %(count)s days ago; open a new one instead.",
                days,
            )
        )
    if other_open(session, request):
        raise RequestRefused(_("This family has a newer open question; answer that one."))
    reopen(session, request, now, now, account_id, contact_id=None, detail=detail)
    rescore(session, now, [request.family_id])
    return request


def other_open(session: Session, request: Request) -> bool:
    """Whether the same guardian has another question open."""
    same_guardian = (
        Request.guardian_id.is_(None) if request.guardian_id is None else Request.guardian_id == request.guardian_id
    )
    statement = select(Request.id).where(
        Request.family_id == request.family_id, same_guardian, Request.state == RequestState.OPEN,
        Request.id != request.id,
    )  # fmt: skip
    return session.scalar(statement.limit(1)) is not None


def put_on_its_way(
    session: Session, request_id: int, now: datetime, account_id: int | None = None,
    *, outreach_id: int, seen: int | None = None,
) -> bool:  # fmt: skip
    """Say that words which answer an open request are in the outbox, so that nobody answers it a second time unseen.

    Its clock runs on until they arrive. True where this call said it; the same words told again change nothing.
    ``seen`` as for :func:`~.events.check_seen`. Raises :class:`RequestRefused` where the request is no
    longer open.
    """
    request = hold_request(session, request_id)
    told = session.scalars(
        select(RequestEvent.detail).where(
            RequestEvent.request_id == request.id, RequestEvent.kind == RequestEventKind.ON_ITS_WAY
        )
    )
    if any(detail is not None and detail.get("outreach") == outreach_id for detail in told):
        return False
    check_seen(session, request, seen)
    move(request.state, RequestEventKind.ON_ITS_WAY)
    detail: JsonObject = {"outreach": outreach_id}
    record_event(session, request, RequestEventKind.ON_ITS_WAY, now, account_id=account_id, detail=detail)
    return True


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
