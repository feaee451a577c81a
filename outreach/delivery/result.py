"""What the provider said to one attempt, written down; and when what it did not take is tried again (DESIGN §7.5)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, exists, func, or_, select, update
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from config.tuning import SendingRules
from models import AttemptResult, DeliveryAttempt, DeliveryEvent, Message, MessageState
from outreach.language import N_, kept
from outreach.prepared import Asked, Prepared

from .errors import ProviderDown, ProviderError, RefusedForGood, RefusedForNow
from .pauses import SPOKEN, pause_provider
from .providers.base import Accepted, Outgoing
from .receipts import apply_early_receipts
from .refusals import note_refusal
from .states import NOT_KNOWN, move

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
LONGEST_UNCOUNTED = timedelta(minutes=10)
"""After a try that uses none up, so that what waited out an outage leaves soon after it."""
REFUSES_US = N_("%(provider)s refuses us: %(why)s.")
NOT_TAKEN = N_("The provider did not take it, again and again: %(why)s.")
TRIED_AGAIN = N_("It has not left yet (%(why)s); it is tried again.")
DOUBLINGS = 10
"""More than lead to the longest wait."""


def finish(
    session: Session, outgoing: Outgoing, answer: Accepted | ProviderError, rules: SendingRules, now: datetime
) -> MessageState:
    """Write what the provider said; the caller commits. A receipt that came first is not undone by it, and a newer
    attempt at the same message not disturbed."""
    attempt = session.get_one(DeliveryAttempt, outgoing.attempt_id)
    message = session.get_one(Message, attempt.message_id, with_for_update=True, populate_existing=True)
    attempt.ended_at = now
    mine = message.attempt_id == attempt.id
    if isinstance(answer, Accepted):
        attempt.result, attempt.provider_id = AttemptResult.ACCEPTED, answer.provider_id
        if (mine or message.state is MessageState.SCHEDULED) and move(message, MessageState.ACCEPTED):
            message.accepted_at, message.lease_until = now, None
            message.sent_at = message.sent_at or attempt.started_at
        if mine:
            message.provider_id = answer.provider_id
    else:
        attempt.error_code, attempt.error = answer.code, answer.words
        _refused(session, message if mine else None, attempt, answer, rules, now)
    session.flush()
    apply_early_receipts(session, message, now)
    return message.state


class _no_wait_for_disk(FunctionElement[str]):  # noqa: N801  # stands in a statement as any function does
    """On PostgreSQL the commit of this transaction does not wait for the disk. Lost with the server's power, it leaves
    the attempt unknown, as a crash of ours would; ``sending``, which must never be lost, waits."""

    inherit_cache = True


@compiles(_no_wait_for_disk)
def _not_here(_element: _no_wait_for_disk, _compiler: SQLCompiler, **_options: object) -> str:
    return "NULL"


@compiles(_no_wait_for_disk, "postgresql")
def _on_postgresql(_element: _no_wait_for_disk, _compiler: SQLCompiler, **_options: object) -> str:
    return "set_config('synchronous_commit', 'off', true)"


_MESSAGE, _ATTEMPT = Message.__table__, DeliveryAttempt.__table__
_MINE = (_MESSAGE.c.id == bindparam("of_message"), _MESSAGE.c.attempt_id == bindparam("of_attempt"))
_TAKEN: Prepared[object] = Prepared(
    update(_MESSAGE)  # type: ignore[arg-type]  # a table, as any mapped class has
    .where(
        # Not written into the text: the planner then takes the index on states, and goes through all that are sent.
        *_MINE, _MESSAGE.c.state == bindparam("was"),
        ~exists().where(
            or_(
                DeliveryEvent.attempt_id == bindparam("of_attempt"),
                DeliveryEvent.provider_id == bindparam("new_provider_id"),
            )
        ),
    )
    .values(
        state=MessageState.ACCEPTED, state_reason=None, provider_id=bindparam("new_provider_id"),
        accepted_at=bindparam("at"), lease_until=None,
    )
    .returning(_MESSAGE.c.id, _no_wait_for_disk())
)  # fmt: skip
_ANSWERED: Prepared[object] = Prepared(
    update(_ATTEMPT)  # type: ignore[arg-type]  # a table, as any mapped class has
    .where(
        _ATTEMPT.c.id == bindparam("of_attempt"),
        exists().where(
            *_MINE, _MESSAGE.c.state == bindparam("now_is"), _MESSAGE.c.provider_id == bindparam("new_provider_id")
        ),
    )
    .values(ended_at=bindparam("at"), result=AttemptResult.ACCEPTED, provider_id=bindparam("new_provider_id"))
)  # fmt: skip


def as_accepted(message_id: int, attempt_id: str, answer: Accepted, now: datetime) -> Sequence[Asked]:
    """The usual end, in two statements. The first gives no row, and neither writes, where a receipt came first or the
    message has gone on without this attempt."""
    told = {"of_message": message_id, "of_attempt": attempt_id, "new_provider_id": answer.provider_id, "at": now}
    return (
        (_TAKEN, {**told, "was": MessageState.SENDING}), (_ANSWERED, {**told, "now_is": MessageState.ACCEPTED}),
    )  # fmt: skip


def _refused(
    session: Session, message: Message | None, attempt: DeliveryAttempt, error: ProviderError, rules: SendingRules,
    now: datetime,
) -> None:  # fmt: skip
    """``message``: None where a newer attempt at it runs, which this one's end must not touch."""
    match error:
        case RefusedForGood():
            attempt.result = AttemptResult.REFUSED_FOR_GOOD
            if message is not None:
                move(message, MessageState.FAILED, note_refusal(session, message, error, now))
        case RefusedForNow():
            attempt.result = AttemptResult.REFUSED_FOR_NOW
            _again_later(session, message, error, rules, now)
        case ProviderDown():
            attempt.result = AttemptResult.TECHNICAL
            _again_later(session, message, error, rules, now)
            session.flush()
            why = kept(REFUSES_US, provider=SPOKEN.get(attempt.provider, attempt.provider), why=error.words)
            pause_provider(session, attempt.provider, why, now, None)
        case _:
            attempt.result = AttemptResult.UNKNOWN
            if message is not None:
                move(message, MessageState.UNKNOWN, NOT_KNOWN)
    if message is not None:
        message.error_code, message.lease_until = error.code, None


def _again_later(
    session: Session, message: Message | None, error: RefusedForNow | ProviderDown, rules: SendingRules, now: datetime
) -> None:
    """Back to scheduled, later each time, with jitter; after the limit, which spans hours, it has failed. What is our
    fault, the hour's, or the network's uses no try up."""
    if message is None:
        return
    if isinstance(error, RefusedForNow) and error.uses_try:
        if message.attempts >= rules.retry_limit:
            move(message, MessageState.FAILED, kept(NOT_TAKEN, why=error.words))
            return
        tries, longest = message.attempts, LONGEST_WAIT
    else:
        message.attempts -= 1
        tries, longest = _calls(session, message), LONGEST_UNCOUNTED
    wait = min(FIRST_WAIT * 2 ** min(max(0, tries - 1), DOUBLINGS), longest)
    jitter = random.uniform(0.5, 1.0)  # noqa: S311  # spreads retries; nothing secret depends on it
    if not move(message, MessageState.SCHEDULED, kept(TRIED_AGAIN, why=error.words)):
        return  # a receipt has proved meanwhile that it was taken
    least = error.wait if isinstance(error, RefusedForNow) else None
    message.sent_at = message.cost_micros = message.preface = None
    message.claimed_by, message.due_at = None, now + max(wait * jitter, least or timedelta())


def _calls(session: Session, message: Message) -> int:
    """How often it was tried in all, whatever became of that."""
    of = select(func.count()).select_from(DeliveryAttempt).where(DeliveryAttempt.message_id == message.id)
    return session.scalar(of) or 0
