"""``import staff``: assignments that a roster does not know: case managers, counselors' caseloads, interpreters."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy.orm import Session

from models import Assignment, AssignmentRole, Section
from outreach.language import N_

from .departures import OF_OTHER_LISTS
from .fields import ENDS_BEFORE, NONE_OF, date_of, shown, text_of
from .figures import ImportFigures
from .lists import STAFF, import_list, known, once, staff_of, students_of
from .places import active_school
from .rejection import RejectedRow, Rejects
from .rows import Row
from .run import Chunk, Progress, Run
from .upsert import Values, deactivate, ids_by_key, upsert

LONGEST_KEY = 600
TARGETS = ("studentSourcedId", "classSourcedId", "schoolSourcedId")


def import_staff(
    session: Session,
    path: Path,
    now: datetime,
    *,
    dry_run: bool = False,
    rejects: Rejects | None = None,
    progress: Progress | None = None,
) -> ImportFigures:
    """Assignments, each to exactly one student, class or caseload.

    A row is known again by its ``sourcedId``, or without one by staff, role and target. ``status`` tobedeleted ends
    it; a OneRoster import never does.
    """
    return import_list(session, path, now, STAFF, _apply, dry_run=dry_run, rejects=rejects, progress=progress)


def _apply(run: Run, chunk: Chunk) -> None:
    staff, students = staff_of(run, chunk), students_of(run, chunk)
    sections = ids_by_key(run.session, Section, {row["classSourcedId"] for row in chunk.rows})
    good, _ = chunk.read(partial(_assignment, run, staff, students, sections))
    chunk.count(upsert(run.session, Assignment, once(chunk, good, ("sourced_id",))))
    gone = list(_gone(chunk))
    chunk.count_gone(len(gone), deactivate(run.session, Assignment, gone))


def _gone(chunk: Chunk) -> Iterator[str]:
    for row in chunk.rows:
        if row["status"].lower() in ("inactive", "tobedeleted"):
            try:
                yield _key(row)
            except RejectedRow as error:
                chunk.reject(row, error)


def _assignment(
    run: Run, staff: dict[str, int], students: dict[str, int], sections: dict[str, int], row: Row
) -> Values:
    try:
        role = AssignmentRole(row["role"].lower().replace(" ", "_").replace("-", "_"))
    except ValueError:
        raise RejectedRow("role", NONE_OF, text=shown(row["role"]), words=", ".join(AssignmentRole)) from None
    if sum(bool(row[target]) for target in TARGETS) != 1:
        raise RejectedRow(TARGETS[0], N_("needs exactly one of %(columns)s to be given."), columns=", ".join(TARGETS))
    if row["grade"] and not row["schoolSourcedId"]:
        raise RejectedRow("grade", N_("belongs to a caseload, which needs schoolSourcedId."))
    begins, ends = date_of(row, "beginDate"), date_of(row, "endDate")
    if begins and ends and ends < begins:
        raise RejectedRow("endDate", ENDS_BEFORE, ends=str(ends), begins=str(begins), column="beginDate")
    student = known(students, row, "studentSourcedId", "student") if row["studentSourcedId"] else None
    section = known(sections, row, "classSourcedId", "class") if row["classSourcedId"] else None
    school = active_school(run, row, "schoolSourcedId") if row["schoolSourcedId"] else None
    return {
        "sourced_id": _key(row), "staff_id": known(staff, row, "staffSourcedId", "member of staff"), "role": role,
        "student_id": student, "section_id": section, "school_id": school,
        "grade": (text_of(row, "grade") or None) if school else None,
        "surname_from": (text_of(row, "surnameFrom") or None) if school else None,
        "surname_to": (text_of(row, "surnameTo") or None) if school else None,
        "from_on": begins, "until_on": ends, "active": True,
    }  # fmt: skip


def _key(row: Row) -> str:
    """What an assignment is known by. Raises :class:`RejectedRow` where that would be longer than any index holds."""
    parts = [row[name] for name in ("staffSourcedId", "role", *TARGETS, "grade", "surnameFrom", "surnameTo")]
    key = row["sourcedId"] or "|".join(parts)
    if len(key) > LONGEST_KEY:
        raise RejectedRow(
            "sourcedId", N_("or what stands in its place is longer than %(limit)s characters."), limit=LONGEST_KEY
        )
    return OF_OTHER_LISTS + key
