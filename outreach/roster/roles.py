"""Who is what: the ``role`` column of 1.1, ``roles.csv`` of 1.2, and what a person is to us."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from sqlalchemy import and_, exists, or_, select

from models import Guardian, Staff, StaffRole, Student
from outreach.language import N_, kept

from . import staging
from .fields import KEY_LIMIT, TOO_LONG, Status, date_of, named, shown, status_of
from .rejection import RejectedRow, Rejection
from .rows import FileSpec, Row
from .run import Chunk, Run
from .source import Member
from .upsert import Values

ROLES = FileSpec(
    "roles",
    ("sourcedId", "userSourcedId", "role"),
    ("status", "dateLastModified", "roleType", "beginDate", "endDate", "orgSourcedId"),
)
PROFILES = FileSpec("userProfiles", ("sourcedId", "userSourcedId"), (*ROLES.optional, "role", "profileType"))

STUDENT_ROLES = frozenset({"student"})
GUARDIAN_ROLES = frozenset({"parent", "guardian", "relative"})
STAFF_ROLES = {
    "teacher": StaffRole.TEACHER,
    "aide": StaffRole.TEACHER,
    "proctor": StaffRole.TEACHER,
    "counselor": StaffRole.COUNSELOR,
    "administrator": StaffRole.ADMINISTRATOR,
    "principal": StaffRole.ADMINISTRATOR,
    "siteadministrator": StaffRole.ADMINISTRATOR,
    "districtadministrator": StaffRole.DISTRICT,
    "systemadministrator": StaffRole.DISTRICT,
}
"""OneRoster's roles, in lower case. An aide or proctor is, like a teacher, one who sees only the students given to
them by an enrollment or assignment; no wider role is guessed."""


@dataclass(frozen=True)
class HeldRole:
    role: str
    """Lower case."""
    is_primary: bool
    org_key: str
    begins_on: date | None


@dataclass(frozen=True)
class Being:
    """What one user is to us; several at once are possible: a teacher may be a parent."""

    student: bool = False
    guardian: bool = False
    staff: StaffRole | None = None

    @property
    def nobody(self) -> bool:
        return not (self.student or self.guardian or self.staff)


def being(held: Sequence[HeldRole]) -> Being:
    """The sum of the roles; of several staff roles the primary one counts, else the first."""
    staff = [role for role in held if role.role in STAFF_ROLES]
    first = next((role for role in staff if role.is_primary), staff[0] if staff else None)
    return Being(
        student=any(role.role in STUDENT_ROLES for role in held),
        guardian=any(role.role in GUARDIAN_ROLES for role in held),
        staff=STAFF_ROLES[first.role] if first else None,
    )


def known_role(text: str) -> str:
    """``text`` as a role in lower case. Raises :class:`RejectedRow` for one that OneRoster does not have."""
    role = text.strip().lower()
    if role in STAFF_ROLES or role in GUARDIAN_ROLES or role in STUDENT_ROLES:
        return role
    raise RejectedRow(
        "role", N_("%(text)s is no role that we know, so it is unclear who this person is."), text=shown(text)
    )


def stage_roles(run: Run, member: Member) -> None:
    """Read ``roles.csv`` into a temporary table; ``users.csv`` then looks its people up there."""
    _stage(run, member, ROLES)


def stage_profiles(run: Run, member: Member) -> None:
    """Read ``userProfiles.csv``. Sign-ins for other systems are none of our business and nothing of them is stored;
    some systems write their roles into this file, and those are read as such."""
    _stage(run, member, PROFILES)


def _stage(run: Run, member: Member, spec: FileSpec) -> None:
    for chunk in run.chunks(spec, member):
        if "role" not in chunk.reading.columns:
            chunk.reading.note(None, N_("holds sign-ins for other systems; nothing of it is stored."))
        good, gone = chunk.read(partial(_held, chunk))
        staging.add(run.session, staging.role, [values for _, values in good])
        chunk.tally.unchanged += len(good) + len(gone)


def _held(chunk: Chunk, row: Row) -> Values | None:
    if not row["userSourcedId"]:
        raise RejectedRow("userSourcedId", N_("is empty."))
    if len(row["userSourcedId"]) > KEY_LIMIT:
        raise RejectedRow("userSourcedId", TOO_LONG, limit=KEY_LIMIT)
    if "role" not in chunk.reading.columns:
        return None
    role = known_role(row["role"])
    ends = date_of(row, "endDate")
    if ends and ends <= chunk.run.today and status_of(row) is Status.ACTIVE:
        chunk.reading.note(row.line, N_("endDate has passed and status is active; status counts."))
    return {
        "user_key": row["userSourcedId"], "line": row.line, "role": role, "org_key": row["orgSourcedId"],
        "is_primary": row["roleType"].lower() != "secondary", "begins_on": date_of(row, "beginDate"),
        "file": chunk.reading.name, "key": row["sourcedId"],
    }  # fmt: skip


def staged_roles(run: Run, keys: Sequence[str]) -> dict[str, list[HeldRole]]:
    """What ``roles.csv`` says of the users ``keys``."""
    table = staging.role
    found: dict[str, list[HeldRole]] = {}
    for user, role, primary, org, begins in run.session.execute(
        select(table.c.user_key, table.c.role, table.c.is_primary, table.c.org_key, table.c.begins_on)
        .where(table.c.user_key.in_(keys))
        .order_by(table.c.user_key, table.c.line)
    ):
        found.setdefault(user, []).append(HeldRole(role, primary, org, begins))
    return found


def beings_known(run: Run, keys: Sequence[str]) -> dict[str, Being]:
    """What the users ``keys`` are by what we hold already: for a delta that says nothing of their roles."""
    students = set(run.session.scalars(select(Student.sourced_id).where(Student.sourced_id.in_(keys))))
    guardians = set(run.session.scalars(select(Guardian.sourced_id).where(Guardian.sourced_id.in_(keys))))
    staff = dict(run.session.execute(select(Staff.sourced_id, Staff.role).where(Staff.sourced_id.in_(keys))).all())
    return {
        key: Being(key in students, key in guardians, staff.get(key))
        for key in keys
        if key in students or key in guardians or key in staff
    }


def reject_roles_of_nobody(run: Run) -> None:
    """Rows of ``roles.csv`` whose user no row of ``users.csv`` named. Called once the users were read. A role
    without its user is not taken, and that is said rather than counted as unchanged."""
    table, read = staging.role, staging.read
    after = ("", 0)
    while True:
        found = run.session.execute(
            select(table.c.file, table.c.line, table.c.user_key, table.c.key)
            .where(
                or_(table.c.file > after[0], and_(table.c.file == after[0], table.c.line > after[1])),
                ~exists().where(read.c.file == "users", read.c.key == table.c.user_key),
            )
            .order_by(table.c.file, table.c.line)
            .limit(1000)
        ).all()
        for file, line, user, key in found:
            spec = "userProfiles" if file.lower().startswith("userprofiles") else "roles"
            tally = run.figures.tally(spec)
            tally.rejected += 1
            tally.unchanged -= 1
            reason = kept(
                N_("names %(key)s, and users.csv of this delivery has no such user; a role comes with its user."),
                key=named(user),
            )
            run.rejects.add(Rejection(file, line, "userSourcedId", reason, key))
        if not found:
            return
        after = (found[-1].file, found[-1].line)
