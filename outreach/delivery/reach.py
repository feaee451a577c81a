"""Who of a family can be written to, by which address, and why somebody cannot. A few statements for many families."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from models import (
    Address,
    AddressHealth,
    AddressKind,
    Channel,
    ConsentCategory,
    ConsentState,
    ContactPoint,
    FamilyMember,
    Guardian,
    Guardianship,
    Student,
)

from .consent import basis_recorded, consents_of

KIND = {Channel.SMS: AddressKind.PHONE, Channel.EMAIL: AddressKind.EMAIL}
CHUNK = 500
"""Families asked about together; SQLite takes a limited number of values in one statement."""


@dataclass(frozen=True, slots=True)
class Reachable:
    """One guardian of one family, on one channel."""

    guardian_id: int
    student_ids: tuple[int, ...]
    """The family's students about whom this person may be told; empty where there is none."""
    address_id: int | None
    """The best address; None: see ``why_not``."""
    to_value: str | None
    timezone: str | None
    """IANA zone of the number's region, where known."""
    doubtful: bool
    """Nothing better exists; its first receipt decides."""
    why_not: str | None
    """In words a teacher reads; None where there is an address."""


def reachable(
    session: Session, family_ids: Collection[int], channel: Channel, now: datetime
) -> dict[int, list[Reachable]]:
    """Family to its guardians, each with the best address on ``channel`` (sms or email) for school matters.

    Usable before doubtful, then in the guardian's own order; never a dead one, one without consent, or one that
    somebody holds who is barred from one of the students. Who can be reached stands before who cannot.
    """
    found: dict[int, list[Reachable]] = {}
    for ids in _chunks(sorted(set(family_ids))):
        book = _read(session, ids, channel, now.date())
        for family_id, students in book.students.items():
            guardians = sorted({one.guardian_id for student in students for one in book.bonds.get(student, ())})
            listed = [_one(book, guardian, students) for guardian in guardians]
            found[family_id] = sorted(listed, key=lambda one: (one.address_id is None, one.doubtful, one.guardian_id))
    return found


@dataclass(frozen=True, slots=True)
class _Bond:
    guardian_id: int
    may_be_told: bool


@dataclass(frozen=True, slots=True)
class _Book:
    students: Mapping[int, Sequence[int]]
    """Family to its students."""
    bonds: Mapping[int, Sequence[_Bond]]
    """Student to guardians."""
    points: Mapping[int, Sequence[Address]]
    """Guardian to addresses on the channel, in the guardian's order."""
    barred: Collection[tuple[int, int]]
    """(student, address) held by somebody who may not be told."""
    agreed: Mapping[int, bool]
    """Address to consent."""


def _one(book: _Book, guardian_id: int, students: Sequence[int]) -> Reachable:
    told = tuple(
        student for student in students
        if any(bond.guardian_id == guardian_id and bond.may_be_told for bond in book.bonds.get(student, ()))
    )  # fmt: skip
    addresses = book.points.get(guardian_id, ())
    why_not = None if told else "This person may not be told about any child of this family."
    best = None
    if told:
        best, why_not = _best(book, told, addresses)
    if best is None:
        return Reachable(guardian_id, told, None, None, None, False, why_not)
    doubtful = best.health is AddressHealth.DOUBTFUL
    return Reachable(guardian_id, told, best.id, best.value, best.timezone, doubtful, None)


def _best(book: _Book, told: Sequence[int], addresses: Sequence[Address]) -> tuple[Address | None, str | None]:
    """The first address that is left, or the words for what took the last one away."""
    if not addresses:
        return None, "No address on this channel is known."
    living = [one for one in addresses if one.health is not AddressHealth.DEAD]
    if not living:
        return None, "No address on this channel works any more."
    own = [one for one in living if not any((student, one.id) in book.barred for student in told)]
    if not own:
        return None, "The address also reaches a person who may not be contacted."
    agreed = [one for one in own if book.agreed[one.id]]
    if not agreed:
        return None, "No consent for this address, or it was withdrawn."
    return min(agreed, key=lambda one: one.health is not AddressHealth.USABLE), None


def _read(session: Session, family_ids: Sequence[int], channel: Channel, today: date) -> _Book:
    students: defaultdict[int, list[int]] = defaultdict(list)
    present = (
        select(FamilyMember.family_id, FamilyMember.student_id)
        .join(Student, Student.id == FamilyMember.student_id)
        .where(FamilyMember.family_id.in_(family_ids), FamilyMember.until_on.is_(None), Student.active)
        .order_by(FamilyMember.family_id, FamilyMember.student_id)
    )
    for family_id, student_id in session.execute(present):
        students[family_id].append(student_id)
    of_these = Guardianship.student_id.in_(select(present.subquery().c.student_id))
    bonds: defaultdict[int, list[_Bond]] = defaultdict(list)
    rows = session.execute(
        select(Guardianship, Guardian)
        .join(Guardian, Guardian.id == Guardianship.guardian_id)
        .where(of_these, or_(Guardianship.ended_on.is_(None), Guardianship.ended_on > today))
        .order_by(Guardianship.id)
    )
    for bond, guardian in rows:
        here = guardian.active and guardian.merged_into_id is None
        told = here and bond.may_contact and bond.holds_rights and not bond.emergency_only
        bonds[bond.student_id].append(_Bond(bond.guardian_id, told))
    points = _points(session, of_these, channel)
    return _Book(students, bonds, points, _barred(session, of_these, today), _agreed(session, points, channel))


def _points(session: Session, of_these: ColumnElement[bool], channel: Channel) -> Mapping[int, Sequence[Address]]:
    points: defaultdict[int, list[Address]] = defaultdict(list)
    rows = (
        select(ContactPoint.guardian_id, Address)
        .join(Address, Address.id == ContactPoint.address_id)
        .where(
            ContactPoint.guardian_id.in_(select(Guardianship.guardian_id).where(of_these)), ContactPoint.active,
            Address.kind == KIND[channel],
        )
        .order_by(ContactPoint.guardian_id, ContactPoint.position, ContactPoint.id)
    )  # fmt: skip
    if channel is Channel.SMS:
        rows = rows.where(ContactPoint.texts.is_not(False))
    for guardian_id, address in session.execute(rows):
        points[guardian_id].append(address)
    return points


def _barred(session: Session, of_these: ColumnElement[bool], today: date) -> set[tuple[int, int]]:
    rows = session.execute(
        select(Guardianship.student_id, ContactPoint.address_id)
        .join(ContactPoint, ContactPoint.guardian_id == Guardianship.guardian_id)
        .where(
            of_these, ContactPoint.active, or_(~Guardianship.may_contact, ~Guardianship.holds_rights),
            or_(Guardianship.ended_on.is_(None), Guardianship.ended_on > today),
        )
    )  # fmt: skip
    return {(student_id, address_id) for student_id, address_id in rows}


def _agreed(session: Session, points: Mapping[int, Sequence[Address]], channel: Channel) -> dict[int, bool]:
    ids = sorted({address.id for addresses in points.values() for address in addresses})
    standing: dict[int, ConsentState] = {}
    for some in _chunks(ids):
        entries = consents_of(session, some, ConsentCategory.SCHOOL)
        standing |= {address_id: state for (address_id, by), state in entries.items() if by is channel}
    basis = basis_recorded(session)
    return {one: standing[one] is ConsentState.IN if one in standing else basis for one in ids}


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]
