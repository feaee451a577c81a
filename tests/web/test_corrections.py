"""Correcting a contact: whom it was with stays, and nobody overwrites unseen what a colleague corrected."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from models import (
    AccountRole,
    AddressKind,
    Audience,
    AuditEvent,
    Channel,
    Contact,
    ContactRevision,
    Guardian,
    Guardianship,
    Message,
    MessageKind,
    Outcome,
    Staff,
    Topic,
)
from tests.web.colleagues import undo
from tests.web.conftest import Person, Town
from tests.world import NOW


def radio(page: str, value: int) -> str:
    found = re.search(rf'<input type="radio" name="guardian_id"[^>]* value="{value}"[^>]*>', page)
    assert found, f"nobody to choose with the id {value}"
    return found[0]


@pytest.mark.parametrize("adults_left", [0, 1, 2])
def test_a_correction_keeps_a_guardian_who_has_left_since(town: Town, adults_left: int) -> None:
    rosa = town.session.scalars(select(Guardian).where(Guardian.given_name == "Rosa")).one()
    town.session.scalars(select(Guardianship).where(Guardianship.guardian_id == rosa.id)).one().ended_on = NOW.date()
    for name in ("Luis", "Ana")[:adults_left]:
        town.world.guardian(town.maya, given_name=name)
    contact = town.world.contact(town.maya, guardian_id=rosa.id, staff_id=town.teacher.id)
    town.commit()
    teacher, address = town.sign_in(), f"/contacts/{contact.id}/correct"
    page = teacher.get(address).text

    assert " checked" in radio(page, rosa.id)
    assert "Rosa is no longer a guardian in this family" in page
    assert "With <b>" not in page


def test_whoever_is_a_guardian_still_stands_once_among_the_choices(town: Town) -> None:
    rosa = town.session.scalars(select(Guardian).where(Guardian.given_name == "Rosa")).one()
    town.world.guardian(town.maya, given_name="Luis")
    contact = town.world.contact(town.maya, guardian_id=rosa.id, staff_id=town.teacher.id)
    town.commit()
    page = town.sign_in().get(f"/contacts/{contact.id}/correct").text

    assert " checked" in radio(page, rosa.id)
    assert page.count(f'name="guardian_id" id="guardian-first" value="{rosa.id}"') == 1
    assert "no longer a guardian" not in page


def test_the_topic_of_a_sent_message_is_corrected_though_a_browser_sends_its_lines_with_returns(town: Town) -> None:
    message = town.world.add(
        Message(
            intent_key="one", audience=Audience.STAFF, kind=MessageKind.TEACHER, channel=Channel.SMS,
            to_kind=AddressKind.PHONE, to_value="+13125550142", body="Hello,\nit went well.", created_at=NOW,
            due_at=NOW,
        )
    )  # fmt: skip
    contact = town.world.contact(
        town.maya, staff_id=town.teacher.id, channel=Channel.SMS, outcome=Outcome.SENT, summary=message.body,
        message_id=message.id,
    )  # fmt: skip
    town.commit()
    address = f"/contacts/{contact.id}/correct"
    fields = {"channel": "sms", "began": "me", "outcome": "sent", "summary": "Hello,\r\nit went well."}
    when = {"day": "2026-11-17", "clock": "10:00"}
    town.sign_in().send(address, address, **fields, **when, topic="academics")

    assert [one.topic for one in town.rows(select(Contact))] == [Topic.ACADEMICS]


def opened(person: Person, address: str) -> dict[str, object]:
    """The fields that say what the form was made from, and what else it must name."""
    seen = re.search(r'name="seen" value="(\d+)"', person.get(address).text)
    assert seen
    return {"seen": seen[1], "channel": "phone", "began": "me", "day": "2026-11-17", "clock": "10:00"}


def test_a_correction_does_not_overwrite_unseen_what_a_colleague_corrected(town: Town) -> None:
    contact = town.world.contact(town.maya, staff_id=town.teacher.id, summary="She will call.")
    town.commit()
    address, teacher = f"/contacts/{contact.id}/correct", town.sign_in()
    administrator = town.sign_in(AccountRole.ADMINISTRATOR)
    mine, theirs = opened(teacher, address), opened(administrator, address)
    theirs |= {"began": "other", "staff_id": town.teacher.id}
    administrator.send(address, address, **theirs, outcome="left_message", summary="She did not call.")
    page = teacher.send(address, address, **mine, outcome="reached", summary="She called at five.")
    name = town.session.get_one(Staff, administrator.staff_id).display_name
    town.commit()

    assert page.status_code == 409
    assert f"{name} changed this contact while you had it open." in page.text
    assert ">She called at five.</textarea>" in page.text
    assert "Stands there now: She did not call." in page.text
    assert "Stands there now: Left a message" in page.text
    assert page.text.count("Stands there now") == 2
    assert [one.summary for one in town.rows(select(Contact))] == ["She did not call."]
    again = opened(teacher, address)
    assert f'name="seen" value="{again["seen"]}"' in page.text
    teacher.send(address, address, **again, outcome="reached", summary="She called at five.")
    assert [one.summary for one in town.rows(select(Contact))] == ["She called at five."]


def test_the_same_correction_sent_twice_is_no_conflict(town: Town) -> None:
    contact = town.world.contact(town.maya, staff_id=town.teacher.id)
    town.commit()
    address, teacher = f"/contacts/{contact.id}/correct", town.sign_in()
    mine = opened(teacher, address)
    for _time in range(2):
        assert teacher.send(address, address, **mine, outcome="left_message").status_code == 303
    trail = select(AuditEvent).where(AuditEvent.action == "correct_contact")
    assert len(town.rows(trail)) == 1


def test_who_undid_a_contact_is_said_to_whoever_was_about_to_correct_it(town: Town) -> None:
    contact = town.world.contact(town.maya, staff_id=town.teacher.id)
    town.commit()
    address, teacher = f"/contacts/{contact.id}/correct", town.sign_in()
    administrator, mine = town.sign_in(AccountRole.ADMINISTRATOR), opened(teacher, address)
    administrator.send(f"/contacts/{contact.id}/undo")
    page = teacher.send(address, address, **mine, outcome="reached", summary="Long words.")
    name = town.session.get_one(Staff, administrator.staff_id).display_name

    assert page.status_code == 409
    assert f"{name} undid this contact while you had it open." in page.text
    assert ">Long words.</textarea>" in page.text


def test_a_guardian_who_has_left_stays_chosen_where_a_colleague_chose_another(town: Town) -> None:
    rosa = town.session.scalars(select(Guardian).where(Guardian.given_name == "Rosa")).one()
    town.session.scalars(select(Guardianship).where(Guardianship.guardian_id == rosa.id)).one().ended_on = NOW.date()
    luis = town.world.guardian(town.maya, given_name="Luis")
    contact = town.world.contact(town.maya, guardian_id=rosa.id, staff_id=town.teacher.id)
    town.commit()
    address, teacher = f"/contacts/{contact.id}/correct", town.sign_in()
    mine = {**opened(teacher, address), "outcome": "reached"}
    teacher.send(address, address, **mine, guardian_id=luis.id)
    page = teacher.send(address, address, **mine, guardian_id=rosa.id).text

    assert "You changed this contact in another window." in page
    assert " checked" in radio(page, rosa.id)
    assert "Stands there now: Luis" in page


def test_a_correction_is_taken_back_from_its_notice_and_that_again(town: Town) -> None:
    contact = town.world.contact(town.maya, staff_id=town.teacher.id, summary="She will call.")
    town.commit()
    address, teacher = f"/contacts/{contact.id}/correct", town.sign_in()
    teacher.send(address, address, **opened(teacher, address), outcome="reached", summary="She called.")
    said = []
    for words in ("She will call.", "She called."):
        teacher.send(undo(teacher))
        said.append(teacher.last and teacher.last.headers["Location"])
        assert [one.summary for one in town.rows(select(Contact))] == [words]
    assert said == [f"/families/{town.delgado.id}"] * 2
    assert "Put back. What stood until now is kept." in teacher.follow().text
    assert len(town.rows(select(ContactRevision))) == 3
    assert town.rows(select(AuditEvent.action).where(AuditEvent.action == "put_back_contact")) == [
        "put_back_contact", "put_back_contact",
    ]  # fmt: skip


def test_taking_a_correction_back_tells_who_changed_it_since_and_overwrites_nothing(town: Town) -> None:
    contact = town.world.contact(town.maya, staff_id=town.teacher.id, summary="She will call.")
    town.commit()
    address, teacher = f"/contacts/{contact.id}/correct", town.sign_in()
    teacher.send(address, address, **opened(teacher, address), outcome="reached", summary="She called.")
    back = undo(teacher)
    administrator = town.sign_in(AccountRole.ADMINISTRATOR)
    theirs = opened(administrator, address) | {"began": "other", "staff_id": town.teacher.id}
    administrator.send(address, address, **theirs, outcome="reached", summary="She called twice.")
    teacher.send(back)
    name = town.session.get_one(Staff, administrator.staff_id).display_name
    town.commit()

    assert f"{name} changed this contact since." in teacher.follow().text
    assert [one.summary for one in town.rows(select(Contact))] == ["She called twice."]


def test_the_history_puts_an_earlier_state_back_for_whoever_may_correct_and_for_nobody_else(town: Town) -> None:
    contact = town.world.contact(town.maya, staff_id=town.teacher.id, summary="One")
    town.commit()
    address, teacher = f"/contacts/{contact.id}/correct", town.sign_in()
    for words in ("Two", "Three"):
        teacher.send(address, address, **opened(teacher, address), outcome="reached", summary=words)
    history = f"/families/{town.delgado.id}/contacts/{contact.id}/history"
    page = teacher.get(history).text
    offered = re.findall(r'action="(/contacts/\d+/put-back/\d+)">.*?name="seen" value="(\d+)"', page)
    assert len(offered) == 2
    counselor = town.sign_in(AccountRole.COUNSELOR)
    assert "/put-back/" not in counselor.get(history).text
    assert counselor.send(offered[-1][0], seen=offered[-1][1]).status_code == 403
    teacher.send(offered[-1][0], history, seen=offered[-1][1])

    assert teacher.last is not None
    assert teacher.last.headers["Location"] == history
    assert [one.summary for one in town.rows(select(Contact))] == ["One"]
    teacher.send(offered[0][0], history, seen=offered[0][1])
    assert "You changed this contact since, in another window." in teacher.follow().text


def test_a_correction_that_changes_nothing_offers_no_way_back_over_an_older_one(town: Town) -> None:
    contact = town.world.contact(town.maya, staff_id=town.teacher.id, summary="She will call.")
    town.commit()
    address, teacher = f"/contacts/{contact.id}/correct", town.sign_in()
    for _time in range(2):
        fields = opened(teacher, address)
        teacher.send(address, address, **fields, outcome="reached", summary="She called.")
        page = teacher.follow().text
    assert "Nothing was changed: it stood so already." in page
    assert "/put-back/" not in page
    teacher.send(address, address, **fields | {"seen": "0"}, outcome="reached", summary="She called.")
    assert "/put-back/" in teacher.follow().text, "the first form, sent twice, still leads back"


def test_a_state_put_back_by_two_taps_stands_once_in_the_trail(town: Town) -> None:
    contact = town.world.contact(town.maya, staff_id=town.teacher.id, summary="She will call.")
    town.commit()
    address, teacher = f"/contacts/{contact.id}/correct", town.sign_in()
    teacher.send(address, address, **opened(teacher, address), outcome="reached", summary="She called.")
    back = undo(teacher)
    for _tap in range(2):
        teacher.send(back)
    assert len(town.rows(select(AuditEvent).where(AuditEvent.action == "put_back_contact"))) == 1
    assert [one.summary for one in town.rows(select(Contact))] == ["She will call."]
