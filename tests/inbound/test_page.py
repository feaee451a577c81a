"""The page of unknown senders: who sees what of it, match, set aside, and both taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from models import (
    AccountRole,
    Address,
    AuditEvent,
    Channel,
    Contact,
    ContactPoint,
    InboundMessage,
    InboundState,
    Message,
    OnCall,
    Request,
    RequestState,
    SafetyAlert,
)
from outreach import store
from outreach.delivery import build
from outreach.delivery.inbound import Incoming, keep, read
from tests.web.conftest import Town, town, town_postgresql, town_sqlite  # noqa: F401  # fixtures
from tests.world import NOW

STRANGER = "+13125550199"


@pytest.fixture
def place(town: Town) -> Town:  # noqa: F811
    return town


def came(place: Town, body: str, sender: str = STRANGER, key: str = "one", **values: object) -> int:
    """One message, kept and read as a webhook would."""
    place.commit()
    sessions = store.session_factory(place.session.get_bind())  # type: ignore[arg-type]  # an engine
    with sessions.begin() as session:
        made = Incoming(
            provider="sandbox", provider_id=key, channel=Channel.SMS, from_value=sender, to_value="+15005550006",
            body=body, received_at=NOW, **values,  # type: ignore[arg-type]  # a test names its fields
        )  # fmt: skip
        kept = keep(session, made, NOW)
    assert kept is not None
    read(sessions, kept, build(place.app.config["OUTREACH_SETTINGS"], sessions), NOW)
    return kept


def message(place: Town, number: int) -> InboundMessage:
    (found,) = place.rows(select(InboundMessage).where(InboundMessage.id == number))
    return found


def who(place: Town) -> str:
    family = place.rows(select(ContactPoint.guardian_id).order_by(ContactPoint.id))[0]
    return f"{place.delgado.id}:{family}"


def test_an_empty_inbox_says_what_will_wait_here(place: Town) -> None:
    assert "Nobody unknown has written" in place.sign_in(AccountRole.RECORDER).get("/inbox").text


def test_a_text_of_a_number_that_nobody_has_waits_with_its_words(place: Town) -> None:
    number = came(place, "Is practice on today?")
    page = place.sign_in(AccountRole.ADMINISTRATOR).get("/inbox").text

    assert "(312) 555-0199" in page
    assert "Is practice on today?" in page
    assert "no guardian has this address" in page
    assert f"/inbox/{number}" in page


def test_teachers_and_counselors_do_not_place_strangers(place: Town) -> None:
    came(place, "Is practice on today?")
    for role in (AccountRole.TEACHER, AccountRole.COUNSELOR):
        person = place.sign_in(role)
        assert person.get("/inbox").status_code == 403
        assert "Unknown senders" not in person.get("/").text


def test_who_places_messages_sees_in_the_menu_how_many_wait(place: Town) -> None:
    came(place, "Is practice on today?")

    assert "Unknown senders (1)" in place.sign_in(AccountRole.RECORDER).get("/").text


def test_a_message_that_may_be_of_another_school_s_family_is_not_shown_here(place: Town) -> None:
    ann = place.world.guardian(
        *place.rows(select(type(place.maya)).where(type(place.maya).given_name == "Noah")), given_name="Ann"
    )
    place.world.phone(ann, "+13125550111")
    ben = place.world.guardian(place.maya, given_name="Ben")
    place.world.add(ContactPoint(guardian_id=ben.id, address_id=place.world.phone(ann, "+13125550112").id))
    hidden = came(place, "Who is this?", sender="+13125550113", raw={"authenticated": False})
    place.world.add(ContactPoint(guardian_id=ann.id, address_id=address(place, "+13125550113"), active=False))
    place.commit()
    recorder = place.sign_in(AccountRole.RECORDER)

    assert "Who is this?" not in recorder.get("/inbox").text
    assert recorder.get(f"/inbox/{hidden}").status_code == 404
    assert "Who is this?" in place.sign_in(AccountRole.DISTRICT_ADMINISTRATOR).get("/inbox").text


def address(place: Town, value: str) -> int:
    """The id of the stranger's address, made as STOP or the reply at night would make it."""
    made = place.world.add(Address(kind="phone", value=value))
    place.session.query(InboundMessage).filter_by(from_value=value).update({"address_id": made.id})
    place.commit()
    return made.id


def test_matched_it_becomes_the_family_s_contact_and_question_and_the_address_only_if_ticked(place: Town) -> None:
    number = came(place, "Is practice on today?")
    recorder = place.sign_in(AccountRole.RECORDER)
    page = f"/inbox/{number}"
    assert "Rosa Delgado" in recorder.get(f"{page}?q=rosa").text
    recorder.send(f"{page}/match", page, who=who(place))
    assert "stands with the family" in recorder.follow().text

    (asked,) = place.rows(select(Request))
    assert (asked.family_id, asked.question) == (place.delgado.id, "Is practice on today?")
    assert message(place, number).state is InboundState.MATCHED
    assert not place.rows(select(ContactPoint).join(Address).where(Address.value == STRANGER))


def test_ticked_the_address_is_the_guardian_s_from_now_on(place: Town) -> None:
    number = came(place, "Is practice on today?")
    recorder = place.sign_in(AccountRole.RECORDER)
    recorder.send(f"/inbox/{number}/match", f"/inbox/{number}?q=rosa", who=who(place), add_address="yes")
    again = came(place, "And tomorrow?", key="two")

    assert message(place, again).family_id == place.delgado.id


def test_a_match_taken_back_undoes_the_contact_and_takes_the_address_away(place: Town) -> None:
    number = came(place, "Is practice on today?")
    recorder = place.sign_in(AccountRole.RECORDER)
    recorder.send(f"/inbox/{number}/match", f"/inbox/{number}?q=rosa", who=who(place), add_address="yes")
    recorder.send(f"/inbox/{number}/put-back")

    (contact,) = place.rows(select(Contact))
    (asked,) = place.rows(select(Request))
    assert contact.void_reason == "It was matched to the wrong family."
    assert asked.state is RequestState.CLOSED
    assert (message(place, number).state, message(place, number).family_id) == (InboundState.NEW, None)
    assert [
        point.active for point in place.rows(select(ContactPoint).join(Address).where(Address.value == STRANGER))
    ] == [False]


def test_set_aside_only_with_a_reason_and_back_again(place: Town) -> None:
    number = came(place, "u up?")
    recorder = place.sign_in(AccountRole.RECORDER)
    page = f"/inbox/{number}"
    recorder.send(f"{page}/dismiss", page, why=" ")
    assert recorder.last is not None
    assert recorder.last.status_code == 422
    assert "Say why nobody needs to answer" in recorder.last.text
    recorder.send(f"{page}/dismiss", page, why="Somebody's friend.")
    assert f"{page}/put-back" in recorder.follow().text
    assert "Somebody&#39;s friend." in recorder.get("/inbox?show=aside").text
    recorder.send(f"{page}/put-back")

    assert message(place, number).state is InboundState.NEW


def test_stop_of_a_stranger_stands_aside_by_itself_and_can_still_be_matched(place: Town) -> None:
    number = came(place, "STOP")
    recorder = place.sign_in(AccountRole.RECORDER)
    assert "Asked for no more messages: done." in recorder.get("/inbox?show=aside").text
    recorder.send(f"/inbox/{number}/match", f"/inbox/{number}?q=rosa", who=who(place))

    assert message(place, number).state is InboundState.MATCHED
    assert not place.rows(select(Contact))


def test_a_family_that_the_viewer_does_not_see_cannot_be_named(place: Town) -> None:
    number = came(place, "Is practice on today?")
    recorder = place.sign_in(AccountRole.RECORDER)
    answer = recorder.send(f"/inbox/{number}/match", f"/inbox/{number}?q=rosa", who=f"{place.stranger.id}:")

    assert answer.status_code == 404
    assert message(place, number).state is InboundState.NEW


def test_nobody_chosen_is_said_beside_the_choice(place: Town) -> None:
    number = came(place, "Is practice on today?")
    answer = place.sign_in(AccountRole.RECORDER).send(f"/inbox/{number}/match", f"/inbox/{number}?q=rosa")

    assert answer.status_code == 422
    assert "Choose whose message this is." in answer.text


def test_words_of_danger_from_a_stranger_are_read_by_the_safety_list_alone(place: Town) -> None:
    place.world.add(OnCall(school_id=place.school.id, staff_id=place.staff[AccountRole.COUNSELOR]))
    number = came(place, "he says he wants to kill himself")

    assert [alert.inbound_id for alert in place.rows(select(SafetyAlert))] == [number]
    for address_ in ("/inbox", f"/inbox/{number}"):
        page = place.sign_in(AccountRole.RECORDER).get(address_).text
        assert "kill himself" not in page
        assert "Kept for the school’s safety list." in page


def test_reading_and_placing_a_message_stand_in_the_trail(place: Town) -> None:
    number = came(place, "Is practice on today?")
    recorder = place.sign_in(AccountRole.RECORDER)
    recorder.get(f"/inbox/{number}")
    recorder.send(f"/inbox/{number}/dismiss", f"/inbox/{number}", why="Nobody's.")

    lines = place.rows(select(AuditEvent).where(AuditEvent.subject_type == "inbound_message").order_by(AuditEvent.id))
    assert {line.action for line in lines} == {"read", "dismiss_inbound"}
    assert {line.subject_id for line in lines} == {number}


def test_another_who_wrote_lately_sees_the_question_and_takes_it(place: Town) -> None:
    owner = place.world.staff(place.school, display_name="K. Ito")
    point = place.session.scalars(select(ContactPoint).order_by(ContactPoint.id).limit(1)).one()
    phone = place.session.get_one(Address, point.address_id)
    for staff_id, hours in ((place.teacher.id, 20), (owner.id, 2)):
        place.world.add(
            Message(
                intent_key=f"sent-{staff_id}", audience="family", kind="teacher", channel="sms", to_kind="phone",
                to_value=phone.value, address_id=phone.id, family_id=place.delgado.id, guardian_id=point.guardian_id,
                staff_id=staff_id, school_id=place.school.id, body="Maya asked for help.", created_at=NOW, due_at=NOW,
                state="delivered", sent_at=NOW - timedelta(hours=hours),
            )
        )  # fmt: skip
    came(place, "Which page was it?", sender=phone.value)
    (asked,) = place.rows(select(Request))
    assert asked.owner_staff_id == owner.id
    teacher = place.sign_in()
    page = f"/requests/{asked.id}"
    assert "Also wrote to them in the 14 days before: L. Alvarez." in teacher.get(page).text
    teacher.send(f"/inbox/questions/{asked.id}/take", page)
    assert "The question is yours." in teacher.follow().text

    assert place.rows(select(Request.owner_staff_id)) == [place.teacher.id]


def test_who_did_not_write_lately_takes_nothing(place: Town) -> None:
    asked = place.world.request(place.delgado, place.school)
    place.commit()
    teacher = place.sign_in()
    teacher.send(f"/inbox/questions/{asked.id}/take")

    assert "Only who wrote to this family lately" in teacher.follow().text
    assert place.rows(select(Request.owner_staff_id)) == [None]
