"""What comes back from a provider. Each event is kept once, then applied; all of a message's events decide together."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Select, and_, or_, select, union
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from models import DeliveryAttempt, DeliveryEvent, Message, MessageState
from outreach.contacts import lock_family
from outreach.language import N_

from .carrier import OWN_HOURS, TILL_ANOTHER_HOUR
from .one_by_one import one_by_one
from .receipt import FAILURES, RANK, Receipt, ReceiptEvent
from .receipt_effects import mark_address, note_wishes, tell_timeline, words_of
from .receipt_fold import Standing, Verdict, is_open, standings_of, verdict_of
from .states import NOT_KNOWN
from .steps import Step, step
from .suppressions import tells_to_stop, withdraw_emails

__all__ = [
    "FAILURES", "RANK", "Receipt", "ReceiptEvent", "apply_early_receipts", "apply_receipt", "apply_waiting",
    "receive_receipts",
]  # fmt: skip
log = structlog.get_logger(__name__)
WAITS_FOR = timedelta(days=3)
"""How long a receipt that found no message is looked at again. An attempt is committed before its call, so what is
ours finds it within minutes; the rest is traffic of others on the same account."""
AT_A_TIME = 50
NOT_AT_THIS_HOUR = N_("No texts are delivered to this number at this hour; it is tried again.")
MOVED_BY_RECEIPTS = frozenset({
    MessageState.SCHEDULED, MessageState.SENDING, MessageState.UNKNOWN, MessageState.ACCEPTED, MessageState.DELIVERED,
    MessageState.FAILED,
})  # fmt: skip
"""What never left is not moved. Between these, all receipts together decide, and may take back what fewer of them
said; so this is no move of ``states.MOVES``, which is for what we do ourselves."""


def receive_receipts(sessions: sessionmaker[Session], receipts: Sequence[Receipt], now: datetime) -> int:
    """Keep what one webhook, poll or lookup told, then apply it; how many were new.

    They are kept in one step, and whoever was told so need not tell them again. Then each message is brought to where
    it stands in a step of its own, in the order of their ids: two webhooks at the same moment never wait for each
    other crosswise. What fails there is logged and stays for :func:`apply_waiting`.
    """
    if not receipts:
        return 0
    with step(sessions, Step.RECEIPT) as session:
        news = [event for one in sorted(receipts, key=_order) if (event := _keep(session, one, now)) is not None]
        waiting = _messages_of(session, news)
        _stop_strangers(session, receipts, {event.event_key for event in news}, now)
    for message_id in sorted(waiting):
        try:
            with step(sessions, Step.RECEIPT) as session:
                _settle_by_id(session, message_id, now)
        except Exception:
            log.exception("receipts left waiting", message_id=message_id)
    return len(news)


def apply_receipt(session: Session, receipt: Receipt, now: datetime) -> bool:
    """Keep the receipt and move its message. False where it was known already. Does not commit.

    One that finds no message of ours yet is kept all the same, for :func:`apply_waiting`.
    """
    event = _keep(session, receipt, now)
    if event is None:
        return False
    for message_id in sorted(_messages_of(session, [event])):
        _settle_by_id(session, message_id, now)
    return True


def apply_early_receipts(session: Session, message: Message, now: datetime) -> int:
    """Bring ``message``, whose row the caller holds, to where all its receipts say it stands; how many of them had
    waited for it.

    Call it last wherever an attempt ends or is judged: receipts may have come first, and what they say together
    outweighs what one call was answered. Does not commit.
    """
    session.flush()
    if not _events_of(session, message, {message.attempt_id}, {message.provider_id}):
        return 0  # the usual end of a call, at the price of one look
    return _settle(session, message, now)


def apply_waiting(sessions: sessionmaker[Session], now: datetime, limit: int = AT_A_TIME) -> int:
    """Apply receipts that were kept before anything of ours answered to them; how many. For each worker's tick.

    Takes at most ``limit`` messages, each in a step of its own, leaves those that another worker holds, and looks at
    no receipt older than ``WAITS_FOR``. What fails there is logged, and waits for the next round.
    """

    def settle(session: Session, message_id: int) -> int:
        held = select(Message).where(Message.id == message_id).with_for_update(skip_locked=True)
        message = session.scalar(held)
        return _settle(session, message, now) if message is not None else 0

    def find(session: Session, after: int, count: int) -> Sequence[int]:
        return session.scalars(_waited_for(now, after).limit(count)).all()

    return one_by_one(sessions, Step.RECEIPT, find, settle, limit)


def _waited_for(now: datetime, after: int) -> Select[int]:
    young = (DeliveryEvent.applied_at.is_(None), DeliveryEvent.received_at > now - WAITS_FOR)
    ours = select(DeliveryAttempt.message_id)
    found = union(
        ours.join(DeliveryEvent, DeliveryEvent.attempt_id == DeliveryAttempt.id).where(*young),
        ours.join(DeliveryEvent, DeliveryEvent.provider_id == DeliveryAttempt.provider_id).where(*young),
        select(Message.id).join(DeliveryEvent, DeliveryEvent.provider_id == Message.provider_id).where(*young),
    )
    return select(Message.id).where(Message.id.in_(found), Message.id > after).order_by(Message.id)


def _order(receipt: Receipt) -> tuple[str, str]:
    """Two processes that keep the same events at once do so in the same order, and so never wait crosswise."""
    return (receipt.twin_key or receipt.key, receipt.key)


def _keep(session: Session, receipt: Receipt, now: datetime) -> DeliveryEvent | None:
    """The new row; None where this event was told before, under this name or another."""
    known = select(DeliveryEvent.id).where(DeliveryEvent.event_key == receipt.key)
    twin = select(DeliveryEvent.id).where(DeliveryEvent.twin_key == receipt.twin_key)
    if session.scalar(known) or (receipt.twin_key is not None and session.scalar(twin)):
        return None
    event = DeliveryEvent(
        provider=receipt.provider, event_key=receipt.key, twin_key=receipt.twin_key, attempt_id=receipt.attempt_id,
        provider_id=receipt.provider_id, event=receipt.event.value, occurred_at=receipt.occurred_at, received_at=now,
        raw={**receipt.raw, "error_code": receipt.error_code},
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(event)
    except IntegrityError:
        return None  # another process was told of it at the same moment
    return event


def _messages_of(session: Session, events: Collection[DeliveryEvent]) -> set[int]:
    """The messages of these receipts: by the attempt they carry, also an earlier one; else by the provider's id."""
    attempt_ids = {event.attempt_id for event in events if event.attempt_id}
    provider_ids = {event.provider_id for event in events if event.provider_id}
    found = select(DeliveryAttempt.message_id).where(
        or_(DeliveryAttempt.id.in_(attempt_ids), DeliveryAttempt.provider_id.in_(provider_ids))
    )
    by_provider_id = select(Message.id).where(Message.provider_id.in_(provider_ids))
    return set(session.scalars(found)) | set(session.scalars(by_provider_id))


def _stop_strangers(session: Session, receipts: Sequence[Receipt], new: Collection[str], now: datetime) -> None:
    """Who told the provider to stop is heard also where the event names no message of ours."""
    told = [
        (one.to_value, one.error_code, one.occurred_at or now)
        for one in receipts
        if one.key in new and one.to_value and tells_to_stop(one.event, one.error_code)
    ]
    withdraw_emails(session, told, now)


def _settle_by_id(session: Session, message_id: int, now: datetime) -> int:
    session.flush()
    return _settle(session, session.get_one(Message, message_id, with_for_update=True, populate_existing=True), now)


def _settle(session: Session, message: Message, now: datetime) -> int:
    """Bind what waited for ``message``, fold all that is known of it, and let follow what follows.

    The caller holds the message's row; its family's and its address's are held after it, in this order as everybody
    does who sends.
    """
    if message.family_id is not None:
        lock_family(session, message.family_id)
    session.flush()
    attempts = session.scalars(
        select(DeliveryAttempt).where(DeliveryAttempt.message_id == message.id).order_by(DeliveryAttempt.id)
    ).all()
    events = _all_events(session, message, attempts)
    news = [event for event in events if event.applied_at is None]
    for event in news:
        event.message_id, event.applied_at = message.id, now
    _learn_provider_ids(attempts, events)
    standings = standings_of(events, attempts)
    before = message.state
    verdict = verdict_of(events, attempts, message)
    if verdict is not None and before in MOVED_BY_RECEIPTS:
        if verdict.decided_by is None:
            _open_again(message, verdict.state, attempts)
        elif verdict.state is MessageState.SCHEDULED:
            _wait_for_the_hour(message, verdict.decided_by, now)
        else:
            _stand(message, verdict, verdict.decided_by, attempts, calling=is_open(message, attempts, standings))
    session.flush()
    if news:
        mark_address(session, message, standings, events, now)
        note_wishes(session, message, news, now)
    tell_timeline(session, message, before, now)
    return len(news)


def _all_events(session: Session, message: Message, attempts: Sequence[DeliveryAttempt]) -> Sequence[DeliveryEvent]:
    """What is bound to it and what waits for any of its attempts; a receipt that carries both ids ties those that
    carry only the provider's."""
    attempt_ids = {attempt.id for attempt in attempts}
    events: Sequence[DeliveryEvent] = ()
    known: set[str | None] = set()
    provider_ids = {None, message.provider_id, *(attempt.provider_id for attempt in attempts)}
    while not provider_ids <= known:
        known |= provider_ids
        events = _events_of(session, message, attempt_ids, known)
        provider_ids = {event.provider_id for event in events}
    return events


def _events_of(
    session: Session, message: Message, attempt_ids: Collection[str | None], provider_ids: Collection[str | None]
) -> Sequence[DeliveryEvent]:
    """All that is bound to ``message``, and what waits for these ids."""
    theirs = or_(
        DeliveryEvent.attempt_id.in_([one for one in attempt_ids if one is not None]),
        DeliveryEvent.provider_id.in_([one for one in provider_ids if one is not None]),
    )
    return session.scalars(
        select(DeliveryEvent)
        .where(or_(DeliveryEvent.message_id == message.id, and_(DeliveryEvent.applied_at.is_(None), theirs)))
        .order_by(DeliveryEvent.id)
    ).all()


def _learn_provider_ids(attempts: Sequence[DeliveryAttempt], events: Sequence[DeliveryEvent]) -> None:
    """A receipt that carries both ids tells under which one the provider has that attempt."""
    by_id = {attempt.id: attempt for attempt in attempts}
    for event in sorted(events, key=lambda one: one.event_key):
        attempt = by_id.get(event.attempt_id or "")
        if attempt is not None and attempt.provider_id is None:
            attempt.provider_id = event.provider_id


def _stand(
    message: Message, verdict: Verdict, standing: Standing, attempts: Sequence[DeliveryAttempt], *, calling: bool
) -> None:
    """Where the message stands by its receipts. Whoever had it claimed has it no more, but for one who is ``calling``:
    its lease ends that attempt, should its worker die."""
    accepted_at, provider_id = standing.first_told, standing.provider_id
    if len(attempts) == 1:  # what else is known of the message is known of that attempt
        accepted_at = min(accepted_at, message.accepted_at or accepted_at)
        provider_id = provider_id or message.provider_id
    message.state, message.state_reason = verdict.state, words_of(standing, message)
    message.error_code = standing.error_code
    message.provider_id, message.accepted_at, message.delivered_at = provider_id, accepted_at, standing.delivered_at
    if standing.attempt is not None:  # it may be an earlier one than was thought: it counts in the caps from then
        message.sent_at = standing.attempt.started_at
    message.sent_at = message.sent_at or accepted_at
    message.person_asked_at = None
    if not calling:
        message.claimed_by, message.lease_until = None, None


def _wait_for_the_hour(message: Message, standing: Standing, now: datetime) -> None:
    """Due again later, through the gate anew; it uses no try up, and counts nowhere meanwhile. What waits already is
    not put off further."""
    if message.state is not MessageState.SCHEDULED:
        message.attempts, message.due_at = max(0, message.attempts - 1), now + TILL_ANOTHER_HOUR
        message.claimed_by = message.lease_until = None
    message.state, message.state_reason, message.error_code = MessageState.SCHEDULED, NOT_AT_THIS_HOUR, OWN_HOURS
    message.provider_id = standing.provider_id
    message.sent_at = message.accepted_at = message.delivered_at = message.cost_micros = message.preface = None
    message.person_asked_at = None


def _open_again(message: Message, state: MessageState, attempts: Sequence[DeliveryAttempt]) -> None:
    """What had been accepted failed, and a later attempt is still open: it alone can tell."""
    last = next(one for one in attempts if one.id == message.attempt_id)
    message.state, message.state_reason = state, NOT_KNOWN if state is MessageState.UNKNOWN else None
    message.provider_id, message.error_code = last.provider_id, last.error_code
    message.sent_at, message.accepted_at, message.delivered_at = last.started_at, None, None
