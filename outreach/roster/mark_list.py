"""``import marks``: marks from another system, beside OneRoster's results."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy.orm import Session

from models import Level, Mark, MarkKind, Section, Subject
from outreach.language import N_

from .departures import OF_OTHER_LISTS
from .fields import NONE_OF, key_of, needed_date, number_of, shown, text_of
from .figures import ImportFigures
from .lists import MARKS, import_list, known, once, students_of
from .marks import NoMarkError, grade
from .rejection import RejectedRow, Rejects
from .rows import Row
from .run import Chunk, Progress, Run
from .upsert import Values, deactivate, ids_by_key, upsert


def import_marks(
    session: Session,
    path: Path,
    now: datetime,
    *,
    dry_run: bool = False,
    rejects: Rejects | None = None,
    progress: Progress | None = None,
) -> ImportFigures:
    """Marks by their own ``sourcedId``; the same id in a later file replaces it, ``status`` tobedeleted ends it.
    A OneRoster import never ends what came from here."""
    return import_list(session, path, now, MARKS, _apply, dry_run=dry_run, rejects=rejects, progress=progress)


def _apply(run: Run, chunk: Chunk) -> None:
    students = students_of(run, chunk)
    sections = ids_by_key(run.session, Section, {row["classSourcedId"] for row in chunk.rows})
    good, gone = chunk.read(partial(_mark, run, students, sections))
    chunk.count(upsert(run.session, Mark, once(chunk, good, ("sourced_id",))))
    ended = deactivate(run.session, Mark, [f"{OF_OTHER_LISTS}{key}" for key in gone])
    chunk.count_gone(len(gone), ended)


def _mark(run: Run, students: dict[str, int], sections: dict[str, int], row: Row) -> Values:
    key = key_of(row)
    student_id = known(students, row, "studentSourcedId", "student")
    section_id = known(sections, row, "classSourcedId", "class") if row["classSourcedId"] else None
    level, percent, letter = _standing(run, row)
    return {
        "sourced_id": f"{OF_OTHER_LISTS}{key}", "student_id": student_id, "section_id": section_id,
        "kind": _kind(row), "subject": _subject(run, row), "level": level, "percent": percent, "letter": letter,
        "title": text_of(row, "title") or None, "marked_on": needed_date(row, "date"), "active": True,
    }  # fmt: skip


def _standing(run: Run, row: Row) -> tuple[Level, float | None, str | None]:
    if row["score"]:
        try:
            graded = grade(
                row["score"], number_of(row, "scaleMin") or 0.0, number_of(row, "scaleMax"), run.tuning.risk.terms
            )
        except NoMarkError as error:
            raise RejectedRow("score", error.sentence, **error.values) from None
        return graded.level, graded.percent, graded.letter
    try:
        return Level(row["level"].lower().replace(" ", "_")), None, None
    except ValueError:
        if not row["level"]:
            raise RejectedRow("level", N_("and score are both empty.")) from None
        raise RejectedRow("level", NONE_OF, text=shown(row["level"]), words=", ".join(Level)) from None


def _kind(row: Row) -> MarkKind:
    try:
        return MarkKind(row["kind"].lower().replace(" ", "_") or MarkKind.RESULT)
    except ValueError:
        raise RejectedRow("kind", N_("%(text)s is neither result nor report_card."), text=shown(row["kind"])) from None


def _subject(run: Run, row: Row) -> Subject:
    if not row["subject"]:
        raise RejectedRow("subject", N_("is empty."))
    words = row["subject"].lower().replace(" ", "_")
    return Subject(words) if words in set(Subject) else run.subjects.of([], row["subject"])
