"""What rests on our own log: personal contacts, the goal, general notices, follow-through, surge."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from models import Authored, Contact, Initiator, Outcome, Purpose, RequestState, Student
from outreach.schooltime import local_moment
from tests.world import NOW, YEAR_STARTS, World

from .conftest import Home, Score

SILENCE = {"no_personal_contact", "contact_deficit"}
DAY = timedelta(days=1)


def from_teacher(world: World, home: Home, *children: Student, **values: object) -> Contact:
    about = children or (home.child,)
    return world.contact(*about, **{"initiator": Initiator.TEACHER, "staff_id": home.teacher.id, **values})


def test_nobody_has_reached_the_family_this_year(world: World, home: Home, score: Score) -> None:
    found = score(home.family)
    assert found["no_personal_contact"] == (1, {"student_id": home.child.id, "since": "2026-08-17"})
    points, evidence = found["contact_deficit"]
    assert (points, evidence["contacts"], evidence["since"]) == (1, 0, "2026-08-17")
    assert evidence["goal"] == pytest.approx(9 * 71 / 205, abs=0.06), "71 of the year's 205 weekdays are over"


@pytest.mark.parametrize("outcome", list(Outcome))
def test_only_reached_replied_and_delivered_count_as_contact(
    world: World, home: Home, score: Score, outcome: Outcome
) -> None:
    world.contact(home.child, outcome=outcome)
    counts = outcome in {Outcome.REACHED, Outcome.REPLIED, Outcome.DELIVERED}
    assert ("no_personal_contact" not in score(home.family)) is counts


@pytest.mark.parametrize("authored", list(Authored))
def test_bulk_and_automatic_messages_are_no_personal_contact(
    world: World, home: Home, score: Score, authored: Authored
) -> None:
    world.contact(home.child, outcome=Outcome.DELIVERED, authored=authored)
    bulk = authored in {Authored.APPROVED_IN_BULK, Authored.AUTOMATIC}
    assert ("no_personal_contact" in score(home.family)) is bulk


def test_a_contact_that_the_family_began_or_that_was_undone_breaks_no_silence(
    world: World, home: Home, score: Score
) -> None:
    world.contact(home.child, initiator=Initiator.FAMILY)
    world.contact(home.child, voided_at=NOW, void_reason="other family")
    world.contact(home.child, occurred_at=NOW + DAY)
    assert "no_personal_contact" in score(home.family)


def test_a_contact_about_a_brother_is_not_about_this_child(world: World, home: Home, score: Score) -> None:
    brother, sister = world.student(home.school), world.student(home.school)
    both = world.family(brother, sister)
    world.contact(brother)
    assert score(both)["no_personal_contact"][1]["student_id"] == sister.id
    world.contact(brother, sister)
    assert "no_personal_contact" not in score(both)


def test_the_first_four_school_weeks_are_no_silence(world: World, home: Home, score: Score) -> None:
    on_the_twentieth = datetime(2026, 9, 11, 16, tzinfo=NOW.tzinfo)
    assert not SILENCE & set(score(home.family, on_the_twentieth)), "Friday of the fourth week"
    assert set(score(home.family, on_the_twentieth + 3 * DAY)) >= SILENCE, "Monday of the fifth"


def test_a_child_counts_from_the_day_it_was_enrolled(world: World, home: Home, score: Score) -> None:
    newcomer = world.student(home.school, enrolled_on=date(2026, 10, 28))
    family = world.family(newcomer)
    assert not SILENCE & set(score(family)), "19 school days"
    newcomer.enrolled_on = date(2026, 10, 27)
    world.session.flush()
    assert score(family)["no_personal_contact"][1]["since"] == "2026-10-27"
    before = local_moment(date(2026, 10, 26), NOW.time(), NOW.tzinfo)  # type: ignore[arg-type]  # UTC is a zone too
    world.contact(newcomer, occurred_at=before)
    assert "no_personal_contact" in score(family), "a contact before then was with another school"


def test_a_child_enrolled_before_the_year_counts_from_its_start(world: World, home: Home, score: Score) -> None:
    family = world.family(world.student(home.school, enrolled_on=date(2025, 8, 18)))
    assert score(family)["no_personal_contact"][1]["since"] == "2026-08-17"


def test_the_goal_is_nine_a_year_pro_rata_and_half_of_it_is_enough(world: World, home: Home, score: Score) -> None:
    from_teacher(world, home)
    assert score(home.family)["contact_deficit"][1]["contacts"] == 1
    from_teacher(world, home)
    assert "contact_deficit" not in score(home.family), "half of 3.1 is 1.6"


def test_school_begun_contacts_of_others_are_personal_and_not_a_teachers(
    world: World, home: Home, score: Score
) -> None:
    for _ in range(5):
        world.contact(home.child)
    assert SILENCE & set(score(home.family)) == {"contact_deficit"}


def test_before_the_log_began_silence_is_unknown(world: World, home: Home, score: Score) -> None:
    family = world.family(world.student(world.school()))
    assert not SILENCE & set(score(family))


def test_outside_every_term_nothing_is_scored_as_silence(world: World, home: Home, score: Score) -> None:
    from_teacher(world, home, purpose=Purpose.CONCERN, outcome=Outcome.DELIVERED, occurred_at=NOW - 20 * DAY)
    assert set(score(home.family)) >= {"no_follow_through", "contact_deficit"}
    in_summer = datetime(2027, 6, 20, 16, tzinfo=NOW.tzinfo)
    for days in (1, 2):
        world.contact(home.child, initiator=Initiator.FAMILY, occurred_at=in_summer - days * DAY)
    assert score(home.family, in_summer) == {}


def test_yearly_figures_start_again_with_the_school_year(world: World, home: Home, score: Score) -> None:
    from_teacher(world, home)
    world.absence(home.child, occurred_on=None, days=20)
    world.school_year(home.school, date(2027, 8, 16), date(2028, 5, 26))
    found = score(home.family, datetime(2027, 11, 23, 16, tzinfo=NOW.tzinfo))
    assert found["no_personal_contact"][1]["since"] == "2027-08-16"
    assert not any(code.startswith("absences") for code in found)


def notice(world: World, *children: Student) -> Contact:
    return world.contact(*children, outcome=Outcome.DELIVERED, authored=Authored.APPROVED_IN_BULK)


def test_no_general_notice_reached_it_where_that_is_known(world: World, home: Home, score: Score) -> None:
    assert "no_general_notice" not in score(home.family), "this school sends its notices some other way"
    other = world.student(home.school)
    notice(world, other)
    assert score(home.family)["no_general_notice"] == (1, {"since": "2026-08-17"})
    notice(world, home.child)
    assert "no_general_notice" not in score(home.family)


def test_one_automatic_answer_does_not_make_notices_known(world: World, home: Home, score: Score) -> None:
    others = [world.student(home.school) for _ in range(3)]
    world.contact(others[0], outcome=Outcome.DELIVERED, authored=Authored.AUTOMATIC)
    assert "no_general_notice" not in score(home.family)


@pytest.mark.parametrize(("age", "given"), [(timedelta(days=14), True), (timedelta(days=13, hours=23), False)])
def test_a_concern_raised_two_weeks_ago_and_nothing_since(
    world: World, home: Home, score: Score, age: timedelta, given: bool
) -> None:
    raised = from_teacher(world, home, purpose=Purpose.IMPROVE, occurred_at=NOW - age)
    found = score(home.family)
    assert ("no_follow_through" in found) is given
    if given:
        assert found["no_follow_through"] == (1, {
            "at": (NOW - age).strftime("%Y-%m-%dT%H:%M:%SZ"), "contact_id": raised.id, "purpose": "improve",
            "student_id": home.child.id,
        })  # fmt: skip


@pytest.mark.parametrize(
    ("values", "followed"),
    [
        ({"initiator": Initiator.SCHOOL, "outcome": Outcome.REACHED}, True),
        ({"initiator": Initiator.FAMILY, "outcome": Outcome.DELIVERED}, True),
        ({"initiator": Initiator.SCHOOL, "outcome": Outcome.REPLIED}, True),
        ({"initiator": Initiator.SCHOOL, "outcome": Outcome.DELIVERED}, False),
        ({"initiator": Initiator.SCHOOL, "outcome": Outcome.LEFT_MESSAGE}, False),
    ],
)
def test_only_something_two_way_follows_through(
    world: World, home: Home, score: Score, values: dict[str, object], followed: bool
) -> None:
    from_teacher(world, home, purpose=Purpose.CONCERN, occurred_at=NOW - 30 * DAY)
    world.contact(home.child, occurred_at=NOW - 3 * DAY, **values)
    assert ("no_follow_through" not in score(home.family)) is followed


@pytest.mark.parametrize("purpose", [Purpose.PRAISE, Purpose.LOGISTICS, None])
def test_praise_needs_no_follow_through(world: World, home: Home, score: Score, purpose: Purpose | None) -> None:
    from_teacher(world, home, purpose=purpose, occurred_at=NOW - 30 * DAY)
    assert "no_follow_through" not in score(home.family)


def family_writes(world: World, home: Home, *days: float) -> list[Contact]:
    return [world.contact(home.child, initiator=Initiator.FAMILY, occurred_at=NOW - each * DAY) for each in days]


@pytest.mark.parametrize(("days", "given"), [((5, 30), True), ((5,), False), ((5, 30.1), False)])
def test_a_family_that_writes_twice_in_30_days_and_hears_nothing_first(
    world: World, home: Home, score: Score, days: tuple[float, ...], given: bool
) -> None:
    family_writes(world, home, *days)
    found = score(home.family)
    assert ("inbound_surge" in found) is given
    if given:
        assert found["inbound_surge"][0] == 2
        assert found["inbound_surge"][1]["contacts"] == 2


def test_one_contact_about_two_children_is_one_contact(world: World, home: Home, score: Score) -> None:
    children = world.student(home.school), world.student(home.school)
    family = world.family(*children)
    world.contact(*children, initiator=Initiator.FAMILY)
    assert "inbound_surge" not in score(family)


def test_a_contact_that_school_began_meanwhile_ends_the_surge(world: World, home: Home, score: Score) -> None:
    family_writes(world, home, 5, 6)
    world.contact(home.child, outcome=Outcome.DELIVERED, authored=Authored.AUTOMATIC, occurred_at=NOW - DAY)
    assert "inbound_surge" in score(home.family), "an automatic message is no contact begun by school"
    world.contact(home.child, occurred_at=NOW - DAY)
    assert "inbound_surge" not in score(home.family)


def test_no_surge_when_each_was_answered_in_time_and_none_called_unhelpful(
    world: World, home: Home, score: Score
) -> None:
    first, second = family_writes(world, home, 5, 9)
    for contact, late in ((first, False), (second, False)):
        world.request(
            home.family, home.school, opened_by_contact_id=contact.id, state=RequestState.ANSWERED,
            opened_at=contact.occurred_at, due_at=contact.occurred_at + 2 * DAY,
            answered_at=contact.occurred_at + (3 if late else 2) * DAY,
        )  # fmt: skip
    assert "inbound_surge" not in score(home.family)
    world.verdict(home.family, contact_id=first.id, helped=False)
    assert "inbound_surge" in score(home.family)


def test_a_late_answer_is_no_answer_in_time(world: World, home: Home, score: Score) -> None:
    for contact, days in zip(family_writes(world, home, 5, 9), (1, 3), strict=True):
        world.request(
            home.family, home.school, opened_by_contact_id=contact.id, state=RequestState.ANSWERED,
            opened_at=contact.occurred_at, due_at=contact.occurred_at + 2 * DAY,
            answered_at=contact.occurred_at + days * DAY,
        )  # fmt: skip
    assert "inbound_surge" in score(home.family)


def test_contacts_before_the_log_began_are_no_surge(world: World, home: Home, score: Score) -> None:
    home.school.log_began = date(2026, 11, 20)
    family_writes(world, home, 5, 9)
    assert "inbound_surge" not in score(home.family)
    assert home.school.log_began > YEAR_STARTS
