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
    Authored,
    Channel,
    ContactPoint,
    Family,
    Guardian,
    Guardianship,
    Message,
    MessageState,
    Outreach,
    Staff,
    Student,
)
from outreach.language import _, said
from outreach.schooltime import HoursBook, hours_book, local_moment, named_zone, zones_of_schools

from .channel import SENT
from .dispatch import BY_HAND
from .how import how, reached
from .relations import about, relation_of
from .seen import version_of
from .series_words import series_words
from .undelivered import detours, ways_out
from .views import ACT_WORDS, Act, Card
from .why import why

OWN_WORDS = (Authored.EDITED, Authored.WRITTEN)


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
    if not rows:
        return ()
    names, ids = _names(session, rows), [row.id for row in rows]
    turned, instead, due = detours(session, ids), ways_out(session, rows, now), _due(session, ids)
    return tuple(
        replace(
            _card(row, names, now), detour=turned.get(row.id), instead=instead.get(row.id, ()),
            leaves_at=due.get(row.id),
        )
        for row in rows
    )  # fmt: skip


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
    called = (student.preferred_name or student.given_name) if student else _("the child")
    school_id = student.school_id if student else 0
    zone = names.zones.get(school_id)
    act, request = act_of(row), row.evidence.get("request_id")
    return Card(
        outreach_id=row.id, family_id=row.family_id, family_name=names.families[row.family_id].name,
        student_id=row.student_id, student_name=called if student else None, guardian_id=row.guardian_id,
        guardian_name=_full_name(guardian) if guardian else _("%(student)s's family", student=called),
        relation=_relation(row, names, called), staff_id=row.staff_id,
        staff_name=names.staff.get(row.staff_id or 0), rule=row.rule,
        why=why(row, called, names.hours.of(school_id), zone or named_zone("UTC"), now), how=how(row, guardian),
        act=act, act_words=_(ACT_WORDS[act]), channel=row.channel, language=row.language, interpreter=row.interpreter,
        phone=_phone(row, names) if act is Act.CALL else None, title=row.title, body=row.body,
        body_in_staff_language=row.body_in_staff_language, blocked=said(row.blocked) or None,
        local_time=datetime.fromisoformat(row.local_time) if row.local_time else None, timezone=row.timezone,
        ahead=_is_ahead(row, zone or named_zone("UTC"), now), state=row.state,
        state_reason=said(row.state_reason) or None,
        request_id=request if isinstance(request, int) else None, by_hand=row.rule == BY_HAND,
        set_aside=said(row.dismissed_reason) or None, series=series_words(row, now),
        reached=reached(row, guardian), edited=row.authored in OWN_WORDS, version=version_of(row),
    )  # fmt: skip


def _is_ahead(row: Outreach, zone: ZoneInfo, now: datetime) -> bool:
    """By the family's clock; by the school's, ``zone``, where it has none of its own."""
    if not row.local_time:
        return False
    local = datetime.fromisoformat(row.local_time)
    return local_moment(local.date(), local.time(), named_zone(row.timezone) if row.timezone else zone) > now


def _relation(row: Outreach, names: _Names, called: str) -> str:
    course = row.evidence.get("course")
    named = course if isinstance(course, str) else None
    if row.guardian_id is None:
        return about(called, named)
    return relation_of(names.relations.get((row.guardian_id, row.student_id or 0)), called, named)


def _due(session: Session, ids: Sequence[int]) -> dict[int, datetime]:
    """When what waits in the outbox is due."""
    waiting = select(Message.outreach_id, Message.due_at).where(
        Message.outreach_id.in_(ids), Message.state == MessageState.SCHEDULED
    )
    return {outreach_id: due_at for outreach_id, due_at in session.execute(waiting) if outreach_id is not None}


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
