"""Who still works here: the one rule says the same of one colleague and in a statement over all."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Message, Staff
from outreach.access import languages_of, working_here, works_here
from tests.world import World

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("values", "here"),
    [
        ({}, True),
        ({"active": False}, False),
        ({"left_on": date(2026, 11, 25)}, True),
        ({"left_on": TODAY}, False),
        ({"left_on": date(2026, 11, 23)}, False),
        ({"active": False, "left_on": date(2026, 12, 1)}, False),
    ],
)
def test_the_last_day_is_one_on_which_they_do_not_work_any_more(
    session: Session, world: World, values: dict[str, Any], here: bool
) -> None:
    staff = world.staff(**values)
    assert works_here(staff, TODAY) is here
    assert (session.scalar(select(Staff.id).where(working_here(TODAY))) == staff.id) is here


def test_nobody_has_left_where_nobody_is_named(session: Session, world: World) -> None:
    world.staff()
    found = session.execute(
        select(working_here(TODAY)).select_from(Message).outerjoin(Staff, Staff.id == Message.staff_id)
    )
    assert found.all() == []
    nobody = select(working_here(TODAY)).select_from(select(1).subquery()).outerjoin(Staff, Staff.id == -1)
    assert session.execute(nobody).scalar_one() is None


def test_a_colleague_is_written_to_in_the_language_of_the_sign_in_that_is_active(
    session: Session, world: World
) -> None:
    spanish, silent, gone, without = (world.staff() for _ in range(4))
    world.account(spanish, language="es")
    world.account(silent)
    world.account(gone, language="es", active=False)
    everybody = [one.id for one in (spanish, silent, gone, without)]
    assert languages_of(session, everybody) == {spanish.id: "es"}
