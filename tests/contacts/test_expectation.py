"""On break a family is told when to expect its answer."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from models import Request
from outreach.contacts import (
    Expectation,
    answer_expected,
    close_request,
    due_times,
    enter_closure,
    expectation_words,
)
from tests.contacts.homes import Home
from tests.world import World

WEDNESDAY = datetime(2026, 11, 25, 16, 0, tzinfo=UTC)
"""10:00 in Chicago, the day before Thanksgiving."""
FRIDAY = datetime(2026, 11, 27, 16, 0, tzinfo=UTC)


@pytest.fixture
def thanksgiving(delgado: Home, session: Session) -> None:
    for day in (26, 27):
        enter_closure(session, delgado.school.id, date(2026, 11, day), "Thanksgiving", WEDNESDAY - timedelta(days=30))


def words(session: Session, request: Request, now: datetime, language: str | None = "en") -> str:
    expected = answer_expected(session, request, now)
    assert expected is not None
    return expectation_words(expected, language)


@pytest.mark.usefixtures("thanksgiving")
def test_who_asks_on_a_holiday_hears_when_school_is_back_and_by_when_an_answer_comes(
    delgado: Home, session: Session
) -> None:
    request = delgado.asks(FRIDAY)
    assert answer_expected(session, request, FRIDAY) == Expectation(True, date(2026, 11, 30), date(2026, 12, 1))
    assert words(session, request, FRIDAY) == (
        "The school is closed until Monday, November 30; you can expect an answer by Tuesday, December 1."
    )
    assert words(session, request, FRIDAY, "es-MX") == (
        "La escuela está cerrada hasta el lunes 30 de noviembre; puede esperar una respuesta a más tardar el "
        "martes 1 de diciembre."
    )


@pytest.mark.usefixtures("thanksgiving")
def test_on_the_last_day_before_the_break_school_is_still_open(delgado: Home, session: Session) -> None:
    request = delgado.asks(WEDNESDAY)
    assert words(session, request, WEDNESDAY) == "You can expect an answer by Tuesday, December 1."
    evening = WEDNESDAY + timedelta(hours=9)
    assert words(session, request, evening).startswith("The school is closed until Monday, November 30;")


@pytest.mark.parametrize("hours", [7, 24 * 4, 24 * 5 + 4])
def test_a_night_or_a_weekend_is_no_break(delgado: Home, session: Session, hours: int) -> None:
    """From Tuesday 10:00 on: that evening, Saturday, Sunday afternoon."""
    at = datetime(2026, 11, 17, 16, 0, tzinfo=UTC) + timedelta(hours=hours)
    expected = answer_expected(session, delgado.asks(at), at)
    assert expected is not None
    assert not expected.on_break


def test_past_the_calendars_end_no_day_is_promised(delgado: Home, session: Session) -> None:
    summer = datetime(2027, 7, 1, 16, 0, tzinfo=UTC)
    request = delgado.asks(summer)
    assert answer_expected(session, request, summer) == Expectation(True, None, None)
    assert words(session, request, summer, "vi") == (
        "The school has not set yet when it opens again; you will hear from us once it does."
    )
    assert words(session, request, summer, "es").startswith("La escuela no ha fijado todavía")


def test_nothing_is_promised_once_it_is_late_or_settled(delgado: Home, session: Session) -> None:
    request = delgado.asks(WEDNESDAY)
    assert request.due_at is not None
    assert answer_expected(session, request, request.due_at) is None
    close_request(session, request.id, WEDNESDAY, no_answer_needed="Found it")
    assert answer_expected(session, request, WEDNESDAY) is None


def test_the_day_is_that_of_the_schools_own_clock(delgado: Home, session: Session, world: World) -> None:
    west = world.school(timezone="America/Los_Angeles")
    delgado.maya.school_id = west.id
    session.flush()
    at = datetime(2026, 11, 18, 0, 0, tzinfo=UTC)
    request = delgado.asks(at)
    assert request.due_at == due_times(session, west.id, request.department, at, at).due_at
    expected = answer_expected(session, request, at)
    assert expected is not None
    assert expected.answer_by == date(2026, 11, 19)
