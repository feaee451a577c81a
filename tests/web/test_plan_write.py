"""A message of one's own: now, later, week after week, or as the answer to a question."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from models import (
    AccountRole,
    Authored,
    Message,
    MessageKind,
    MessageState,
    Outreach,
    OutreachState,
    Request,
    RequestState,
    SafetyAlert,
)
from tests.web.asked import asked, of_rosa, way_of
from tests.web.conftest import Person, Town
from tests.web.suggestions import change, text_of
from tests.world import NOW


def write(person: Person, town: Town, **fields: object) -> Person:
    page = f"/plan/write?family={town.delgado.id}"
    ways = re.findall(r'name="way" id="[^"]+" value="(\d+-sms)"', person.get(page).text)
    form = {
        "family": town.delgado.id, "form_key": "one-form", "way": ways[0], "body": "Maya trabajó muy bien hoy.",
        "when": "now", "language_confirmed": "yes", **fields,
    }  # fmt: skip
    person.send("/plan/write", page, **form)
    return person


def test_a_text_written_by_hand_leaves_once_after_thirty_seconds_in_which_it_can_be_taken_back(town: Town) -> None:
    teacher = town.sign_in()
    write(write(teacher, town), town)
    told = teacher.follow().text
    assert "In the outbox. Leaves in 30 seconds." in told
    assert town.rows(select(Message.due_at)) == [NOW + timedelta(seconds=30)]
    undo = re.search(r'action="(/plan/\d+/undo)"', told)
    assert undo
    teacher.send(undo[1])
    back = teacher.follow().text
    assert "Stopped: it did not leave." in back
    assert "Maya trabajó muy bien hoy." in back, "and the words stand in the form again"
    assert town.rows(select(Outreach.state)) == [OutreachState.CANCELLED]
    assert town.rows(select(Message.state)) == [MessageState.CANCELLED]


def test_the_form_of_a_message_that_was_taken_back_does_not_claim_to_send_it(town: Town) -> None:
    teacher = write(town.sign_in(), town)
    [touch] = town.rows(select(Outreach.id))
    teacher.send(f"/plan/{touch}/undo")
    write(teacher, town)
    assert "This was sent before, or taken back" in teacher.follow().text
    assert town.rows(select(Message.state)) == [MessageState.CANCELLED]


def test_a_text_for_later_goes_at_that_time_by_the_family_s_clock(town: Town) -> None:
    write(town.sign_in(), town, when="later", day="2026-11-30", hour="17:00")

    assert town.rows(select(Outreach.local_time)) == ["2026-11-30T17:00"]
    assert town.rows(select(Outreach.authored)) == [Authored.WRITTEN]


def test_the_link_that_schedules_a_message_opens_the_form_for_later(town: Town) -> None:
    teacher = town.sign_in()
    family = teacher.get(f"/families/{town.delgado.id}").text
    schedule = re.search(r'href="(/plan/write[^"]*when=later)"', family)
    assert schedule
    form = teacher.get(html.unescape(schedule[1])).text
    assert re.findall(r'name="when" value="(\w+)" checked', form) == ["later"]
    plainly = teacher.get(f"/plan/write?family={town.delgado.id}&when=never").text
    assert re.findall(r'name="when" value="(\w+)" checked', plainly) == ["now"]


def test_what_is_missing_in_a_message_is_said_and_what_was_written_stays(town: Town) -> None:
    teacher = town.sign_in()
    write(teacher, town, when="weekly", day="", hour="", weekly_until="", body="Long words.")
    assert teacher.last is not None
    assert teacher.last.status_code == 422
    assert "Long words." in teacher.last.text
    assert "Say on which day" in teacher.last.text
    assert "Say until when" in teacher.last.text
    write(teacher, town, body="Good work today.", language_confirmed=None)

    assert teacher.last.status_code == 422
    assert "reads another language" in teacher.last.text
    assert town.rows(select(Message)) == []


def test_a_weekly_message_is_shown_with_its_series_ended_and_taken_up_again(town: Town) -> None:
    teacher = town.sign_in()
    write(teacher, town, when="weekly", day="2026-11-24", hour="17:00", weekly_until="2026-12-15")
    [touch] = town.rows(select(Outreach.id))
    page = teacher.get(f"/plan/{touch}").text
    assert "Every week on Tuesday at 5 pm, until Tue 15 Dec." in page
    teacher.send(f"/plan/{touch}/end", f"/plan/{touch}")
    told = teacher.follow().text
    assert "Ended: nothing more of it goes out." in told
    assert town.rows(select(Message.state)) == [MessageState.CANCELLED]
    go_on = re.search(r'action="(/plan/\d+/go-on)"', told)
    assert go_on
    teacher.send(go_on[1])
    assert "It goes on every week" in teacher.follow().text
    assert town.rows(select(Message.state).order_by(Message.id)) == [MessageState.CANCELLED, MessageState.SCHEDULED]
    assert set(town.rows(select(Outreach.repeats_until))) == {"2026-12-15"}


def test_words_written_to_an_open_question_are_its_answer(town: Town) -> None:
    request = town.world.request(town.delgado, town.school, owner_staff_id=town.teacher.id)
    town.commit()
    teacher = town.sign_in()
    assert "Can Maya retake" in teacher.get(f"/plan/write?family={town.delgado.id}&request={request.id}").text
    write(teacher, town, request=request.id)
    assert town.rows(select(Message.kind)) == [MessageKind.ANSWER]


def seen_on(page: str) -> str:
    """The step of the question that the form for a message names."""
    found = re.search(r'name="seen" value="(\d+)"', page)
    assert found
    return found[1]


def test_an_answer_for_a_later_time_is_told_to_whoever_has_the_question_open(town: Town) -> None:
    number, teacher = of_rosa(town), town.sign_in()
    colleague = town.sign_in(AccountRole.COUNSELOR)
    form = f"/plan/write?family={town.delgado.id}&request={number}"
    seen = seen_on(colleague.get(form).text)
    write(teacher, town, request=number, seen=seen_on(teacher.get(form).text))
    assert len(town.rows(select(Message))) == 1
    answered = f"/requests/{number}/answer"
    way = way_of(colleague, number, "sms")
    colleague.send(answered, form, way=way, body="Yes.", language_confirmed="yes", seen=seen)
    assert colleague.last is not None
    assert colleague.last.status_code == 409, "on the question's own page"
    write(colleague, town, request=number, seen=seen, form_key="two", body="Mi respuesta.")
    assert colleague.last.status_code == 409
    assert "has moved on since you opened it" in text_of(colleague)
    assert "L. Alvarez wrote an answer" in text_of(colleague)
    assert "Mi respuesta." in text_of(colleague)
    assert len(town.rows(select(Message))) == 1
    write(colleague, town, request=number, seen=seen_on(text_of(colleague)), form_key="two", body="Mi respuesta.")
    assert len(town.rows(select(Message))) == 2, "having seen it, they decide"


def test_words_kept_for_the_safety_list_are_not_answered_unread(town: Town) -> None:
    contact = town.world.contact(town.maya, summary="dangerous words")
    number = asked(town, words="dangerous words", contact_id=contact.id)
    town.world.add(SafetyAlert(school_id=town.school.id, contact_id=contact.id, raised_at=NOW))
    town.commit()
    teacher = write(town.sign_in(), town, request=number)
    assert teacher.last is not None
    assert teacher.last.status_code == 422
    assert "Only who reads its words does this" in text_of(teacher)
    assert "Maya trabajó muy bien hoy." in text_of(teacher)
    assert town.rows(select(Message)) == []
    write(teacher, town)
    assert town.rows(select(Message.kind)) == [MessageKind.TEACHER], "as a message of its own it may go"


def test_a_question_that_was_answered_meanwhile_is_not_answered_unseen(town: Town) -> None:
    number = of_rosa(town)
    question = town.session.get_one(Request, number)
    question.state, question.answered_at = RequestState.ANSWERED, NOW
    town.commit()
    teacher = write(town.sign_in(), town, request=number)
    assert "The question has been answered or closed since." in text_of(teacher)
    assert town.rows(select(Message)) == []


def test_other_words_in_a_form_that_was_sent_are_not_swallowed(town: Town) -> None:
    teacher = write(town.sign_in(), town)
    write(teacher, town, body="Otras palabras.")
    assert teacher.last is not None
    assert teacher.last.status_code == 422
    assert "This form was sent before" in text_of(teacher)
    assert "Otras palabras." in text_of(teacher)
    assert town.rows(select(Message.body)) == ["Maya trabajó muy bien hoy."]
    key = re.search(r'name="form_key" value="(\w+)"', text_of(teacher))
    assert key
    write(teacher, town, body="Otras palabras.", form_key=key[1])
    assert len(town.rows(select(Message))) == 2


@pytest.mark.parametrize(
    "other", [{"to": "father"}, {"to": "email", "title": "Maya"},
              {"when": "later", "day": "2026-11-30", "hour": "17:00"},
              {"when": "weekly", "day": "2026-11-24", "hour": "17:00", "weekly_until": "2026-12-15"}],
)  # fmt: skip
def test_the_same_words_to_another_or_for_another_time_in_a_form_that_was_sent_are_not_swallowed(
    town: Town, other: dict[str, str]
) -> None:
    father = town.world.guardian(town.maya, language="es", given_name="Luis")
    town.world.phone(father)
    town.commit()
    teacher = write(town.sign_in(), town)
    email = re.search(r'value="(\d+-email)"', teacher.get(f"/plan/write?family={town.delgado.id}").text)
    assert email
    to = {"father": f"{father.id}-sms", "email": email[1]}
    fields = dict(other)
    if "to" in fields:
        fields["way"] = to[fields.pop("to")]
    write(teacher, town, **fields)
    assert teacher.last is not None
    assert teacher.last.status_code == 422
    assert "This form was sent before" in text_of(teacher)
    assert len(town.rows(select(Outreach))) == 1
    key = re.search(r'name="form_key" value="(\w+)"', text_of(teacher))
    assert key
    write(teacher, town, **fields, form_key=key[1])
    write(teacher, town, **fields, form_key=key[1])
    assert "In the outbox." in teacher.follow().text, "a second click is the same message"
    assert len(town.rows(select(Outreach))) == 2


def test_a_weekly_message_that_a_colleague_has_changed_is_not_ended_unseen(town: Town) -> None:
    teacher = town.sign_in()
    write(teacher, town, when="weekly", day="2026-11-24", hour="17:00", weekly_until="2026-12-15")
    [touch] = town.rows(select(Outreach.id))
    form = re.search(rf'action="/plan/{touch}/end">.*?name="seen" value="(\w+)"', teacher.get(f"/plan/{touch}").text)
    assert form
    change(town.sign_in(AccountRole.COUNSELOR), touch, body="Otras.", language_confirmed="yes", hour="17:00")
    teacher.send(f"/plan/{touch}/end", f"/plan/{touch}", seen=form[1])
    assert "changed the words while you had this open" in teacher.follow().text
    assert town.rows(select(Outreach.repeats_until)) == ["2026-12-15"]


def test_nobody_writes_to_a_strange_family_and_a_recorder_to_none(town: Town) -> None:
    assert town.sign_in().get(f"/plan/write?family={town.stranger.id}").status_code == 404
    assert town.sign_in(AccountRole.RECORDER).get(f"/plan/write?family={town.delgado.id}").status_code == 403
