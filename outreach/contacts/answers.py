"""What answers a request, and what takes an answer back. One rule reads the contacts and settles the request."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from models import (
    CONTACT_OUTCOMES,
    GENERAL_NOTICES,
    Contact,
    Initiator,
    JsonObject,
    Outcome,
    Request,
    RequestEvent,
    RequestEventKind,
    RequestState,
)
from outreach.language import N_, _

from .checks import CLOCKS_DIFFER
from .errors import RequestRefused
from .events import record_event
from .families import lock_family
from .new import LIVE_CHANNELS
from .states import move

answers = and_(
    Contact.voided_at.is_(None),
    Contact.outcome.in_(CONTACT_OUTCOMES),
    Contact.authored.not_in(GENERAL_NOTICES),
    or_(
        Contact.initiator != Initiator.FAMILY,
        and_(Contact.channel.in_(LIVE_CHANNELS), Contact.outcome == Outcome.REACHED),
    ),
)
"""A contact that answers the request it names: :func:`outreach.contacts.checks.can_answer`, in SQL."""

OPENING_UNDONE = N_("The contact that asked was undone.")
JOINED_TO_EARLIER = N_("Joined to this family’s earlier question.")


def hold_request(session: Session, request_id: int) -> Request:
    """The request, its family's row and its own held until the transaction ends; always in this order, so that two
    who wait for each other cannot be. Raises :class:`RequestRefused` where there is none.
    """
    family_id = session.scalar(select(Request.family_id).where(Request.id == request_id))
    if family_id is not None:
        lock_family(session, family_id)
    request = session.get(Request, request_id, with_for_update=True, populate_existing=True)
    if request is None:
        raise RequestRefused(_("This question does not exist."))
    return request


def settle(session: Session, request_id: int, now: datetime, account_id: int | None = None) -> Request:
    """Make a request answered or open as its contacts say: the only place that decides it.

    The earliest contact that answers it since it was last asked is its answer. Where an answer was undone or
    corrected away and no other stands, the request is open again as it was, by the due time it had. One that was
    closed as needing no answer stays closed.
    """
    request = hold_request(session, request_id)
    request.first_response_at = session.scalar(
        _answering(request).with_only_columns(Contact.occurred_at).limit(1)
    )  # fmt: skip
    asked_at = (request.reopened_at or request.opened_at) - CLOCKS_DIFFER
    answer = session.scalar(_answering(request).where(Contact.occurred_at >= asked_at).limit(1))
    if answer is not None:
        _answered(session, request, answer, now, account_id)
    elif request.state is not RequestState.OPEN and request.no_answer_needed is None:
        _as_it_was(session, request, now, account_id)
    return request


def _answering(request: Request) -> Select[Contact]:
    statement = select(Contact).where(Contact.answers_request_id == request.id, answers)
    return statement.order_by(Contact.occurred_at, Contact.id)


def _answered(session: Session, request: Request, answer: Contact, now: datetime, account_id: int | None) -> None:
    if request.no_answer_needed is not None:
        return
    state = move(request.state, RequestEventKind.ANSWERED)
    request.answered_at, request.answered_by_contact_id = answer.occurred_at, answer.id
    if state is not None:
        request.state = state
        record_event(session, request, RequestEventKind.ANSWERED, now, account_id=account_id, contact_id=answer.id)


def _as_it_was(session: Session, request: Request, now: datetime, account_id: int | None) -> None:
    """Open again, with the clock it had. What the family asked since joins it, as it would have joined it then."""
    detail: JsonObject = {"because": "answer_undone", "from_state": request.state.value}
    _take_in_newer(session, request, now, account_id)
    contact_id = request.answered_by_contact_id
    request.state = RequestState.OPEN
    request.answered_at = request.answered_by_contact_id = request.closed_at = request.closed_by = None
    record_event(
        session, request, RequestEventKind.REOPENED, now, account_id=account_id, contact_id=contact_id, detail=detail
    )


def _take_in_newer(session: Session, request: Request, now: datetime, account_id: int | None) -> None:
    """Close a newer open request of the same guardian, its question joined to ``request``."""
    same_guardian = (
        Request.guardian_id.is_(None) if request.guardian_id is None else Request.guardian_id == request.guardian_id
    )
    newer = session.scalar(
        select(Request).where(
            Request.family_id == request.family_id, same_guardian, Request.state == RequestState.OPEN,
            Request.id != request.id,
        )
    )  # fmt: skip
    if newer is None:
        return
    newer.state, newer.closed_at, newer.closed_by = RequestState.CLOSED, now, account_id
    newer.no_answer_needed = JOINED_TO_EARLIER
    kind = RequestEventKind.NO_ANSWER_NEEDED
    record_event(session, newer, kind, now, account_id=account_id, detail={"joined_to": request.id})
    request.question = f"{request.question}\n\n{newer.question}"
    record_event(
        session, request, RequestEventKind.JOINED, now, account_id=account_id,
        contact_id=newer.opened_by_contact_id, detail={"joined_from": newer.id},
    )  # fmt: skip


def contact_undone(session: Session, contact: Contact, now: datetime, account_id: int | None) -> None:
    """Settle what rested on a contact that was just undone: what it answered, and what it asked."""
    if contact.answers_request_id is not None:
        settle(session, contact.answers_request_id, now, account_id)
    for request in session.scalars(_opened_by(contact.id).where(Request.state == RequestState.OPEN)).all():
        if _asked_otherwise(session, request, contact):
            continue
        request.state, request.closed_at, request.closed_by = RequestState.CLOSED, now, account_id
        request.no_answer_needed = OPENING_UNDONE
        kind = RequestEventKind.NO_ANSWER_NEEDED
        record_event(session, request, kind, now, account_id=account_id, contact_id=contact.id)


def _asked_otherwise(session: Session, request: Request, contact: Contact) -> bool:
    """Whether another contact, not undone, joined or reopened this request."""
    others = (
        select(Contact.id)
        .join(RequestEvent, RequestEvent.contact_id == Contact.id)
        .where(
            RequestEvent.request_id == request.id, Contact.id != contact.id, Contact.voided_at.is_(None),
            RequestEvent.kind.in_((RequestEventKind.JOINED, RequestEventKind.REOPENED)),
            Contact.initiator == Initiator.FAMILY,
        )
    )  # fmt: skip
    return session.scalar(others.limit(1)) is not None


def contact_back(session: Session, contact: Contact, now: datetime, account_id: int | None) -> None:
    """The reverse, for a contact that was just restored."""
    undone = _opened_by(contact.id).where(
        Request.state == RequestState.CLOSED, Request.no_answer_needed == OPENING_UNDONE
    )
    for request in session.scalars(undone).all():
        request.no_answer_needed = None
        settle(session, request.id, now, account_id)
    if contact.answers_request_id is not None:
        settle(session, contact.answers_request_id, now, account_id)


def _opened_by(contact_id: int) -> Select[Request]:
    return select(Request).where(Request.opened_by_contact_id == contact_id).order_by(Request.id)
