"""Nobody's work stays with somebody who is not there."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Band, Case, Message, MessageState, Outreach, OutreachState, StaffRole
from outreach.language import said, speaking
from outreach.planning import NewMessage, approve, find_living_owners, plan_night, write_by_hand
from tests.planning.scene import NIGHT, Scene
from tests.world import NOW


def test_all_is_well_changes_nothing(session: Session, scene: Scene) -> None:
    home = scene.home(Band.HIGH)
    scene.world.request(home.family, scene.school, owner_staff_id=scene.teacher.id)
    plan_night(session, NIGHT)
    assert set(find_living_owners(session, NOW).as_dict().values()) == {0}


@pytest.mark.parametrize("away", [{"active": False}, {"leave_from": date(2026, 11, 20)}])
def test_requests_and_suggestions_go_to_the_substitute(session: Session, scene: Scene, away: dict[str, object]) -> None:
    home, other = scene.home(Band.HIGH), scene.home()
    request = scene.world.request(other.family, scene.school, owner_staff_id=scene.teacher.id)
    plan_night(session, NIGHT)
    substitute = scene.world.staff(scene.school)
    scene.teacher.substitute_id = substitute.id
    for name, value in away.items():
        setattr(scene.teacher, name, value)
    session.flush()
    figures = find_living_owners(session, NOW)
    assert (figures.requests, figures.suggestions) == (1, 2)
    session.refresh(request)
    assert request.owner_staff_id == substitute.id
    row = session.scalars(select(Outreach).where(Outreach.family_id == home.family.id)).one()
    assert row.staff_id == substitute.id
    assert set(find_living_owners(session, NOW).as_dict().values()) == {0}, "a second night changes nothing"


def test_a_departed_senders_scheduled_message_is_cancelled_and_says_why(session: Session, scene: Scene) -> None:
    home = scene.home()
    message = NewMessage(
        form_key="k", family_id=home.family.id, guardian_id=home.guardian.id, student_ids=(home.student.id,),
        channel="sms", body="See you on Friday, Rosa.",  # type: ignore[arg-type]
    )  # fmt: skip
    row = write_by_hand(session, scene.viewer(), message, NOW)
    scene.teacher.active = False
    session.flush()
    assert find_living_owners(session, NOW).cancelled == 1
    assert row.state is OutreachState.CANCELLED
    assert said(row.state_reason) == "L. Alvarez has left; the message did not go out."
    with speaking("es"):
        assert "L. Alvarez" in said(row.state_reason)
        assert "has left" not in said(row.state_reason)
    assert session.scalars(select(Message.state)).all() == [MessageState.CANCELLED]


def test_the_message_of_somebody_on_leave_still_goes_out(session: Session, scene: Scene) -> None:
    scene.home(Band.HIGH)
    plan_night(session, NIGHT)
    row = approve(session, scene.viewer(), scene.only().id, NOW)
    scene.teacher.leave_from = date(2026, 11, 24)
    session.flush()
    assert find_living_owners(session, NOW).cancelled == 0
    assert row.state is OutreachState.SCHEDULED


def test_families_of_students_who_left_get_nothing_further(session: Session, scene: Scene) -> None:
    home = scene.home(Band.HIGH)
    plan_night(session, NIGHT)
    row = approve(session, scene.viewer(), scene.only().id, NOW)
    home.student.active = False
    session.flush()
    assert find_living_owners(session, NOW).cancelled == 1
    assert row.state_reason == "The student has left the school."


def test_a_case_goes_to_the_substitute_else_back_on_the_list(session: Session, scene: Scene) -> None:
    counselor = scene.world.staff(scene.school, role=StaffRole.COUNSELOR)
    cases = [
        scene.world.add(
            Case(
                family_id=scene.home(Band.HIGH).family.id, opened_at=NIGHT, codes=[], points=6,
                claimed_by=counselor.id, claimed_at=NIGHT,
            )
        )
    ]  # fmt: skip
    counselor.active = False
    session.flush()
    assert find_living_owners(session, NOW).cases == 1
    assert (cases[0].claimed_by, cases[0].claimed_at) == (None, None)


@pytest.mark.parametrize("gone", [{"active": False}, {"left_on": NOW.date()}], ids=["inactive", "left"])
def test_the_families_of_a_counselor_who_left_go_to_the_schools_fallback(
    session: Session, scene: Scene, gone: dict[str, object]
) -> None:
    counselor = scene.world.staff(scene.school, role=StaffRole.COUNSELOR)
    fallback = scene.world.staff(scene.school, role=StaffRole.ADMINISTRATOR)
    scene.school.fallback_staff_id = fallback.id
    home = scene.home()
    home.family.owner_staff_id = counselor.id
    for name, value in gone.items():
        setattr(counselor, name, value)
    session.flush()
    assert find_living_owners(session, NOW).families == 1
    session.refresh(home.family)
    assert home.family.owner_staff_id == fallback.id
