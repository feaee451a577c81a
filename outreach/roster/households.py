"""Families: students with exactly the same guardians, or the same household id where the SIS gives one.

A student without guardians is a family of its own; step-families are never chained. A family's id outlives its
members: when guardians change, the family that keeps most students keeps the id, and membership is dated. Families
that a person drew are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from hashlib import sha256
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import Case, bindparam, case, exists, func, insert, literal, select, update
from sqlalchemy.orm import Session

from models import District, Family, FamilyMember, Guardian, Guardianship, MembershipCause, Student

from . import staging
from .figures import FamilyFigures
from .moves import Moves
from .rows import chunked
from .upsert import Values, table_of

READ_AT_ONCE = 1000
LONGEST_KEY = 1000
"""Characters; an index of PostgreSQL holds about 2,700 bytes."""
member, family = table_of(FamilyMember), table_of(Family)
household = staging.household


def rebuild_families(session: Session, now: datetime) -> FamilyFigures:
    """Bring families in step with students, guardianships and household ids, and say what changed.

    Sets, not loops: only families and students for whom something changed are looked at one by one. Open requests
    about a moved student go along; those of a family that ends go where most of its students went. Calls for no
    commit; raises nothing of its own.
    """
    zone = session.scalar(select(District.timezone)) or "UTC"
    today = now.astimezone(ZoneInfo(zone)).date()
    staging.create(session, household)
    _return_to_drawn(session, today)
    _stage_households(session)
    _leave_with_school(session, today)
    moves = Moves(session, now, today)
    moves.assign()
    ended = _end_empty(session, now)
    moves.send_requests_along()
    _rename(session)
    staging.drop(session, household)
    lasting = session.scalar(select(func.count()).select_from(family).where(family.c.ended_at.is_(None))) or 0
    by_hand = session.scalar(select(func.count()).select_from(family).where(family.c.split_by_hand)) or 0
    return FamilyFigures(lasting, moves.created, ended, moves.moved, moves.moved_requests, by_hand)


def household_key(student_id: int, household_id: str | None, guardian_ids: list[int]) -> str:
    """What makes a family: the household id, else the guardians, else the one student."""
    if household_id:
        return f"household:{household_id}"
    if guardian_ids:
        key = "guardians:" + ",".join(str(number) for number in sorted(set(guardian_ids)))
        return key if len(key) <= LONGEST_KEY else f"guardians:{sha256(key.encode()).hexdigest()}"
    return f"student:{student_id}"


def _stage_households(session: Session) -> None:
    """The key of each active student whom no person placed, read in pages of students."""
    for rows in chunked(_keys(session), READ_AT_ONCE):
        staging.add(session, household, [{"student_id": student, "household_key": key} for student, key in rows])


def _keys(session: Session) -> Iterator[tuple[int, str]]:
    placed = exists().where(
        member.c.student_id == Student.id, member.c.until_on.is_(None),
        member.c.family_id == family.c.id, family.c.split_by_hand,
    )  # fmt: skip
    after = 0
    while True:
        page = (
            select(Student.id, Student.household_id)
            .where(Student.active, Student.id > after, ~placed)
            .order_by(Student.id)
            .limit(READ_AT_ONCE)
        )
        students = session.execute(page).all()
        if not students:
            return
        after = students[-1][0]
        guardians = _guardians_of(session, students[0][0], after)
        for student_id, household_id in students:
            yield student_id, household_key(student_id, household_id, guardians.get(student_id, []))


def _guardians_of(session: Session, first: int, last: int) -> dict[int, list[int]]:
    """Guardians, merged ones as one, of the students with ids ``first`` to ``last``."""
    found = session.execute(
        select(Guardianship.student_id, func.coalesce(Guardian.merged_into_id, Guardian.id))
        .join(Guardian, Guardian.id == Guardianship.guardian_id)
        .where(Guardianship.student_id.between(first, last), Guardianship.ended_on.is_(None))
        .where(Guardian.active | Guardian.merged_into_id.is_not(None))
        .order_by(Guardianship.student_id)
    )
    return {
        student: [guardian for _, guardian in pairs] for student, pairs in groupby(found.all(), key=lambda row: row[0])
    }


def _return_to_drawn(session: Session, today: date) -> None:
    """Students who left school out of a family drawn by hand and are back: into that family, as the person drew it."""
    latest = select(func.max(member.c.id)).group_by(member.c.student_id)
    back = session.execute(
        select(member.c.student_id, member.c.family_id)
        .join(Student, Student.id == member.c.student_id)
        .join(family, family.c.id == member.c.family_id)
        .where(Student.active, family.c.split_by_hand, member.c.id.in_(latest))
        .where(member.c.until_on.is_not(None), member.c.cause == MembershipCause.LEFT_SCHOOL)
    )
    rows: list[Values] = [
        {"student_id": student, "family_id": drawn, "from_on": today, "cause": MembershipCause.IMPORTED}
        for student, drawn in back
    ]
    if rows:
        session.execute(insert(member), rows)
        drawn_again = {row["family_id"] for row in rows}
        session.execute(update(family).where(family.c.id.in_(drawn_again)).values(ended_at=None))


def _leave_with_school(session: Session, today: date) -> None:
    """End the membership of students who left school, also in a family drawn by hand."""
    left = exists().where(Student.id == member.c.student_id, ~Student.active)
    session.execute(
        update(member)
        .where(member.c.until_on.is_(None), left)
        .values(until_on=_not_before_start(today), cause=MembershipCause.LEFT_SCHOOL)
    )


def _not_before_start(today: date) -> Case[date]:
    """``today``, or the membership's first day where an import is run as of an earlier day."""
    return case((member.c.from_on > today, member.c.from_on), else_=literal(today))


def _end_empty(session: Session, now: datetime) -> int:
    """End families without a student; how many."""
    peopled = exists().where(member.c.family_id == family.c.id, member.c.until_on.is_(None))
    done = session.execute(update(family).where(family.c.ended_at.is_(None), ~peopled).values(ended_at=now))
    return int(done.rowcount)  # type: ignore[attr-defined]  # an UPDATE always gives a CursorResult


def _rename(session: Session) -> None:
    """The students' family names, joined: Nguyen-Ross. A family drawn by hand keeps the name it was given."""
    after = 0
    while True:
        ids = session.scalars(
            select(family.c.id)
            .where(family.c.id > after, family.c.ended_at.is_(None), ~family.c.split_by_hand)
            .order_by(family.c.id)
            .limit(READ_AT_ONCE)
        ).all()
        if not ids:
            return
        after = ids[-1]
        found = session.execute(
            select(family.c.id, family.c.name, Student.family_name, Student.given_name)
            .join(member, (member.c.family_id == family.c.id) & member.c.until_on.is_(None))
            .join(Student, Student.id == member.c.student_id)
            .where(family.c.id.between(ids[0], after), ~family.c.split_by_hand)
            .order_by(family.c.id, Student.id)
        )
        renamed: list[Values] = []
        for (family_id, name), students in groupby(found.all(), key=lambda row: (row[0], row[1])):
            right = "-".join(dict.fromkeys(last or first for _, _, last, first in students))
            if right != name:
                renamed.append({"b_id": family_id, "b_name": right})
        if renamed:
            statement = update(family).where(family.c.id == bindparam("b_id")).values(name=bindparam("b_name"))
            session.connection().execute(statement, renamed)
