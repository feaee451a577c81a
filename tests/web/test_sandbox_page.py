"""The sandbox's page: what left is read there, and an administrator writes back as any family."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from config.settings import DeliveryMode, Settings
from models import (
    AccountRole,
    Address,
    AddressKind,
    Audience,
    AuditEvent,
    Channel,
    Guardianship,
    InboundMessage,
    MessageKind,
    SandboxMessage,
)
from outreach import store
from outreach.app import create_app
from outreach.delivery import Intent, build, deliver_due, enqueue
from outreach.web.database import close
from outreach.web.webhooks import PROVIDERS
from tests.kept import kept_engine
from tests.world import NOW

from .conftest import Person, Town

PAGE = "/admin/sandbox"


@pytest.fixture
def sent(town: Town, database_url: str) -> int:
    """A text to Rosa, and a digest to a colleague, in the sandbox; the first one's id there."""
    phone = town.session.scalars(select(Address).where(Address.kind == AddressKind.PHONE)).one()
    text = Intent(
        key="text", audience=Audience.FAMILY, kind=MessageKind.TEACHER, channel=Channel.SMS, to_kind=AddressKind.PHONE,
        to_value=phone.value, body="Maya did well.", due_at=NOW, address_id=phone.id, family_id=town.delgado.id,
        school_id=town.school.id, student_ids=(town.maya.id,), guardian_id=_rosa(town),
    )  # fmt: skip
    digest = Intent(
        key="digest", audience=Audience.STAFF, kind=MessageKind.DIGEST, channel=Channel.EMAIL,
        to_kind=AddressKind.EMAIL, to_value="l.alvarez@example.org", title="Today", body="Nothing new.", due_at=NOW,
        staff_id=town.teacher.id, school_id=town.school.id,
    )  # fmt: skip
    for intent in (text, digest):
        enqueue(town.session, intent, NOW)
    town.commit()
    sessions = store.session_factory(kept_engine(database_url))
    deliver_due(sessions, build(Settings(database_url=database_url, secret_key=SecretStr("k" * 40)), sessions),
                lambda: NOW, "worker")  # fmt: skip
    return town.rows(select(SandboxMessage.id).where(SandboxMessage.channel == Channel.SMS))[0]


def _rosa(town: Town) -> int:
    return town.session.scalars(select(Guardianship.guardian_id).where(Guardianship.student_id == town.maya.id)).one()


def head(town: Town) -> Person:
    return town.sign_in(AccountRole.DISTRICT_ADMINISTRATOR)


def came(town: Town) -> list[InboundMessage]:
    return town.rows(select(InboundMessage))


def test_families_have_a_form_and_staff_do_not(town: Town, sent: int) -> None:
    shown = head(town).get(PAGE).text
    assert "Maya did well." in shown
    assert "Nothing new." in shown
    assert shown.count("Write back as this family") == 1
    assert f'action="{PAGE}/{sent}/write-back"' in shown


def test_a_word_back_comes_in_and_is_read_as_the_family_s(town: Town, sent: int) -> None:
    person = head(town)
    key = re.findall(r'name="key" value="(\w+)"', person.get(PAGE).text)[0]
    for _ in range(2):
        person.send(f"{PAGE}/{sent}/write-back", PAGE, words="When is the test?", key=key)
        assert "as if the family had written it" in person.follow().text
    (inbound,) = came(town)
    assert (inbound.body, inbound.family_id) == ("When is the test?", town.delgado.id)
    assert inbound.read_at is not None
    (line,) = {event.subject_id for event in town.rows(select(AuditEvent).where(AuditEvent.action == "write_back"))}
    assert line == sent


def test_an_empty_word_is_told_beside_its_field(town: Town, sent: int) -> None:
    person = head(town)
    person.send(f"{PAGE}/{sent}/write-back", PAGE, words=" ")
    assert person.last is not None
    assert person.last.status_code == 422
    assert f'id="words-{sent}-error">Write what the family says.' in person.last.text
    assert came(town) == []


def test_teachers_write_back_as_nobody(town: Town, sent: int) -> None:
    person = town.sign_in()
    person.send(f"{PAGE}/{sent}/write-back", words="hello")
    assert person.last is not None
    assert person.last.status_code == 403
    assert came(town) == []


def test_on_a_channel_that_is_live_nobody_plays_a_family(town: Town, sent: int, database_url: str) -> None:
    settings = Settings(
        database_url=database_url, secret_key=SecretStr("k" * 40), delivery_sms=DeliveryMode.LIVE,
        twilio_account_sid="AC" + "0" * 32, twilio_auth_token=SecretStr("0" * 32), twilio_from_number="+13125550100",
    )  # fmt: skip
    app = create_app(settings, clock=lambda: NOW)
    app.extensions[PROVIDERS] = build(settings, store.session_factory(kept_engine(database_url)))
    town = replace(town, app=app)
    person = head(town)
    assert "Write back" not in person.get(PAGE).text
    person.send(f"{PAGE}/{sent}/write-back", PAGE, words="hello")
    assert person.last is not None
    assert person.last.status_code == 404
    assert came(town) == []
    close(app)
