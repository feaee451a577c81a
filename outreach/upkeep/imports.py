"""Imports as the administrators' pages show them: each run with its figures, and the rows that it left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from models import (
    Account,
    AccountRole,
    ImportOrigin,
    ImportRejection,
    ImportRun,
    JsonValue,
    RunState,
    Staff,
)
from outreach.access import Viewer
from outreach.access.grants import require_role
from outreach.errors import NotFound
from outreach.language import _, said
from outreach.roster import safe_cell
from outreach.roster.rejection import KEPT

PAGE = 50
COLUMNS = ("created", "updated", "unchanged", "deactivated", "rejected")


@dataclass(frozen=True, slots=True)
class FileLine:
    """What became of the rows of one file."""

    name: str
    created: int
    updated: int
    unchanged: int
    deactivated: int
    rejected: int


@dataclass(frozen=True, slots=True)
class RunLine:
    id: int
    kind: str
    source: str
    started_at: datetime
    state: RunState
    origin: ImportOrigin
    by: str | None
    """Who, where it was a person."""
    total: FileLine
    error: str
    """Why it was refused, in the reader's language; empty where it was carried out."""


@dataclass(frozen=True, slots=True)
class Report:
    """One run in full."""

    line: RunLine
    files: tuple[FileLine, ...]
    notes: tuple[str, ...]
    people: tuple[tuple[str, int], ...]
    """Totals after it: kind to number."""
    kept: int
    """Rejected rows of which the reason is still kept."""


@dataclass(frozen=True, slots=True)
class RunPage:
    lines: tuple[RunLine, ...]
    before: int | None


@dataclass(frozen=True, slots=True)
class RejectionPage:
    lines: Sequence[ImportRejection]
    after: int | None


def import_runs(session: Session, viewer: Viewer, before: int | None = None) -> RunPage:
    """Every import, the newest first, fifty a page. An import reaches every school, so only district administrators
    read of it: raises :class:`~outreach.access.NotAllowed`."""
    require_role(viewer, AccountRole.DISTRICT_ADMINISTRATOR)
    statement = _runs().order_by(ImportRun.id.desc()).limit(PAGE + 1)
    if before is not None:
        statement = statement.where(ImportRun.id < before)
    found = session.execute(statement).all()
    lines = tuple(_line(run, name or email) for run, email, name in found[:PAGE])
    return RunPage(lines, lines[-1].id if len(found) > PAGE else None)


def import_report(session: Session, viewer: Viewer, run_id: int) -> Report:
    """Raises :class:`~outreach.errors.NotFound`."""
    require_role(viewer, AccountRole.DISTRICT_ADMINISTRATOR)
    row = session.execute(_runs().where(ImportRun.id == run_id)).first()
    if row is None:
        raise NotFound(_("There is no such import."))
    run, email, name = row
    figures = run.figures or {}
    notes, kept = figures.get("notes"), select(func.count()).where(ImportRejection.run_id == run_id)
    return Report(
        _line(run, name or email), files_of(figures.get("files")),
        tuple(said(str(note)) for note in notes) if isinstance(notes, list) else (),
        tuple((kind, count) for kind in PEOPLE if isinstance(count := figures.get(kind), int)),
        session.scalar(kept) or 0,
    )  # fmt: skip


PEOPLE = ("students", "guardians", "staff", "families")


def rejections(session: Session, viewer: Viewer, run_id: int, after: int | None = None) -> RejectionPage:
    """The rows that a run left out, in the order of the files, fifty a page."""
    require_role(viewer, AccountRole.DISTRICT_ADMINISTRATOR)
    found = _rejections(session, run_id, after or 0, PAGE + 1)
    return RejectionPage(found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None)


def rejection_rows(session: Session, viewer: Viewer, run_id: int) -> list[list[str]]:
    """The same as rows of a CSV, header first, each cell so that a spreadsheet shows it and never runs it."""
    require_role(viewer, AccountRole.DISTRICT_ADMINISTRATOR)
    rows = [[_("File"), _("Line"), _("Field"), _("Reason"), _("Key of the row")]]
    for one in _rejections(session, run_id, 0, KEPT):
        cells = (one.file, str(one.line), one.field, said(one.reason), one.sourced_id)
        rows.append([safe_cell(cell) for cell in cells])
    return rows


def files_of(figures: JsonValue) -> tuple[FileLine, ...]:
    """The files of an import's figures, in their order."""
    if not isinstance(figures, dict):
        return ()
    return tuple(_file(name, counts) for name, counts in figures.items() if isinstance(counts, dict))


def total_of(files: Sequence[FileLine]) -> FileLine:
    return FileLine("", *(sum(getattr(one, column) for one in files) for column in COLUMNS))


def _runs() -> Select[ImportRun, str | None, str | None]:
    return (
        select(ImportRun, Account.email, Staff.display_name)
        .outerjoin(Account, Account.id == ImportRun.by_account_id)
        .outerjoin(Staff, Staff.id == Account.staff_id)
    )


def _line(run: ImportRun, by: str | None) -> RunLine:
    files = files_of((run.figures or {}).get("files"))
    return RunLine(
        run.id, run.kind, run.source, run.started_at, run.state, run.origin, by, total_of(files), said(run.error)
    )


def _file(name: str, counts: dict[str, JsonValue]) -> FileLine:
    values = (counts.get(column) for column in COLUMNS)
    return FileLine(name, *(value if isinstance(value, int) else 0 for value in values))


def _rejections(session: Session, run_id: int, after: int, limit: int) -> Sequence[ImportRejection]:
    return session.scalars(
        select(ImportRejection)
        .where(ImportRejection.run_id == run_id, ImportRejection.id > after)
        .order_by(ImportRejection.id)
        .limit(limit)
    ).all()
