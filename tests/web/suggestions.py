"""Suggestions to open, change and read on the pages of the plan."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import select

from models import (
    Channel,
    ContactPoint,
    Guardian,
    Outreach,
    OutreachState,
)
from tests.web.conftest import Person, Town
from tests.world import NOW

WORDS = "Maya trabajó muy bien esta semana."


IN_ENGLISH = "Maya worked very well this week."


def suggested(town: Town, **values: object) -> int:
    """A text to Rosa in Spanish for half past four, on the teacher's list."""
    session = town.session
    rosa = session.scalars(select(Guardian).where(Guardian.given_name == "Rosa")).one()
    texted = select(ContactPoint).where(ContactPoint.guardian_id == rosa.id, ContactPoint.texts.is_(True))
    number = session.scalars(texted).one()
    row = {
        "family_id": town.delgado.id, "student_id": town.maya.id, "guardian_id": rosa.id, "staff_id": town.teacher.id,
        "rule": "goal", "slot": f"slot-{town.world.number()}", "evidence": {}, "channel": Channel.SMS,
        "language": "es", "address_id": number.address_id, "body": WORDS, "body_in_staff_language": IN_ENGLISH,
        "created_at": NOW, "local_time": "2026-11-24T16:30", "timezone": "America/Chicago",
        "send_at": NOW + timedelta(hours=6, minutes=30), **values,
    }  # fmt: skip
    made = town.world.add(Outreach(**row)).id
    town.commit()
    return made


def state(town: Town, outreach_id: int) -> OutreachState:
    return town.rows(select(Outreach.state).where(Outreach.id == outreach_id))[0]


def form_of(page: str, **fields: object) -> dict[str, object]:
    """What the form on a suggestion's page sends, with ``fields`` changed."""
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen
    return {"seen": seen[1], "body": WORDS, "day": "2026-11-24", "hour": "16:30", **fields}


def change(person: Person, outreach_id: int, **fields: object) -> Person:
    page = f"/plan/{outreach_id}"
    person.send(page, page, **form_of(person.get(page).text, **fields))
    return person


def text_of(person: Person) -> str:
    assert person.last is not None
    return person.last.text
