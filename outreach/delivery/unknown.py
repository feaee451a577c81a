"""What becomes of a message of which we did not know whether it left: proved, or decided by a person."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from config.tuning import SendingRules
from models import AttemptResult, DeliveryAttempt, Message, MessageState
from outreach.access import NotAllowed, Viewer, audit
from outreach.effective import effective_config
from outreach.errors import NotFound
from outreach.language import N_, _

from .errors import DeliveryRefused
from .providers.base import Found
from .receipts import apply_early_receipts
from .states import GIVEN_UP, move

NEVER_LEFT = N_("It never reached the provider; it is tried again.")
NEVER_LEFT_AGAIN = N_("It never reached the provider, again and again.")
NOT_ANY_MORE = N_("It never left, and it is too late for it now.")
ASKED = N_("Nobody can prove whether this left; an administrator is asked.")


class Became(StrEnum):
    """What a person says became of a message."""

    ARRIVED = "arrived"
    SEND_AGAIN = "send_again"
    """It did not arrive: it goes out anew, where it is not too late for it."""
    GIVE_UP = "give_up"
    """Nobody knows, and it is not sent again."""


def held_unknown(session: Session, attempt_id: str) -> tuple[DeliveryAttempt, Message] | None:
    """The attempt and its message, whose row is held from now on; None where it is settled by now."""
    attempt = session.get(DeliveryAttempt, attempt_id)
    if attempt is None:
        return None
    message = session.get_one(Message, attempt.message_id, with_for_update=True, populate_existing=True)
    still = message.state is MessageState.UNKNOWN and message.attempt_id == attempt_id
    return (attempt, message) if still else None


def taken(
    session: Session, attempt: DeliveryAttempt, message: Message, found: Found | None, now: datetime
) -> MessageState:
    """The provider has it: accepted, and further where receipts that came first say so. Does not commit."""
    _end(attempt, AttemptResult.ACCEPTED)
    if found is not None:
        attempt.provider_id = message.provider_id = found.provider_id
    attempt.checks, attempt.checked_at = 0, now
    if move(message, MessageState.ACCEPTED):
        message.accepted_at = (found.created_at if found else None) or attempt.ended_at
    message.lease_until, message.person_asked_at = None, None
    session.flush()
    apply_early_receipts(session, message, now)
    return message.state


def absent(
    session: Session, attempt: DeliveryAttempt, message: Message, rules: SendingRules, now: datetime,
    *, limited: bool = True,
) -> MessageState:  # fmt: skip
    """The provider never had it: due again at once, through the gate anew; failed after ``rules.retry_limit`` tries,
    where that limit holds. It counts in no cap any more; what it was taken to cost is kept, until it is estimated anew
    when it leaves, should a late receipt prove the contrary. Does not commit."""
    _end(attempt, AttemptResult.ABSENT)
    message.lease_until, message.person_asked_at = None, None
    if limited and message.attempts >= rules.retry_limit:
        move(message, MessageState.FAILED, NEVER_LEFT_AGAIN)
    elif move(message, MessageState.SCHEDULED, NEVER_LEFT):
        message.due_at, message.claimed_by = now, None
        message.sent_at = message.accepted_at = message.preface = None
        if message.expires_at is not None and message.expires_at <= now:
            move(message, MessageState.EXPIRED, NOT_ANY_MORE)
    session.flush()
    apply_early_receipts(session, message, now)
    return message.state


def ask_person(session: Session, message: Message, now: datetime) -> bool:
    """A person is asked what became of it, from now on; False where one is asked already. Does not commit."""
    if message.person_asked_at is not None:
        return False
    message.person_asked_at, message.state_reason = now, ASKED
    session.flush()
    return True


def settle_unknown(
    session: Session, viewer: Viewer | None, message_id: int, attempt_id: str, became: Became, now: datetime
) -> MessageState:
    """A person says what became of an unknown message; where it stands then. Does not commit.

    ``attempt_id``: the attempt that the person was asked about; what is said of one says nothing of the next.
    ``viewer`` must administer the message's school, or the district; None is the command line. Raises
    :class:`~outreach.access.NotAllowed`, :class:`~outreach.errors.NotFound`, and
    :class:`~outreach.delivery.errors.DeliveryRefused` where it was settled or tried again meanwhile, or nobody is
    asked yet.
    """
    if viewer is not None and not viewer.administers:
        raise NotAllowed(_("Only administrators decide what became of a message."))
    message = session.get(Message, message_id)
    if message is None or not _answers_for(viewer, message):
        raise NotFound(_("There is no such message, or it is not of a school you administer."))
    held = held_unknown(session, message.attempt_id or "")
    if held is None:
        raise DeliveryRefused(_("This message was settled meanwhile; nothing was changed."))
    attempt, message = held
    if attempt.id != attempt_id:
        raise DeliveryRefused(_("This message was tried again meanwhile; nothing was changed. Load the page anew."))
    if message.person_asked_at is None:
        raise DeliveryRefused(_("The provider may still tell what became of this message; nothing was changed."))
    audit(session, viewer, "settle_unknown", "message", message.id, now, detail={"became": became.value})
    match became:
        case Became.ARRIVED:
            return taken(session, attempt, message, None, now)
        case Became.SEND_AGAIN:
            rules = effective_config(session, now).cadence.sending
            return absent(session, attempt, message, rules, now, limited=False)
        case Became.GIVE_UP:
            move(message, MessageState.FAILED, GIVEN_UP)
            # It may have arrived: so it counts in the caps and the month's money, as what was taken and then failed.
            message.accepted_at = attempt.started_at
            message.lease_until, message.person_asked_at = None, None
            session.flush()
            return message.state


def _answers_for(viewer: Viewer | None, message: Message) -> bool:
    return viewer is None or viewer.sees_district or message.school_id in viewer.school_ids


def _end(attempt: DeliveryAttempt, result: AttemptResult) -> None:
    """Its time stays that of the call, so that the breaker does not take an old call for one of just now."""
    attempt.result = result
    attempt.ended_at = attempt.ended_at or attempt.deadline_at
