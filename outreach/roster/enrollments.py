"""Who is in which class: students' enrollments, and teachers' assignments."""

from __future__ import annotations

from functools import partial

from models import Assignment, AssignmentRole, Enrollment, Section, Staff, Student
from outreach.language import N_, kept

from .fields import ENDS_BEFORE, date_of, named, shown
from .references import IS_NOT, NO_LONGER, NO_SUCH
from .rejection import RejectedRow
from .rows import FileSpec, Row
from .run import Chunk, Run
from .source import Member
from .staging import Named
from .upsert import Values, active_ids_by_key, deactivate, upsert

ENROLLMENTS = FileSpec(
    "enrollments",
    ("sourcedId", "classSourcedId", "userSourcedId", "role"),
    ("status", "dateLastModified", "schoolSourcedId", "primary", "beginDate", "endDate"),
)
TAUGHT_BY = {"teacher": AssignmentRole.TEACHER, "aide": AssignmentRole.AIDE}
"""Every teacher of a class is its teacher: many systems leave ``primary`` false for all of them."""
WITHOUT_MEANING = {"administrator", "proctor"}
Known = dict[str, tuple[int, bool]]


def import_enrollments(run: Run, member: Member) -> None:
    """Students to enrollments, teachers and aides to assignments. A class or person who is not there, or no longer
    active, rejects the row."""
    for chunk in run.chunks(ENROLLMENTS, member, Named.ENROLLMENT):
        users = [row["userSourcedId"] for row in chunk.rows]
        known = _Known(
            active_ids_by_key(run.session, Section, [row["classSourcedId"] for row in chunk.rows]),
            active_ids_by_key(run.session, Student, users),
            active_ids_by_key(run.session, Staff, users),
        )
        good, gone = chunk.read(partial(_enrollment, chunk, known))
        pupils = [values for _, values in good if "student_id" in values]
        teachers = [values for _, values in good if "staff_id" in values]
        chunk.count(upsert(run.session, Enrollment, pupils))
        chunk.count(upsert(run.session, Assignment, teachers))
        _switched(run, pupils, teachers)
        ended = deactivate(run.session, Enrollment, gone) + deactivate(run.session, Assignment, gone)
        run.ended[Named.ENROLLMENT] = run.ended.get(Named.ENROLLMENT, 0) + ended
        chunk.count_gone(len(gone), ended)


class _Known:
    def __init__(self, sections: Known, students: Known, staff: Known) -> None:
        self.sections, self.students, self.staff = sections, students, staff


def _enrollment(chunk: Chunk, known: _Known, row: Row) -> Values | None:
    role = row["role"].lower()
    if role in WITHOUT_MEANING:
        chunk.reading.note(
            row.line, kept(N_("the role %(role)s in a class says nothing about families; left out."), role=role)
        )
        return None
    if role not in TAUGHT_BY and role != "student":
        raise RejectedRow("role", N_("%(text)s is neither student, teacher nor aide."), text=shown(row["role"]))
    section_id = _active(known.sections, row, "classSourcedId", "class")
    begins, ends = date_of(row, "beginDate"), date_of(row, "endDate")
    if begins and ends and ends < begins:
        raise RejectedRow("endDate", ENDS_BEFORE, ends=str(ends), begins=str(begins), column="beginDate")
    if role == "student":
        student_id = _active(known.students, row, "userSourcedId", "student", known.staff)
        return {
            "sourced_id": row["sourcedId"], "section_id": section_id, "student_id": student_id,
            "begins_on": begins, "ends_on": ends, "active": True,
        }  # fmt: skip
    staff_id = _active(known.staff, row, "userSourcedId", "member of staff", known.students)
    return {
        "sourced_id": row["sourcedId"], "section_id": section_id, "staff_id": staff_id, "role": TAUGHT_BY[role],
        "from_on": begins, "until_on": ends, "active": True,
    }  # fmt: skip


def _active(known: Known, row: Row, column: str, noun: str, others: Known | None = None) -> int:
    """Our id of what ``column`` names, which must be here and active; ``others``: where it may be found instead."""
    found = known.get(row[column])
    if found is None and others and row[column] in others:
        raise RejectedRow(column, IS_NOT[noun], key=named(row[column]))
    if found is None:
        raise RejectedRow(column, NO_SUCH[noun], key=named(row[column]))
    if not found[1]:
        raise RejectedRow(column, NO_LONGER[noun], key=named(row[column]))
    return found[0]


def _switched(run: Run, pupils: list[Values], teachers: list[Values]) -> None:
    """A key that was a student's and is now a teacher's, or the other way round, ends as what it was."""
    deactivate(run.session, Assignment, [str(values["sourced_id"]) for values in pupils])
    deactivate(run.session, Enrollment, [str(values["sourced_id"]) for values in teachers])
