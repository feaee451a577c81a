"""What a family's pages keep from who works with a part of it: names, reasons, and contacts shared with another."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from models import AccountRole, Contact, ContactStudent, FamilyMember, Guardian, Guardianship, RequestState, Student
from tests.web.conftest import Town
from tests.world import NOW


@pytest.fixture
def ana(town: Town) -> Student:
    """Maya's sister, whom the teacher does not teach; her father Otto is no guardian of Maya."""
    made = town.world.student(town.school, given_name="Ana")
    town.world.add(FamilyMember(family_id=town.delgado.id, student_id=made.id, from_on=date(2026, 8, 17)))
    town.world.guardian(made, given_name="Otto", family_name="Brandt")
    return made


def test_nobody_reads_whose_guardians_are_whose_by_writing_another_student_into_the_address(
    town: Town, ana: Student
) -> None:
    noah = town.session.scalars(select(Student).where(Student.given_name == "Noah")).one()
    town.commit()
    teacher = town.sign_in()
    for student in (noah, ana):
        answer = teacher.get(f"/families/{town.delgado.id}/print?student={student.id}&from=yesterday")
        assert answer.status_code == 422
        assert "Ann Hartley" not in answer.text
        assert "Otto Brandt" not in answer.text
        assert ">Rosa Delgado</option>" in answer.text, "of the child that is chosen instead"


def test_a_withheld_question_says_that_it_needed_no_answer_and_not_why(town: Town, ana: Student) -> None:
    town.world.request(
        town.delgado, town.school, student_id=ana.id, question="Where does Ana sleep?", state=RequestState.CLOSED,
        closed_at=NOW, no_answer_needed="Her father drinks.",
    )  # fmt: skip
    town.commit()
    address = f"/families/{town.delgado.id}"
    teacher, counselor = (town.sign_in(role).get(address).text for role in (AccountRole.TEACHER, AccountRole.COUNSELOR))

    assert "Closed: no answer needed." in teacher
    assert "drinks" not in teacher
    assert "No answer needed: Her father drinks." in counselor


def correction(town: Town, contact: Contact, **fields: Any) -> set[int]:
    """The children whom the contact is about after its teacher changed its note."""
    page = f"/contacts/{contact.id}/correct"
    given = {"channel": "phone", "began": "me", "outcome": "reached", "summary": "Another note.", **fields}
    answer = town.sign_in().send(page, page, guardian_id=contact.guardian_id or "", **given)
    assert answer.status_code == 303, answer.text
    [changed] = town.rows(select(Contact).where(Contact.id == contact.id))
    assert changed.summary == "Another note."
    return set(town.rows(select(ContactStudent.student_id).where(ContactStudent.contact_id == contact.id)))


def test_a_correction_keeps_the_children_who_live_in_another_family(town: Town) -> None:
    rosa = town.session.scalars(select(Guardian).where(Guardian.given_name == "Rosa")).one()
    leo = town.world.student(town.school, given_name="Leo")
    town.world.add(Guardianship(student_id=leo.id, guardian_id=rosa.id))
    town.world.family(leo)
    contact = town.world.contact(town.maya, leo, staff_id=town.teacher.id, guardian_id=rosa.id, summary="A note.")
    town.commit()

    assert correction(town, contact) == {town.maya.id, leo.id}


def test_a_correction_still_takes_out_a_child_of_the_same_family(town: Town, ana: Student) -> None:
    leo = town.world.student(town.school, given_name="Leo")
    town.world.family(leo)
    contact = town.world.contact(town.maya, ana, leo, staff_id=town.teacher.id)
    town.commit()

    assert correction(town, contact, student_ids=town.maya.id) == {town.maya.id, leo.id}


def test_one_s_own_contact_is_corrected_from_the_family_that_one_sees(town: Town) -> None:
    ben, cleo = (town.world.student(town.school, given_name=name) for name in ("Ben", "Cleo"))
    town.world.family(ben)
    seen = town.world.family(cleo)
    town.world.teaches(town.teacher, town.world.section(town.school), cleo)
    contact = town.world.contact(ben, cleo, staff_id=town.teacher.id, summary="A note.")
    town.commit()

    assert f"/families/{seen.id}" in town.sign_in().get(f"/contacts/{contact.id}/correct").text
    assert correction(town, contact) == {ben.id, cleo.id}
