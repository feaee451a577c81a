"""The morning e-mail: what is new, once, at the reader's own hour, with first names and links only."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from jobs.digests import prepare_digests
from models import (
    Audience,
    Band,
    Case,
    Channel,
    FamilyMember,
    Message,
    MessageKind,
    Outreach,
    OutreachState,
    Request,
    SafetyAlert,
    StaffRole,
)
from outreach.language import speaking
from outreach.planning import plan_night
from tests.jobs.scene import LINK, render
from tests.planning.scene import NIGHT, Scene
from tests.world import NOW, World


@pytest.fixture
def scene(session: Session, world: World) -> Scene:
    return Scene(session, world)


def digests(session: Session) -> list[Message]:
    return list(session.scalars(select(Message).order_by(Message.id)))


def prepare(session: Session, now: datetime = NIGHT) -> dict[str, int]:
    return prepare_digests(session, render, LINK, now).as_dict()


def ask(scene: Scene, **values: object) -> Request:
    home = scene.home(student={"given_name": "Noor", "family_name": "Haddad"})
    return scene.world.request(
        home.family, scene.school, student_id=home.student.id, owner_staff_id=scene.teacher.id, **values
    )


def test_a_teacher_reads_todays_families_and_waiting_questions(session: Session, scene: Scene) -> None:
    home = scene.home(Band.HIGH, student={"given_name": "Maya", "family_name": "Delgado"})
    ask(scene)
    plan_night(session, NIGHT)
    assert prepare(session) == {"prepared": 1, "nothing_new": 0, "away": 0}
    (message,) = digests(session)
    assert (message.audience, message.kind, message.to_value) == (
        Audience.STAFF, MessageKind.DIGEST, scene.teacher.email,
    )  # fmt: skip
    assert message.due_at == datetime(2026, 11, 24, 13, 0, tzinfo=UTC), "seven in Chicago"
    assert message.title == "Today: families and questions for you"
    assert f"Maya: {LINK}/families/{home.family.id}" in message.body
    assert "Noor (past due)" in message.body
    assert message.body_html is not None
    for text in (message.body, message.body_html, message.title):
        assert not any(secret in text for secret in ("Delgado", "Haddad", "retake", "+1312", "risk"))


def test_a_message_that_did_not_go_out_is_told_once(session: Session, scene: Scene) -> None:
    scene.home(Band.HIGH, student={"given_name": "Maya", "family_name": "Delgado"})
    plan_night(session, NIGHT)
    row = session.scalars(select(Outreach)).one()
    row.state, row.state_reason, row.channel = OutreachState.SKIPPED, "On hold: ask Kim.", Channel.SMS
    row.approved_at = row.send_at = NIGHT - timedelta(hours=12)
    session.flush()
    assert prepare(session)["prepared"] == 1
    (message,) = digests(session)
    assert f"Did not go out, or did not arrive\n  - Maya: {LINK}/plan#not-gone" in message.body
    assert "hold" not in message.body
    assert prepare(session, NIGHT + timedelta(days=1)) == {"prepared": 0, "nothing_new": 1, "away": 0}


def test_none_when_nothing_is_new(session: Session, scene: Scene) -> None:
    scene.home()
    assert prepare(session) == {"prepared": 0, "nothing_new": 1, "away": 0}
    assert digests(session) == []


def test_at_most_one_a_school_day(session: Session, scene: Scene) -> None:
    ask(scene)
    prepare(session)
    ask(scene)
    assert prepare(session, NIGHT + timedelta(minutes=30))["prepared"] == 0
    assert len(digests(session)) == 1


def test_the_same_thing_unchanged_is_never_told_twice_and_a_change_is(session: Session, scene: Scene) -> None:
    request = ask(scene, due_at=NIGHT + timedelta(days=1, hours=6))
    assert prepare(session)["prepared"] == 1
    assert prepare(session, NIGHT + timedelta(days=1)) == {"prepared": 0, "nothing_new": 1, "away": 0}
    over = NIGHT + timedelta(days=2)
    assert prepare(session, over)["prepared"] == 1, "now it is past due"
    assert f"(past due): {LINK}/families/{request.family_id}" in digests(session)[-1].body


def test_another_owner_hears_of_it_as_new(session: Session, scene: Scene) -> None:
    request = ask(scene)
    prepare(session)
    other = scene.world.staff(scene.school)
    request.owner_staff_id = other.id
    session.flush()
    prepare(session, NIGHT + timedelta(days=1))
    assert [message.staff_id for message in digests(session)] == [scene.teacher.id, other.id]


@pytest.mark.parametrize(
    "away",
    [{"digest_off": True}, {"leave_from": date(2026, 11, 20)}, {"email": None}, {"left_on": date(2026, 11, 24)}],
)
def test_hour_off_and_leave_are_each_persons_own(session: Session, scene: Scene, away: dict[str, object]) -> None:
    ask(scene)
    for name, value in away.items():
        setattr(scene.teacher, name, value)
    session.flush()
    assert prepare(session) == {"prepared": 0, "nothing_new": 0, "away": 1}


def test_an_early_riser_in_another_zone(session: Session, scene: Scene) -> None:
    ask(scene)
    scene.teacher.digest_hour, scene.teacher.timezone = 6, "America/Denver"
    session.flush()
    prepare(session)
    assert digests(session)[0].due_at == datetime(2026, 11, 24, 13, 0, tzinfo=UTC)


def test_a_missed_hour_is_made_up_at_once_and_not_in_the_evening(session: Session, scene: Scene) -> None:
    ask(scene)
    prepare(session, NOW)
    (message,) = digests(session)
    assert message.due_at == NOW
    assert message.expires_at is not None
    assert message.expires_at < NOW + timedelta(days=1)


def test_nothing_before_a_day_without_school(session: Session, scene: Scene) -> None:
    ask(scene)
    assert prepare(session, datetime(2026, 11, 21, 11, 5, tzinfo=UTC))["prepared"] == 0


def test_a_counselor_reads_of_families_new_in_the_queue_and_of_long_waits(session: Session, scene: Scene) -> None:
    counselor = scene.world.staff(scene.school, role=StaffRole.COUNSELOR)
    home = scene.home(Band.HIGH, student={"given_name": "Ana"})
    scene.world.add(Case(family_id=home.family.id, opened_at=NIGHT, codes=[], points=6))
    ask(scene, counselor_at=NIGHT - timedelta(hours=1))
    prepare(session)
    body = next(one.body for one in digests(session) if one.staff_id == counselor.id)
    assert "New on the list of families to look after\n  - Ana:" in body
    assert "Waiting too long for an answer\n  - Noor:" in body
    assert prepare(session, NIGHT + timedelta(days=1))["prepared"] == 0


def test_what_a_safety_alert_was_raised_about_appears_in_no_digest(session: Session, scene: Scene) -> None:
    home = scene.home()
    contact = scene.world.contact(home.student, initiator="family")
    scene.world.request(home.family, scene.school, owner_staff_id=scene.teacher.id, opened_by_contact_id=contact.id)
    scene.world.add(SafetyAlert(school_id=scene.school.id, contact_id=contact.id, raised_at=NIGHT))
    assert prepare(session)["prepared"] == 0


def test_a_name_cannot_break_the_page(session: Session, scene: Scene) -> None:
    scene.home(Band.HIGH, student={"given_name": "<b>Ada</b>"})
    plan_night(session, NIGHT)
    prepare(session)
    (message,) = digests(session)
    assert message.body_html is not None
    assert "&lt;b&gt;Ada" in message.body_html
    assert "<b>Ada" in message.body


def test_a_long_list_is_cut_and_says_so(session: Session, scene: Scene) -> None:
    for _ in range(15):
        ask(scene)
    prepare(session)
    assert f"- and 3 more: {LINK}/requests" in digests(session)[0].body


def test_each_reads_it_in_the_language_of_their_own_sign_in(session: Session, scene: Scene) -> None:
    other = scene.world.staff(scene.school)
    scene.world.account(scene.teacher, language="es")
    scene.world.account(other)
    ask(scene)
    ask(scene).owner_staff_id = other.id
    session.flush()
    with speaking("es"):
        prepare(session)
    by_reader = {one.staff_id: one for one in digests(session)}
    mine, theirs = by_reader[scene.teacher.id], by_reader[other.id]
    assert mine.title == "Hoy: familias y preguntas para usted"
    assert mine.body.startswith("Buenos días, Lucia:\n")
    assert "Esperan su respuesta\n  - Noor (fuera de plazo): " in mine.body
    assert '<html lang="es">' in (mine.body_html or "")
    assert theirs.title == "Today: families and questions for you", "whoever chose none reads English"
    assert "Noor (past due)" in theirs.body


def test_a_child_without_a_name_here_is_a_child_in_the_reader_s_language(session: Session, scene: Scene) -> None:
    scene.world.account(scene.teacher, language="es")
    request = ask(scene)
    request.student_id = None
    session.execute(update(FamilyMember).values(until_on=date(2026, 11, 1)))
    session.flush()
    prepare(session)
    assert "  - Un estudiante (fuera de plazo): " in digests(session)[0].body
