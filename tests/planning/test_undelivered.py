"""What did not go out is told to its sender once, in words, with what can be done next."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from models import (
    Address,
    AddressHealth,
    Channel,
    ConsentSource,
    ConsentState,
    Message,
    MessageState,
    Outcome,
    Outreach,
    OutreachState,
)
from outreach.delivery import record_consent
from outreach.delivery.health import mark_dead, note_landline
from outreach.planning import NewMessage, Today, follow_messages, plan_of_family, plan_page, today, write_by_hand
from outreach.planning.fallback import fall_back
from outreach.planning.undelivered import Out, WayOut
from tests.planning.scene import Home, Scene
from tests.world import NOW

LATER = NOW + timedelta(hours=2)
ASKED_NOT = "This person has asked not to get texts."


def written(session: Session, scene: Scene, home: Home, form_key: str = "f1") -> tuple[Outreach, Message]:
    """Lucia's text to Rosa, in the outbox."""
    row = write_by_hand(
        session, scene.viewer(),
        NewMessage(
            form_key=form_key, family_id=home.family.id, guardian_id=home.guardian.id,
            student_ids=(home.student.id,), channel=Channel.SMS, body="Maya asked a great question today.",
        ),
        NOW,
    )  # fmt: skip
    return row, session.query(Message).filter_by(outreach_id=row.id).one()


def ended(session: Session, message: Message, state: MessageState, why: str, code: str | None = None) -> None:
    message.state, message.state_reason, message.error_code, message.sent_at = state, why, code, NOW
    session.flush()
    follow_messages(session, LATER)
    session.expire_all()


def day(session: Session, scene: Scene) -> Today:
    return today(session, scene.viewer(), LATER)


@pytest.mark.parametrize("state", [MessageState.SKIPPED, MessageState.FAILED, MessageState.EXPIRED])
def test_the_sender_reads_why_and_is_told_once_on_today(session: Session, scene: Scene, state: MessageState) -> None:
    home = scene.home()
    _, message = written(session, scene, home)
    assert day(session, scene).not_gone == 0
    ended(session, message, state, ASKED_NOT)
    assert day(session, scene).not_gone == 1
    page = plan_page(session, scene.viewer(), LATER)
    (card,) = page.not_gone
    assert (card.state.value, card.state_reason) == (state.value, ASKED_NOT)
    assert page.ended == ()
    assert [card.state_reason for card in plan_of_family(session, scene.viewer(), home.family.id, LATER)] == [ASKED_NOT]


def test_what_waits_says_for_what(session: Session, scene: Scene) -> None:
    home = scene.home()
    row, message = written(session, scene, home)
    message.state_reason = "This family has had enough messages this week."
    session.flush()
    assert follow_messages(session, LATER) == 1
    session.refresh(row)
    assert (row.state, row.state_reason) == (OutreachState.SCHEDULED, message.state_reason)
    assert follow_messages(session, LATER) == 0


def test_a_family_that_was_reached_since_is_off_the_list(session: Session, scene: Scene) -> None:
    home = scene.home()
    _, message = written(session, scene, home)
    ended(session, message, MessageState.FAILED, "The carrier could not deliver it.")
    scene.heard(home, NOW + timedelta(hours=1), outcome=Outcome.NO_ANSWER)
    assert day(session, scene).not_gone == 1
    scene.heard(home, NOW + timedelta(hours=1))
    assert day(session, scene).not_gone == 0


def test_something_new_on_its_way_takes_it_off_the_list(session: Session, scene: Scene) -> None:
    home = scene.home()
    _, message = written(session, scene, home)
    ended(session, message, MessageState.FAILED, "The carrier could not deliver it.")
    written(session, scene, home, "f2")
    assert day(session, scene).not_gone == 0
    page = plan_page(session, scene.viewer(), LATER)
    assert page.not_gone == ()
    assert len(page.ended) == 1


def test_after_a_week_it_is_only_among_what_ended(session: Session, scene: Scene) -> None:
    _, message = written(session, scene, scene.home())
    ended(session, message, MessageState.FAILED, "The carrier could not deliver it.")
    assert today(session, scene.viewer(), NOW + timedelta(days=8)).not_gone == 0


def test_a_colleagues_message_is_not_mine(session: Session, scene: Scene) -> None:
    _, message = written(session, scene, scene.home())
    ended(session, message, MessageState.FAILED, "The carrier could not deliver it.")
    colleague = scene.viewer(scene.world.staff(scene.school))
    assert today(session, colleague, LATER).not_gone == 0
    assert plan_page(session, colleague, LATER).not_gone == ()


def ways(session: Session, scene: Scene) -> list[str]:
    (card,) = plan_page(session, scene.viewer(), LATER).not_gone
    return [way.words for way in card.instead]


def test_a_landline_is_called_and_another_guardian_is_offered(session: Session, scene: Scene) -> None:
    home = scene.home()
    luis = scene.world.guardian(home.student, given_name="Luis")
    scene.world.phone(luis)
    _, message = written(session, scene, home)
    number = session.get_one(Address, message.address_id)
    note_landline(session, number, NOW)
    ended(session, message, MessageState.FAILED, "This number cannot get texts: a landline.", "21614")
    (card,) = plan_page(session, scene.viewer(), LATER).not_gone
    assert card.instead == (
        WayOut(Out.CALL, home.guardian.id, "Call Rosa", phone=number.value, name="Rosa Delgado"),
        WayOut(Out.WRITE, luis.id, "Write to Luis instead", channel=Channel.SMS),
    )


def test_who_said_stop_to_texts_may_be_called_or_written_an_e_mail_by_a_person(session: Session, scene: Scene) -> None:
    home = scene.home()
    scene.world.email(home.guardian)
    _, message = written(session, scene, home)
    record_consent(session, message.address_id or 0, Channel.SMS, ConsentState.OUT, ConsentSource.FAMILY_WROTE, NOW)
    ended(session, message, MessageState.SKIPPED, ASKED_NOT)
    assert ways(session, scene) == ["Call Rosa", "Write to Rosa by e-mail"]


def test_what_came_too_late_may_be_written_again(session: Session, scene: Scene) -> None:
    _, message = written(session, scene, scene.home())
    ended(session, message, MessageState.EXPIRED, "It had become stale before it could leave.")
    assert ways(session, scene) == ["Call Rosa", "Write to Rosa again"]


def test_a_barred_guardian_is_not_offered(session: Session, scene: Scene) -> None:
    home = scene.home()
    barred = scene.world.guardian(home.student, given_name="Ivo", active=False)
    scene.world.phone(barred)
    _, message = written(session, scene, home)
    mark_dead(session, session.get_one(Address, message.address_id), "the number is not in service", NOW)
    ended(session, message, MessageState.FAILED, "The carrier could not deliver it.", "30005")
    assert ways(session, scene) == []


def test_the_detour_is_told_with_its_reason(session: Session, scene: Scene) -> None:
    home = scene.home()
    scene.world.email(home.guardian)
    row, message = written(session, scene, home)
    mark_dead(session, session.get_one(Address, message.address_id), "the number is not in service", NOW)
    ended(session, message, MessageState.FAILED, "The carrier could not deliver it.", "30005")
    assert fall_back(session, LATER) == 1
    follow_messages(session, LATER)
    session.expire_all()
    (card,) = plan_of_family(session, scene.viewer(), home.family.id, LATER)
    assert card.detour == "Rosa's number is not in service. It goes by e-mail instead."
    assert (card.channel, card.instead) == (Channel.EMAIL, ())
    second = session.query(Message).filter_by(fallback_of_id=message.id).one()
    ended(session, second, MessageState.DELIVERED, "")
    (card,) = (one for one in plan_page(session, scene.viewer(), LATER).ended if one.outreach_id == row.id)
    assert card.detour == "Rosa's number is not in service. It went by e-mail instead."
    assert session.get_one(Address, message.address_id).health is AddressHealth.DEAD
