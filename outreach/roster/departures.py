"""Who and what a delivery no longer names: ended at the end of a bulk import, unless it would be too much."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, exists, false, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from models import (
    Assignment,
    Base,
    Course,
    Enrollment,
    Guardian,
    LineItem,
    Mark,
    School,
    Section,
    Staff,
    Student,
    Term,
)
from outreach.language import N_

from . import staging
from .rejection import Ending, TooManyDeactivationsError, kept_list
from .run import Run
from .staging import Named
from .upsert import Values, table_of

LIMIT = 0.05
"""Share of students, guardians, staff or enrollments that one bulk import may take away unasked."""
OF_OTHER_LISTS = "list:"
"""Begins our sourced id of what another list brought (``import marks``, ``import staff``); OneRoster never ends it."""
GUARDED = {
    Named.STUDENT: "students", Named.GUARDIAN: "guardians", Named.STAFF: "staff", Named.ENROLLMENT: "enrollments",
}  # fmt: skip
KINDS: dict[str, tuple[tuple[Named, type[Base]], ...]] = {
    "results": ((Named.MARK, Mark),),
    "lineItems": ((Named.LINE_ITEM, LineItem),),
    "enrollments": ((Named.ENROLLMENT, Enrollment), (Named.ENROLLMENT, Assignment)),
    "classes": ((Named.SECTION, Section),),
    "courses": ((Named.COURSE, Course),),
    "users": ((Named.STUDENT, Student), (Named.GUARDIAN, Guardian), (Named.STAFF, Staff)),
    "academicSessions": ((Named.SESSION, Term),),
    "orgs": ((Named.ORG, School),),
}
"""File to the kinds it is the whole list of."""


def active_before(session: Session) -> dict[Named, int]:
    """How many of each guarded kind the roster holds, before anything is read."""
    counts: dict[Named, int] = dict.fromkeys(GUARDED, 0)
    for kinds in (KINDS["users"], KINDS["enrollments"]):
        for named, model in kinds:
            table = table_of(model)
            counted = select(func.count()).select_from(table).where(table.c.active, _of_roster(table.c.sourced_id))
            counts[named] += session.scalar(counted) or 0
    return counts


def end_absent(run: Run, file: str) -> None:
    """Deactivate what the bulk ``file`` should name and does not. Called as soon as it was read, so that the files
    after it meet the same roster whether it was already so or has become so now."""
    for named, model in KINDS.get(file, ()):
        table = table_of(model)
        seen = staging.seen.c
        absent = ~exists().where(seen.kind == named, seen.key == table.c.sourced_id)
        unmerged = table.c.merged_into_id.is_(None) if model is Guardian else ~false()
        _end(run, file, named, model, absent, unmerged, left=model in (Student, Staff))


def end_dependants(run: Run) -> None:
    """End enrollments of students or classes that ended, and assignments of staff or classes that did."""
    gone_section = exists().where(Section.id == Enrollment.section_id, ~Section.active)
    gone_student = exists().where(Student.id == Enrollment.student_id, ~Student.active)
    _end(run, "enrollments", Named.ENROLLMENT, Enrollment, or_(gone_section, gone_student))
    gone_taught = exists().where(Section.id == Assignment.section_id, ~Section.active)
    gone_staff = exists().where(Staff.id == Assignment.staff_id, ~Staff.active)
    _end(run, "enrollments", Named.ENROLLMENT, Assignment, or_(gone_taught, gone_staff))


def _end(run: Run, file: str, named: Named, model: type[Base], *where: ColumnElement[bool], left: bool = False) -> None:
    """End the active rows of the roster for which ``where`` holds; ``left``: the kind keeps the day it left."""
    table = table_of(model)
    values: Values = {"left_on": run.today} if left else {}
    done = run.session.execute(
        update(table)
        .where(table.c.active, _of_roster(table.c.sourced_id), *where)
        .values(active=False, **values)
    )  # fmt: skip
    ended = int(done.rowcount)  # type: ignore[attr-defined]  # an UPDATE always gives a CursorResult
    if ended:
        run.figures.tally(file, "delta").deactivated += ended
        run.ended[named] = run.ended.get(named, 0) + ended


def _of_roster(sourced_id: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[bool]:
    return sourced_id.is_not(None) & sourced_id.not_like(f"{OF_OTHER_LISTS}%")


def guard(run: Run, modes: Mapping[str, str], before: Mapping[Named, int], *, accepted: bool) -> None:
    """Raise :class:`TooManyDeactivationsError` where bulk files would end more than :data:`LIMIT` of a guarded kind.

    The caller rolls back; nothing has changed then.
    """
    bulk = {named for file, kinds in KINDS.items() if modes.get(file) == "bulk" for named, _ in kinds}
    if bulk & {Named.SECTION, Named.STUDENT}:
        bulk.add(Named.ENROLLMENT)  # an enrollment ends with its class or student
    over = [
        Ending(noun, run.ended[named], before[named])
        for named, noun in GUARDED.items()
        if named in bulk and run.ended.get(named, 0) > LIMIT * before[named]
    ]
    if over and not accepted:
        raise TooManyDeactivationsError(
            N_(
                "%(source)s would end %(what)s, more than %(limit)s. That is more often a broken export than the "
                "truth, so nothing has changed; if it is right, import again with --accept-deactivations."
            ),
            over, source=run.figures.source, what=kept_list([one.kept() for one in over]), limit=f"{LIMIT:.0%}",
        )  # fmt: skip
