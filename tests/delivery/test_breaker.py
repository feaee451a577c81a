"""A provider that fails too often is paused, tried again a few messages first, and forgiven once it works."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import (
    AccountRole,
    AttemptResult,
    Audience,
    Message,
    MessageState,
    PauseKind,
    ProviderPause,
)
from outreach.delivery.breaker import rates, watch_rates
from outreach.delivery.pauses import allowance, pause_provider, resume_providers
from outreach.language import said
from tests.contract.stub import Answer, running
from tests.world import NOW, World

from .calls import Calls
from .wires import Wire, wire

OK, BUSY, UNCLEAR = AttemptResult.ACCEPTED, AttemptResult.REFUSED_FOR_NOW, AttemptResult.UNKNOWN
NO = AttemptResult.REFUSED_FOR_GOOD


@pytest.fixture
def calls(session: Session) -> Calls:
    return Calls(session)


def pause(session: Session) -> ProviderPause | None:
    return session.get(ProviderPause, "twilio", populate_existing=True)


def watch(session: Session, minutes: float) -> list[str]:
    return watch_rates(session, NOW + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("ok", "failed", "pauses"), [(5, 5, True), (6, 5, False), (0, 9, False), (0, 10, True), (10, 9, False)]
)
def test_half_of_at_least_ten_calls_is_too_many(
    session: Session, calls: Calls, ok: int, failed: int, pauses: bool
) -> None:
    calls.end(OK, ok)
    calls.end(UNCLEAR, failed)
    assert (watch(session, 1) == ["twilio"]) is pauses
    assert (pause(session) is not None) is pauses


def test_it_says_in_a_sentence_what_happened_and_when_it_is_tried_again(session: Session, calls: Calls) -> None:
    calls.end(OK, 6)
    calls.end(UNCLEAR, 10)
    calls.end(BUSY, 4)
    watch(session, 1)
    standing = pause(session)
    assert standing is not None
    assert standing.kind is PauseKind.ERRORS
    # 10:01 in Chicago, and two minutes.
    assert said(standing.why) == "Twilio failed 14 of the last 20 calls; it is tried again at 10:03 am."


def test_a_message_s_own_fault_and_a_recipient_s_quiet_hours_are_not_the_provider_s(
    session: Session, calls: Calls
) -> None:
    calls.end(NO, 10)
    calls.end(BUSY, 10, code="30610")
    calls.end(UNCLEAR, 1)
    assert watch(session, 1) == []
    assert rates(session, NOW + timedelta(minutes=1))["twilio"].failed == 1


def test_what_is_long_past_does_not_count(session: Session, calls: Calls) -> None:
    calls.end(UNCLEAR, 20)
    assert watch(session, 6) == []
    assert rates(session, NOW + timedelta(minutes=6)) == {}


def test_after_the_pause_a_few_try_first(session: Session, calls: Calls) -> None:
    calls.end(UNCLEAR, 10)
    assert allowance(session, "twilio", NOW) is None
    watch(session, 0.1)
    assert allowance(session, "twilio", NOW + timedelta(minutes=1)) == 0
    after = NOW + timedelta(minutes=3)
    assert allowance(session, "twilio", after) == 3
    calls.end(None, 2, at=after)
    assert allowance(session, "twilio", after) == 1
    calls.end(OK, 1, at=after)
    assert allowance(session, "twilio", after + timedelta(seconds=2)) is None


def test_each_pause_in_a_row_is_twice_as_long_up_to_a_limit(session: Session, calls: Calls) -> None:
    calls.end(UNCLEAR, 10)
    now, lengths = NOW + timedelta(minutes=1), []
    for _ in range(6):
        assert watch_rates(session, now) == ["twilio"]
        standing = pause(session)
        assert standing is not None
        assert standing.until_at is not None
        lengths.append((standing.until_at - now) // timedelta(minutes=1))
        calls.end(UNCLEAR, at=standing.until_at)
        now = standing.until_at + timedelta(seconds=5)
    assert lengths == [2, 4, 8, 16, 30, 30]


def test_what_failed_before_its_end_is_not_held_against_it_again(session: Session, calls: Calls) -> None:
    calls.end(UNCLEAR, 10)
    watch(session, 0.1)
    calls.end(UNCLEAR, 5, at=NOW + timedelta(minutes=1))  # calls that were in the air when it was paused
    calls.end(OK, at=NOW + timedelta(minutes=3))
    assert watch(session, 3.5) == []
    assert allowance(session, "twilio", NOW + timedelta(minutes=3.5)) is None
    assert watch(session, 8) == []
    assert pause(session) is None, "forgotten, with its trips"


def test_one_that_answers_no_is_at_work(session: Session, calls: Calls) -> None:
    calls.end(UNCLEAR, 10)
    watch(session, 0.1)
    calls.end(NO, at=NOW + timedelta(minutes=3))
    assert allowance(session, "twilio", NOW + timedelta(minutes=3.5)) is None


def test_one_that_fails_soon_after_it_was_forgiven_is_paused_longer(session: Session, calls: Calls) -> None:
    calls.end(UNCLEAR, 10)
    watch(session, 0.1)
    calls.end(OK, at=NOW + timedelta(minutes=3))
    calls.end(UNCLEAR, 10, at=NOW + timedelta(minutes=4))
    assert watch(session, 5) == ["twilio"]
    standing = pause(session)
    assert standing is not None
    assert (standing.trips, standing.until_at) == (2, NOW + timedelta(minutes=9))


def test_tries_whose_worker_died_do_not_close_it_for_ever(session: Session, calls: Calls) -> None:
    calls.end(UNCLEAR, 10)
    watch(session, 0.1)
    calls.end(None, 3, at=NOW + timedelta(minutes=3))
    assert allowance(session, "twilio", NOW + timedelta(minutes=3.1)) == 0
    assert watch(session, 3.1) == [], "they may still answer"
    assert watch(session, 4) == ["twilio"]
    assert allowance(session, "twilio", NOW + timedelta(minutes=9)) == 3


def test_refused_credentials_stay_until_a_person_resumes_and_no_rate_shortens_that(
    session: Session, calls: Calls
) -> None:
    pause_provider(session, "twilio", "It refuses us.", NOW, None)
    calls.end(AttemptResult.TECHNICAL, 10)
    assert watch(session, 1) == []
    assert allowance(session, "twilio", NOW + timedelta(days=9)) == 0
    assert not pause_provider(session, "twilio", "It failed.", NOW, NOW + timedelta(minutes=2))
    later = NOW + timedelta(hours=1)
    assert resume_providers(session, later) == ["twilio"]
    assert allowance(session, "twilio", later) is None


def letters(session: Session) -> list[Message]:
    return list(session.scalars(select(Message).where(Message.audience == Audience.STAFF).order_by(Message.id)))


def test_every_administrator_of_the_district_is_told_once_a_pause(session: Session, world: World) -> None:
    school = world.school()
    for role in (AccountRole.DISTRICT_ADMINISTRATOR, AccountRole.ADMINISTRATOR, AccountRole.TEACHER):
        world.account(world.staff(school), role, email=f"{role.value}@example.org")
    for minute in (0, 1):  # the second call that was in the air
        pause_provider(session, "twilio", "twilio refuses us: x.", NOW + timedelta(minutes=minute), None)
    (letter,) = letters(session)
    assert letter.to_value == "district_administrator@example.org"
    assert "Messages wait, and none is lost." in letter.body
    resume_providers(session, NOW)
    session.refresh(letter)
    assert letter.state is MessageState.CANCELLED, "mended before it could leave"
    pause_provider(session, "twilio", "twilio refuses us: x.", NOW + timedelta(hours=1), None)
    assert len(letters(session)) == 2


def test_without_one_of_the_district_those_of_the_schools_are_told(session: Session, world: World) -> None:
    world.account(world.staff(world.school()), AccountRole.ADMINISTRATOR, email="school@example.org")
    pause_provider(session, "twilio", "twilio refuses us: x.", NOW, None)
    assert [letter.to_value for letter in letters(session)] == ["school@example.org"]


def test_nobody_is_written_to_about_a_pause_that_ends_by_itself(session: Session, world: World) -> None:
    world.account(world.staff(world.school()), AccountRole.DISTRICT_ADMINISTRATOR, email="d@example.org")
    pause_provider(session, "twilio", "It failed.", NOW, NOW + timedelta(minutes=2))
    assert letters(session) == []


@pytest.fixture
def line(sessions: sessionmaker[Session]) -> Iterator[Wire]:
    with running() as stub:
        yield wire(sessions, stub)


def test_workers_that_see_it_at_once_pause_it_once(line: Wire) -> None:
    with line.sessions.begin() as session:
        Calls(session).end(UNCLEAR, 12)

    def one(_: int) -> list[str]:
        with line.sessions.begin() as session:
            return watch_rates(session, NOW + timedelta(minutes=1))

    with ThreadPoolExecutor(4) as workers:
        told = [provider for found in workers.map(one, range(4)) for provider in found]
    assert told == ["twilio"]
    with line.sessions() as session:
        assert session.scalars(select(ProviderPause.trips)).all() == [1]


def test_an_outage_stops_calls_and_its_end_lets_everything_through(line: Wire) -> None:
    families = 12
    for number in range(families):
        line.text(key=f"{number}")
    line.stub.will(*[Answer(status=429)] * families)
    line.deliver()
    assert _watched(line) == ["twilio"]
    line.after(minutes=1).deliver()
    assert len(line.stub.asked) == families, "nothing is asked of it in its pause"
    line.after(minutes=2).deliver()
    assert len(line.stub.asked) == families + 3, "a few try first"
    assert _watched(line) == []
    line.after(seconds=5).deliver()
    assert len(line.stub.taken) == families
    assert set(line.states()) == {MessageState.ACCEPTED}


def _watched(line: Wire) -> list[str]:
    with line.sessions.begin() as session:
        return watch_rates(session, line.now)
