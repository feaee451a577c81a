"""A small school for planning: one teacher, one section, families with a phone, consent recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    Account,
    AccountRole,
    Band,
    Contact,
    Enrollment,
    Family,
    Guardian,
    Initiator,
    Outreach,
    RiskReason,
    RiskScore,
    School,
    Section,
    Staff,
    Student,
    Subject,
    Topic,
)
from outreach.access import Viewer, viewer_of
from outreach.planning import plan_night
from tests.world import NOW, World

NIGHT = datetime(2026, 11, 24, 11, 5, tzinfo=UTC)
"""05:05 in Chicago, on a Tuesday with school."""


def wall(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A time as a clock on the family's wall shows it: without zone."""
    return datetime(year, month, day, hour, minute)  # noqa: DTZ001  that is the point


@dataclass
class Home:
    """One family with its child and guardian."""

    family: Family
    student: Student
    guardian: Guardian


class Scene:
    """Lucia Alvarez teaches Algebra I at one school; homes are added as a test needs them."""

    def __init__(self, session: Session, world: World) -> None:
        self.session, self.world = session, world
        district = world.district()
        district.consent_basis, district.consent_basis_at = "Given at enrollment.", NOW
        self.school: School = world.school()
        self.teacher: Staff = world.staff(self.school)
        self.section: Section = world.section(self.school)
        self.account: Account = world.account(self.teacher)
        self._taught = False

    def home(
        self, band: Band = Band.LOW, *, taught: bool = True, phone: bool = True, student: dict[str, Any] | None = None,
        reasons: dict[str, dict[str, Any]] | None = None, **guardian: Any,
    ) -> Home:  # fmt: skip
        """A family in ``band`` whose child sits in the section (unless not ``taught``)."""
        child = self.world.student(self.school, **(student or {}))
        parent = self.world.guardian(child, **guardian)
        family = self.world.family(child)
        if phone:
            self.world.phone(parent)
        if taught:
            self.teach(child)
        self.score(family, band, {code: {"student_id": child.id, **more} for code, more in (reasons or {}).items()})
        return Home(family, child, parent)

    def teach(self, *students: Student) -> None:
        if not self._taught:
            self._taught = True
            self.world.teaches(self.teacher, self.section, *students)
            return
        for student in students:
            self.world.add(
                Enrollment(sourced_id=f"e-{self.world.number()}", section_id=self.section.id, student_id=student.id)
            )

    def score(self, family: Family, band: Band, reasons: dict[str, dict[str, Any]]) -> None:
        points = {Band.HIGH: 6, Band.ELEVATED: 3, Band.LOW: 0}[band]
        self.world.add(
            RiskScore(family_id=family.id, points=points, band=band, computed_at=NIGHT, config_version="test")
        )
        for code, evidence in reasons.items():
            self.world.add(RiskReason(family_id=family.id, code=code, points=1, evidence=evidence))

    def heard(self, home: Home, when: datetime, staff: Staff | None = None, **values: Any) -> Contact:
        """A teacher reached the family."""
        return self.world.contact(
            home.student, initiator=Initiator.TEACHER, staff_id=(staff or self.teacher).id, occurred_at=when,
            guardian_id=home.guardian.id, **{"topic": Topic.ACADEMICS, **values},
        )  # fmt: skip

    def kept_up(self, home: Home, staff: Staff | None = None) -> None:
        """As many teacher contacts as the goal asks by November, the last of them two weeks ago."""
        for week in range(5):
            self.heard(home, datetime(2026, 10, 5 + week, 15, tzinfo=UTC), staff)
        self.heard(home, datetime(2026, 10, 12, 16, tzinfo=UTC), staff, topic=Topic.BEHAVIOR)

    def rising(self, home: Home, before: float = 71, after: float = 84, subject: Subject = Subject.MATH) -> None:
        """Marks of the term's two halves so far."""
        for day in (24, 31):
            self.world.mark(home.student, before, subject, marked_on=date(2026, 8, day))
        for day in (3, 10):
            self.world.mark(home.student, after, subject, marked_on=date(2026, 11, day))

    def viewer(self, staff: Staff | None = None, role: AccountRole = AccountRole.TEACHER) -> Viewer:
        account = self.account if staff is None else self.world.account(staff, role)
        return viewer_of(self.session, account, NOW)

    def planned(self) -> list[Outreach]:
        return list(self.session.scalars(select(Outreach).order_by(Outreach.id)))

    def suggested(self, **home: Any) -> Outreach:
        """What one night suggests for one family at high risk."""
        self.home(Band.HIGH, **home)
        plan_night(self.session, NIGHT)
        return self.only()

    def only(self) -> Outreach:
        rows = self.planned()
        assert len(rows) == 1, [(row.rule, row.family_id) for row in rows]
        return rows[0]
