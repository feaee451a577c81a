"""Guardians who may be one person: an SIS that repeats the parent for each child. Proposed, never merged unseen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from models import Address, AddressHealth, AddressKind, ContactPoint, Guardian, GuardianMerge, MergeState

from .rows import chunked
from .upsert import Values

PAGE = 1000
WHY = {AddressKind.PHONE: "same name and same phone", AddressKind.EMAIL: "same name and same e-mail"}


def propose_merges(session: Session, now: datetime) -> int:
    """Propose each pair of active guardians with equal name and equal phone or e-mail that was not proposed before;
    how many are new. The older row is the one to keep; of three, each younger one is proposed to the oldest."""
    proposed = 0
    for pairs in chunked(_pairs(session)):
        why = {(kept, other): kind for kept, other, kind in pairs}
        known = set(
            session.execute(
                select(GuardianMerge.kept_id, GuardianMerge.other_id).where(
                    GuardianMerge.kept_id.in_({kept for kept, _ in why})
                )
            )
        )
        rows: list[Values] = [
            {"kept_id": kept, "other_id": other, "why": WHY[kind], "state": MergeState.PROPOSED, "proposed_at": now}
            for (kept, other), kind in why.items()
            if (kept, other) not in known
        ]
        if rows:
            session.execute(insert(GuardianMerge), rows)
        proposed += len(rows)
    return proposed


def _pairs(session: Session) -> Iterator[tuple[int, int, AddressKind]]:
    """Older guardian, younger guardian, what they share; read in order of address, a page at a time."""
    oldest: dict[str, int] = {}
    present = after_guardian = 0
    while True:
        rows = session.execute(
            select(ContactPoint.address_id, Guardian.id, Guardian.given_name, Guardian.family_name, Address.kind)
            .join(Guardian, Guardian.id == ContactPoint.guardian_id)
            .join(Address, Address.id == ContactPoint.address_id)
            .where(ContactPoint.active, Guardian.active, Guardian.merged_into_id.is_(None))
            .where(Address.health != AddressHealth.DEAD, Address.kind.in_(WHY))
            .where(ContactPoint.address_id >= present)
            .where((ContactPoint.address_id > present) | (Guardian.id > after_guardian))
            .order_by(ContactPoint.address_id, Guardian.id)
            .limit(PAGE)
        ).all()
        if not rows:
            return
        for address_id, guardian_id, given, family, kind in rows:
            if address_id != present:
                oldest.clear()
            present, after_guardian = address_id, guardian_id
            name = f"{given} {family}".casefold()
            first = oldest.setdefault(name, guardian_id)
            if first != guardian_id:
                yield first, guardian_id, kind
