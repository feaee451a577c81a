"""What stays of an import: its own row, and for a while the rows that it rejected."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from models import ImportOrigin, ImportRejection, ImportRun, RunState

from .figures import ImportFigures
from .rejection import RosterError
from .rows import chunked
from .run import Run

A_NIGHT = timedelta(hours=20)
REJECTIONS_OF = 20
"""The newest imports whose rejected rows are kept; of older ones only their number."""


def record(run: Run, digest: str | None = None) -> None:
    """Keep the import's own row and its first rejections (:data:`~outreach.roster.rejection.KEPT`), and forget the
    rejections of all but the newest imports. The row's id stands in the figures then."""
    session, figures = run.session, run.figures
    figures.run_id = session.execute(
        insert(ImportRun)
        .values(
            kind=figures.kind, source=figures.source, digest=digest, state=RunState.DONE, started_at=run.now,
            finished_at=run.now, figures=figures.as_kept(), origin=ImportOrigin.COMMAND,
        )
        .returning(ImportRun.id)
    ).scalar_one()  # fmt: skip
    for some in chunked(run.rejects.kept):
        session.execute(
            insert(ImportRejection),
            [
                {
                    "run_id": figures.run_id, "file": one.file, "line": one.line, "field": one.field,
                    "reason": one.stored, "sourced_id": one.sourced_id,
                }
                for one in some
            ],
        )  # fmt: skip
    newest = select(ImportRun.id).order_by(ImportRun.id.desc()).limit(REJECTIONS_OF)
    session.execute(delete(ImportRejection).where(ImportRejection.run_id.not_in(newest)))


def attribute(session: Session, figures: ImportFigures, origin: ImportOrigin, account_id: int | None = None) -> None:
    """Say who started this import; without it, it was somebody at the command line. A dry run is nobody's."""
    if figures.run_id is not None:
        session.execute(
            update(ImportRun)
            .where(ImportRun.id == figures.run_id)
            .values(origin=origin, by_account_id=account_id)
            .execution_options(synchronize_session=False)
        )


def record_refusal(
    session: Session, kind: str, source: str, error: RosterError, now: datetime,
    *, origin: ImportOrigin, account_id: int | None = None,
) -> None:  # fmt: skip
    """Keep that an import was refused as a whole, and why. In a transaction after the one that was rolled back.

    A night that is tried again within the day is refused for the same reason once.
    """
    again = select(ImportRun.id).where(
        ImportRun.kind == kind, ImportRun.source == source, ImportRun.error == error.stored,
        ImportRun.origin == ImportOrigin.NIGHT, ImportRun.started_at > now - A_NIGHT,
    )  # fmt: skip
    if origin is ImportOrigin.NIGHT and session.scalar(again.limit(1)) is not None:
        return
    session.execute(
        insert(ImportRun).values(
            kind=kind, source=source, state=RunState.FAILED, started_at=now, finished_at=now, error=error.stored,
            origin=origin, by_account_id=account_id,
        )
    )  # fmt: skip
