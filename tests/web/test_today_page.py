"""The first page: a teacher's short list, a counselor's and an administrator's morning, a recorder's search."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import select

from models import (
    AccountRole,
    Band,
    Calendar,
    CalendarDay,
    Channel,
    Guardian,
    Initiator,
    Outcome,
    Outreach,
    OutreachState,
    RiskReason,
    RiskScore,
)
from outreach.language import said, speaking
from outreach.risk import Code
from outreach.schooltime import days_between
from tests.web.conftest import Town
from tests.world import NOW

LEADERS = (AccountRole.COUNSELOR, AccountRole.ADMINISTRATOR)


def suggested(town: Town, **values: object) -> Outreach:
    """A call to Maya's guardian that stands on the teacher's list."""
    rosa = town.session.scalars(select(Guardian.id).where(Guardian.given_name == "Rosa")).one()
    made = Outreach(
        **{
            "family_id": town.delgado.id, "student_id": town.maya.id, "guardian_id": rosa,
            "staff_id": town.teacher.id, "rule": "silence", "slot": "2026-11-24", "evidence": {"log_is_sure": True},
            "channel": Channel.PHONE, "created_at": NOW - timedelta(hours=8),
            "state": OutreachState.SUGGESTED, **values,
        }
    )  # fmt: skip
    town.world.add(made)
    town.commit()
    return made


def first_card(page: str) -> str:
    """Without the sheet that asks after a call, which stands in a template."""
    card = page.split("<article", 1)[1].split("</article>", 1)[0]
    return re.sub(r"<template>.*?</template>", "", card, flags=re.DOTALL)


def acts_of(page: str) -> list[str]:
    """What the buttons and links of the first card say, without what only a screen reader hears."""
    heard = re.sub(r'<span class="visually-hidden">.*?</span>', "", first_card(page), flags=re.DOTALL)
    said = re.findall(r'class="btn [^"]*"[^>]*>(.*?)</(?:a|summary|button)>', heard, re.DOTALL)
    return [re.sub(r"<[^>]+>", "", words).strip() for words in said]


def test_a_card_offers_each_way_by_which_the_family_may_be_reached(town: Town) -> None:
    suggested(town)
    page = town.sign_in().get("/").text

    assert "No one has reached this family yet" in page
    assert acts_of(page)[:5] == ["Call", "Text", "E-mail", "Log", "Not now"]
    assert first_card(page).count("btn-primary") == 1


def test_a_way_that_may_not_be_used_is_not_offered(town: Town) -> None:
    suggested(town)
    other = town.world.student(town.school, given_name="Leo", family_name="Stone")
    town.world.guardian(other, given_name="Ann", family_name="Stone")
    family = town.world.family(other)
    town.world.teaches(town.teacher, town.world.section(town.school), other)
    suggested(town, family_id=family.id, student_id=other.id, guardian_id=None, slot="other")
    page = town.sign_in().get("/").text

    of_leo = next(card for card in page.split("<article")[1:] if "Leo" in card).split("</article>")[0]
    assert "tel:" not in of_leo
    assert "/plan/write" not in of_leo


def test_one_tap_sets_a_family_aside_with_its_reason_and_it_is_kept_as_every_reader_may_read_it(town: Town) -> None:
    touch = suggested(town)
    teacher = town.sign_in()
    teacher.send("/account", language="es")
    teacher.send(f"/plan/{touch.id}/not-now", "/", reason="reached", next="/")

    assert "Nada hoy" in teacher.follow().text
    [kept] = town.rows(select(Outreach.dismissed_reason))
    assert kept == "I have just been in touch with this family"
    with speaking("es"):
        assert said(kept) == "Acabo de comunicarme con esta familia"


def test_what_a_family_wrote_yesterday_is_the_first_thing_to_read(town: Town) -> None:
    town.world.contact(
        town.maya, initiator=Initiator.FAMILY, staff_id=None, channel=Channel.SMS, outcome=Outcome.REACHED,
        occurred_at=NOW - timedelta(hours=20), summary="Can Maya retake the test?",
    )  # fmt: skip
    town.commit()
    page = town.sign_in().get("/").text

    assert "Came in since Monday" in page
    assert "Can Maya retake the test?" in page


def wrote(town: Town, number: int) -> None:
    town.world.contact(
        town.maya, initiator=Initiator.FAMILY, staff_id=None, channel=Channel.SMS, outcome=Outcome.REACHED,
        occurred_at=NOW - timedelta(minutes=number), summary=f"Number {number}.",
    )  # fmt: skip


def test_more_than_today_has_room_for_stands_on_a_list_of_its_own_for_those_who_may_see_the_family(town: Town) -> None:
    for number in range(1, 62):
        wrote(town, number)
    town.commit()
    teacher = town.sign_in()
    today = teacher.get("/").text
    assert today.count("data-came-in") == 8
    assert re.search(r'href="/came-in">All 61 that came in</a>', today)

    first = teacher.get("/came-in").text
    assert "61 messages and talks" in first
    older = re.search(r'rel="next" href="(/came-in[^"]+)"', first)
    assert older
    second = teacher.get(older[1]).text
    found = [int(number) for number in re.findall(r"“Number (\d+)\.”", first + second)]
    assert found == list(range(1, 62))
    assert 'rel="next"' not in second
    others = town.world.staff(town.school, display_name="R. Novak")
    town.accounts[AccountRole.TEACHER] = town.world.account(others, AccountRole.TEACHER, email="novak@example.org")
    town.commit()
    assert "Nothing came in" in town.sign_in().get("/came-in").text


def test_after_a_long_break_today_names_the_day_and_not_only_the_weekday(town: Town) -> None:
    [calendar] = town.session.scalars(select(Calendar).where(Calendar.school_id == town.school.id))
    for day in days_between(NOW.date() - timedelta(days=11), NOW.date() - timedelta(days=1)):
        town.world.add(CalendarDay(calendar_id=calendar.id, day=day, name="Break", entered_at=NOW))
    town.commit()

    assert "Came in since Thu 12 Nov" in town.sign_in().get("/").text


def test_a_morning_without_news_says_so(town: Town) -> None:
    assert "No family has called or written since then." in town.sign_in().get("/").text


def test_a_counselor_sees_the_queue_and_what_is_past_due_but_a_teacher_does_not(town: Town) -> None:
    town.world.add(
        RiskScore(family_id=town.delgado.id, points=6, band=Band.HIGH, computed_at=NOW, config_version="shipped")
    )
    town.world.add(
        RiskReason(family_id=town.delgado.id, code=Code.UNANSWERED_REQUEST, points=2, evidence={"requests": []})
    )
    town.world.request(
        town.delgado, town.school, question="Who signs the form?", opened_at=NOW - timedelta(days=5),
        goal_at=NOW - timedelta(days=4), due_at=NOW - timedelta(days=3),
    )  # fmt: skip
    town.commit()
    for role in LEADERS:
        page = town.sign_in(role).get("/").text
        assert "Should hear from us now" in page
        assert "Now · 6" in page
        assert "Past due in your schools" in page
        assert "Who signs the form?" in page
    teacher = town.sign_in().get("/").text
    assert "Should hear from us now" not in teacher
    assert "Now · 6" not in teacher


def test_an_administrator_sees_what_has_nobody(town: Town) -> None:
    suggested(town, staff_id=None)
    town.world.request(town.delgado, town.school, question="Who signs the form?", owner_staff_id=None)
    town.commit()
    page = town.sign_in(AccountRole.ADMINISTRATOR).get("/").text

    assert "1 question without an owner" in page
    assert "1 family with nobody to write to it" in page
    assert "without an owner" not in town.sign_in(AccountRole.COUNSELOR).get("/").text


def test_an_administrator_without_families_of_their_own_reads_no_empty_list(town: Town) -> None:
    assert "There is no quota; a good word" not in town.sign_in(AccountRole.ADMINISTRATOR).get("/").text


def test_today_speaks_spanish_to_whoever_chose_it(town: Town) -> None:
    suggested(town)
    teacher = town.sign_in()
    teacher.send("/account", language="es")
    page = teacher.get("/").text

    assert "Buenos días" in page
    assert acts_of(page)[:5] == ["Llamar", "Mensaje de texto", "Correo electrónico", "Anotar", "Ahora no"]


def test_undoing_the_contact_that_ticked_a_card_off_brings_the_card_back_and_putting_it_back_takes_it(
    town: Town,
) -> None:
    card, teacher = suggested(town), town.sign_in()
    states = select(Outreach.state).where(Outreach.id == card.id)
    form = {"family_id": town.delgado.id, "channel": "phone", "outcome": "reached", "outreach_id": card.id}
    teacher.send("/contacts/quick", "/", **form, client_key="a-call", next="/")
    notice = teacher.follow().text
    assert town.rows(states) == [OutreachState.DONE]
    assert "<article" not in notice
    undo = re.search(r'action="(/contacts/\d+/undo[^"]*)"', notice)
    assert undo
    teacher.send(undo[1])
    page = teacher.follow().text
    assert town.rows(states) == [OutreachState.SUGGESTED]
    assert "Rosa Delgado" in first_card(page)
    restore = re.search(r'action="(/contacts/\d+/restore[^"]*)"', page)
    assert restore
    teacher.send(restore[1])

    assert town.rows(states) == [OutreachState.DONE]


def test_what_a_counselor_looks_after_is_told_in_figures_that_lead_to_their_lists(town: Town) -> None:
    page = town.sign_in(AccountRole.COUNSELOR).get("/").text
    links = dict(re.findall(r'<a href="([^"]+)">(\d+) (?:question|famil)', page))
    assert links == {"/requests/past-due": "0", "/queue?whose=new_and_mine": "0"}
