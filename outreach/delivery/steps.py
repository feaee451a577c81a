"""The commit points of delivery, by name. Between any two of them a worker may die, and nothing is lost or doubled.

Each transaction in which a worker's round or a webhook writes is one step; what only reads is none, nor what only puts
down that reading a family's words failed. Whoever must know where a process stands (the crash test, which kills it
there) watches; otherwise nobody does, and it costs a call to nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum

from sqlalchemy.orm import Session, sessionmaker

from outreach.prepared import Asked, Kept, ask, connection_of


class Step(StrEnum):
    """The last part of each name says on which side: before the commit, or after it."""

    CLAIM = "claim"
    """Lost attempts given up, stale ones expired, a batch claimed."""
    SENDING = "sending"
    """The gate's answer and ``sending``, with the attempt's id."""
    CALL = "call"
    """Not a transaction: the call to the provider."""
    RESULT = "result"
    """What the provider said."""
    RECEIPT = "receipt"
    """One delivery of receipts, kept and applied."""
    RECONCILE = "reconcile"
    """What the provider's lookup says about one unknown attempt."""
    POLL = "poll"
    """What the provider says about messages that stayed silent."""
    INBOUND_KEPT = "inbound_kept"
    """A family's message, kept as it came."""
    INBOUND_READ = "inbound_read"
    """A family's message, taken for what it is and given its place."""
    ALERTS = "alerts"
    """The on-call lists are told again of what nobody has taken."""
    FALLBACK = "fallback"
    """What a dead address failed goes on to the guardian's next."""
    FOLLOWED = "followed"
    """The plan takes over what became of its messages."""


class Side(StrEnum):
    BEFORE = "before"
    AFTER = "after"


Watcher = Callable[[Step, Side], None]


def _nobody(_step: Step, _side: Side) -> None:
    """Nobody watches."""


_watchers: list[Watcher] = [_nobody]


def watch(watcher: Watcher | None) -> None:
    """Tell ``watcher`` of every side of every step in this process from now on; None: nobody."""
    _watchers[0] = watcher or _nobody


def reached(step: Step, side: Side) -> None:
    _watchers[0](step, side)


@contextmanager
def step(sessions: sessionmaker[Session], name: Step) -> Iterator[Session]:
    """One transaction as a named step: committed at the end, rolled back where something is raised."""
    with sessions.begin() as session:
        yield session
        session.flush()
        reached(name, Side.BEFORE)
    reached(name, Side.AFTER)


@contextmanager
def swift_step(kept: Kept, name: Step, *, begun: bool = False) -> Iterator[Session]:
    """The same for a step that is gone many times a second: in the fewest round trips, and with a session that costs
    nothing until something is asked of it. What is put :func:`at_the_end` leaves with the commit.
    ``begun``: the session is what comes first; without it that is an :func:`~outreach.prepared.ask`."""
    with kept.transaction(begun=begun) as connection:
        session = Session(connection, join_transaction_mode="rollback_only", expire_on_commit=False)
        end: list[Asked] = []
        session.info[AT_THE_END] = end
        yield session
        session.flush()
        reached(name, Side.BEFORE)
        if end:
            ask(connection, *end, last=True)
    reached(name, Side.AFTER)


AT_THE_END = "outreach.at_the_end"


def at_the_end(session: Session, *asked: Asked) -> None:
    """Write this when the step ends; in any other transaction at once."""
    end: list[Asked] | None = session.info.get(AT_THE_END)
    if end is None:
        ask(connection_of(session), *asked)
    else:
        end += asked
