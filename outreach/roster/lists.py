"""Import one CSV file of another system: what all such lists share. Their headers are in :data:`HEADERS`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Staff, Student
from outreach.language import N_

from . import staging
from .fields import named
from .figures import ImportFigures
from .record import record
from .references import NO_SUCH
from .rejection import DeliveryError, RejectedRow, Rejects
from .rows import FileSpec, Reading, Row, chunked
from .run import Chunk, Progress, Run, Step, begin, finish
from .source import plain_file
from .upsert import Values, ids_by_key

RELATIONSHIPS = FileSpec(
    "relationships",
    ("studentSourcedId", "parentSourcedId", "relation"),
    ("primaryContact", "livesWith", "emergencyContact", "emergencyOnly", "mayContact", "holdsRights", "note"),
    key="studentSourcedId",
)
ATTENDANCE = FileSpec(
    "attendance", ("studentSourcedId", "category"), ("events", "date", "schoolYear"), key="studentSourcedId"
)
MARKS = FileSpec(
    "marks",
    ("sourcedId", "studentSourcedId", "subject", "date"),
    ("status", "score", "level", "kind", "title", "classSourcedId", "scaleMin", "scaleMax"),
)
INCIDENTS = FileSpec("incidents", ("sourcedId", "studentSourcedId", "date", "kind"), ("summary",))
STAFF = FileSpec(
    "staff",
    ("staffSourcedId", "role"),
    (
        "sourcedId", "status", "studentSourcedId", "classSourcedId", "schoolSourcedId", "grade", "surnameFrom",
        "surnameTo", "beginDate", "endDate",
    ),
    key="staffSourcedId",
)  # fmt: skip
HEADERS = {spec.file: (spec.needed, spec.optional) for spec in (RELATIONSHIPS, ATTENDANCE, MARKS, INCIDENTS, STAFF)}
"""List to the columns it must and may have; capitals do not matter, further columns are not read.

- relationships: who a guardian is to a student. ``primaryContact``, ``livesWith``, ``emergencyContact``,
  ``emergencyOnly``, ``mayContact``, ``holdsRights`` are true or false (empty: not said); ``note`` says why.
- attendance: either counts (``events`` in ``schoolYear``, default the present one) or, with ``date``, one row a day.
  ``category``: excused, unexcused, tardy, partial, or "Excused Absence" and the like.
- marks: ``subject`` is reading, math, social_studies, science, other or a course's title; ``score`` a number (of
  ``scaleMin`` to ``scaleMax``, else percent) or a letter, or ``level`` instead; ``kind`` result or report_card.
- incidents: what happened, in the school's words.
- staff: assignments to one of a student, a class or a caseload (school, with ``grade``, ``surnameFrom``,
  ``surnameTo``); ``role`` teacher, co_teacher, case_manager, counselor, interpreter, aide, substitute.
"""

Apply = Callable[[Run, Chunk], None]


def import_list(
    session: Session,
    path: Path,
    now: datetime,
    spec: FileSpec,
    apply: Apply,
    *,
    then: Callable[[Run], None] | None = None,
    before_roster: bool = False,
    dry_run: bool = False,
    rejects: Rejects | None = None,
    progress: Progress | None = None,
) -> ImportFigures:
    """Read ``path`` in chunks and ``apply`` each; ``then`` runs once at the end. One transaction, as
    :func:`~outreach.roster.oneroster.import_oneroster`: the caller commits, a fatal fault changes nothing.
    ``before_roster``: the list speaks of nobody in the roster, so it may come first."""
    member = plain_file(path)
    figures = ImportFigures(member.name, spec.file, dry_run=dry_run)
    with session.begin_nested() as savepoint:
        run = begin(session, now, "UTC", figures, rejects=rejects, progress=progress)
        if not before_roster and session.scalar(select(Student.id).limit(1)) is None:
            raise DeliveryError(
                N_("No roster has been imported yet, so %(file)s speaks of nobody; import it first."), file=member.name
            )
        staging.create(session, staging.read)
        tally = figures.tally(spec.file, "delta")

        def on_rejected(_key: str) -> None:
            tally.rejected += 1

        reading = Reading(spec, member, run.rejects, run.notes, on_rejected)
        for rows in chunked(reading.rows()):
            apply(run, Chunk(run, reading, tally, rows, None))
            run.progress(Step(member.name, reading.rows_read, reading.bytes_read, member.size))
        if then:
            then(run)
        staging.drop(session, staging.read)
        finish(run)
        if dry_run:
            savepoint.rollback()
        else:
            record(run)
    session.expire_all()
    return figures


def students_of(run: Run, chunk: Chunk) -> dict[str, int]:
    return ids_by_key(run.session, Student, {row["studentSourcedId"] for row in chunk.rows})


def staff_of(run: Run, chunk: Chunk) -> dict[str, int]:
    return ids_by_key(run.session, Staff, {row["staffSourcedId"] for row in chunk.rows})


def known(ids: dict[str, int], row: Row, column: str, noun: str) -> int:
    """Our id of what ``column`` names."""
    if row[column] not in ids:
        if not row[column]:
            raise RejectedRow(column, N_("is empty."))
        raise RejectedRow(column, NO_SUCH[noun], key=named(row[column]))
    return ids[row[column]]


def once(chunk: Chunk, good: Sequence[tuple[Row, Values]], keys: Sequence[str]) -> list[Values]:
    """Rows whose key stands in the file for the first time; another one is rejected, so that importing the file again
    changes nothing."""
    keyed = [("|".join(str(values[name]) for name in keys), row, values) for row, values in good]
    fresh = staging.first_time(chunk.run.session, chunk.reading.spec.file, [key for key, _, _ in keyed])
    kept: list[Values] = []
    for key, row, values in keyed:
        if key in fresh:
            fresh.discard(key)
            kept.append(values)
        else:
            chunk.reject(row, RejectedRow("", N_("speaks of the same as an earlier row, which counts.")))
    return kept
