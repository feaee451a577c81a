"""A teacher logs a contact: who began it is derived, what cannot be is refused in a sentence, a repeat is one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import (
    Channel,
    Contact,
    ContactStudent,
    Department,
    Guardianship,
    Initiator,
    Outcome,
    Request,
    RequestState,
    RiskReason,
    RiskScore,
    StaffRole,
)
from outreach.contacts import (
    OUTCOMES_OF_CHANNEL,
    OUTCOMES_WHERE_FAMILY_BEGAN,
    ContactRefused,
    contact_warnings,
    log_contact,
    warnings_of_contact,
)
from tests.contacts.homes import YESTERDAY, Home
from tests.world import NOW, World


def test_a_teachers_call_is_a_teachers_contact_of_teaching(delgado: Home) -> None:
    contact = delgado.log()
    assert (contact.initiator, contact.department) == (Initiator.TEACHER, Department.TEACHING)
    assert (contact.recorded_at, contact.recorded_by) == (NOW, delgado.account.id)


def test_a_counselors_call_is_the_schools_also_when_the_form_said_teacher(delgado: Home) -> None:
    lowe = delgado.world.staff(delgado.school, role=StaffRole.COUNSELOR)
    contact = delgado.log(staff_id=lowe.id, initiator=Initiator.TEACHER)
    assert (contact.initiator, contact.department) == (Initiator.SCHOOL, Department.COUNSELING)


def test_somebody_at_school_needs_no_name(delgado: Home) -> None:
    contact = delgado.log(staff_id=None)
    assert (contact.initiator, contact.department) == (Initiator.SCHOOL, None)


def test_a_contact_may_be_about_several_students(delgado: Home, session: Session) -> None:
    leo = delgado.world.student(delgado.school, given_name="Leo")
    delgado.world.add(Guardianship(student_id=leo.id, guardian_id=delgado.rosa.id))
    contact = delgado.log(student_ids=(leo.id, delgado.maya.id, leo.id))
    kept = session.scalars(select(ContactStudent.student_id).where(ContactStudent.contact_id == contact.id))
    assert set(kept) == {delgado.maya.id, leo.id}


def test_the_familys_score_moves_at_once(delgado: Home, session: Session) -> None:
    delgado.school.log_began = date(2026, 8, 17)
    delgado.log(outcome=Outcome.NO_ANSWER, occurred_at=NOW - timedelta(days=2))
    codes = select(RiskReason.code).where(RiskReason.family_id == delgado.family.id)
    assert "no_personal_contact" in set(session.scalars(codes))
    before = session.get_one(RiskScore, delgado.family.id).points
    delgado.log(now=NOW + timedelta(minutes=1))
    assert "no_personal_contact" not in set(session.scalars(codes))
    session.expire_all()
    assert session.get_one(RiskScore, delgado.family.id).points < before


@pytest.mark.parametrize(
    ("values", "sentence", "field"),
    [
        ({"student_ids": ()}, "Choose the student", "student_ids"),
        ({"student_ids": (987654,)}, "does not exist", "student_ids"),
        ({"staff_id": 987654}, "does not exist", "staff_id"),
        ({"guardian_id": 987654}, "does not exist", "guardian_id"),
        ({"occurred_at": NOW + timedelta(minutes=6)}, "in the future", "occurred_at"),
        ({"occurred_at": NOW - timedelta(days=9000)}, "twenty years", "occurred_at"),
        ({"outcome": Outcome.DELIVERED}, "“delivered” does not fit a phone call; choose one of: reached", "outcome"),
        ({"channel": Channel.SMS}, "“reached” does not fit a text", "outcome"),
        ({"initiator": Initiator.FAMILY, "outcome": Outcome.WRONG_NUMBER}, "the family began", "outcome"),
        ({"language": "Spanish!"}, "not a language", "language"),
        ({"answers_request_id": 987654}, "does not exist", "answers_request_id"),
        ({"question": "When?"}, "Only a contact that the family began", "question"),
        ({"summary": "x" * 10_001}, "Shorten it", "summary"),
    ],
)
def test_what_cannot_be_is_refused_with_the_field_and_what_to_do(
    delgado: Home, session: Session, values: dict[str, Any], sentence: str, field: str
) -> None:
    with pytest.raises(ContactRefused, match=sentence) as refused:
        delgado.log(**values)
    assert refused.value.field == field
    assert session.scalar(select(func.count()).select_from(Contact)) == 0


def test_a_phone_that_is_a_little_ahead_of_our_clock_is_no_future(delgado: Home) -> None:
    assert delgado.log(occurred_at=NOW + timedelta(minutes=4)).id


def test_a_guardian_of_somebody_else_is_refused_by_name(delgado: Home) -> None:
    stranger = delgado.world.guardian(delgado.world.student(delgado.school), given_name="Tom", family_name="Becker")
    with pytest.raises(ContactRefused, match="Tom Becker is not a guardian of Maya Delgado"):
        delgado.log(guardian_id=stranger.id)


def test_a_contact_with_a_barred_guardian_is_kept_and_warned_of(delgado: Home, session: Session) -> None:
    link = session.scalar(select(Guardianship).where(Guardianship.guardian_id == delgado.rosa.id))
    assert link is not None
    link.may_contact = False
    contact = delgado.log()
    assert warnings_of_contact(session, contact.id) == [
        "Rosa may not be contacted about Maya. The contact is kept; tell your administrator about it."
    ]
    they_called = replace(delgado.new(), initiator=Initiator.FAMILY)
    assert "do not reply" in contact_warnings(session, they_called)[0]


def test_rights_emergency_and_an_ended_guardianship_are_warned_of(delgado: Home, session: Session) -> None:
    link = session.scalar(select(Guardianship).where(Guardianship.guardian_id == delgado.rosa.id))
    assert link is not None
    link.holds_rights, link.emergency_only, link.ended_on = False, True, date(2026, 10, 1)
    warnings = contact_warnings(session, delgado.new())
    assert [word in warning for word, warning in zip(("emergency", "rights", "since 1 Oct"), warnings, strict=True)]
    assert contact_warnings(session, delgado.new(guardian_id=None)) == []


def test_on_the_evening_before_a_guardianship_ends_nobody_is_warned(delgado: Home, session: Session) -> None:
    link = session.scalar(select(Guardianship).where(Guardianship.guardian_id == delgado.rosa.id))
    assert link is not None
    link.ended_on = date(2026, 11, 25)
    evening = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)  # seven o'clock on the 24th in Chicago
    assert contact_warnings(session, delgado.new(occurred_at=evening)) == []
    assert len(contact_warnings(session, delgado.new(occurred_at=evening + timedelta(days=1)))) == 1


def test_words_are_kept_without_what_no_database_keeps(delgado: Home) -> None:
    assert delgado.log(summary=" Missing \x00work 🙏\r\nUnit 3 ").summary == "Missing work 🙏\nUnit 3"
    assert delgado.log(summary="  ").summary is None


def test_a_repeated_submit_is_one_contact(delgado: Home, session: Session) -> None:
    first = delgado.log(client_key="form-1")
    again = delgado.log(client_key="form-1", summary="a second click")
    assert again.id == first.id
    assert session.scalar(select(func.count()).select_from(Contact)) == 1
    other = delgado.world.account(None)
    assert log_contact(session, delgado.new(client_key="form-1"), NOW, other.id).id != first.id


def test_a_call_from_the_family_that_leaves_a_question_opens_its_request(delgado: Home, session: Session) -> None:
    contact = delgado.log(initiator=Initiator.FAMILY, outcome=Outcome.LEFT_MESSAGE, question="When is the conference?")
    request = session.scalar(select(Request))
    assert request is not None
    assert (request.opened_by_contact_id, request.opened_at) == (contact.id, YESTERDAY)
    assert (request.owner_staff_id, request.question) == (delgado.alvarez.id, "When is the conference?")


def test_an_answer_stops_the_clock_at_the_time_of_the_call(delgado: Home) -> None:
    request = delgado.asks(NOW - timedelta(days=2))
    delgado.log(answers_request_id=request.id)
    assert (request.state, request.answered_at) == (RequestState.ANSWERED, YESTERDAY)
    assert request.first_response_at == YESTERDAY


@pytest.mark.parametrize("outcome", [Outcome.LEFT_MESSAGE, Outcome.NO_ANSWER, Outcome.WRONG_NUMBER, Outcome.DECLINED])
def test_an_attempt_does_not_answer(delgado: Home, outcome: Outcome) -> None:
    request = delgado.asks(NOW - timedelta(days=2))
    with pytest.raises(ContactRefused, match="is an attempt"):
        delgado.log(answers_request_id=request.id, outcome=outcome)
    assert request.state is RequestState.OPEN


def test_an_answer_cannot_come_before_the_question_nor_go_to_another_family(delgado: Home, world: World) -> None:
    request = delgado.asks(YESTERDAY)
    with pytest.raises(ContactRefused, match="before the family asked"):
        delgado.log(answers_request_id=request.id, occurred_at=YESTERDAY - timedelta(hours=1))
    stranger = world.student(delgado.school)
    world.family(stranger)
    with pytest.raises(ContactRefused, match="another family"):
        delgado.log(answers_request_id=request.id, student_ids=(stranger.id,), guardian_id=None)


def test_every_channel_offers_an_outcome_to_both_sides() -> None:
    for channel in Channel:
        assert OUTCOMES_OF_CHANNEL[channel]
        assert set(OUTCOMES_WHERE_FAMILY_BEGAN[channel]) <= set(OUTCOMES_OF_CHANNEL[channel])
