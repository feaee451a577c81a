"""The schedule, its one keeper, and what happens at its edges."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session, sessionmaker

from config.settings import Settings
from jobs.delivery import tick
from jobs.runs import hold_scheduler
from jobs.scheduler import LEASE, SCHEDULE, Dated, Parts, build, run_dated, run_worker, trigger_of
from models import Band, JobRun, Message, MessageState, Outreach, OutreachState, RunState, SchedulerLease
from outreach.delivery import Providers
from outreach.delivery import build as build_providers
from outreach.planning import approve_all, plan_night
from outreach.store import database_now
from tests.jobs import scene as jobs_scene
from tests.jobs.scene import LINK, render
from tests.planning.scene import NIGHT, Scene

ZONES = ("America/New_York", "America/Chicago", "America/Phoenix", "Pacific/Honolulu")
NIGHTS = [datetime(2026, 3, 7, tzinfo=UTC), datetime(2026, 10, 31, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)]


def providers(sessions: sessionmaker[Session]) -> Providers:
    return build_providers(Settings(), sessions)


def parts(sessions: sessionmaker[Session], now: datetime, worker: str = "w1") -> Parts:
    return Parts(
        sessions=sessions, render=render, providers=providers(sessions), link=LINK, worker=worker,
        timezone=ZoneInfo("America/Chicago"), clock=lambda: now,
    )  # fmt: skip


def district(scene: Scene) -> None:
    scene.home(Band.HIGH)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("start", NIGHTS, ids=lambda start: f"{start:%B}")
def test_nothing_dated_is_scheduled_between_one_and_four(zone: str, start: datetime) -> None:
    for job in SCHEDULE:
        trigger, last, fired = trigger_of(job, ZoneInfo(zone)), None, 0
        at = start
        while at < start + timedelta(days=3):
            following = trigger.get_next_fire_time(last, at)
            local = following.astimezone(ZoneInfo(zone))
            assert not 1 <= local.hour < 4, f"{job.name} at {local}"
            last, at, fired = following, following + timedelta(seconds=1), fired + 1
        assert fired >= 3


def test_every_job_is_made_up_once_and_never_runs_beside_itself(engine: Engine) -> None:
    sessions = jobs_scene.build(engine, district)
    scheduler = build(parts(sessions, NIGHT))
    scheduler.start(paused=True)
    try:
        jobs = scheduler.get_jobs()
        assert {job.id for job in jobs} == {"delivery", "lease", "nightly", "reminders"}
        for job in jobs:
            assert job.coalesce
            assert job.max_instances == 1
            assert job.misfire_grace_time >= 3600
    finally:
        scheduler.shutdown()


def test_only_the_holder_of_the_lease_keeps_the_dates(engine: Engine) -> None:
    sessions, ran = jobs_scene.build(engine, district), list[str]()
    job = Dated("test", "5", "0", lambda given: ran.append(given.worker))
    assert run_dated(parts(sessions, NIGHT, "first"), job)
    assert not run_dated(parts(sessions, NIGHT, "second"), job)
    with sessions.begin() as session:
        session.execute(update(SchedulerLease).values(lease_until=database_now(session) - timedelta(seconds=1)))
    assert run_dated(parts(sessions, NIGHT, "second"), job), "the first has died"
    assert ran == ["first", "second"]


def test_a_job_that_fails_is_logged_and_the_worker_goes_on(engine: Engine) -> None:
    sessions = jobs_scene.build(engine, district)

    def fails(_given: Parts) -> None:
        raise RuntimeError("no")

    assert not run_dated(parts(sessions, NIGHT), Dated("test", "5", "0", fails))


@pytest.mark.parametrize(
    ("hour", "done"), [(9, False), (11, True), (15, True)], ids=["before five", "at five", "missed, in the morning"]
)
def test_a_missed_night_is_made_up_in_the_morning(engine: Engine, hour: int, done: bool) -> None:
    sessions = jobs_scene.build(engine, district)
    run_dated(parts(sessions, datetime(2026, 11, 24, hour, 6, tzinfo=UTC)), SCHEDULE[0])
    with sessions() as session:
        run = session.scalars(select(JobRun).where(JobRun.job == "nightly")).one_or_none()
    assert (run is not None and run.state is RunState.DONE) is done


def test_a_worker_makes_up_the_night_delivers_and_stops_when_told(engine: Engine) -> None:
    sessions, stop = jobs_scene.build(engine, district), Event()
    thread = Thread(target=run_worker, args=(parts(sessions, NIGHT), stop))
    thread.start()
    waited = Event()
    for _ in range(200):
        with sessions() as session:
            run = session.scalars(select(JobRun).where(JobRun.job == "nightly")).one_or_none()
            if run is not None and run.state is RunState.DONE:
                break
        waited.wait(0.05)
    stop.set()
    thread.join(30)
    assert not thread.is_alive()
    with sessions.begin() as session:
        assert len(session.scalars(select(Outreach.rule)).all()) == 1
        assert hold_scheduler(session, "the next", LEASE), "the lease was given back"


def test_a_tick_sends_what_is_due_and_the_plan_follows(engine: Engine) -> None:
    sessions = jobs_scene.build(engine, district)
    with sessions.begin() as session:
        plan_night(session, NIGHT)
        approve_all(session, None, NIGHT)
    at_five = datetime(2026, 11, 24, 22, 31, tzinfo=UTC)
    early = tick(sessions, providers(sessions), lambda: NIGHT, "w1")
    assert early.idle
    first = tick(sessions, providers(sessions), lambda: at_five, "w1")
    assert (first.sent.claimed, first.sent.accepted) == (1, 1)
    at_six = at_five + timedelta(hours=1)
    for _ in range(3):
        tick(sessions, providers(sessions), lambda: at_six, "w1")
    with sessions() as session:
        assert session.scalars(select(Message.state)).all() == [MessageState.DELIVERED]
        assert session.scalars(select(Outreach.state)).all() == [OutreachState.DELIVERED]


def test_jobs_know_neither_the_web_nor_the_application() -> None:
    import jobs  # noqa: PLC0415

    for file in Path(jobs.__file__).parent.glob("*.py"):
        source = file.read_text("utf-8")
        assert "flask" not in source.lower()
        assert "outreach.app" not in source
        assert "outreach.web" not in source
