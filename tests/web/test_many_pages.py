"""After a parents' evening: one page, an outcome each, saved at once or not at all, undone as it was saved."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, select

from models import (
    AccountRole,
    Channel,
    Contact,
    ContactStudent,
    Enrollment,
    Guardian,
    Guardianship,
    Outcome,
    Section,
    Student,
    Topic,
)
from outreach.web.many import MOST, MOST_WARNINGS
from tests.web.conftest import Person, Town


@pytest.fixture
def leo(town: Town) -> Student:
    """A classmate of Maya's with two parents, one of whom may not be contacted."""
    made = town.world.student(town.school, given_name="Leo", family_name="Zhou")
    town.world.guardian(made, given_name="Wei", family_name="Zhou")
    town.world.guardian(made, given_name="Lin", family_name="Zhou")
    town.world.family(made)
    section = town.session.scalars(select(Section)).first()
    assert section is not None
    town.world.teaches(town.teacher, section, made)
    town.commit()
    return made


def page_of(town: Town) -> str:
    return f"/contacts/many?section={town.rows(select(Section.id))[0]}"


def save(person: Person, town: Town, outcomes: dict[Student, str], **common: object) -> None:
    fields: dict[str, object] = {"client_key": "the-evening", "channel": "in_person", **common}
    for student, outcome in outcomes.items():
        fields |= {f"key-{student.id}": f"line-{student.id}", f"outcome-{student.id}": outcome}
    shown = person.client.get(page_of(town)).text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', shown)
    assert token
    data = {"csrf_token": token[1], "student": [str(student.id) for student in outcomes], **fields}
    person.last = person.client.post("/contacts/many", data=data)


def test_the_class_is_listed_with_nothing_tapped_and_nobody_barred(town: Town, leo: Student) -> None:
    teacher = town.sign_in()
    assert re.search(r"Algebra I.*2 students", teacher.get("/contacts/many").text, re.DOTALL)
    page = teacher.get(page_of(town)).text
    assert page.count('value="" checked') == 2
    assert "with Rosa Delgado" in page
    assert "With whom, about Leo Zhou" in page
    assert "2 students" not in town.sign_in(AccountRole.COUNSELOR).get("/contacts/many").text
    assert "Nobody here" in town.sign_in(AccountRole.COUNSELOR).get(page_of(town)).text


def test_only_those_with_an_outcome_are_logged_each_with_its_own(town: Town, leo: Student) -> None:
    zoe = town.world.student(town.school, given_name="Zoe")
    town.world.family(zoe)
    town.world.teaches(town.teacher, town.session.scalars(select(Section)).one(), zoe)
    town.commit()
    teacher = town.sign_in()
    rosa = town.rows(select(Guardian.id).where(Guardian.given_name == "Rosa"))[0]
    common = {"topic": "academics", "day": "2026-11-23", "clock": "18:30", f"guardian-{town.maya.id}": rosa}
    save(teacher, town, {town.maya: "reached", leo: "no_answer", zoe: ""}, **common)

    assert "Saved: 2 contacts." in teacher.follow().text
    found = {contact.client_key: contact for contact in town.rows(select(Contact))}
    assert set(found) == {f"line-{town.maya.id}", f"line-{leo.id}"}
    maya = found[f"line-{town.maya.id}"]
    assert (maya.outcome, maya.channel, maya.topic) == (Outcome.REACHED, Channel.IN_PERSON, Topic.ACADEMICS)
    assert (maya.guardian_id, maya.staff_id) == (rosa, town.teacher.id)
    assert f"{maya.occurred_at:%Y-%m-%dT%H:%M}" == "2026-11-24T00:30"


def test_a_second_submit_of_the_page_adds_nothing(town: Town, leo: Student) -> None:
    teacher = town.sign_in()
    for _again in range(2):
        save(teacher, town, {town.maya: "reached", leo: "reached"})
    assert len(town.rows(select(Contact))) == 2


def test_one_line_that_cannot_be_keeps_all_out_and_what_was_tapped_stays(town: Town, leo: Student) -> None:
    teacher = town.sign_in()
    stranger = town.rows(select(Guardian.id).where(Guardian.family_name == "Hartley"))[0]
    wrong = {f"guardian-{leo.id}": stranger, f"summary-{leo.id}": "Long words that took a while."}
    save(teacher, town, {town.maya: "reached", leo: "reached"}, **wrong)
    assert teacher.last is not None
    assert teacher.last.status_code == 422
    assert f'href="#guardian-{leo.id}"' in teacher.last.text
    assert "Ann Hartley is not a guardian of Leo Zhou" in teacher.last.text
    assert "Long words that took a while." in teacher.last.text
    assert teacher.last.text.count('value="reached" checked') == 2
    assert town.rows(select(Contact)) == []


@pytest.mark.parametrize(
    ("common", "sentence"),
    [({}, "at least one student"), ({"channel": "sms"}, "by phone or by video"), ({"day": "soon"}, "must look like")],
)
def test_what_is_missing_is_said(town: Town, leo: Student, common: dict[str, object], sentence: str) -> None:
    teacher = town.sign_in()
    save(teacher, town, {town.maya: "reached" if common else "", leo: ""}, **common)
    assert teacher.last is not None
    assert teacher.last.status_code == 422
    assert sentence in teacher.last.text


def test_the_whole_lot_is_undone_and_put_back_by_the_notice(town: Town, leo: Student) -> None:
    teacher = town.sign_in()
    save(teacher, town, {town.maya: "reached", leo: "reached"})
    for what, voided in (("undo", True), ("restore", False)):
        button = re.search(rf'action="(/contacts/many/{what}\?ids=[\d.]+)"', teacher.follow().text)
        assert button
        teacher.send(button[1])
        assert [contact.voided_at is not None for contact in town.rows(select(Contact))] == [voided, voided]


def test_nobody_undoes_another_s_lot_and_a_student_of_others_cannot_be_slipped_in(town: Town, leo: Student) -> None:
    teacher = town.sign_in()
    save(teacher, town, {town.maya: "reached", leo: "reached"})
    ids = ".".join(str(each) for each in town.rows(select(Contact.id)))
    counselor = town.sign_in(AccountRole.COUNSELOR)
    counselor.send(f"/contacts/many/undo?ids={ids}")
    assert counselor.last is not None
    assert counselor.last.status_code == 403
    noah = town.rows(select(Student).where(Student.given_name == "Noah"))[0]
    save(teacher, town, {noah: "reached", town.maya: "reached"})
    assert noah.id not in town.rows(select(ContactStudent.student_id))
    assert all(contact.voided_at is None for contact in town.rows(select(Contact)))


def refused(person: Person, status: int = 422) -> str:
    assert person.last is not None
    assert person.last.status_code == status
    return person.last.text


def leave_class(town: Town, student: Student) -> None:
    for enrollment in town.session.scalars(select(Enrollment).where(Enrollment.student_id == student.id)):
        enrollment.active = False
    town.commit()


def test_a_student_no_longer_open_keeps_all_out_and_what_was_written_is_shown(town: Town, leo: Student) -> None:
    teacher = town.sign_in()
    teacher.get(page_of(town))
    leave_class(town, leo)
    save(teacher, town, {town.maya: "reached", leo: "reached"}, **{f"summary-{leo.id}": "He will be moved."})
    page = refused(teacher)
    assert "1 student whom you tapped is not open to you now" in page
    assert "He will be moved." in page
    assert "Leo" not in page
    assert page.count('value="reached" checked') == 1
    assert town.rows(select(Contact)) == []
    save(teacher, town, {town.maya: "reached"})
    assert "Saved: 1 contact." in teacher.follow().text


def test_where_no_student_is_open_any_more_a_script_is_told_so(town: Town, leo: Student) -> None:
    teacher = town.sign_in()
    leave_class(town, leo)
    csrf = teacher.client.get("/contacts/ticket").json
    assert csrf is not None
    fields = {"student": leo.id, f"outcome-{leo.id}": "reached", "channel": "in_person"}
    headers = {"Accept": "application/json", "X-CSRFToken": csrf["csrf"]}
    answer = teacher.client.post("/contacts/many", data=fields, headers=headers)
    assert answer.status_code == 422
    assert "not open to you" in answer.text


def test_a_day_to_come_is_said_once_at_the_day(town: Town, leo: Student) -> None:
    teacher = town.sign_in()
    save(teacher, town, {town.maya: "reached", leo: "reached"}, day="2027-01-05")
    page = refused(teacher)
    assert page.count('href="#day"') == 1
    assert f'href="#outcome-{leo.id}"' not in page
    assert re.search(r'id="day"[^>]*aria-invalid="true"', page)


def test_a_note_too_long_is_said_at_the_note(town: Town, leo: Student) -> None:
    teacher = town.sign_in()
    save(teacher, town, {town.maya: "reached", leo: "reached"}, **{f"summary-{leo.id}": "x" * 10_001})
    page = refused(teacher)
    assert f'href="#summary-{leo.id}"' in page
    assert re.search(rf'id="summary-{leo.id}"[^>]*aria-invalid="true"', page)


def test_whom_one_should_not_have_called_is_said_as_by_the_single_form(town: Town, leo: Student) -> None:
    lin = town.rows(select(Guardian.id).where(Guardian.given_name == "Lin"))[0]
    link = town.session.scalars(select(Guardianship).where(Guardianship.guardian_id == lin)).one()
    link.may_contact = False
    town.commit()
    teacher = town.sign_in()
    save(teacher, town, {town.maya: "reached", leo: "reached"}, **{f"guardian-{leo.id}": lin})
    assert "Lin may not be contacted about Leo. The contact is kept" in teacher.follow().text


def test_of_many_warnings_the_notice_tells_as_many_as_it_holds(town: Town) -> None:
    section = town.session.scalars(select(Section)).one()
    students = [town.world.student(town.school, given_name=f"S{number}") for number in range(MOST_WARNINGS + 2)]
    common: dict[str, object] = {}
    for student in students:
        barred = town.world.guardian(student, given_name="Wei")
        link = town.session.scalars(select(Guardianship).where(Guardianship.guardian_id == barred.id)).one()
        link.may_contact = False
        town.world.family(student)
        common[f"guardian-{student.id}"] = barred.id
    town.world.teaches(town.teacher, section, *students)
    town.commit()
    teacher = town.sign_in()
    save(teacher, town, dict.fromkeys(students, "reached"), **common)
    page = teacher.follow().text
    assert page.count("Wei may not be contacted about") == MOST_WARNINGS
    assert "2 more warnings like these" in page


def test_a_page_that_another_account_opened_is_not_saved(town: Town, leo: Student) -> None:
    teacher = town.sign_in()
    save(teacher, town, {town.maya: "reached"}, draft_of="somebody-else", **{f"summary-{town.maya.id}": "Long words."})
    page = refused(teacher)
    assert "Somebody else was signed in" in page
    assert "Long words." in page
    assert town.rows(select(Contact)) == []


def test_a_group_larger_than_a_page_goes_on_on_the_next(town: Town) -> None:
    section = town.session.scalars(select(Section)).one()
    choir = [
        town.world.student(town.school, given_name=f"S{number}", family_name="Zuniga") for number in range(MOST + 4)
    ]
    for student in choir:
        town.world.family(student)
    town.world.teaches(town.teacher, section, *choir)
    town.commit()
    teacher = town.sign_in()
    first = teacher.get(page_of(town))
    assert len(zlib.compress(first.data)) < 38_000
    assert first.text.count('name="student"') == MOST
    assert "5 students more are on the next page" in first.text
    following = re.search(r'href="(/contacts/many[^"]*after=[^"]*)"', first.text)
    assert following
    assert teacher.get(following[1].replace("&amp;", "&")).text.count('name="student"') == 5


def test_the_undo_of_many_asks_no_more_of_the_database_for_whose_they_are(town: Town, leo: Student) -> None:
    """What each contact's own undo takes is not counted here: only who may."""
    one, two = (
        [town.world.contact(student, staff_id=town.teacher.id).id for student in students]
        for students in ([town.maya], [town.maya, town.maya])
    )
    town.commit()
    person = town.sign_in()
    asked = []
    for ids in (one, two):
        with counted(town) as statements:
            person.send(f"/contacts/many/undo?ids={'.'.join(map(str, ids))}")
        assert person.last is not None
        assert person.last.status_code == 303
        asked.append(len([each for each in statements if "min(family_member" in each or "FROM safety_alert" in each]))
    assert asked == [2, 2]


@contextmanager
def counted(town: Town) -> Iterator[list[str]]:
    statements: list[str] = []

    def one(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    with town.app.app_context():
        engine = town.app.extensions["sqlalchemy"].engine
    event.listen(engine, "before_cursor_execute", one)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", one)
