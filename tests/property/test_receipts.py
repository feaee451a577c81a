"""Receipts shuffled, repeated and contradictory, before and after our own commit: the end is the same for every order.

The machine tells receipts of one or two attempts as they occur to it, and lets the last attempt's call end somewhere
in between. In the end the same is told anew to the same message as it was, in the order of time, in its reverse and in
any other, with the call's answer anywhere among them, and compared in full.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from models import (
    Address,
    AddressHealth,
    AttemptResult,
    Channel,
    Consent,
    ConsentState,
    Contact,
    ContactPoint,
    DeliveryAttempt,
    DeliveryEvent,
    Message,
    MessageState,
)
from outreach.delivery import Accepted, Outgoing, Receipt, ReceiptEvent, apply_receipt
from outreach.delivery.carrier import OWN_HOURS
from outreach.delivery.errors import ProviderError, RefusedForGood, RefusedForNow, Unclear
from outreach.delivery.receipts import RANK
from outreach.delivery.result import finish
from outreach.effective import effective_config
from tests.delivery.letters import Household, household, sweep, text
from tests.world import NOW, World

ATTEMPTS, PROVIDER_IDS = ("1" * 32, "2" * 32), ("SM1", "SM2")
LATER = NOW + timedelta(minutes=10)
CODES = st.sampled_from([None, "30003", "30005", "30006", "30007", "21610", OWN_HOURS])
STEPS = 10
"""Of one run of the machine; no more receipts than that."""
Answer = Accepted | ProviderError
ANSWERS: Sequence[Callable[[int], Answer]] = (
    lambda last: Accepted(PROVIDER_IDS[last]),
    lambda _last: Unclear("timeout", "no answer in time"),
    lambda _last: RefusedForGood("http-400", "no"),
    lambda _last: RefusedForNow("20429", "too many requests"),
)


@dataclass(frozen=True)
class Told:
    """One event, as its provider tells it each time."""

    attempt: int
    event: ReceiptEvent
    seconds: int
    code: str | None
    names_attempt: bool
    names_itself: bool

    def receipt(self, name: int = 0) -> Receipt:
        what = f"{self.attempt}|{self.event}|{self.seconds}"
        return Receipt(
            provider="twilio", key=f"{what}|{name}", twin_key=what, event=self.event,
            provider_id=PROVIDER_IDS[self.attempt] if self.names_itself else None,
            attempt_id=ATTEMPTS[self.attempt] if self.names_attempt else None,
            occurred_at=NOW + timedelta(seconds=self.seconds), error_code=self.code,
        )  # fmt: skip


@dataclass
class Scene:
    """One text whose last attempt is at the provider; of two attempts the first was taken to be lost."""

    session: Session
    home: Household
    message: Message
    last: int
    answered: bool = field(default=False)

    def tell(self, told: Told, name: int = 0) -> None:
        apply_receipt(self.session, told.receipt(name), LATER)

    def answer(self, answer: Answer) -> None:
        outgoing = Outgoing(ATTEMPTS[self.last], Channel.SMS, self.home.phone.value, None, "words", None, NOW)
        rules = effective_config(self.session, NOW).cadence.sending
        finish(self.session, outgoing, answer, rules, NOW + timedelta(seconds=20))
        self.answered = True

    def end(self) -> dict[str, object]:
        self.session.flush()
        self.session.expire_all()
        message, address = self.message, self.session.get_one(Address, self.home.phone.id)
        contacts = select(Contact.outcome).where(Contact.message_id == message.id, Contact.voided_at.is_(None))
        outs = select(Consent.category).where(Consent.address_id == address.id, Consent.state == ConsentState.OUT)
        texts = select(ContactPoint.texts).where(ContactPoint.address_id == address.id)
        bound = select(func.count()).select_from(DeliveryEvent).where(DeliveryEvent.message_id == message.id)
        return {
            "state": message.state, "reason": message.state_reason, "code": message.error_code,
            "accepted": message.accepted_at, "delivered": message.delivered_at, "provider's id": message.provider_id,
            "sent": message.sent_at, "health": address.health, "why": address.health_reason,
            "texts": list(self.session.scalars(texts)), "contact": list(self.session.scalars(contacts)),
            "out": sorted(self.session.scalars(outs)), "bound": self.session.scalar(bound),
            "kept": self.session.scalar(select(func.count()).select_from(DeliveryEvent)),
        }  # fmt: skip


def scene(session: Session, home: Household, attempts: int, *, doubtful: bool) -> Scene:
    message = text(session, home)
    message.state, message.provider, message.attempt_id = MessageState.SENDING, "twilio", ATTEMPTS[attempts - 1]
    message.sent_at, message.attempts, message.lease_until = NOW, attempts, NOW + timedelta(minutes=2)
    home.phone.health = AddressHealth.DOUBTFUL if doubtful else AddressHealth.USABLE
    for number in range(attempts):
        began = NOW - timedelta(minutes=20 * (attempts - 1 - number))
        lost = number < attempts - 1
        session.add(
            DeliveryAttempt(
                id=ATTEMPTS[number], message_id=message.id, provider="twilio", started_at=began,
                deadline_at=began + timedelta(seconds=30), result=AttemptResult.UNKNOWN if lost else None,
                ended_at=began + timedelta(seconds=30) if lost else None,
            )
        )  # fmt: skip
    session.flush()
    return Scene(session, home, message, attempts - 1)


@contextmanager
def undone(engine: Engine) -> Iterator[Session]:
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            yield session
        outer.rollback()


class FarSide(RuleBasedStateMachine):
    engine: Engine

    def __init__(self) -> None:
        super().__init__()
        self.context = undone(self.engine)
        self.session = self.context.__enter__()
        self.home = household(World(self.session))
        self.told: dict[tuple[int, ReceiptEvent, int], Told] = {}
        self.names = 0
        self.given: Answer | None = None

    @initialize(attempts=st.integers(1, 2), doubtful=st.booleans(), order=st.permutations(range(STEPS + 1)))
    def a_text_is_at_the_provider(self, attempts: int, doubtful: bool, order: list[int]) -> None:
        """``order``: in which what is told here is told once more; the last number stands for the call's answer."""
        self.attempts, self.doubtful, self.order = attempts, doubtful, order
        self.outer = self.session.begin_nested()
        self.scene = scene(self.session, self.home, attempts, doubtful=doubtful)

    @rule(
        attempt=st.integers(0, 1), event=st.sampled_from(ReceiptEvent), seconds=st.integers(1, 4), code=CODES,
        carries=st.sampled_from([(True, True), (True, False), (False, True), (False, False)]),
    )  # fmt: skip
    def a_receipt_comes(
        self, attempt: int, event: ReceiptEvent, seconds: int, code: str | None, carries: tuple[bool, bool]
    ) -> None:
        which = min(attempt, self.attempts - 1)
        failed = event in (ReceiptEvent.FAILED, ReceiptEvent.BLOCKED, ReceiptEvent.BOUNCED)
        made = Told(which, event, seconds, code if failed else None, *carries)
        self.scene.tell(self.told.setdefault((which, event, seconds), made))

    @precondition(lambda self: self.told)
    @rule(pick=st.integers(0, 50), renamed=st.booleans())
    def one_is_told_again(self, pick: int, renamed: bool) -> None:
        self.names += 1
        self.scene.tell(list(self.told.values())[pick % len(self.told)], self.names if renamed else 0)

    @precondition(lambda self: self.given is None)
    @rule(which=st.sampled_from(ANSWERS))
    def the_call_ends(self, which: Callable[[int], Answer]) -> None:
        self.given = which(self.attempts - 1)
        self.scene.answer(self.given)

    @rule()
    def a_worker_sweeps(self) -> None:
        sweep(self.session, LATER)

    def teardown(self) -> None:
        try:
            self.compare()
        finally:
            self.context.__exit__(None, None, None)

    def compare(self) -> None:
        sweep(self.session, LATER)
        end = self.scene.end()
        self.outer.rollback()
        for order in self.orders():
            assert self.replayed(order) == end
        assert end["kept"] == len(self.told)
        self.check(end)

    def orders(self) -> Iterator[list[Told | None]]:
        """By time, the answer first; the reverse; and as it was drawn. None: the call's answer."""
        told = sorted(self.told.values(), key=lambda one: (one.seconds, one.attempt, one.event))
        yield [None, *told]
        yield [*told[::-1], None]
        yield [
            told[place] if place < len(told) else None for place in self.order if place < len(told) or place == STEPS
        ]

    def replayed(self, order: list[Told | None]) -> dict[str, object]:
        again = self.session.begin_nested()
        self.session.expire_all()
        replay = scene(self.session, self.home, self.attempts, doubtful=self.doubtful)
        for one in order:
            if one is not None:
                replay.tell(one)
            elif self.given is not None:
                replay.answer(self.given)
        sweep(self.session, LATER)
        end = replay.end()
        again.rollback()
        return end

    def check(self, end: dict[str, object]) -> None:
        """Not only the same: what a provider said of an attempt by its id was heard."""
        named = [one for one in self.told.values() if one.names_attempt]
        assert isinstance(end["bound"], int)
        assert end["bound"] >= len(named)
        for attempt in range(self.attempts):
            told = [one.event for one in self.told.values() if one.attempt == attempt]
            heard = [one.event for one in named if one.attempt == attempt]
            if ReceiptEvent.DELIVERED in heard and max(told, key=RANK.__getitem__) is ReceiptEvent.DELIVERED:
                assert end["state"] is MessageState.DELIVERED
        arrived = end["state"] is MessageState.DELIVERED
        assert end["contact"] == (["delivered"] if arrived else [])


@pytest.mark.slow
def test_every_order_of_the_same_receipts_ends_the_same(shared_engine: Engine) -> None:
    FarSide.engine = shared_engine
    run_state_machine_as_test(FarSide, settings=settings(max_examples=60, stateful_step_count=STEPS, deadline=None))
