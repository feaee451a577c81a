"""Friday, 21:00: a text speaks of self-harm. From the sandbox to the pages, by the clock of the school."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from config.settings import Settings
from jobs.delivery import tick
from jobs.digests import prepare_digests
from jobs.reminders import remind
from models import (
    AccountRole,
    Address,
    AuditEvent,
    Channel,
    Guardian,
    InboundMessage,
    Message,
    OnCall,
    Request,
    SafetyAlert,
    SandboxMessage,
)
from outreach import store
from outreach.access.guarded import KEPT
from outreach.delivery import Providers, build
from outreach.delivery.inbound import Incoming, keep, read
from tests.jobs.scene import LINK, render
from tests.kept import kept_app, kept_engine
from tests.web import conftest as web
from tests.web.conftest import Person, Town

FRIDAY = datetime.fromisoformat("2026-11-20T21:00:00-06:00")
SUNDAY_NIGHT = datetime.fromisoformat("2026-11-22T23:00:00-06:00")
MONDAY = datetime.fromisoformat("2026-11-23T10:00:00-06:00")
AGAIN = timedelta(minutes=10)
ROSA, LISTENER = "+13125550142", "+13125550177"
WORDS = {
    "en": ("Maya told me she wants to kill herself", "herself", "Nobody at Lakeside High reads this until Monday"),
    "es": (
        "Maya me dijo que quiere quitarse la vida", "quitarse",
        "Nadie en Lakeside High lee esto hasta el lunes",
    ),
}  # fmt: skip


@dataclass
class Night:
    """A town, its worker, and a clock that both go by."""

    town: Town
    sessions: sessionmaker[Session]
    providers: Providers
    now: datetime = FRIDAY

    def clock(self) -> datetime:
        return self.now

    def speaks(self, language: str) -> None:
        for guardian in self.town.session.scalars(select(Guardian)):
            guardian.language = language
        self.town.commit()

    def texts(self, words: str) -> None:
        """Rosa's text, as the webhook takes it in."""
        incoming = Incoming(
            provider="sandbox", provider_id=f"in-{self.now.isoformat()}", channel=Channel.SMS, from_value=ROSA,
            to_value="+13125550100", body=words, received_at=self.now,
        )  # fmt: skip
        with self.sessions.begin() as session:
            inbound_id = keep(session, incoming, self.now)
        assert inbound_id is not None
        read(self.sessions, inbound_id, self.providers, self.now)

    def works(self, later: timedelta = timedelta(seconds=5)) -> None:
        """The next round of a worker."""
        self.now += later
        tick(self.sessions, self.providers, self.clock, "w1", link=LINK)

    def sent_to(self, value: str) -> list[SandboxMessage]:
        found = select(SandboxMessage).where(SandboxMessage.to_value == value).order_by(SandboxMessage.id)
        return self.town.rows(found)

    def listener(self) -> Person:
        return self.town.sign_in(AccountRole.ADMINISTRATOR)

    def alert(self) -> SafetyAlert:
        [only] = self.town.rows(select(SafetyAlert))
        return only


@pytest.fixture
def night(database_url: str) -> Iterator[Night]:
    sessions = store.session_factory(kept_engine(database_url))
    settings = Settings(database_url=database_url, secret_key=SecretStr("k" * 40))
    with sessions() as session:
        town = web.build(session, database_url)
        town.world.add(
            OnCall(school_id=town.school.id, staff_id=town.staff[AccountRole.ADMINISTRATOR], phone=LISTENER)
        )  # fmt: skip
        phone = session.scalars(select(Address).where(Address.value.startswith("+1"))).first()
        assert phone is not None
        phone.value = ROSA
        session.commit()
        made = Night(town, sessions, build(settings, sessions))
        made.town = dataclasses.replace(town, app=kept_app(settings, made.clock))
        yield made
        session.rollback()


def every_page(night: Night, role: AccountRole) -> str:
    """All that somebody of this role is shown about the family, wherever it is shown."""
    person, family = night.town.sign_in(role), night.town.delgado.id
    [asked] = night.town.rows(select(Request))
    addresses = [
        "/", "/families", f"/families/{family}", "/requests?show=all", "/requests?show=mine", f"/requests/{asked.id}",
        f"/contacts/new?family={family}&request={asked.id}", f"/contacts/{asked.opened_by_contact_id}/correct",
        "/queue", "/plan", f"/plan/write?family={family}&request={asked.id}", "/safety",
        f"/safety/{night.alert().id}", "/sandbox", "/inbox",
    ]  # fmt: skip
    return "".join(person.get(address).text for address in addresses)


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_text_of_self_harm(night: Night, language: str) -> None:
    words, telling, reply = WORDS[language]
    night.speaks(language)
    night.texts(words)
    night.works()

    # The family gets the one reply within the minute; the list is told by text and by e-mail.
    [answer] = night.sent_to(ROSA)
    assert answer.body.startswith(reply)
    assert "911" in answer.body
    assert "988" in answer.body
    assert answer.received_at - FRIDAY < timedelta(minutes=1)
    [text] = night.sent_to(LISTENER)
    assert text.received_at - FRIDAY < timedelta(minutes=1)
    assert f"{LINK}/safety/{night.alert().id}" in text.body
    email = night.town.rows(select(Message).where(Message.staff_id == night.town.staff[AccountRole.ADMINISTRATOR]))
    assert {one.channel for one in email} == {Channel.SMS, Channel.EMAIL}
    assert all(telling not in f"{one.title}{one.body}" and "Maya" not in one.body for one in email)

    # Again after ten minutes, until somebody takes it.
    night.works(AGAIN)
    assert len(night.sent_to(LISTENER)) == 2
    listener = night.listener()
    assert "1 safety alert waits" in listener.get("/").text
    shown = listener.get(f"/safety/{night.alert().id}").text
    assert words in shown
    assert "Nobody has it yet." in shown
    assert listener.send(f"/safety/{night.alert().id}/take").status_code == 303
    night.works(3 * AGAIN)
    assert len(night.sent_to(LISTENER)) == 2

    # A second text of the night is alerted too, and not answered again.
    night.now = SUNDAY_NIGHT
    night.texts(words)
    night.works()
    assert len(night.sent_to(LISTENER)) == 3
    assert len(night.sent_to(ROSA)) == 1

    # No page of others shows it, nor a digest, nor a reminder; that the family wrote is seen.
    first, other = night.town.rows(select(SafetyAlert).order_by(SafetyAlert.id))
    assert (
        listener.send(f"/safety/{other.id}/handled", note="Called Rosa; they are at the hospital.").status_code == 303
    )
    assert listener.send(f"/safety/{first.id}/handled", note="The same.").status_code == 303
    with night.sessions.begin() as session:
        prepare_digests(session, render, LINK, SUNDAY_NIGHT)
        remind(session, render, LINK, MONDAY)
    for message in night.town.rows(select(Message)):
        assert telling not in f"{message.title} {message.body} {message.body_html}"


@pytest.mark.parametrize("role", [AccountRole.TEACHER, AccountRole.COUNSELOR, AccountRole.DISTRICT_ADMINISTRATOR])
def test_no_page_of_anybody_else_shows_the_text(night: Night, role: AccountRole) -> None:
    words, telling, _ = WORDS["en"]
    night.texts(words)
    night.works()
    for _ in ("while it is open", "once it was handled"):
        pages = every_page(night, role)
        assert telling not in pages
        assert KEPT in pages
        assert "Rosa Delgado" in pages
        if night.alert().ended_at is None:
            night.listener().send(f"/safety/{night.alert().id}/handled", note="Called.")


def test_the_trail_tells_who_was_told_who_read_it_who_took_it_and_who_ended_it(night: Night) -> None:
    night.texts(WORDS["en"][0])
    night.works()
    listener, alert = night.listener(), night.alert()
    assert WORDS["en"][0] in listener.get(f"/safety/{alert.id}").text
    listener.send(f"/safety/{alert.id}/take")
    listener.send(f"/safety/{alert.id}/handled", note="Called Rosa.")
    lines = night.town.rows(
        select(AuditEvent).where(AuditEvent.subject_type == "safety_alert").order_by(AuditEvent.id)
    )  # fmt: skip
    assert [line.action for line in lines] == [
        "raise_safety_alert", "tell_safety_alert", "read", "take_safety_alert", "end_safety_alert"
    ]  # fmt: skip
    assert [line.account_id is None for line in lines] == [True, True, False, False, False]
    assert "Called Rosa." in listener.get(f"/safety/{alert.id}").text


def test_a_school_lunch_complaint_may_alert_too_and_one_tap_ends_it(night: Night) -> None:
    words = "The lunch on Friday was a bomb, nobody can eat that"
    night.texts(words)
    night.works()
    assert words not in every_page(night, AccountRole.TEACHER)
    listener = night.listener()
    assert listener.send(f"/safety/{night.alert().id}/no-danger").status_code == 303
    assert "No open alert" in listener.follow().text
    night.works(AGAIN)
    assert len(night.sent_to(LISTENER)) == 1
    teacher = night.town.sign_in().get(f"/families/{night.town.delgado.id}").text
    assert words in teacher
    assert KEPT not in teacher


def test_in_school_hours_the_list_is_told_and_the_family_gets_no_reply_of_the_night(night: Night) -> None:
    night.now = MONDAY
    night.texts(WORDS["en"][0])
    night.works()
    assert night.sent_to(ROSA) == []
    assert len(night.sent_to(LISTENER)) == 1


def test_an_unknown_number_in_danger_is_answered_and_alerts_every_list(night: Night) -> None:
    with night.sessions.begin() as session:
        incoming = Incoming(
            provider="sandbox", provider_id="stranger", channel=Channel.SMS, from_value="+13125559911",
            to_value="+13125550100", body="I want to die", received_at=FRIDAY,
        )  # fmt: skip
        inbound_id = keep(session, incoming, FRIDAY)
    assert inbound_id is not None
    read(night.sessions, inbound_id, night.providers, FRIDAY)
    night.works()
    [answer] = night.sent_to("+13125559911")
    assert "988" in answer.body
    assert len(night.sent_to(LISTENER)) == 1
    [kept] = night.town.rows(select(InboundMessage))
    assert "I want to die" in night.listener().get(f"/safety/{night.alert().id}").text
    assert "I want to die" not in night.town.sign_in(AccountRole.DISTRICT_ADMINISTRATOR).get("/inbox").text
    assert kept.contact_id is None
