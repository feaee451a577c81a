"""Both real SDKs on wires to a provider of our own, with a clock that a test moves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import AddressKind, Channel, DeliveryAttempt, Message, MessageState
from outreach.delivery import Providers, build, deliver_due
from outreach.delivery.reconcile import ReconcileFigures, reconcile
from tests.contract.lines import settings
from tests.contract.stub import Stub
from tests.delivery.letters import Household, household, text
from tests.world import NOW, World

SHORT = timedelta(seconds=0.4)
ONE_CALL_AT_A_TIME = 1
NUMBERS_OF_A_HOME = 20
"""More than a household's names and numbers use up."""


@dataclass
class Wire:
    """One worker, its database, and the provider at the other end."""

    sessions: sessionmaker[Session]
    stub: Stub
    providers: Providers
    now: datetime = NOW
    homes: list[Household] = field(default_factory=list)

    def after(self, **time: float) -> Wire:
        """Later, on both ends of the wire."""
        self.now += timedelta(**time)
        self.stub.texts.now = self.now
        return self

    def home(self) -> Household:
        """One more family that may be written to, at a school that is live."""
        with self.sessions.begin() as session:
            world = World(session)
            for _ in range(NUMBERS_OF_A_HOME * len(self.homes)):  # go on where the last world stopped
                world.number()
            home = household(world)
            home.school.sms_live_from = home.school.email_live_from = NOW.date()
            self.homes.append(home)
            return home

    def text(self, home: Household | None = None, key: str = "one", **values: object) -> int:
        """A teacher's text to this family (None: one of its own), due now."""
        home = home or self.home()
        with self.sessions.begin() as session:
            return text(session, home, key, **{"due_at": self.now, **values}).id

    def email(self, key: str = "letter", **values: object) -> int:
        home = self.home()
        with self.sessions.begin() as session:
            address = World(session).email(home.guardian, f"{key}@example.org")
            return text(
                session, home, key, channel=Channel.EMAIL, to_kind=AddressKind.EMAIL, to_value=address.value,
                address_id=address.id, title="About Algebra", **values,
            ).id  # fmt: skip

    def deliver(self) -> None:
        deliver_due(self.sessions, self.providers, lambda: self.now, "worker", threads=ONE_CALL_AT_A_TIME)

    def reconcile(self) -> ReconcileFigures:
        return reconcile(self.sessions, self.providers, lambda: self.now)

    def message(self, message_id: int) -> Message:
        with self.sessions() as session:
            return session.get_one(Message, message_id)

    def states(self) -> list[MessageState]:
        with self.sessions() as session:
            return list(session.scalars(select(Message.state).order_by(Message.id)))

    def attempts(self, message_id: int) -> list[DeliveryAttempt]:
        of = select(DeliveryAttempt).where(DeliveryAttempt.message_id == message_id)
        with self.sessions() as session:
            return list(session.scalars(of.order_by(DeliveryAttempt.started_at)))

    @property
    def questions(self) -> int:
        """How often the provider was asked what it knows."""
        return sum(asked.method == "GET" for asked in self.stub.asked)


def wire(sessions: sessionmaker[Session], stub: Stub, **values: object) -> Wire:
    stub.texts.now = NOW
    return Wire(sessions, stub, build(settings(stub.url, **values), sessions, deadline=SHORT))
