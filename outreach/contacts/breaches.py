"""Breaches as one list: what is past due, oldest first, for whoever looks after a school's families."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from outreach.access.viewer import SEES_RISK, NotAllowed, Viewer
from outreach.language import _

from .board import BoardFilter, ClockState, Section, board
from .waiting import WaitingRequest

PAGE = 50
AT_ONCE = 500
"""Rows of one statement, where all are read."""


def past_due(
    session: Session, viewer: Viewer, now: datetime, wanted: BoardFilter, *, after: str | None = None, size: int = PAGE
) -> Section:
    """One page of open questions past due that the viewer may see, the longest past due first.

    Raises :class:`NotAllowed` for who looks after no school's families, and what :func:`board` raises.
    """
    if not viewer.roles & SEES_RISK:
        raise NotAllowed(_("This list is for counselors and administrators."))
    return board(session, viewer, now, wanted, only=ClockState.OVER, after=after, size=size).sections[0]


def every_past_due(
    session: Session, viewer: Viewer, now: datetime, wanted: BoardFilter
) -> Iterator[WaitingRequest]:  # fmt: skip
    """All of it, a page at a time."""
    after: str | None = None
    while True:
        page = past_due(session, viewer, now, wanted, after=after, size=AT_ONCE)
        yield from page.rows
        after = page.after
        if after is None:
            return


def breaches(session: Session, viewer: Viewer, now: datetime) -> list[WaitingRequest]:
    """The same as a list, for whoever may see it."""
    return list(every_past_due(session, viewer, now, BoardFilter()))
