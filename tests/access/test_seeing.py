"""The scope asked row by row is the scope taken as a set: for every role, in districts where every ground occurs."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    AccountRole,
    Assignment,
    AssignmentRole,
    Family,
    FamilyMember,
    RequestState,
    Staff,
    Student,
)
from outreach.access import Viewer, sees_family, sees_student, viewer_of, visible_families, visible_students
from tests.world import NOW, World

TODAY = date(2026, 11, 24)
SURNAMES = ("Abad", "Delgado", "Lopez", "Lovato", "Ng", "Zuniga")


def made_up(world: World, random: Random) -> list[Staff]:
    """Three schools with families in them and across them, and staff who see some of them on every ground there is."""
    schools = [world.school() for _ in range(3)]
    students = [
        world.student(
            random.choice(schools), family_name=random.choice(SURNAMES), grade=random.choice(("06", "09", "12")),
            active=random.random() > 0.15,
        )
        for _ in range(24)
    ]  # fmt: skip
    homes = [world.family(*students[at : at + random.choice((1, 2))]) for at in range(0, 22, 2)]
    for home in random.sample(homes, 3):
        member = world.session.scalars(select(FamilyMember).where(FamilyMember.family_id == home.id)).first()
        assert member is not None
        member.until_on = TODAY
    staff = [world.staff(*random.sample(schools, random.choice((0, 1, 1, 2)))) for _ in range(6)]
    for one in staff:
        dates = {"until_on": random.choice((None, TODAY, TODAY + timedelta(days=9)))}
        world.add(
            Assignment(
                staff_id=one.id, role=AssignmentRole.COUNSELOR, school_id=random.choice(schools).id,
                grade=random.choice((None, "09")), surname_from="D", surname_to="Lo", **dates,
            )
        )  # fmt: skip
        named = random.choice(students)
        world.add(Assignment(staff_id=one.id, role=AssignmentRole.AIDE, student_id=named.id, **dates))
        world.teaches(one, world.section(random.choice(schools)), *random.sample(students, 3))
        random.choice(homes).owner_staff_id = one.id
        asked = random.choice((RequestState.OPEN, RequestState.ANSWERED))
        world.request(
            random.choice(homes), schools[0], owner_staff_id=one.id, state=asked, answered_at=NOW,
            guardian_id=world.guardian(random.choice(students)).id,
        )  # fmt: skip
    world.session.flush()
    return staff


@pytest.mark.parametrize("seed", range(4))
def test_rows_and_sets_agree_for_every_role(session: Session, world: World, seed: int) -> None:
    random = Random(seed)
    partly = 0
    for staff in (*made_up(world, random), None):
        for role in AccountRole:
            viewer = viewer_of(session, world.account(staff, role), NOW)
            families, students = by_row(session, viewer)
            assert families == set(session.scalars(visible_families(viewer))), (role, staff)
            assert students == set(session.scalars(visible_students(viewer))), (role, staff)
            partly += 0 < len(families) < 11 and 0 < len(students) < 24
    assert partly > 10, "else nearly everybody sees all or nothing, and agreeing proves little"


def by_row(session: Session, viewer: Viewer) -> tuple[set[int], set[int]]:
    families = select(Family.id).where(sees_family(viewer, Family.id))
    return set(session.scalars(families)), set(session.scalars(select(Student.id).where(sees_student(viewer))))
