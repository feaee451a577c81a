"""A form that comes in twice (a lost answer sent again, a double click) is one step, answered alike."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from models import AccountRole, Assignment, AuditEvent, Message, RequestEvent, RequestState
from tests.web.asked import UNDO, asked, colleague, of_rosa, seen_by, stands
from tests.web.conftest import Town
from tests.world import NOW


@pytest.mark.parametrize("step", ["take", "hand-over", "hostile", "close"])
def test_a_step_sent_twice_is_done_once_and_told_alike_with_its_undo(town: Town, step: str) -> None:
    number, ito, counselor = of_rosa(town), colleague(town), town.sign_in(AccountRole.COUNSELOR)
    fields = {"seen": seen_by(counselor, number), "to": f"staff:{ito.id}", "why": "Knows her.", "reason": "Settled."}
    told = []
    for _press in range(2):
        counselor.send(f"/requests/{number}/{step}", "/account", **fields)
        told.append(UNDO.findall(counselor.follow().text))
    assert told[0]
    assert told[1] == told[0], "the same step is taken back"
    assert town.rows(select(func.count()).select_from(RequestEvent)) == [2]
    assert len(town.rows(select(Message))) == (step == "hand-over"), "and the family hears of it once"
    steps = select(AuditEvent).where(AuditEvent.action.like("%_request"), AuditEvent.subject_id == number)
    assert len(town.rows(steps)) == 1
    counselor.send(told[1][0])
    assert "as it stood before" in counselor.follow().text
    assert (stands(town).owner_staff_id, stands(town).state) == (town.teacher.id, RequestState.OPEN)


def test_a_question_opened_again_twice_is_told_alike(town: Town) -> None:
    number, teacher = of_rosa(town), town.sign_in()
    teacher.send(f"/requests/{number}/close", "/account", reason="Spam")
    seen = seen_by(teacher, number)
    for _press in range(2):
        teacher.send(f"/requests/{number}/reopen", "/account", seen=seen)
        assert "Open again." in teacher.follow().text


@pytest.mark.parametrize(
    ("step", "other"), [("close", {"reason": "Another reason."}), ("hand-over", {"why": "Another reason."})]
)
def test_the_same_step_with_something_else_is_not_taken_for_a_repeat(
    town: Town, step: str, other: dict[str, str]
) -> None:
    number, ito, counselor = of_rosa(town), colleague(town), town.sign_in(AccountRole.COUNSELOR)
    fields = {"seen": seen_by(counselor, number), "to": f"staff:{ito.id}", "why": "Knows her.", "reason": "Settled."}
    counselor.send(f"/requests/{number}/{step}", "/account", **fields)
    assert counselor.send(f"/requests/{number}/{step}", "/account", **(fields | other)).status_code == 409


def test_a_hand_over_to_somebody_on_leave_sent_twice_is_told_alike(town: Town) -> None:
    ito, bell = colleague(town), colleague(town, "P. Bell")
    number, counselor, today = of_rosa(town), town.sign_in(AccountRole.COUNSELOR), NOW.date()
    ito.leave_from, ito.leave_until, ito.substitute_id = today, today + timedelta(days=9), bell.id
    town.commit()
    fields = {"seen": seen_by(counselor, number), "to": f"staff:{ito.id}", "why": "Knows her."}
    for _press in range(2):
        counselor.send(f"/requests/{number}/hand-over", "/account", **fields)
        assert "Handed over to P. Bell" in counselor.follow().text
    assert stands(town).owner_staff_id == bell.id


@pytest.mark.parametrize("step", ["hand-over", "hostile", "close"])
def test_who_gave_the_family_out_of_hand_with_a_step_is_told_of_it_alike_when_its_form_comes_twice(
    town: Town, step: str
) -> None:
    ito, number, person = colleague(town), asked(town), town.sign_in()
    town.session.scalars(select(Assignment).where(Assignment.staff_id == town.teacher.id)).one().active = False
    town.commit()
    fields = {"seen": seen_by(person, number), "to": f"staff:{ito.id}", "reason": "Settled."}
    told = []
    for _press in range(2):
        person.send(f"/requests/{number}/{step}", "/account", **fields)
        told.append(UNDO.findall(person.follow().text))
    assert person.get(f"/requests/{number}").status_code == 404, "the family is out of these hands"
    assert told[0]
    assert told[1] == told[0]
    assert person.send(f"/requests/{number}/{step}", "/account", to=f"staff:{ito.id}").status_code == 404
