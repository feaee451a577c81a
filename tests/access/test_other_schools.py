"""What a message, an alert and an address tell of families, and people, that belong to another school."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    AccountRole,
    AuditEvent,
    Channel,
    ConsentSource,
    ConsentState,
    ContactPoint,
    Guardianship,
    InboundMessage,
    InboundState,
    OnCall,
    Request,
    RequestState,
    SafetyOutcome,
    StaffRole,
)
from outreach.access import Viewer, viewer_of
from outreach.contacts import log_inbound_contact
from outreach.delivery import record_consent
from outreach.delivery.holders import holders_of
from outreach.delivery.inbound import inbox, letter, put_back
from outreach.delivery.ledger import NOTE_ELSEWHERE, LedgerFilter, history, ledger, seen_address
from outreach.delivery.safety import end, link_contact, raise_for_inbound, read_alert, take
from outreach.errors import NotFound
from tests.delivery.letters import Household, household
from tests.world import NOW, World


def of_school(world: World, home: Household, role: AccountRole = AccountRole.ADMINISTRATOR) -> Viewer:
    return viewer_of(world.session, world.account(world.staff(home.school), role), NOW)


def district(world: World) -> Viewer:
    return viewer_of(world.session, world.account(None, AccountRole.DISTRICT_ADMINISTRATOR), NOW)


def wrote(world: World, **values: object) -> InboundMessage:
    """A text of a number that nobody here has."""
    number = f"in-{world.number()}"
    return world.add(
        InboundMessage(**{
            "provider": "sandbox", "provider_id": number, "channel": Channel.SMS, "from_value": "+13125559999",
            "to_value": "+13125550100", "body": "Is practice on today?", "raw": {}, "received_at": NOW,
            "read_at": NOW, **values,
        })
    )  # fmt: skip


def test_what_was_matched_is_read_and_undone_only_where_its_family_is_seen(session: Session, world: World) -> None:
    here, there = household(world), household(world)
    found = wrote(
        world, state=InboundState.MATCHED, handled_at=NOW, family_id=there.family.id, address_id=here.phone.id
    )  # fmt: skip
    office, theirs = of_school(world, here, AccountRole.RECORDER), of_school(world, there, AccountRole.RECORDER)
    assert inbox(session, office, InboundState.MATCHED).letters == ()
    for step in (lambda: letter(session, office, found.id), lambda: put_back(session, office, found.id, NOW)):
        with pytest.raises(NotFound):
            step()
    assert found.state is InboundState.MATCHED
    assert [one.id for one in inbox(session, theirs, InboundState.MATCHED).letters] == [found.id]
    assert [one.id for one in inbox(session, district(world), InboundState.MATCHED).letters] == [found.id]
    assert put_back(session, theirs, found.id, NOW).state is InboundState.NEW
    line = session.scalars(select(AuditEvent).where(AuditEvent.action == "put_back_inbound")).one()
    assert line.granted_because is not None


def test_what_may_be_of_two_schools_waits_for_both(session: Session, world: World) -> None:
    here, there = household(world), household(world)
    world.add(ContactPoint(guardian_id=there.guardian.id, address_id=here.phone.id))
    waits = wrote(world, address_id=here.phone.id)
    for home in (here, there):
        assert letter(session, of_school(world, home), waits.id).id == waits.id


def test_a_stranger_s_alert_goes_to_the_list_of_the_school_that_it_turns_out_to_be_of(
    session: Session, world: World
) -> None:
    home, elsewhere = household(world), world.school(name="Hillside")
    helper, own = world.staff(elsewhere), world.staff(home.school)
    for staff, school in ((helper, elsewhere), (own, home.school)):
        world.add(OnCall(school_id=school.id, staff_id=staff.id))
    taker, listener = (viewer_of(session, world.account(staff), NOW) for staff in (helper, own))
    office = of_school(world, home)
    strange = wrote(world)
    alert = raise_for_inbound(session, strange, None, ["kill himself"], NOW)
    take(session, taker, alert.id, NOW)

    strange.family_id, strange.school_id = home.family.id, home.school.id
    made = log_inbound_contact(session, inbound=strange, family_id=home.family.id, now=NOW)
    link_contact(session, strange.id, made.contact.id)

    assert alert.school_id == home.school.id
    assert read_alert(session, listener, alert.id).id == alert.id
    asked = session.scalars(select(Request).where(Request.state == RequestState.OPEN)).one()
    assert asked.owner_staff_id == helper.id, "who has the alert reads the words, so answers them"
    assert read_alert(session, taker, alert.id).mine
    with pytest.raises(NotFound):
        read_alert(session, office, alert.id)


def test_where_there_was_no_danger_the_question_stays_with_its_owner(session: Session, world: World) -> None:
    home = household(world)
    listener = world.staff(home.school)
    world.add(OnCall(school_id=home.school.id, staff_id=listener.id))
    strange = wrote(world)
    alert = raise_for_inbound(session, strange, home.school.id, ["dying"], NOW)
    end(session, viewer_of(session, world.account(listener), NOW), alert.id, SafetyOutcome.NO_DANGER, NOW)
    strange.family_id, strange.school_id = home.family.id, home.school.id
    counselor = world.staff(home.school, role=StaffRole.COUNSELOR)
    made = log_inbound_contact(
        session, inbound=strange, family_id=home.family.id, now=NOW, staff_id=counselor.id
    )  # fmt: skip
    link_contact(session, strange.id, made.contact.id)
    assert session.scalars(select(Request)).one().owner_staff_id == counselor.id


@pytest.mark.parametrize(("days", "seen"), [(-1, False), (0, False), (1, True), (None, True)])
def test_who_is_a_guardian_no_more_is_not_of_the_family(
    session: Session, world: World, days: int | None, seen: bool
) -> None:
    home = household(world)
    looking = of_school(world, home)
    tie = session.scalars(select(Guardianship).where(Guardianship.guardian_id == home.guardian.id)).one()
    tie.ended_on = None if days is None else looking.on + timedelta(days=days)
    session.flush()
    assert seen_address(session, district(world), home.phone.id).id == home.phone.id
    if seen:
        assert seen_address(session, looking, home.phone.id).id == home.phone.id
    else:
        with pytest.raises(NotFound):
            seen_address(session, looking, home.phone.id)


def shared(world: World) -> tuple[Household, Household]:
    """Two families of two schools, one telephone."""
    here, there = household(world), household(world)
    there.guardian.given_name, there.guardian.family_name = "Ann", "Hartley"
    world.add(ContactPoint(guardian_id=there.guardian.id, address_id=here.phone.id))
    record_consent(world.session, here.phone.id, Channel.SMS, ConsentState.OUT, ConsentSource.FAMILY_WROTE, NOW)
    return here, there


def test_of_a_shared_phone_a_school_reads_its_own_people_and_how_many_others_there_are(
    session: Session, world: World
) -> None:
    here, _ = shared(world)
    looking = of_school(world, here)
    assert [line.holders.words for line in ledger(session, looking, LedgerFilter()).lines] == [
        "Rosa Delgado and one other person"
    ]
    whole = [line.holders.words for line in ledger(session, district(world), LedgerFilter()).lines]
    assert whole == ["Rosa Delgado, Ann Hartley"]
    assert holders_of(session, None, [here.phone.id])[here.phone.id].others == 0
    assert ledger(session, looking, LedgerFilter("hartley")).lines == ()
    assert len(ledger(session, looking, LedgerFilter("delgado")).lines) == 1
    assert len(ledger(session, district(world), LedgerFilter("hartley")).lines) == 1


def test_what_another_school_noted_about_a_shared_phone_stays_there(session: Session, world: World) -> None:
    here, there = shared(world)
    by_there = of_school(world, there).account_id
    by_district = district(world).account_id
    state = ConsentState.IN
    for account_id, note in ((by_there, "Ann asked at the desk."), (by_district, "By letter."), (None, "From a list.")):
        record_consent(
            session, here.phone.id, Channel.SMS, state, ConsentSource.STAFF, NOW, account_id=account_id, note=note
        )
        state = ConsentState.OUT if state is ConsentState.IN else ConsentState.IN
    notes = [line.note for line in history(session, of_school(world, here), address_id=here.phone.id)]
    assert notes == ["From a list.", "By letter.", NOTE_ELSEWHERE, None]
    whole = [line.note for line in history(session, of_school(world, there), address_id=here.phone.id)]
    assert whole[2] == "Ann asked at the desk."
