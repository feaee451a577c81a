"""Whom to reach about a student, and how: what worked last, else what was asked for, else the first one by phone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from models import (
    CONTACT_OUTCOMES,
    GENERAL_NOTICES,
    Channel,
    Contact,
    ContactStudent,
    FamilyMember,
    Guardian,
    Guardianship,
    Initiator,
)
from outreach.access import Viewer
from outreach.schooltime import district_day


class Because(StrEnum):
    WORKED = "worked"
    """It reached this guardian last."""
    ASKED_FOR = "asked_for"
    """The guardian prefers this channel."""
    FIRST = "first"
    """Nothing is known; the first guardian, by phone."""


@dataclass(frozen=True, slots=True)
class BestWay:
    """Whom to reach about one student, and how."""

    guardian_id: int
    guardian_name: str
    channel: Channel
    because: Because
    worked_at: datetime | None
    """When it did; None unless ``because`` is ``worked``."""


def best_ways(session: Session, student_ids: Collection[int], now: datetime) -> dict[int, BestWay]:
    """The best way for each of these students, in three statements however many they are.

    Never somebody who may not be contacted about the student, or only in an emergency; a student without anybody else
    is not in the answer. *Worked* is a contact that reached, was answered or arrived, never a notice to many.
    """
    if not student_ids:
        return {}
    today = district_day(session, now)
    open_to_us = _guardians(session, student_ids, today)
    worked = _worked(session, student_ids, today)
    found: dict[int, BestWay] = {}
    for student_id, guardians in open_to_us.items():
        first = guardians[0]
        if student_id in worked:
            guardian_id, channel, at = worked[student_id]
            name = next(_name(guardian) for guardian in guardians if guardian.id == guardian_id)
            found[student_id] = BestWay(guardian_id, name, channel, Because.WORKED, at)
        elif first.channel is not None:
            found[student_id] = BestWay(first.id, _name(first), first.channel, Because.ASKED_FOR, None)
        else:
            found[student_id] = BestWay(first.id, _name(first), Channel.PHONE, Because.FIRST, None)
    return found


def guardians_to_reach(
    session: Session, student_ids: Collection[int], now: datetime
) -> Mapping[int, list[Guardian]]:  # fmt: skip
    """By student, those who may be contacted about that student and not only in an emergency, the primary first."""
    return _guardians(session, student_ids, district_day(session, now))


def _guardians(session: Session, student_ids: Collection[int], today: date) -> Mapping[int, list[Guardian]]:
    rows = session.execute(
        select(Guardianship.student_id, Guardian)
        .join(Guardian, Guardian.id == Guardianship.guardian_id)
        .where(Guardianship.student_id.in_(student_ids), _may_be_reached(today))
        .order_by(Guardianship.is_primary.desc().nulls_last(), Guardian.id)
    )
    found: dict[int, list[Guardian]] = defaultdict(list)
    for student_id, guardian in rows:
        found[student_id].append(guardian)
    return found


def _worked(
    session: Session, student_ids: Collection[int], today: date
) -> dict[int, tuple[int, Channel, datetime]]:  # fmt: skip
    order = (Contact.occurred_at.desc(), Contact.id.desc())
    latest = func.row_number().over(partition_by=ContactStudent.student_id, order_by=order).label("latest")
    reached = (
        select(ContactStudent.student_id, Contact.guardian_id, Contact.channel, Contact.occurred_at, latest)
        .join(Contact, Contact.id == ContactStudent.contact_id)
        .join(
            Guardianship,
            and_(
                Guardianship.guardian_id == Contact.guardian_id, Guardianship.student_id == ContactStudent.student_id
            ),
        )
        .join(Guardian, Guardian.id == Guardianship.guardian_id)
        .where(
            ContactStudent.student_id.in_(student_ids), Contact.voided_at.is_(None),
            Contact.outcome.in_(CONTACT_OUTCOMES), Contact.authored.not_in(GENERAL_NOTICES),
            _may_be_reached(today),
        )
        .subquery()
    )  # fmt: skip
    rows = session.execute(select(reached).where(reached.c.latest == 1))
    return {row.student_id: (row.guardian_id, row.channel, row.occurred_at) for row in rows}


def _may_be_reached(today: date) -> ColumnElement[bool]:
    return and_(
        Guardian.active, Guardianship.may_contact, ~Guardianship.emergency_only,
        or_(Guardianship.ended_on.is_(None), Guardianship.ended_on > today),
    )  # fmt: skip


def last_of_mine(session: Session, viewer: Viewer, family_id: int) -> Contact | None:
    """The viewer's own last contact with a family, made or logged; what "same as last time" repeats."""
    mine = Contact.recorded_by == viewer.account_id
    if viewer.staff_id is not None:
        mine = or_(mine, Contact.staff_id == viewer.staff_id)
    students = select(FamilyMember.student_id).where(
        FamilyMember.family_id == family_id, FamilyMember.until_on.is_(None)
    )
    about = select(ContactStudent.contact_id).where(ContactStudent.student_id.in_(students))
    return session.scalar(
        select(Contact)
        .where(
            mine, Contact.id.in_(about), Contact.voided_at.is_(None), Contact.initiator != Initiator.FAMILY,
            Contact.authored.not_in(GENERAL_NOTICES),
        )
        .order_by(Contact.occurred_at.desc(), Contact.id.desc())
        .limit(1)
    )  # fmt: skip


def _name(guardian: Guardian) -> str:
    return f"{guardian.preferred_name or guardian.given_name} {guardian.family_name}"
