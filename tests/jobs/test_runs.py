"""Runs of jobs: one for each slot, taken over when a lease runs out, never done by two."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import Engine, func, select, update

from jobs.runs import (
    Claim,
    LostLease,
    RunBusy,
    begin,
    extend,
    hold_scheduler,
    is_done,
    release_scheduler,
    run_once,
)
from models import JobRun, JsonObject, RunState
from outreach.store import database_now, session_factory

HOUR = timedelta(hours=1)
OVER = timedelta(seconds=-1)


def counted(done: list[str], name: str) -> Callable[[Claim], JsonObject]:
    def work(_claim: Claim) -> JsonObject:
        done.append(name)
        return {"by": name}

    return work


def test_a_slot_is_done_once(engine: Engine) -> None:
    sessions, done = session_factory(engine), list[str]()
    first = run_once(sessions, "nightly", "2026-11-24", "a", counted(done, "a"), lease=HOUR)
    again = run_once(sessions, "nightly", "2026-11-24", "b", counted(done, "b"), lease=HOUR)
    assert (first.ran, first.attempt, first.figures) == (True, 1, {"by": "a"})
    assert not again.ran
    assert done == ["a"]
    with sessions() as session:
        run = session.scalars(select(JobRun)).one()
        assert (run.state, run.worker, run.figures, run.error) == (RunState.DONE, "a", {"by": "a"}, None)
        assert is_done(session, "nightly", "2026-11-24")


def test_of_many_workers_at_the_same_moment_one_runs(engine: Engine) -> None:
    sessions, done, together = session_factory(engine), list[str](), Barrier(4)

    def worker(name: str) -> None:
        together.wait()
        run_once(sessions, "nightly", "2026-11-24", name, counted(done, name), lease=HOUR)

    threads = [Thread(target=worker, args=(f"w{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 1
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(JobRun)) == 1


def test_a_crashed_run_is_taken_over_once_its_lease_is_over(engine: Engine) -> None:
    sessions = session_factory(engine)
    with sessions.begin() as session:
        dead = begin(session, "nightly", "s", "dead", HOUR)
        assert dead is not None
    with sessions.begin() as session:
        assert begin(session, "nightly", "s", "next", HOUR) is None, "the lease still holds"
        session.execute(update(JobRun).values(lease_until=database_now(session) + OVER))
    with sessions.begin() as session:
        taken = begin(session, "nightly", "s", "next", HOUR)
        assert taken is not None
        assert taken.attempt == 2
    with sessions.begin() as session, pytest.raises(LostLease):
        extend(session, dead, HOUR)


def test_a_worker_that_slept_through_its_lease_cannot_close_the_run(engine: Engine) -> None:
    sessions = session_factory(engine)

    def sleeps(claim: Claim) -> JsonObject:
        with sessions.begin() as session:
            session.execute(update(JobRun).values(lease_until=database_now(session) + OVER))
        with sessions.begin() as session:
            assert begin(session, claim.job, claim.slot, "other", HOUR) is not None
        return {}

    with pytest.raises(LostLease):
        run_once(sessions, "nightly", "s", "sleeper", sleeps, lease=HOUR)
    with sessions() as session:
        run = session.scalars(select(JobRun)).one()
        assert (run.state, run.worker) == (RunState.RUNNING, "other")


def test_a_failed_run_says_why_and_is_tried_again(engine: Engine) -> None:
    sessions, done = session_factory(engine), list[str]()

    def fails(_claim: Claim) -> JsonObject:
        raise ValueError("the disk is full")

    with pytest.raises(ValueError, match="disk"):
        run_once(sessions, "nightly", "s", "a", fails, lease=HOUR)
    with sessions() as session:
        run = session.scalars(select(JobRun)).one()
        assert (run.state, run.error) == (RunState.FAILED, "ValueError: the disk is full")
    assert run_once(sessions, "nightly", "s", "b", counted(done, "b"), lease=HOUR).attempt == 2


def test_a_person_may_ask_for_a_finished_run_again_but_not_for_a_running_one(engine: Engine) -> None:
    sessions, done = session_factory(engine), list[str]()
    run_once(sessions, "nightly", "s", "a", counted(done, "a"), lease=HOUR)
    assert run_once(sessions, "nightly", "s", "cli", counted(done, "cli"), lease=HOUR, again=True).attempt == 2

    def asks_again(_claim: Claim) -> JsonObject:
        with pytest.raises(RunBusy, match="right now"):
            run_once(sessions, "nightly", "s", "third", counted(done, "third"), lease=HOUR, again=True)
        return {}

    run_once(sessions, "nightly", "s", "again", asks_again, lease=HOUR, again=True)
    assert done == ["a", "cli"]


def test_one_worker_is_the_scheduler_until_its_lease_is_over(engine: Engine) -> None:
    sessions = session_factory(engine)
    with sessions.begin() as session:
        assert hold_scheduler(session, "a", HOUR)
        assert hold_scheduler(session, "a", HOUR), "it may renew"
        assert not hold_scheduler(session, "b", HOUR)
    with sessions.begin() as session:
        release_scheduler(session, "b")
        assert not hold_scheduler(session, "b", HOUR), "only the holder gives it back"
        release_scheduler(session, "a")
    with sessions.begin() as session:
        assert hold_scheduler(session, "b", HOUR)
