"""Runs of jobs: one for each slot, held by a lease of the database's own clock, taken over by compare-and-set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import CursorResult, and_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, sessionmaker

from models import JobRun, JsonObject, RunState, SchedulerLease
from outreach.errors import OutreachError
from outreach.language import N_, _
from outreach.store import database_now

Sessions = sessionmaker[Session]
ATTEMPTS = 8
"""A slot that failed so often by itself waits for a person."""


class RunBusy(OutreachError):
    """Another worker is at this very run; the sentence says since when."""


class LostLease(Exception):
    """This run took longer than its lease and another worker took it over; what it did was safe to repeat."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to do one run; ``attempt`` fences off whoever held it before."""

    run_id: int
    job: str
    slot: str
    worker: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Outcome:
    ran: bool
    """False: it was done already, or somebody else is at it."""
    attempt: int
    figures: JsonObject


def run_once(
    sessions: Sessions, job: str, slot: str, worker: str, work: Callable[[Claim], JsonObject],
    *, lease: timedelta, again: bool = False,
) -> Outcome:  # fmt: skip
    """Do ``work`` for this slot unless it is done, or somebody is at it.

    ``again``: a person asks, so a finished slot gets one more attempt; raises :class:`RunBusy` where somebody is at
    it. What ``work`` raises is kept as the run's error and raised on. It must be safe to repeat: after a crash the
    next worker begins it anew once the lease is over.
    """
    with sessions.begin() as session:
        claim = begin(session, job, slot, worker, lease, again=again)
    if claim is None:
        if again:
            busy = N_("The %(job)s run for %(slot)s is being done right now; try again when it has finished.")
            raise RunBusy(_(busy, job=job, slot=slot))
        return Outcome(False, 0, {})
    try:
        figures = work(claim)
    except BaseException as error:
        with sessions.begin() as session:
            _close(session, claim, RunState.FAILED, None, f"{type(error).__name__}: {error}"[:500])
        raise
    with sessions.begin() as session:
        if not _close(session, claim, RunState.DONE, figures, None):
            raise LostLease(f"{job} {slot}: attempt {claim.attempt} was taken over")
    return Outcome(True, claim.attempt, figures)


def begin(
    session: Session, job: str, slot: str, worker: str, lease: timedelta, *, again: bool = False
) -> Claim | None:  # fmt: skip
    """The claim on one slot, or None. One statement decides each way: a new row, or an old one taken over."""
    now = database_now(session)
    fresh = {
        "state": RunState.RUNNING, "worker": worker, "lease_until": now + lease, "started_at": now,
        "finished_at": None, "error": None,
    }  # fmt: skip
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    made = session.execute(
        dialect.insert(JobRun)
        .values(job=job, slot=slot, attempts=1, figures=None, **fresh)
        .on_conflict_do_nothing(index_elements=["job", "slot"])
        .returning(JobRun.id)
    ).scalar()
    if made is not None:
        return Claim(made, job, slot, worker, 1)
    free = [
        and_(JobRun.state == RunState.RUNNING, JobRun.lease_until < now),
        and_(JobRun.state == RunState.FAILED, JobRun.attempts < ATTEMPTS),
    ]
    if again:
        free.append(JobRun.state.in_((RunState.DONE, RunState.FAILED)))
    taken = session.execute(
        update(JobRun)
        .where(JobRun.job == job, JobRun.slot == slot, or_(*free))
        .values(attempts=JobRun.attempts + 1, **fresh)
        .returning(JobRun.id, JobRun.attempts)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return Claim(taken[0], job, slot, worker, taken[1]) if taken else None


def extend(session: Session, claim: Claim, lease: timedelta) -> None:
    """Hold the run for another ``lease``; between the steps of a long one. Raises :class:`LostLease`."""
    until = database_now(session) + lease
    if not _held(session, claim, {"lease_until": until}):
        raise LostLease(f"{claim.job} {claim.slot}: attempt {claim.attempt} was taken over")


def is_done(session: Session, job: str, slot: str) -> bool:
    """Whether this slot's run has finished well."""
    state = session.scalar(select(JobRun.state).where(JobRun.job == job, JobRun.slot == slot))
    return state is RunState.DONE


def _close(session: Session, claim: Claim, state: RunState, figures: JsonObject | None, error: str | None) -> bool:
    now = database_now(session)
    values: dict[str, object] = {"state": state, "finished_at": now, "lease_until": now, "error": error}
    return _held(session, claim, {**values, "figures": figures} if figures is not None else values)


def _held(session: Session, claim: Claim, values: dict[str, object]) -> bool:
    """Change the run, if this attempt still holds it."""
    result = session.execute(
        update(JobRun)
        .where(
            JobRun.id == claim.run_id, JobRun.attempts == claim.attempt, JobRun.worker == claim.worker,
            JobRun.state == RunState.RUNNING,
        )
        .values(values)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


def hold_scheduler(session: Session, worker: str, lease: timedelta, name: str = "scheduler") -> bool:
    """Whether ``worker`` is the scheduler for the next ``lease``: it was, or nobody is any more."""
    now = database_now(session)
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(SchedulerLease).values(name=name, worker=worker, lease_until=now + lease)
    held = session.execute(
        statement.on_conflict_do_update(
            index_elements=["name"],
            set_={"worker": worker, "lease_until": now + lease},
            where=or_(SchedulerLease.worker == worker, SchedulerLease.lease_until < now),
        ).returning(SchedulerLease.worker)
    ).scalar()
    return held == worker


def release_scheduler(session: Session, worker: str, name: str = "scheduler") -> None:
    """Give the lease back on the way out, so that another worker need not wait for its end."""
    now = database_now(session)
    session.execute(
        update(SchedulerLease)
        .where(SchedulerLease.name == name, SchedulerLease.worker == worker)
        .values(lease_until=now - timedelta(seconds=1))
        .execution_options(synchronize_session=False)
    )
