"""Questions of families on the page: taken, handed over, answered, closed and taken back; never over another's head."""

from __future__ import annotations

import csv
import io
import re

import pytest
from markupsafe import escape
from sqlalchemy import select

from models import (
    AccountRole,
    AuditEvent,
    FamilyMember,
    Message,
    MessageKind,
    MessageState,
    Outreach,
    Request,
    RequestEvent,
    RequestEventKind,
    RequestState,
    SafetyAlert,
    School,
    Staff,
)
from tests.web.asked import SEEN, UNDO, asked, colleague, of_rosa, seen_by, stands
from tests.web.conftest import Town
from tests.world import NOW


def test_a_waiting_question_stands_with_its_clock_and_its_words(town: Town) -> None:
    asked(town)
    page = town.sign_in().get("/requests").text

    assert "Can Maya retake Friday&#39;s test?" in page
    assert re.search(r'class="clock late".*?school days over', page, re.DOTALL)
    assert page.count('<svg class="strip"') == 1


def test_nothing_waiting_teaches_what_comes_here(town: Town) -> None:
    page = town.sign_in().get("/requests").text

    assert "Nothing is waiting" in page
    assert "write down what it asked" in page


def test_the_board_is_narrowed_by_its_address(town: Town) -> None:
    asked(town)
    town.world.request(town.delgado, town.school, question="Whom do I call about the bus?", guardian_id=None,
                       state=RequestState.ANSWERED, answered_at=NOW)  # fmt: skip
    town.commit()
    counselor = town.sign_in(AccountRole.COUNSELOR)

    assert "retake" in counselor.get("/requests?whose=school").text
    assert "retake" not in counselor.get("/requests?whose=mine").text
    assert "retake" not in counselor.get("/requests?department=counseling&whose=everybody").text
    assert "retake" in counselor.get("/requests?section=over").text
    assert "about the bus" in counselor.get("/requests?section=ended").text
    assert "retake" in counselor.get("/requests?whose=whoever&department=nowhere&section=never&school=x").text
    assert counselor.get("/requests?section=over&after=nonsense").status_code == 404


def test_a_question_about_a_brother_whom_the_teacher_does_not_teach_keeps_its_words_and_its_owner(town: Town) -> None:
    leo = town.world.student(town.school, given_name="Leo")
    town.world.add(FamilyMember(family_id=town.delgado.id, student_id=leo.id, from_on=NOW.date()))
    ito = colleague(town)
    number = asked(town, student_id=leo.id, words="Why was Leo sent home?", owner_staff_id=ito.id)
    teacher = town.sign_in()

    assert "sent home" not in teacher.get(f"/requests/{number}").text
    assert "sent home" not in teacher.get("/requests?whose=everybody").text
    for step, typed in (
        ("take", {}), ("hostile", {}), ("close", {"reason": "x"}), ("answer", {"body": "x"}),
        ("hand-over", {"to": f"staff:{town.teacher.id}"}),
    ):  # fmt: skip
        assert teacher.send(f"/requests/{number}/{step}", "/account", **typed).status_code == 422, step
    assert (stands(town).owner_staff_id, stands(town).state) == (ito.id, RequestState.OPEN)
    assert "sent home" in town.sign_in(AccountRole.COUNSELOR).get(f"/requests/{number}").text


def test_a_question_is_taken_from_the_board_and_given_back(town: Town) -> None:
    number = asked(town)
    counselor = town.sign_in(AccountRole.COUNSELOR)
    seen = seen_by(counselor, number)
    answer = counselor.send(f"/requests/{number}/take", None, seen=seen, next=f"/requests?whose=mine#question-{number}")

    assert answer.headers["Location"].endswith(f"#question-{number}")
    assert stands(town).owner_staff_id == counselor.staff_id
    undo = UNDO.search(counselor.get("/requests").text)
    assert undo
    counselor.send(undo[1])
    assert "as it stood before" in counselor.follow().text
    assert stands(town).owner_staff_id == town.teacher.id


def test_a_question_is_closed_only_with_a_reason_and_the_closing_is_taken_back_with_its_old_clock(town: Town) -> None:
    number = asked(town)
    teacher, page, due = town.sign_in(), f"/requests/{number}", stands(town).due_at
    assert teacher.send(f"{page}/close", page, reason="  ").status_code == 422
    assert 'id="reason-error"' in (teacher.last.text if teacher.last else "")
    teacher.send(f"{page}/close", page, reason="Was asked by mistake.", seen=seen_by(teacher, number))
    assert stands(town).state is RequestState.CLOSED
    undo = UNDO.search(teacher.follow().text)
    assert undo
    teacher.send(undo[1])

    assert (stands(town).state, stands(town).due_at) == (RequestState.OPEN, due)


def test_a_closed_question_is_opened_again_with_a_new_clock(town: Town) -> None:
    number = asked(town)
    teacher, page, due = town.sign_in(), f"/requests/{number}", stands(town).due_at
    teacher.send(f"{page}/close", page, reason="Spam")
    teacher.send(f"{page}/reopen", page)

    assert stands(town).state is RequestState.OPEN
    assert stands(town).due_at != due


def test_a_question_is_handed_to_a_colleague_who_then_sees_the_family_and_the_family_is_told(town: Town) -> None:
    number, ito = of_rosa(town), colleague(town)
    teacher, due = town.sign_in(), stands(town).due_at
    page = f"/requests/{number}"
    teacher.send(f"{page}/hand-over", page, to=f"staff:{ito.id}", why="Knows her best.", seen=seen_by(teacher, number))
    assert "the family is told who has it" in teacher.follow().text
    (told,) = town.rows(select(Message))

    assert (stands(town).owner_staff_id, stands(town).due_at) == (ito.id, due)
    assert (told.kind, told.state) == (MessageKind.NOTICE, MessageState.SCHEDULED)
    assert "la tiene ahora K. Ito" in told.body


def test_who_gives_a_family_out_of_their_hands_may_take_that_back_and_the_family_hears_nothing(town: Town) -> None:
    number = of_rosa(town)
    (hillside,) = town.session.scalars(select(School).where(School.name == "Hillside High"))
    ito = town.world.staff(hillside, display_name="K. Ito")
    town.commit()
    teacher = town.sign_in()
    # of a family that this teacher sees only because its question is theirs
    town.session.get_one(Request, number).family_id = town.stranger.id
    town.session.get_one(Request, number).student_id = None
    town.commit()
    page = f"/requests/{number}"
    teacher.send(f"{page}/hand-over", page, to=f"staff:{ito.id}", seen=seen_by(teacher, number))
    undo = UNDO.search(teacher.follow().text)
    assert undo
    assert teacher.get(page).status_code == 404
    teacher.send(undo[1])

    assert stands(town).owner_staff_id == town.teacher.id
    assert teacher.get(page).status_code == 200
    assert {message.state for message in town.rows(select(Message))} <= {MessageState.CANCELLED}


def test_nobody_takes_back_what_another_did_with_a_family_they_may_not_see(town: Town) -> None:
    number = town.world.request(town.stranger, town.school).id
    event = town.world.add(
        RequestEvent(request_id=number, kind=RequestEventKind.TAKEN, at=NOW, by_account_id=None, detail={})
    )
    town.commit()
    assert town.sign_in().send(f"/requests/{number}/undo/{event.id}").status_code == 404


def test_a_question_is_handed_over_by_the_directory(town: Town) -> None:
    number = asked(town)
    office = town.staff[AccountRole.RECORDER]
    line = town.world.whom_to_ask(town.school)
    town.commit()
    teacher = town.sign_in()
    assert "School bus: Transportation" in teacher.get(f"/requests/{number}").text
    teacher.send(f"/requests/{number}/hand-over", f"/requests/{number}", to=f"line:{line.id}")

    assert stands(town).owner_staff_id == office


def test_a_hand_over_that_cannot_be_says_why_beside_its_field_and_keeps_what_was_typed(town: Town) -> None:
    number = asked(town)
    teacher = town.sign_in()
    elsewhere = town.world.staff(town.world.school(name="Hillside Middle"))
    town.commit()
    for to in ("", "nobody", "staff:x", "department:kitchen", f"staff:{town.teacher.id}", "line:99",
               f"staff:{elsewhere.id}"):  # fmt: skip
        answer = teacher.send(f"/requests/{number}/hand-over", f"/requests/{number}", to=to, why="Knows her best.")
        assert answer.status_code == 422, to
        assert 'id="to-error"' in answer.text, to
        assert 'value="Knows her best."' in answer.text, to
    assert stands(town).owner_staff_id == town.teacher.id


def test_hostile_gives_it_to_an_administrator_in_one_tap_and_nothing_is_sent(town: Town) -> None:
    number, principal = of_rosa(town), town.staff[AccountRole.ADMINISTRATOR]
    teacher, due = town.sign_in(), stands(town).due_at
    teacher.send(f"/requests/{number}/hostile", None, seen=seen_by(teacher, number))
    assert "nothing was sent to the family" in teacher.follow().text

    assert (stands(town).owner_staff_id, stands(town).due_at, stands(town).hostile_at) == (principal, due, NOW)
    assert town.rows(select(Message)) == []
    assert ("hostile_request", number) in {(one.action, one.subject_id) for one in town.rows(select(AuditEvent))}


@pytest.mark.parametrize(
    ("step", "typed"),
    [
        ("take", {}), ("hostile", {}), ("close", {"reason": "A typed reason"}),
        ("hand-over", {"to": "department:counseling", "why": "A typed reason"}),
        ("answer", {"body": "A typed reason", "language_confirmed": "yes"}),
    ],
)  # fmt: skip
def test_of_two_people_at_one_question_the_second_is_told_and_loses_nothing(
    town: Town, step: str, typed: dict[str, str]
) -> None:
    number = of_rosa(town)
    town.session.get_one(Staff, town.staff[AccountRole.RECORDER]).display_name = "K. Ito"
    town.commit()
    first, second = town.sign_in(AccountRole.RECORDER), town.sign_in(AccountRole.COUNSELOR)
    page = f"/requests/{number}"
    seen = seen_by(second, number)
    way = re.search(r'name="way"[^>]*value="([^"]+)"', second.get(page).text)
    assert way
    first.send(f"{page}/take", "/account", seen=seen)
    before = len(town.rows(select(RequestEvent)))
    answer = second.send(f"{page}/{step}", "/account", seen=seen, way=way[1], **typed)

    assert answer.status_code == 409
    assert "has moved on since you opened it" in answer.text
    assert "K. Ito took it." in answer.text
    assert "A typed reason" in answer.text or not typed
    assert len(town.rows(select(RequestEvent))) == before
    assert town.rows(select(Outreach)) == []
    again = SEEN.search(answer.text)
    assert again
    assert second.send(f"{page}/{step}", "/account", seen=again[1], way=way[1], **typed).status_code == 303


def test_what_was_typed_stays_also_where_the_department_has_handed_it_over_meanwhile(town: Town) -> None:
    number, ito = of_rosa(town), colleague(town)
    teacher, counselor, page = town.sign_in(), town.sign_in(AccountRole.COUNSELOR), f"/requests/{number}"
    seen = seen_by(counselor, number)
    teacher.send(f"{page}/hand-over", page, to=f"staff:{ito.id}", why="On a trip.", seen=seen)
    typed = {"to": "department:counseling", "why": "Typed at length"}
    answer = counselor.send(f"{page}/hand-over", "/account", seen=seen, **typed)

    assert answer.status_code == 409
    assert "L. Alvarez handed it over to K. Ito" in answer.text
    assert "only an administrator hands it on" in answer.text
    assert "Typed at length" in answer.text


def test_what_was_typed_stays_also_where_the_question_was_answered_meanwhile(town: Town) -> None:
    number = of_rosa(town)
    counselor, page = town.sign_in(AccountRole.COUNSELOR), f"/requests/{number}"
    seen = seen_by(counselor, number)
    town.sign_in().send(f"{page}/close", page, reason="She found it.", seen=seen)
    answer = counselor.send(
        f"{page}/hand-over", "/account", seen=seen, to="department:counseling", why="Typed at length"
    )

    assert answer.status_code == 409
    assert "What you had typed" in answer.text
    assert "Typed at length" in answer.text


def test_an_answer_in_one_s_own_words_goes_out_from_the_page_and_is_seen_by_the_next(town: Town) -> None:
    number = of_rosa(town)
    teacher, page = town.sign_in(), f"/requests/{number}"
    shown = teacher.get(page).text
    box = re.search(r'<textarea[^>]*name="body"[^>]*>(.*?)</textarea>', shown, re.DOTALL)
    assert box
    assert box[1] == "", "never a ready draft"
    way = re.search(r'name="way"[^>]*value="(\d+-sms)"', shown)
    key = re.search(r'name="form_key" value="([^"]+)"', shown)
    assert way
    assert key
    typed = {"way": way[1], "body": "Sí, el jueves.", "seen": seen_by(teacher, number), "form_key": key[1]}
    refused = teacher.send(f"{page}/answer", page, **typed)
    assert refused.status_code == 422
    assert 'id="language_confirmed-error"' in refused.text
    assert "Sí, el jueves." in refused.text
    for _press in range(2):
        assert teacher.send(f"{page}/answer", page, language_confirmed="yes", **typed).status_code == 303
    (message,) = town.rows(select(Message))

    assert (message.kind, message.body) == (MessageKind.ANSWER, "Sí, el jueves.")
    assert stands(town).state is RequestState.OPEN, "until it has arrived"
    assert "An answer by L. Alvarez is on its way" in town.sign_in(AccountRole.COUNSELOR).get(page).text
    assert "An answer by L. Alvarez is on its way" in teacher.get("/requests").text


@pytest.mark.parametrize(
    ("left_out", "field"), [("way", "way-first"), ("body", "body"), ("title", "title")]
)  # fmt: skip
def test_an_answer_that_lacks_something_says_so_beside_its_field(town: Town, left_out: str, field: str) -> None:
    number = of_rosa(town)
    teacher, page = town.sign_in(), f"/requests/{number}"
    way = re.search(r'value="(\d+-email)"', teacher.get(page).text)
    assert way
    typed = {"way": way[1], "body": "Sí.", "title": "Maya", "language_confirmed": "yes"} | {left_out: ""}
    answer = teacher.send(f"{page}/answer", page, **typed)

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text


def test_an_open_question_without_an_address_says_to_call(town: Town) -> None:
    number = town.world.request(town.stranger, town.school, owner_staff_id=town.teacher.id).id
    town.commit()

    assert "Call, visit or send a note" in town.sign_in().get(f"/requests/{number}").text


def test_words_kept_for_the_safety_list_are_neither_shown_nor_closed(town: Town) -> None:
    contact = town.world.contact(town.maya, summary="dangerous words")
    number = asked(town, words="dangerous words", contact_id=contact.id)
    town.world.add(SafetyAlert(school_id=town.school.id, contact_id=contact.id, raised_at=NOW))
    town.commit()
    teacher = town.sign_in()

    assert "dangerous words" not in teacher.get(f"/requests/{number}").text
    assert teacher.send(f"/requests/{number}/close", "/account", reason="x").status_code == 422
    assert stands(town).state is RequestState.OPEN


def test_what_only_readers_of_the_words_do_only_they_take_back(town: Town) -> None:
    number = asked(town)
    counselor = town.sign_in(AccountRole.COUNSELOR)
    assert counselor.send(f"/requests/{number}/close", "/account", reason="settled by phone").status_code == 303
    closing = town.rows(select(RequestEvent).where(RequestEvent.kind == RequestEventKind.NO_ANSWER_NEEDED))[0]
    contact = town.world.contact(town.maya, summary="dangerous words")
    town.session.get_one(Request, number).opened_by_contact_id = contact.id
    town.world.add(SafetyAlert(school_id=town.school.id, contact_id=contact.id, raised_at=NOW))
    town.commit()

    teacher = town.sign_in()
    assert "settled by phone" not in teacher.get(f"/requests/{number}").text
    assert teacher.send(f"/requests/{number}/undo/{closing.id}", "/account").status_code == 422
    assert stands(town).state is not RequestState.OPEN


def test_a_question_of_a_strange_family_is_not_there(town: Town) -> None:
    number = town.world.request(town.stranger, town.school).id
    town.commit()
    teacher = town.sign_in()

    assert teacher.get(f"/requests/{number}").status_code == 404
    for step in ("take", "close", "hand-over", "hostile", "reopen", "answer"):
        assert teacher.send(f"/requests/{number}/{step}", None, reason="x").status_code == 404, step


def test_what_is_past_due_is_one_list_for_counselors_and_administrators_only(town: Town) -> None:
    asked(town)
    assert town.sign_in().get("/requests/past-due").status_code == 403
    assert town.sign_in().get("/requests/past-due.csv").status_code == 403
    page = town.sign_in(AccountRole.COUNSELOR).get("/requests/past-due").text

    assert "Can Maya retake Friday&#39;s test?" in page
    assert "asked 5 school days ago" in page
    assert "not yet" in page


def test_nothing_past_due_says_when_something_comes_there(town: Town) -> None:
    assert "two school days as a rule" in town.sign_in(AccountRole.COUNSELOR).get("/requests/past-due").text


@pytest.mark.parametrize("words", ['=HYPERLINK("http://x")', "+1", "-2", "@SUM(A1)", "\tx", "  =1", "|calc"])
def test_the_file_of_what_is_past_due_runs_nothing_in_a_spreadsheet(town: Town, words: str) -> None:
    asked(town, words=f"{words} Can we talk?")
    town.session.get_one(Request, 1).question = f"{words} Can we talk?"
    town.commit()
    counselor = town.sign_in(AccountRole.COUNSELOR)
    answer = counselor.get("/requests/past-due.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["Content-Disposition"]
    heading, row = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))

    assert len(heading) == len(row)
    assert all(not cell.lstrip().startswith(("=", "+", "-", "@", "|")) for cell in row)
    assert any(cell.endswith("Can we talk?") for cell in row)
    (trail,) = (one for one in town.rows(select(AuditEvent)) if one.action == "export")
    assert trail.detail == {"list": "past_due", "rows": 1}


def test_the_room_speaks_spanish(town: Town) -> None:
    number = of_rosa(town)
    counselor = town.sign_in(AccountRole.COUNSELOR)
    spanish = {"Accept-Language": "es"}
    board = counselor.get("/requests?whose=everybody", headers=spanish).text
    page = counselor.get(f"/requests/{number}", headers=spanish).text
    past_due = counselor.get("/requests/past-due", headers=spanish).text

    assert "Esperan respuesta" in board
    assert "días de clases fuera de plazo" in board
    assert "Responder con sus propias palabras" in page
    assert "Rosa Delgado preguntó." in page
    assert "Fuera de plazo" in past_due


@pytest.mark.parametrize("words", ['["%(a)s",{"b":1}]', '["[' + "[" * 3_000, '["Undo",{}, 1]'])
def test_no_words_of_a_family_break_a_page(town: Town, words: str) -> None:
    number = asked(town, words=words)
    home = f"/families/{town.delgado.id}"
    for role, page in ((AccountRole.TEACHER, f"/requests/{number}"), (AccountRole.COUNSELOR, "/requests")):
        person = town.sign_in(role)
        for address in ("/", page, home, f"/contacts/new?family={town.delgado.id}"):
            assert person.get(address).status_code == 200, (role, address)
    assert escape(words[:40]) in town.sign_in().get(f"/requests/{number}").text
