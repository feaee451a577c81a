"""Who holds a message, a family or an address takes them in one order, so that no two wait for each other for ever.

On PostgreSQL alone: SQLite has one lock for all. One side has come half its way when the other begins; it goes on once
the other waits for it. In another order the database ends one of the two (DeadlockDetected).
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from time import monotonic

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session, sessionmaker

from models import (
    AddressKind,
    Audience,
    Channel,
    ContactPoint,
    DeliveryAttempt,
    DeliveryEvent,
    InboundMessage,
    Message,
    MessageKind,
    MessageState,
    ProviderPause,
    RequestState,
)
from models import Request as Question
from outreach.contacts import lock_family
from outreach.delivery import Intent, Providers, Receipt, ReceiptEvent, deliver_due, enqueue, resume_providers, sandbox
from outreach.delivery.attempt import begin
from outreach.delivery.claimed import Claimed
from outreach.delivery.inbound.route import Origin
from outreach.delivery.inbound.stopping import stop
from outreach.delivery.pauses import pause_provider
from outreach.delivery.receipts import apply_waiting, receive_receipts
from outreach.delivery.terms import terms_at
from tests.delivery import letters
from tests.delivery.claims import claim_of
from tests.delivery.letters import Household, household
from tests.world import NOW, World

pytestmark = pytest.mark.databases("postgresql")
LATER = NOW + timedelta(minutes=1)
PATIENCE = 30.0


@pytest.fixture
def homes(sessions: sessionmaker[Session]) -> tuple[Household, Household]:
    """Two families; the second one's guardian has the first one's phone as well."""
    with sessions.begin() as session:
        world = World(session)
        home, other = household(world), household(world)
        session.add(ContactPoint(guardian_id=other.guardian.id, address_id=home.phone.id))
    return home, other


@pytest.fixture
def home(homes: tuple[Household, Household]) -> Household:
    return homes[0]


@pytest.fixture
def other(homes: tuple[Household, Household]) -> Household:
    return homes[1]


@pytest.fixture
def crossed(home: Household, other: Household) -> Household:
    """The second family by the first one's phone."""
    return Household(other.school, other.student, other.guardian, other.family, home.phone)


def until_it_waits(engine: Engine, other: Future[object]) -> None:
    """Returns once a connection waits for a lock that another holds; ``other`` is whose."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0"
    )
    began = monotonic()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while not connection.scalar(waiting):
            if other.done():
                other.result()
            assert not other.done(), "it never waited: the two did not cross"
            assert monotonic() - began < PATIENCE


def cross(
    sessions: sessionmaker[Session], engine: Engine, half: Callable[[Session], object], other: Callable[[], object],
    rest: Callable[[Session], object],
) -> None:  # fmt: skip
    """``half`` and ``rest`` are one transaction; in the middle of it ``other`` begins, and waits for it."""
    with ThreadPoolExecutor(1) as pool:
        with sessions.begin() as session:
            half(session)
            waits: Future[object] = pool.submit(other)
            until_it_waits(engine, waits)
            rest(session)
        waits.result(PATIENCE)


def at_the_provider(session: Session, home: Household, key: str, **values: object) -> Message:
    message = letters.text(session, home, key, body=f"Words of {key}.", **values)
    message.state, message.attempt_id, message.sent_at = MessageState.ACCEPTED, f"{key:0>32}", NOW
    session.add(
        DeliveryAttempt(
            id=message.attempt_id, message_id=message.id, provider="sandbox", started_at=NOW,
            deadline_at=NOW + timedelta(seconds=30),
        )
    )  # fmt: skip
    session.flush()
    return message


def answer_at_the_provider(sessions: sessionmaker[Session], home: Household) -> None:
    """Once delivered it settles the family's question, which is done under the family's row."""
    with sessions.begin() as session:
        teacher = World(session).staff(home.school)
        asked = World(session).request(home.family, home.school)
        assert asked.state is RequestState.OPEN
        at_the_provider(session, home, "a", kind=MessageKind.ANSWER, staff_id=teacher.id)


def delivered(attempt_id: str) -> Receipt:
    return Receipt(
        provider="sandbox", key=f"delivered {attempt_id}", event=ReceiptEvent.DELIVERED, provider_id=None,
        attempt_id=attempt_id, occurred_at=NOW,
    )  # fmt: skip


def claimed(session: Session, message: Message) -> Claimed:
    message.claimed_by, message.lease_until = "w", LATER + timedelta(minutes=5)
    session.flush()
    return claim_of(message)


def sends(session: Session, message: Claimed, providers: Providers) -> None:
    assert begin(session, message, "w", providers, terms_at(session, LATER), LATER) is not None


def test_a_receipt_and_a_message_that_leaves(
    sessions: sessionmaker[Session], engine: Engine, providers: Providers, home: Household
) -> None:
    answer_at_the_provider(sessions, home)
    with sessions.begin() as session:
        leaving = claimed(session, letters.text(session, home, "b"))
    cross(
        sessions, engine,
        lambda session: lock_family(session, home.family.id),
        lambda: receive_receipts(sessions, [delivered(f"{'a':0>32}")], LATER),
        lambda session: sends(session, leaving, providers),
    )  # fmt: skip
    with sessions() as session:
        assert session.scalars(select(Message.state).order_by(Message.id)).all() == [
            MessageState.DELIVERED, MessageState.SENDING,
        ]  # fmt: skip
        assert session.scalars(select(Question.state)).one() is RequestState.ANSWERED


def test_a_receipt_and_a_stop(sessions: sessionmaker[Session], engine: Engine, home: Household) -> None:
    answer_at_the_provider(sessions, home)

    def stops(session: Session) -> None:
        came = InboundMessage(
            provider="sandbox", provider_id="SM9", channel=Channel.SMS, from_value=home.phone.value,
            to_value="+15005550006", body="STOP", raw={}, received_at=LATER,
        )  # fmt: skip
        session.add(came)
        session.flush()
        origin = Origin(home.phone.id, home.family.id, school_id=home.school.id)
        assert stop(session, came, origin, LATER)

    cross(
        sessions, engine,
        lambda session: lock_family(session, home.family.id),
        lambda: receive_receipts(sessions, [delivered(f"{'a':0>32}")], LATER),
        stops,
    )  # fmt: skip
    with sessions() as session:
        assert session.scalars(select(Message.state)).one() is MessageState.DELIVERED


def both_arrived(sessions: sessionmaker[Session]) -> None:
    """Neither receipt was the victim of a lock, which its step would only have logged."""
    with sessions() as session:
        arrived = select(func.count()).where(Message.state == MessageState.DELIVERED)
        assert session.scalar(arrived) == 2


def test_receipts_that_waited_and_a_message_to_a_shared_phone(
    sessions: sessionmaker[Session], engine: Engine, providers: Providers, home: Household,
    other: Household, crossed: Household,
) -> None:  # fmt: skip
    with sessions.begin() as session:
        for which, key in ((home, "a"), (other, "b")):
            message = at_the_provider(session, which, key)
            session.add(
                DeliveryEvent(
                    provider="sandbox", event_key=f"early {key}", attempt_id=message.attempt_id, event="delivered",
                    received_at=NOW, raw={},
                )
            )  # fmt: skip
        leaving = claimed(session, letters.text(session, crossed, "c"))
    cross(
        sessions, engine,
        lambda session: lock_family(session, other.family.id),
        lambda: apply_waiting(sessions, LATER),
        lambda session: sends(session, leaving, providers),
    )  # fmt: skip
    both_arrived(sessions)


def test_the_sandboxs_receipts_and_a_message_to_a_shared_phone(
    sessions: sessionmaker[Session], engine: Engine, providers: Providers, home: Household,
    other: Household, crossed: Household,
) -> None:  # fmt: skip
    with sessions.begin() as session:
        for which, key in ((home, "a"), (other, "b")):
            letters.text(session, which, key, body=f"Words of {key}.")
    deliver_due(sessions, providers, lambda: NOW, "w")
    with sessions.begin() as session:
        leaving = claimed(session, letters.text(session, crossed, "c"))
    cross(
        sessions, engine,
        lambda session: lock_family(session, other.family.id),
        lambda: sandbox.advance(sessions, LATER),
        lambda session: sends(session, leaving, providers),
    )  # fmt: skip
    both_arrived(sessions)


def test_a_letter_about_a_pause_and_who_resumes(
    sessions: sessionmaker[Session], engine: Engine, providers: Providers, home: Household
) -> None:
    with sessions.begin() as session:
        assert pause_provider(session, "sandbox", "It refuses us.", NOW, None)
        letter = enqueue(
            session,
            Intent(
                key="pause|sandbox|x", audience=Audience.STAFF, kind=MessageKind.NOTICE, channel=Channel.EMAIL,
                to_kind=AddressKind.EMAIL, to_value="lowe@example.org", title="Paused", body="Paused.", due_at=NOW,
                about_school_work=False,
            ),
            NOW,
        )  # fmt: skip
        leaving = claimed(session, letter)

    def resumes() -> list[str]:
        with sessions.begin() as session:
            return resume_providers(session, LATER)

    cross(
        sessions, engine,
        lambda session: session.get_one(Message, leaving.id, with_for_update=True),
        resumes,
        lambda session: begin(session, leaving, "w", providers, terms_at(session, LATER), LATER),
    )  # fmt: skip
    with sessions() as session:
        assert session.scalars(select(ProviderPause)).all() == []
        assert session.scalars(select(Message.state)).one() is MessageState.CANCELLED
