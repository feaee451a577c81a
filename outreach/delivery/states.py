"""The states of a message and the moves between them, as data. A move that is not listed changes nothing."""

from __future__ import annotations

from collections.abc import Mapping

from models import Message, MessageState
from outreach.language import N_

S = MessageState
NOT_KNOWN = N_("We do not know whether this left; it is being checked.")
GIVEN_UP = N_("Nobody can tell whether it arrived, and it is not sent again.")
"""What a person said of an unknown one."""

MOVES: Mapping[MessageState, frozenset[MessageState]] = {
    # To accepted or delivered only by a receipt of an earlier attempt, which then is not made again.
    S.SCHEDULED: frozenset({S.SENDING, S.SKIPPED, S.EXPIRED, S.CANCELLED, S.ACCEPTED, S.DELIVERED}),
    # Back to scheduled only where the provider has certainly not taken it.
    S.SENDING: frozenset({S.SCHEDULED, S.ACCEPTED, S.DELIVERED, S.FAILED, S.UNKNOWN}),
    S.UNKNOWN: frozenset({S.SCHEDULED, S.ACCEPTED, S.DELIVERED, S.FAILED}),
    S.ACCEPTED: frozenset({S.DELIVERED, S.FAILED}),
    # A carrier's late yes outweighs an early no; a bounce after delivery is told by the receipt (see receipts.py).
    S.FAILED: frozenset({S.DELIVERED}),
    S.DELIVERED: frozenset({S.FAILED}),
    S.SKIPPED: frozenset(),
    S.EXPIRED: frozenset(),
    S.CANCELLED: frozenset(),
}
"""Every state is a key: the table is total."""

ON_ITS_WAY = (S.SENDING, S.ACCEPTED, S.DELIVERED, S.UNKNOWN)
"""States that count in the caps: what has reached, or may have reached, the family."""


def move(message: Message, to: MessageState, reason: str | None = None) -> bool:
    """Move ``message`` to ``to``. False, and nothing changed, where no such move is.

    ``reason``, a kept sentence, is what a teacher reads; it replaces the one before, None clears it. The plan reads how
    its messages fared by itself (``outreach.planning.follow_messages``).
    """
    if to not in MOVES[message.state]:
        return False
    message.state, message.state_reason = to, reason
    return True
