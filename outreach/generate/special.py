"""The situations that every made-up district has at least once, each a drawn family bent to it.

They come first, in this order, so a small district has the first of them and the demo's has all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from models import Department, Level, Segment

from .family_plan import ChildPlan, FamilyPlan
from .spread import Reach, Structure, Trend


class Fate(StrEnum):
    """What becomes of a family's message."""

    THANKS = "thanks"
    WAITS = "waits"
    ANSWERED = "answered"
    HELPED = "helped"
    DID_NOT_HELP = "did_not_help"
    ASKED_AGAIN = "asked_again"


@dataclass(frozen=True)
class Ask:
    school_days_ago: int | None
    """None: any day so far."""
    department: Department
    fate: Fate


SCRIPTED: dict[str, tuple[Ask, ...]] = {
    "open_request": (Ask(1, Department.TEACHING, Fate.WAITS),),
    "overdue_request": (Ask(6, Department.TEACHING, Fate.WAITS),),
    "long_overdue_request": (Ask(11, Department.COUNSELING, Fate.WAITS), Ask(8, Department.COUNSELING, Fate.WAITS)),
    "unhelpful_answer": (Ask(18, Department.ADMINISTRATION, Fate.DID_NOT_HELP),),
    "helpful_answer": (Ask(15, Department.TEACHING, Fate.HELPED),),
    "reopened_request": (Ask(12, Department.SPECIAL_EDUCATION, Fate.ASKED_AGAIN),),
    "wrote_thanks": (Ask(4, Department.TEACHING, Fate.THANKS),),
    "high_risk_to_text": (Ask(9, Department.TEACHING, Fate.WAITS),),
    "failing_and_silent": (),
    "silent": (),
}
"""What the family began, for special cases that are about it; the others draw."""

SANDBOX_NUMBERS = {
    "text_never_arrives": "+15005550004",
    "takes_no_texts": "+15005550003",
    "no_receipt": "+15005550005",
}
"""Special cases whose first guardian has one of the sandbox's magic numbers, and it behaves accordingly."""

Bend = Callable[[FamilyPlan], FamilyPlan]


def _together(plan: FamilyPlan) -> FamilyPlan:
    """Two parents under one roof who read English and have phone and e-mail: nothing else stands in the way."""
    return replace(plan, structure=Structure.TOGETHER, language="en", reach=Reach.PHONE_AND_EMAIL)


def _one_parent(plan: FamilyPlan) -> FamilyPlan:
    return replace(_together(plan), structure=Structure.ONE_PARENT)


def _failing(plan: FamilyPlan) -> FamilyPlan:
    """A seventh grader: elementary's youngest have no percent to show."""
    child = ChildPlan("07", Level.FAILING, Trend.STEADY, 12)
    return replace(_together(plan), children=(child, *plan.children[1:]), segment=Segment.DETRACTOR)


def _grades(*grades: str) -> Bend:
    def bend(plan: FamilyPlan) -> FamilyPlan:
        first = plan.children[0]
        return replace(_together(plan), children=tuple(replace(first, grade=grade) for grade in grades))

    return bend


def _structure(structure: Structure) -> Bend:
    return lambda plan: replace(plan, structure=structure, reach=Reach.PHONE_AND_EMAIL)


def _language(language: str) -> Bend:
    return lambda plan: replace(_together(plan), language=language)


def _improving(plan: FamilyPlan) -> FamilyPlan:
    return _together(plan).with_first(grade="08", lowest=Level.AVERAGE, trend=Trend.IMPROVING)


def _sinking(plan: FamilyPlan) -> FamilyPlan:
    return _together(plan).with_first(grade="10", lowest=Level.BELOW_AVERAGE, trend=Trend.SINKING)


def _alone(plan: FamilyPlan) -> FamilyPlan:
    return replace(plan, structure=Structure.NO_GUARDIAN, children=plan.children[:1])


def _of_segment(segment: Segment) -> Bend:
    return lambda plan: replace(_together(plan), segment=segment)


SPECIAL: dict[str, Bend] = {
    "high_risk_to_text": _failing,
    "failing_and_silent": _failing,
    "open_request": _together,
    "overdue_request": _together,
    "half_siblings": lambda plan: replace(_grades("03", "06")(plan), structure=Structure.BLENDED),
    "no_guardian": _alone,
    "shared_phone": _together,
    "nothing_to_reach": lambda plan: replace(_together(plan), reach=Reach.NOTHING),
    "no_contact": _structure(Structure.APART),
    "apart": _structure(Structure.APART),
    "spanish": _language("es"),
    "vietnamese": _language("vi"),
    "three_schools": _grades("02", "07", "10"),
    "improving": _improving,
    "sinking": _sinking,
    "on_hold": _together,
    "unhelpful_answer": _together,
    "helpful_answer": _together,
    "reopened_request": _together,
    "long_overdue_request": _together,
    "wrote_thanks": _together,
    "silent": _together,
    "phone_of_two_families": _together,
    "phone_of_two_families_too": _together,
    "barred_holds_phone": _structure(Structure.APART),
    "no_rights": _structure(Structure.APART),
    "emergency_only": _structure(Structure.APART),
    "repeated_parent": lambda plan: replace(_grades("01", "04")(plan), structure=Structure.ONE_PARENT),
    "eighteen": _grades("12"),
    "opted_out": _together,
    "doubtful_phone": lambda plan: replace(_one_parent(plan), reach=Reach.PHONE),
    "dead_phone": _one_parent,
    "number_of_another_zone": _together,
    "asked_for_evenings": _together,
    "relay_call": _together,
    "grandparents": _structure(Structure.GRANDPARENTS),
    "services": _together,
    "incident": _together,
    "survey_detractor": _of_segment(Segment.DETRACTOR),
    "survey_promoter": _of_segment(Segment.PROMOTER),
    "moved_here": _together,
    **dict.fromkeys(SANDBOX_NUMBERS, _one_parent),
}
"""Name of the case, and how a family is bent to it. ``households``, ``addresses``, ``talks`` and ``asking`` know
the names that need more than the plan can say."""


def bent(name: str, plan: FamilyPlan) -> FamilyPlan:
    return replace(SPECIAL[name](plan), special=name)


def families_of(plan: FamilyPlan) -> int:
    """How many families the plan becomes: half-siblings, and a repeated parent, are two."""
    return 2 if plan.structure is Structure.BLENDED or plan.special == "repeated_parent" else 1
