"""``import relationships``: who a guardian is to a student, and what each may be told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import FactSource, Guardianship, Student
from outreach.language import N_

from .addresses import guardians_by_key
from .fields import text_of, yes_no
from .figures import ImportFigures
from .households import rebuild_families
from .lists import RELATIONSHIPS, import_list, known, once
from .rejection import RejectedRow, Rejects
from .rows import Row
from .run import Chunk, Progress, Run
from .upsert import Values, ids_by_key, upsert

KEYS = ("student_id", "guardian_id")
FACTS = {"may_contact": True, "holds_rights": True, "emergency_only": False}
"""Each of the three facts, and its value that restricts nothing."""
RAISES = ("mother", "father", "parent", "guardian", "grand", "step", "foster", "aunt", "uncle", "caregiver")
"""Words of a relation that raises the child; any of them may be written to, wherever it lives."""


def import_relationships(
    session: Session,
    path: Path,
    now: datetime,
    *,
    dry_run: bool = False,
    rejects: Rejects | None = None,
    progress: Progress | None = None,
) -> ImportFigures:
    """Relation, primary contact, lives with, and the three facts of a guardianship.

    An import may add a restriction; it lifts only what it (or the roster's silence) set, never what a person entered.
    A pair that the roster does not link becomes a guardianship; a bulk roster that links anybody has the last word on
    who is whose guardian. Families are brought in step at the end.
    """

    def then(run: Run) -> None:
        run.figures.families = rebuild_families(session, now)

    return import_list(
        session, path, now, RELATIONSHIPS, _apply, then=then, dry_run=dry_run, rejects=rejects, progress=progress
    )


def _apply(run: Run, chunk: Chunk) -> None:
    students = ids_by_key(run.session, Student, {row["studentSourcedId"] for row in chunk.rows})
    guardians = guardians_by_key(run.session, {row["parentSourcedId"] for row in chunk.rows})
    ended: set[tuple[int, int]] = set(
        run.session.execute(
            select(Guardianship.student_id, Guardianship.guardian_id).where(
                Guardianship.student_id.in_(students.values()), Guardianship.ended_on.is_not(None)
            )
        )
    )
    good, _ = chunk.read(partial(_relationship, students, guardians, ended))
    chunk.count(
        upsert(
            run.session, Guardianship, once(chunk, good, KEYS), keys=KEYS, on_create=partial(_created, run),
            adjust=partial(_adjusted, run),
        )
    )  # fmt: skip


def _relationship(students: dict[str, int], guardians: dict[str, int], ended: set[tuple[int, int]], row: Row) -> Values:
    student_id = known(students, row, "studentSourcedId", "student")
    guardian_id = known(guardians, row, "parentSourcedId", "guardian")
    if (student_id, guardian_id) in ended:
        raise RejectedRow("parentSourcedId", N_("is no longer this student's guardian by the roster."))
    return {
        "student_id": student_id, "guardian_id": guardian_id, "relation": text_of(row, "relation") or None,
        "is_primary": yes_no(row, "primaryContact"), "lives_with": yes_no(row, "livesWith"),
        "may_contact": yes_no(row, "mayContact"), "may_contact_source": FactSource.IMPORTED, "may_contact_on": None,
        "holds_rights": yes_no(row, "holdsRights"), "holds_rights_source": FactSource.IMPORTED,
        "holds_rights_on": None, "emergency_only": _emergency_only(row),
        "emergency_only_source": FactSource.IMPORTED, "emergency_only_on": None,
        "restriction_note": text_of(row, "note", 1000) or None,
    }  # fmt: skip


def _emergency_only(row: Row) -> bool | None:
    """Whether this person is there for emergencies and nothing else: as the list says, else somebody listed for
    emergencies who neither raises the child nor lives with it nor is the primary contact."""
    said = yes_no(row, "emergencyOnly")
    if said is not None:
        return said
    emergency, relation = yes_no(row, "emergencyContact"), row["relation"].lower()
    if not emergency:
        return None
    raises = any(word in relation for word in RAISES)
    return not (raises or yes_no(row, "livesWith") or yes_no(row, "primaryContact"))


def _created(run: Run, row: Values) -> Values:
    """A new guardianship: what the list does not say is assumed."""
    made: Values = {"started_on": run.today}
    for fact, free in FACTS.items():
        said = row[fact]
        made[fact] = free if said is None else said
        made[f"{fact}_source"] = FactSource.ASSUMED if said is None else FactSource.IMPORTED
        made[f"{fact}_on"] = None if said is None else run.today
    return made


def _adjusted(run: Run, row: Values, before: Mapping[str, object]) -> Values:
    """The row with what it does not say left as it was, and with no entered restriction lifted."""
    after: Values = {
        column: before[column] if row[column] is None else row[column]
        for column in ("relation", "is_primary", "lives_with", "restriction_note")
    }
    for fact, free in FACTS.items():
        said = row[fact]
        lifts_entered = said == free and before[f"{fact}_source"] is FactSource.ENTERED
        changes = said is not None and said != before[fact] and not lifts_entered
        after[fact] = said if changes else before[fact]
        after[f"{fact}_source"] = FactSource.IMPORTED if changes else before[f"{fact}_source"]
        after[f"{fact}_on"] = run.today if changes else before[f"{fact}_on"]
    return {**row, **after}
