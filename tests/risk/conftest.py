"""One school whose log counts since the year began, one child, one family: the ground of most tests here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Family, JsonObject, RiskReason, School, Staff, Student
from outreach.risk import score_families
from outreach.risk.explain import plain_figures
from tests.risk.offices import office
from tests.world import NOW, YEAR_STARTS, World

__all__ = ["Found", "Home", "Score", "home", "office", "score"]

Found = dict[str, tuple[int, JsonObject]]
Score = Callable[..., Found]


@dataclass
class Home:
    school: School
    teacher: Staff
    child: Student
    family: Family


@pytest.fixture
def home(world: World) -> Home:
    """A child of whom nothing is known yet, at a school that has logged all year; its mother has a phone."""
    school = world.school(log_began=YEAR_STARTS)
    child = world.student(school)
    world.phone(world.guardian(child))
    return Home(school, world.staff(school), child, world.family(child))


@pytest.fixture
def score(session: Session) -> Score:
    """Score one family and read back code to (points, evidence)."""

    def scored(family: Family, now: datetime = NOW) -> Found:
        score_families(session, now, [family.id])
        rows = session.execute(
            select(RiskReason.code, RiskReason.points, RiskReason.evidence).where(RiskReason.family_id == family.id)
        )
        return {code: (points, plain_figures(evidence)) for code, points, evidence in rows}

    return scored
