"""What must always hold is a constraint of the database, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from models import Channel, Consent, ConsentCategory, ConsentSource, ConsentState
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


def test_one_open_request_a_family_and_guardian(world: World) -> None:
    school = world.school()
    student = world.student(school)
    family = world.family(student)
    world.request(family, school)
    with pytest.raises(IntegrityError):
        world.request(family, school)
