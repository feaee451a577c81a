"""A family's question is answered in a person's own words: by text, by e-mail, by a call that is logged. Nothing typed
is lost, and what was taken back or did not arrive can be sent again."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from models import (
    AccountRole,
    AuditEvent,
    Channel,
    Message,
    MessageKind,
    Outreach,
    OutreachState,
    RequestState,
    RiskReason,
)
from outreach.risk import score_families
from tests.web.asked import of_rosa, seen_by, stands, way_of
from tests.web.conftest import Person, Town
from tests.world import NOW

BOX = re.compile(r'<textarea[^>]*name="body"[^>]*>(.*?)</textarea>', re.DOTALL)
BACK = re.compile(r'action="(/plan/\d+/undo[^"]*)"')


def answer(person: Person, number: int, channel: str = "sms", **typed: object) -> None:
    page = f"/requests/{number}"
    fields = {"way": way_of(person, number, channel), "body": "Sí, el jueves.", "language_confirmed": "yes"} | typed
    person.send(f"{page}/answer", page, seen=seen_by(person, number), **fields)


def box(person: Person) -> str:
    assert person.last is not None
    found = BOX.search(person.last.text)
    assert found
    return found[1]


@pytest.mark.parametrize(("channel", "more"), [("sms", {}), ("email", {"title": "El examen de Maya"})])
def test_an_answer_leaves_by_the_way_that_was_chosen(town: Town, channel: str, more: dict[str, str]) -> None:
    number, teacher = of_rosa(town), town.sign_in()
    answer(teacher, number, channel, **more)
    assert "on its way" in teacher.follow().text
    (message,) = town.rows(select(Message))

    assert (message.channel, message.kind, message.body) == (Channel(channel), MessageKind.ANSWER, "Sí, el jueves.")
    assert message.title == more.get("title")
    assert stands(town).state is RequestState.OPEN, "until it has arrived"


def test_a_call_that_is_logged_from_the_question_answers_it(town: Town) -> None:
    number, teacher = of_rosa(town), town.sign_in()
    link = re.search(r'href="(/contacts/new\?[^"]*request=\d+[^"]*)"', teacher.get(f"/requests/{number}").text)
    assert link
    form = link[1].replace("&amp;", "&")
    page = teacher.get(form).text
    assert re.search(rf'name="answers_request_id" value="{number}"[^>]*checked', page)
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    hidden.pop("csrf_token", None)
    guardian = stands(town).guardian_id
    teacher.send(
        "/contacts/new", form,
        **(hidden | {"student_ids": town.maya.id, "guardian_id": guardian, "channel": "phone", "outcome": "reached",
                     "answers_request_id": number}),
    )  # fmt: skip
    assert teacher.last is not None
    assert teacher.last.status_code == 303, teacher.last.text

    assert stands(town).state is RequestState.ANSWERED


@pytest.mark.parametrize(
    ("lacks", "field"), [({"way": "999-sms"}, "way-first"), ({"body": "  "}, "body"), ({"title": ""}, "title"),
                         ({"language_confirmed": None}, "language_confirmed"), ({"body": "[name]"}, "body")]
)  # fmt: skip
def test_an_answer_that_is_refused_says_why_and_loses_nothing(
    town: Town, lacks: dict[str, str | None], field: str
) -> None:
    number, teacher = of_rosa(town), town.sign_in()
    typed = {"body": "Sí, a las diez.", "title": "El examen"} | lacks
    answer(teacher, number, "email", **typed)
    assert teacher.last is not None

    assert teacher.last.status_code == 422
    assert f'id="{field}-error"' in teacher.last.text
    assert box(teacher) == typed["body"]
    assert f'name="title" value="{typed["title"]}"' in teacher.last.text
    assert town.rows(select(Message)) == []
    assert town.rows(select(Outreach)) == []


def test_an_answer_taken_back_stands_in_its_box_again_and_still_answers_the_question(town: Town) -> None:
    number, teacher = of_rosa(town), town.sign_in()
    answer(teacher, number, "email", title="El examen")
    undo = BACK.search(teacher.follow().text)
    assert undo
    teacher.send(undo[1].replace("&amp;", "&"))
    page = teacher.follow()
    assert page.request.path == f"/requests/{number}"
    assert box(teacher) == "Sí, el jueves."
    assert 'value="El examen"' in page.text
    assert re.search(r'value="\d+-email" checked', page.text)
    assert "is on its way" not in page.text
    key = re.search(r'name="form_key" value="([^"]+)"', page.text)
    assert key
    answer(teacher, number, "sms", form_key=key[1])

    sent = [one for one in town.rows(select(Outreach)) if one.state is not OutreachState.CANCELLED]
    assert [one.evidence["request_id"] for one in sent] == [number]


@pytest.mark.parametrize("taken_back", [True, False])
def test_the_page_before_sends_no_answer_unsaid_and_keeps_its_words(town: Town, taken_back: bool) -> None:
    """Send, take back, and the browser's Back button; or Back alone."""
    number, teacher = of_rosa(town), town.sign_in()
    page, body = f"/requests/{number}", "Mejor el viernes."
    fields = {"way": way_of(teacher, number, "sms"), "language_confirmed": "yes", "seen": seen_by(teacher, number),
              "form_key": "one-form"}  # fmt: skip
    teacher.send(f"{page}/answer", page, body="Sí, el jueves.", **fields)
    teacher.send(f"{page}/answer", page, body="Sí, el jueves.", **fields)
    assert "on its way" in teacher.follow().text, "a second click is the same answer"
    assert len(town.rows(select(AuditEvent).where(AuditEvent.action == "answer_request"))) == 1
    (row,) = town.rows(select(Outreach))
    if taken_back:
        teacher.send(f"/plan/{row.id}/undo")
    teacher.send(f"{page}/answer", page, body=body, **fields)
    assert teacher.last is not None
    assert teacher.last.status_code == 422
    assert "This form was sent before, and nothing was sent now." in teacher.last.text
    assert box(teacher) == body
    assert town.rows(select(Message.body)) == ["Sí, el jueves."]
    shown = dict(re.findall(r'name="(form_key|seen)" value="([^"]+)"', teacher.last.text))
    teacher.send(f"{page}/answer", page, **(fields | shown | {"body": body}))
    assert "on its way" in teacher.follow().text
    assert town.rows(select(Message.body).order_by(Message.id)) == ["Sí, el jueves.", body]


def test_an_answer_planned_for_later_and_taken_back_still_belongs_to_its_question(town: Town) -> None:
    number, teacher = of_rosa(town), town.sign_in()
    answer(teacher, number)
    (row,) = town.rows(select(Outreach))
    teacher.send(f"/plan/{row.id}/undo")

    assert f'name="request" value="{number}"' in teacher.follow().text


def test_the_words_of_an_answer_that_did_not_arrive_can_be_taken_again(town: Town) -> None:
    number, teacher = of_rosa(town), town.sign_in()
    answer(teacher, number)
    (row,) = town.rows(select(Outreach))
    town.session.get_one(Outreach, row.id).state = OutreachState.FAILED
    town.commit()
    page = teacher.get(f"/requests/{number}").text
    assert "did not go out" in page
    again = re.search(r'href="(/requests/\d+\?again=\d+)#answer"', page)
    assert again
    teacher.get(again[1])

    assert box(teacher) == "Sí, el jueves."


def test_words_written_to_another_family_are_not_taken_into_a_question(town: Town) -> None:
    number, teacher = of_rosa(town), town.sign_in()
    answer(teacher, number)
    (row,) = town.rows(select(Outreach))
    ann = town.world.request(town.stranger, town.school, owner_staff_id=town.teacher.id).id
    town.commit()

    for address in (f"/requests/{ann}?again={row.id}", f"/requests/{number}?again=9999", f"/requests/{number}?again=x"):
        shown = teacher.get(address)
        assert shown.status_code == 200, address
        assert "Sí, el jueves." not in (BOX.search(shown.text) or ["", ""])[1]


def test_a_recorder_logs_answers_and_writes_none(town: Town) -> None:
    number, recorder = of_rosa(town), town.sign_in(AccountRole.RECORDER)
    page = recorder.get(f"/requests/{number}").text

    assert "Log the answer you gave" in page
    assert 'name="body"' not in page
    refused = recorder.send(f"/requests/{number}/answer", "/account", way="1-sms", body="Yes", language_confirmed="yes")
    assert refused.status_code == 403
    assert town.rows(select(Message)) == []


def test_a_question_closed_as_needing_no_answer_takes_its_points_along_at_once(town: Town) -> None:
    number, teacher = of_rosa(town), town.sign_in()
    score_families(town.session, NOW, [town.delgado.id])
    town.commit()
    due = select(RiskReason).where(RiskReason.code == "unanswered_request")
    assert [reason.family_id for reason in town.rows(due)] == [town.delgado.id]
    page = f"/requests/{number}"
    teacher.send(f"{page}/close", page, reason="She found it herself.", seen=seen_by(teacher, number))

    assert town.rows(due) == []
    assert stands(town).no_answer_needed == "She found it herself."
