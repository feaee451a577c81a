"""Logging a contact: kept once, what was typed stays, undone and put back, and only for families one works with."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from models import (
    AccountRole,
    AuditEvent,
    Contact,
    FamilyMember,
    Guardian,
    Guardianship,
    Initiator,
    Outcome,
    Request,
    RequestState,
)
from outreach.language import said
from tests.web.conftest import Person, Town
from tests.world import YEAR_STARTS


def log(person: Person, town: Town, **fields: object) -> Person:
    page = f"/contacts/new?family={town.delgado.id}"
    form = {
        "family_id": town.delgado.id, "client_key": "one-form",
        "guardian_id": town.rows(select(Guardian.id).order_by(Guardian.id))[0],
        "channel": "phone", "began": "me", "outcome": "reached", **fields,
    }  # fmt: skip
    person.send("/contacts/new", page, **form)
    return person


def test_a_call_is_logged_in_three_taps_and_stands_in_the_conversation(town: Town) -> None:
    teacher = log(town.sign_in(), town, summary="She will hand it in on Friday.", helped="yes")
    page = teacher.follow()

    assert "Saved: phone with Rosa Delgado, reached." in page.text
    assert "She will hand it in on Friday." in page.text
    [contact] = town.rows(select(Contact))
    assert contact.staff_id == town.teacher.id
    assert contact.said_it_helped is True
    assert contact.outcome is Outcome.REACHED


def test_a_form_that_is_sent_twice_is_one_contact(town: Town) -> None:
    teacher = town.sign_in()
    log(log(teacher, town) and teacher, town)

    assert len(town.rows(select(Contact))) == 1


def test_what_was_logged_is_undone_by_the_button_in_the_notice_and_put_back_by_the_next(town: Town) -> None:
    teacher = log(town.sign_in(), town)
    undo = re.search(r'action="(/contacts/\d+/undo)"', teacher.follow().text)
    assert undo
    teacher.send(undo[1])
    page = teacher.follow().text
    assert "It no longer counts" in page
    [contact] = town.rows(select(Contact))
    assert contact.voided_at is not None
    restore = re.search(r'action="(/contacts/\d+/restore)"', page)
    assert restore
    teacher.send(restore[1])

    assert [each.voided_at for each in town.rows(select(Contact))] == [None]


def test_a_refused_form_keeps_what_was_typed_and_leads_to_the_field(town: Town) -> None:
    teacher = log(town.sign_in(), town, day="2027-01-01", summary="Long words that took a while.")
    assert teacher.last is not None

    assert teacher.last.status_code == 422
    assert "Long words that took a while." in teacher.last.text
    assert 'class="problems"' in teacher.last.text
    assert 'href="#day"' in teacher.last.text
    assert 'value="one-form"' in teacher.last.text
    assert town.rows(select(Contact)) == []


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"channel": ""}, "Say how it was"),
        ({"outcome": ""}, "Say what came of it"),
        ({"began": "other"}, "Say who at school it was"),
        ({"day": "yesterday"}, "The day must look like"),
        ({"clock": "noonish"}, "The time must look like"),
    ],
)
def test_what_is_missing_is_said_in_a_sentence(town: Town, fields: dict[str, object], sentence: str) -> None:
    teacher = log(town.sign_in(), town, **fields)
    assert teacher.last is not None

    assert teacher.last.status_code == 422
    assert sentence in teacher.last.text


def test_a_contact_with_a_family_of_others_is_not_to_be_had(town: Town) -> None:
    teacher = town.sign_in()
    teacher.send("/contacts/new", None, family_id=town.stranger.id, channel="phone", outcome="reached")
    assert teacher.last is not None

    assert teacher.last.status_code == 404
    assert teacher.get(f"/contacts/new?family={town.stranger.id}").status_code == 404
    assert town.rows(select(Contact)) == []


def test_a_call_that_reached_answers_the_question_and_one_that_did_not_leaves_it_open(town: Town) -> None:
    asked = town.world.request(town.delgado, town.school, owner_staff_id=town.teacher.id)
    town.commit()
    teacher = log(town.sign_in(), town, outcome="no_answer", answers_request_id=asked.id)
    assert "stays open: nobody was reached" in teacher.follow().text
    assert [each.state for each in town.rows(select(Request))] == [RequestState.OPEN]
    log(teacher, town, client_key="second", answers_request_id=asked.id)

    assert [each.state for each in town.rows(select(Request))] == [RequestState.ANSWERED]


def test_a_question_that_came_by_phone_gets_a_clock(town: Town) -> None:
    log(town.sign_in(), town, began="family", question="Can Maya retake Friday's test?")

    [asked] = town.rows(select(Request))
    assert asked.question == "Can Maya retake Friday's test?"
    assert asked.due_at is not None
    assert asked.owner_staff_id == town.teacher.id


def test_a_recorder_logs_for_a_teacher(town: Town) -> None:
    recorder = log(town.sign_in(AccountRole.RECORDER), town, began="other", staff_id=town.teacher.id)

    assert recorder.follow().status_code == 200
    assert [each.staff_id for each in town.rows(select(Contact))] == [town.teacher.id]


def test_a_contact_is_corrected_by_its_owner_and_by_nobody_else_but_an_administrator(town: Town) -> None:
    teacher = log(town.sign_in(), town)
    [contact] = town.rows(select(Contact))
    address = f"/contacts/{contact.id}/correct"
    assert town.sign_in(AccountRole.COUNSELOR).get(address).status_code == 403
    assert town.sign_in(AccountRole.ADMINISTRATOR).get(address).status_code == 200
    teacher.send(address, address, family_id=town.delgado.id, channel="phone", began="me", outcome="left_message")

    assert [each.outcome for each in town.rows(select(Contact))] == [Outcome.LEFT_MESSAGE]
    assert "Corrected" in teacher.follow().text


def test_a_corrected_contact_shows_what_stood_before(town: Town) -> None:
    teacher = log(town.sign_in(), town, summary="She will call back.")
    [contact] = town.rows(select(Contact))
    address = f"/contacts/{contact.id}/correct"
    history = f"/families/{town.delgado.id}/contacts/{contact.id}/history"
    assert "Never changed" in teacher.get(history).text
    fields = {"family_id": town.delgado.id, "guardian_id": contact.guardian_id, "channel": "phone", "began": "me"}
    when = {"day": "2026-11-24", "clock": "10:00"}
    teacher.send(address, address, **fields, **when, outcome="left_message", summary="She did not call.")
    assert f'href="{history}"' in teacher.get(address).text
    page = teacher.get(history).text

    assert re.search(r"Corrected <span[^>]*>Tue 24 Nov, 10 am · L. Alvarez</span>", page)
    assert re.search(r"What came of it</th><td><del[^>]*>Reached</del></td><td><ins[^>]*>Left a message</ins>", page)
    assert re.search(r"Note</th><td><del[^>]*>She will call back.</del></td>", page)
    assert ">When</th>" not in page


def test_a_correction_of_an_answer_leaves_it_an_answer(town: Town) -> None:
    asked = town.world.request(town.delgado, town.school, owner_staff_id=town.teacher.id)
    town.commit()
    teacher = log(town.sign_in(), town, answers_request_id=asked.id)
    [contact] = town.rows(select(Contact))
    address = f"/contacts/{contact.id}/correct"
    shown = teacher.get(address).text
    kept = re.search(r'name="answers_request_id" value="(\d+)"', shown)
    assert kept
    fields = {"guardian_id": contact.guardian_id, "channel": "phone", "began": "me", "outcome": "reached"}
    teacher.send(address, address, **fields, summary="A note.", answers_request_id=kept[1])

    assert [each.state for each in town.rows(select(Request))] == [RequestState.ANSWERED]


def test_logging_leaves_a_line_in_the_trail_with_its_reason(town: Town) -> None:
    log(town.sign_in(), town)

    [line] = town.rows(select(AuditEvent).where(AuditEvent.action == "log_contact"))
    assert said(line.granted_because) == "teaches Maya in Algebra I"


def test_without_a_family_the_page_asks_for_a_student_and_two_letters_find_one(town: Town) -> None:
    teacher = town.sign_in()
    assert 'role="search"' in teacher.get("/contacts/new").text
    for letters in ("ma", "de", "ro"):
        found = teacher.get(f"/contacts/find?q={letters}")
        assert f"/contacts/new?family={town.delgado.id}&amp;student={town.maya.id}" in found.text, letters
    assert "No student with “zz”" in teacher.get("/contacts/find?q=zz").text


def test_a_script_that_types_along_gets_only_the_list_as_options(town: Town) -> None:
    found = town.sign_in().get("/contacts/find?q=ma", headers={"HX-Request": "true"}).text

    assert 'role="option"' in found
    assert "<html" not in found
    assert "Rosa Delgado, phone" in found


def test_families_of_others_are_found_by_nobody_here(town: Town) -> None:
    assert "No student with “noah”" in town.sign_in().get("/contacts/find?q=noah").text


def test_whom_one_logged_about_stands_below_the_search_and_what_worked_last_with_it(town: Town) -> None:
    teacher = town.sign_in()
    assert "Students you work with" in teacher.get("/contacts/new").text
    log(teacher, town, channel="sms", outcome="replied")
    page = teacher.get("/contacts/new").text

    assert "Lately" in page
    assert "Rosa Delgado, text · worked last on 24 Nov" in page


def test_save_and_log_another_leads_to_the_next_family(town: Town) -> None:
    teacher = log(town.sign_in(), town, then="another")
    assert teacher.last is not None

    assert teacher.last.headers["Location"] == "/contacts/new"
    assert town.rows(select(func.count()).select_from(Contact)) == [1]


def refused(person: Person) -> str:
    assert person.last is not None
    assert person.last.status_code == 422
    return person.last.text


def test_a_colleague_left_in_the_hidden_list_does_not_count_where_i_did_it(town: Town) -> None:
    log(town.sign_in(), town, began="me", staff_id=town.staff[AccountRole.COUNSELOR])

    assert [each.staff_id for each in town.rows(select(Contact))] == [town.teacher.id]


def test_whom_the_family_turned_to_is_the_viewer_unless_somebody_is_named(town: Town) -> None:
    counselor = town.staff[AccountRole.COUNSELOR]
    teacher = log(town.sign_in(), town, began="family")
    log(teacher, town, began="family", staff_id=counselor, client_key="second")

    assert [each.staff_id for each in town.rows(select(Contact).order_by(Contact.id))] == [town.teacher.id, counselor]


@pytest.mark.parametrize("began", ["other", "family"])
def test_nobody_who_does_not_work_at_the_family_s_schools_can_be_named(town: Town, began: str) -> None:
    stranger = town.world.staff(town.world.school())
    town.commit()
    teacher = log(town.sign_in(), town, began=began, staff_id=stranger.id)
    assert "Choose somebody who works at this family’s schools." in refused(teacher)
    assert 'href="#staff_id"' in refused(teacher)
    log(teacher, town, began=began, staff_id="nobody")
    assert "Say who at school it was." in refused(teacher)

    assert town.rows(select(Contact)) == []


def test_a_correction_names_only_colleagues_or_whoever_stands_there(town: Town) -> None:
    stranger, moved = (town.world.staff(town.world.school(), display_name=name) for name in ("S. Tran", "M. Oved"))
    contact = town.world.contact(town.maya, staff_id=moved.id)
    town.commit()
    address = f"/contacts/{contact.id}/correct"
    administrator = town.sign_in(AccountRole.ADMINISTRATOR)
    assert f'<option value="{moved.id}" selected>M. Oved' in administrator.get(address).text
    fields = {"channel": "phone", "began": "other", "outcome": "left_message"}
    administrator.send(address, address, **fields, staff_id=stranger.id)
    assert "Choose somebody who works" in refused(administrator)
    assert "S. Tran" not in refused(administrator)
    administrator.send(address, address, **fields, staff_id=moved.id)

    assert administrator.follow().status_code == 200
    assert [(one.staff_id, one.outcome) for one in town.rows(select(Contact))] == [(moved.id, Outcome.LEFT_MESSAGE)]


@pytest.mark.parametrize("began", ["other", "family"])
def test_a_contact_that_names_nobody_at_school_can_be_corrected_and_stays_so(town: Town, began: str) -> None:
    side = Initiator.FAMILY if began == "family" else Initiator.SCHOOL
    contact = town.world.contact(town.maya, staff_id=None, initiator=side)
    town.commit()
    address = f"/contacts/{contact.id}/correct"
    administrator = town.sign_in(AccountRole.ADMINISTRATOR)
    assert '<option value="">Not said</option>' in administrator.get(address).text
    fields = {"channel": "phone", "began": began, "staff_id": "", "outcome": "left_message"}
    administrator.send(address, address, **fields)

    assert administrator.follow().status_code == 200
    assert [(one.staff_id, one.outcome) for one in town.rows(select(Contact))] == [(None, Outcome.LEFT_MESSAGE)]


def test_a_question_too_long_is_said_at_the_question(town: Town) -> None:
    teacher = log(town.sign_in(), town, began="family", question="x" * 4_001)
    page = refused(teacher)

    assert "The question has 4001 characters; 4000 is the most that fits." in page
    assert re.search(r'id="question"[^>]*maxlength="4000" aria-invalid="true"', page)


def test_two_cards_for_one_guardian_are_two_calls(town: Town) -> None:
    sister = town.world.student(town.school, given_name="Ana")
    town.session.add(FamilyMember(family_id=town.delgado.id, student_id=sister.id, from_on=YEAR_STARTS))
    rosa = town.session.scalars(select(Guardian.id).where(Guardian.given_name == "Rosa")).one()
    town.session.add(Guardianship(guardian_id=rosa, student_id=sister.id))
    cards = [(town.maya.id, 1), (town.maya.id, 2), (sister.id, 1)]
    form = f"/contacts/new?family={town.delgado.id}"
    town.commit()
    teacher = town.sign_in()
    pages = [teacher.get(f"{form}&student={student}&outreach={outreach}").text for student, outreach in cards]
    marks = {mark for page in pages for mark in re.findall(r'data-call="([^"]*)"', page)}

    assert len(marks) == 3
