"""Wherever a number is tapped, coming back asks one tap, and the call goes to the right family, guardian and child."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from models import (
    AccountRole,
    Channel,
    Contact,
    ContactPoint,
    ContactStudent,
    FamilyMember,
    Guardian,
    Guardianship,
    Hold,
    HoldReason,
    MessageState,
    Outreach,
    OutreachState,
    RequestState,
    Student,
)
from tests.web.asked import asked, of_rosa, stands
from tests.web.conftest import Person, Town
from tests.web.suggestions import state, suggested
from tests.world import YEAR_STARTS

SHEET = re.compile(r'data-call="([\d./]*)".*?<template>(<dialog.*?</dialog>)</template>', re.DOTALL)
FIELD = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
EVERY_NUMBER = re.compile(r'<a [^>]*href="tel:\+1312555[^"]*"[^>]*>')


def guardian(town: Town, name: str) -> int:
    return town.rows(select(Guardian.id).where(Guardian.given_name == name))[0]


def sheet_for(page: str, guardian_id: int) -> dict[str, list[str]]:
    """What the sheet after a call to this guardian sends, beside the outcome that is tapped."""
    asks = all("data-call" in link for link in EVERY_NUMBER.findall(page))
    assert asks, "a number that asks nothing afterwards"
    for mark, sheet in SHEET.findall(page):
        if mark.split("/")[1] == str(guardian_id):
            fields: dict[str, list[str]] = {}
            for name, value in FIELD.findall(sheet):
                fields.setdefault(name, []).append(value)
            return fields
    raise AssertionError("nobody to call")


def come_back(person: Person, fields: dict[str, list[str]], outcome: str) -> str:
    """The tap after a call, and the page that it leads to."""
    answer = person.client.post("/contacts/quick", data={**fields, "outcome": outcome})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def logged(town: Town) -> tuple[int | None, Channel, set[int]]:
    (contact,) = town.rows(select(Contact))
    return contact.guardian_id, contact.channel, set(town.rows(select(ContactStudent.student_id)))


def brother(town: Town, *, of_rosa: bool) -> Student:
    leo = town.world.student(town.school, given_name="Leo")
    town.session.add(FamilyMember(family_id=town.delgado.id, student_id=leo.id, from_on=YEAR_STARTS))
    if of_rosa:
        town.session.add(Guardianship(guardian_id=guardian(town, "Rosa"), student_id=leo.id))
    return leo


def test_a_call_from_the_familys_page_is_logged_with_whom_and_about_whom_it_was(town: Town) -> None:
    brother(town, of_rosa=False)  # taught by nobody here, and Rosa is nobody to him
    luis = town.world.guardian(town.maya, given_name="Luis")
    town.world.phone(luis)
    town.commit()
    teacher, address = town.sign_in(AccountRole.COUNSELOR), f"/families/{town.delgado.id}"
    page = teacher.get(address).text

    assert come_back(teacher, sheet_for(page, luis.id), "reached") == address
    assert logged(town) == (luis.id, Channel.PHONE, {town.maya.id})


@pytest.mark.parametrize(("outcome", "ends"), [("reached", OutreachState.DONE), ("no_answer", OutreachState.SUGGESTED)])
def test_a_suggested_call_is_done_once_somebody_was_reached(town: Town, outcome: str, ends: OutreachState) -> None:
    touch = suggested(town, channel=Channel.PHONE, body=None, body_in_staff_language=None)
    teacher = town.sign_in()
    fields = sheet_for(teacher.get(f"/plan/{touch}").text, guardian(town, "Rosa"))

    assert come_back(teacher, fields, outcome) == "/plan"
    assert state(town, touch) is ends
    assert logged(town) == (guardian(town, "Rosa"), Channel.PHONE, {town.maya.id})


@pytest.mark.parametrize(
    ("outcome", "ends"), [("reached", RequestState.ANSWERED), ("left_message", RequestState.OPEN)]
)  # fmt: skip
def test_a_call_from_a_question_answers_it_only_where_somebody_was_reached(
    town: Town, outcome: str, ends: RequestState
) -> None:  # fmt: skip
    number, teacher = of_rosa(town), town.sign_in()
    fields = sheet_for(teacher.get(f"/requests/{number}").text, guardian(town, "Rosa"))

    assert come_back(teacher, fields, outcome) == f"/requests/{number}"
    assert stands(town).state is ends


def test_who_asked_is_called_before_who_is_called_first(town: Town) -> None:
    luis = town.world.guardian(town.maya, given_name="Luis")
    town.world.phone(luis)
    number = asked(town, guardian_id=luis.id)
    page = town.sign_in().get(f"/requests/{number}").text

    assert "You called Luis Delgado" in page
    assert "You called Rosa" not in page


def test_a_question_of_a_family_on_hold_offers_no_call(town: Town) -> None:
    number = of_rosa(town)
    town.world.add(Hold(family_id=town.delgado.id, reason=HoldReason.CRISIS, from_at=stands(town).opened_at))
    town.commit()

    assert "tel:+1312" not in town.sign_in().get(f"/requests/{number}").text


def test_instead_of_a_text_that_did_not_arrive_the_guardian_named_is_the_one_called(town: Town) -> None:
    luis = town.world.guardian(town.maya, given_name="Luis")
    landline = town.world.phone(luis)
    town.session.query(ContactPoint).filter_by(address_id=landline.id).one().texts = False
    touch = suggested(town)
    row = town.session.get_one(Outreach, touch)
    row.state, row.approved_at, row.state_reason = OutreachState.FAILED, row.created_at, MessageState.FAILED.value
    town.commit()
    teacher = town.sign_in()
    page = teacher.get("/plan").text
    sheets = [sheet for mark, sheet in SHEET.findall(page) if mark.split("/")[1] == str(luis.id)]

    assert "You called Luis Delgado" in sheets[0]
    assert come_back(teacher, sheet_for(page, luis.id), "reached") == "/plan"
    assert logged(town) == (luis.id, Channel.PHONE, {town.maya.id})
