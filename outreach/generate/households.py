"""Families with rows: children in their classes, guardians with their rights, and the ways to reach them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from random import Random

from models import (
    Assignment,
    AssignmentRole,
    Department,
    Enrollment,
    FactSource,
    Family,
    FamilyMember,
    Guardian,
    Guardianship,
    Student,
)
from outreach.roster.households import household_key

from .addresses import AddressBook
from .family_plan import ChildPlan, FamilyPlan
from .frame import GRADES, Frame, SchoolClass, SchoolFrame
from .names import BY_LANGUAGE, NameList
from .rows import Rows
from .spread import NEEDS_SERVICES, Structure
from .staffing import SURNAME_HALVES, mailbox

YOUNGEST = 5.2  # years, in kindergarten in the fifteenth week
YEAR_DAYS = 365.25
EIGHTEEN = 18.1
COURT_NOTE = "Court order of this county: no contact. Ask the principal before anything is sent."


@dataclass(frozen=True)
class Pupil:
    id: int
    plan: ChildPlan
    school: SchoolFrame
    school_class: SchoolClass
    since: date


@dataclass
class Person:
    """A guardian; ``phones`` and ``e_mails`` are ids of addresses."""

    id: int
    given: str
    family: str
    relation: str
    primary: bool
    lives_with: bool
    may_contact: bool = True
    holds_rights: bool = True
    emergency_only: bool = False
    phones: list[int] = field(default_factory=list)
    e_mails: list[int] = field(default_factory=list)

    @property
    def can_be_told(self) -> bool:
        return self.may_contact and self.holds_rights and not self.emergency_only


@dataclass(frozen=True)
class Home:
    """One family as the database has it."""

    id: int
    plan: FamilyPlan
    pupils: tuple[Pupil, ...]
    guardians: tuple[Person, ...]

    @property
    def reachable(self) -> list[Person]:
        """Guardians who may be told and have a phone or an e-mail."""
        return [one for one in self.guardians if one.can_be_told and (one.phones or one.e_mails)]


class Households:
    def __init__(self, rows: Rows, rng: Random, frame: Frame, addresses: AddressBook) -> None:
        self._rows, self._rng, self._frame, self._addresses = rows, rng, frame, addresses
        self._students, self._guardians = count(1), count(1)
        self._seats = dict.fromkeys(GRADES, 0)
        self._managed = 0

    def settle(self, plan: FamilyPlan) -> list[Home]:
        """One home, or two where half-siblings have only one guardian in common."""
        names = self._names(plan.language)
        surname = self._rng.choice(names.family)
        if plan.special == "repeated_parent":
            return self._repeated_parent(plan, names, surname)
        if plan.structure is not Structure.BLENDED:
            guardians = self._guardians_of(plan, names, surname)
            homes = [self._home(plan, plan.children, guardians, names, surname)]
        else:
            homes = self._half_siblings(plan, names, surname)
        self._addresses.reach(plan, homes[0].pupils[0].school.plan.zone, _each_once(homes))
        return homes

    def _half_siblings(self, plan: FamilyPlan, names: NameList, surname: str) -> list[Home]:
        common = self._person(plan, names, surname, "mother", primary=True)
        earlier = self._person(plan, names, self._rng.choice(names.family), "father", lives_with=False)
        now = self._person(plan, names, self._rng.choice(names.family), "father")
        older, younger = plan.children[:1], plan.children[1:]
        return [
            self._home(plan, older, (common, earlier), names, earlier.family),
            self._home(plan, younger, (common, now), names, now.family),
        ]

    def _repeated_parent(self, plan: FamilyPlan, names: NameList, surname: str) -> list[Home]:
        """A student system that makes a new row of the same parent for each child: two families until one decides."""
        given = self._rng.choice(names.mothers)
        homes = []
        for child in plan.children[:2]:
            parent = self._person(plan, names, surname, "mother", primary=True, given=given)
            homes.append(self._home(plan, (child,), (parent,), names, surname))
        first, second = homes[0].guardians[0], homes[1].guardians[0]
        self._addresses.reach(plan, homes[0].pupils[0].school.plan.zone, [first])
        self._addresses.same_person(first, second)
        return homes

    def _guardians_of(self, plan: FamilyPlan, names: NameList, surname: str) -> tuple[Person, ...]:
        if plan.structure is Structure.NO_GUARDIAN:
            return ()
        if plan.structure is Structure.GRANDPARENTS:
            return tuple(
                self._person(plan, names, surname, "grandparent", primary=number == 0)
                for number in range(self._rng.randint(1, 2))
            )
        first, second = self._rng.sample(("mother", "father"), 2)
        if plan.structure is Structure.ONE_PARENT:
            return (self._person(plan, names, surname, first, primary=True),)
        apart = plan.structure is Structure.APART
        other = surname if not apart and self._rng.random() < 0.8 else self._rng.choice(names.family)
        return (
            self._person(plan, names, surname, first, primary=True),
            self._person(plan, names, other, second, lives_with=not apart),
        )

    def _person(
        self, plan: FamilyPlan, names: NameList, surname: str, relation: str, *, primary: bool = False,
        lives_with: bool = True, given: str | None = None,
    ) -> Person:  # fmt: skip
        number = next(self._guardians)
        given = given or self._rng.choice(names.given_for(relation))
        made = self._rows.add(
            Guardian, sourced_id=f"guardian-{number}", given_name=given, family_name=surname, language=plan.language,
            **self._addresses.wishes(plan),
        )  # fmt: skip
        person = Person(made, given, surname, relation, primary, lives_with)
        if not primary:
            _restrict(person, plan.special)
        return person

    def _home(
        self, plan: FamilyPlan, children: tuple[ChildPlan, ...], guardians: tuple[Person, ...], names: NameList,
        surname: str,
    ) -> Home:  # fmt: skip
        pupils = tuple(self._pupil(plan, child, names, surname) for child in children)
        key = household_key(pupils[0].id, None, [guardian.id for guardian in guardians])
        family = self._rows.add(
            Family, name=surname, household_key=key, created_at=self._frame.began,
            owner_staff_id=counselor_of(pupils[0].school, surname),
        )  # fmt: skip
        for pupil in pupils:
            self._rows.add(FamilyMember, family_id=family, student_id=pupil.id, from_on=self._frame.year.starts_on)
            for guardian in guardians:
                self._guardianship(pupil, guardian)
        return Home(family, plan, pupils, guardians)

    def _guardianship(self, pupil: Pupil, guardian: Person) -> None:
        entered = {
            f"{fact}_{part}": value
            for fact, restricted in (
                ("may_contact", not guardian.may_contact),
                ("holds_rights", not guardian.holds_rights),
                ("emergency_only", guardian.emergency_only),
            )
            if restricted
            for part, value in (("source", FactSource.ENTERED), ("on", self._frame.year.starts_on))
        }
        note = COURT_NOTE if not guardian.may_contact else None
        self._rows.add(
            Guardianship, student_id=pupil.id, guardian_id=guardian.id, relation=guardian.relation,
            is_primary=guardian.primary, lives_with=guardian.lives_with, may_contact=guardian.may_contact,
            holds_rights=guardian.holds_rights, emergency_only=guardian.emergency_only, restriction_note=note,
            started_on=self._frame.year.starts_on, **entered,
        )  # fmt: skip

    def _pupil(self, plan: FamilyPlan, child: ChildPlan, names: NameList, surname: str) -> Pupil:
        school = self._frame.school_of_grade(child.grade)
        classes = school.classes[child.grade]
        self._seats[child.grade] += 1
        seat = classes[self._seats[child.grade] % len(classes)]
        since = self._frame.today - timedelta(weeks=5) if plan.special == "moved_here" else self._frame.year.starts_on
        made = self._rows.add(
            Student, sourced_id=f"student-{next(self._students)}",
            school_id=school.id, given_name=self._rng.choice(names.given),
            family_name=surname, grade=child.grade, birth_date=self._birth_date(plan, child), enrolled_on=since,
        )  # fmt: skip
        pupil = Pupil(made, child, school, seat, since)
        self._enroll(pupil)
        self._assign(plan, pupil)
        return pupil

    def _birth_date(self, plan: FamilyPlan, child: ChildPlan) -> date:
        years = YOUNGEST + GRADES.index(child.grade) + self._rng.random()
        if plan.special == "eighteen" and child is plan.children[0]:
            years = EIGHTEEN
        return self._frame.today - timedelta(days=int(years * YEAR_DAYS))

    def _enroll(self, pupil: Pupil) -> None:
        for section in (pupil.school_class.homeroom, *pupil.school_class.sections.values()):
            self._rows.add(
                Enrollment, sourced_id=f"enrollment-{pupil.id}-{section}", section_id=section, student_id=pupil.id,
                begins_on=pupil.since,
            )  # fmt: skip

    def _assign(self, plan: FamilyPlan, pupil: Pupil) -> None:
        """A case manager where the child has services; an interpreter for homes that our templates do not speak to."""
        roles = []
        if self._rng.random() < NEEDS_SERVICES or plan.special == "services":
            managers = pupil.school.offices[Department.SPECIAL_EDUCATION]
            self._managed += 1
            roles.append((AssignmentRole.CASE_MANAGER, managers[self._managed % len(managers)]))
        if plan.language not in ("en", "es", None):
            roles.append((AssignmentRole.INTERPRETER, pupil.school.offices[Department.FRONT_OFFICE][1]))
        for role, staff in roles:
            self._rows.add(
                Assignment, staff_id=staff, role=role, student_id=pupil.id, from_on=self._frame.year.starts_on
            )

    def _names(self, language: str | None) -> NameList:
        if language is None:
            return self._rng.choice(tuple(BY_LANGUAGE.values()))
        return BY_LANGUAGE[language]


def counselor_of(school: SchoolFrame, surname: str) -> int:
    counselors = school.offices[Department.COUNSELING]
    early = mailbox(surname[:1]).upper() <= SURNAME_HALVES[0][1]
    return counselors[0 if early else 1]


def _restrict(person: Person, special: str | None) -> None:
    """The second guardian of some special cases."""
    if special in ("no_contact", "barred_holds_phone"):
        person.may_contact = person.holds_rights = False
    elif special == "no_rights":
        person.holds_rights = False
    elif special == "emergency_only":
        person.emergency_only = True


def _each_once(homes: list[Home]) -> list[Person]:
    return list({guardian.id: guardian for home in homes for guardian in home.guardians}.values())
