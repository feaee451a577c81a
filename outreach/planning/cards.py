"""Cards out of outreach rows: a few statements for a whole page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    Address,
    AddressHealth,
    AddressKind,
    Channel,
    ContactPoint,
    Family,
    Guardian,
    Guardianship,
    Outreach,
    Staff,
    Student,
)
from outreach.schooltime import HoursBook, hours_book, named_zone, zones_of_schools

from .channel import SENT
from .undelivered import detours, ways_out
from .views import ACT_WORDS, Act, Card
from .why import how, why


@dataclass(frozen=True, slots=True)
class _Names:
    families: dict[int, Family]
    students: dict[int, Student]
    guardians: dict[int, Guardian]
    staff: dict[int, str]
    relations: dict[tuple[int, int], str | None]
    phones: dict[int, str]
    chosen: dict[int, str]
    """Address to the number that was chosen to call, as long as it lives."""
    hours: HoursBook
    zones: dict[int, ZoneInfo]


def cards(session: Session, rows: Sequence[Outreach], now: datetime) -> tuple[Card, ...]:
    """One card for each row, in its order."""
    names = _names(session, rows)
    turned, instead = detours(session, [row.id for row in rows]), ways_out(session, rows, now)
    return tuple(
        replace(_card(row, names, now), detour=turned.get(row.id), instead=instead.get(row.id, ())) for row in rows
    )


def act_of(row: Outreach) -> Act:
    """The next thing to do about it."""
    if row.rule == "waiting":
        return Act.ANSWER
    if row.channel in SENT:
        return Act.WRITE if row.blocked or not row.body else Act.READ_AND_SEND
    if row.channel is Channel.LETTER:
        return Act.PRINT
    return Act.CALL if row.channel in (Channel.PHONE, Channel.VIDEO) else Act.VISIT


def _card(row: Outreach, names: _Names, now: datetime) -> Card:
    student = names.students.get(row.student_id or 0)
    guardian = names.guardians.get(row.guardian_id or 0)
    called = (student.preferred_name or student.given_name) if student else "the child"
    school_id = student.school_id if student else 0
    zone = names.zones.get(school_id)
    act, request = act_of(row), row.evidence.get("request_id")
    return Card(
        outreach_id=row.id, family_id=row.family_id, family_name=names.families[row.family_id].name,
        student_id=row.student_id, student_name=called if student else None, guardian_id=row.guardian_id,
        guardian_name=_full_name(guardian) if guardian else f"{called}'s family",
        relation=_relation(row, names, called), staff_id=row.staff_id,
        staff_name=names.staff.get(row.staff_id or 0), rule=row.rule,
        why=why(row, called, names.hours.of(school_id), zone or named_zone("UTC"), now), how=how(row, guardian),
        act=act, act_words=ACT_WORDS[act], channel=row.channel, language=row.language, interpreter=row.interpreter,
        phone=_phone(row, names) if act is Act.CALL else None, title=row.title, body=row.body,
        body_in_staff_language=row.body_in_staff_language, blocked=row.blocked,
        local_time=datetime.fromisoformat(row.local_time) if row.local_time else None, timezone=row.timezone,
        state=row.state, state_reason=row.state_reason, request_id=request if isinstance(request, int) else None,
    )  # fmt: skip


def _relation(row: Outreach, names: _Names, called: str) -> str:
    relation = names.relations.get((row.guardian_id or 0, row.student_id or 0))
    said = (relation or "parent or guardian").replace("_", " ").lower() if row.guardian_id else "somebody"
    course = row.evidence.get("course")
    return f"{said} of {called}" + (f", {course}" if isinstance(course, str) else "")


def _full_name(guardian: Guardian) -> str:
    return f"{guardian.preferred_name or guardian.given_name} {guardian.family_name}".strip()


def _names(session: Session, rows: Sequence[Outreach]) -> _Names:
    families = {row.family_id for row in rows}
    students = {row.student_id for row in rows if row.student_id is not None}
    guardians = {row.guardian_id for row in rows if row.guardian_id is not None}
    staff = {row.staff_id for row in rows if row.staff_id is not None}
    found = {one.id: one for one in session.scalars(select(Student).where(Student.id.in_(students)))}
    schools = {one.school_id for one in found.values()}
    return _Names(
        families={one.id: one for one in session.scalars(select(Family).where(Family.id.in_(families)))},
        students=found,
        guardians={one.id: one for one in session.scalars(select(Guardian).where(Guardian.id.in_(guardians)))},
        staff=dict(session.execute(select(Staff.id, Staff.display_name).where(Staff.id.in_(staff))).all()),
        relations={
            (guardian, student): relation
            for guardian, student, relation in session.execute(
                select(Guardianship.guardian_id, Guardianship.student_id, Guardianship.relation).where(
                    Guardianship.guardian_id.in_(guardians), Guardianship.student_id.in_(students)
                )
            )
        },
        phones=_phones(session, guardians),
        chosen=_chosen(session, {row.address_id for row in rows if row.address_id is not None}),
        hours=hours_book(session, schools),
        zones=dict(zones_of_schools(session, schools)),
    )


def _phone(row: Outreach, names: _Names) -> str | None:
    """The number that the plan chose: another of the same person may be shared with somebody who may not be told."""
    return names.chosen.get(row.address_id or 0) or names.phones.get(row.guardian_id or 0)


def _chosen(session: Session, address_ids: set[int]) -> dict[int, str]:
    living = select(Address.id, Address.value).where(
        Address.id.in_(address_ids), Address.kind == AddressKind.PHONE, Address.health != AddressHealth.DEAD
    )
    return dict(session.execute(living).all())


def _phones(session: Session, guardians: set[int]) -> dict[int, str]:
    """The number to call: usable before doubtful, then the guardian's own order."""
    rows = session.execute(
        select(ContactPoint.guardian_id, Address.value, Address.health, ContactPoint.position)
        .join(Address, Address.id == ContactPoint.address_id)
        .where(
            ContactPoint.guardian_id.in_(guardians), ContactPoint.active, Address.kind == AddressKind.PHONE,
            Address.health != AddressHealth.DEAD,
        )
    ).all()  # fmt: skip
    worst_first = sorted(rows, key=lambda row: (row[2] is AddressHealth.USABLE, -row[3]))
    return {guardian_id: value for guardian_id, value, _, _ in worst_first}
