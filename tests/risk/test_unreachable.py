"""Nobody of this family can be reached: a reason in the queue, whatever the points."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    AccountRole,
    Address,
    AddressHealth,
    Band,
    Channel,
    ConsentSource,
    ConsentState,
    ContactPoint,
    FamilyMember,
    Guardian,
    Guardianship,
    RiskScore,
    StaffRole,
)
from outreach.access import Viewer, viewer_of
from outreach.delivery import record_consent
from outreach.delivery.health import mark_dead, note_landline
from outreach.risk import QueueFilters, Whose, explain, queue, score_families
from tests.world import NOW, YEAR_STARTS, World

from .conftest import Home, Score

EARLIER = NOW - timedelta(days=12)


@pytest.fixture
def phone(session: Session, home: Home) -> Address:
    """The one number of the one mother."""
    return session.scalars(select(Address)).one()


@pytest.fixture
def counselor(world: World, home: Home, session: Session) -> Viewer:
    staff = world.staff(home.school, role=StaffRole.COUNSELOR)
    return viewer_of(session, world.account(staff, AccountRole.COUNSELOR), NOW)


def bond(session: Session) -> Guardianship:
    return session.scalars(select(Guardianship)).one()


def test_a_family_with_a_number_that_works_is_not_named(home: Home, score: Score) -> None:
    assert "unreachable" not in score(home.family)


def test_a_family_whose_one_number_is_dead_is(session: Session, home: Home, score: Score, phone: Address) -> None:
    mark_dead(session, phone, "the number is not in service", EARLIER)
    points, evidence = score(home.family)["unreachable"]
    assert points == 0
    assert evidence == {
        "people": 1, "addresses": 1, "dead": 1, "withdrawn": 0, "tried_at": "2026-11-12T16:00:00Z",
    }  # fmt: skip


def test_a_doubtful_number_is_still_tried(session: Session, home: Home, score: Score, phone: Address) -> None:
    phone.health = AddressHealth.DOUBTFUL
    session.flush()
    assert "unreachable" not in score(home.family)


def test_a_landline_is_called(session: Session, home: Home, score: Score, phone: Address) -> None:
    note_landline(session, phone, NOW)
    assert "unreachable" not in score(home.family)


def test_who_wants_no_texts_can_be_called(session: Session, home: Home, score: Score, phone: Address) -> None:
    record_consent(session, phone.id, Channel.SMS, ConsentState.OUT, ConsentSource.FAMILY_WROTE, NOW)
    assert "unreachable" not in score(home.family)


def test_an_e_mail_is_a_way_until_it_is_withdrawn(
    world: World, session: Session, home: Home, score: Score, phone: Address
) -> None:
    mark_dead(session, phone, "the number is not in service", EARLIER)
    email = world.email(session.scalars(select(Guardian)).one())
    assert "unreachable" not in score(home.family)
    record_consent(session, email.id, Channel.EMAIL, ConsentState.OUT, ConsentSource.UNSUBSCRIBE_LINK, NOW)
    found = score(home.family)["unreachable"][1]
    assert (found["addresses"], found["dead"], found["withdrawn"]) == (2, 1, 1)
    record_consent(session, email.id, Channel.EMAIL, ConsentState.IN, ConsentSource.FAMILY_WROTE, NOW)
    assert "unreachable" not in score(home.family)


@pytest.mark.parametrize("fact", ["may_contact", "holds_rights", "emergency_only"])
def test_a_number_of_somebody_who_may_not_be_told_is_none(
    session: Session, home: Home, score: Score, fact: str
) -> None:
    setattr(bond(session), fact, fact == "emergency_only")
    session.flush()
    assert score(home.family)["unreachable"][1]["people"] == 0


def test_an_address_that_somebody_barred_holds_too_is_none(
    world: World, session: Session, home: Home, score: Score, phone: Address
) -> None:
    barred = world.guardian(home.child, given_name="Ivo")
    world.add(ContactPoint(guardian_id=barred.id, address_id=phone.id))
    session.scalars(select(Guardianship).where(Guardianship.guardian_id == barred.id)).one().may_contact = False
    session.flush()
    found = score(home.family)["unreachable"][1]
    assert (found["people"], found["addresses"], found["dead"]) == (1, 1, 0)


def test_one_way_to_one_child_is_a_way_to_the_family(
    world: World, session: Session, home: Home, score: Score, phone: Address
) -> None:
    mark_dead(session, phone, "the number is not in service", EARLIER)
    brother = world.student(home.school, given_name="Leo")
    world.add(FamilyMember(family_id=home.family.id, student_id=brother.id, from_on=YEAR_STARTS))
    assert "unreachable" in score(home.family)
    world.phone(world.guardian(brother, given_name="Luis"))
    assert "unreachable" not in score(home.family)


def test_a_child_without_guardians_is_out_of_reach(world: World, home: Home, score: Score) -> None:
    alone = world.family(world.student(home.school))
    assert score(alone)["unreachable"][1] == {
        "people": 0, "addresses": 0, "dead": 0, "withdrawn": 0, "tried_at": None,
    }  # fmt: skip


def test_scoring_all_finds_the_same(session: Session, home: Home, phone: Address) -> None:
    mark_dead(session, phone, "the number is not in service", EARLIER)
    score_families(session, NOW)
    assert [reason.code for reason in explain(session, home.family.id, NOW).reasons if not reason.points] == [
        "unreachable"
    ]


def test_the_queue_names_the_family_whatever_its_band(
    world: World, session: Session, home: Home, phone: Address, counselor: Viewer
) -> None:
    world.contact(home.child)
    for _ in range(5):
        world.contact(home.child)
    mark_dead(session, phone, "the number is not in service", EARLIER)
    score_families(session, NOW)
    page = queue(session, counselor, NOW, QueueFilters(whose=Whose.OPEN, reason="unreachable"))
    assert session.get_one(RiskScore, home.family.id).band is Band.LOW
    assert [(row.family_id, row.unreachable) for row in page.rows] == [(home.family.id, True)]
    assert page.unreachable == 1


def test_another_schools_counselor_does_not_see_it(world: World, session: Session, home: Home, phone: Address) -> None:
    mark_dead(session, phone, "the number is not in service", EARLIER)
    score_families(session, NOW)
    staff = world.staff(world.school(), role=StaffRole.COUNSELOR)
    elsewhere = viewer_of(session, world.account(staff, AccountRole.COUNSELOR), NOW)
    page = queue(session, elsewhere, NOW, QueueFilters(whose=Whose.OPEN))
    assert (page.counts.total, page.unreachable) == (0, 0)


@pytest.mark.parametrize(
    ("dead", "withdrawn", "words"),
    [
        (1, False, "The one address on record cannot be used: 1 no longer works. Last tried on 12 Nov."),
        (2, False, "None of the 2 addresses on record can be used: 2 no longer work. Last tried on 12 Nov."),
        (1, True, "None of the 2 addresses on record can be used: 1 no longer works, 1 asked for no more e-mails."),
    ],
)
def test_the_reason_says_what_was_tried(
    world: World, session: Session, home: Home, phone: Address, *, dead: int, withdrawn: bool, words: str
) -> None:
    rosa = session.scalars(select(Guardian)).one()
    mark_dead(session, phone, "the number is not in service", EARLIER)
    for _ in range(dead - 1):
        mark_dead(session, world.phone(rosa), "the number is not in service", EARLIER)
    if withdrawn:
        email = world.email(rosa)
        record_consent(session, email.id, Channel.EMAIL, ConsentState.OUT, ConsentSource.FAMILY_WROTE, NOW)
    score_families(session, NOW)
    (reason,) = (one for one in explain(session, home.family.id, NOW).reasons if one.code == "unreachable")
    assert reason.words.startswith(words)
    assert (reason.source or "").startswith("By definition")
