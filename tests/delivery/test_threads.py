"""Several calls at once in one worker, several workers at once, and what is left when one is told to end."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier, Event, Lock

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from models import Channel, ContactPoint, Message, MessageState, SandboxMessage
from outreach.delivery import Accepted, Outgoing, Providers, deliver_due
from outreach.delivery.outbox import BATCH
from tests.delivery.letters import Household, household, text
from tests.world import NOW, World


class Together:
    """A provider that answers only once as many calls are in hand as the barrier waits for."""

    name, sender, confirms_opt_out = "together", "together", False

    def __init__(self, calls: int) -> None:
        self.barrier = Barrier(calls, timeout=30)

    def send(self, outgoing: Outgoing) -> Accepted:
        self.barrier.wait()
        return Accepted(f"id-{outgoing.attempt_id}")


class Counting:
    """A provider that counts what each address got."""

    name, sender, confirms_opt_out = "counting", "counting", False

    def __init__(self) -> None:
        self.got: Counter[str] = Counter()
        self._lock = Lock()

    def send(self, outgoing: Outgoing) -> Accepted:
        with self._lock:
            self.got[outgoing.to_value] += 1
        return Accepted(f"id-{outgoing.attempt_id}")


class Ending:
    """A provider during whose first call the worker is told to end."""

    name, sender, confirms_opt_out = "ending", "ending", False

    def __init__(self) -> None:
        self.told = Event()

    def send(self, outgoing: Outgoing) -> Accepted:
        self.told.set()
        return Accepted(f"id-{outgoing.attempt_id}")


def through(provider: Together | Counting | Ending) -> Providers:
    return Providers({Channel.SMS: provider}, frozenset())


def homes(sessions: sessionmaker[Session], count: int, messages: int = 1) -> list[Household]:
    with sessions.begin() as session:
        world = World(session)
        made = [household(world) for _ in range(count)]
        for number, home in enumerate(made):
            for which in range(messages):
                text(session, home, f"{number}-{which}", body=f"Maya asked for help, part {which}.")
    return made


def states(sessions: sessionmaker[Session]) -> Counter[MessageState]:
    with sessions() as session:
        return Counter(session.scalars(select(Message.state)))


@pytest.mark.parametrize("threads", [1, 4, 16])
def test_as_many_calls_as_threads_are_in_hand_at_once(sessions: sessionmaker[Session], threads: int) -> None:
    homes(sessions, threads)
    figures = deliver_due(sessions, through(Together(threads)), lambda: NOW, "w", threads=threads)
    assert figures.accepted == threads


def test_a_backlog_of_several_batches_leaves_in_one_go(sessions: sessionmaker[Session]) -> None:
    made = homes(sessions, 24, messages=3)
    assert len(made) * 3 > BATCH
    counting = Counting()
    figures = deliver_due(sessions, through(counting), lambda: NOW, "w", limit=None, threads=4)
    assert (figures.claimed, figures.accepted) == (72, 72)
    assert set(counting.got.values()) == {3}


def test_a_limit_is_one_batch(sessions: sessionmaker[Session]) -> None:
    homes(sessions, 5)
    assert deliver_due(sessions, through(Counting()), lambda: NOW, "w", limit=2).claimed == 2


def test_after_its_time_a_run_claims_no_more(sessions: sessionmaker[Session]) -> None:
    homes(sessions, 24, messages=3)
    moments = iter([NOW, NOW, NOW])

    def clock() -> datetime:
        return next(moments, NOW + timedelta(seconds=31))

    figures = deliver_due(
        sessions, through(Counting()), clock, "w", limit=None, threads=1, patience=timedelta(seconds=30)
    )
    assert figures.claimed == figures.accepted == BATCH
    assert states(sessions)[MessageState.SCHEDULED] == 72 - BATCH


def test_a_worker_that_is_told_to_end_finishes_its_call_and_gives_the_rest_back(
    sessions: sessionmaker[Session],
) -> None:
    homes(sessions, 5)
    ending = Ending()
    figures = deliver_due(sessions, through(ending), lambda: NOW, "w", threads=1, stopping=ending.told)
    assert (figures.claimed, figures.accepted) == (1, 1)
    assert deliver_due(sessions, through(Counting()), lambda: NOW, "other").accepted == 4  # without waiting for a lease


def test_phones_and_families_that_cross_never_lock_each_other_out(sessions: sessionmaker[Session]) -> None:
    """Each of six families writes by its own phone and by the next one's, so that every lock is wanted from two
    sides: 16 threads in each of three workers, all at once."""
    made = homes(sessions, 6)
    with sessions.begin() as session:
        for number, home in enumerate(made):
            other = made[(number + 1) % len(made)]
            session.add(ContactPoint(guardian_id=home.guardian.id, address_id=other.phone.id))
            session.flush()
            crossed = Household(home.school, home.student, home.guardian, home.family, other.phone)
            for which in range(4):
                text(session, home, f"own-{number}-{which}", body=f"Maya asked for help, own {which}.")
                text(session, crossed, f"crossed-{number}-{which}", body=f"Maya asked for help, {number} {which}.")
    counting = Counting()
    with ThreadPoolExecutor(3) as workers:
        runs = [
            workers.submit(deliver_due, sessions, through(counting), lambda: NOW, f"w{one}", None, 16)
            for one in range(3)
        ]
        figures = [run.result() for run in runs]
    assert sum(one.claimed for one in figures) == 6 * 9
    # A deadlock would have left its message scheduled, due now and claimed.
    with sessions() as session:
        stuck = session.scalar(select(func.count()).where(Message.claimed_by.is_not(None), Message.sent_at.is_(None)))
    assert stuck == 0
    assert max(counting.got.values()) <= 3
    assert sum(counting.got.values()) >= 6 * 2


def test_many_threads_with_four_due_at_once_for_each_family_leave_three(
    sessions: sessionmaker[Session], providers: Providers
) -> None:
    homes(sessions, 20, messages=4)
    with ThreadPoolExecutor(3) as workers:
        list(workers.map(lambda one: deliver_due(sessions, providers, lambda: NOW, f"w{one}", None, 8), range(3)))
    with sessions() as session:
        got = session.execute(
            select(SandboxMessage.to_value, func.count()).group_by(SandboxMessage.to_value)
        ).all()  # fmt: skip
    assert [count for _, count in got] == [3] * 20
    assert states(sessions)[MessageState.SKIPPED] == 20  # its turn would come after it had become stale
