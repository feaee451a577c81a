"""Every question has an owner who is there."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from models import Assignment, AssignmentRole, Department, StaffRole
from outreach.contacts import owner_for, rehome_requests
from tests.contacts.homes import YESTERDAY, Home
from tests.world import NOW, World

TODAY = date(2026, 11, 24)


def owner(delgado: Home, department: Department = Department.TEACHING, **values: int) -> int | None:
    session = delgado.world.session
    return owner_for(session, delgado.family.id, delgado.maya.id, department, TODAY, **values)


def test_a_question_to_teaching_goes_to_the_childs_teacher_homeroom_first(delgado: Home) -> None:
    assert owner(delgado) == delgado.alvarez.id
    homeroom = delgado.world.staff(delgado.school)
    delgado.world.teaches(homeroom, delgado.world.section(delgado.school, homeroom=True), delgado.maya)
    assert owner(delgado) == homeroom.id


def test_whom_the_family_turned_to_comes_first(delgado: Home) -> None:
    other = delgado.world.staff(delgado.school)
    assert owner(delgado, first_choice=other.id) == other.id


def test_a_teacher_on_leave_stands_for_the_substitute(delgado: Home) -> None:
    substitute = delgado.world.staff(delgado.school)
    delgado.alvarez.leave_from, delgado.alvarez.leave_until = date(2026, 11, 20), TODAY
    delgado.alvarez.substitute_id = substitute.id
    assert owner(delgado) == substitute.id
    delgado.alvarez.leave_until = date(2026, 11, 23)
    assert owner(delgado) == delgado.alvarez.id


def test_two_who_substitute_for_each_other_end_with_the_counselor(delgado: Home) -> None:
    substitute = delgado.world.staff(delgado.school, leave_from=date(2026, 11, 1), substitute_id=delgado.alvarez.id)
    delgado.alvarez.leave_from, delgado.alvarez.substitute_id = date(2026, 11, 1), substitute.id
    counselor = delgado.world.staff(delgado.school, role=StaffRole.COUNSELOR)
    assert owner(delgado) == counselor.id


def test_without_a_teacher_the_familys_counselor_then_the_schools_fallback(delgado: Home, world: World) -> None:
    delgado.alvarez.active = False
    fallback = world.staff(delgado.school, role=StaffRole.FRONT_OFFICE)
    delgado.school.fallback_staff_id = fallback.id
    world.session.flush()
    assert owner(delgado) == fallback.id
    anyone = world.staff(delgado.school, role=StaffRole.COUNSELOR)
    assert owner(delgado) == anyone.id
    caseload = world.staff(role=StaffRole.COUNSELOR)
    world.add(
        Assignment(
            staff_id=caseload.id, role=AssignmentRole.COUNSELOR, school_id=delgado.school.id, surname_from="A",
            surname_to="L",
        )
    )  # fmt: skip
    assert owner(delgado) == caseload.id
    delgado.family.owner_staff_id = anyone.id
    world.session.flush()
    assert owner(delgado) == anyone.id


def test_other_departments_have_their_own(delgado: Home, world: World) -> None:
    office = world.staff(delgado.school, role=StaffRole.FRONT_OFFICE)
    assert owner(delgado, Department.FRONT_OFFICE) == office.id
    specialist = world.staff(delgado.school, role=StaffRole.SPECIAL_EDUCATION)
    assert owner(delgado, Department.SPECIAL_EDUCATION) == specialist.id
    manager = world.staff(delgado.school, role=StaffRole.SPECIAL_EDUCATION)
    world.add(Assignment(staff_id=manager.id, role=AssignmentRole.CASE_MANAGER, student_id=delgado.maya.id))
    assert owner(delgado, Department.SPECIAL_EDUCATION) == manager.id


def test_a_school_with_nobody_has_no_owner_and_one_who_comes_gets_the_question(
    delgado: Home, session: Session, world: World
) -> None:
    delgado.alvarez.left_on = TODAY
    request = delgado.asks(NOW)
    assert request.owner_staff_id is None
    administrator = world.staff(delgado.school, role=StaffRole.ADMINISTRATOR)
    assert rehome_requests(session, NOW) == 1
    assert request.owner_staff_id == administrator.id
    assert rehome_requests(session, NOW) == 0


def test_the_night_after_a_teacher_leaves_the_question_has_a_new_owner_and_the_same_due_time(
    delgado: Home, session: Session, world: World
) -> None:
    request = delgado.asks(YESTERDAY)
    due = request.due_at
    counselor = world.staff(delgado.school, role=StaffRole.COUNSELOR)
    delgado.alvarez.left_on = TODAY + timedelta(days=1)
    assert rehome_requests(session, NOW) == 0
    delgado.alvarez.left_on = TODAY
    assert rehome_requests(session, NOW) == 1
    assert (request.owner_staff_id, request.due_at) == (counselor.id, due)
