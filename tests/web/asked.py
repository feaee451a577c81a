"""Questions that the Delgado family asks, and how their pages' forms are sent."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from models import Guardian, Request, Staff
from outreach.contacts import Question, receive_question
from tests.web.conftest import Person, Town
from tests.world import NOW

SEEN = re.compile(r'name="seen" value="(\d+)"')
UNDO = re.compile(r'action="(/requests/\d+/undo/\d+)"')


def asked(town: Town, **values: Any) -> int:
    """Rosa asks her daughter's teacher, as she would in a text."""
    guardian = values.pop("guardian_id", None)
    question = Question(**{
        "family_id": town.delgado.id, "student_id": town.maya.id, "words": "Can Maya retake Friday's test?",
        "asked_at": NOW - timedelta(days=7), "owner_staff_id": town.teacher.id, "guardian_id": guardian, **values,
    })  # fmt: skip
    made = receive_question(town.session, question, question.asked_at).request
    assert made is not None
    town.commit()
    return made.id


def of_rosa(town: Town) -> int:
    rosa = town.rows(select(Guardian).where(Guardian.given_name == "Rosa"))[0]
    return asked(town, guardian_id=rosa.id)


def seen_by(person: Person, number: int) -> str:
    """The step that this page's forms name."""
    found = SEEN.search(person.get(f"/requests/{number}").text)
    assert found
    return found[1]


def stands(town: Town) -> Request:
    (request,) = town.rows(select(Request))
    return request


def colleague(town: Town, name: str = "K. Ito") -> Staff:
    made = town.world.staff(town.school, display_name=name)
    town.commit()
    return made


def way_of(person: Person, number: int, channel: str) -> str:
    """The first way of this channel that the question's page offers."""
    found = re.search(rf'name="way"[^>]*value="(\d+-{channel})"', person.get(f"/requests/{number}").text)
    assert found
    return found[1]
