"""The ledger as people read it: newest first, found by number or name, each viewer's own families, and page by page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from models import (
    AccountRole,
    Address,
    AddressKind,
    Channel,
    ConsentCategory,
    ConsentSource,
    ConsentState,
)
from outreach.access import Viewer, viewer_of
from outreach.delivery import record_consent
from outreach.delivery.ledger import (
    PAGE,
    LedgerFilter,
    consent_notes,
    history,
    ledger,
    ledger_figures,
    masked,
)
from outreach.errors import NotFound
from tests.delivery.letters import Household, household
from tests.world import NOW, World

IN, OUT = ConsentState.IN, ConsentState.OUT
ALL = LedgerFilter()


def viewer(world: World, home: Household | None, role: AccountRole = AccountRole.ADMINISTRATOR) -> Viewer:
    return viewer_of(world.session, world.account(world.staff(home.school) if home else None, role), NOW)


def district(world: World) -> Viewer:
    return viewer(world, None, AccountRole.DISTRICT_ADMINISTRATOR)


def say(
    session: Session, address: Address, state: ConsentState = OUT, source: ConsentSource = ConsentSource.FAMILY_WROTE
) -> None:
    channel = Channel.EMAIL if address.kind is AddressKind.EMAIL else Channel.SMS
    record_consent(session, address.id, channel, state, source, NOW)


def test_one_no_is_one_line_of_every_category_with_whom_it_reaches(session: Session, world: World) -> None:
    home = household(world, "+13125550142")
    say(session, home.phone)
    (line,) = ledger(session, district(world), ALL).lines
    assert (line.state, line.categories, line.holders.words) == (OUT, tuple(ConsentCategory), "Rosa Delgado")
    assert (line.shown, line.source_words, line.by) == ("•••• 0142", "the family wrote it", None)


def test_the_newest_stands_first_and_names_who_recorded_it(session: Session, world: World) -> None:
    home = household(world)
    say(session, home.phone)
    staff = world.staff(home.school, display_name="Ms. Okafor")
    by = world.account(staff, AccountRole.ADMINISTRATOR)
    record_consent(
        session, home.phone.id, Channel.SMS, IN, ConsentSource.STAFF, NOW, account_id=by.id, note="Asked at the office."
    )
    newest, first = ledger(session, district(world), ALL).lines
    assert (newest.state, newest.by, newest.note) == (IN, "Ms. Okafor", "Asked at the office.")
    assert newest.categories == (ConsentCategory.SCHOOL,)
    assert first.state is OUT


def test_an_administrator_sees_the_families_of_their_school_and_the_district_also_what_nobody_has(
    session: Session, world: World
) -> None:
    home, other = household(world), household(world)
    nobody_s = world.add(Address(kind=AddressKind.PHONE, value="+13125559999"))
    for address in (home.phone, other.phone, nobody_s):
        say(session, address)
    assert [line.address_id for line in ledger(session, viewer(world, home), ALL).lines] == [home.phone.id]
    assert len(ledger(session, district(world), ALL).lines) == 3
    assert ledger_figures(session, viewer(world, home)).opted_out == 1
    assert ledger_figures(session, district(world)).opted_out == 3
    assert history(session, viewer(world, home), address_id=home.phone.id)
    with pytest.raises(NotFound):
        history(session, viewer(world, home), address_id=nobody_s.id)


def test_a_moved_number_s_history_stays_with_the_family(session: Session, world: World) -> None:
    home = household(world)
    say(session, home.phone)
    assert len(history(session, viewer(world, home), guardian_id=home.guardian.id)) == 1


@pytest.mark.parametrize("words", ["0142", "(312) 555-0142", "rosa del", "DELGADO"])
def test_it_is_found_by_part_of_the_number_or_the_guardian_s_name(session: Session, world: World, words: str) -> None:
    home = household(world, "+13125550142")
    other = household(world, "+13125550777")
    other.guardian.given_name, other.guardian.family_name = "Ann", "Hartley"
    session.flush()
    for address in (home.phone, other.phone):
        say(session, address)
    found = ledger(session, district(world), LedgerFilter(words)).lines
    assert [line.address_id for line in found] == [home.phone.id]


@pytest.mark.parametrize("words", ["ROSA@", "example.org", "rosa@example.org"])
def test_it_is_found_by_part_of_the_e_mail(session: Session, world: World, words: str) -> None:
    home = household(world)
    box = world.email(home.guardian, "rosa@example.org")
    for address in (home.phone, box):
        say(session, address)
    asked = words if "@" in words else f"@{words}"
    assert [line.address_id for line in ledger(session, district(world), LedgerFilter(asked)).lines] == [box.id]


@pytest.mark.parametrize("words", ["%", "_", "100%", "no such person", "99999"])
def test_what_matches_nothing_finds_nothing(session: Session, world: World, words: str) -> None:
    say(session, household(world).phone)
    assert ledger(session, district(world), LedgerFilter(words)).lines == ()


def test_it_is_filtered_by_yes_or_no_and_by_how(session: Session, world: World) -> None:
    home = household(world)
    box = world.email(home.guardian)
    say(session, home.phone)
    say(session, box, IN, ConsentSource.GIVEN_TO_SCHOOL)
    looking = district(world)
    assert [line.state for line in ledger(session, looking, LedgerFilter(state=IN)).lines] == [IN]
    listed = LedgerFilter(source=ConsentSource.FAMILY_WROTE)
    assert [line.address_id for line in ledger(session, looking, listed).lines] == [home.phone.id]
    assert (ledger_figures(session, looking).entries, ledger_figures(session, looking).from_lists) == (3, 1)


def test_pages_hold_every_line_once(session: Session, world: World) -> None:
    home = household(world)
    many = 2 * PAGE + 7
    for turn in range(many):
        state = (OUT, IN)[turn % 2]
        record_consent(
            session,
            home.phone.id,
            Channel.SMS,
            state,
            ConsentSource.STAFF,
            NOW + timedelta(minutes=turn),
            note=str(turn),
        )
    looking, before, notes, pages = district(world), None, [], 0
    while True:
        found = ledger(session, looking, ALL, before)
        notes += [line.note for line in found.lines]
        pages += 1
        if found.older_than is None:
            break
        before = found.older_than
    assert notes == [str(turn) for turn in reversed(range(many))]
    assert pages == 3


def test_a_family_s_page_says_what_stands_at_each_address(session: Session, world: World) -> None:
    home = household(world)
    box, quiet = world.email(home.guardian), world.email(home.guardian)
    say(session, home.phone)
    say(session, box, IN, ConsentSource.GIVEN_TO_SCHOOL)
    said = consent_notes(session, [home.phone.value, box.value, quiet.value])
    assert said.keys() == {home.phone.value, box.value}
    assert said[home.phone.value].words == "no more texts: the family wrote it"
    assert said[box.value].words == "agreed to e-mails: given to school"
    assert (said[home.phone.value].out, said[box.value].out) == (True, False)


def test_an_address_is_told_apart_without_being_read_whole() -> None:
    assert masked(AddressKind.PHONE, "+13125550142") == "•••• 0142"
    assert masked(AddressKind.EMAIL, "rosa@example.org") == "r…@example.org"
