"""One short write that changes only what differs, never over a newer score; history where something changed."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, delete, func, insert, select
from sqlalchemy.orm import Session

from models import Band, FamilyMember, Initiator, RiskHistory, RiskReason, RiskScore, RiskStage
from outreach.risk import ScoringInterrupted, score_families
from outreach.risk import score as scoring
from tests.world import NOW, World

from .conftest import Home

MINUTE = timedelta(minutes=1)


def points_of(session: Session, family_id: int) -> int:
    return session.scalars(select(RiskScore.points).where(RiskScore.family_id == family_id)).one()


def history(session: Session) -> list[tuple[int, Band, set[str]]]:
    rows = session.scalars(select(RiskHistory).order_by(RiskHistory.id))
    return [(row.points, row.band, set(row.codes)) for row in rows]


def test_points_band_and_reasons_of_a_family(world: World, home: Home, session: Session) -> None:
    world.mark(home.child, 58.0)
    figures = score_families(session, NOW)
    assert (figures.families, figures.changed, figures.bands) == (1, 1, {Band.HIGH: 1, Band.ELEVATED: 0, Band.LOW: 0})
    score = session.scalars(select(RiskScore)).one()
    assert (score.points, score.band, score.computed_at) == (7, Band.HIGH, NOW)
    assert score.config_version


@pytest.mark.parametrize(
    ("percent", "absent", "band"),
    [(75.0, 0, Band.ELEVATED), (75.0, 11, Band.HIGH), (82.0, 6, Band.LOW), (82.0, 11, Band.ELEVATED)],
)
def test_bands_at_their_boundaries(
    world: World, home: Home, session: Session, percent: float, absent: int, band: Band
) -> None:
    for _ in range(2):
        world.contact(home.child, initiator=Initiator.TEACHER, staff_id=home.teacher.id)
    world.mark(home.child, percent)
    world.absence(home.child, occurred_on=None, days=absent)
    score_families(session, NOW)
    assert session.scalars(select(RiskScore.band)).one() is band


def test_a_second_run_changes_nothing_and_keeps_no_history(world: World, home: Home, session: Session) -> None:
    world.mark(home.child, 58.0)
    score_families(session, NOW)
    again = score_families(session, NOW + MINUTE)
    assert again.changed == 0
    assert len(history(session)) == 1


def test_history_is_kept_when_points_band_or_codes_change_and_only_then(
    world: World, home: Home, session: Session
) -> None:
    mark = world.mark(home.child, 58.0)
    score_families(session, NOW)
    mark.percent = 57.0
    session.flush()
    assert score_families(session, NOW + MINUTE).changed == 0, "new evidence alone is no change"
    reason = session.get_one(RiskReason, (home.family.id, "work_below_average"), populate_existing=True)
    assert reason.evidence["percent"] == 57
    mark.percent = 75.0
    session.flush()
    assert score_families(session, NOW + 2 * MINUTE).changed == 1
    silence = {"no_personal_contact", "contact_deficit"}
    assert history(session) == [
        (7, Band.HIGH, {"grade_c_or_below", "work_below_average"} | silence),
        (5, Band.HIGH, {"grade_c_or_below", "work_average"} | silence),
    ]


def test_a_swap_of_codes_at_equal_points_is_a_change(world: World, home: Home, session: Session) -> None:
    absence = world.absence(home.child, occurred_on=None, days=6)
    score_families(session, NOW)
    absence.days = 0
    world.mark(home.child, 82.0)
    assert score_families(session, NOW + MINUTE).changed == 1
    assert [points for points, *_ in history(session)] == [3, 3]


def test_a_score_that_began_later_is_never_overwritten(world: World, home: Home, session: Session) -> None:
    score_families(session, NOW + MINUTE)
    world.mark(home.child, 58.0)
    score_families(session, NOW)
    assert points_of(session, home.family.id) == 2
    score_families(session, NOW, [home.family.id])
    assert points_of(session, home.family.id) == 2
    score_families(session, NOW + 2 * MINUTE)
    assert points_of(session, home.family.id) == 7


def test_given_families_move_and_others_stay(world: World, home: Home, session: Session) -> None:
    other = world.family(sister := world.student(home.school))
    score_families(session, NOW)
    for child in (home.child, sister):
        world.mark(child, 58.0)
    figures = score_families(session, NOW + MINUTE, [other.id, other.id])
    assert (figures.families, figures.changed) == (1, 1)
    assert (points_of(session, other.id), points_of(session, home.family.id)) == (7, 2)
    assert score_families(session, NOW + MINUTE, []).families == 0


def test_a_family_that_left_has_no_score_any_more(world: World, home: Home, session: Session) -> None:
    score_families(session, NOW)
    home.family.ended_at = NOW
    other = world.family(world.student(home.school, active=False))
    assert score_families(session, NOW + MINUTE).families == 0
    assert session.scalars(select(RiskScore.family_id)).all() == []
    assert session.scalars(select(RiskReason.family_id)).all() == []
    assert other.id != home.family.id


def test_a_child_that_moved_away_counts_no_more(world: World, home: Home, session: Session) -> None:
    sister = world.student(home.school)
    family = world.family(sister, world.student(home.school))
    world.mark(sister, 58.0)
    score_families(session, NOW)
    assert points_of(session, family.id) == 7
    member = session.scalars(select(FamilyMember).where(FamilyMember.student_id == sister.id)).one()
    member.until_on = date(2026, 11, 20)
    score_families(session, NOW + MINUTE)
    assert points_of(session, family.id) == 2


def test_a_contact_moves_the_score_in_its_own_transaction(engine: Engine) -> None:
    with Session(engine) as session:
        world = World(session)
        child = world.student(world.school(log_began=date(2026, 8, 17)))
        family = world.family(child)
        score_families(session, NOW)
        world.contact(child)
        score_families(session, NOW + MINUTE, [family.id])
        assert points_of(session, family.id) == 1
        session.rollback()
        assert points_of(session, family.id) == 2


def test_what_a_crashed_run_left_is_swept_and_does_not_count(world: World, home: Home, session: Session) -> None:
    left = scoring._run_name(NOW - scoring.CRASHED_AFTER - MINUTE)
    session.execute(
        insert(RiskStage), [{"run": left, "family_id": home.family.id, "code": "survey_detractor", "points": 4}]
    )
    score_families(session, NOW)
    assert session.scalar(select(func.count()).select_from(RiskStage)) == 0
    assert points_of(session, home.family.id) == 2


def test_a_run_whose_stage_was_emptied_changes_nothing_and_cleans_up(
    world: World, home: Home, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    score_families(session, NOW)
    world.mark(home.child, 58.0)
    session.commit()

    def emptied(run: scoring._Run, _group: str) -> None:
        run.session.execute(delete(RiskStage))

    monkeypatch.setattr(scoring._Run, "stage", emptied)
    with pytest.raises(ScoringInterrupted, match="nothing was changed"):
        score_families(session, NOW + MINUTE)
    assert points_of(session, home.family.id) == 2
    assert session.scalar(select(func.count()).select_from(RiskStage)) == 0


def test_two_scorings_at_once_and_the_later_start_wins(engine: Engine) -> None:
    with Session(engine) as session:
        world = World(session)
        school = world.school(log_began=date(2026, 8, 17))
        for _ in range(40):
            world.mark(child := world.student(school), 58.0)
            world.family(child)
        session.commit()
    faults: list[BaseException] = []

    def run(minutes: int) -> None:
        try:
            with Session(engine) as session:
                score_families(session, NOW + minutes * MINUTE)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(minutes,)) for minutes in (3, 1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with Session(engine) as session:
        assert set(session.scalars(select(RiskScore.computed_at))) == {NOW + 3 * MINUTE}
        assert session.scalar(select(func.count()).select_from(RiskHistory)) == 40
        assert session.scalar(select(func.count()).select_from(RiskStage)) == 0
