"""What could stand in a morning e-mail: a few statements for all staff, each thing with how it stands now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from models import (
    Case,
    CaseState,
    Family,
    FamilyMember,
    Outreach,
    OutreachState,
    Request,
    RequestState,
    Staff,
    StaffRole,
    StaffSchool,
    Student,
)
from outreach.access.guarded import guarded_requests
from outreach.language import N_
from outreach.planning.undelivered import not_gone

PAST_DUE = N_("past due")


class Section(StrEnum):
    QUESTIONS = "questions"
    NOT_GONE = "not_gone"
    FAMILIES = "families"
    LONG_WAITS = "long_waits"
    CASES = "cases"


@dataclass(frozen=True, slots=True)
class Item:
    section: Section
    key: str
    """Names the thing: outreach:12."""
    standing: str
    """Changes when the thing changes in a way worth telling again."""
    name: str
    """A first name, and nothing more; empty where there is none."""
    path: str
    """Its page."""
    note: str = ""
    """A word or two of ours: "past due"."""


def items_of_staff(session: Session, now: datetime) -> dict[int, list[Item]]:
    """Staff to what is theirs to know this morning, in the order in which an e-mail lists it."""
    names = _first_names(session)
    found: defaultdict[int, list[Item]] = defaultdict(list)
    counselors = _counselors(session)
    for owner, item in (*_questions(session, names, now), *_not_gone(session, names, now), *_families(session, names)):
        found[owner].append(item)
    for counselor, school_id, item in (*_long_waits(session, names, now), *_cases(session, names)):
        for reader in [counselor] if counselor is not None else counselors.get(school_id, []):
            found[reader].append(item)
    return dict(found)


def _questions(session: Session, names: dict[int, str], now: datetime) -> Iterable[tuple[int, Item]]:
    rows = session.execute(
        _open_requests().where(Request.owner_staff_id.is_not(None)).order_by(Request.due_at, Request.id)
    )
    for request in rows.scalars():
        over = request.due_at is not None and request.due_at < now
        standing = f"{'over' if over else 'waiting'}:{request.reopened_at or request.opened_at:%Y-%m-%dT%H:%M}"
        if request.owner_staff_id is not None:
            yield request.owner_staff_id, Item(
                Section.QUESTIONS, f"request:{request.id}", standing, _name(request, names),
                f"/families/{request.family_id}", PAST_DUE if over else "",
            )  # fmt: skip


def _open_requests() -> Select[Request]:
    """Without what a safety alert was raised about: that shows to the on-call list only, and in no digest."""
    return select(Request).where(Request.state == RequestState.OPEN, Request.id.not_in(guarded_requests(None)))


def _not_gone(session: Session, names: dict[int, str], now: datetime) -> Iterable[tuple[int, Item]]:
    """What was to be sent and did not arrive, told once; its page says why and what to do."""
    rows = session.execute(
        select(Outreach.id, Outreach.staff_id, Outreach.family_id, Outreach.student_id, Outreach.state)
        .where(Outreach.staff_id.is_not(None), not_gone(now))
        .order_by(Outreach.id)
    )
    for outreach_id, staff_id, family_id, student_id, state in rows:
        if staff_id is not None:
            name = names.get(student_id or -family_id, "")
            yield staff_id, Item(Section.NOT_GONE, f"not_gone:{outreach_id}", state.value, name, "/plan#not-gone")


def _families(session: Session, names: dict[int, str]) -> Iterable[tuple[int, Item]]:
    rows = session.execute(
        select(Outreach.id, Outreach.staff_id, Outreach.family_id, Outreach.student_id)
        .where(
            Outreach.staff_id.is_not(None), Outreach.rule.not_in(("by_hand", "waiting")),
            Outreach.state == OutreachState.SUGGESTED,
        )
        .order_by(Outreach.id)
    )  # fmt: skip
    for outreach_id, staff_id, family_id, student_id in rows:
        if staff_id is not None:
            name = names.get(student_id or 0, "")
            yield (
                staff_id,
                Item(Section.FAMILIES, f"outreach:{outreach_id}", "suggested", name, f"/families/{family_id}"),
            )


def _long_waits(session: Session, names: dict[int, str], now: datetime) -> Iterable[tuple[int | None, int, Item]]:
    """Breaches reach the family's counselor as one list, once a counselor is to know."""
    rows = session.execute(
        _open_requests()
        .add_columns(Family.owner_staff_id)
        .join(Family, Family.id == Request.family_id)
        .where(Request.counselor_at < now)
        .order_by(Request.counselor_at, Request.id)
    )
    for request, owner in rows:
        item = Item(
            Section.LONG_WAITS, f"long_wait:{request.id}", f"{request.counselor_at:%Y-%m-%dT%H:%M}",
            _name(request, names), f"/families/{request.family_id}",
        )  # fmt: skip
        yield owner, request.school_id, item


def _cases(session: Session, names: dict[int, str]) -> Iterable[tuple[int | None, int, Item]]:
    """Families new in the queue: opened or reopened, and nobody has claimed them."""
    first = (
        select(FamilyMember.family_id, func.min(FamilyMember.student_id).label("student_id"))
        .where(FamilyMember.until_on.is_(None))
        .group_by(FamilyMember.family_id)
        .subquery()
    )
    rows = session.execute(
        select(Case, Family.owner_staff_id, Student.id, Student.school_id)
        .join(Family, Family.id == Case.family_id)
        .join(first, first.c.family_id == Case.family_id)
        .join(Student, Student.id == first.c.student_id)
        .where(Case.state == CaseState.OPEN, Case.claimed_by.is_(None))
        .order_by(Case.points.desc(), Case.id)
    )
    for case, owner, student_id, school_id in rows:
        since = case.reopened_at or case.opened_at
        item = Item(
            Section.CASES, f"case:{case.id}", f"{since:%Y-%m-%dT%H:%M}", names.get(student_id, ""),
            f"/families/{case.family_id}",
        )  # fmt: skip
        yield owner, school_id, item


def _counselors(session: Session) -> dict[int, list[int]]:
    """School to its counselors, for families that have none of their own."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    rows = session.execute(
        select(StaffSchool.school_id, Staff.id)
        .join(Staff, Staff.id == StaffSchool.staff_id)
        .where(Staff.active, Staff.role == StaffRole.COUNSELOR)
        .order_by(Staff.id)
    )
    for school_id, staff_id in rows:
        found[school_id].append(staff_id)
    return dict(found)


def _name(request: Request, names: dict[int, str]) -> str:
    return names.get(request.student_id or -request.family_id, "")


def _first_names(session: Session) -> dict[int, str]:
    """Student to first name; and under the family's negated id that of its first present student."""
    name = func.coalesce(Student.preferred_name, Student.given_name)
    rows = session.execute(
        select(FamilyMember.family_id, Student.id, name)
        .join(Student, Student.id == FamilyMember.student_id)
        .where(FamilyMember.until_on.is_(None))
        .order_by(FamilyMember.family_id, Student.id)
    )
    names: dict[int, str] = {}
    for family_id, student_id, first in rows:
        names[student_id] = first
        names.setdefault(-family_id, first)
    return names
