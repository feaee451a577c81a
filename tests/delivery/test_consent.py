"""The ledger: what stands, who may change it, and that nobody is written to against their word."""

from __future__ import annotations

from datetime import timedelta
from threading import Event, Thread

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from models import (
    AccountRole,
    Address,
    AddressKind,
    AuditEvent,
    Channel,
    Consent,
    ConsentCategory,
    ConsentSource,
    ConsentState,
    InboundMessage,
    JsonObject,
)
from outreach.access import NotAllowed, Viewer, viewer_of
from outreach.delivery import DeliveryRefused, has_consent, record_basis, record_consent
from outreach.delivery.consent_changes import (
    blocked_by_carrier,
    change_by_staff,
    may_undo,
    stop_by_link,
    stopped_by_link,
    undo_by_link,
)
from outreach.errors import NotFound
from tests.delivery.letters import Household, household
from tests.world import NOW, World

IN, OUT = ConsentState.IN, ConsentState.OUT
SCHOOL, SURVEY = ConsentCategory.SCHOOL, ConsentCategory.SURVEY
LATER = NOW + timedelta(days=1)


def viewer(world: World, home: Household, role: AccountRole = AccountRole.ADMINISTRATOR) -> Viewer:
    return viewer_of(world.session, world.account(world.staff(home.school), role), NOW)


def wrote(world: World, home: Household, words: str, raw: JsonObject | None = None) -> int:
    """What Rosa texted; its id."""
    return world.add(
        InboundMessage(
            provider="twilio", provider_id=f"SM{world.number()}", channel=Channel.SMS, from_value=home.phone.value,
            to_value="+13125550199", body=words, raw=raw or {}, received_at=NOW, address_id=home.phone.id,
        )
    ).id  # fmt: skip


def stopped(world: World, home: Household, words: str, raw: JsonObject | None = None) -> None:
    """Rosa texted ``words``, and we read them as no more texts."""
    record_consent(
        world.session, home.phone.id, Channel.SMS, OUT, ConsentSource.FAMILY_WROTE, NOW,
        inbound_id=wrote(world, home, words, raw),
    )  # fmt: skip


def texts(session: Session, home: Household, category: ConsentCategory = SCHOOL) -> bool:
    return has_consent(session, home.phone.id, Channel.SMS, category)


def test_an_address_given_to_school_may_be_written_to_once_the_basis_is_recorded(
    session: Session, world: World
) -> None:
    world.district()
    address = world.phone(world.guardian(world.student(world.school())))
    assert not has_consent(session, address.id, Channel.SMS, SCHOOL)
    record_basis(session, "Numbers were given at registration.", NOW, None)
    assert has_consent(session, address.id, Channel.SMS, SCHOOL)


def test_a_survey_needs_an_opt_in_of_its_own(session: Session, world: World) -> None:
    home = household(world)
    record_consent(session, home.phone.id, Channel.SMS, IN, ConsentSource.FAMILY_WROTE, NOW)
    assert texts(session, home)
    assert not texts(session, home, SURVEY), "a yes to school matters is none to surveys"
    record_consent(session, home.phone.id, Channel.SMS, IN, ConsentSource.FAMILY_WROTE, NOW, categories=[SURVEY])
    assert texts(session, home, SURVEY)


def test_stop_ends_every_category_of_that_channel_and_no_other_channel(session: Session, world: World) -> None:
    home = household(world)
    box = world.email(home.guardian)
    record_consent(session, home.phone.id, Channel.SMS, IN, ConsentSource.FAMILY_WROTE, NOW, categories=[SURVEY])
    stopped(world, home, "STOP")
    assert not texts(session, home)
    assert not texts(session, home, SURVEY)
    assert has_consent(session, box.id, Channel.EMAIL, SCHOOL)


def test_an_entry_names_the_message_it_rests_on(session: Session, world: World) -> None:
    home = household(world)
    stopped(world, home, "no más")
    kept = session.scalars(select(Consent)).all()
    assert {entry.category for entry in kept} == set(ConsentCategory)
    assert {entry.inbound_id for entry in kept} == set(session.scalars(select(InboundMessage.id)))


def test_staff_record_what_they_were_told_with_who_and_how(session: Session, world: World) -> None:
    home = household(world)
    office = viewer(world, home, AccountRole.RECORDER)
    made = change_by_staff(session, office, home.phone.id, Channel.SMS, OUT, " Rosa called the office. ", NOW)
    assert {(entry.source, entry.note, entry.by_account_id) for entry in made} == {
        (ConsentSource.STAFF, "Rosa called the office.", office.account_id)
    }
    assert not texts(session, home)
    assert not texts(session, home, SURVEY)
    assert session.scalars(select(AuditEvent.action)).all() == ["consent.change"]
    assert change_by_staff(session, office, home.phone.id, Channel.SMS, OUT, "Again.", LATER) == []


def test_only_an_administrator_opts_anybody_in(session: Session, world: World) -> None:
    home = household(world)
    stopped(world, home, "no más mensajes por favor")
    with pytest.raises(NotAllowed):
        change_by_staff(
            session, viewer(world, home, AccountRole.COUNSELOR), home.phone.id, Channel.SMS, IN, "She asked.", NOW
        )
    change_by_staff(session, viewer(world, home), home.phone.id, Channel.SMS, IN, "She asked at the office.", LATER)
    assert texts(session, home)
    assert not texts(session, home, SURVEY), "a yes by staff is for school matters"


@pytest.mark.parametrize("note", ["", "  ", "x" * 301])
def test_a_change_without_a_reason_or_with_a_novel_is_refused(session: Session, world: World, note: str) -> None:
    home = household(world)
    with pytest.raises(DeliveryRefused):
        change_by_staff(session, viewer(world, home), home.phone.id, Channel.SMS, OUT, note, NOW)
    assert session.scalars(select(Consent)).all() == []


@pytest.mark.parametrize("word", ["STOP", " Unsubscribe ", "QUIT", "STOPALL"])
def test_where_the_carrier_blocks_the_number_only_start_from_the_phone_opts_in(
    session: Session, world: World, word: str
) -> None:
    home = household(world)
    stopped(world, home, word)
    with pytest.raises(DeliveryRefused, match="START"):
        change_by_staff(session, viewer(world, home), home.phone.id, Channel.SMS, IN, "She asked.", NOW)
    record_consent(session, home.phone.id, Channel.SMS, IN, ConsentSource.FAMILY_WROTE, LATER)
    assert not blocked_by_carrier(session, home.phone.id)


@pytest.mark.parametrize(("word", "taken_as", "blocked"), [("stop.", None, False), ("arrêt", "stop", True)])
def test_the_carrier_blocks_by_its_own_word_or_by_what_the_provider_says_it_took_for_one(
    session: Session, world: World, word: str, taken_as: str | None, blocked: bool
) -> None:
    home = household(world)
    stopped(world, home, word, {"handed_in": {"taken_as": taken_as}})
    assert blocked_by_carrier(session, home.phone.id) is blocked


def test_the_provider_s_own_report_of_a_block_holds_also_after_an_entry_by_staff(
    session: Session, world: World
) -> None:
    home = household(world)
    record_consent(session, home.phone.id, Channel.SMS, OUT, ConsentSource.PROVIDER, NOW)
    record_consent(session, home.phone.id, Channel.SMS, OUT, ConsentSource.STAFF, LATER, note="Told us too.")
    with pytest.raises(DeliveryRefused, match="START"):
        change_by_staff(session, viewer(world, home), home.phone.id, Channel.SMS, IN, "She asked.", LATER)


def test_a_mailbox_takes_no_texts_and_a_house_nothing_at_all(session: Session, world: World) -> None:
    home = household(world)
    box = world.email(home.guardian)
    house = world._address(home.guardian, AddressKind.POSTAL, "12 Elm St")
    for address, channel in ((box, Channel.SMS), (home.phone, Channel.EMAIL), (house, Channel.LETTER)):
        with pytest.raises(DeliveryRefused):
            change_by_staff(session, viewer(world, home), address.id, channel, OUT, "Asked.", NOW)


def test_a_stranger_s_address_is_not_there(session: Session, world: World) -> None:
    home = household(world)
    other = world.phone(world.guardian(world.student(world.school())))
    with pytest.raises(NotFound):
        change_by_staff(session, viewer(world, home), other.id, Channel.SMS, OUT, "Asked.", NOW)


def test_the_link_under_an_e_mail_ends_all_e_mails_once_and_takes_it_back(session: Session, world: World) -> None:
    home = household(world)
    box = world.email(home.guardian).id
    record_consent(session, box, Channel.EMAIL, IN, ConsentSource.FAMILY_WROTE, NOW, categories=[SURVEY])
    assert stop_by_link(session, box, NOW)
    assert not stop_by_link(session, box, NOW)
    assert stopped_by_link(session, box)
    assert texts(session, home), "texts go on"
    assert undo_by_link(session, box, LATER)
    assert not undo_by_link(session, box, LATER)
    assert has_consent(session, box, Channel.EMAIL, SCHOOL)
    assert has_consent(session, box, Channel.EMAIL, SURVEY), "what was agreed to before holds again"
    sources = session.scalars(select(Consent.source).where(Consent.address_id == box).distinct())
    assert set(sources) == {ConsentSource.FAMILY_WROTE, ConsentSource.UNSUBSCRIBE_LINK}


def test_the_link_does_not_undo_what_was_said_otherwise(session: Session, world: World) -> None:
    box = world.email(household(world).guardian).id
    record_consent(session, box, Channel.EMAIL, OUT, ConsentSource.PROVIDER, NOW)
    assert not may_undo(session, box)
    assert not undo_by_link(session, box, LATER)


def test_undoing_brings_back_nothing_that_staff_had_ended_before(session: Session, world: World) -> None:
    home = household(world)
    box = world.email(home.guardian).id
    record_consent(session, box, Channel.EMAIL, IN, ConsentSource.FAMILY_WROTE, NOW, categories=[SURVEY])
    change_by_staff(session, None, box, Channel.EMAIL, OUT, "Only surveys, she said.", NOW, category=SCHOOL)
    assert stop_by_link(session, box, NOW)
    assert stopped_by_link(session, box)
    assert not may_undo(session, box), "nothing about school was ended by the link"
    undo_by_link(session, box, LATER)
    assert not has_consent(session, box, Channel.EMAIL, SCHOOL)
    assert has_consent(session, box, Channel.EMAIL, SURVEY)


def test_undoing_brings_no_survey_that_nobody_agreed_to(session: Session, world: World) -> None:
    box = world.email(household(world).guardian).id
    stop_by_link(session, box, NOW)
    undo_by_link(session, box, LATER)
    assert not has_consent(session, box, Channel.EMAIL, SURVEY)


@pytest.mark.parametrize("first", ["sending", "opting out"])
def test_an_opt_out_and_a_message_just_leaving_are_one_after_the_other(engine: Engine, first: str) -> None:
    """Both hold the address's row: the gate either sees the no, or its message left before the no was there."""
    sessions = sessionmaker(engine)
    with sessions.begin() as session:
        home = household(World(session))
        address = home.phone.id
    done: list[str] = []
    started = Event()

    def opting_out() -> None:
        started.set()
        with sessions.begin() as session:
            record_consent(session, address, Channel.SMS, OUT, ConsentSource.FAMILY_WROTE, NOW)
        done.append("opting out")

    def sending() -> None:
        started.set()
        with sessions.begin() as session:
            session.execute(select(Address.id).where(Address.id == address).with_for_update(key_share=True))
            done.append(f"sending {has_consent(session, address, Channel.SMS, SCHOOL)}")

    with sessions.begin() as session:
        if first == "sending":
            session.execute(select(Address.id).where(Address.id == address).with_for_update(key_share=True))
            other = Thread(target=opting_out)
            other.start()
            started.wait()
            other.join(timeout=0.2)
            assert done == [], "the opt-out waits until the message has left"
            assert has_consent(session, address, Channel.SMS, SCHOOL)
        else:
            record_consent(session, address, Channel.SMS, OUT, ConsentSource.FAMILY_WROTE, NOW)
            other = Thread(target=sending)
            other.start()
            started.wait()
            other.join(timeout=0.2)
            assert done == [], "the gate waits until the opt-out is there"
    other.join()
    assert done == (["opting out"] if first == "sending" else ["sending False"])
