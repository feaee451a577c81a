"""Taps on our texts: phones send them as texts that repeat ours in full."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from models import Contact, InboundReading, Initiator, MessageKind, Outcome, Request, SafetyAlert, SurveyResponse
from outreach.delivery.inbound.reactions import reaction_in
from tests.world import NOW

from .mail import Mailroom

FIRST = (
    "This is Ms. Avery at Lakeside High, Lakeside Schools. Reply STOP to end these texts. Nobody reads replies at"
    " night; in danger call 911.\nLeo read today."
)
THANKFUL = (
    "Liked “{}”", "Loved “{}”", "Disliked “{}”", "Laughed at “{}”", "Emphasized “{}”", "Reacted 🎉 to “{}”",
    "Removed a like from “{}”", "Removed an exclamation from “{}”", "Removed a question mark from “{}”",
    "Le gustó “{}”", "Le encantó “{}”", "No le gustó “{}”", "Le dio risa “{}”", "Se rió de “{}”", "Exclamó por “{}”",
    "Reaccionó con 😂 a “{}”", "Quitó un me gusta de “{}”", "Le ha encantado “{}”",
    "\u200a\u200b👍\u200b to “\u200a{}\u200a” ", "👍🏽 a “{}”", "❤️ to “{}”", 'Liked "{}"', '👍 to "{}"',
)  # fmt: skip
ASKING = ("Questioned “{}”", "Reacted ❓ to “{}”", "Dudó sobre “{}”", "❓ a “{}”")


@pytest.mark.parametrize("form", [*THANKFUL, *ASKING])
def test_a_reaction_is_known_in_both_languages_and_without_what_it_quotes(form: str) -> None:
    found = reaction_in(form.format(FIRST))
    assert found is not None
    assert "911" not in found.words
    assert found.asks is (form in ASKING)


@pytest.mark.parametrize(
    "text",
    [
        "Liked your note", "I liked “your note”", "Loved “the note” thank you", "Leo to “the office”",
        "Liked “the note” but is he safe, “really”?", 'Liked "the note" but not "the mark"', "Liked “the note",
        "“the note”", "👍 ok “the note”", "Le gustó mucho “la nota”", "5 to “6”", "",
    ],
)  # fmt: skip
def test_what_a_person_wrote_is_no_reaction(text: str) -> None:
    assert reaction_in(text) is None


def test_a_quotation_within_the_quotation_is_part_of_it() -> None:
    assert reaction_in("Liked “She said “yes” today”") is not None


def test_a_tap_on_our_text_is_thanks_a_question_mark_a_question_and_neither_an_alarm(mailroom: Mailroom) -> None:
    home = mailroom.home()
    sent = mailroom.sent(home, body=FIRST)
    for number, form in enumerate(THANKFUL[:3] + THANKFUL[9:12] + THANKFUL[18:20]):
        came = mailroom.arrives(form.format(FIRST), at=NOW + timedelta(minutes=number))
        assert came.read_as is InboundReading.THANKS, form
    assert not mailroom.rows(select(Request))
    assert not mailroom.ledger()
    assert len(mailroom.rows(select(Contact).where(Contact.initiator == Initiator.FAMILY))) == 8
    assert mailroom.rows(select(Contact.outcome).where(Contact.message_id == sent.id)) == [Outcome.REPLIED]

    asked = mailroom.arrives(f"Questioned “{FIRST}”", at=NOW + timedelta(hours=1))
    assert asked.read_as is InboundReading.QUESTION
    assert [one.question for one in mailroom.rows(select(Request))] == [f"Questioned “{FIRST}”"]
    assert not mailroom.rows(select(SafetyAlert))


def test_a_tap_on_a_survey_is_no_figure(mailroom: Mailroom) -> None:
    home = mailroom.home()
    mailroom.sent(home, MessageKind.SURVEY, automated=True, body="8 questions? No, one: 0 to 10?")
    came = mailroom.arrives("👍 a “8 questions? No, one: 0 to 10?”")

    assert came.read_as is InboundReading.THANKS
    assert not mailroom.rows(select(SurveyResponse))


def test_words_of_danger_beside_a_quotation_alert(mailroom: Mailroom) -> None:
    mailroom.home()
    mailroom.arrives("Liked “Leo read today” but he wants to die")

    assert len(mailroom.rows(select(SafetyAlert))) == 1
