"""Whom a tap calls, and about which children the call that follows is logged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from models import AccessNeed, AddressHealth, AddressKind, Channel, Request
from outreach.access import Adult, Household, Reach
from outreach.planning.people import people_of_students
from outreach.schooltime import district_day


@dataclass(frozen=True, slots=True)
class Call:
    """A number to tap, and whom it reaches."""

    number: str
    """E.164."""
    name: str
    guardian_id: int
    student_ids: tuple[int, ...] = ()
    """What it is about; none: those of the family whom the caller works with."""


def call_to(home: Household, guardian_id: str) -> Call | None:
    """To the guardian whom a form names, where one may be contacted and has a number that works."""
    adult = next((one for one in home.adults if str(one.id) == guardian_id and one.may_contact), None)
    phones = [reach.value for reach in adult.reach if _rings(reach)] if adult else []
    return Call(phones[0], adult.name, adult.id) if adult and phones else None


def call_about(session: Session, home: Household, asked: Request, now: datetime) -> Call | None:
    """To answer a question aloud: to who asked it, else to the first who may be told about these children.

    None where nobody has a number that may be used, and while the family is on hold.
    """
    children = [asked.student_id] if asked.student_id else [child.id for child in home.children if child.open_to_viewer]
    if home.holds or not children:
        return None
    people = people_of_students(session, children, district_day(session, now))
    rings = [
        Call(reach.value, person.full_name, person.guardian_id, told_of(home, person.guardian_id, children))
        for child in children for person in people.get(child, []) if person.access_need is not AccessNeed.TEXT_ONLY
        for reach in person.reaches if Channel.PHONE in reach.channels
    ]  # fmt: skip
    return next((one for one in rings if one.guardian_id == asked.guardian_id), rings[0] if rings else None)


def calls_about(home: Household) -> dict[int, tuple[int, ...]]:
    """For each guardian those of the viewer's children about whom a call may be logged."""
    own = [child.id for child in home.children if child.open_to_viewer] or [child.id for child in home.children]
    return {adult.id: _of_adult(adult, own) for adult in home.adults}


def told_of(home: Household, guardian_id: int, children: list[int]) -> tuple[int, ...]:
    """Of ``children`` those about whom this guardian may be contacted."""
    adult = next((one for one in home.adults if one.id == guardian_id), None)
    return _of_adult(adult, children) if adult else ()


def _of_adult(adult: Adult, children: list[int]) -> tuple[int, ...]:
    open_to_us = {one.student_id for one in adult.leave if one.may_contact}
    return tuple(each for each in children if each in open_to_us)


def _rings(reach: Reach) -> bool:
    return reach.kind is AddressKind.PHONE and reach.health is not AddressHealth.DEAD
