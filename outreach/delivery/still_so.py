"""Who has a family's question, or that nobody has taken an alert, may have changed before the message that says so
leaves; then it stays."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Message, MessageKind, Request, RequestEvent, RequestState, SafetyAlert
from outreach.language import N_

from .claimed import AnyMessage

HANDED_OVER, ALERT = "handed_over", "alert"
ENDED = N_("The question has been answered or closed since.")
WITH_ANOTHER = N_("Somebody else has the question by now.")
TAKEN = N_("Somebody has taken this alert.")
CALLED_OFF = N_("The colleague who raised this alert took it back.")


def about(request_id: int, step: int) -> str:
    """How the keys of all notices of this step of a question begin; ``step`` is its event's id."""
    return f"{HANDED_OVER}|{request_id}|{step}|"


def about_alert(alert_id: int) -> str:
    """How the keys of all that tells the safety list of this alert begin."""
    return f"{ALERT}|{alert_id}|"


def key_of(request_id: int, step: int, address_id: int, channel: str) -> str:
    """The key of what this step of the question tells at that address."""
    return f"{about(request_id, step)}{address_id}|{channel}"


def no_longer_so(session: Session, message: AnyMessage) -> str | None:
    """Why what a message says is not true any more, in a kept sentence; None where it is, or where it says nothing of
    the kind."""
    if message.kind not in (MessageKind.NOTICE, MessageKind.SAFETY):
        return None
    rule, *rest = _first_key(session, message.id).split("|")
    if rule == ALERT:
        return _alert_no_longer_so(session, int(rest[0]))
    if rule != HANDED_OVER:
        return None
    request = session.get(Request, int(rest[0]), populate_existing=True)
    step = session.get(RequestEvent, int(rest[1]))
    if request is None or request.state is not RequestState.OPEN:
        return ENDED
    told = (step.detail or {}).get("to_staff") if step is not None else None
    return None if told == request.owner_staff_id else WITH_ANOTHER


def _alert_no_longer_so(session: Session, alert_id: int) -> str | None:
    alert = session.get(SafetyAlert, alert_id, populate_existing=True)
    if alert is None or alert.taken_at is not None:
        return TAKEN
    return CALLED_OFF if alert.ended_at is not None else None


def _first_key(session: Session, message_id: int) -> str:
    """Of the message itself, or of the one that it stands in for."""
    at: int | None = message_id
    key = ""
    while at is not None:
        key, at = session.execute(select(Message.intent_key, Message.fallback_of_id).where(Message.id == at)).one()
    return key
