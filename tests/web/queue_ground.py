"""Families in the queue, and steps on their cases."""

from __future__ import annotations

from models import (
    Family,
)
from outreach.risk import score_families, tend_cases
from tests.web.conftest import Town
from tests.world import NOW


def in_the_queue(town: Town, *families: Family) -> None:
    """The Delgados are high: a question without an answer, and math."""
    town.world.request(town.delgado, town.school, owner_staff_id=town.teacher.id)
    town.world.mark(town.maya, 58)
    night(town)


def night(town: Town) -> None:
    town.commit()
    score_families(town.session, NOW)
    tend_cases(town.session, NOW)
    town.commit()
