"""``import incidents``: what happened to or by a student, which suggests a call and never a text."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy.orm import Session

from models import Incident
from outreach.language import N_

from .fields import key_of, needed_date, text_of
from .figures import ImportFigures
from .lists import INCIDENTS, import_list, known, once, students_of
from .rejection import RejectedRow, Rejects
from .rows import Row
from .run import Chunk, Progress, Run
from .upsert import Values, upsert

SUMMARY_LIMIT = 4000


def import_incidents(
    session: Session,
    path: Path,
    now: datetime,
    *,
    dry_run: bool = False,
    rejects: Rejects | None = None,
    progress: Progress | None = None,
) -> ImportFigures:
    """Incidents by their own ``sourcedId``; the same id in a later file replaces it."""
    return import_list(session, path, now, INCIDENTS, _apply, dry_run=dry_run, rejects=rejects, progress=progress)


def _apply(run: Run, chunk: Chunk) -> None:
    good, _ = chunk.read(partial(_incident, students_of(run, chunk)))
    chunk.count(upsert(run.session, Incident, once(chunk, good, ("sourced_id",))))


def _incident(students: dict[str, int], row: Row) -> Values:
    kind = text_of(row, "kind")
    if not kind:
        raise RejectedRow("kind", N_("is empty; say in a word or two what it was."))
    return {
        "sourced_id": key_of(row), "student_id": known(students, row, "studentSourcedId", "student"),
        "occurred_on": needed_date(row, "date"), "kind": kind,
        "summary": text_of(row, "summary", SUMMARY_LIMIT) or None,
    }  # fmt: skip
