"""Grades, work and absences: each row of the table at its boundary."""

from __future__ import annotations

from datetime import date

import pytest

from models import AbsenceCategory, Level, MarkKind, Subject
from tests.world import NOW, World

from .conftest import Home, Score


@pytest.mark.parametrize(("percent", "given"), [(79.99, True), (80.0, False), (58.0, True), (95.0, False)])
def test_an_overall_grade_under_80_is_c_or_lower(
    world: World, home: Home, score: Score, percent: float, given: bool
) -> None:
    world.mark(home.child, percent)
    assert ("grade_c_or_below" in score(home.family)) is given


def test_overall_is_the_mean_of_the_core_subjects_and_each_subject_counts_once(
    world: World, home: Home, score: Score
) -> None:
    for percent in (70.0, 70.0, 70.0, 70.0):
        world.mark(home.child, percent, Subject.MATH)
    world.mark(home.child, 90.0, Subject.READING)
    assert "grade_c_or_below" not in score(home.family), "the mean of 70 and 90 is 80"
    world.mark(home.child, 89.0, Subject.READING)
    points, evidence = score(home.family)["grade_c_or_below"]
    assert points == 2
    assert evidence == {"student_id": home.child.id, "percent": 79.75, "subjects": 2, "on": "2026-11-09"}


def test_a_mean_of_thirds_that_is_exactly_80_is_not_under_80(world: World, home: Home, score: Score) -> None:
    for subject, percents in {Subject.MATH: (80, 80, 81), Subject.READING: (79, 80, 80)}.items():
        for percent in percents:
            world.mark(home.child, percent, subject)
    assert "grade_c_or_below" not in score(home.family)


@pytest.mark.parametrize(
    ("percent", "code", "level"),
    [
        (85.0, None, None),
        (84.99, "work_average", "average"),
        (70.0, "work_average", "average"),
        (69.99, "work_below_average", "below_average"),
        (60.0, "work_below_average", "below_average"),
        (59.99, "work_below_average", "failing"),
    ],
)
def test_the_level_of_the_lowest_core_subject(
    world: World, home: Home, score: Score, percent: float, code: str | None, level: str | None
) -> None:
    world.mark(home.child, 99.0, Subject.READING)
    world.mark(home.child, percent, Subject.SCIENCE)
    found = {code: reason for code, reason in score(home.family).items() if code.startswith("work")}
    assert set(found) == ({code} if code else set())
    if code:
        points, evidence = found[code]
        assert points == (3 if code == "work_below_average" else 1)
        assert (evidence["subject"], evidence["percent"], evidence["level"]) == ("science", percent, level)


def test_average_work_is_not_counted_beside_below_average_work(world: World, home: Home, score: Score) -> None:
    world.mark(home.child, 75.0, Subject.READING)
    world.mark(home.child, 65.0, Subject.MATH)
    assert {code for code in score(home.family) if code.startswith("work")} == {"work_below_average"}


def test_without_a_core_subject_there_is_no_grade_and_no_level(world: World, home: Home, score: Score) -> None:
    world.mark(home.child, 40.0, Subject.OTHER)
    assert not {"grade_c_or_below", "work_below_average", "work_average"} & set(score(home.family))


def test_a_report_card_mark_replaces_the_results_and_the_newest_one_stands(
    world: World, home: Home, score: Score
) -> None:
    world.mark(home.child, 40.0)
    world.mark(home.child, 72.0, kind=MarkKind.REPORT_CARD, marked_on=date(2026, 10, 1))
    world.mark(home.child, 88.0, kind=MarkKind.REPORT_CARD, marked_on=date(2026, 10, 20))
    assert "work_average" not in score(home.family)
    world.mark(home.child, 66.0, kind=MarkKind.REPORT_CARD, marked_on=date(2026, 10, 20))
    assert score(home.family)["work_below_average"][1]["percent"] == 66


def level_only(world: World, home: Home, level: Level, on: date) -> None:
    world.mark(home.child, 50.0, marked_on=on, level=level).percent = None
    world.session.flush()


def test_where_only_levels_are_given_the_newest_level_stands_and_no_percent_is_made_up(
    world: World, home: Home, score: Score
) -> None:
    level_only(world, home, Level.FAILING, date(2026, 10, 1))
    level_only(world, home, Level.BELOW_AVERAGE, date(2026, 10, 2))
    found = score(home.family)
    assert found["work_below_average"][1]["level"] == "below_average"
    assert found["work_below_average"][1]["percent"] is None
    assert "grade_c_or_below" not in found


def test_a_percent_goes_before_a_bare_level(world: World, home: Home, score: Score) -> None:
    world.mark(home.child, 90.0)
    level_only(world, home, Level.FAILING, date(2026, 11, 20))
    assert "work_below_average" not in score(home.family)


def test_only_the_running_term_counts(world: World, home: Home, score: Score) -> None:
    world.term(home.school, date(2026, 8, 17), date(2026, 10, 30))
    world.term(home.school, date(2026, 11, 2), date(2027, 1, 15))
    world.mark(home.child, 40.0, marked_on=date(2026, 10, 30))
    assert "work_below_average" not in score(home.family)
    world.mark(home.child, 41.0, marked_on=date(2026, 11, 2))
    assert score(home.family)["work_below_average"][1]["percent"] == 41


def test_a_mark_that_was_taken_back_or_is_to_come_does_not_count(world: World, home: Home, score: Score) -> None:
    world.mark(home.child, 40.0, active=False)
    world.mark(home.child, 40.0, marked_on=date(2026, 11, 25))
    assert "work_below_average" not in score(home.family)


def test_the_family_takes_its_worst_child_never_a_sum_and_names_it(world: World, score: Score, home: Home) -> None:
    sister = world.student(home.school, given_name="Leo")
    both = world.family(world.student(home.school), sister)
    world.mark(sister, 58.0)
    world.mark(world.student(home.school), 10.0)
    found = score(both)
    assert found["work_below_average"][1]["student_id"] == sister.id
    assert found["work_below_average"][0] == 3


@pytest.mark.parametrize(
    ("days", "code"),
    [
        (5, None),
        (5.5, None),
        (6, "absences_6_10"),
        (10.5, "absences_6_10"),
        (11, "absences_11_up"),
        (30, "absences_11_up"),
    ],
)
def test_days_absent_this_school_year(world: World, home: Home, score: Score, days: float, code: str | None) -> None:
    world.absence(home.child, days=days, occurred_on=None)
    found = {code: reason for code, reason in score(home.family).items() if code.startswith("absences")}
    assert set(found) == ({code} if code else set())
    if code:
        assert found[code] == (2 if code == "absences_11_up" else 1, {"student_id": home.child.id, "days": days})


def test_tardy_and_partial_days_and_those_of_last_year_do_not_count(world: World, home: Home, score: Score) -> None:
    for day in range(1, 6):
        world.absence(home.child, occurred_on=date(2026, 9, day))
    for category in (AbsenceCategory.TARDY, AbsenceCategory.PARTIAL):
        world.absence(home.child, occurred_on=date(2026, 9, 8), category=category)
    world.absence(home.child, occurred_on=date(2026, 5, 8), school_year=2026)
    world.absence(home.child, occurred_on=None, days=9, school_year=2026)
    assert not any(code.startswith("absences") for code in score(home.family))
    world.absence(home.child, occurred_on=date(2026, 9, 9), category=AbsenceCategory.UNEXCUSED)
    assert score(home.family)["absences_6_10"][1]["days"] == 6


def test_dates_and_a_running_count_are_not_added_up(world: World, home: Home, score: Score) -> None:
    for day in range(1, 7):
        world.absence(home.child, occurred_on=date(2026, 9, day))
    world.absence(home.child, occurred_on=None, days=7)
    assert score(home.family)["absences_6_10"][1]["days"] == 7


def test_absences_of_two_children_are_not_added_up(world: World, home: Home, score: Score) -> None:
    sister = world.student(home.school)
    both = world.family(world.student(home.school), sister)
    world.absence(sister, occurred_on=None, days=4)
    assert not any(code.startswith("absences") for code in score(both))


def test_the_year_s_absences_stand_through_the_summer_until_the_next_year_begins(
    world: World, home: Home, score: Score
) -> None:
    world.absence(home.child, occurred_on=None, days=12)
    world.absence(home.child, occurred_on=date(2026, 9, 1))
    world.school_year(home.school, date(2027, 8, 16), date(2028, 5, 26))
    assert set(score(home.family, NOW.replace(year=2027, month=7))) == {"absences_11_up"}
    assert "absences_11_up" not in score(home.family, NOW.replace(year=2027, month=8))
