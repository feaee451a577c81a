"""What all receipts of a message say together: a pure function of what was told, whatever the order and the repeats.

Each attempt is folded by itself, since a provider only ever speaks of one; the message is as its best attempt is. So a
failure of an earlier attempt takes nothing from a later one, and one that arrived stays arrived.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from models import AttemptResult, DeliveryAttempt, DeliveryEvent, Message, MessageState

from .carrier import OWN_HOURS
from .receipt import FAILURES, RANK, ReceiptEvent
from .states import GIVEN_UP


@dataclass(frozen=True, slots=True)
class Standing:
    """What the receipts of one attempt say together."""

    attempt: DeliveryAttempt | None
    """None: one that we do not know by its id; it is taken to be older than all others."""
    event: ReceiptEvent
    """The furthest; among equals the earliest."""
    error_code: str | None
    """The code of the failure that stands; None where none does."""
    first_told: datetime
    provider_id: str | None
    delivered_at: datetime | None = None
    """When it was first called delivered, also where it came back later."""

    @property
    def failed(self) -> bool:
        return self.event in FAILURES

    @property
    def age(self) -> tuple[float, str]:
        """Sorts the oldest first."""
        return (self.attempt.started_at.timestamp(), self.attempt.id) if self.attempt else (0.0, "")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where a message stands by all that was told of it."""

    state: MessageState
    """accepted, delivered or failed; sending or unknown where only a call that is still open can tell; scheduled where
    it was not delivered for the hour alone."""
    decided_by: Standing | None
    """None: nothing that was told; the last attempt is still open."""


def verdict_of(
    events: Sequence[DeliveryEvent], attempts: Sequence[DeliveryAttempt], message: Message
) -> Verdict | None:
    """Fold ``events``, and what the provider answered to ``attempts``. None: nothing decides, it stays as it is.

    While the last attempt is open, failures of earlier ones decide nothing; and what they had decided before they
    failed, they have decided no longer.
    """
    standings = standings_of(events, attempts)
    if not standings:
        return None
    arrived = [one for one in standings if one.event is ReceiptEvent.DELIVERED]
    if arrived:
        return Verdict(MessageState.DELIVERED, min(arrived, key=lambda one: (one.first_told, one.age)))
    pending = [one for one in standings if not one.failed]
    if pending:
        return Verdict(MessageState.ACCEPTED, max(pending, key=lambda one: one.age))
    if is_open(message, attempts, standings):
        if message.state in (MessageState.SENDING, MessageState.UNKNOWN):
            return None
        if message.state in (MessageState.ACCEPTED, MessageState.DELIVERED):
            calling = message.lease_until is not None
            return Verdict(MessageState.SENDING if calling else MessageState.UNKNOWN, None)
    last = max(standings, key=lambda one: one.age)
    if last.error_code == OWN_HOURS and last.attempt is not None:
        return _for_the_hour(message, attempts, last)
    return Verdict(MessageState.FAILED, last)


def _for_the_hour(message: Message, attempts: Sequence[DeliveryAttempt], told: Standing) -> Verdict | None:
    """It waits for another hour, as where the call itself is refused so: that attempt is over, and nothing arrived.
    Where a later attempt was refused for good, or a person gave it up, that stands."""
    if message.state is MessageState.FAILED and message.state_reason == GIVEN_UP:
        return None
    made = next((one for one in attempts if one.id == message.attempt_id), None)
    refused = made is not None and made is not told.attempt and made.result is AttemptResult.REFUSED_FOR_GOOD
    return Verdict(MessageState.FAILED if refused else MessageState.SCHEDULED, told)


def is_open(message: Message, attempts: Sequence[DeliveryAttempt], standings: Sequence[Standing]) -> bool:
    """Whether nobody knows yet what became of the last attempt: no receipt of it, and no answer or an unclear one."""
    told = {one.attempt.id for one in standings if one.attempt is not None}
    last = next((one for one in attempts if one.id == message.attempt_id), None)
    return last is not None and last.id not in told and last.result in (None, AttemptResult.UNKNOWN)


def standings_of(events: Sequence[DeliveryEvent], attempts: Sequence[DeliveryAttempt]) -> list[Standing]:
    """One for each attempt of which anything is known: by receipts, or by the provider's own yes to the call."""
    told: Mapping[DeliveryAttempt | str, list[DeliveryEvent]] = _by_attempt(events, attempts)
    found = [_standing(whose, its) for whose, its in told.items()]
    silent = [one for one in attempts if one not in told and one.result is AttemptResult.ACCEPTED]
    found += [
        Standing(one, ReceiptEvent.ACCEPTED, None, one.ended_at or one.started_at, one.provider_id) for one in silent
    ]
    return found


def codes_of(events: Collection[DeliveryEvent]) -> frozenset[str]:
    """The codes of every failure told, also of one that a later yes outweighs."""
    return frozenset(code for event in events if event.event in FAILURES and (code := code_of(event)) is not None)


def moment(event: DeliveryEvent) -> datetime:
    """When it happened, as far as we know."""
    return event.occurred_at or event.received_at


def code_of(event: DeliveryEvent) -> str | None:
    code = event.raw.get("error_code")
    return str(code) if code else None


def _by_attempt(
    events: Sequence[DeliveryEvent], attempts: Sequence[DeliveryAttempt]
) -> Mapping[DeliveryAttempt | str, list[DeliveryEvent]]:
    """Whose receipts these are: by the attempt's id, else by the provider's id, which another receipt may have tied to
    the attempt; else, where there was only one, its."""
    by_id = {attempt.id: attempt for attempt in attempts}
    by_provider_id = {one.provider_id: one for one in attempts if one.provider_id is not None}
    for event in sorted(events, key=lambda one: one.event_key):
        if event.provider_id is not None and event.attempt_id in by_id:
            by_provider_id.setdefault(event.provider_id, by_id[event.attempt_id])
    only = attempts[0] if len(attempts) == 1 else None
    found: defaultdict[DeliveryAttempt | str, list[DeliveryEvent]] = defaultdict(list)
    for event in events:
        whose = by_id.get(event.attempt_id or "") or by_provider_id.get(event.provider_id or "") or only
        found[whose or event.provider_id or ""].append(event)
    return found


def _standing(whose: DeliveryAttempt | str, events: Sequence[DeliveryEvent]) -> Standing:
    deciding = min(events, key=lambda one: (-RANK[ReceiptEvent(one.event)], moment(one), one.event_key))
    event = ReceiptEvent(deciding.event)
    attempt = whose if isinstance(whose, DeliveryAttempt) else None
    accepted = [attempt.ended_at] if attempt and attempt.result is AttemptResult.ACCEPTED and attempt.ended_at else []
    named = sorted(one.provider_id for one in events if one.provider_id is not None)
    known = attempt.provider_id if attempt is not None else None
    delivered = [moment(one) for one in events if one.event == ReceiptEvent.DELIVERED]
    return Standing(
        attempt=attempt, event=event, error_code=code_of(deciding) if event in FAILURES else None,
        first_told=min([*accepted, *(moment(one) for one in events)]), provider_id=known or next(iter(named), None),
        delivered_at=min(delivered, default=None),
    )  # fmt: skip
