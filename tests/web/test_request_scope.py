"""Whose questions somebody sees and moves: of their own families and schools, and of no other."""

from __future__ import annotations

import csv
import io

import pytest
from sqlalchemy import select

from models import AccountRole, Department, Guardianship, Message, Request, RequestState, School, StaffRole
from tests.web.asked import asked, colleague, of_rosa, seen_by, stands
from tests.web.conftest import HASHED, Person, Town

ELSEWHERE = "Why does Noah's bus come late?"


@pytest.fixture
def of_noah(town: Town) -> int:
    """A question of the other school's family, whose owner nobody at this school is."""
    (hillside,) = town.session.scalars(select(School).where(School.name == "Hillside High"))
    made = town.world.request(town.stranger, hillside, question=ELSEWHERE).id
    town.commit()
    return made


def anybody_of_the_other_school(town: Town, role: AccountRole, staff_role: StaffRole) -> Person:
    (hillside,) = town.session.scalars(select(School).where(School.name == "Hillside High"))
    staff = town.world.staff(hillside, role=staff_role)
    account = town.world.account(staff, role, email=f"far-{role.value}@example.org", password=HASHED)
    town.commit()
    town.accounts[role], town.staff[role] = account, staff.id
    return town.sign_in(role)


@pytest.mark.parametrize(
    "role", [AccountRole.TEACHER, AccountRole.COUNSELOR, AccountRole.ADMINISTRATOR, AccountRole.RECORDER]
)
def test_nobody_sees_or_moves_a_question_of_another_school(town: Town, of_noah: int, role: AccountRole) -> None:
    person = town.sign_in(role)
    for address in ("/requests?whose=everybody", "/requests?section=over", "/requests?whose=nobody"):
        assert "late?" not in person.get(address).text, address
    assert person.get(f"/requests/{of_noah}").status_code == 404
    for step in ("take", "close", "hand-over", "hostile", "reopen", "answer"):
        assert person.send(f"/requests/{of_noah}/{step}", None, reason="x", to="x").status_code == 404, step
    (stood,) = town.rows(select(Request))
    assert (stood.state, stood.owner_staff_id) == (RequestState.OPEN, None)


@pytest.mark.parametrize(
    ("role", "staff_role"),
    [(AccountRole.COUNSELOR, StaffRole.COUNSELOR), (AccountRole.ADMINISTRATOR, StaffRole.ADMINISTRATOR)],
)
def test_the_list_and_the_file_of_what_is_past_due_hold_one_s_own_schools_only(
    town: Town, of_noah: int, role: AccountRole, staff_role: StaffRole
) -> None:
    asked(town)
    here, there = town.sign_in(role), anybody_of_the_other_school(town, role, staff_role)
    for person, own, other in ((here, "retake", "late?"), (there, "late?", "retake")):
        page = person.get("/requests/past-due").text
        assert own in page
        assert other not in page
        rows = list(csv.reader(io.StringIO(person.get("/requests/past-due.csv").data.decode("utf-8-sig"))))
        assert len(rows) == 2
        assert own in " ".join(rows[1])


def test_a_district_administrator_sees_every_school_s(town: Town, of_noah: int) -> None:
    asked(town)
    page = town.sign_in(AccountRole.DISTRICT_ADMINISTRATOR).get("/requests/past-due").text

    assert "retake" in page
    assert "late?" in page


def test_a_department_hands_a_question_over_once_and_then_an_administrator_does(town: Town) -> None:
    number, ito, second = of_rosa(town), colleague(town), colleague(town, "P. Bell")
    teacher, principal, page = town.sign_in(), town.sign_in(AccountRole.ADMINISTRATOR), f"/requests/{number}"
    teacher.send(f"{page}/hand-over", page, to=f"staff:{ito.id}", seen=seen_by(teacher, number))
    refused = teacher.send(
        f"{page}/hand-over", page, to=f"staff:{second.id}", why="Typed at length", seen=seen_by(teacher, number)
    )
    assert refused.status_code == 422
    assert "only an administrator hands it on" in refused.text
    assert "Typed at length" in refused.text
    assert stands(town).owner_staff_id == ito.id
    principal.send(f"{page}/hand-over", page, to=f"staff:{second.id}", seen=seen_by(principal, number))

    assert stands(town).owner_staff_id == second.id


def test_a_hand_over_sent_twice_is_one_and_tells_the_family_once(town: Town) -> None:
    number, teacher = of_rosa(town), town.sign_in()
    page, seen = f"/requests/{number}", seen_by(teacher, number)
    for _press in range(2):
        assert teacher.send(f"{page}/hand-over", page, to="department:counseling", seen=seen).status_code == 303

    assert stands(town).department is Department.COUNSELING
    assert len(town.rows(select(Message))) == 1


def test_a_guardian_barred_from_the_student_gets_no_notice_and_the_page_says_who_tells_it(town: Town) -> None:
    number, ito = of_rosa(town), colleague(town)
    (bond,) = town.session.scalars(select(Guardianship).where(Guardianship.student_id == town.maya.id))
    bond.may_contact = False
    town.commit()
    teacher, page = town.sign_in(), f"/requests/{number}"
    teacher.send(f"{page}/hand-over", page, to=f"staff:{ito.id}", seen=seen_by(teacher, number))
    assert "tell it who has the question when you speak" in teacher.follow().text

    assert stands(town).owner_staff_id == ito.id
    assert town.rows(select(Message)) == []
