"""What ran by itself: each run of each job with its state, its figures in words, and a failure in one sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from models import AccountRole, JobRun, JsonValue, RunState
from outreach.access import Viewer
from outreach.access.grants import require_role
from outreach.language import N_, _, ngettext, number
from outreach.store import database_now

PAGE = 50
NIGHTLY, REMINDERS = "nightly", "reminders"
ROSTER = {
    "absent": N_("No roster lay there."),
    "unreadable": N_("The roster could not be read: this account may not open it."),
    "growing": N_("The roster was still being written, and was left for the next night."),
    "unchanged": N_("The roster had not changed."),
    "imported": N_("The roster was imported."),
    "refused": N_("The roster was refused; the imports say why."),
}
BUSY = N_("The database could not be reached, or was too busy.")
FAULTS = {
    "OperationalError": BUSY,
    "TimeoutError": BUSY,
    "InterfaceError": BUSY,
    "DatabaseError": BUSY,
    "IntegrityError": N_("Two things were written that exclude each other; the next attempt reads anew."),
    "LostLease": N_("It took longer than its lease, and another worker took it over."),
    "TuningError": N_("A tuned value is wrong; outreach doctor says which."),
    "SettingsError": N_("A setting is wrong; outreach doctor says which."),
    "PermissionError": N_("The worker may not read or write a file that it needs."),
    "KeyboardInterrupt": N_("Somebody stopped the worker."),
    "SystemExit": N_("Somebody stopped the worker."),
    "MemoryError": N_("The machine had no memory left."),
}
"""The kind of fault that a run keeps, and what to say of it. Its own words stay in the worker's log: they may name
people."""


class Trouble(StrEnum):
    FAILED = "failed"
    OVERDUE = "overdue"
    """Its lease is over and nobody has finished it: the worker died, and the next round takes it over."""


@dataclass(frozen=True, slots=True)
class RunLine:
    id: int
    job: str
    slot: str
    """The local date it is for, or the finer slot."""
    state: RunState
    trouble: Trouble | None
    attempts: int
    worker: str
    started_at: datetime
    finished_at: datetime | None
    lease_until: datetime
    figures: tuple[str, ...]
    """What it did, a sentence each."""
    fault: str
    """Why it failed, in a sentence; empty where it did not."""

    @property
    def seconds(self) -> float | None:
        return (self.finished_at - self.started_at).total_seconds() if self.finished_at else None


@dataclass(frozen=True, slots=True)
class RunPage:
    lines: tuple[RunLine, ...]
    before: int | None


def job_runs(session: Session, viewer: Viewer, job: str | None, before: int | None = None) -> RunPage:
    """The runs of one job, or of all, the newest first, fifty a page. They reach every school, so only district
    administrators read of them: raises :class:`~outreach.access.NotAllowed`."""
    require_role(viewer, AccountRole.DISTRICT_ADMINISTRATOR)
    statement = select(JobRun).order_by(JobRun.id.desc()).limit(PAGE + 1)
    if job is not None:
        statement = statement.where(JobRun.job == job)
    if before is not None:
        statement = statement.where(JobRun.id < before)
    found, now = session.scalars(statement).all(), database_now(session)
    lines = tuple(_line(run, now) for run in found[:PAGE])
    return RunPage(lines, lines[-1].id if len(found) > PAGE else None)


def troubled_runs(session: Session, viewer: Viewer) -> list[RunLine]:
    """Of each job the newest run, where it failed or stands still; a later one that went well has mended it."""
    require_role(viewer, AccountRole.DISTRICT_ADMINISTRATOR)
    now = database_now(session)
    newest = JobRun.id.in_(select(func.max(JobRun.id)).group_by(JobRun.job))
    found = session.scalars(select(JobRun).where(newest, _in_trouble(now)).order_by(JobRun.started_at.desc()))
    return [_line(run, now) for run in found]


def _in_trouble(now: datetime) -> ColumnElement[bool]:
    overdue = and_(JobRun.state == RunState.RUNNING, JobRun.lease_until < now)
    return or_(JobRun.state == RunState.FAILED, overdue)


def _line(run: JobRun, now: datetime) -> RunLine:
    trouble = None
    if run.state is RunState.FAILED:
        trouble = Trouble.FAILED
    elif run.state is RunState.RUNNING and run.lease_until < now:
        trouble = Trouble.OVERDUE
    figures = tuple(_in_words(run.job, run.figures or {}))
    return RunLine(
        run.id, run.job, run.slot, run.state, trouble, run.attempts, run.worker, run.started_at, run.finished_at,
        run.lease_until, figures, _fault(run.error) if trouble is Trouble.FAILED else "",
    )  # fmt: skip


def _fault(error: str | None) -> str:
    kind = (error or "").split(":", 1)[0].strip()
    if kind in FAULTS:
        return _(FAULTS[kind])
    return _("A fault of the program (%(kind)s); the worker’s log of that minute has the rest.", kind=kind or "?")


def _in_words(job: str, figures: Mapping[str, JsonValue]) -> Iterator[str]:
    if job == REMINDERS:
        count = _count(figures, "reminders")
        yield (
            ngettext("%(count)s reminder.", "%(count)s reminders.", count) if count else _("Nobody was to be reminded.")
        )
    if job != NIGHTLY:
        return
    roster = _part(figures, "roster")
    if (state := roster.get("roster")) in ROSTER:
        yield _(ROSTER[str(state)])
    if "owners" in figures:
        yield from _owners(_part(figures, "owners"))
    if "score" in figures:
        score = _part(figures, "score")
        yield _(
            "%(families)s families scored, %(changed)s changed.", families=number(_count(score, "families")),
            changed=number(_count(score, "changed")),
        )  # fmt: skip
    if "plan" in figures:
        suggested = _count(_part(figures, "plan"), "suggested")
        yield ngettext("%(count)s contact suggested.", "%(count)s contacts suggested.", suggested)
    if "remind" in figures:
        prepared = _count(_part(figures, "remind"), "prepared")
        yield ngettext("%(count)s morning e-mail prepared.", "%(count)s morning e-mails prepared.", prepared)


def _owners(owners: Mapping[str, JsonValue]) -> Iterator[str]:
    moved = sum(_count(owners, name) for name in ("requests", "cases", "families", "suggestions"))
    if moved:
        yield ngettext(
            "%(count)s thing handed on from who is away or has left.",
            "%(count)s things handed on from who is away or has left.", moved,
        )  # fmt: skip
    if ended := _count(owners, "accounts_ended"):
        yield ngettext("%(count)s sign-in ended.", "%(count)s sign-ins ended.", ended)


def _part(figures: Mapping[str, JsonValue], name: str) -> Mapping[str, JsonValue]:
    part = figures.get(name)
    return part if isinstance(part, dict) else {}


def _count(figures: Mapping[str, JsonValue], name: str) -> int:
    value = figures.get(name)
    return value if isinstance(value, int) else 0
