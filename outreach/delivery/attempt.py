"""One attempt at one message: asked and committed before the call, called without a transaction (DESIGN §7.3, §7.6)."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import bindparam, exists, insert, select, update
from sqlalchemy.orm import Session

from models import Audience, Channel, DeliveryAttempt, Message, MessageState, ProviderPause, Staff
from outreach.access import working_here
from outreach.language import N_
from outreach.prepared import Prepared, ask, connection_of, named

from .caps import others_at, places
from .claim import release
from .claimed import Claimed, Held, still_as_claimed, to_hold
from .errors import ProviderError, Unclear
from .final_words import FinalWords, final_words
from .gate import TOO_LATE, Never, NotBefore, SendNow, decide, leaves_by
from .gate_facts import Standing, facts_for, what_stands
from .links import Links
from .pauses import allowance
from .providers.base import Accepted, Outgoing, Providers
from .segments import segments_of
from .spending import cost_of
from .states import MOVES, move
from .steps import at_the_end
from .stop import stopped
from .terms import Terms

READER_LEFT = N_("Its reader no longer works here.")
log = structlog.get_logger(__name__)


def begin(
    session: Session, claimed: Claimed, worker: str, providers: Providers, terms: Terms, now: datetime
) -> Outgoing | None:
    """Ask the gate and, on its yes, write ``sending`` with a new attempt: one transaction, which the caller commits.

    It holds the message's, the family's and the address's row, so that two workers cannot both take the last place
    under a cap. All that the answer rests on is read after they are held: what was committed before (a STOP, a hold,
    *stop everything*) is seen. None where the message is no longer this worker's, where a stop or a pause came or the
    message changed hands since it was claimed (it is free again then), or where the gate said no or not yet; the
    message then says so.
    """
    if claimed.audience is not Audience.FAMILY:
        return _to_staff(session, claimed, worker, providers, terms, now)
    provider = providers.of(claimed.channel).name
    today = terms.today(session, claimed.school_id, now)  # once a school and batch, before a row is held
    held, stands, others = ask(
        connection_of(session), to_hold(claimed, worker), what_stands(claimed, provider, today, now),
        others_at(claimed, now, providers.names),
    )  # fmt: skip
    if not held or _too_late(held[0], now):
        return None
    message, standing = held[0], Standing(stands, today)
    if not still_as_claimed(message, claimed) or _held_back(session, standing, provider, now):
        release(session, worker, [message.id])
        return None
    sent = places(session, message, others, now, terms.rules)
    facts = facts_for(session, message, standing, sent, now, terms, providers)
    answer = decide(facts, now, terms.rules)
    if not isinstance(answer, SendNow):
        _refused(session, message, answer, now)
        return None
    words = final_words(
        session, message, providers.links, first=standing.first_text, values=standing.names, replies=terms.replies_of,
        ask=terms.ask_of,
    )  # fmt: skip
    until = leaves_by(facts, now, terms.rules)
    return _sending(session, claimed, message, words, provider, providers.links, terms, now, until)


def _too_late(message: Held, now: datetime) -> bool:
    """Its claim is over: somebody else may take it."""
    return message.lease_until is not None and message.lease_until <= now


def _held_back(session: Session, standing: Standing, provider: str, now: datetime) -> bool:
    return standing.stopped or (standing.paused and not _probes(session, provider, now))


def _refused(session: Session, held: Held, answer: NotBefore | Never, now: datetime) -> None:
    message = session.get_one(Message, held.id, populate_existing=True)
    message.claimed_by, message.lease_until = None, None
    match answer:
        case NotBefore(at, because):
            message.due_at, message.state_reason = at, because
        case Never(because):
            stale = message.expires_at is not None and now >= message.expires_at
            move(message, MessageState.EXPIRED if stale else MessageState.SKIPPED, because)
    session.flush()


def _probes(session: Session, provider: str, now: datetime) -> bool:
    """Whether a provider that was paused may be given one more, one asking at a time."""
    held = select(ProviderPause.provider).where(ProviderPause.provider == provider).with_for_update()
    session.execute(held)
    return allowance(session, provider, now) != 0


def _to_staff(
    session: Session, claimed: Claimed, worker: str, providers: Providers, terms: Terms, now: datetime
) -> Outgoing | None:
    """Digests, alerts and letters about an account know no window and no cap; only their time, and a reader."""
    provider = providers.of(claimed.channel).name
    today = terms.today(session, claimed.school_id, now)
    held, about = ask(
        connection_of(session), to_hold(claimed, worker),
        (_ABOUT_STAFF, {"message_id": claimed.id, "provider": provider, "today": today}),
    )  # fmt: skip
    if not held or _too_late(held[0], now):
        return None
    message, (stands,) = held[0], about
    if stands.stopped or (stands.paused and not _probes(session, provider, now)):
        release(session, worker, [message.id])
        return None
    if message.expires_at is not None and now >= message.expires_at:
        _refused(session, message, Never(TOO_LATE), now)
        return None
    if message.audience is Audience.STAFF and stands.works_here is False:
        _refused(session, message, Never(READER_LEFT), now)
        return None
    words = FinalWords(message.body, message.body_html, None)
    return _sending(session, claimed, message, words, provider, providers.links, terms, now)


_ABOUT_STAFF = named(
    select(
        stopped().label("stopped"),
        exists().where(ProviderPause.provider == bindparam("provider")).label("paused"),
        working_here(bindparam("today")).label("works_here"),
    )
    .select_from(Message)
    .outerjoin(Staff, Staff.id == Message.staff_id)
    .where(Message.id == bindparam("message_id"))
)  # fmt: skip
_SET = (
    "state", "state_reason", "attempt_id", "attempts", "provider", "sent_at", "lease_until", "preface", "segments",
    "cost_micros",
)  # fmt: skip
_TO_SENDING: Prepared[object] = Prepared(
    update(Message.__table__)  # type: ignore[arg-type]  # a table, as any mapped class has
    .where(Message.__table__.c.id == bindparam("of_message"))
    .values({name: bindparam(f"new_{name}") for name in _SET})
)
_KEPT = ("id", "message_id", "provider", "started_at", "deadline_at", "checks")
_NEW_ATTEMPT: Prepared[object] = Prepared(
    insert(DeliveryAttempt.__table__).values({name: bindparam(name) for name in _KEPT})  # type: ignore[arg-type]
)


def _sending(
    session: Session, claimed: Claimed, message: Held, words: FinalWords, provider: str, links: Links, terms: Terms,
    now: datetime, until: datetime | None = None,
) -> Outgoing:  # fmt: skip
    assert MessageState.SENDING in MOVES[message.state]
    attempt_id, rules = claimed.attempt_id, terms.rules
    deadline = now + timedelta(seconds=rules.attempt_deadline_seconds)
    segments = message.segments
    if message.channel is Channel.SMS and (segments is None or words.preface is not None):
        segments = segments_of(words.body).count
    cost = cost_of(message.channel, segments, terms.prices)
    terms.spend(cost)
    at_the_end(
        session,
        (_TO_SENDING, {
            "of_message": message.id, "new_state": MessageState.SENDING, "new_state_reason": None,
            "new_attempt_id": attempt_id, "new_attempts": message.attempts + 1, "new_provider": provider,
            "new_sent_at": now, "new_lease_until": max(deadline, now + timedelta(seconds=rules.lease_seconds)),
            "new_preface": words.preface, "new_segments": segments, "new_cost_micros": cost,
        }),
        (_NEW_ATTEMPT, {
            "id": attempt_id, "message_id": message.id, "provider": provider, "started_at": now,
            "deadline_at": deadline, "checks": 0,
        }),
    )  # fmt: skip
    to_family = message.audience is Audience.FAMILY and message.channel is Channel.EMAIL
    return Outgoing(
        attempt_id=attempt_id, channel=message.channel, to_value=message.to_value, title=message.title,
        body=words.body, body_html=words.body_html, now=now, leaves_by=until,
        reply_to=links.reply_to(attempt_id) if to_family else None,
        unsubscribe_url=words.unsubscribe_url,
    )  # fmt: skip


def state_of(session: Session, message_id: int) -> MessageState | None:
    """The state that a message is in now; None where it is no longer there."""
    return session.scalar(select(Message.state).where(Message.id == message_id))


def call(providers: Providers, outgoing: Outgoing) -> Accepted | ProviderError:
    """Hand it to the provider, with no transaction open. Whatever else goes wrong in there leaves it unclear."""
    try:
        return providers.of(outgoing.channel).send(outgoing)
    except ProviderError as error:
        return error
    except Exception as error:
        # It may have left before the fault: unclear is the only honest answer.
        log.exception("provider call failed", attempt_id=outgoing.attempt_id, channel=outgoing.channel.value)
        return Unclear("fault", type(error).__name__)
