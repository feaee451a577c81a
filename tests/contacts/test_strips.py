"""The contact strip: what each week shows, and the same facts in words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from models import Authored, Channel, FamilyMember, Guardianship, Initiator, Outcome
from outreach.contacts import Strip, contact_strips, void_contact
from outreach.language import speaking
from tests.contacts.homes import YESTERDAY, Home
from tests.world import NOW, World


def strip_of(delgado: Home, now: datetime = NOW) -> Strip:
    return contact_strips(delgado.world.session, [delgado.family.id], now)[delgado.family.id]


def test_a_column_for_each_week_of_the_school_year(delgado: Home) -> None:
    strip = strip_of(delgado)
    assert (strip.weeks[0].starts_on, strip.weeks[-1].starts_on) == (date(2026, 8, 17), date(2027, 5, 24))
    assert len(strip.weeks) == 41
    assert strip.this_week == 14
    assert strip.caption == "no contact yet this year"
    assert strip.label == "Since August there has been no contact."


def test_the_drawing_of_the_delgado_family(delgado: Home, world: World) -> None:
    for weeks in (14, 10, 6, 5, 1):
        world.contact(delgado.maya, initiator=Initiator.FAMILY, occurred_at=NOW - timedelta(weeks=weeks))
    for weeks in (11, 2):
        world.contact(delgado.maya, outcome=Outcome.NO_ANSWER, occurred_at=NOW - timedelta(weeks=weeks))
    world.contact(
        delgado.maya, initiator=Initiator.TEACHER, staff_id=delgado.alvarez.id, occurred_at=NOW - timedelta(weeks=8)
    )
    world.request(delgado.family, delgado.school, opened_at=NOW - timedelta(weeks=1))
    strip = strip_of(delgado)
    assert (strip.school_first, strip.family_first, strip.tried, strip.open_requests) == (1, 5, 2, 1)
    assert strip.caption == "they spoke first 5 times, we once"
    assert strip.label == (
        "Since August: the family spoke first 5 times, the school once. The school tried twice without reaching "
        "anyone. One question is open."
    )
    week = strip.weeks[13]
    assert (week.school, week.family, week.tried, week.open_requests) == (0, 1, 0, 1)


def test_tried_often_and_never_reached(delgado: Home, world: World) -> None:
    for weeks in range(1, 6):
        world.contact(delgado.maya, outcome=Outcome.LEFT_MESSAGE, occurred_at=NOW - timedelta(weeks=weeks))
    strip = strip_of(delgado)
    assert strip.caption == "tried often, never reached"
    assert strip.label.endswith("The school tried 5 times and never reached anyone.")


def test_from_us_beside_the_goal_a_child(delgado: Home, world: World) -> None:
    for weeks in range(1, 8):
        world.contact(
            delgado.maya,
            initiator=Initiator.TEACHER,
            staff_id=delgado.alvarez.id,
            occurred_at=NOW - timedelta(weeks=weeks),
        )
    assert strip_of(delgado).caption == "7 from us, goal 9 this year"
    leo = world.student(delgado.school)
    world.add(FamilyMember(family_id=delgado.family.id, student_id=leo.id, from_on=date(2026, 8, 17)))
    assert strip_of(delgado).caption == "7 from us, goal 18 this year"


def test_answers_and_general_notices_are_not_the_school_speaking_first(delgado: Home, world: World) -> None:
    request = delgado.asks(NOW - timedelta(days=2))
    delgado.log(answers_request_id=request.id)
    world.contact(
        delgado.maya, channel=Channel.SMS, outcome=Outcome.DELIVERED, authored=Authored.AUTOMATIC, occurred_at=YESTERDAY
    )
    world.contact(
        delgado.maya, channel=Channel.SMS, outcome=Outcome.SENT, authored=Authored.AUTOMATIC, occurred_at=YESTERDAY
    )
    strip = strip_of(delgado)
    assert (strip.school_first, strip.tried, strip.teacher_contacts, strip.open_requests) == (0, 0, 1, 0)


def test_an_undone_contact_and_one_of_last_year_are_not_in_it(delgado: Home, session: Session, world: World) -> None:
    void_contact(session, delgado.log().id, "mistake", NOW)
    world.contact(delgado.maya, occurred_at=datetime(2026, 5, 4, tzinfo=UTC))
    assert strip_of(delgado).caption == "no contact yet this year"


def test_a_contact_about_two_children_of_one_family_is_one(delgado: Home, world: World) -> None:
    leo = world.student(delgado.school)
    world.add(FamilyMember(family_id=delgado.family.id, student_id=leo.id, from_on=date(2026, 8, 17)))
    world.add(Guardianship(student_id=leo.id, guardian_id=delgado.rosa.id))
    delgado.log(student_ids=(delgado.maya.id, leo.id))
    assert strip_of(delgado).school_first == 1


def test_sunday_night_belongs_to_the_week_on_the_schools_wall(delgado: Home, world: World) -> None:
    world.contact(delgado.maya, occurred_at=datetime(2026, 11, 23, 4, 0, tzinfo=UTC))
    strip = strip_of(delgado)
    assert [number for number, week in enumerate(strip.weeks) if week.school] == [13]


@pytest.mark.parametrize(
    ("at", "week"),
    [
        ("2026-10-25T23:59:59-05:00", 9),
        ("2026-10-26T00:00:00-05:00", 10),
        ("2026-11-01T23:59:59-06:00", 10),
        ("2026-11-02T00:00:00-06:00", 11),
        ("2027-03-14T23:59:59-05:00", 29),
        ("2027-03-15T00:00:00-05:00", 30),
    ],
)
def test_weeks_begin_at_midnight_on_the_schools_wall_also_when_clocks_change(
    delgado: Home, world: World, at: str, week: int
) -> None:
    world.contact(delgado.maya, occurred_at=datetime.fromisoformat(at))
    strip = strip_of(delgado)
    assert [number for number, column in enumerate(strip.weeks) if column.school] == [week]


def test_what_happens_after_the_year_s_last_week_counts_and_has_no_column(delgado: Home, world: World) -> None:
    world.contact(delgado.maya, occurred_at=datetime(2027, 7, 5, 16, 0, tzinfo=UTC))
    strip = strip_of(delgado, datetime(2027, 7, 6, tzinfo=UTC))
    assert (strip.school_first, sum(week.school for week in strip.weeks)) == (1, 0)


def test_the_same_facts_stand_in_a_table_the_newest_week_first(delgado: Home, world: World) -> None:
    for weeks in (1, 1, 3):
        world.contact(delgado.maya, occurred_at=NOW - timedelta(weeks=weeks))
    busy = strip_of(delgado).busy_weeks
    assert [(week.starts_on, week.school) for week in busy] == [(date(2026, 11, 16), 2), (date(2026, 11, 2), 1)]


def test_families_of_schools_in_other_zones_have_their_own_weeks(delgado: Home, session: Session, world: World) -> None:
    """Sunday night in Chicago is Monday morning in Guam."""
    far = world.student(world.school(timezone="Pacific/Guam"))
    family = world.family(far)
    for child in (delgado.maya, far):
        world.contact(child, occurred_at=datetime(2026, 11, 23, 4, 0, tzinfo=UTC))
    strips = contact_strips(session, [delgado.family.id, family.id], NOW)
    weeks = [[number for number, week in enumerate(strip.weeks) if week.school] for strip in strips.values()]
    assert weeks == [[13], [14]]


def test_the_sentence_is_said_in_the_reader_s_language(delgado: Home, world: World) -> None:
    world.contact(delgado.maya, initiator=Initiator.FAMILY, occurred_at=YESTERDAY)
    with speaking("es"):
        strip = strip_of(delgado)
    assert strip.label == "Desde agosto: la familia habló primero una vez, la escuela nunca."
    assert strip.caption == "ellos hablaron primero una vez, nosotros nunca"


def test_a_family_without_a_known_school_year_has_no_columns(world: World, session: Session) -> None:
    school = world.school(year=False)
    family = world.family(world.student(school))
    strip = contact_strips(session, [family.id], NOW)[family.id]
    assert (strip.weeks, strip.this_week) == ((), None)
    assert "not known" in strip.label
    assert contact_strips(session, [], NOW) == {}


@pytest.mark.parametrize("number", [1, 30])
def test_a_page_needs_the_same_few_statements_whatever_its_length(
    delgado: Home, session: Session, world: World, number: int
) -> None:
    families = [delgado.family, *(world.family(world.student(delgado.school)) for _ in range(number - 1))]
    statements: list[str] = []
    session.flush()

    def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(session.get_bind(), "before_cursor_execute", count)
    try:
        strips = contact_strips(session, [family.id for family in families], NOW)
    finally:
        event.remove(session.get_bind(), "before_cursor_execute", count)
    assert len(strips) == number
    assert len(statements) <= 7
