"""What must always hold is a constraint of the database, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, insert, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from models import (
    Channel,
    Consent,
    ConsentCategory,
    ConsentSource,
    ConsentState,
    DeliveryEvent,
    InboundMessage,
    InboundState,
)
from tests.world import NOW, World


def test_a_student_is_in_one_family_at_a_time(world: World) -> None:
    student = world.student(world.school())
    world.family(student)
    with pytest.raises(IntegrityError):
        world.family(student, name="Another")


@pytest.mark.parametrize("change", [update(Consent).values(note="rewritten"), delete(Consent)])
def test_the_consent_ledger_cannot_be_rewritten(session: Session, world: World, change) -> None:  # type: ignore[no-untyped-def]
    guardian = world.guardian(world.student(world.school()))
    world.add(
        Consent(
            address_id=world.phone(guardian).id, channel=Channel.SMS, category=ConsentCategory.SCHOOL,
            state=ConsentState.OUT, source=ConsentSource.FAMILY_WROTE, at=NOW,
        )
    )  # fmt: skip
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(change)


def test_what_came_in_is_never_dropped_nor_made_into_something_else(session: Session, world: World) -> None:
    """The rest of the row may change: it is read, matched and put back."""
    came = world.add(
        InboundMessage(
            provider="sandbox", provider_id="one", channel=Channel.SMS, from_value="+13125550199", body="Hello",
            to_value="+13125550100", raw={"Body": "Hello"}, received_at=NOW,
        )
    )  # fmt: skip
    receipt = world.add(
        DeliveryEvent(provider="sandbox", event_key="one", event="delivered", received_at=NOW, raw={"told": "so"})
    )
    for row in (InboundMessage, DeliveryEvent):
        for change in (update(row).values(raw={}), delete(row)):
            with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
                session.execute(change)
    came.read_at = receipt.applied_at = NOW
    session.flush()


def test_a_message_whose_family_was_found_has_one(session: Session, world: World) -> None:
    values = {
        "provider": "sandbox", "provider_id": "one", "channel": Channel.SMS, "from_value": "+13125550199", "raw": {},
        "body": "Hello", "to_value": "+13125550100", "received_at": NOW, "state": InboundState.MATCHED,
    }  # fmt: skip
    with pytest.raises(IntegrityError, match="matched_has_family"), session.begin_nested():
        session.execute(insert(InboundMessage).values(values))
    family = world.family(world.student(world.school()))
    session.execute(insert(InboundMessage).values({**values, "family_id": family.id}))


def test_one_open_request_a_family_and_guardian(world: World) -> None:
    school = world.school()
    student = world.student(school)
    family = world.family(student)
    world.request(family, school)
    with pytest.raises(IntegrityError):
        world.request(family, school)
