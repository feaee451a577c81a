"""Logging a contact: kept once, what was typed stays, undone and put back, and only for families one works with."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from models import AccountRole, AuditEvent, Contact, Guardian, Outcome, Request, RequestState
from tests.web.conftest import Person, Town


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


def test_logging_leaves_a_line_in_the_trail_with_its_reason(town: Town) -> None:
    log(town.sign_in(), town)

    [line] = town.rows(select(AuditEvent).where(AuditEvent.action == "log_contact"))
    assert line.granted_because == "teaches Maya in Algebra I"


def test_without_a_family_the_page_asks_for_one(town: Town) -> None:
    teacher = town.sign_in()
    teacher.get("/contacts/new")
    assert teacher.last is not None
    found = teacher.get(teacher.last.headers["Location"] + "&q=del")

    assert f"/contacts/new?family={town.delgado.id}" in found.text


def test_save_and_log_another_leads_to_the_next_family(town: Town) -> None:
    teacher = log(town.sign_in(), town, then="another")
    assert teacher.last is not None

    assert teacher.last.headers["Location"] == "/families?for=log"
    assert town.rows(select(func.count()).select_from(Contact)) == [1]
