"""The administrator's delivery page: providers, what a person decides, money, going live; and the outbox list."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from models import (
    AccountRole,
    AddressKind,
    AttemptResult,
    Audience,
    AuditEvent,
    Channel,
    DeliveryAttempt,
    Message,
    MessageKind,
    MessageState,
    PauseKind,
    ProviderPause,
    School,
)
from tests.web.conftest import Town
from tests.world import NOW

DISTRICT, SCHOOL = AccountRole.DISTRICT_ADMINISTRATOR, AccountRole.ADMINISTRATOR
SECRET = "Maya was brave today."


def message(town: Town, **values: object) -> Message:
    """A text to the Delgados that has left."""
    number = town.world.number()
    return town.world.add(
        Message(**{
            "intent_key": f"m{number}", "audience": Audience.FAMILY, "kind": MessageKind.TEACHER,
            "channel": Channel.SMS, "to_kind": AddressKind.PHONE, "to_value": "+13125550142", "body": SECRET,
            "family_id": town.delgado.id, "school_id": town.school.id, "created_at": NOW, "due_at": NOW,
            "address_id": town.world.phone(town.world.guardian(sourced_id=f"g{number}"), f"+1312555{number:04d}").id,
            "state": MessageState.DELIVERED, "segments": 1, **values,
        })
    )  # fmt: skip


def unknown(town: Town, **values: object) -> Message:
    attempt = f"attempt-{town.world.number()}"
    made = message(
        town, state=MessageState.UNKNOWN, attempt_id=attempt, sent_at=NOW - timedelta(days=2), provider="twilio",
        person_asked_at=NOW - timedelta(days=1), expires_at=NOW + timedelta(days=1), **values,
    )  # fmt: skip
    town.world.add(
        DeliveryAttempt(
            id=attempt, message_id=made.id, provider="twilio", started_at=NOW - timedelta(days=2),
            deadline_at=NOW - timedelta(days=2), result=AttemptResult.UNKNOWN,
        )
    )  # fmt: skip
    return made


def elsewhere(town: Town) -> dict[str, object]:
    hillside = town.session.scalars(select(School.id).where(School.name == "Hillside High")).one()
    return {"school_id": hillside, "family_id": town.stranger.id}


def test_an_empty_page_teaches(town: Town) -> None:
    shown = town.sign_in(DISTRICT).get("/admin/delivery").text
    assert "The sandbox" in shown
    assert "Nothing to decide" in shown
    assert "Nothing has left this month." in shown
    assert "where it is heading is not known" in shown
    assert "at most 10 texts and 50 e-mails a second" in shown
    assert "sandbox: the whole installation keeps texts in the sandbox" in shown


@pytest.mark.parametrize("role", [AccountRole.TEACHER, AccountRole.COUNSELOR, AccountRole.RECORDER])
def test_only_administrators_see_it(town: Town, role: AccountRole) -> None:
    person = town.sign_in(role)
    assert person.get("/admin/delivery").status_code == 403
    assert person.get("/admin/delivery/messages").status_code == 403


def test_a_pause_is_told_on_every_administrators_page_and_resumed_by_the_districts(town: Town) -> None:
    why = "Twilio failed 14 of the last 20 calls; it is tried again at 10:42."
    town.world.add(
        ProviderPause(
            provider="twilio",
            kind=PauseKind.ERRORS,
            trips=1,
            why=why,
            paused_at=NOW,
            until_at=NOW + timedelta(minutes=2),
        )
    )
    town.commit()
    assert f"Texts are paused: {why}" in town.sign_in(SCHOOL).get("/families").text
    assert "are paused" not in town.sign_in(AccountRole.TEACHER).get("/families").text
    assert town.sign_in(SCHOOL).send("/admin/delivery/resume").status_code == 403
    head = town.sign_in(DISTRICT)
    assert "Resume" in head.get("/admin/delivery").text
    head.send("/admin/delivery/resume", "/admin/delivery")
    assert "Resumed." in head.follow().text
    assert town.rows(select(ProviderPause)) == []
    assert town.rows(select(AuditEvent.detail).where(AuditEvent.action == "resume_provider")) == [
        {"provider": "twilio"}
    ]


@pytest.mark.parametrize(
    ("became", "state"),
    [
        ("arrived", MessageState.ACCEPTED),
        ("send_again", MessageState.SCHEDULED),
        ("give_up", MessageState.FAILED),
    ],
)
def test_a_person_says_what_became_of_a_message(town: Town, became: str, state: MessageState) -> None:
    asked = unknown(town)
    town.commit()
    person = town.sign_in(SCHOOL)
    shown = person.get("/admin/delivery").text
    assert "Delgado" in shown
    assert "•••• 0142" in shown
    assert SECRET not in shown
    attempt = re.search(r'name="attempt" value="([^"]+)"', shown)
    assert attempt
    answer = {"became": became, "attempt": attempt[1]}
    assert person.send(f"/admin/delivery/unknown/{asked.id}", "/admin/delivery", **answer).status_code == 303
    assert town.rows(select(Message.state)) == [state]
    assert "Nothing to decide" in person.get("/admin/delivery").text


def test_an_answer_that_is_none_changes_nothing(town: Town) -> None:
    asked = unknown(town)
    town.commit()
    person = town.sign_in(DISTRICT)
    refused = person.send(f"/admin/delivery/unknown/{asked.id}", "/admin/delivery", became="maybe")
    assert refused.status_code == 422
    assert "Choose what became of it." in refused.text
    assert town.rows(select(Message.state)) == [MessageState.UNKNOWN]


def test_an_answer_about_another_attempt_than_the_one_shown_changes_nothing(town: Town) -> None:
    asked = unknown(town)
    town.commit()
    person = town.sign_in(SCHOOL)
    person.send(f"/admin/delivery/unknown/{asked.id}", "/admin/delivery", became="send_again", attempt="the-last-one")
    assert "tried again meanwhile" in person.follow().text
    assert town.rows(select(Message.state)) == [MessageState.UNKNOWN]


def test_a_schools_administrator_sees_and_decides_only_there(town: Town) -> None:
    asked = unknown(town, **elsewhere(town))
    message(town, sent_at=NOW, cost_micros=11_800, provider="twilio", **elsewhere(town))
    town.commit()
    person = town.sign_in(SCHOOL)
    shown = person.get("/admin/delivery").text
    assert "Hartley" not in shown
    assert "Hillside" not in shown
    assert "Nothing has left this month." in shown
    person.send(f"/admin/delivery/unknown/{asked.id}", "/admin/delivery", became="arrived")
    assert "not of a school you administer" in person.follow().text
    assert MessageState.UNKNOWN in town.rows(select(Message.state))
    assert "Hillside High" in town.sign_in(DISTRICT).get("/admin/delivery").text


def test_the_months_cost_is_shown_by_school_and_channel(town: Town) -> None:
    for segments in (1, 2):
        message(town, sent_at=NOW, segments=segments, cost_micros=11_800 * segments, provider="twilio")
    town.commit()
    shown = town.sign_in(DISTRICT).get("/admin/delivery").text
    assert "November 2026: $0.04 of $500.00" in shown
    row = shown.split("Lakeside High</th>")[1].split("</tr>")[0]
    assert re.findall(r'data-label="(\w+)">([^<]+)<', row) == [
        ("Channel", "texts"), ("Messages", "2"), ("Segments", "3"), ("Cost", "$0.04"),
    ]  # fmt: skip
    assert "$500.00" not in town.sign_in(SCHOOL).get("/admin/delivery").text


def test_a_school_goes_live_on_a_day_and_not_before_it_is_said(town: Town) -> None:
    person, address = town.sign_in(SCHOOL), f"/admin/delivery/live/{town.school.id}/sms"
    person.send(address, "/admin/delivery", day="2026-12-02")
    assert "day kept: Wed 2 Dec" in person.follow().text
    assert town.rows(select(School.sms_live_from).where(School.id == town.school.id)) == [date(2026, 12, 2)]
    person.send(address, "/admin/delivery", do="not_live")
    assert town.rows(select(School.sms_live_from).where(School.id == town.school.id)) == [None]


@pytest.mark.parametrize(("day", "words"), [("soon", "The day must look like"), ("", "Choose the first day.")])
def test_a_day_that_is_none_is_refused_beside_its_field(town: Town, day: str, words: str) -> None:
    refused = town.sign_in(SCHOOL).send(f"/admin/delivery/live/{town.school.id}/sms", "/admin/delivery", day=day)
    assert refused.status_code == 422
    assert words in refused.text


def test_another_school_cannot_be_taken_live(town: Town) -> None:
    hillside = elsewhere(town)["school_id"]
    town.commit()
    refused = town.sign_in(SCHOOL).send(f"/admin/delivery/live/{hillside}/sms", "/admin/delivery", day="2026-12-02")
    assert refused.status_code == 404


def test_the_outbox_is_listed_without_words_newest_first_and_by_state(town: Town) -> None:
    message(town, state=MessageState.SKIPPED, state_reason="This person has asked not to get texts.")
    message(town)
    message(town, state_reason="Hartleys alone", **elsewhere(town))
    town.commit()
    person = town.sign_in(SCHOOL)
    everything = person.get("/admin/delivery/messages").text
    assert everything.count("data-line") == 2
    assert SECRET not in everything
    assert everything.index("Arrived</span>") < everything.index("has asked not to get texts")
    assert person.get("/admin/delivery/messages?state=skipped").text.count("data-line") == 1
    assert "None here" in person.get("/admin/delivery/messages?state=failed").text
    assert town.sign_in(DISTRICT).get("/admin/delivery/messages").text.count("data-line") == 3


def test_older_messages_follow_by_key(town: Town) -> None:
    for _ in range(52):
        message(town)
    town.commit()
    person = town.sign_in(DISTRICT)
    first = person.get("/admin/delivery/messages").text
    assert first.count("data-line") == 50
    older = first.split('rel="next" href="')[1].split('"')[0]
    assert person.get(older).text.count("data-line") == 2
    assert 'rel="next"' not in person.get(older).text
