"""STOP, START, HELP: on the ledger, on what waits, and one reply each."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

import pytest
from sqlalchemy import select

from models import (
    Address,
    Channel,
    ConsentCategory,
    ConsentSource,
    ConsentState,
    Contact,
    InboundReading,
    InboundState,
    MessageKind,
    MessageState,
    Request,
    SandboxMessage,
)
from outreach.delivery import Providers, drain
from outreach.delivery.links import Links
from outreach.delivery.providers.sandbox import Sandbox
from outreach.language import said
from tests.world import NOW

from .mail import Mailroom


class Confirming(Sandbox):
    """As Twilio: it answers a carrier's word itself."""

    confirms_opt_out = True


def confirming(mailroom: Mailroom) -> None:
    line = Confirming(mailroom.sessions)
    mailroom.providers = Providers(MappingProxyType(dict.fromkeys(mailroom.providers.by_channel, line)), frozenset())


def test_stop_ends_every_category_of_texts_and_is_no_question(mailroom: Mailroom) -> None:
    home = mailroom.home()
    came = mailroom.arrives("STOP")

    assert mailroom.consents(home) == dict.fromkeys(ConsentCategory, ConsentState.OUT)
    assert {(one.source, one.inbound_id, one.channel) for one in mailroom.ledger()} == {
        (ConsentSource.FAMILY_WROTE, came.id, Channel.SMS)
    }
    assert (came.read_as, came.state, came.family_id) == (InboundReading.STOP, InboundState.MATCHED, home.family.id)
    assert not mailroom.rows(select(Contact))
    assert not mailroom.rows(select(Request))


def test_what_waits_for_the_number_is_called_off_at_once_with_a_reason_a_teacher_reads(mailroom: Mailroom) -> None:
    home = mailroom.home()
    waiting = mailroom.waiting(home, due_at=NOW + timedelta(days=1), expires_at=NOW + timedelta(days=4))
    mailroom.arrives("no más")

    (now_is,) = mailroom.rows(select(type(waiting)).where(type(waiting).id == waiting.id))
    assert now_is.state is MessageState.SKIPPED
    assert said(now_is.state_reason) == "This person wrote on November 24 that no more texts should come."


def test_e_mails_go_on_when_texts_end(mailroom: Mailroom) -> None:
    home = mailroom.home()
    mailroom.build(lambda world: world.email(world.session.merge(home.guardian), "rosa@example.org"))
    mailroom.arrives("STOP")

    assert {one.channel for one in mailroom.ledger()} == {Channel.SMS}


def test_a_stop_in_ones_own_words_is_confirmed_once_in_the_family_s_language(mailroom: Mailroom) -> None:
    home = mailroom.home()
    mailroom.build(lambda world: setattr(world.session.merge(home.guardian), "language", "es"))
    came = mailroom.arrives("ya no me manden mensajes")

    (reply,) = mailroom.replies()
    assert reply.kind is MessageKind.OPT_OUT_CONFIRMATION
    assert reply.intent_key == f"inbound|{came.provider_id}|opt_out_confirmation"
    assert "ya no le enviaremos mensajes" in reply.body
    assert reply.expires_at == NOW + timedelta(minutes=5)


def test_stop_repeated_is_confirmed_once_and_adds_nothing_to_the_ledger(mailroom: Mailroom) -> None:
    mailroom.home()
    mailroom.arrives("stop texting me")
    before = len(mailroom.ledger())
    mailroom.arrives("STOP", at=NOW + timedelta(minutes=1))
    mailroom.arrives("I said stop texting me!!", at=NOW + timedelta(minutes=2))

    assert len(mailroom.replies()) == 1
    assert len(mailroom.ledger()) == before


def test_a_provider_that_confirms_stop_itself_is_not_repeated_by_us(mailroom: Mailroom) -> None:
    mailroom.home()
    confirming(mailroom)
    mailroom.arrives("STOP")

    assert not mailroom.replies()


def test_words_that_the_provider_does_not_know_are_confirmed_by_us_all_the_same(mailroom: Mailroom) -> None:
    mailroom.home()
    confirming(mailroom)
    mailroom.arrives("please stop texting me")

    assert [reply.kind for reply in mailroom.replies()] == [MessageKind.OPT_OUT_CONFIRMATION]


def test_what_the_provider_says_it_took_for_stop_is_stop(mailroom: Mailroom) -> None:
    home = mailroom.home()
    mailroom.arrives("arret", taken_as=InboundReading.STOP)

    assert mailroom.consents(home)[ConsentCategory.SCHOOL] is ConsentState.OUT
    assert not mailroom.replies()


def test_a_stop_with_a_question_does_both(mailroom: Mailroom) -> None:
    home = mailroom.home()
    mailroom.arrives("Take me off your list. Who do I talk to about his IEP?")

    (asked,) = mailroom.rows(select(Request))
    assert mailroom.consents(home)[ConsentCategory.SCHOOL] is ConsentState.OUT
    assert "IEP" in asked.question
    assert len(mailroom.replies()) == 1


def test_whatever_a_family_writes_with_its_opt_out_is_kept_and_read_where_it_says_more(mailroom: Mailroom) -> None:
    home = mailroom.home()
    first = mailroom.arrives("please stop texting me")
    assert not mailroom.rows(select(Request))
    second = mailroom.arrives("Take me off your list. Leo died.", at=NOW + timedelta(minutes=1))
    third = mailroom.arrives("STOP", pictures=1, at=NOW + timedelta(minutes=2))

    kept = {one.id: one.summary for one in mailroom.rows(select(Contact))}
    assert [came.read_as for came in (first, second, third)] == [InboundReading.STOP] * 3
    assert kept[first.contact_id or 0] == "please stop texting me"
    assert "picture" in (kept[third.contact_id or 0] or "")
    assert [asked.question for asked in mailroom.rows(select(Request))] == ["Take me off your list. Leo died."]
    assert mailroom.consents(home)[ConsentCategory.SCHOOL] is ConsentState.OUT


def test_stop_from_a_number_that_nobody_has_is_kept_for_the_day_a_roster_brings_it(mailroom: Mailroom) -> None:
    mailroom.home()
    came = mailroom.arrives("STOP", sender="(312) 555-0177")

    (address,) = mailroom.rows(select(Address).where(Address.value == "+13125550177"))
    assert {one.address_id for one in mailroom.ledger()} == {address.id}
    assert (came.state, came.family_id) == (InboundState.DISMISSED, None)
    (reply,) = mailroom.replies()
    assert (reply.family_id, reply.address_id) == (None, address.id)


def test_start_lets_school_messages_go_again_and_surveys_only_by_their_own_opt_in(mailroom: Mailroom) -> None:
    home = mailroom.home()
    mailroom.arrives("STOP")
    came = mailroom.arrives("START", at=NOW + timedelta(hours=1))

    assert mailroom.consents(home) == {
        ConsentCategory.SCHOOL: ConsentState.IN, ConsentCategory.SURVEY: ConsentState.OUT,
    }  # fmt: skip
    assert came.read_as is InboundReading.START
    assert [reply.kind for reply in mailroom.replies()] == [
        MessageKind.OPT_OUT_CONFIRMATION, MessageKind.OPT_IN_CONFIRMATION,
    ]  # fmt: skip


def test_start_at_night_is_confirmed_in_the_morning_and_help_is_answered_at_once_all_the_same(
    mailroom: Mailroom,
) -> None:
    home = mailroom.home()
    night = datetime.fromisoformat("2026-11-20T21:00:00-06:00")
    mailroom.arrives("STOP", at=night - timedelta(days=3))
    mailroom.arrives("START", at=night)
    mailroom.arrives("HELP", at=night + timedelta(minutes=2))
    first = leaves(mailroom, night + timedelta(minutes=3))
    morning = datetime.fromisoformat("2026-11-21T08:00:00-06:00")
    before, then = leaves(mailroom, morning - timedelta(minutes=1)), leaves(mailroom, morning)

    assert {to for to, _ in then} == {home.phone.value}
    assert ["Nobody reads replies at night" in words for _, words in first] == [True]
    assert before == first
    assert ["get texts from your school again" in words for _, words in then] == [False, True], "on a Saturday, at 8"


def test_stop_calls_the_confirmation_of_start_off(mailroom: Mailroom) -> None:
    mailroom.home()
    night = datetime.fromisoformat("2026-11-20T21:00:00-06:00")
    for number, word in enumerate(("STOP", "START", "STOP")):
        mailroom.arrives(word, at=night + timedelta(minutes=number))

    assert [(one.kind, one.state) for one in mailroom.replies() if one.kind is MessageKind.OPT_IN_CONFIRMATION] == [
        (MessageKind.OPT_IN_CONFIRMATION, MessageState.SKIPPED)
    ]


def test_start_from_a_number_that_nobody_has_is_kept_and_not_confirmed(mailroom: Mailroom) -> None:
    mailroom.home()
    for number, word in enumerate(("STOP", "START")):
        mailroom.arrives(word, sender="+13125550177", at=NOW + timedelta(minutes=number))

    assert [one.state for one in mailroom.ledger()][-1] is ConsentState.IN
    assert [one.kind for one in mailroom.replies()] == [MessageKind.OPT_OUT_CONFIRMATION]


def test_yes_is_start_only_of_somebody_who_is_opted_out(mailroom: Mailroom) -> None:
    home = mailroom.home()
    first = mailroom.arrives("YES")
    mailroom.arrives("STOP", at=NOW + timedelta(minutes=1))
    second = mailroom.arrives("Sí", at=NOW + timedelta(minutes=2))

    assert (first.read_as, second.read_as) == (InboundReading.QUESTION, InboundReading.START)
    assert mailroom.consents(home)[ConsentCategory.SCHOOL] is ConsentState.IN


def test_help_is_answered_with_district_school_and_office_once(mailroom: Mailroom) -> None:
    home = mailroom.home()
    mailroom.build(lambda world: setattr(world.session.merge(home.school), "phone", "312 555 0100"))
    mailroom.arrives("Help!")
    mailroom.arrives("HELP", at=NOW + timedelta(minutes=1))

    (reply,) = mailroom.replies()
    assert reply.kind is MessageKind.HELP
    assert "Lakeside Schools" in reply.body
    assert home.school.name in reply.body
    assert "312 555 0100" in reply.body
    assert "STOP" in reply.body


def test_help_leads_to_the_school_s_own_directory_in_the_family_s_language(mailroom: Mailroom) -> None:
    home = mailroom.home()
    mailroom.providers = replace(mailroom.providers, links=Links("https://lakeside.example.org", "k" * 40))
    mailroom.build(lambda world: world.whom_to_ask(home.school))
    mailroom.build(lambda world: setattr(world.session.merge(home.guardian), "language", "es"))
    mailroom.arrives("AYUDA")

    (reply,) = mailroom.replies()
    assert f"https://lakeside.example.org/ask/school-{home.school.id}/es" in reply.body


@pytest.mark.parametrize(
    ("listed", "public_url"), [(True, None), (False, "https://lakeside.example.org"), (False, None)]
)
def test_help_names_no_directory_where_there_is_none_or_no_address_leads_there(
    mailroom: Mailroom, listed: bool, public_url: str | None
) -> None:
    home = mailroom.home()
    mailroom.providers = replace(mailroom.providers, links=Links(public_url, "k" * 40))
    if listed:
        mailroom.build(lambda world: world.whom_to_ask(home.school))
    mailroom.arrives("HELP")

    (reply,) = mailroom.replies()
    assert "STOP" in reply.body
    assert "/ask" not in reply.body
    assert "Whom to ask" not in reply.body


def test_help_from_a_stranger_is_answered_too(mailroom: Mailroom) -> None:
    mailroom.home()
    mailroom.arrives("INFO", sender="+13125550177")

    (reply,) = mailroom.replies()
    assert (reply.kind, reply.family_id, reply.to_value) == (MessageKind.HELP, None, "+13125550177")


def test_unsubscribe_as_an_e_mail_s_subject_ends_e_mails(mailroom: Mailroom) -> None:
    home = mailroom.home()
    mail = mailroom.build(lambda world: world.email(world.session.merge(home.guardian), "rosa@example.org"))
    mailroom.mails("Thanks, Rosa", "Rosa@Example.org", title="Unsubscribe")

    assert {(one.address_id, one.channel, one.state) for one in mailroom.ledger()} == {
        (mail.id, Channel.EMAIL, ConsentState.OUT)
    }
    (reply,) = mailroom.replies()
    assert reply.title == "No more e-mails"


def test_an_e_mail_about_texts_ends_no_e_mails(mailroom: Mailroom) -> None:
    home = mailroom.home()
    mailroom.build(lambda world: world.email(world.session.merge(home.guardian), "rosa@example.org"))
    mailroom.mails("Please stop texting me.", "rosa@example.org", title="Texts")

    assert not mailroom.ledger()
    assert len(mailroom.rows(select(Request))) == 1


def test_stop_in_capitals_on_a_line_of_its_own_counts_above_a_signature(mailroom: Mailroom) -> None:
    home = mailroom.home()
    mailroom.arrives("STOP\n\nRosa Delgado")

    assert mailroom.consents(home)[ConsentCategory.SCHOOL] is ConsentState.OUT


def leaves(mailroom: Mailroom, at: datetime = NOW) -> list[tuple[str, str]]:
    """What the sandbox was asked to send, after everything that is due at that moment has left."""
    drain(mailroom.sessions, mailroom.providers, lambda: at, "worker")
    return [(sent.to_value, sent.body) for sent in mailroom.rows(select(SandboxMessage).order_by(SandboxMessage.id))]


def test_after_stop_the_confirmation_leaves_and_nothing_else_ever(mailroom: Mailroom) -> None:
    home = mailroom.home()
    mailroom.waiting(home)
    mailroom.arrives("please stop texting me")
    mailroom.waiting(home, "written after")

    sent = leaves(mailroom)
    assert [to for to, _ in sent] == [home.phone.value]
    assert "you will get no more texts" in sent[0][1]


def test_the_confirmation_to_a_number_that_nobody_has_leaves_too(mailroom: Mailroom) -> None:
    mailroom.home()
    mailroom.arrives("no más mensajes", sender="+13125550177")

    assert [to for to, _ in leaves(mailroom)] == ["+13125550177"]
