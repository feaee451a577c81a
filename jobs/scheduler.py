"""The one schedule, run only by ``outreach worker``. Every worker delivers; one of them, by lease, keeps the dates.

Nothing dated runs between 01:00 and 03:59 of the district's clock, where nights with a change of clocks have an hour
twice or not at all. The night begins at 05:05: in a zone an hour to the west it is past four then, too. Until noon
it is tried again every quarter of an hour, which makes up for a worker that was down, a lease that ran out, a crash.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from threading import Event
from zoneinfo import ZoneInfo

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import select

from models import District
from outreach.delivery import Providers

from . import nightly
from .delivery import tick
from .digests import Render
from .reminders import remind
from .runs import Sessions, hold_scheduler, is_done, release_scheduler, run_once

NIGHT_BEGINS = time(5, 5)
LEASE = timedelta(seconds=60)
RENEW_SECONDS = 20
TICK_SECONDS = 5
MISFIRE_SECONDS = 6 * 3600
REMINDER_LEASE = timedelta(minutes=5)
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Parts:
    """What a worker is made of; the command line hands it in."""

    sessions: Sessions
    render: Render
    providers: Providers
    link: str
    """Address of the pages, without a closing slash."""
    worker: str
    """Names this process: host and process id."""
    timezone: ZoneInfo
    """Where no district is in the database yet."""
    roster: Path | None = None
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    stopping: Event = field(default_factory=Event)
    """Set when the worker is told to stop: what is in hand ends, nothing more is begun."""


@dataclass(frozen=True, slots=True)
class Dated:
    """A job of the one scheduler, by the district's clock."""

    name: str
    hour: str
    minute: str
    work: Callable[[Parts], None]


def _night(parts: Parts) -> None:
    """Unless it is done. Before its hour (a worker that starts at midnight) there is nothing to make up for."""
    now = parts.clock()
    if now.astimezone(zone_of_district(parts)).time() < NIGHT_BEGINS:
        return
    with parts.sessions() as session:
        done = is_done(session, nightly.JOB, nightly.local_date(parts.sessions, now))
    if not done:
        nightly.run(
            parts.sessions, parts.render, now, link=parts.link, worker=parts.worker, roster=parts.roster
        )  # fmt: skip


def _reminders(parts: Parts) -> None:
    now = parts.clock()
    slot = f"{now:%Y-%m-%dT%H:}{now.minute // 5 * 5:02d}"

    def work(_claim: object) -> dict[str, object]:
        with parts.sessions.begin() as session:
            return {"reminders": remind(session, parts.render, parts.link, now)}

    run_once(parts.sessions, "reminders", slot, parts.worker, work, lease=REMINDER_LEASE)  # type: ignore[arg-type]


SCHEDULE = (
    Dated("nightly", "5-12", "5,20,35,50", _night),
    Dated("reminders", "6-20", "*/5", _reminders),
)
"""The whole schedule. The delivery tick has no date: it runs every few seconds in every worker."""


def trigger_of(job: Dated, zone: ZoneInfo) -> CronTrigger:
    return CronTrigger(hour=job.hour, minute=job.minute, timezone=zone)


def build(parts: Parts) -> BackgroundScheduler:
    """The scheduler of one worker, not started. Each job runs once at a time; missed rounds are made up by one."""
    zone = zone_of_district(parts)
    scheduler = BackgroundScheduler(
        timezone=zone,
        daemon=False,
        executors={"default": ThreadPoolExecutor(4)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": MISFIRE_SECONDS},
    )
    scheduler.add_job(_deliver, IntervalTrigger(seconds=TICK_SECONDS, timezone=zone), [parts], id="delivery")
    scheduler.add_job(_renew, IntervalTrigger(seconds=RENEW_SECONDS, timezone=zone), [parts], id="lease")
    for job in SCHEDULE:
        scheduler.add_job(run_dated, trigger_of(job, zone), [parts, job], id=job.name)
    return scheduler


def run_worker(parts: Parts, stop: Event) -> None:
    """Work until ``stop`` is set; then finish what is in hand, give the lease back. A missed night is made up first."""
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    scheduler = build(parts)
    scheduler.start()
    scheduler.add_job(run_dated, args=[parts, SCHEDULE[0]], id="catch-up")
    log.info("worker started", worker=parts.worker, zone=str(scheduler.timezone))
    try:
        stop.wait()
    finally:
        parts.stopping.set()
        scheduler.shutdown(wait=True)
        with parts.sessions.begin() as session:
            release_scheduler(session, parts.worker)
        log.info("worker stopped", worker=parts.worker)


def run_dated(parts: Parts, job: Dated) -> bool:
    """Do a dated job, if this worker is the scheduler. A failure is logged and tried again at the next round."""
    with parts.sessions.begin() as session:
        if not hold_scheduler(session, parts.worker, LEASE):
            return False
    try:
        job.work(parts)
    except Exception:
        log.exception("job failed", job=job.name, worker=parts.worker)
        return False
    return True


def _deliver(parts: Parts) -> None:
    try:
        figures = tick(
            parts.sessions, parts.providers, parts.clock, parts.worker, link=parts.link, stopping=parts.stopping
        )  # fmt: skip
    except Exception:
        log.exception("delivery failed", worker=parts.worker)
        return
    if not figures.idle:
        log.info("delivered", worker=parts.worker, **figures.as_dict())


def _renew(parts: Parts) -> None:
    """Keep the lease while this worker lives, so that a long night does not change hands."""
    with parts.sessions.begin() as session:
        hold_scheduler(session, parts.worker, LEASE)


def zone_of_district(parts: Parts) -> ZoneInfo:
    with parts.sessions() as session:
        name = session.scalar(select(District.timezone))
    return ZoneInfo(name) if name else parts.timezone
