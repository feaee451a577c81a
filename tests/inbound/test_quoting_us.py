"""Replies to e-mails as they really left, footer and all, under what mail programs put above a quotation."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from models import Channel, Contact, Initiator, MessageKind, Request, SafetyAlert, SandboxMessage
from outreach.delivery import drain
from outreach.delivery.inbound.quoted import strip_quoted
from outreach.delivery.links import Links
from tests.world import NOW

from .mail import Mailroom

LETTER = "Hi Rosa,\n\nLeo read a whole page aloud today. Could you read with him on Thursday?\n\nThank you,\nMs. Avery"
ROSA = "rosa@example.org"
FROM, TO = "Lakeside Schools <reply@example.org>", "Rosa <rosa@example.org>"
ABOVE = {
    "Outlook": f"From: {FROM}\nSent: Tuesday, November 24, 2026 10:00 AM\nTo: {TO}\nSubject: Leo\n\n",
    "Outlook on a phone": f"________________________________\nFrom: {FROM}\nSent: Tuesday\nTo: {TO}\nSubject: Leo\n\n",
    "Outlook in Spanish": f"De: {FROM}\nEnviado el: martes\nPara: {TO}\nAsunto: Leo\n\n",
    "Yahoo": f"On Tuesday, November 24, 2026 at 10:00:00 AM CST, {FROM} wrote:\n\n",
    "AOL": f"-----Original Message-----\nFrom: {FROM}\nTo: {TO}\nSent: Tue, Nov 24, 2026 10:00 am\nSubject: Leo\n\n",
}


def wrapped(words: str) -> str:
    """As Outlook breaks lines anew, each with a blank before it, and at another width than the next program."""
    lines = [part for line in words.splitlines() for part in textwrap.wrap(line, 44) or [""]]
    return "\n".join(f" {line}" for line in lines)


def e_mailed(mailroom: Mailroom, language: str = "en") -> str:
    """Our letter to Rosa as the provider got it: with a public address, so that it has its footer."""
    links = Links("https://outreach.example.org", "k" * 40, "reply.example.org")
    mailroom.providers = replace(mailroom.providers, links=links)
    home = mailroom.home()
    box = mailroom.build(lambda world: world.email(world.session.merge(home.guardian), ROSA))
    mailroom.waiting(
        home, channel=Channel.EMAIL, to_kind=box.kind, to_value=ROSA, address_id=box.id, title="Leo", body=LETTER,
        language=language,
    )  # fmt: skip
    drain(mailroom.sessions, mailroom.providers, lambda: NOW, "worker")
    (sent,) = mailroom.rows(select(SandboxMessage.body))
    return sent


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_reply_that_quotes_our_e_mail_is_the_family_s_own_words_and_no_alarm(
    mailroom: Mailroom, language: str
) -> None:
    sent = e_mailed(mailroom, language)
    assert "911" in sent
    for number, above in enumerate(ABOVE.values()):
        at = NOW + timedelta(minutes=number)
        came = mailroom.mails(f"That is lovely!\n\n{above}{wrapped(sent)}", ROSA, at, title="Re: Leo")
        assert came.body == "That is lovely!"

    assert not mailroom.rows(select(SafetyAlert))


def test_thanks_over_our_e_mail_are_only_thanks_and_an_empty_reply_says_nothing(mailroom: Mailroom) -> None:
    sent = e_mailed(mailroom)
    mailroom.mails(f"Thank you!\nSent from my iPhone\n\n{ABOVE['Yahoo']}{sent}", ROSA, title="Re: Leo")
    empty = mailroom.mails(f"{ABOVE['Outlook']}{sent}", ROSA, NOW + timedelta(minutes=1), title="Re: Leo")

    assert empty.body == ""
    assert not mailroom.rows(select(Request))
    assert not mailroom.rows(select(SafetyAlert))
    assert "Thank you!" in mailroom.rows(select(Contact.summary).where(Contact.initiator == Initiator.FAMILY))


def test_a_thread_quotes_our_reply_of_the_night_and_what_the_family_wrote_before(mailroom: Mailroom) -> None:
    e_mailed(mailroom)
    night = NOW + timedelta(hours=12)
    mailroom.mails("Is the library open on Friday afternoon?", ROSA, night, title="Re: Leo")
    drain(mailroom.sessions, mailroom.providers, lambda: night, "worker")
    (answer,) = mailroom.rows(select(SandboxMessage.body).where(SandboxMessage.body.contains("988")))
    thread = f"{ABOVE['Outlook']}{answer}\n\n{ABOVE['Outlook']}Is the library open on Friday afternoon?\n"
    came = mailroom.mails(f"Never mind, found it.\n\n{thread}", ROSA, night + timedelta(minutes=5), title="Re: Leo")

    assert came.body == "Never mind, found it."
    assert [reply.kind for reply in mailroom.replies()] == [MessageKind.SAFETY]
    assert not mailroom.rows(select(SafetyAlert))


def test_words_of_danger_of_the_family_s_own_are_found_above_and_between_lines_of_ours(mailroom: Mailroom) -> None:
    sent = e_mailed(mailroom)
    between = sent.replace("Thank you,", "He says he wants to die.\n\nThank you,")
    came = mailroom.mails(f"See below.\n\n{ABOVE['AOL']}{between}", ROSA, title="Re: Leo")

    assert came.body == "See below.\n\nHe says he wants to die."
    assert mailroom.rows(select(SafetyAlert.found)) == [["wants to die"]]


def test_words_of_ours_alarm_nobody_where_reading_fails(mailroom: Mailroom) -> None:
    sent = e_mailed(mailroom)
    for change in ("contact RENAME TO contact_away", "contact_away RENAME TO contact"):
        if change.startswith("contact_away"):
            mailroom.mails(f"Fine.\n\n{ABOVE['Outlook']}{sent}", ROSA, title="Re: Leo")
        with mailroom.sessions.begin() as session:
            session.execute(text(f"ALTER TABLE {change}"))

    assert not mailroom.rows(select(SafetyAlert))


OURS = "Hi Rosa,\n\nLeo read today. Can you come on Thursday at five o'clock?\n\nMs. Avery\n\n-- \nIn danger, call 911."


@pytest.mark.parametrize("above", ABOVE.values(), ids=ABOVE.keys())
@pytest.mark.parametrize(
    ("below", "left"),
    [
        ("Hi Rosa,\nLeo read today. Can you come on Thursday at five\no'clock?\nMs. Avery\nIn danger,\ncall 911.", ""),
        ("Hi Rosa,\n\nLeo read today. Can you come on Thursday at\nfive o'clock?\n\nYes.\n\nMs. Avery", "\n\nYes."),
        ("LEO READ TODAY! Can you come on Thursday\n\nAt six.\n\nMs. Avery\nIn danger, call 911.", "\n\nAt six."),
    ],
)  # fmt: skip
def test_short_lines_of_ours_are_ours_where_they_stand_whole_or_go_on(above: str, below: str, left: str) -> None:
    assert strip_quoted(f"Fine.\n\n{above}{below}", OURS) == f"Fine.{left}"


def test_where_the_program_marks_the_quotation_a_short_line_without_a_mark_is_the_family_s() -> None:
    text = "On Tue, Nov 24, 2026 at 10:00 AM Lakeside wrote:\n> Can we meet?\n> Ms. Avery\n\nMs. Avery\n\nWe can."
    assert strip_quoted(text, "Can we meet?\nMs. Avery") == "Ms. Avery\n\nWe can."


def test_a_stop_below_our_e_mail_is_heard(mailroom: Mailroom) -> None:
    sent = e_mailed(mailroom)
    mailroom.mails(f"{ABOVE['Outlook']}{sent}\n\nunsubscribe", ROSA, title="Re: Leo")

    assert {one.state for one in mailroom.ledger()} == {"out"}
