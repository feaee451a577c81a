"""How a child stands at school this year: the same standing as the night finds, gaps where nothing is known."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    AbsenceCategory,
    FamilyMember,
    Incident,
    Level,
    Mark,
    MarkKind,
    RiskReason,
    Subject,
    TermKind,
)
from outreach.access.viewer import Viewer
from outreach.insights.school_work import MOST_MARKS, SchoolWork, school_work
from outreach.risk import score_families
from outreach.web.charts import charts_of
from tests.contacts.homes import Home, counselor_of, home, viewer_of_staff
from tests.world import NOW, World


@pytest.fixture
def delgado(world: World) -> Home:
    return home(world)


@pytest.fixture
def counselor(delgado: Home, world: World) -> Viewer:
    return counselor_of(world, delgado.school)


def maya(delgado: Home, viewer: Viewer) -> SchoolWork:
    (work,) = school_work(delgado.world.session, viewer, delgado.family.id, NOW)
    return work


def test_the_last_standing_is_what_the_night_found(
    delgado: Home, session: Session, world: World, counselor: Viewer
) -> None:
    for number, percent in enumerate((69.95, 70.1, 69.92)):
        world.mark(delgado.maya, percent, marked_on=date(2026, 11, 3) + timedelta(days=number))
    score_families(session, NOW)
    reasons = session.scalars(select(RiskReason).where(RiskReason.family_id == delgado.family.id))
    evidence = {reason.code: reason.evidence for reason in reasons}["work_below_average"]

    last = maya(delgado, counselor).subjects[0].last
    assert (last.standing, last.standing_level) == (evidence["percent"], Level(str(evidence["level"])))
    assert (last.standing, last.standing_level) == (69.99, Level.BELOW_AVERAGE)


def test_a_report_card_replaces_the_mean_and_a_new_term_begins_anew(
    delgado: Home, world: World, counselor: Viewer
) -> None:
    world.term(delgado.school, date(2026, 8, 17), date(2026, 10, 30), TermKind.TERM)
    world.term(delgado.school, date(2026, 10, 31), date(2027, 1, 29), TermKind.TERM)
    world.mark(delgado.maya, 50, marked_on=date(2026, 9, 1))
    world.mark(delgado.maya, 90, marked_on=date(2026, 9, 20))
    world.mark(delgado.maya, 82, marked_on=date(2026, 10, 28), kind=MarkKind.REPORT_CARD)
    world.mark(delgado.maya, 64, marked_on=date(2026, 11, 9))
    (math,) = maya(delgado, counselor).subjects
    assert [(mark.term, mark.standing) for mark in math.marks] == [(0, 50), (0, 70), (0, 82), (1, 64)]
    (chart,) = charts_of(maya(delgado, counselor), NOW.date())
    assert len(chart.lines) == 2, "one line a term: between the terms is a gap"
    assert [dot.kind for dot in chart.dots] == ["result", "result", "card", "result"]
    assert (chart.now, chart.end_words) == ("64%, below average", "64%")
    assert chart.label == "Math: 64%, below average. 4 marks this year, the first on 1 Sep, the last on 9 Nov."


def test_where_only_levels_are_given_there_is_no_line_and_no_percent(
    delgado: Home, world: World, counselor: Viewer
) -> None:
    for day in (3, 9):
        mark = world.mark(delgado.maya, 58, letter="F", marked_on=date(2026, 11, day))
        mark.percent = None
    world.session.flush()
    (chart,) = charts_of(maya(delgado, counselor), NOW.date())
    assert (chart.now, chart.lines, chart.end, chart.end_words) == ("failing", (), None, "")
    assert [row.mark for row in chart.rows] == ["F", "F"]
    assert [row.standing for row in chart.rows] == ["not known", "not known"]


def test_marks_of_last_year_and_struck_ones_are_not_this_year_s(delgado: Home, world: World, counselor: Viewer) -> None:
    world.mark(delgado.maya, 40, marked_on=date(2026, 5, 4))
    world.mark(delgado.maya, 40, active=False)
    world.mark(delgado.maya, 99, subject=Subject.OTHER)
    work = maya(delgado, counselor)
    assert (work.subjects, work.other_marks) == ((), 1)


def test_days_absent_are_dates_or_a_count_whichever_is_more_and_unknown_where_no_attendance_comes_in(
    delgado: Home, world: World, counselor: Viewer
) -> None:
    assert maya(delgado, counselor).away is None
    world.absence(delgado.maya)
    world.absence(delgado.maya, category=AbsenceCategory.UNEXCUSED, occurred_on=date(2026, 11, 10))
    world.absence(delgado.maya, category=AbsenceCategory.TARDY, occurred_on=date(2026, 11, 11))
    world.absence(delgado.maya, occurred_on=date(2026, 5, 4), school_year=2026)
    away = maya(delgado, counselor).away
    assert away is not None
    assert (away.days, away.unexcused, away.late) == (2, 1, 1)
    assert away.dates[0] == (date(2026, 11, 10), AbsenceCategory.UNEXCUSED)
    world.absence(delgado.maya, occurred_on=None, days=7.5)
    more = maya(delgado, counselor).away
    assert more is not None
    assert more.days == 7.5


def test_a_teacher_sees_the_child_that_it_teaches_and_a_counselor_its_sister_too(
    delgado: Home, session: Session, world: World, counselor: Viewer
) -> None:
    ana = world.student(delgado.school, given_name="Ana", grade="11")
    world.add(FamilyMember(family_id=delgado.family.id, student_id=ana.id, from_on=date(2026, 8, 17)))
    world.add(
        Incident(sourced_id="i", student_id=ana.id, occurred_on=date(2026, 11, 3), kind="late_to_class", summary=None)
    )
    teacher = viewer_of_staff(delgado.alvarez, delgado.school)
    assert [one.name for one in school_work(session, teacher, delgado.family.id, NOW)] == ["Maya"]
    assert [one.name for one in school_work(session, counselor, delgado.family.id, NOW)] == ["Ana", "Maya"]
    assert school_work(session, counselor, delgado.family.id, NOW)[0].incidents[0].kind == "late to class"


def test_the_marks_of_a_child_with_many_push_out_none_of_its_sister_s_and_the_older_ones_are_counted(
    delgado: Home, session: Session, world: World, counselor: Viewer
) -> None:
    ana = world.student(delgado.school, given_name="Ana", grade="11")
    world.add(FamilyMember(family_id=delgado.family.id, student_id=ana.id, from_on=date(2026, 8, 17)))
    for student, number in ((delgado.maya, 2 * MOST_MARKS), (ana, 1)):
        day, subject = (date(2026, 11, 9), Subject.MATH) if number > 1 else (date(2026, 9, 1), Subject.READING)
        session.add_all(
            Mark(
                sourced_id=f"{student.id}-{each}", student_id=student.id, subject=subject, level=Level.AVERAGE,
                percent=75, marked_on=day,
            )
            for each in range(number)
        )  # fmt: skip
    world.mark(delgado.maya, 75, marked_on=date(2026, 8, 20))
    world.mark(delgado.maya, 75, Subject.OTHER, marked_on=date(2026, 8, 20))

    sister, many = school_work(session, counselor, delgado.family.id, NOW)
    assert [len(one.marks) for one in sister.subjects] == [1]
    (math,) = many.subjects
    assert (len(math.marks), math.earlier, many.other_marks) == (MOST_MARKS, MOST_MARKS + 1, 1)
    (chart,) = charts_of(many, NOW.date())
    assert chart.label.endswith("801 marks this year, the first on 20 Aug, the last on 9 Nov.")
