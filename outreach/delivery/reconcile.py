"""What became of calls whose answer we never had (DESIGN §7.4, §7.5). In each worker's tick, a few at a time.

Texts: Twilio is asked for all texts to the recipient, at least ``absence_proved_after_minutes`` after the attempt's
deadline, since a call that hung may still have been taken after it. ``candidates`` says what its list proves. Proved
absent, the text is due again; proved taken, it is accepted.

E-mails: SendGrid cannot be asked, so only its events prove anything, and they settle a message when they come
(``receipts``). Without one a 5xx is tried again once others' events have come in for ``retry_email_after_minutes``
since the call: before that its silence may be ours. A time-out or a cut connection never is.

Whatever nothing has proved after ``ask_person_after_hours`` goes to a person (``unknown.settle_unknown``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import structlog
from sqlalchemy import ScalarSelect, Select, exists, func, select, union
from sqlalchemy.orm import Session, sessionmaker

from config.tuning import SendingRules
from models import Channel, DeliveryAttempt, DeliveryEvent, Message, MessageState
from outreach.effective import effective_config

from .candidates import SKEW, Absent, AskPerson, NotYet, OpenAttempt, Taken, judge
from .errors import LookupFailed
from .first_text import with_preface
from .one_by_one import one_by_one
from .pauses import allowance
from .providers.base import CanLookUp, Found, Providers
from .receipts import apply_receipt
from .rhythm import due_again, take_turn
from .steps import Step, step
from .unknown import absent, ask_person, held_unknown, taken

log = structlog.get_logger(__name__)
Clock = Callable[[], datetime]

AT_A_TIME = 20
"""Questions in one round; the next comes within seconds."""
PATIENCE = timedelta(seconds=10)
"""No new question is begun after that, so that sending does not wait for a slow lookup."""
FIRST_AGAIN, LONGEST_AGAIN = timedelta(minutes=1), timedelta(hours=1)
LOOK_UP_FOR = timedelta(days=7)
"""After its deadline; then only a person or a receipt settles it."""
SERVER_FAULT = "http-5%"
EVENTS_OF = timedelta(days=3)
"""Events of e-mails that were handed over since then show whether events come in; most come within minutes."""


class End(StrEnum):
    """What one round made of one unknown message."""

    TAKEN = "taken"
    ABSENT = "absent"
    """Proved never to have arrived: due again, or failed for good."""
    ASKED = "asked"
    """Given to a person."""
    LATER = "later"


@dataclass(frozen=True, slots=True)
class ReconcileFigures:
    """What one round found out, in messages."""

    checked: int = 0
    """Texts that were looked up."""
    taken: int = 0
    absent: int = 0
    asked: int = 0


@dataclass(frozen=True, slots=True)
class _Question:
    attempt_id: str
    to_value: str
    since: datetime


def reconcile(sessions: sessionmaker[Session], providers: Providers, clock: Clock) -> ReconcileFigures:
    """One round. Any number of workers may do it at once; each step is one transaction, and none spans a lookup."""
    began = clock()
    ends = _without_asking(sessions, providers, began)
    line = providers.by_channel.get(Channel.SMS)
    checked = 0
    while isinstance(line, CanLookUp) and checked < AT_A_TIME and clock() - began < PATIENCE:
        question = _next(sessions, line.name, clock())
        if question is None:
            break
        checked += 1
        try:
            found = line.sent_to(question.to_value, question.since)
        except LookupFailed as failed:  # tried again later; a provider that cannot answer is left alone for this round
            log.warning("lookup failed", attempt_id=question.attempt_id, code=str(failed))
            break
        try:
            ends[_settle(sessions, line, question.attempt_id, found, clock())] += 1
        except Exception:  # its turn is over all the same: the others are asked about first
            log.exception("left unknown", attempt_id=question.attempt_id)
    return ReconcileFigures(checked, ends[End.TAKEN], ends[End.ABSENT], ends[End.ASKED])


def _without_asking(sessions: sessionmaker[Session], providers: Providers, now: datetime) -> Counter[End]:
    """What time alone decides: e-mails to try again, and what a person is asked."""
    with sessions() as session:
        rules = effective_config(session, now).cadence.sending

    def try_again(session: Session, message: Message) -> int:
        absent(session, session.get_one(DeliveryAttempt, message.attempt_id), message, rules, now)
        return 1

    def ask(session: Session, message: Message) -> int:
        return ask_person(session, message, now)

    ends: Counter[End] = Counter()
    if _events_come(providers):
        ends[End.ABSENT] = _each(sessions, _faults_without_event(providers, rules, now), try_again)
    ends[End.ASKED] = _each(sessions, _unproved_for_long(rules, now), ask)
    return ends


def _events_come(providers: Providers) -> bool:
    """Where no event of SendGrid's can come, its absence proves nothing. The sandbox's always do."""
    return Channel.EMAIL not in providers.live or providers.email_events


def _each(sessions: sessionmaker[Session], due: Select[int], act: Callable[[Session, Message], int]) -> int:
    """``act`` on each of these messages that is still unknown and that nobody else holds."""
    still = select(Message).where(Message.id.in_(due), Message.state == MessageState.UNKNOWN)

    def find(session: Session, after: int, count: int) -> Sequence[int]:
        waiting = still.with_only_columns(Message.id).where(Message.id > after)
        return session.scalars(waiting.order_by(Message.id).limit(count)).all()

    def held(session: Session, message_id: int) -> int:
        message = session.scalar(still.where(Message.id == message_id).with_for_update(skip_locked=True, of=Message))
        return act(session, message) if message is not None else 0

    return one_by_one(sessions, Step.RECONCILE, find, held, AT_A_TIME)


def _unknown(channel: Channel | None = None) -> Select[int]:
    found = (
        select(Message.id)
        .join(DeliveryAttempt, DeliveryAttempt.id == Message.attempt_id)
        .where(Message.state == MessageState.UNKNOWN)
    )
    return found if channel is None else found.where(Message.channel == channel)


def _faults_without_event(providers: Providers, rules: SendingRules, now: datetime) -> Select[int]:
    ended = func.coalesce(DeliveryAttempt.ended_at, DeliveryAttempt.deadline_at)
    long_enough = now - timedelta(minutes=rules.retry_email_after_minutes)
    silent = _unknown(Channel.EMAIL).where(
        DeliveryAttempt.error_code.like(SERVER_FAULT), ended <= long_enough,
        ~exists().where(DeliveryEvent.attempt_id == DeliveryAttempt.id),
    )  # fmt: skip
    if Channel.EMAIL not in providers.live:
        return silent
    return silent.where(ended <= _others_heard(providers.of(Channel.EMAIL).name, long_enough, now))


def _others_heard(provider: str, until: datetime, now: datetime) -> ScalarSelect[datetime]:
    """When, up to ``until``, the last event came of any message that was handed over in the last days: the proof that
    events came in then. Our web server may have been down, or the key be a wrong one."""
    received = DeliveryEvent.received_at
    return (
        select(func.max(received, type_=received.type))
        .join(DeliveryAttempt, DeliveryAttempt.id == DeliveryEvent.attempt_id)
        .where(DeliveryAttempt.provider == provider, DeliveryAttempt.ended_at > now - EVENTS_OF, received <= until)
        .scalar_subquery()
    )


def _unproved_for_long(rules: SendingRules, now: datetime) -> Select[int]:
    return _unknown().where(
        Message.person_asked_at.is_(None),
        DeliveryAttempt.deadline_at <= now - timedelta(hours=rules.ask_person_after_hours),
    )


def _next(sessions: sessionmaker[Session], provider: str, now: datetime) -> _Question | None:
    """The next text to ask about, for this worker alone; none while the provider is paused."""
    with step(sessions, Step.RECONCILE) as session:
        if allowance(session, provider, now) == 0:
            return None
        rules = effective_config(session, now).cadence.sending
        again = due_again(now, FIRST_AGAIN, LONGEST_AGAIN)
        settled = now - timedelta(minutes=rules.absence_proved_after_minutes)
        due = (
            select(DeliveryAttempt.id)
            .join(Message, Message.attempt_id == DeliveryAttempt.id)
            .where(
                Message.state == MessageState.UNKNOWN, Message.channel == Channel.SMS,
                DeliveryAttempt.provider == provider, DeliveryAttempt.deadline_at <= settled,
                DeliveryAttempt.deadline_at > now - LOOK_UP_FOR, again,
            )
            .order_by(DeliveryAttempt.deadline_at, DeliveryAttempt.id)
        )  # fmt: skip
        attempt_id = take_turn(session, due, again, now)
        if attempt_id is None:
            return None
        attempt = session.get_one(DeliveryAttempt, attempt_id)
        message = session.get_one(Message, attempt.message_id)
        return _Question(attempt_id, message.to_value, attempt.started_at - SKEW)


def _settle(
    sessions: sessionmaker[Session], line: CanLookUp, attempt_id: str, found: Sequence[Found], now: datetime
) -> End:
    with step(sessions, Step.RECONCILE) as session:
        held = held_unknown(session, attempt_id)
        if held is None:
            return End.LATER
        attempt, message = held
        rules = effective_config(session, now).cadence.sending
        wait = timedelta(minutes=rules.absence_proved_after_minutes)
        calls = _open_calls(session, message.to_value, wait)
        mine = next(one for one in calls if one.id == attempt_id)
        others = [one for one in calls if one.id != attempt_id]
        match judge(mine, others, _unclaimed(session, found), now):
            case Taken(one):
                taken(session, attempt, message, one, now)
                receipt = line.receipt_of(one, attempt_id)
                if receipt is not None:
                    apply_receipt(session, receipt, now)
                return End.TAKEN
            case Absent():
                absent(session, attempt, message, rules, now)
                return End.ABSENT
            case AskPerson():
                return End.ASKED if ask_person(session, message, now) else End.LATER
            case NotYet():
                return End.LATER


def _open_calls(session: Session, to_value: str, wait: timedelta) -> list[OpenAttempt]:
    """Every call to this recipient of which we do not know whether it was taken."""
    rows = session.execute(
        select(
            DeliveryAttempt.id, Message.preface, Message.body, DeliveryAttempt.started_at, DeliveryAttempt.deadline_at
        )
        .join(Message, Message.attempt_id == DeliveryAttempt.id)
        .where(
            Message.state.in_((MessageState.SENDING, MessageState.UNKNOWN)), Message.channel == Channel.SMS,
            Message.to_value == to_value,
        )
    )  # fmt: skip
    return [
        OpenAttempt(row.id, with_preface(row.preface, row.body), row.started_at, row.deadline_at + wait)
        for row in rows
    ]  # fmt: skip


def _unclaimed(session: Session, found: Sequence[Found]) -> list[Found]:
    """Without the texts that are known to be another attempt's: by its answer, or by a receipt that carries both ids.

    A receipt that carries only Twilio's id claims nothing.
    """
    ids = [one.provider_id for one in found]
    claimed = set(
        session.scalars(
            union(
                select(DeliveryAttempt.provider_id).where(DeliveryAttempt.provider_id.in_(ids)),
                select(Message.provider_id).where(Message.provider_id.in_(ids)),
                select(DeliveryEvent.provider_id).where(
                    DeliveryEvent.provider_id.in_(ids), DeliveryEvent.attempt_id.is_not(None)
                ),
            )
        )
    )
    return [one for one in found if one.provider_id not in claimed]
