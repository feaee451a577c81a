"""Which families stand in the queue, in which order, a page at a time by key.

The order is kept with the score (:func:`models.risk.queue_place`), so that a page costs the same wherever it begins
and however long the queue is: the database walks an index from the cursor on and stops after a page.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from sqlalchemy import (
    BindParameter,
    ColumnClause,
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import Subquery

from models import Band, Case, CaseState, RiskReason, RiskScore, UtcDateTime
from models.risk import GROUP, RANKS
from outreach.access import Viewer, sees_family

from .codes import Code
from .queue_filters import QueueFilters, Whose, held_by, narrowed

LOW_BEGINS = 2 * RANKS.index(Band.LOW) * GROUP - GROUP // 2
"""Places from here on are of families below elevated."""
OPEN: ColumnClause[str] = literal_column("'open'")
"""Written into the statement, where SQLite finds the index of open cases by it."""
KEPT = 256
"""Statements that are kept for readers who come again: to build one takes longer than to run it."""
RESOLVED_SINCE: BindParameter[datetime] = bindparam("resolved_since", type_=UtcDateTime())
SINCE: BindParameter[datetime] = bindparam("since", type_=UtcDateTime())


@dataclass(frozen=True, order=True)
class Place:
    """Where a family stands; on a page's address opaque."""

    place: int
    family_id: int

    @classmethod
    def read(cls, text: str) -> Place | None:
        """What :meth:`__str__` wrote; None for anything else, which begins at the front."""
        try:
            place, _, family_id = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii").partition(".")
            found = cls(int(place), int(family_id))
        except ValueError:
            return None
        return found if abs(found.place) < 2**31 and 0 <= found.family_id < 2**31 else None

    def __str__(self) -> str:
        return urlsafe_b64encode(f"{self.place}.{self.family_id}".encode()).decode().rstrip("=")


@dataclass(frozen=True)
class Asking:
    """One reader's question about the queue on one day. What it leaves open is ``resolved_since``: a case that a person
    resolved later keeps its family out of the queue."""

    viewer: Viewer
    filters: QueueFilters
    today: date


def places(
    session: Session, asking: Asking, resolved_since: datetime, limit: int,
    after: Place | None = None, before: Place | None = None,
) -> list[Place]:  # fmt: skip
    """The next ``limit`` places after ``after``, or the last ``limit`` before ``before``; in the queue's order."""
    at, way = (before, "before") if before else (after, "after" if after else "")
    values = {"at_place": at.place, "at_family": at.family_id} if at else {}
    rows = session.execute(_page(asking, limit, way), {"resolved_since": resolved_since, **values})
    found = [Place(place, family_id) for place, family_id in rows]
    return found[::-1] if before else found


def how_many(session: Session, asking: Asking, resolved_since: datetime, most: int, since: datetime) -> tuple[int, int]:
    """Families in all, and those whose case was opened or reopened after ``since``; neither counted beyond ``most``."""
    values = {"resolved_since": resolved_since, "since": since}
    in_all, new = session.execute(_counted(asking, most), values).one()
    return min(in_all, most), new


def out_of_reach(session: Session, viewer: Viewer, most: int) -> int:
    """Families that nobody can reach and that the viewer may see, whatever the filters; not counted beyond ``most``."""
    return session.scalars(_unreached(viewer, most)).one()


def every_family(asking: Asking) -> Select[int]:
    """The ids of all that are listed, for questions about the whole queue; leaves ``resolved_since`` open."""
    return select(_union(asking, None).c.family_id)


@lru_cache(KEPT)
def _page(asking: Asking, limit: int, way: str) -> Select[int, int]:
    key, at = tuple_(RiskScore.place, RiskScore.family_id), tuple_(_at("at_place"), _at("at_family"))
    between = {"after": [key > at], "before": [key < at]}.get(way, [])
    found = _union(asking, limit, *between, backwards=way == "before")
    order = (found.c.place, found.c.family_id)
    return select(*order).order_by(*(column.desc() if way == "before" else column for column in order)).limit(limit)


def _at(name: str) -> BindParameter[int]:
    return bindparam(name, type_=Integer())


@lru_cache(KEPT)
def _counted(asking: Asking, most: int) -> Select[int, int]:
    newly = or_(Case.opened_at > SINCE, Case.reopened_at > SINCE)
    fresh = _limited(_of_cases(asking).where(newly), most)
    return select(
        select(func.count()).select_from(_union(asking, most)).scalar_subquery(),
        select(func.count()).select_from(fresh).scalar_subquery(),
    )


@lru_cache(KEPT)
def _unreached(viewer: Viewer, most: int) -> Select[int]:
    found = select(RiskReason.family_id).where(
        RiskReason.code == Code.UNREACHABLE, sees_family(viewer, RiskReason.family_id)
    )
    return select(func.count()).select_from(found.limit(most).subquery())


def _union(asking: Asking, limit: int | None, *between: ColumnElement[bool], backwards: bool = False) -> Subquery:
    """Up to ``limit`` of each kind of family that is listed; no family is of two kinds."""
    if asking.filters.whose in (Whose.SNOOZED, Whose.RESOLVED):
        parts: Sequence[Select[int, int]] = [_of_cases(asking)]
    else:
        low = RiskScore.place >= LOW_BEGINS
        parts = [_of_band(asking), _of_cases(asking).where(low), _unreachable(asking).where(low)]
    return union_all(
        *(
            select(_limited(part.where(*between), limit, ordered=limit is not None, backwards=backwards))
            for part in parts
        )
    ).subquery("listed")


def _limited(part: Select[int, int], limit: int | None, *, ordered: bool = False, backwards: bool = False) -> Subquery:
    if ordered:
        order = (RiskScore.place, RiskScore.family_id)
        part = part.order_by(*(column.desc() if backwards else column for column in order))
    return part.limit(limit).subquery()


def _of_band(asking: Asking) -> Select[int, int]:
    """High or elevated, with or without a case, unless it rests or a person resolved it lately."""
    return (
        _columns()
        .outerjoin(Case, _open_case())
        .where(RiskScore.place < LOW_BEGINS, _awake(asking), _not_resolved_lately(), *_shared(asking))
    )


def _of_cases(asking: Asking) -> Select[int, int]:
    """With a case of the kind that is asked for, whatever the band."""
    if asking.filters.whose is Whose.RESOLVED:
        newer = Case.__table__.alias("newer")
        newest = ~exists().where(newer.c.family_id == Case.family_id, newer.c.id > Case.id)
        of_kind = and_(
            Case.family_id == RiskScore.family_id, Case.state == CaseState.RESOLVED, Case.resolved_by.is_not(None),
            Case.resolved_at > RESOLVED_SINCE, newest,
        )  # fmt: skip
    else:
        of_kind = and_(_open_case(), _awake(asking))
    return _columns().join(Case, of_kind).where(*_shared(asking))


def _unreachable(asking: Asking) -> Select[int, int]:
    """Below elevated, without an open case, and nobody can be reached."""
    return (
        _columns()
        .join(RiskReason, and_(RiskReason.family_id == RiskScore.family_id, RiskReason.code == Code.UNREACHABLE))
        .outerjoin(Case, _open_case())
        .where(Case.id.is_(None), _not_resolved_lately(), *_shared(asking))
    )


def _columns() -> Select[int, int]:
    return select(RiskScore.family_id, RiskScore.place)


def _open_case() -> ColumnElement[bool]:
    return and_(Case.family_id == RiskScore.family_id, Case.state == OPEN)


def _awake(asking: Asking) -> ColumnElement[bool]:
    """Or, where the snoozed are asked for, at rest."""
    if asking.filters.whose is Whose.SNOOZED:
        return Case.snoozed_until > asking.today
    return or_(Case.snoozed_until.is_(None), Case.snoozed_until <= asking.today)


def _not_resolved_lately() -> ColumnElement[bool]:
    """A person settled it, and nothing new has happened since: the night opens it again when it does."""
    lately = Case.__table__.alias("lately")
    settled = exists().where(
        lately.c.family_id == RiskScore.family_id, lately.c.state == CaseState.RESOLVED,
        lately.c.resolved_by.is_not(None), lately.c.resolved_at > RESOLVED_SINCE,
    )  # fmt: skip
    return or_(Case.id.is_not(None), ~settled)


def _shared(asking: Asking) -> list[ColumnElement[bool]]:
    """What every kind is held to: the viewer may see it, and it is as narrowed."""
    return [
        held_by(asking.viewer, asking.filters), *narrowed(asking.filters, RiskScore.family_id),
        sees_family(asking.viewer, RiskScore.family_id),
    ]  # fmt: skip
