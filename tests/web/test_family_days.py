"""Days of a family's page are those of its school, wherever the reader is; and no typed day breaks a page."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import select

from models import (
    AccountRole,
    Band,
    Contact,
    FamilyMember,
    Hold,
    HoldReason,
    MembershipCause,
    RiskHistory,
    Staff,
)
from tests.web.conftest import Town


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}-06:00")


@pytest.fixture
def out_west(town: Town) -> Town:
    """Who reads is two hours west of the school, where half past midnight is the day before."""
    for staff_id in town.staff.values():
        town.session.get_one(Staff, staff_id).timezone = "America/Los_Angeles"
    return town


def test_changes_stand_on_the_school_s_day(out_west: Town) -> None:
    town = out_west
    ana = town.world.student(town.school, given_name="Ana")
    town.world.add(
        FamilyMember(
            family_id=town.delgado.id, student_id=ana.id, from_on=date(2026, 11, 12),
            cause=MembershipCause.GUARDIANS_CHANGED,
        )
    )  # fmt: skip
    town.world.add(Hold(family_id=town.delgado.id, reason=HoldReason.COURT, from_at=local("20T00:30")))
    for day, band in (("16T01:00", Band.LOW), ("18T01:00", Band.HIGH)):
        town.world.add(
            RiskHistory(
                family_id=town.delgado.id, points=1, band=band, codes=[], computed_at=local(day), config_version="x"
            )
        )
    town.commit()
    page = town.sign_in(AccountRole.COUNSELOR).get(f"/families/{town.delgado.id}").text

    assert "Thu 12 Nov: Ana belongs to this family" in page
    assert "Fri 20 Nov: On hold from here on" in page
    assert "Wed 18 Nov: Hear from us" in page
    assert "Placed Fri 20 Nov." in page


@pytest.mark.parametrize(
    ("until", "words"),
    [("25T00:00", "Until the end of Tue 24 Nov."), ("25T15:00", "Until Wed 25 Nov, 3 pm.")],
)
def test_a_hold_is_said_to_stand_until_the_end_of_its_last_day(out_west: Town, until: str, words: str) -> None:
    town = out_west
    hold = Hold(
        family_id=town.delgado.id, reason=HoldReason.COURT, from_at=local("20T00:30"), until_at=local(until)
    )  # fmt: skip
    town.world.add(hold)
    town.commit()

    assert words in town.sign_in(AccountRole.COUNSELOR).get(f"/families/{town.delgado.id}").text


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_a_day_at_the_end_of_time_is_a_slip_of_the_hand(town: Town, day: str) -> None:
    counselor = town.sign_in(AccountRole.COUNSELOR)
    form = f"/families/{town.delgado.id}/hold"
    assert counselor.send(form, form, reason="crisis", note="", last_day=day).status_code == 422
    for name in ("from", "until"):
        answer = counselor.get(f"/families/{town.delgado.id}/print?student={town.maya.id}&{name}={day}")
        assert answer.status_code == 422
        assert "This day is more than thirty years away; correct its year." in answer.text
        assert f'id="{name}-error"' in answer.text


def test_the_question_that_a_contact_answered_is_named_by_its_day(town: Town) -> None:
    asked = town.world.request(town.delgado, town.school, owner_staff_id=town.teacher.id)
    contact = town.world.contact(
        town.maya, staff_id=town.teacher.id, answers_request_id=asked.id, occurred_at=local("19T10:00")
    )
    town.commit()
    teacher = town.sign_in()
    page = f"/contacts/{contact.id}/correct"
    teacher.send(page, page, channel="phone", began="me", outcome="reached", guardian_id="", answers_request_id="")
    history = teacher.get(f"/families/{town.delgado.id}/contacts/{contact.id}/history").text

    assert [each.answers_request_id for each in town.rows(select(Contact))] == [None]
    assert ">the question of Tue 17 Nov</del>" in history
    assert ">nothing</ins>" in history
