"""What waits for the same thing, each in a transaction of its own: what fails is logged and holds up no other."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import structlog
from sqlalchemy.orm import Session, sessionmaker

from .steps import Step, step

log = structlog.get_logger(__name__)
Find = Callable[[Session, int, int], Sequence[int]]
"""The ids after this one that wait, in their order, at most so many."""
Act = Callable[[Session, int], int]
"""Takes one of them and says how much it did; what others hold, or what waits no more, it leaves at 0."""


def one_by_one(sessions: sessionmaker[Session], name: Step, find: Find, act: Act, limit: int) -> int:
    """Do ``act`` to what waits, the oldest first, until ``limit`` of them are done; the sum of what it did.

    What fails takes none of these places, so that it never keeps the rest waiting: it is passed over, and tried again
    in the next round. Since each ends its transaction, nobody holds rows of one while it waits for those of another.
    """
    done, total, last = 0, 0, 0
    while done < limit:
        with sessions() as session:
            found = find(session, last, limit - done)
        if not found:
            break
        for one in found:
            last = one
            try:
                with step(sessions, name) as session:
                    did = act(session, one)
            except Exception:
                log.exception("left waiting", step=name.value, message_id=one)
            else:
                done, total = done + 1, total + did
    return total
