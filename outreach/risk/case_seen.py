"""A family's newest case, as a page showed it and as it stands, and what was done in between."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Case, CaseEvent
from models.base import LARGEST_ID


@dataclass(frozen=True, order=True)
class Seen:
    """A case at one moment; written into each form as ``17.4``."""

    case_id: int
    version: int

    @classmethod
    def of(cls, case: Case | None) -> Seen:
        return NO_CASE if case is None else cls(case.id, case.version)

    @classmethod
    def read(cls, text: str) -> Seen:
        """What :meth:`__str__` wrote; anything else is a page that showed no case."""
        case_id, _, version = text.partition(".")
        if not (case_id.isdecimal() and version.isdecimal() and len(text) < 24):
            return NO_CASE
        read = cls(int(case_id), int(version))
        return read if max(read.case_id, read.version) <= LARGEST_ID else NO_CASE

    def __str__(self) -> str:
        return f"{self.case_id}.{self.version}"


NO_CASE = Seen(0, 0)
"""The page showed the family without any case."""


def newest_cases(session: Session, family_ids: Collection[int]) -> dict[int, Case]:
    """The newest case of each family, open or not, as the database holds it now; locked until the transaction ends."""
    rows = session.scalars(
        select(Case)
        .where(Case.family_id.in_(family_ids))
        .order_by(Case.family_id, Case.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {case.family_id: case for case in rows}


def events_since(session: Session, seen: Mapping[int, Seen], newest: Mapping[int, Case]) -> dict[int, list[CaseEvent]]:
    """For each family whose newest case is not as it was seen: what was done since, the oldest first.

    An empty list: it has changed, and nobody wrote down how.
    """
    stale = {family_id: one for family_id, one in seen.items() if one != Seen.of(newest.get(family_id))}
    if not stale:
        return {}
    case_ids = {newest[family_id].id for family_id in stale if family_id in newest}
    case_ids |= {one.case_id for one in stale.values()}
    since: defaultdict[int, list[CaseEvent]] = defaultdict(list)
    events = (
        select(CaseEvent, Case.family_id)
        .join(Case, Case.id == CaseEvent.case_id)
        .where(CaseEvent.case_id.in_(case_ids), Case.family_id.in_(stale))  # a page may name a case of any family
        .order_by(CaseEvent.id)
    )
    for event, family_id in session.execute(events):
        one = stale[family_id]
        if event.case_id != one.case_id or event.version > one.version:
            since[family_id].append(event)
    return {family_id: since[family_id] for family_id in stale}
