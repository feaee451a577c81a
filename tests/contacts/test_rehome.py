"""The night after a child changes section or school, its question belongs to somebody who has to do with it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from models import (
    Assignment,
    Department,
    Enrollment,
    FamilyMember,
    Request,
    RequestEvent,
    RequestEventKind,
    School,
    Section,
    Staff,
    StaffRole,
    StaffSchool,
)
from outreach.contacts import hand_over, rehome_requests
from tests.contacts.homes import YESTERDAY, Home
from tests.world import NOW, World


def another_teacher(delgado: Home, school: School | None = None) -> Staff:
    """Teaches Maya in another section."""
    where = school or delgado.school
    staff = delgado.world.staff(where)
    delgado.world.teaches(staff, delgado.world.section(where), delgado.maya)
    return staff


def leaves_algebra(delgado: Home) -> None:
    """Maya's place in the section of L. Alvarez ends today."""
    algebra = select(Assignment.section_id).where(Assignment.staff_id == delgado.alvarez.id)
    session = delgado.world.session
    session.execute(update(Enrollment).where(Enrollment.section_id.in_(algebra)).values(ends_on=NOW.date()))


def handed_over(session: Session, request: Request) -> list[dict[str, object]]:
    events = select(RequestEvent.detail).where(
        RequestEvent.request_id == request.id, RequestEvent.kind == RequestEventKind.HANDED_OVER
    )
    return [dict(detail) for detail in session.scalars(events.order_by(RequestEvent.id)) if detail is not None]


def test_after_a_section_change_the_question_goes_to_the_childs_new_teacher(delgado: Home, session: Session) -> None:
    request = delgado.asks(YESTERDAY)
    due, new = request.due_at, another_teacher(delgado)
    assert rehome_requests(session, NOW) == 0, "L. Alvarez still teaches her"
    leaves_algebra(delgado)
    assert rehome_requests(session, NOW) == 1
    assert (request.owner_staff_id, request.due_at) == (new.id, due)
    assert handed_over(session, request) == [
        {"because": "no_longer_teaches", "from_staff": delgado.alvarez.id, "to_staff": new.id}
    ]
    assert rehome_requests(session, NOW) == 0, "a second night changes nothing"


@pytest.mark.parametrize("gone", [Enrollment, Assignment, Section], ids=["enrollment", "assignment", "section"])
def test_whatever_ends_of_the_teaching_ends_the_ownership(
    delgado: Home, session: Session, gone: type[Enrollment | Assignment | Section]
) -> None:
    request = delgado.asks(YESTERDAY)
    session.execute(update(gone).values(active=False))
    new = another_teacher(delgado)
    assert rehome_requests(session, NOW) == 1
    assert request.owner_staff_id == new.id


def test_a_question_about_no_child_in_particular_stays_while_one_of_the_family_is_taught(
    delgado: Home, session: Session
) -> None:
    request = delgado.asks(YESTERDAY, student_id=None)
    another_teacher(delgado)
    assert rehome_requests(session, NOW) == 0
    leaves_algebra(delgado)
    assert rehome_requests(session, NOW) == 1
    assert request.owner_staff_id != delgado.alvarez.id


def test_whom_a_person_chose_keeps_the_question(delgado: Home, session: Session) -> None:
    request = delgado.asks(YESTERDAY)
    other = another_teacher(delgado)
    leaves_algebra(delgado)
    rehome_requests(session, NOW)
    hand_over(session, request.id, NOW, to_staff_id=delgado.alvarez.id)
    assert rehome_requests(session, NOW) == 0
    assert request.owner_staff_id == delgado.alvarez.id != other.id


def test_one_who_never_taught_the_child_was_chosen_by_the_family_and_keeps_it(delgado: Home, session: Session) -> None:
    coach = delgado.world.staff(delgado.school)
    request = delgado.asks(YESTERDAY, owner_staff_id=coach.id)
    assert rehome_requests(session, NOW) == 0
    assert request.owner_staff_id == coach.id


def test_in_the_summer_nobody_teaches_and_the_question_stays(delgado: Home, session: Session) -> None:
    request = delgado.asks(YESTERDAY)
    delgado.world.staff(delgado.school, role=StaffRole.COUNSELOR)
    leaves_algebra(delgado)
    assert rehome_requests(session, NOW + timedelta(days=200)) == 0
    assert request.owner_staff_id == delgado.alvarez.id


def test_a_child_who_changes_school_takes_the_question_along(delgado: Home, session: Session, world: World) -> None:
    request = delgado.asks(YESTERDAY)
    due, old, new_school = request.due_at, delgado.school, world.school()
    delgado.maya.school_id = new_school.id
    new = another_teacher(delgado, new_school)
    assert rehome_requests(session, NOW) == 1
    assert (request.owner_staff_id, request.school_id, request.due_at) == (new.id, new_school.id, due)
    assert handed_over(session, request) == [
        {
            "because": "student_moved", "from_staff": delgado.alvarez.id, "to_staff": new.id,
            "from_school": old.id, "to_school": new_school.id,
        }
    ]  # fmt: skip
    assert rehome_requests(session, NOW) == 0


def test_an_owner_who_works_at_both_schools_keeps_it(delgado: Home, session: Session, world: World) -> None:
    nurse = world.staff(delgado.school, role=StaffRole.FRONT_OFFICE)
    request = delgado.asks(YESTERDAY, department=Department.FRONT_OFFICE)
    new_school = world.school()
    world.add(StaffSchool(staff_id=nurse.id, school_id=new_school.id))
    delgado.maya.school_id = new_school.id
    session.flush()
    assert rehome_requests(session, NOW) == 1
    assert (request.owner_staff_id, request.school_id) == (nurse.id, new_school.id)


def test_where_the_new_school_has_nobody_yet_the_old_owner_keeps_it(
    delgado: Home, session: Session, world: World
) -> None:
    request = delgado.asks(YESTERDAY)
    leaves_algebra(delgado)
    delgado.maya.school_id = world.school().id
    session.flush()
    assert rehome_requests(session, NOW) == 0
    assert (request.owner_staff_id, request.school_id) == (delgado.alvarez.id, delgado.school.id)


def test_a_brother_who_stays_keeps_the_familys_question_at_his_school(
    delgado: Home, session: Session, world: World
) -> None:
    brother = world.student(delgado.school, given_name="Luis")
    world.add(FamilyMember(family_id=delgado.family.id, student_id=brother.id, from_on=date(2026, 8, 17)))
    world.teaches(delgado.alvarez, world.section(delgado.school), brother)
    request = delgado.asks(YESTERDAY, student_id=None)
    delgado.maya.school_id = world.school().id
    session.flush()
    assert rehome_requests(session, NOW) == 0
    assert request.school_id == delgado.school.id


def test_twenty_questions_that_are_well_cost_as_many_statements_as_one(
    delgado: Home, session: Session, world: World
) -> None:
    delgado.asks(YESTERDAY)
    statements: list[str] = []
    connection = session.connection()

    def count(*given: object) -> None:
        statements.append(str(given[2]))

    event.listen(connection, "before_cursor_execute", count)
    rehome_requests(session, NOW)
    few = len(statements)
    section = world.section(delgado.school)
    for _ in range(20):
        student = world.student(delgado.school)
        world.teaches(delgado.alvarez, section, student)
        world.request(
            world.family(student), delgado.school, student_id=student.id, owner_staff_id=delgado.alvarez.id
        )  # fmt: skip
    statements.clear()
    rehome_requests(session, NOW)
    event.remove(connection, "before_cursor_execute", count)
    assert len(statements) == few
