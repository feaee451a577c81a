"""The rules of DESIGN §6: who should hear, in which order, and who is left in peace."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    AccountRole,
    Authored,
    Band,
    Channel,
    Guardianship,
    Hold,
    HoldReason,
    Incident,
    Initiator,
    Outcome,
    OutreachState,
    Purpose,
    StaffRole,
    Subject,
    Topic,
)
from outreach.language import said
from outreach.planning import PlanFilters, assign_to, dismiss, plan_night, plan_page
from tests.planning.scene import NIGHT, Scene
from tests.world import NOW

FRIDAY_EVENING = datetime(2026, 11, 21, 0, 0, tzinfo=UTC)


def test_a_family_at_high_risk_that_heard_nothing_gets_a_hello(session: Session, scene: Scene) -> None:
    home = scene.home(Band.HIGH, reasons={"no_personal_contact": {}})
    figures = plan_night(session, NIGHT)
    row = scene.only()
    assert figures.suggested == 1
    assert figures.by_rule == {"silence": 1}
    assert (row.rule, row.family_id, row.guardian_id, row.staff_id) == (
        "silence", home.family.id, home.guardian.id, scene.teacher.id,
    )  # fmt: skip
    assert row.slot == "2026-W48"
    assert row.planned_for == date(2026, 11, 24)
    assert row.channel is Channel.SMS
    assert row.state is OutreachState.SUGGESTED
    assert row.body is not None
    assert "Rosa" in row.body
    assert "L. Alvarez" in row.body
    assert "Delgado" not in row.body


def test_a_second_night_adds_nothing(session: Session, scene: Scene) -> None:
    for _ in range(7):
        scene.home(Band.HIGH)
    first = plan_night(session, NIGHT)
    again = plan_night(session, NIGHT + timedelta(minutes=20))
    assert first.suggested == 5
    assert again.suggested == 0
    assert len(scene.planned()) == 5


def test_at_most_five_families_a_teacher_a_day_and_the_neediest_first(session: Session, scene: Scene) -> None:
    behind = [scene.home(Band.ELEVATED) for _ in range(4)]
    silent = [scene.home(Band.HIGH) for _ in range(3)]
    figures = plan_night(session, NIGHT)
    rows = scene.planned()
    assert len(rows) == 5
    assert {row.family_id for row in rows if row.rule == "silence"} == {home.family.id for home in silent}
    assert sum(row.family_id in {home.family.id for home in behind} for row in rows) == 2
    assert figures.waiting == 2


def test_a_place_taken_by_an_open_suggestion_of_yesterday_stays_taken(session: Session, scene: Scene) -> None:
    for _ in range(9):
        scene.home(Band.HIGH)
    plan_night(session, NIGHT)
    tomorrow = plan_night(session, NIGHT + timedelta(days=1))
    assert tomorrow.suggested == 0


@pytest.mark.parametrize(
    "now",
    [FRIDAY_EVENING, datetime(2026, 11, 21, 11, 5, tzinfo=UTC), datetime(2026, 7, 15, 11, 5, tzinfo=UTC)],
    ids=["Friday evening", "Saturday morning", "summer"],
)
def test_nothing_is_planned_before_a_day_without_school(session: Session, scene: Scene, now: datetime) -> None:
    scene.home(Band.HIGH)
    assert plan_night(session, now).suggested == 0


def test_sunday_evening_plans_monday(session: Session, scene: Scene) -> None:
    scene.home(Band.HIGH)
    plan_night(session, datetime(2026, 11, 23, 2, 0, tzinfo=UTC))
    row = scene.only()
    assert row.planned_for == date(2026, 11, 23)
    assert row.local_time == "2026-11-23T16:30"


def test_high_risk_hears_one_personal_sentence_a_week(session: Session, scene: Scene) -> None:
    need = {"work_below_average": {"subject": "math", "percent": 58.0}}
    recent, older = scene.home(Band.HIGH, reasons=need), scene.home(Band.HIGH, reasons=need)
    scene.heard(recent, NIGHT - timedelta(days=3), topic=Topic.BEHAVIOR)
    scene.heard(older, NIGHT - timedelta(days=8), topic=Topic.BEHAVIOR)
    plan_night(session, NIGHT)
    row = scene.only()
    assert (row.rule, row.family_id, row.subject) == ("high_risk_weekly", older.family.id, Subject.MATH)
    assert row.purpose is Purpose.IMPROVE
    assert row.body is not None
    assert "math" in row.body
    assert "58" not in row.body, "a text carries no mark"


def test_a_family_behind_the_yearly_goal_is_due(session: Session, scene: Scene) -> None:
    behind, kept_up = scene.home(), scene.home()
    scene.heard(behind, NIGHT - timedelta(days=30), topic=Topic.BEHAVIOR)
    scene.kept_up(kept_up)
    plan_night(session, NIGHT)
    row = scene.only()
    assert (row.rule, row.family_id) == ("goal", behind.family.id)
    assert row.evidence["heard"] == 1
    assert row.evidence["due_by_now"] == 3


def test_bulk_messages_do_not_count_towards_the_goal(session: Session, scene: Scene) -> None:
    home = scene.home()
    for week in range(6):
        scene.heard(home, datetime(2026, 10, 5 + week, 15, tzinfo=UTC), authored="approved_in_bulk")
    plan_night(session, NIGHT)
    assert scene.only().rule == "goal"


def test_a_rise_of_eight_points_is_praised_once_a_term(session: Session, scene: Scene) -> None:
    risen, steady = scene.home(student={"given_name": "Kim"}), scene.home()
    scene.kept_up(risen)
    scene.kept_up(steady)
    scene.rising(risen)
    scene.rising(steady, 80, 84)
    plan_night(session, NIGHT)
    row = scene.only()
    assert (row.rule, row.family_id, row.purpose) == ("praise", risen.family.id, Purpose.PRAISE)
    assert row.evidence["percent_before"] == 71.0
    row.state = OutreachState.DELIVERED
    row.planned_for = date(2026, 11, 10)
    session.flush()
    plan_night(session, NIGHT + timedelta(days=7))
    assert [one.rule for one in scene.planned()] == ["praise"]


def test_an_incident_suggests_a_call_never_a_text(session: Session, scene: Scene) -> None:
    home = scene.home(Band.LOW, channel=Channel.SMS)
    scene.world.add(Incident(sourced_id="i1", student_id=home.student.id, occurred_on=date(2026, 11, 23), kind="fight"))
    plan_night(session, NIGHT)
    row = scene.only()
    assert (row.rule, row.channel, row.slot) == ("incident", Channel.PHONE, "once")
    assert row.body is not None
    assert "November 23" in row.body


def test_an_incident_that_was_spoken_about_is_settled(session: Session, scene: Scene) -> None:
    home = scene.home()
    scene.kept_up(home)
    scene.world.add(Incident(sourced_id="i1", student_id=home.student.id, occurred_on=date(2026, 11, 20), kind="fight"))
    scene.heard(home, datetime(2026, 11, 20, 20, tzinfo=UTC), topic=Topic.BEHAVIOR)
    plan_night(session, NIGHT)
    assert scene.planned() == []


@pytest.mark.parametrize(
    "attempt", [{"outcome": Outcome.NO_ANSWER}, {"authored": Authored.APPROVED_IN_BULK}], ids=["not reached", "notice"]
)
def test_an_attempt_or_a_notice_is_no_talk_about_the_incident(
    session: Session, scene: Scene, attempt: dict[str, Any]
) -> None:
    home = scene.home()
    scene.kept_up(home)
    scene.world.add(Incident(sourced_id="i1", student_id=home.student.id, occurred_on=date(2026, 11, 20), kind="fight"))
    scene.heard(home, datetime(2026, 11, 20, 20, tzinfo=UTC), topic=Topic.BEHAVIOR, **attempt)
    plan_night(session, NIGHT)
    assert scene.only().rule == "incident"


def test_each_family_hears_about_behavior_too(session: Session, scene: Scene) -> None:
    home = scene.home()
    scene.heard(home, NIGHT - timedelta(days=20), topic=Topic.ACADEMICS)
    plan_night(session, NIGHT)
    row = scene.only()
    assert row.topic is Topic.BEHAVIOR
    assert said(row.blocked) == "Still missing: what you noticed."


def test_a_school_that_keeps_incidents_can_say_that_there_was_none(session: Session, scene: Scene) -> None:
    home, other = scene.home(), scene.home(taught=False)
    scene.kept_up(other)
    scene.world.add(Incident(sourced_id="i", student_id=other.student.id, occurred_on=date(2026, 9, 1), kind="fight"))
    scene.heard(home, NIGHT - timedelta(days=20), topic=Topic.ACADEMICS)
    plan_night(session, NIGHT)
    row = next(row for row in scene.planned() if row.family_id == home.family.id)
    assert row.blocked is None
    assert row.body is not None
    assert "not one concern" in row.body


def test_a_question_past_due_comes_first_and_has_no_draft(session: Session, scene: Scene) -> None:
    home = scene.home()
    scene.world.request(home.family, scene.school, owner_staff_id=scene.teacher.id, guardian_id=home.guardian.id)
    plan_night(session, NIGHT)
    row = scene.only()
    assert (row.rule, row.body) == ("waiting", None)
    assert row.blocked is not None


def test_no_draft_goes_to_a_family_that_waits_for_an_answer(session: Session, scene: Scene) -> None:
    home = scene.home(Band.HIGH)
    scene.world.request(home.family, scene.school, owner_staff_id=scene.teacher.id, due_at=NOW + timedelta(days=1))
    plan_night(session, NIGHT)
    assert scene.planned() == []


@pytest.mark.parametrize("target", ["family", "student", "school"])
def test_a_hold_keeps_a_family_off_the_list(session: Session, scene: Scene, target: str) -> None:
    home = scene.home(Band.HIGH)
    ids = {"family": home.family.id, "student": home.student.id, "school": scene.school.id}
    scene.world.add(
        Hold(reason=HoldReason.BEREAVEMENT, from_at=NIGHT - timedelta(days=1), **{f"{target}_id": ids[target]})
    )
    assert plan_night(session, NIGHT).suggested == 0


def test_not_now_is_silence_for_fourteen_days(session: Session, scene: Scene) -> None:
    home = scene.home(Band.HIGH)
    plan_night(session, NIGHT)
    dismiss(session, scene.viewer(), scene.only().id, "The family asked for a quiet month", NOW)
    assert plan_night(session, NIGHT + timedelta(days=13)).suggested == 0
    assert plan_night(session, NIGHT + timedelta(days=20)).suggested == 1
    assert {row.family_id for row in scene.planned()} == {home.family.id}


def test_not_now_ends_when_the_family_writes(session: Session, scene: Scene) -> None:
    home = scene.home(Band.HIGH)
    plan_night(session, NIGHT)
    dismiss(session, scene.viewer(), scene.only().id, "Later", NOW)
    scene.world.contact(
        home.student, initiator=Initiator.FAMILY, occurred_at=NOW + timedelta(days=3), outcome=Outcome.DELIVERED
    )
    assert plan_night(session, NIGHT + timedelta(days=7)).suggested == 1


@pytest.mark.parametrize(
    "student",
    [{"birth_date": date(2008, 11, 24)}, {"active": False}],
    ids=["eighteen today", "withdrawn"],
)
def test_some_students_are_nobodys_plan(session: Session, scene: Scene, student: dict[str, object]) -> None:
    scene.home(Band.HIGH, student=student)
    assert plan_night(session, NIGHT).suggested == 0


def test_planning_goes_on_at_eighteen_once_a_person_decided(session: Session, scene: Scene) -> None:
    scene.home(Band.HIGH, student={"birth_date": date(2008, 11, 24), "rights_review_at": NOW})
    assert plan_night(session, NIGHT).suggested == 1


@pytest.mark.parametrize("bar", [{"may_contact": False}, {"holds_rights": False}, {"emergency_only": True}])
def test_nobody_is_told_who_may_not_be(session: Session, scene: Scene, bar: dict[str, bool]) -> None:
    home = scene.home(Band.HIGH)
    row = session.scalars(select(Guardianship).where(Guardianship.guardian_id == home.guardian.id)).one()
    for name, value in bar.items():
        setattr(row, name, value)
    session.flush()
    assert plan_night(session, NIGHT).suggested == 0


def test_suggestions_nobody_took_up_expire(session: Session, scene: Scene) -> None:
    scene.home(Band.HIGH)
    plan_night(session, NIGHT)
    figures = plan_night(session, NIGHT + timedelta(days=7))
    assert figures.expired == 1
    assert [row.state for row in scene.planned()] == [OutreachState.EXPIRED, OutreachState.SUGGESTED]


def test_a_family_without_a_teacher_goes_to_the_counselor_else_on_the_unassigned_list(
    session: Session, scene: Scene
) -> None:
    counselor = scene.world.staff(scene.school, role=StaffRole.COUNSELOR)
    owned, nobodys = scene.home(Band.HIGH, taught=False), scene.home(Band.HIGH, taught=False)
    owned.family.owner_staff_id = counselor.id
    session.flush()
    figures = plan_night(session, NIGHT)
    by_family = {row.family_id: row.staff_id for row in scene.planned()}
    assert by_family == {owned.family.id: counselor.id, nobodys.family.id: None}
    assert figures.unassigned == 1


def test_a_counselor_sees_what_an_administrator_assigns(session: Session, scene: Scene) -> None:
    scene.home(Band.HIGH, taught=False)
    plan_night(session, NIGHT)
    head = scene.world.staff(scene.school, role=StaffRole.ADMINISTRATOR)
    viewer = scene.viewer(head, AccountRole.ADMINISTRATOR)
    page = plan_page(session, viewer, NOW)
    assert len(page.unassigned) == 1
    counselor = scene.world.staff(scene.school, role=StaffRole.COUNSELOR)
    assign_to(session, viewer, page.unassigned[0].outreach_id, counselor.id, NOW)
    assert plan_page(session, viewer, NOW).unassigned == ()
    its = plan_page(session, scene.viewer(counselor, AccountRole.COUNSELOR), NOW, PlanFilters(own=True))
    assert [card.staff_id for day in its.suggested for card in day.cards] == [counselor.id]
