"""Which schools a staff member belongs to, as the roster lists them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import bindparam, delete, insert, select

from models import Staff, StaffSchool

from .run import Run
from .upsert import Values, ids_by_key, table_of


def sync_staff_schools(run: Run, orgs: Mapping[str, Sequence[str]]) -> set[str]:
    """Give each staff member (by sourced id) exactly the schools ``orgs``; the keys of those for whom it changed."""
    ids = ids_by_key(run.session, Staff, orgs)
    before: dict[int, set[int]] = {number: set() for number in ids.values()}
    table = table_of(StaffSchool)
    for staff_id, school_id in run.session.execute(
        select(StaffSchool.staff_id, StaffSchool.school_id).where(StaffSchool.staff_id.in_(before))
    ):
        before[staff_id].add(school_id)
    added: list[Values] = []
    surplus: list[Values] = []
    changed: set[str] = set()
    for key, listed in orgs.items():
        wanted = {run.schools[org][0] for org in listed}
        had = before[ids[key]]
        added += [{"staff_id": ids[key], "school_id": school_id} for school_id in sorted(wanted - had)]
        surplus += [{"b_staff": ids[key], "b_school": school_id} for school_id in had - wanted]
        if wanted != had:
            changed.add(key)
    if added:
        run.session.execute(insert(table), added)
    if surplus:
        run.session.connection().execute(
            delete(table).where(
                table.c.staff_id == bindparam("b_staff"), table.c.school_id == bindparam("b_school")
            ),
            surplus,
        )  # fmt: skip
    return changed
