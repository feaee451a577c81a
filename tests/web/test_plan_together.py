"""All that is ready is approved in one go, after a look, and taken back in one."""

from __future__ import annotations

import re

from sqlalchemy import select

from models import (
    AccountRole,
    AuditEvent,
    Channel,
    Message,
    OutreachState,
)
from tests.web.conftest import Town
from tests.web.suggestions import change, state, suggested


def ticked(page: str) -> str:
    """The one suggestion on the page that is looked over, as its box sends it."""
    [found] = re.findall(r'name="id" value="([^"]+)"', page)
    return str(found)


def test_approving_all_says_first_how_many_what_stays_and_why_and_can_be_undone(town: Town) -> None:
    ready, call = suggested(town), suggested(town, channel=Channel.PHONE, slot="call")
    gap = suggested(town, body="[what you noticed]", blocked="Still missing: what you noticed.")
    teacher = town.sign_in()
    assert "Approve the 1 that is ready" in teacher.get("/plan").text
    looked = teacher.get("/plan/approve-all").text
    assert "1 message goes out" in looked
    assert "count as notices" in looked
    assert "Still missing: what you noticed." in looked
    assert "only a person can do that" in looked
    assert town.rows(select(Message)) == []
    teacher.send("/plan/approve-all", "/plan/approve-all", id=ticked(looked))
    told = teacher.follow().text
    assert "1 approved: it counts as a notice" in told
    assert [state(town, one) for one in (ready, call, gap)] == [
        OutreachState.SCHEDULED, OutreachState.SUGGESTED, OutreachState.SUGGESTED,
    ]  # fmt: skip
    assert town.rows(select(Message.automated)) == [True]
    undo = re.search(r'action="(/plan/approve-all/undo[^"]+)"', told)
    assert undo
    teacher.send(undo[1].replace("&amp;", "&"))
    assert "1 is back among the suggestions." in teacher.follow().text
    assert state(town, ready) is OutreachState.SUGGESTED


def test_the_same_look_sent_twice_is_told_the_same_with_its_undo(town: Town) -> None:
    ready, teacher = suggested(town), town.sign_in()
    looked = ticked(teacher.get("/plan/approve-all").text)
    teacher.send("/plan/approve-all", "/plan/approve-all", id=looked)
    teacher.send("/plan/approve-all", "/account", id=looked)
    told = teacher.follow().text
    assert "1 approved: it counts as a notice" in told
    assert "has changed" not in told
    assert town.rows(select(AuditEvent.action).where(AuditEvent.action.like("%approve%"))) == ["outreach.approve_all"]
    undo = re.findall(r'action="(/plan/approve-all/undo[^"]+)"', told)
    assert undo
    teacher.send(undo[-1].replace("&amp;", "&"))
    assert "1 is back among the suggestions." in teacher.follow().text
    assert state(town, ready) is OutreachState.SUGGESTED


def test_who_sends_a_look_after_a_colleague_has_approved_is_told_that_it_changed(town: Town) -> None:
    suggested(town)
    teacher, counselor = town.sign_in(), town.sign_in(AccountRole.COUNSELOR)
    looked = ticked(teacher.get("/plan/approve-all").text)
    teacher.send("/plan/approve-all", "/plan/approve-all", id=looked)
    counselor.send("/plan/approve-all", "/account", id=looked)
    assert "1 was left, since it has changed." in counselor.follow().text


def test_a_moment_without_a_zone_names_nothing_to_take_back(town: Town) -> None:
    teacher = town.sign_in()
    teacher.send("/plan/approve-all/undo?at=2026-01-01", "/account")
    assert "take them back one by one" in teacher.follow().text


def test_what_came_after_the_look_is_not_approved_unseen(town: Town) -> None:
    ready, teacher = suggested(town), town.sign_in()
    looked = teacher.get("/plan/approve-all").text
    later = suggested(town)
    teacher.send("/plan/approve-all", "/plan/approve-all", id=ticked(looked))
    assert [state(town, one) for one in (ready, later)] == [OutreachState.SCHEDULED, OutreachState.SUGGESTED]


def test_a_draft_that_was_edited_after_the_look_is_left_and_that_is_said(town: Town) -> None:
    touch, teacher = suggested(town), town.sign_in()
    looked = teacher.get("/plan/approve-all").text
    change(town.sign_in(AccountRole.COUNSELOR), touch, body="Otras palabras.", language_confirmed="yes")
    teacher.send("/plan/approve-all", "/plan/approve-all", id=ticked(looked))
    assert "1 was left, since it has changed." in teacher.follow().text
    assert town.rows(select(Message)) == []
    for strange in (touch, "x:y", f"{touch}:", "9" * 40):
        teacher.send("/plan/approve-all", "/plan/approve-all", id=strange)
        assert teacher.follow().status_code == 200
    assert town.rows(select(Message)) == []


def test_the_look_keeps_what_the_plan_was_narrowed_by(town: Town) -> None:
    suggested(town)
    mail = suggested(town, channel=Channel.EMAIL, title="Sobre Maya")
    teacher = town.sign_in()
    page = teacher.get("/plan?channel=email&endpoint=x").text
    assert "Approve the 1 that is ready" in page
    look = re.search(r'href="(/plan/approve-all[^"]*)"', page)
    assert look
    looked = teacher.get(look[1].replace("&amp;", "&")).text
    assert ticked(looked).startswith(f"{mail}:")
    assert 'href="/plan?channel=email"' in looked
