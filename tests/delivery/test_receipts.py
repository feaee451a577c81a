"""Receipts in any order, early, twice, contradictory: kept once each, and the end is always the same."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import (
    Address,
    AddressHealth,
    Contact,
    DeliveryAttempt,
    DeliveryEvent,
    Message,
    MessageState,
    Outcome,
)
from outreach.delivery import Receipt, ReceiptEvent, apply_receipt
from outreach.delivery.receipts import apply_early_receipts
from tests.delivery.letters import Household, household, text
from tests.world import NOW, World

ATTEMPT = "a" * 32


def receipt(event: ReceiptEvent, seconds: int = 1, code: str | None = None, **values: object) -> Receipt:
    named: dict[str, object] = {
        "provider": "twilio", "key": f"{event}|{seconds}|{code}", "event": event, "provider_id": "SM1",
        "attempt_id": ATTEMPT, "occurred_at": NOW + timedelta(seconds=seconds), "error_code": code, **values,
    }  # fmt: skip
    return Receipt(**named)  # type: ignore[arg-type]  # a test names fields of Receipt


def sending(session: Session, home: Household) -> Message:
    """A text whose call to the provider has begun."""
    message = text(session, home)
    message.state, message.attempt_id, message.provider = MessageState.SENDING, ATTEMPT, "twilio"
    message.sent_at, message.lease_until = NOW, NOW + timedelta(minutes=2)
    session.add(
        DeliveryAttempt(
            id=ATTEMPT,
            message_id=message.id,
            provider="twilio",
            started_at=NOW,
            deadline_at=NOW + timedelta(seconds=30),
        )
    )
    session.flush()
    return message


@pytest.fixture
def home(world: World) -> Household:
    return household(world)


events = st.builds(receipt, st.sampled_from(ReceiptEvent), st.integers(1, 5), st.sampled_from([None, "30005", "30007"]))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=st.lists(events, min_size=1, max_size=6), order=st.randoms(use_true_random=False))
def test_any_order_and_any_repeat_ends_the_same(
    session: Session, home: Household, told: list[Receipt], order: object
) -> None:
    def end(receipts: list[Receipt]) -> tuple[object, ...]:
        outer = session.begin_nested()
        message = sending(session, home)
        for one in receipts:
            apply_receipt(session, one, NOW + timedelta(minutes=1))
        session.flush()
        address = session.get_one(Address, home.phone.id)
        counts = session.scalar(
            select(func.count())
            .select_from(Contact)
            .where(Contact.message_id == message.id, Contact.voided_at.is_(None))
        )
        kept = session.scalar(select(func.count()).select_from(DeliveryEvent))
        found = (
            message.state, message.state_reason, message.error_code, message.accepted_at, message.delivered_at,
            message.lease_until, address.health, address.health_reason, counts, kept,
        )  # fmt: skip
        outer.rollback()
        return found

    shuffled = [*told, *told]
    order.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis types its Random loosely
    first = end(told)
    assert end(shuffled) == first
    assert first[-1] == len({one.key for one in told})
    reached = max(told, key=lambda one: list(ReceiptEvent).index(one.event)).event
    assert (first[0] is MessageState.DELIVERED) == (reached is ReceiptEvent.DELIVERED)
    assert first[-2] == (1 if reached is ReceiptEvent.DELIVERED else 0)


def test_a_delivered_text_is_one_contact_of_the_moment_it_was_sent(session: Session, world: World) -> None:
    message = sending(session, household(world))
    for _ in range(2):
        apply_receipt(session, receipt(ReceiptEvent.DELIVERED), NOW)
    contact = session.scalars(select(Contact).where(Contact.message_id == message.id)).one()
    assert (contact.outcome, contact.occurred_at) == (Outcome.DELIVERED, NOW)


def test_a_receipt_that_finds_no_message_is_kept_until_one_answers_to_it(session: Session, world: World) -> None:
    early = receipt(ReceiptEvent.DELIVERED, attempt_id=None)
    assert apply_receipt(session, early, NOW)
    kept = session.scalars(select(DeliveryEvent)).one()
    assert (kept.message_id, kept.applied_at) == (None, None)
    message = sending(session, household(world))
    message.provider_id = "SM1"
    session.flush()
    assert apply_early_receipts(session, message, NOW) == 1
    assert message.state is MessageState.DELIVERED
    assert apply_early_receipts(session, message, NOW) == 0


def test_a_receipt_proves_acceptance_of_what_was_unclear(session: Session, world: World) -> None:
    message = sending(session, household(world))
    message.state = MessageState.UNKNOWN
    apply_receipt(session, receipt(ReceiptEvent.SENT), NOW)
    assert message.state is MessageState.ACCEPTED
    assert message.provider_id == "SM1"


def test_a_receipt_of_an_earlier_try_stops_the_next(session: Session, world: World) -> None:
    message = sending(session, household(world))
    message.state = MessageState.SCHEDULED
    apply_receipt(session, receipt(ReceiptEvent.SENT), NOW)
    assert message.state is MessageState.ACCEPTED


@pytest.mark.parametrize("state", [MessageState.CANCELLED, MessageState.SKIPPED, MessageState.EXPIRED])
def test_what_never_left_is_not_moved_by_a_stray_receipt(session: Session, world: World, state: MessageState) -> None:
    message = sending(session, household(world))
    message.state = state
    assert apply_receipt(session, receipt(ReceiptEvent.DELIVERED), NOW)
    assert message.state is state
    assert session.scalar(select(func.count()).select_from(DeliveryEvent)) == 1


def test_an_email_that_comes_back_after_all_counts_nowhere_and_its_address_is_dead(
    session: Session, world: World
) -> None:
    home = household(world)
    message = sending(session, home)
    apply_receipt(session, receipt(ReceiptEvent.DELIVERED, 1), NOW)
    apply_receipt(session, receipt(ReceiptEvent.BOUNCED, 2), NOW)
    assert message.state is MessageState.FAILED
    assert session.scalars(select(Contact.voided_at).where(Contact.message_id == message.id)).one() is not None
    assert session.get_one(Address, home.phone.id).health is AddressHealth.DEAD


def test_a_phone_that_is_only_off_is_not_dead(session: Session, world: World) -> None:
    home = household(world)
    sending(session, home)
    apply_receipt(session, receipt(ReceiptEvent.FAILED, code="30003"), NOW)
    assert session.get_one(Address, home.phone.id).health is AddressHealth.USABLE


def test_the_first_receipt_of_a_doubtful_number_decides(session: Session, world: World) -> None:
    home = household(world)
    home.phone.health = AddressHealth.DOUBTFUL
    sending(session, home)
    apply_receipt(session, receipt(ReceiptEvent.DELIVERED), NOW)
    assert session.get_one(Address, home.phone.id).health is AddressHealth.USABLE
