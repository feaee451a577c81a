"""Whom a message may be from: everybody who has or had its address, and whoever a name finds."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import SQLColumnExpression

from models import ContactPoint, Family, FamilyMember, Guardian, Guardianship, InboundMessage, Message
from outreach.access import Viewer, children_of, find_families, sees_family

MOST_FOUND = 12
"""Families of one search."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Somebody whom a message may be from."""

    family_id: int
    family_name: str
    guardian_id: int | None
    """None: somebody of the family, not known who."""
    name: str | None
    children: tuple[str, ...]
    has_address: bool
    """The address is this guardian's, or was."""


def senders(session: Session, viewer: Viewer, inbound: InboundMessage) -> list[Sender]:
    """Everybody who has or had the address, and the family whose message it answers; as far as ``viewer`` sees them."""
    found = set(session.scalars(families_of_address(inbound.address_id)))
    if inbound.answers_message_id is not None:
        answered = session.scalar(select(Message.family_id).where(Message.id == inbound.answers_message_id))
        found |= {answered} if answered is not None else set()
    seen = session.scalars(select(Family.id).where(Family.id.in_(found), sees_family(viewer, Family.id))).all()
    return _senders(session, viewer, seen, inbound)


def search_senders(session: Session, viewer: Viewer, words: str, inbound: InboundMessage) -> list[Sender]:
    """Guardians of the families that ``viewer`` may see, found by a name of theirs or a child's."""
    if not words.strip():
        return []
    found = find_families(session, viewer, words)
    return _senders(session, viewer, [row.id for row in found.rows[:MOST_FOUND]], inbound)


def families_of_address(address_id: SQLColumnExpression[int | None] | int | None) -> Select[int]:
    """The families of everybody who has or had this address; a column of messages: for a statement over these."""
    return (
        select(FamilyMember.family_id)
        .join(Guardianship, Guardianship.student_id == FamilyMember.student_id)
        .join(ContactPoint, ContactPoint.guardian_id == Guardianship.guardian_id)
        .where(ContactPoint.address_id == address_id, FamilyMember.until_on.is_(None))
        .correlate(InboundMessage)
    )


def _senders(session: Session, viewer: Viewer, family_ids: Collection[int], inbound: InboundMessage) -> list[Sender]:
    """The guardians of these families, those who have the address first; and somebody of each, not known who."""
    families = {row.id: row.name for row in session.scalars(select(Family).where(Family.id.in_(family_ids)))}
    children = {
        family_id: tuple(child.name for child in those)
        for family_id, those in children_of(session, viewer, family_ids).items()
    }
    has_it = exists().where(ContactPoint.guardian_id == Guardian.id, ContactPoint.address_id == inbound.address_id)
    rows = session.execute(
        select(FamilyMember.family_id, Guardian, has_it)
        .distinct()
        .join(Guardianship, Guardianship.student_id == FamilyMember.student_id)
        .join(Guardian, Guardian.id == Guardianship.guardian_id)
        .where(
            FamilyMember.family_id.in_(family_ids), FamilyMember.until_on.is_(None), Guardianship.ended_on.is_(None),
            Guardian.active,
        )
    ).all()  # fmt: skip
    found = [
        Sender(
            family_id, families[family_id], guardian.id,
            f"{guardian.preferred_name or guardian.given_name} {guardian.family_name}".strip(),
            children.get(family_id, ()), bool(has),
        )
        for family_id, guardian, has in rows
    ]  # fmt: skip
    found += [Sender(one, name, None, None, children.get(one, ()), False) for one, name in families.items()]
    return sorted(found, key=lambda one: (one.name is None, not one.has_address, one.family_name, one.name or ""))
