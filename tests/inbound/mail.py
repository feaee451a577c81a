"""Words that come in as providers hand them in, and what we wrote before; all through the real verbs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, sessionmaker

from models import (
    Channel,
    Consent,
    ConsentCategory,
    ConsentState,
    InboundMessage,
    Message,
    MessageKind,
    MessageState,
    Outcome,
    Staff,
)
from outreach.contacts import log_message_contact
from outreach.delivery import Providers
from outreach.delivery.consent import consents_of
from outreach.delivery.gate import BARE_REPLIES
from outreach.delivery.inbound import Incoming, keep, read
from tests.delivery.letters import Household, household, text
from tests.world import NOW, World

Row = TypeVar("Row")
OURS = "+15005550006"


@dataclass
class Mailroom:
    sessions: sessionmaker[Session]
    providers: Providers
    counted: count[int] = field(default_factory=lambda: count(1))

    def build(self, made: Callable[[World], Row]) -> Row:
        """Make a part of the world in a transaction of its own."""
        with self.sessions.begin() as session:
            world = World(session)
            world._numbers = self.counted  # each part of the world has names of its own
            return made(world)

    def home(self, number: str = "+13125550142") -> Household:
        return self.build(lambda world: household(world, number))

    def keep(self, body: str, sender: str = "+13125550142", at: datetime = NOW, **values: object) -> int:
        """One message kept; fails where it was kept before."""
        made = Incoming(
            provider="sandbox", provider_id=f"in-{next(self.counted)}", channel=Channel.SMS, from_value=sender,
            to_value=OURS, body=body, received_at=at,
        )  # fmt: skip
        with self.sessions.begin() as session:
            kept = keep(session, replace(made, **values), at)  # type: ignore[arg-type]  # a test names its fields
        assert kept is not None
        return kept

    def arrives(self, body: str, sender: str = "+13125550142", at: datetime = NOW, **values: object) -> InboundMessage:
        """One message kept and read, as it then stands."""
        kept = self.keep(body, sender, at, **values)
        read(self.sessions, kept, self.providers, at)
        return self.inbound(kept)

    def mails(self, body: str, sender: str, at: datetime = NOW, **values: object) -> InboundMessage:
        return self.arrives(body, sender, at, **{"channel": Channel.EMAIL, "to_value": "reply@example.org", **values})

    def inbound(self, number: int) -> InboundMessage:
        (found,) = self.rows(select(InboundMessage).where(InboundMessage.id == number))
        return found

    def sent(
        self, home: Household, kind: MessageKind = MessageKind.TEACHER, ago: timedelta = timedelta(hours=3),
        staff: Staff | None = None, key: str | None = None, told: bool = True, **values: object,
    ) -> Message:  # fmt: skip
        """A message of ours that arrived ``ago`` before ``NOW``."""
        with self.sessions.begin() as session:
            message = text(
                session, home, key or f"sent-{next(self.counted)}", kind=kind, staff_id=staff.id if staff else None,
                **values,
            )  # fmt: skip
            message.state, message.sent_at, message.accepted_at = MessageState.DELIVERED, NOW - ago, NOW - ago
            message.delivered_at = NOW - ago
            if told:
                log_message_contact(session, message=message, outcome=Outcome.DELIVERED, now=NOW - ago)
            return message

    def waiting(self, home: Household, key: str = "waiting", **values: object) -> Message:
        """A message of ours that has not left yet."""
        with self.sessions.begin() as session:
            return text(session, home, key, **values)

    def rows(self, statement: Select[Row]) -> Sequence[Row]:
        with self.sessions() as session:
            return list(session.scalars(statement))

    def consents(self, home: Household) -> dict[ConsentCategory, ConsentState | None]:
        """What stands for texts to the family's phone."""
        with self.sessions() as session:
            return {
                one: consents_of(session, [home.phone.id], one).get((home.phone.id, Channel.SMS))
                for one in ConsentCategory
            }

    def ledger(self) -> Sequence[Consent]:
        return self.rows(select(Consent).order_by(Consent.id))

    def replies(self) -> Sequence[Message]:
        """What the system answered by itself."""
        return self.rows(select(Message).where(Message.kind.in_(BARE_REPLIES)).order_by(Message.id))
