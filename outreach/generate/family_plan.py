"""One family as drawn, before it has rows: everything by which its story differs from another's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from models import Level, Segment

from .frame import GRADES
from .spread import (
    BELOW_NINE,
    CHILDREN,
    GENERAL_NOTICES,
    LANGUAGE,
    LOWEST_LEVEL,
    NINE_OR_MORE,
    NINE_UP_TO,
    REACH,
    SEGMENT,
    STRUCTURE,
    TREND,
    YEARLY_ABSENCES,
    YEARLY_FAMILY_CONTACTS,
    Reach,
    Structure,
    Trend,
    pick,
    poisson,
)

SIBLING_YEARS = (1, 4)


@dataclass(frozen=True)
class ChildPlan:
    grade: str
    lowest: Level
    """Level of work in the weakest core subject."""
    trend: Trend
    absences_a_year: int


@dataclass(frozen=True)
class FamilyPlan:
    structure: Structure
    children: tuple[ChildPlan, ...]
    language: str | None
    reach: Reach
    segment: Segment
    teacher_contacts_a_year: int
    family_contacts_a_year: float
    """Mean."""
    gets_notices: bool
    special: str | None = None
    """Name of the special case it was bent into (``special.py``); None for most."""

    def with_first(self, **values: object) -> FamilyPlan:
        """The same with its first child changed."""
        first = replace(self.children[0], **values)  # type: ignore[arg-type]  # dataclasses.replace checks the names
        return replace(self, children=(first, *self.children[1:]))


def draw_family(rng: Random) -> FamilyPlan:
    """One family by the documented spread; a child without guardians is always alone."""
    structure, segment = pick(rng, STRUCTURE), pick(rng, SEGMENT)
    children = 1 if structure is Structure.NO_GUARDIAN else pick(rng, CHILDREN)
    if structure is Structure.BLENDED:
        children = max(children, 2)
    return FamilyPlan(
        structure=structure,
        children=tuple(_child(rng, segment, grade) for grade in _grades(rng, children)),
        language=pick(rng, LANGUAGE),
        reach=pick(rng, REACH),
        segment=segment,
        teacher_contacts_a_year=teacher_contacts_a_year(rng, segment),
        family_contacts_a_year=YEARLY_FAMILY_CONTACTS[segment],
        gets_notices=rng.random() < GENERAL_NOTICES[segment],
    )


def teacher_contacts_a_year(rng: Random, segment: Segment) -> int:
    """Nine or more as often as K12 Insight found it for the segment, else fewer."""
    if rng.random() < NINE_OR_MORE[segment]:
        return rng.randint(9, NINE_UP_TO)
    return pick(rng, BELOW_NINE)


def family_contacts_so_far(rng: Random, plan: FamilyPlan, share_gone: float) -> int:
    return poisson(rng, plan.family_contacts_a_year * share_gone)


def _child(rng: Random, segment: Segment, grade: str) -> ChildPlan:
    few, many = pick(rng, YEARLY_ABSENCES[segment])
    return ChildPlan(grade, pick(rng, LOWEST_LEVEL[segment]), pick(rng, TREND), rng.randint(few, many))


def _grades(rng: Random, children: int) -> list[str]:
    """Brothers and sisters one to four years apart, going round from the last grade to the first."""
    place = rng.randrange(len(GRADES))
    grades = []
    for _ in range(children):
        grades.append(GRADES[place])
        place = (place + rng.randint(*SIBLING_YEARS)) % len(GRADES)
    return grades
