"""Who is in one family: its children, its guardians with what each may be told, and the addresses that reach them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from babel.lists import format_list
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from models import (
    AccessNeed,
    Address,
    AddressHealth,
    AddressKind,
    Channel,
    ContactPoint,
    Family,
    FamilyMember,
    Guardian,
    Guardianship,
    Hold,
    School,
    Staff,
    Student,
)
from outreach.language import N_, _, pgettext, tongue
from outreach.language.catalogs import LOCALES

from .directory import Child, children_of
from .viewer import Viewer

RELATIONS = {
    "mother": N_("mother"), "father": N_("father"), "parent": N_("parent"), "guardian": N_("guardian"),
    "grandmother": N_("grandmother"), "grandfather": N_("grandfather"), "grandparent": N_("grandparent"),
    "stepmother": N_("stepmother"), "stepfather": N_("stepfather"), "step parent": N_("step-parent"),
    "aunt": N_("aunt"), "uncle": N_("uncle"), "sibling": N_("brother or sister"), "foster parent": N_("foster parent"),
    "relative": N_("relative"), "other": N_("another person"),
}  # fmt: skip
"""Words that student systems write; any other is shown as it came."""


@dataclass(frozen=True, slots=True)
class Reach:
    """One address of a guardian."""

    address_id: int
    kind: AddressKind
    value: str
    health: AddressHealth
    reason: str | None
    """Why it is doubtful or dead; shown by :func:`outreach.language.said`."""
    texts: bool | None
    last_receipt_at: datetime | None = None
    """When a provider last told us anything of it."""


@dataclass(frozen=True, slots=True)
class Leave:
    """What one guardian may be told about one child, and why not more."""

    student_id: int
    child: str
    may_contact: bool
    holds_rights: bool
    emergency_only: bool
    lives_with: bool | None
    note: str | None
    """Why it is restricted (court order of …); for staff only."""

    @property
    def whole(self) -> bool:
        """Nothing is kept from this guardian about this child."""
        return self.may_contact and self.holds_rights and not self.emergency_only


@dataclass(frozen=True, slots=True)
class Adult:
    id: int
    name: str
    relation: str
    """parent of Maya and Leo; guardian of Maya."""
    language: str | None
    channel: Channel | None
    best_time: str | None
    access_need: AccessNeed | None
    may_contact: bool
    """About at least one of the children."""
    limits: tuple[str, ...]
    """What must be kept in mind, a sentence each; none where nothing is restricted."""
    reach: tuple[Reach, ...] = ()
    leave: tuple[Leave, ...] = ()
    """One for each child, in the children's order."""
    primary: bool = False
    timezone: str | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """Why something is restricted, each once."""
        return tuple(dict.fromkeys(one.note for one in self.leave if one.note))

    @property
    def apart_from(self) -> tuple[str, ...]:
        """The children with whom this guardian is known not to live."""
        return tuple(one.child for one in self.leave if one.lives_with is False)


@dataclass(frozen=True, slots=True)
class Household:
    """A family as its own page shows it."""

    id: int
    name: str
    children: tuple[Child, ...]
    adults: tuple[Adult, ...]
    holds: tuple[str, ...]
    """On hold: ask so-and-so."""
    owner: str | None
    timezone: str | None

    @property
    def title(self) -> str:
        return pgettext("title", "%(name)s family", name=self.name)


def household(session: Session, viewer: Viewer, family_id: int, now: datetime) -> Household:
    """Who is in the family. Ask :func:`~outreach.access.require` first: this reads whatever it is given."""
    family = session.get_one(Family, family_id)
    owner = session.get(Staff, family.owner_staff_id) if family.owner_staff_id else None
    zone = session.scalar(
        select(School.timezone).join(Student, Student.school_id == School.id).join(*_members([family_id])).limit(1)
    )
    return Household(
        family.id, family.name, children_of(session, viewer, [family_id]).get(family_id, ()),
        adults_of(session, family_id), _holds(session, family_id, now), owner.display_name if owner else None, zone,
    )  # fmt: skip


def adults_of(session: Session, family_id: int) -> tuple[Adult, ...]:
    """The guardians of the family's present children, the primary first, with their addresses in their own order."""
    links = session.execute(
        select(Guardian, Guardianship, Student)
        .join(Guardianship, Guardianship.guardian_id == Guardian.id)
        .join(Student, Student.id == Guardianship.student_id)
        .join(*_members([family_id]))
        .where(Guardian.active, Guardianship.ended_on.is_(None))
        .order_by(Guardianship.is_primary.desc().nulls_last(), Guardian.id, Student.id)
    ).all()
    reach = _reach(session, {guardian.id for guardian, _, _ in links})
    of_guardian: dict[int, list[tuple[Guardian, Guardianship, Student]]] = defaultdict(list)
    for guardian, link, student in links:
        of_guardian[guardian.id].append((guardian, link, student))
    return tuple(_adult(rows, reach.get(guardian_id, ())) for guardian_id, rows in of_guardian.items())


def with_adult(session: Session, home: Household, guardian_id: int | None, *, linked: bool = False) -> Household:
    """The same family with ``guardian_id`` among its adults, whom a kept contact names: last, and with a sentence that
    says so, where that person is no guardian of a present child any more.

    ``linked``: only somebody who was one; for an id that was typed.
    """
    if guardian_id is None or guardian_id in {adult.id for adult in home.adults}:
        return home
    children = {child.id: child.name for child in home.children}
    links = select(Guardianship.student_id, Guardianship.relation).where(
        Guardianship.guardian_id == guardian_id, Guardianship.student_id.in_(children)
    )
    was = session.execute(links.order_by(Guardianship.student_id)).all()
    if linked and not was:
        return home
    guardian = session.get_one(Guardian, guardian_id)
    names = [children[student_id] for student_id, _relation in was] or list(children.values())
    called = guardian.preferred_name or guardian.given_name
    gone = _("%(guardian)s is no longer a guardian in this family; the contact keeps the name.", guardian=called)
    adult = Adult(
        guardian.id, f"{called} {guardian.family_name}", relation_words(was[0].relation if was else None, names),
        guardian.language, guardian.channel, guardian.best_time, guardian.access_need, may_contact=False,
        limits=(gone,), timezone=guardian.timezone,
    )  # fmt: skip
    return replace(home, adults=(*home.adults, adult))


def relation_words(relation: str | None, children: Sequence[str]) -> str:
    """``mother of Maya and Leo``, in the language spoken now."""
    word = (relation or "guardian").replace("_", " ").lower()
    known = _(RELATIONS[word]) if word in RELATIONS else word
    return _("%(relation)s of %(children)s", relation=known, children=listed(children))


def listed(names: Sequence[str]) -> str:
    """Maya and Leo; Maya, Leo, and Ana."""
    return str(format_list(list(names), locale=LOCALES[tongue()]))


def _adult(rows: list[tuple[Guardian, Guardianship, Student]], reach: tuple[Reach, ...]) -> Adult:
    guardian = rows[0][0]
    leave = tuple(
        Leave(
            student.id, student.preferred_name or student.given_name, link.may_contact, link.holds_rights,
            link.emergency_only, link.lives_with, link.restriction_note,
        )
        for _, link, student in sorted(rows, key=lambda row: row[2].id)
    )  # fmt: skip
    called = guardian.preferred_name or guardian.given_name
    names = [student.preferred_name or student.given_name for _, _, student in rows]
    return Adult(
        guardian.id, f"{called} {guardian.family_name}", relation_words(rows[0][1].relation, names),
        guardian.language, guardian.channel, guardian.best_time, guardian.access_need,
        any(one.may_contact for one in leave), tuple(_limits(called, leave)), reach, leave,
        any(link.is_primary for _, link, _ in rows), guardian.timezone,
    )  # fmt: skip


def _limits(who: str, leave: Sequence[Leave]) -> Iterator[str]:
    for one in leave:
        if not one.may_contact:
            yield _("%(guardian)s may not be contacted about %(child)s.", guardian=who, child=one.child)
        elif not one.holds_rights:
            yield _(
                "%(guardian)s holds no education rights for %(child)s: nothing about school work.",
                guardian=who, child=one.child,
            )  # fmt: skip
        if one.emergency_only:
            yield _("%(guardian)s is an emergency contact only for %(child)s.", guardian=who, child=one.child)


def _reach(session: Session, guardian_ids: Collection[int]) -> dict[int, tuple[Reach, ...]]:
    rows = session.execute(
        select(ContactPoint.guardian_id, ContactPoint.texts, Address)
        .join(Address, Address.id == ContactPoint.address_id)
        .where(ContactPoint.guardian_id.in_(guardian_ids), ContactPoint.active)
        .order_by(ContactPoint.position, ContactPoint.id)
    )
    found: dict[int, list[Reach]] = defaultdict(list)
    for guardian_id, texts, address in rows:
        found[guardian_id].append(
            Reach(
                address.id, address.kind, address.value, address.health, address.health_reason, texts,
                address.last_receipt_at,
            )
        )  # fmt: skip
    return {guardian_id: tuple(points) for guardian_id, points in found.items()}


def _holds(session: Session, family_id: int, now: datetime) -> tuple[str, ...]:
    """A sentence for each hold in force, on the family, a child of it or a child's school."""
    asks = session.scalars(
        select(Staff.display_name)
        .select_from(Hold)
        .outerjoin(Staff, Staff.id == Hold.ask_staff_id)
        .where(holding(family_id), Hold.from_at <= now, or_(Hold.until_at.is_(None), Hold.until_at > now))
        .order_by(Hold.id)
    )
    return tuple(
        _("On hold: ask %(name)s before you write or call.", name=name)
        if name
        else _("On hold: ask your administrator before you write or call.")
        for name in asks
    )


def holding(family_id: int) -> ColumnElement[bool]:
    """For a statement over holds: it is on this family, on a present child of it, or on the school of one."""
    members = select(FamilyMember.student_id).where(
        FamilyMember.family_id == family_id, FamilyMember.until_on.is_(None)
    )
    schools = select(Student.school_id).where(Student.id.in_(members))
    return or_(Hold.family_id == family_id, Hold.student_id.in_(members), Hold.school_id.in_(schools))


def _members(family_ids: Collection[int]) -> tuple[type[FamilyMember], ColumnElement[bool]]:
    return FamilyMember, and_(
        FamilyMember.student_id == Student.id,
        FamilyMember.until_on.is_(None),
        FamilyMember.family_id.in_(family_ids),
    )
