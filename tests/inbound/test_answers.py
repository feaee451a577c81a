"""A figure for a survey, a yes or no for a verdict; kept once, as the family's own, and no contact by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from models import (
    Contact,
    ContactPoint,
    InboundReading,
    InboundState,
    InboundWait,
    Initiator,
    MessageKind,
    Outcome,
    Request,
    Segment,
    SurveyResponse,
    Verdict,
)
from outreach.delivery.inbound.answers import survey_answer, verdict_answer
from tests.delivery.letters import Household
from tests.world import NOW, World

from .mail import Mailroom


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("9", 9), ("9/10", 9), ("10 - great school", 10), ("un 8", 8), ("diez", 10), ("10!", 10), ("8 out of 10", 8),
        ("0", 0), ("9\ufe0f\u20e3", 9), ("🔟", 10), ("I'd say 9", 9), ("Le doy un 10, gracias", 10), ("nine", 9),
        ("2. nobody ever calls me back", 2), ("10 de 10", 10), ("A 9 because he is happy", 9),
    ],
)  # fmt: skip
def test_a_figure_is_read_however_it_is_given(text: str, figure: int) -> None:
    found = survey_answer(text)
    assert found is not None
    assert found.figure == figure


@pytest.mark.parametrize(
    "text",
    ["11", "100", "9.5", "7-8", "-1", "9 am works?", "9:30", "2 kids", "I have 2 questions", "5 minutes late", "$9",
     "room 9", "3rd grade", "one more thing", "dos hijos", "call me at 9", "", "what?"],
)  # fmt: skip
def test_a_time_a_count_or_a_half_is_no_figure(text: str) -> None:
    assert survey_answer(text) is None


@pytest.mark.parametrize(
    ("text", "helped"),
    [("yes", True), ("Sí", True), ("si, mucho", True), ("yes thank you", True), ("👍", True), ("It helped a lot", True),
     ("no", False), ("not really", False), ("No, he still can't read", False), ("no me ayudó", False), ("👎", False),
     ("Not at all", False)],
)  # fmt: skip
def test_yes_and_no_in_both_languages(text: str, helped: bool) -> None:
    found = verdict_answer(text)
    assert found is not None
    assert found.helped is helped


@pytest.mark.parametrize(
    "text",
    ["no problem", "no se", "yes and no", "👍👎", "no one called me", "si me puede llamar", "what", "más o menos"],
)
def test_what_only_begins_so_is_neither(text: str) -> None:
    assert verdict_answer(text) is None


def surveyed(mailroom: Mailroom) -> Household:
    home = mailroom.home()
    mailroom.sent(home, MessageKind.SURVEY, automated=True)
    return home


def test_a_figure_after_a_survey_is_the_family_s_answer_and_no_question(mailroom: Mailroom) -> None:
    home = surveyed(mailroom)
    came = mailroom.arrives("10 - great school")

    (kept,) = mailroom.rows(select(SurveyResponse))
    assert (kept.family_id, kept.guardian_id, kept.score, kept.words) == (
        home.family.id, home.guardian.id, 10, "great school",
    )  # fmt: skip
    assert kept.segment is Segment.PROMOTER
    assert (came.read_as, came.state, came.contact_id) == (InboundReading.SURVEY, InboundState.MATCHED, None)
    assert not mailroom.rows(select(Request))


def test_a_second_figure_is_no_second_answer(mailroom: Mailroom) -> None:
    surveyed(mailroom)
    mailroom.arrives("9")
    mailroom.arrives("10", at=NOW + timedelta(minutes=5))

    assert [kept.score for kept in mailroom.rows(select(SurveyResponse))] == [9]
    assert [asked.question for asked in mailroom.rows(select(Request))] == ["10"]


def test_what_an_unhappy_family_adds_is_a_question_too(mailroom: Mailroom) -> None:
    surveyed(mailroom)
    mailroom.arrives("2. Nobody ever calls me back about his reading")

    assert [kept.score for kept in mailroom.rows(select(SurveyResponse))] == [2]
    (asked,) = mailroom.rows(select(Request))
    assert "Nobody ever calls" in asked.question


def test_a_figure_that_nobody_asked_for_is_read_by_a_person(mailroom: Mailroom) -> None:
    home = mailroom.home()
    mailroom.sent(home)
    mailroom.arrives("9")

    assert not mailroom.rows(select(SurveyResponse))
    assert len(mailroom.rows(select(Request))) == 1


def test_a_survey_of_three_weeks_ago_is_not_answered_any_more(mailroom: Mailroom) -> None:
    home = mailroom.home()
    mailroom.sent(home, MessageKind.SURVEY, ago=timedelta(days=21))
    mailroom.arrives("9")

    assert not mailroom.rows(select(SurveyResponse))


def test_yes_after_we_asked_whether_it_helped_is_the_verdict_on_the_answer(mailroom: Mailroom) -> None:
    home = mailroom.home()
    asked = mailroom.build(
        lambda world: world.request(
            home.family,
            home.school,
            state="answered",
            answered_at=NOW - timedelta(days=2),
            guardian_id=home.guardian.id,
        )
    )
    mailroom.sent(home, MessageKind.VERDICT, automated=True)
    came = mailroom.arrives("Sí, gracias")

    (kept,) = mailroom.rows(select(Verdict))
    assert (kept.request_id, kept.helped, kept.guardian_id) == (asked.id, True, home.guardian.id)
    assert came.read_as is InboundReading.VERDICT


def test_the_key_of_what_asked_names_what_it_is_about(mailroom: Mailroom) -> None:
    home = mailroom.home()
    called = mailroom.build(lambda world: world.contact(home.student))
    mailroom.sent(home, MessageKind.VERDICT, automated=True, key=f"verdict|contact:{called.id}|once|sms")
    mailroom.arrives("not really")

    assert [(kept.contact_id, kept.helped) for kept in mailroom.rows(select(Verdict))] == [(called.id, False)]


def test_a_phone_of_two_families_that_were_both_asked_leaves_the_figure_to_a_person(mailroom: Mailroom) -> None:
    home = surveyed(mailroom)

    def cousins(world: World) -> Household:
        leo = world.student(world.session.merge(home.school), given_name="Leo", family_name="Ruiz")
        luz = world.guardian(leo, given_name="Luz", family_name="Ruiz")
        world.add(ContactPoint(guardian_id=luz.id, address_id=home.phone.id))
        return Household(home.school, leo, luz, world.family(leo), home.phone)

    other = mailroom.build(cousins)
    mailroom.sent(other, MessageKind.SURVEY, ago=timedelta(days=2), automated=True)
    came = mailroom.arrives("9")

    assert not mailroom.rows(select(SurveyResponse))
    assert (came.state, came.waits_because) == (InboundState.NEW, InboundWait.SHARED_ADDRESS)


def test_a_figure_is_no_contact_that_the_family_began(mailroom: Mailroom) -> None:
    surveyed(mailroom)
    mailroom.arrives("9")

    kept = mailroom.rows(select(Contact))
    assert [(one.initiator is Initiator.FAMILY, one.outcome) for one in kept] == [(False, Outcome.REPLIED)]
