"""The counselor's queue: families to look at, those that a person at school can help today first inside each band."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from outreach.access import NotAllowed, Viewer
from outreach.effective import effective_config
from outreach.language import _

from .queue_filters import QueueFilters
from .queue_places import Asking, Place, how_many, out_of_reach, places
from .queue_rows import QueueRow, rows_of

PAGE_SIZE = 25
LARGEST_PAGE = 200
MOST_COUNTED = 500
"""More families than a person will ever work through are not counted to the last one: the page would wait for it."""
DAY = timedelta(days=1)


@dataclass(frozen=True)
class QueueCounts:
    total: int
    """Families that match the filters, on all pages; at most :data:`MOST_COUNTED`."""
    more: bool
    """There are more than that."""
    new: int
    """Of those, cases opened or reopened since the moment that was asked for; at most :data:`MOST_COUNTED`."""


@dataclass(frozen=True)
class QueuePage:
    rows: tuple[QueueRow, ...]
    counts: QueueCounts
    """``new``: in the last 24 hours."""
    unreachable: int
    """Families that nobody can reach, whatever the filters; at most :data:`MOST_COUNTED`."""
    before: str | None
    """The cursor of the page before this one; None on the first."""
    after: str | None
    """The cursor of the page after this one; None on the last."""


def queue(
    session: Session, viewer: Viewer, now: datetime, filters: QueueFilters | None = None, *,
    after: str | None = None, before: str | None = None, size: int = PAGE_SIZE,
) -> QueuePage:  # fmt: skip
    """One page of the families whose band is high or elevated, that have an open case, or of whom nobody can be
    reached, which ``viewer`` may see; not those whose case a person resolved lately.

    High before elevated before low; inside a band first those with a reason that school can mend today, then by
    points. ``after`` and ``before`` are cursors of an earlier page; one that is none of ours is the front. Raises
    :class:`~outreach.access.NotAllowed` for roles that do not read the queue.
    """
    asking, since = asking_of(viewer, filters or QueueFilters()), resolved_since(session, now)
    size = min(max(size, 1), LARGEST_PAGE)
    come_from, until = Place.read(after or ""), Place.read(before or "")
    found = places(session, asking, since, size + 1, come_from, until)
    if not found and (come_from or until):  # what stood there has been worked meanwhile
        come_from = until = None
        found = places(session, asking, since, size + 1)
    too_many = len(found) > size
    if until is not None:
        shown, earlier, later = found[-size:], too_many, True
    else:
        shown, earlier, later = found[:size], come_from is not None, too_many
    rows = rows_of(session, viewer, [place.family_id for place in shown], now)
    return QueuePage(
        tuple(rows), _counts(session, asking, since, now - DAY), out_of_reach(session, viewer, MOST_COUNTED),
        str(shown[0]) if shown and earlier else None, str(shown[-1]) if shown and later else None,
    )  # fmt: skip


def queue_counts(
    session: Session, viewer: Viewer, now: datetime, filters: QueueFilters, since: datetime
) -> QueueCounts:  # fmt: skip
    """How many match now, and how many of their cases were opened or reopened after ``since``. Raises as
    :func:`queue`."""
    return _counts(session, asking_of(viewer, filters), resolved_since(session, now), since)


def asking_of(viewer: Viewer, filters: QueueFilters) -> Asking:
    """Raises :class:`~outreach.access.NotAllowed` for roles that do not read the queue."""
    if not viewer.sees_risk:
        raise NotAllowed(_("The queue is for counselors and administrators."))
    return Asking(viewer, filters, viewer.on)


def resolved_since(session: Session, now: datetime) -> datetime:
    """A case that a person resolved later than this comes back only for something new."""
    return now - timedelta(days=effective_config(session, now).risk.cases.reopen_within_days)


def _counts(session: Session, asking: Asking, resolved: datetime, since: datetime) -> QueueCounts:
    total, new = how_many(session, asking, resolved, MOST_COUNTED + 1, since)
    return QueueCounts(min(total, MOST_COUNTED), total > MOST_COUNTED, min(new, MOST_COUNTED))
