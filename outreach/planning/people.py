"""Who of a family may be told about a student, and the addresses that reach them: few statements for many families."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from models import (
    Address,
    AddressHealth,
    AddressKind,
    Channel,
    ConsentCategory,
    ConsentState,
    ContactPoint,
    Guardian,
    Guardianship,
)
from outreach.delivery import basis_recorded, consents_of

from .channel import Person, Reach
from .exclusions import may_be_told

CHUNK = 300
"""SQLite takes a limited number of values in one statement."""


@dataclass(frozen=True, slots=True)
class _Point:
    address: Address
    texts: bool | None


def people_of_students(session: Session, student_ids: Collection[int], day: date) -> dict[int, list[Person]]:
    """Student to those who may be told about the student's school work, best first.

    Primary before others, who lives with the student before who does not, who can be reached before who cannot. An
    address that somebody barred from this student also holds is left out; a doubtful one stands in only where the
    person has nothing usable. Text and e-mail need consent; a call does not.
    """
    basis = basis_recorded(session)
    found: dict[int, list[Person]] = {}
    for ids in chunks(sorted(set(student_ids))):
        points = _points(session, ids, day)
        reachable = {point.address.id for its in points.values() for point in its}
        consents = consents_of(session, reachable, ConsentCategory.SCHOOL)
        barred = _held_by_somebody_barred(session, ids, day)
        rows = session.execute(
            select(Guardianship, Guardian)
            .join(Guardian, Guardian.id == Guardianship.guardian_id)
            .where(Guardianship.student_id.in_(ids), may_be_told(day))
            .order_by(Guardianship.student_id, Guardianship.id)
        )
        listed: defaultdict[int, list[tuple[tuple[bool, bool, bool], Person]]] = defaultdict(list)
        for guardianship, guardian in rows:
            usable = [
                point for point in points.get(guardian.id, [])
                if (guardianship.student_id, point.address.id) not in barred
            ]  # fmt: skip
            person = _person(guardianship, guardian, _reaches(usable, consents, basis))
            rank = (not guardianship.is_primary, guardianship.lives_with is False, not person.reaches)
            listed[guardianship.student_id].append((rank, person))
        for student_id, ranked in listed.items():
            found[student_id] = [person for _, person in sorted(ranked, key=lambda one: one[0])]
    return found


def chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


def _person(guardianship: Guardianship, guardian: Guardian, reaches: tuple[Reach, ...]) -> Person:
    first = guardian.preferred_name or guardian.given_name
    return Person(
        guardian_id=guardian.id, first_name=first, full_name=f"{first} {guardian.family_name}".strip(),
        language=guardian.language, channel=guardian.channel, access_need=guardian.access_need,
        timezone=guardian.timezone, best_time=guardian.best_time, relation=guardianship.relation, reaches=reaches,
    )  # fmt: skip


def _points(session: Session, student_ids: Sequence[int], day: date) -> dict[int, list[_Point]]:
    """Guardian to living addresses, in the guardian's own order."""
    guardians = select(Guardianship.guardian_id).where(Guardianship.student_id.in_(student_ids))
    rows = session.execute(
        select(ContactPoint.guardian_id, Address, ContactPoint.texts)
        .join(Address, Address.id == ContactPoint.address_id)
        .where(
            ContactPoint.guardian_id.in_(guardians), ContactPoint.active, Address.health != AddressHealth.DEAD
        )
        .order_by(ContactPoint.guardian_id, ContactPoint.position, ContactPoint.id)
    )  # fmt: skip
    found: defaultdict[int, list[_Point]] = defaultdict(list)
    for guardian_id, address, texts in rows:
        found[guardian_id].append(_Point(address, texts))
    return found


def _held_by_somebody_barred(session: Session, student_ids: Sequence[int], day: date) -> set[tuple[int, int]]:
    """(student, address) where the address also reaches a person who may not be told about that student."""
    other = aliased(Guardian)
    rows = session.execute(
        select(Guardianship.student_id, ContactPoint.address_id)
        .join(other, other.id == Guardianship.guardian_id)
        .join(ContactPoint, and_(ContactPoint.guardian_id == other.id, ContactPoint.active))
        .where(
            Guardianship.student_id.in_(student_ids),
            or_(~Guardianship.may_contact, ~Guardianship.holds_rights),
            or_(Guardianship.ended_on.is_(None), Guardianship.ended_on > day),
        )
    )
    return {(student_id, address_id) for student_id, address_id in rows}


def _reaches(
    points: Sequence[_Point], consents: dict[tuple[int, Channel], ConsentState], basis: bool
) -> tuple[Reach, ...]:
    reachable = [point for point in points if point.address.kind is not AddressKind.POSTAL]
    usable = [point for point in reachable if point.address.health is AddressHealth.USABLE]
    postal = [point for point in points if point.address.kind is AddressKind.POSTAL]
    return tuple(_reach(point, consents, basis) for point in [*(usable or reachable), *postal])


def _reach(point: _Point, consents: dict[tuple[int, Channel], ConsentState], basis: bool) -> Reach:
    def agreed(channel: Channel) -> bool:
        state = consents.get((point.address.id, channel))
        return state is ConsentState.IN if state is not None else basis

    channels: set[Channel] = set()
    if point.address.kind is AddressKind.PHONE:
        channels.add(Channel.PHONE)
        if point.texts is not False and agreed(Channel.SMS):
            channels.add(Channel.SMS)
    elif point.address.kind is AddressKind.EMAIL:
        if agreed(Channel.EMAIL):
            channels.add(Channel.EMAIL)
    else:
        channels.add(Channel.LETTER)
    return Reach(point.address.id, point.address.value, frozenset(channels), point.address.timezone)
