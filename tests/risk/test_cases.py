"""A counselor's cases: when they open, rest, close by themselves and come back."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import AccountRole, Case, CaseState, Mark, RiskScore, StaffRole
from outreach.access import NotAllowed, Viewer, viewer_of
from outreach.errors import NotFound
from outreach.risk import (
    CaseRefused,
    claim_case,
    release_case,
    resolve_case,
    score_families,
    snooze_case,
    tend_cases,
    undo_resolve,
    wake_case,
)
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
    claim_case(session, counselor, home.family.id, NOW)
    mark.percent = 95.0
    session.flush()
    night(session, 1)
    assert night(session, 30) == (0, 0, 0)
    release_case(session, counselor, home.family.id, NOW)
    assert night(session, 31) == (0, 0, 1)


def test_a_snoozed_case_rests_and_does_not_close(home: Home, session: Session, mark: Mark, counselor: Viewer) -> None:
    night(session)
    snooze_case(session, counselor, home.family.id, date(2026, 12, 20), NOW)
    mark.percent = 95.0
    session.flush()
    night(session, 1)
    assert night(session, 20) == (0, 0, 0)
    assert night(session, 27) == (0, 0, 1)


def test_a_resolved_case_stays_closed_while_nothing_is_new(
    home: Home, session: Session, mark: Mark, counselor: Viewer
) -> None:
    night(session)
    resolve_case(session, counselor, home.family.id, "Met the parents.", NOW)
    assert night(session, 1) == (0, 0, 0)
    assert night(session, 29) == (0, 0, 0)


def test_after_30_days_it_is_a_new_case(home: Home, session: Session, mark: Mark, counselor: Viewer) -> None:
    night(session)
    resolve_case(session, counselor, home.family.id, "Met the parents.", NOW)
    assert night(session, 30) == (1, 0, 0)


def test_it_reopens_for_a_new_code(world: World, home: Home, session: Session, mark: Mark, counselor: Viewer) -> None:
    night(session)
    resolve_case(session, counselor, home.family.id, "Met the parents.", NOW)
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
    resolve_case(session, counselor, home.family.id, "Met the parents.", NOW)
    case = the_case(session)
    case.points = 8
    session.flush()
    assert night(session, 1) == (0, 0, 0), "9 is one more than 8"
    world.request(home.family, home.school, guardian_id=world.guardian(home.child).id)
    assert request.state == "open"
    assert night(session, 2) == (0, 1, 0), "11 is three more"


def test_only_one_of_two_counselors_gets_a_case(
    world: World, home: Home, session: Session, mark: Mark, counselor: Viewer
) -> None:
    night(session)
    other = viewer_of(session, world.account(world.staff(home.school), AccountRole.COUNSELOR), NOW)
    assert claim_case(session, counselor, home.family.id, NOW).claimed_by == counselor.staff_id
    with pytest.raises(CaseRefused, match=r"K\. Lowe has this case"):
        claim_case(session, other, home.family.id, NOW)
    with pytest.raises(CaseRefused, match="give it back"):
        release_case(session, other, home.family.id, NOW)
    assert claim_case(session, counselor, home.family.id, NOW).claimed_by == counselor.staff_id


def test_claims_at_the_same_moment_have_one_winner(engine: Engine) -> None:
    with Session(engine) as session:
        world = World(session)
        school = world.school()
        family = world.family(world.student(school))
        viewers = [viewer_of(session, world.account(world.staff(school), AccountRole.COUNSELOR), NOW) for _ in range(4)]
        family_id = family.id
        session.commit()
    won: list[int | None] = []

    def claim(viewer: Viewer) -> None:
        with Session(engine) as session:
            try:
                won.append(claim_case(session, viewer, family_id, NOW).claimed_by)
                session.commit()
            except CaseRefused:
                session.rollback()

    threads = [threading.Thread(target=claim, args=(viewer,)) for viewer in viewers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Session(engine) as session:
        assert [the_case(session).claimed_by] == won


def test_a_person_may_open_a_case_before_the_family_is_high(home: Home, session: Session, counselor: Viewer) -> None:
    score_families(session, NOW)
    case = claim_case(session, counselor, home.family.id, NOW)
    assert (case.points, set(case.codes)) == (2, {"no_personal_contact", "contact_deficit"})


def test_undoing_a_resolution(home: Home, session: Session, mark: Mark, counselor: Viewer) -> None:
    night(session)
    case = resolve_case(session, counselor, home.family.id, "Met the parents.", NOW)
    assert case.resolved_by == counselor.account_id
    undone = undo_resolve(session, counselor, case.id, NOW)
    assert (undone.state, undone.resolution) == (CaseState.OPEN, None)
    assert undo_resolve(session, counselor, case.id, NOW).state is CaseState.OPEN
    resolve_case(session, counselor, home.family.id, "Met the parents.", NOW)
    night(session, 31)
    with pytest.raises(CaseRefused, match="newer open case"):
        undo_resolve(session, counselor, case.id, NOW)


def test_a_snooze_is_until_a_day_to_come_and_can_end_early(
    home: Home, session: Session, mark: Mark, counselor: Viewer
) -> None:
    night(session)
    with pytest.raises(CaseRefused, match="after today"):
        snooze_case(session, counselor, home.family.id, date(2026, 11, 24), NOW)
    assert snooze_case(session, counselor, home.family.id, date(2026, 11, 25), NOW).snoozed_until
    assert wake_case(session, counselor, home.family.id, NOW).snoozed_until is None


def test_a_resolution_needs_words_and_an_open_case(home: Home, session: Session, counselor: Viewer) -> None:
    with pytest.raises(CaseRefused, match="few words"):
        resolve_case(session, counselor, home.family.id, " ", NOW)
    with pytest.raises(CaseRefused, match="no open case"):
        resolve_case(session, counselor, home.family.id, "Met.", NOW)


def test_teachers_work_no_cases_and_counselors_only_those_of_their_school(
    world: World, home: Home, session: Session, counselor: Viewer
) -> None:
    teacher = viewer_of(session, world.account(home.teacher), NOW)
    with pytest.raises(NotAllowed):
        claim_case(session, teacher, home.family.id, NOW)
    elsewhere = world.family(world.student(world.school()))
    with pytest.raises(NotFound):
        claim_case(session, counselor, elsewhere.id, NOW)
    with pytest.raises(NotFound):
        undo_resolve(session, counselor, 999, NOW)


def test_a_family_that_left_counts_as_below(home: Home, session: Session, mark: Mark) -> None:
    night(session)
    home.family.ended_at = NOW
    session.flush()
    night(session, 1)
    assert session.scalars(select(RiskScore)).all() == []
    assert night(session, 15) == (0, 0, 1)
