"""Who of a family can be written to, by which address, and why somebody cannot."""

from __future__ import annotations

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from models import (
    AddressHealth,
    Channel,
    ConsentSource,
    ConsentState,
    ContactPoint,
    Guardianship,
    Student,
)
from outreach.delivery import Reachable, reachable, record_consent
from outreach.delivery.consent import record_basis
from outreach.delivery.errors import DeliveryRefused
from tests.delivery.letters import Household, household
from tests.world import NOW, World


@pytest.fixture
def home(world: World) -> Household:
    return household(world)


def only(session: Session, home: Household, channel: Channel = Channel.SMS) -> Reachable:
    (found,) = reachable(session, [home.family.id], channel, NOW)[home.family.id]
    return found


def test_a_guardian_is_reached_by_the_usable_number_first(session: Session, world: World, home: Household) -> None:
    home.phone.health = AddressHealth.DOUBTFUL
    assert only(session, home).doubtful
    better = world.phone(home.guardian)
    found = only(session, home)
    assert (found.address_id, found.doubtful, found.student_ids) == (better.id, False, (home.student.id,))


def test_there_is_no_email_where_only_a_phone_is_known(session: Session, home: Household) -> None:
    assert only(session, home, Channel.EMAIL).why_not == "No address on this channel is known."


def test_a_dead_number_is_no_way(session: Session, home: Household) -> None:
    home.phone.health = AddressHealth.DEAD
    assert only(session, home).why_not == "No address on this channel works any more."


def test_after_a_stop_there_is_no_way(session: Session, home: Household) -> None:
    record_consent(session, home.phone.id, Channel.SMS, ConsentState.OUT, ConsentSource.FAMILY_WROTE, NOW)
    assert only(session, home).why_not == "No consent for this address, or it was withdrawn."


def test_a_number_that_somebody_barred_holds_too_is_no_way(session: Session, world: World, home: Household) -> None:
    barred = world.guardian(given_name="Ray")
    world.add(Guardianship(student_id=home.student.id, guardian_id=barred.id, may_contact=False))
    world.add(ContactPoint(guardian_id=barred.id, address_id=home.phone.id))
    told, other = reachable(session, [home.family.id], Channel.SMS, NOW)[home.family.id]
    assert told.why_not == "The address also reaches a person who may not be contacted."
    assert other.why_not == "This person may not be told about any child of this family."


@pytest.mark.parametrize(("fact", "value"), [("may_contact", False), ("holds_rights", False), ("emergency_only", True)])
def test_who_may_not_be_told_is_never_reached(session: Session, world: World, fact: str, value: bool) -> None:
    home = household(world)
    (bond,) = session.query(Guardianship).all()
    setattr(bond, fact, value)
    found = only(session, home)
    assert (found.address_id, found.student_ids) == (None, ())


def test_a_hundred_families_cost_no_more_statements_than_one(session: Session, world: World) -> None:
    homes = [household(world) for _ in range(20)]
    assert count(session, homes[:1]) == count(session, homes)


def count(session: Session, homes: list[Household]) -> int:
    seen: list[str] = []
    bind = session.get_bind()

    def note(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    event.listen(bind, "before_cursor_execute", note)
    try:
        found = reachable(session, [home.family.id for home in homes], Channel.SMS, NOW)
    finally:
        event.remove(bind, "before_cursor_execute", note)
    assert all(found[home.family.id][0].address_id == home.phone.id for home in homes)
    return len(seen)


def test_a_basis_without_words_is_none(session: Session, home: Household) -> None:
    assert home
    with pytest.raises(DeliveryRefused):
        record_basis(session, "  ", NOW, None)


def test_a_family_whose_children_have_left_has_nobody(session: Session, home: Household) -> None:
    session.get_one(Student, home.student.id).active = False
    session.flush()
    assert reachable(session, [home.family.id], Channel.SMS, NOW) == {}
