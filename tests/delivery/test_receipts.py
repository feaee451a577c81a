"""Receipts early, late, twice and of several attempts: what each makes of its message. For every order of them see
``tests/property/test_receipts.py``."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import (
    Address,
    AddressHealth,
    AttemptResult,
    Contact,
    DeliveryAttempt,
    DeliveryEvent,
    Message,
    MessageState,
    Outcome,
)
from outreach.delivery import Receipt, ReceiptEvent, apply_receipt
from outreach.delivery.receipts import WAITS_FOR, apply_early_receipts
from tests.delivery.letters import Household, household, sweep, text
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


def earlier(session: Session, message: Message, provider_id: str | None = None) -> str:
    """An attempt at ``message`` before its last, which was taken to be lost."""
    began = NOW - timedelta(hours=1)
    made = DeliveryAttempt(
        id="e" * 32, message_id=message.id, provider="twilio", started_at=began, provider_id=provider_id,
        deadline_at=began + timedelta(seconds=30), ended_at=began, result=AttemptResult.UNKNOWN,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made.id


@pytest.mark.parametrize("state", [MessageState.SENDING, MessageState.UNKNOWN])
def test_a_failure_of_an_earlier_attempt_takes_nothing_from_one_that_runs(
    session: Session, world: World, state: MessageState
) -> None:
    message = sending(session, household(world))
    message.state, old = state, earlier(session, message)
    apply_receipt(session, receipt(ReceiptEvent.FAILED, attempt_id=old, provider_id="SM0"), NOW)
    assert (message.state, message.error_code) == (state, None)
    apply_receipt(session, receipt(ReceiptEvent.SENT, 2), NOW)
    assert (message.state, message.provider_id) == (MessageState.ACCEPTED, "SM1")


def test_an_earlier_attempt_that_failed_after_all_ends_what_waits_for_another_try(
    session: Session, world: World
) -> None:
    message = sending(session, household(world))
    message.state = MessageState.SCHEDULED
    apply_receipt(session, receipt(ReceiptEvent.FAILED, code="30005"), NOW)
    assert (message.state, message.error_code) == (MessageState.FAILED, "30005")


def test_what_was_to_be_tried_again_and_had_left_counts_from_when_it_left(session: Session, world: World) -> None:
    message = sending(session, household(world))
    message.state, message.sent_at, message.claimed_by = MessageState.SCHEDULED, None, "worker"
    apply_receipt(session, receipt(ReceiptEvent.ACCEPTED), NOW)
    found: tuple[object, ...] = (message.state, message.sent_at, message.claimed_by)
    assert found == (MessageState.ACCEPTED, NOW, None)


def test_a_receipt_that_names_only_the_provider_s_id_finds_an_earlier_attempt(session: Session, world: World) -> None:
    message = sending(session, household(world))
    earlier(session, message, "SM0")
    message.provider_id = "SM1"
    session.flush()
    apply_receipt(session, receipt(ReceiptEvent.DELIVERED, attempt_id=None, provider_id="SM0"), NOW)
    assert (message.state, message.provider_id) == (MessageState.DELIVERED, "SM0")


def test_one_receipt_with_both_ids_ties_those_that_came_with_only_one(session: Session, world: World) -> None:
    message = sending(session, household(world))
    apply_receipt(session, receipt(ReceiptEvent.DELIVERED, 2, attempt_id=None), NOW)
    assert session.scalars(select(DeliveryEvent.message_id)).all() == [None]
    apply_receipt(session, receipt(ReceiptEvent.SENT, 1), NOW)
    assert message.state is MessageState.DELIVERED
    assert session.scalars(select(DeliveryEvent.message_id)).all() == [message.id, message.id]


def test_a_worker_s_tick_applies_what_had_come_too_early(session: Session, world: World) -> None:
    apply_receipt(session, receipt(ReceiptEvent.DELIVERED, attempt_id=None), NOW)
    message = sending(session, household(world))
    message.provider_id = "SM1"
    session.flush()
    assert sweep(session, NOW) == 1
    assert message.state is MessageState.DELIVERED
    assert sweep(session, NOW) == 0


def test_receipts_of_somebody_else_s_messages_are_not_looked_at_for_ever(session: Session, world: World) -> None:
    apply_receipt(session, receipt(ReceiptEvent.DELIVERED, attempt_id=None), NOW)
    message = sending(session, household(world))
    message.provider_id = "SM1"
    session.flush()
    assert sweep(session, NOW + WAITS_FOR) == 0
    assert sweep(session, NOW + WAITS_FOR - timedelta(seconds=1)) == 1


def test_the_sweep_takes_a_few_messages_a_time(session: Session, world: World) -> None:
    home = household(world)
    for number in range(3):
        apply_receipt(session, receipt(ReceiptEvent.SENT, number, attempt_id=None, provider_id=f"SM{number}"), NOW)
        message = text(session, home, f"number {number}")
        message.provider_id, message.state = f"SM{number}", MessageState.UNKNOWN
    session.flush()
    assert [sweep(session, NOW, limit=2) for _ in range(3)] == [2, 1, 0]


def test_one_event_under_two_names_is_kept_once(session: Session, world: World) -> None:
    sending(session, household(world))
    assert apply_receipt(session, receipt(ReceiptEvent.SENT, key="one", twin_key="twin"), NOW)
    assert not apply_receipt(session, receipt(ReceiptEvent.SENT, key="two", twin_key="twin"), NOW)


def failed_texts(session: Session, home: Household, *codes: str | None) -> None:
    """Texts to Rosa one after the other, each failed with its code; None: delivered."""
    for number, code in enumerate(codes):
        message = text(session, home, f"text {number}")
        message.state, message.sent_at = MessageState.ACCEPTED, NOW + timedelta(hours=number)
        message.provider_id = f"SM{number}"
        session.flush()
        event = ReceiptEvent.FAILED if code else ReceiptEvent.DELIVERED
        apply_receipt(session, receipt(event, number, code, attempt_id=None, provider_id=f"SM{number}"), NOW)


@pytest.mark.parametrize(
    ("codes", "health"),
    [
        (("30003",), AddressHealth.USABLE), (("30003", "30003"), AddressHealth.DOUBTFUL),
        (("30003", "30004"), AddressHealth.DOUBTFUL), (("30003", None, "30003"), AddressHealth.USABLE),
        (("30003", "30003", None), AddressHealth.USABLE), (("30007", "30007"), AddressHealth.USABLE),
        (("30008", "30008"), AddressHealth.USABLE), (("30003", "30005"), AddressHealth.DEAD),
    ],
)  # fmt: skip
def test_a_number_is_doubted_only_when_two_texts_in_a_row_did_not_reach_it(
    session: Session, world: World, codes: tuple[str | None, ...], health: AddressHealth
) -> None:
    home = household(world)
    failed_texts(session, home, *codes)
    assert session.get_one(Address, home.phone.id).health is health


def test_what_came_back_and_then_arrived_by_another_attempt_stands_in_the_timeline_again(
    session: Session, world: World
) -> None:
    home = household(world)
    message = sending(session, home)
    old = earlier(session, message)
    apply_receipt(session, receipt(ReceiptEvent.DELIVERED, 1, attempt_id=old, provider_id="SM0"), NOW)
    apply_receipt(session, receipt(ReceiptEvent.BOUNCED, 2, attempt_id=old, provider_id="SM0"), NOW)
    apply_receipt(session, receipt(ReceiptEvent.SENT, 3), NOW)
    assert message.state is MessageState.ACCEPTED
    assert session.scalars(select(Contact.voided_at)).one() == NOW
    apply_receipt(session, receipt(ReceiptEvent.DELIVERED, 4), NOW)
    assert session.scalars(select(Contact.voided_at)).one() is None
    assert session.get_one(Address, home.phone.id).health is AddressHealth.USABLE


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_what_an_earlier_attempt_had_decided_is_undecided_when_it_fails_while_the_last_runs(
    session: Session, world: World, order: tuple[int, int]
) -> None:
    message = sending(session, household(world))
    old = earlier(session, message)
    told = [
        receipt(ReceiptEvent.SENT, 1, attempt_id=old, provider_id="SM0"),
        receipt(ReceiptEvent.FAILED, 2, attempt_id=old, provider_id="SM0"),
    ]
    for number in order:
        apply_receipt(session, told[number], NOW)
    assert (message.state, message.accepted_at, message.provider_id) == (MessageState.SENDING, None, None)
    assert message.lease_until == NOW + timedelta(minutes=2)
