"""What did not arrive, on the pages of those who can do something about it; and families whom nobody can reach."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AccountRole, Address, AddressKind, Channel, Guardian, Message, MessageState, Outreach
from outreach.access import viewer_of
from outreach.delivery.health import mark_dead, note_landline
from outreach.planning import NewMessage, fall_back, follow_messages, write_by_hand
from outreach.risk import score_families
from tests.web.conftest import Town
from tests.world import NOW

NUMBER_GONE = "The carrier could not deliver it: the number is not in service."


def written(town: Town) -> Message:
    """The teacher's text to Rosa, in the outbox."""
    session = town.session
    rosa = session.scalars(select(Guardian).where(Guardian.given_name == "Rosa")).one()
    account = town.world.account(town.teacher)
    row = write_by_hand(
        session, viewer_of(session, account, NOW),
        NewMessage(
            form_key="f1", family_id=town.delgado.id, guardian_id=rosa.id, student_ids=(town.maya.id,),
            channel=Channel.SMS, body="Maya asked a great question today.", language_confirmed=True,
        ),
        NOW,
    )  # fmt: skip
    return session.scalars(select(Message).where(Message.outreach_id == row.id)).one()


def ended(session: Session, message: Message, state: MessageState, why: str, code: str | None = None) -> None:
    message.state, message.state_reason, message.error_code, message.sent_at = state, why, code, NOW
    session.flush()
    follow_messages(session, NOW)


def test_a_refusal_is_read_on_today_the_plan_and_the_familys_page(town: Town) -> None:
    why = "This person has asked not to get texts."
    ended(town.session, written(town), MessageState.SKIPPED, why)
    town.commit()
    person = town.sign_in()
    assert "1 message did not go out" in person.get("/").text
    plan = person.get("/plan").text
    assert "Did not go out" in plan
    assert why in plan
    assert "Call Rosa" in plan
    assert "Write to Rosa by e-mail" in plan
    family = person.get(f"/families/{town.delgado.id}").text
    assert why in family
    one = person.get(f"/plan/{town.rows(select(Outreach.id))[0]}")
    assert (one.status_code, why in one.text) == (200, True)


def test_the_offer_opens_the_form_on_that_way(town: Town) -> None:
    ended(town.session, written(town), MessageState.SKIPPED, "This person has asked not to get texts.")
    town.commit()
    person = town.sign_in()
    offer = person.get("/plan").text.split('href="/plan/write')[1].split('"')[0].replace("&amp;", "&")
    form = person.get(f"/plan/write{offer}").text
    rosa = town.rows(select(Guardian.id).where(Guardian.given_name == "Rosa"))[0]
    assert f'value="{rosa}-email" checked' in form


def test_the_detour_is_told(town: Town) -> None:
    message = written(town)
    mark_dead(town.session, town.session.get_one(Address, message.address_id), "the number is not in service", NOW)
    ended(town.session, message, MessageState.FAILED, NUMBER_GONE, "30005")
    assert fall_back(town.session, NOW) == 1
    follow_messages(town.session, NOW)
    town.commit()
    person = town.sign_in()
    words = "Rosa&#39;s number is not in service. It goes by e-mail instead."
    assert words in person.get("/plan").text
    assert words in person.get(f"/families/{town.delgado.id}").text
    assert "did not go out" not in person.get("/").text


def test_without_any_way_left_a_note_or_a_visit_is_named(town: Town) -> None:
    message = written(town)
    for address in town.session.scalars(select(Address)):
        mark_dead(town.session, address, "the number is not in service", NOW)
    ended(town.session, message, MessageState.FAILED, NUMBER_GONE, "30005")
    town.commit()
    assert "hand the child a printed note" in town.sign_in().get("/plan").text


def test_a_landline_is_shown_as_one_to_call(town: Town) -> None:
    number = town.session.scalars(select(Address).where(Address.kind == AddressKind.PHONE)).first()
    assert number is not None
    note_landline(town.session, number, NOW)
    town.commit()
    shown = town.sign_in().get(f"/families/{town.delgado.id}").text
    assert "Calls only: this number gets no texts." in shown
    assert f'href="tel:{number.value}"' in shown


@pytest.mark.parametrize("role", [AccountRole.COUNSELOR, AccountRole.ADMINISTRATOR])
def test_the_queue_names_who_cannot_be_reached_and_what_to_do(town: Town, role: AccountRole) -> None:
    for address in town.session.scalars(select(Address)):
        mark_dead(town.session, address, "the number is not in service", NOW)
    score_families(town.session, NOW)
    town.commit()
    person = town.sign_in(role)
    assert "1 family cannot be reached" in person.get("/queue").text
    found = person.get("/queue?whose=open&reason=unreachable").text
    assert "Delgado" in found
    assert "nobody can be reached" in found
    assert "hand the child a printed note" in found
    assert "Hartley" not in found


def test_a_teacher_reads_it_too_without_points(town: Town) -> None:
    for address in town.session.scalars(select(Address)):
        mark_dead(town.session, address, "the number is not in service", NOW)
    score_families(town.session, NOW)
    town.commit()
    assert "Nobody can be reached" in town.sign_in().get(f"/families/{town.delgado.id}").text
