"""A real application that knows its providers' secrets, over a family with one text and one e-mail under way."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import Select
from sqlalchemy.orm import Session, sessionmaker

from config.settings import Settings
from models import Address, AddressKind, Channel, DeliveryAttempt, Message, MessageState
from outreach import store
from tests.delivery.letters import Household, household, text
from tests.kept import kept_app, kept_engine
from tests.world import NOW, World

from .posts import PUBLIC_URL, TOKEN, SendGridKey

Row = TypeVar("Row")
TEXT_ATTEMPT, MAIL_ATTEMPT = "a" * 32, "b" * 32
SENT_AT = NOW - timedelta(minutes=2)
EVENTS_KEY, INBOUND_KEY = SendGridKey.new(), SendGridKey.new()


@dataclass
class Far:
    """The webhooks as seen from the providers' side."""

    app: Flask
    sessions: sessionmaker[Session]
    home: Household
    email: Address
    text_id: int
    mail_id: int
    events_key: SendGridKey
    inbound_key: SendGridKey
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    def rows(self, statement: Select[Row]) -> list[Row]:
        """What the database holds now."""
        with self.sessions() as fresh:
            return list(fresh.scalars(statement))

    def message(self, message_id: int) -> Message:
        with self.sessions() as fresh:
            return fresh.get_one(Message, message_id)


def under_way(session: Session, message: Message, attempt_id: str, provider: str) -> Message:
    """The call to the provider has begun, and nothing has come back."""
    message.state, message.attempt_id, message.provider = MessageState.SENDING, attempt_id, provider
    message.sent_at, message.lease_until = SENT_AT, NOW + timedelta(minutes=2)
    session.add(
        DeliveryAttempt(
            id=attempt_id, message_id=message.id, provider=provider, started_at=SENT_AT,
            deadline_at=SENT_AT + timedelta(seconds=30),
        )
    )  # fmt: skip
    session.flush()
    return message


def with_secrets(database_url: str, events_key: SendGridKey, inbound_key: SendGridKey) -> Settings:
    return Settings(
        database_url=database_url, secret_key=SecretStr("k" * 40), public_url=PUBLIC_URL,
        twilio_auth_token=SecretStr(TOKEN), sendgrid_webhook_public_key=SecretStr(events_key.public),
        sendgrid_inbound_public_key=SecretStr(inbound_key.public), sendgrid_inbound_domain="reply.example.org",
    )  # fmt: skip


@pytest.fixture
def far(database_url: str) -> Far:
    sessions = store.session_factory(kept_engine(database_url))
    with sessions.begin() as session:
        world = World(session)
        home = household(world)
        email = world.email(home.guardian)
        one = under_way(session, text(session, home), TEXT_ATTEMPT, "twilio")
        other = text(
            session, home, "mail", channel=Channel.EMAIL, to_kind=AddressKind.EMAIL, to_value=email.value,
            address_id=email.id, title="From Maya's teacher",
        )  # fmt: skip
        under_way(session, other, MAIL_ATTEMPT, "sendgrid")
        ids = one.id, other.id
    app = kept_app(with_secrets(database_url, EVENTS_KEY, INBOUND_KEY))
    return Far(app, sessions, home, email, *ids, EVENTS_KEY, INBOUND_KEY)
