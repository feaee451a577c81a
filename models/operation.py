"""What the system did by itself: runs of jobs and imports, and dated changes of its settings."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, JsonObject


class RunState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class JobRun(Base):
    """One run of one job for one slot; safe to repeat, taken over when its lease runs out."""

    __tablename__ = "job_run"
    __table_args__ = (
        UniqueConstraint("job", "slot"),
        Index("ix_job_run_job_id", "job", "id"),  # outreach.upkeep.job_runs: the runs of one job, the newest first
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    job: Mapped[str]
    slot: Mapped[str]
    """The local date, or the finer slot, that it is for."""
    state: Mapped[RunState]
    attempts: Mapped[int] = mapped_column(default=1)
    worker: Mapped[str]
    lease_until: Mapped[datetime]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    figures: Mapped[JsonObject | None]
    error: Mapped[str | None]


class SchedulerLease(Base):
    """Which worker is the scheduler, by the database's own clock. One row."""

    __tablename__ = "scheduler_lease"

    name: Mapped[str] = mapped_column(primary_key=True)
    worker: Mapped[str]
    lease_until: Mapped[datetime]


class ImportOrigin(StrEnum):
    """Who started an import."""

    COMMAND = "command"
    """Somebody at the command line."""
    NIGHT = "night"
    """The night's work, from the folder in which the SIS drops its export."""
    PERSON = "person"
    """An administrator, on the page: ``by_account_id``."""


class ImportRun(Base):
    """One import that was carried out, or refused as a whole (then failed, with the reason, and nothing changed)."""

    __tablename__ = "import_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    source: Mapped[str]
    """The file's or folder's name, without its path."""
    digest: Mapped[str | None]
    state: Mapped[RunState]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    figures: Mapped[JsonObject | None]
    by_account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    origin: Mapped[ImportOrigin] = mapped_column(default=ImportOrigin.COMMAND, server_default="command")
    error: Mapped[str | None]
    """Why it was refused, as :func:`outreach.language.kept` keeps a sentence."""


class ImportRejection(Base):
    """One row, or one reference in it, that an import left out: where, why, and the row's own key; never the row."""

    __tablename__ = "import_rejection"
    # outreach.upkeep.imports: the rejections of one run, page by page
    __table_args__ = (Index("ix_import_rejection_run", "run_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("import_run.id", ondelete="CASCADE"))
    file: Mapped[str]
    line: Mapped[int]
    """1 is the header."""
    field: Mapped[str]
    """The column; empty: the row as a whole."""
    reason: Mapped[str]
    """As :func:`outreach.language.kept` keeps a sentence."""
    sourced_id: Mapped[str]


class ImportUpload(Base):
    """A file that an administrator uploaded, between its dry run and the import; kept for a day at most.

    In the database, since the next request may reach another machine.
    """

    __tablename__ = "import_upload"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    """The file's own name, without its path."""
    content: Mapped[bytes] = mapped_column(deferred=True)
    figures: Mapped[JsonObject]
    """What the dry run found."""
    too_many: Mapped[JsonObject | None]
    """What a bulk import would end of a kind beyond its twentieth: kind to [ended, of]; None: nothing."""
    uploaded_at: Mapped[datetime]
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("account.id"))


class ConfigRevision(Base):
    """A dated, audited change of what a district may tune; the newest at or before now wins, key by key."""

    __tablename__ = "config_revision"

    id: Mapped[int] = mapped_column(primary_key=True)
    in_force_from: Mapped[datetime] = mapped_column(index=True)
    changes: Mapped[JsonObject]
    """Dotted key to new value: {"risk.factor.grade_c_or_below.points": 3}."""
    made_at: Mapped[datetime]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    why: Mapped[str | None]


class RateLimit(Base):
    """How often one key (a sign-in address, an account) was tried in its present window; shared by all processes."""

    __tablename__ = "rate_limit"

    key: Mapped[str] = mapped_column(primary_key=True)
    hits: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    """outreach.web.rate_limits: windows that are over are forgotten."""


class DigestItem(Base):
    """What a staff member has been told of, and how it stood: no digest repeats the same thing unchanged."""

    __tablename__ = "digest_item"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    item: Mapped[str] = mapped_column(primary_key=True)
    """outreach:12, request:7, case:3."""
    standing: Mapped[str]
    """Changes when the thing changes in a way worth telling again: a due time passed, another owner."""
    told_at: Mapped[datetime]
