"""Counselors with a case between them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    AccountRole,
    Case,
    Family,
    School,
    StaffRole,
)
from outreach.access import Viewer, viewer_of
from outreach.risk import (
    Act,
    CaseRefused,
    Chosen,
    Report,
    Seen,
    Step,
    act_on_cases,
    history_of,
    score_families,
    tend_cases,
)
from tests.world import NOW, World

DAY = timedelta(days=1)


TODAY, TOMORROW = date(2026, 11, 24), date(2026, 11, 25)


class Office:
    """A school with two counselors, an administrator, and three families, two of them high."""

    def __init__(self, world: World, session: Session) -> None:
        self.world, self.session, self.school = world, session, world.school()
        self.high, self.other = self.family("Delgado", 40.0), self.family("Hartley", 40.0)
        self.fine = self.family("Silva", 95.0)
        self.lowe, self.diaz = self.counselor("K. Lowe"), self.counselor("R. Diaz")
        score_families(session, NOW, [self.high.id, self.other.id, self.fine.id])
        tend_cases(session, NOW)

    def family(self, name: str, percent: float, school: School | None = None) -> Family:
        child = self.world.student(school or self.school, family_name=name)
        self.world.phone(self.world.guardian(child))
        self.world.mark(child, percent)
        return self.world.family(child)

    def counselor(self, name: str, role: AccountRole = AccountRole.COUNSELOR, *schools: School) -> Viewer:
        staff = self.world.staff(*(schools or (self.school,)), role=StaffRole.COUNSELOR, display_name=name)
        return viewer_of(self.session, self.world.account(staff, role), NOW)

    def take(self, viewer: Viewer, family: Family, step: Step, seen: Seen | None = None, **entered: Any) -> Report:
        return act_on_cases(self.session, viewer, Act(step, **entered), [Chosen(family.id, seen)], NOW)

    def done(self, viewer: Viewer, family: Family, step: Step, seen: Seen | None = None, **entered: Any) -> str:
        """The key of the act, which must have been done."""
        report = self.take(viewer, family, step, seen, **entered)
        assert (report.refused, [one.family_id for one in report.done]) == ((), [family.id])
        assert report.act
        return report.act

    def why_not(
        self, viewer: Viewer, family: Family, step: Step, seen: Seen | None = None, **entered: Any
    ) -> CaseRefused:
        report = self.take(viewer, family, step, seen, **entered)
        assert report.done == ()
        return report.refused[0].why

    def case(self, family: Family) -> Case:
        statement = select(Case).where(Case.family_id == family.id).order_by(Case.id.desc()).limit(1)
        return self.session.scalars(statement.execution_options(populate_existing=True)).one()

    def seen(self, family: Family) -> Seen:
        return Seen.of(self.case(family))

    def kinds(self, family: Family) -> list[str]:
        return [step.kind.value for step in reversed(history_of(self.session, family.id))]


@pytest.fixture
def office(world: World, session: Session) -> Office:
    return Office(world, session)
