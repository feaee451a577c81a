"""Requests and the counselor's queue: steps that are kept, refused in a sentence, and undone."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from models import AccountRole, Case, CaseState, FamilyMember, Request, RequestState
from outreach.risk import score_families, tend_cases
from tests.web.conftest import Town
from tests.world import NOW


def asked(town: Town) -> int:
    made = town.world.request(town.delgado, town.school, owner_staff_id=town.teacher.id).id
    town.commit()
    return made


def in_the_queue(town: Town) -> None:
    town.world.request(town.delgado, town.school, owner_staff_id=town.teacher.id)
    town.world.mark(town.maya, 58)
    score_families(town.session, NOW)
    tend_cases(town.session, NOW)
    town.commit()


def test_a_waiting_question_stands_with_its_clock(town: Town) -> None:
    asked(town)
    page = town.sign_in().get("/requests").text

    assert "Can Maya retake Friday&#39;s test?" in page
    assert re.search(r'class="clock late".*?school days over', page, re.DOTALL)


def test_a_question_about_a_brother_whom_the_teacher_does_not_teach_keeps_its_words(town: Town) -> None:
    leo = town.world.student(town.school, given_name="Leo")
    town.world.add(FamilyMember(family_id=town.delgado.id, student_id=leo.id, from_on=NOW.date()))
    number = town.world.request(town.delgado, town.school, student_id=leo.id, question="Why was Leo sent home?").id
    town.commit()

    assert "sent home" not in town.sign_in().get(f"/requests/{number}").text
    assert "sent home" in town.sign_in(AccountRole.COUNSELOR).get(f"/requests/{number}").text


def test_nothing_waiting_says_so(town: Town) -> None:
    assert "Nothing is waiting" in town.sign_in().get("/requests").text


def test_a_question_is_closed_only_with_a_reason_and_opens_again(town: Town) -> None:
    number = asked(town)
    teacher = town.sign_in()
    page = f"/requests/{number}"
    teacher.send(f"{page}/close", page, reason="  ")
    assert teacher.last is not None
    assert teacher.last.status_code == 422
    teacher.send(f"{page}/close", page, reason="Was asked by mistake.")
    assert [each.state for each in town.rows(select(Request))] == [RequestState.CLOSED]
    assert f"{page}/reopen" in teacher.follow().text
    teacher.send(f"{page}/reopen")

    assert [each.state for each in town.rows(select(Request))] == [RequestState.OPEN]


def test_a_question_is_handed_to_a_colleague_who_then_sees_the_family(town: Town) -> None:
    number = asked(town)
    other = town.world.staff(town.school, display_name="K. Ito")
    town.world.account(other, AccountRole.TEACHER, email="ito@example.org")
    town.commit()
    teacher = town.sign_in()
    due = town.rows(select(Request.due_at))
    teacher.send(f"/requests/{number}/hand-over", f"/requests/{number}", staff_id=other.id, why="Knows her best.")
    assert "due time stays" in teacher.follow().text

    assert town.rows(select(Request.owner_staff_id)) == [other.id]
    assert town.rows(select(Request.due_at)) == due


def test_a_question_of_a_strange_family_is_not_there(town: Town) -> None:
    number = town.world.request(town.stranger, town.school).id
    town.commit()
    teacher = town.sign_in()
    teacher.send(f"/requests/{number}/close", None, reason="x")
    assert teacher.last is not None

    assert teacher.last.status_code == 404
    assert teacher.get(f"/requests/{number}").status_code == 404


def test_the_queue_is_the_counselors_and_says_why(town: Town) -> None:
    in_the_queue(town)
    assert town.sign_in().get("/queue").status_code == 403
    page = town.sign_in(AccountRole.COUNSELOR).get("/queue").text

    assert "Delgado" in page
    assert 'class="band high"' in page
    assert "Math 58%" in page
    assert "A sign, not a verdict" in page


def test_an_empty_queue_says_so_and_so_does_a_narrow_one(town: Town) -> None:
    counselor = town.sign_in(AccountRole.COUNSELOR)
    assert "Nobody is waiting here" in counselor.get("/queue").text
    in_the_queue(town)

    assert "No family matches" in counselor.get("/queue?grade=12").text
    assert "Delgado" in counselor.get("/queue?grade=09&language=es&reason=work_below_average").text
    assert "Delgado" in counselor.get("/queue?grade=none&language=&reason=nothing&whose=whoever").text


def test_a_family_is_claimed_given_back_snoozed_resolved_and_taken_up_again(town: Town) -> None:
    in_the_queue(town)
    counselor = town.sign_in(AccountRole.COUNSELOR)
    step = f"/queue/{town.delgado.id}"
    counselor.send(f"{step}/claim", "/queue", next="/queue?whose=open")
    assert counselor.last is not None
    assert counselor.last.headers["Location"] == "/queue?whose=open"
    assert town.rows(select(Case.claimed_by)) == [counselor.staff_id]
    counselor.send(f"{step}/release", "/queue")
    counselor.send(f"{step}/snooze", "/queue", days="7")
    assert "Nobody is waiting here" in counselor.follow().text
    counselor.send(f"{step}/wake")
    counselor.send(f"{step}/resolve", "/queue", resolution="Met the family on Monday.")
    assert town.rows(select(Case.state)) == [CaseState.RESOLVED]
    undo = re.search(r'action="(/queue/cases/\d+/undo)"', counselor.follow().text)
    assert undo
    counselor.send(undo[1])

    assert town.rows(select(Case.state)) == [CaseState.OPEN]


def test_a_step_that_cannot_be_taken_says_why(town: Town) -> None:
    in_the_queue(town)
    counselor = town.sign_in(AccountRole.COUNSELOR)
    counselor.send(f"/queue/{town.delgado.id}/resolve", "/queue", resolution=" ")

    assert "Say in a few words how it was resolved" in counselor.follow().text


@pytest.mark.parametrize("address", ["//elsewhere.example", "https://elsewhere.example", "/\\elsewhere.example"])
def test_a_page_never_sends_anybody_elsewhere(town: Town, address: str) -> None:
    in_the_queue(town)
    counselor = town.sign_in(AccountRole.COUNSELOR)
    counselor.send(f"/queue/{town.delgado.id}/claim", "/queue", next=address)
    assert counselor.last is not None

    assert counselor.last.headers["Location"] == "/queue"
