"""A counselor's cases: when they open, rest, close by themselves and come back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import AccountRole, Case, CaseEvent, CaseOutcome, CaseState, Mark, RiskScore, StaffRole
from outreach.access import Viewer, viewer_of
from outreach.risk import Act, Chosen, Step, act_on_cases, hand_on_cases, history_of, score_families, tend_cases
from tests.world import NOW, World

from .conftest import Home

DAY = timedelta(days=1)


@pytest.fixture
def counselor(world: World, home: Home, session: Session) -> Viewer:
    staff = world.staff(home.school, role=StaffRole.COUNSELOR, display_name="K. Lowe")
    return viewer_of(session, world.account(staff, AccountRole.COUNSELOR), NOW)


@pytest.fixture
def mark(world: World, home: Home) -> Mark:
    """Makes the family high: 7 points."""
    return world.mark(home.child, 58.0)


def night(session: Session, days: float = 0) -> tuple[int, int, int]:
    at = NOW + days * DAY
    score_families(session, at)
    figures = tend_cases(session, at)
    session.expire_all()
    return figures.opened, figures.reopened, figures.closed


def take(session: Session, viewer: Viewer, home: Home, step: Step, **entered: Any) -> None:
    report = act_on_cases(session, viewer, Act(step, **entered), [Chosen(home.family.id)], NOW)
    assert report.refused == ()


def settle(session: Session, viewer: Viewer, home: Home) -> None:
    take(session, viewer, home, Step.RESOLVE, outcome=CaseOutcome.SETTLED, words="Met the parents.")


def the_case(session: Session) -> Case:
    return session.scalars(select(Case)).one()


def test_a_case_opens_at_high_once(world: World, home: Home, session: Session, mark: Mark) -> None:
    world.family(world.student(home.school))
    assert night(session) == (1, 0, 0)
    assert night(session, 1) == (0, 0, 0)
    case = the_case(session)
    assert (case.family_id, case.state, case.points) == (home.family.id, CaseState.OPEN, 7)
    assert set(case.codes) == {"grade_c_or_below", "work_below_average", "no_personal_contact", "contact_deficit"}


def test_a_family_has_at_most_one_open_case(session: Session, mark: Mark) -> None:
    night(session)
    again = Case(family_id=the_case(session).family_id, opened_at=NOW, codes=[], points=0)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.add(again)


def test_it_closes_by_itself_only_after_14_days_below_elevated(session: Session, mark: Mark) -> None:
    night(session)
    mark.percent = 95.0
    session.flush()
    assert night(session, 1) == (0, 0, 0)
    assert night(session, 14.9) == (0, 0, 0)
    assert night(session, 15) == (0, 0, 1)
    assert the_case(session).state is CaseState.RESOLVED
    assert the_case(session).points < 5


def test_days_below_elevated_start_again_after_a_relapse(session: Session, mark: Mark) -> None:
    night(session)
    for days, percent in ((1, 95.0), (10, 58.0), (11, 95.0)):
        mark.percent = percent
        session.flush()
        night(session, days)
    assert night(session, 16) == (0, 0, 0)
    assert night(session, 25) == (0, 0, 1)


def test_a_claimed_case_never_closes_by_itself(home: Home, session: Session, mark: Mark, counselor: Viewer) -> None:
    night(session)
    take(session, counselor, home, Step.CLAIM)
    mark.percent = 95.0
    session.flush()
    night(session, 1)
    assert night(session, 30) == (0, 0, 0)
    take(session, counselor, home, Step.RELEASE)
    assert night(session, 31) == (0, 0, 1)


def test_a_snoozed_case_rests_and_does_not_close(home: Home, session: Session, mark: Mark, counselor: Viewer) -> None:
    night(session)
    take(session, counselor, home, Step.SNOOZE, until=date(2026, 12, 20))
    mark.percent = 95.0
    session.flush()
    night(session, 1)
    assert night(session, 20) == (0, 0, 0)
    assert night(session, 27) == (0, 0, 1)


def test_a_resolved_case_stays_closed_while_nothing_is_new(
    home: Home, session: Session, mark: Mark, counselor: Viewer
) -> None:
    night(session)
    settle(session, counselor, home)
    assert night(session, 1) == (0, 0, 0)
    assert night(session, 29) == (0, 0, 0)


def test_after_30_days_it_is_a_new_case(home: Home, session: Session, mark: Mark, counselor: Viewer) -> None:
    night(session)
    settle(session, counselor, home)
    assert night(session, 30) == (1, 0, 0)


def test_it_reopens_for_a_new_code(world: World, home: Home, session: Session, mark: Mark, counselor: Viewer) -> None:
    night(session)
    settle(session, counselor, home)
    world.absence(home.child, occurred_on=None, days=6)
    assert night(session, 1) == (0, 1, 0)
    case = the_case(session)
    assert (case.state, case.reopened_at, case.points) == (CaseState.OPEN, NOW + DAY, 8)
    assert "absences_6_10" in case.codes


def test_it_reopens_for_two_more_points_and_not_for_one(
    world: World, home: Home, session: Session, mark: Mark, counselor: Viewer
) -> None:
    request = world.request(home.family, home.school)
    night(session)
    settle(session, counselor, home)
    case = the_case(session)
    case.points = 8
    session.flush()
    assert night(session, 1) == (0, 0, 0), "9 is one more than 8"
    world.request(home.family, home.school, guardian_id=world.guardian(home.child).id)
    assert request.state == "open"
    assert night(session, 2) == (0, 1, 0), "11 is three more"


def test_a_family_that_left_counts_as_below(home: Home, session: Session, mark: Mark) -> None:
    night(session)
    home.family.ended_at = NOW
    session.flush()
    night(session, 1)
    assert session.scalars(select(RiskScore)).all() == []
    assert night(session, 15) == (0, 0, 1)


def test_what_the_night_does_is_written_down(session: Session, home: Home, mark: Mark, counselor: Viewer) -> None:
    night(session)
    mark.percent = 95.0
    session.flush()
    night(session, 1)
    night(session, 15)
    mark.percent = 58.0
    session.flush()
    night(session, 16)
    steps = history_of(session, home.family.id)
    assert [(step.kind, step.who) for step in steps] == [("reopened", None), ("closed", None), ("opened", None)]
    versions = session.scalars(select(CaseEvent.version).order_by(CaseEvent.id)).all()
    assert (list(versions), the_case(session).version) == ([1, 2, 3], 3)


def test_a_second_night_at_the_same_moment_writes_nothing_more(session: Session, home: Home, mark: Mark) -> None:
    for _ in range(2):
        night(session)
    assert len(history_of(session, home.family.id)) == 1


def test_cases_of_somebody_away_go_to_who_stands_in_else_back_to_the_queue(
    world: World, home: Home, session: Session, mark: Mark, counselor: Viewer
) -> None:
    night(session)
    take(session, counselor, home, Step.CLAIM)
    substitute = world.staff(home.school, display_name="A. Ngo", role=StaffRole.COUNSELOR)
    world.account(substitute, AccountRole.COUNSELOR)
    away, stands_in = counselor.staff_id, substitute.id
    assert away is not None
    assert hand_on_cases(session, {away: stands_in}, NOW) == 1
    assert the_case(session).claimed_by == stands_in
    assert hand_on_cases(session, {stands_in: None}, NOW) == 1
    assert (the_case(session).claimed_by, the_case(session).claimed_at) == (None, None)
    assert hand_on_cases(session, {stands_in: None}, NOW) == 0, "nobody has it any more"
    back, handed, *_ = history_of(session, home.family.id)
    assert (handed.kind, handed.to, handed.away) == ("assigned", "A. Ngo", "K. Lowe")
    assert (back.kind, back.away) == ("released", "A. Ngo")


def test_a_case_goes_back_to_the_queue_where_who_stands_in_works_no_cases(
    world: World, home: Home, session: Session, mark: Mark, counselor: Viewer
) -> None:
    night(session)
    take(session, counselor, home, Step.CLAIM)
    teacher = world.staff(home.school)
    world.account(teacher, AccountRole.TEACHER)
    assert counselor.staff_id is not None
    assert hand_on_cases(session, {counselor.staff_id: teacher.id}, NOW) == 1
    assert the_case(session).claimed_by is None
