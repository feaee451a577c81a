"""What goes wrong at one message stays with it; a stop, a pause or a hold counts at the last moment before the call."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from itertools import count

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from models import (
    AddressKind,
    Audience,
    Channel,
    District,
    FamilyMember,
    Message,
    MessageKind,
    MessageState,
    SandboxMessage,
)
from outreach.delivery import (
    Accepted,
    Intent,
    Outgoing,
    Provider,
    Providers,
    cancel,
    deliver_due,
    drain,
    enqueue,
    pause_provider,
    resume,
    stop_everything,
)
from outreach.delivery.errors import Unclear
from outreach.effective import effective_config
from tests.delivery.letters import household, text
from tests.world import NOW, World


class Meanwhile:
    """A provider that lets something happen elsewhere during its first call."""

    name, sender, confirms_opt_out = "sandbox", "sandbox", False

    def __init__(self, inner: Provider, happens: object) -> None:
        self.inner, self.happens, self.calls = inner, happens, 0

    def send(self, outgoing: Outgoing) -> Accepted:
        self.calls += 1
        if self.calls == 1:
            assert callable(self.happens)
            self.happens()
        return self.inner.send(outgoing)


class Breaking:
    """A provider whose calls all break."""

    name, sender, confirms_opt_out = "sandbox", "sandbox", False

    def send(self, outgoing: Outgoing) -> Accepted:
        raise Unclear("connection", "it broke")


def arrived(sessions: sessionmaker[Session]) -> int:
    with sessions() as session:
        return session.scalars(select(func.count()).select_from(SandboxMessage)).one()


def states(sessions: sessionmaker[Session]) -> list[MessageState]:
    with sessions() as session:
        return list(session.scalars(select(Message.state).order_by(Message.id)))


def with_meanwhile(providers: Providers, happens: object) -> tuple[Providers, Meanwhile]:
    line = Meanwhile(providers.of(Channel.SMS), happens)
    return Providers({Channel.SMS: line, Channel.EMAIL: line}, providers.live), line


def three_homes(sessions: sessionmaker[Session]) -> list[int]:
    with sessions.begin() as session:
        world = World(session)
        return [text(session, household(world), f"{number}").id for number in range(3)]


def test_a_stop_counts_for_what_was_claimed_before_it(sessions: sessionmaker[Session], providers: Providers) -> None:
    three_homes(sessions)

    def stop() -> None:
        with sessions.begin() as session:
            stop_everything(session, None, "a wrong template", NOW)

    line, _ = with_meanwhile(providers, stop)
    deliver_due(sessions, line, lambda: NOW, "w", threads=1)
    assert arrived(sessions) == 1
    with sessions.begin() as session:
        resume(session, None, NOW)
    drain(sessions, providers, lambda: NOW + timedelta(minutes=3), "w")
    assert arrived(sessions) == 3


def test_a_pause_counts_for_what_was_claimed_before_it(sessions: sessionmaker[Session], providers: Providers) -> None:
    three_homes(sessions)

    def pause() -> None:
        with sessions.begin() as session:
            pause_provider(session, "sandbox", "it refuses us", NOW, None)

    line, provider = with_meanwhile(providers, pause)
    deliver_due(sessions, line, lambda: NOW, "w", threads=1)
    assert provider.calls == 1


def test_after_a_pause_for_errors_a_few_messages_try_first(
    sessions: sessionmaker[Session], providers: Providers
) -> None:
    line, provider = with_meanwhile(providers, lambda: None)
    provider.inner = Breaking()
    with sessions.begin() as session:
        world = World(session)
        for number in range(8):
            text(session, household(world), f"{number}")
        pause_provider(session, "sandbox", "too many errors", NOW - timedelta(minutes=3), NOW - timedelta(minutes=1))
        probes = effective_config(session, NOW).cadence.breaker.probe_messages
    deliver_due(sessions, line, lambda: NOW, "w", threads=4)
    deliver_due(sessions, line, lambda: NOW, "w", threads=4)
    assert provider.calls == probes


def test_what_is_taken_back_after_the_claim_does_not_leave(
    sessions: sessionmaker[Session], providers: Providers
) -> None:
    ids = three_homes(sessions)

    def take_back() -> None:
        with sessions.begin() as session:
            assert cancel(session, ids[2], "Taken back.", NOW)

    line, _ = with_meanwhile(providers, take_back)
    deliver_due(sessions, line, lambda: NOW, "w", threads=1)
    assert arrived(sessions) == 2
    assert states(sessions)[2] is MessageState.CANCELLED


def test_a_fault_at_one_message_keeps_nobody_else_waiting(
    sessions: sessionmaker[Session], providers: Providers
) -> None:
    three_homes(sessions)
    asked = count()

    def fails_once(start: datetime) -> datetime:
        if next(asked) == 2:  # after the run's start and the claim: the first message, before its call
            raise ZeroDivisionError
        return start

    deliver_due(sessions, providers, partial(fails_once, NOW), "w", threads=1)
    assert (arrived(sessions), states(sessions).count(MessageState.SCHEDULED)) == (2, 1)
    deliver_due(sessions, providers, lambda: NOW + timedelta(minutes=3), "w")
    assert arrived(sessions) == 3


def test_a_time_zone_that_is_none_counts_as_unknown_and_the_school_s_holds(
    sessions: sessionmaker[Session], providers: Providers
) -> None:
    with sessions.begin() as session:
        home = household(World(session))
        home.guardian.timezone, home.phone.timezone = "Mars/Olympus", "Not/AZone"
        text(session, home)
    assert deliver_due(sessions, providers, lambda: NOW.replace(hour=5), "w").postponed == 0  # not due yet
    assert deliver_due(sessions, providers, lambda: NOW + timedelta(hours=12), "w").postponed == 1
    assert deliver_due(sessions, providers, lambda: NOW + timedelta(hours=22), "w").accepted == 1


def test_where_no_zone_is_one_it_waits_for_an_administrator(
    sessions: sessionmaker[Session], providers: Providers
) -> None:
    with sessions.begin() as session:
        home = household(World(session))
        home.school.timezone = "Mars/Olympus"
        session.get_one(District, 1).timezone = "Mars/Olympus"
        text(session, home)
    assert deliver_due(sessions, providers, lambda: NOW, "w").postponed == 1
    with sessions() as session:
        assert "time zone" in (session.scalars(select(Message.state_reason)).one() or "")


def test_what_goes_stale_under_a_stop_expires_all_the_same(
    sessions: sessionmaker[Session], providers: Providers
) -> None:
    three_homes(sessions)
    with sessions.begin() as session:
        stop_everything(session, None, "a wrong template", NOW)
    figures = deliver_due(sessions, providers, lambda: NOW + timedelta(days=4), "w")
    assert (figures.claimed, figures.skipped) == (0, 3)
    assert set(states(sessions)) == {MessageState.EXPIRED}


def test_a_stop_of_one_school_leaves_the_others_alone(sessions: sessionmaker[Session], providers: Providers) -> None:
    with sessions.begin() as session:
        world = World(session)
        stopped, free = household(world), household(world)
        text(session, stopped, "stopped", school_id=None)
        text(session, free, "free")
        stop_everything(session, stopped.school.id, "a wrong template", NOW)
    deliver_due(sessions, providers, lambda: NOW, "w")
    assert states(sessions) == [MessageState.SCHEDULED, MessageState.ACCEPTED]


def letter(audience: Audience, kind: MessageKind, staff_id: int | None = None) -> Intent:
    return Intent(
        key=f"{audience}", audience=audience, kind=kind, channel=Channel.EMAIL, to_kind=AddressKind.EMAIL,
        to_value="l.alvarez@example.org", body="Three families are waiting.", due_at=NOW, staff_id=staff_id,
    )  # fmt: skip


def test_letters_to_staff_leave_at_night_and_know_no_cap(sessions: sessionmaker[Session], providers: Providers) -> None:
    night = NOW + timedelta(hours=14)
    with sessions.begin() as session:
        world = World(session)
        staff = world.staff(world.school())
        enqueue(session, letter(Audience.STAFF, MessageKind.DIGEST, staff.id), NOW)
        enqueue(session, letter(Audience.ACCOUNT, MessageKind.ACCOUNT), NOW)
    assert deliver_due(sessions, providers, lambda: night, "w").accepted == 2


def test_a_stop_lets_letters_about_an_account_through(sessions: sessionmaker[Session], providers: Providers) -> None:
    with sessions.begin() as session:
        World(session).district()
        enqueue(session, letter(Audience.STAFF, MessageKind.DIGEST), NOW)
        enqueue(session, letter(Audience.ACCOUNT, MessageKind.ACCOUNT), NOW)
        stop_everything(session, None, "a wrong template", NOW)
    assert deliver_due(sessions, providers, lambda: NOW, "w").accepted == 1


def test_a_digest_to_somebody_who_left_is_skipped(sessions: sessionmaker[Session], providers: Providers) -> None:
    with sessions.begin() as session:
        world = World(session)
        staff = world.staff(world.school(), active=False)
        enqueue(session, letter(Audience.STAFF, MessageKind.DIGEST, staff.id), NOW)
    assert deliver_due(sessions, providers, lambda: NOW, "w").skipped == 1


@pytest.mark.parametrize("change", ["sender left", "child moved", "nobody named", "no school"])
def test_what_changed_since_approval_is_seen_at_the_last_moment(
    sessions: sessionmaker[Session], providers: Providers, change: str
) -> None:
    with sessions.begin() as session:
        world = World(session)
        home = household(world)
        sender = world.staff(home.school)
        left_open: dict[str, dict[str, object]] = {
            "nobody named": {"student_ids": ()}, "no school": {"school_id": None},
        }  # fmt: skip
        text(session, home, "one", staff_id=sender.id, **left_open.get(change, {}))
        member = session.scalars(select(FamilyMember)).one()
        if change == "sender left":
            sender.active = False
        elif change == "child moved":
            member.until_on = NOW.date()
    figures = deliver_due(sessions, providers, lambda: NOW, "w")
    fine = change in ("nobody named", "no school")
    assert (figures.accepted, figures.skipped) == ((1, 0) if fine else (0, 1))


def test_a_message_that_names_no_child_needs_leave_for_each(
    sessions: sessionmaker[Session], providers: Providers
) -> None:
    with sessions.begin() as session:
        world = World(session)
        home = household(world)
        other = world.student(home.school, given_name="Leo")
        world.add(FamilyMember(family_id=home.family.id, student_id=other.id, from_on=NOW.date()))
        text(session, home, "one", student_ids=())
    assert deliver_due(sessions, providers, lambda: NOW, "w").skipped == 1
    with sessions() as session:
        assert "Leo" in (session.scalars(select(Message.state_reason)).one() or "")
