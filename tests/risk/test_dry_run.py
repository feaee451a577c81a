"""What other weights would do is told before anybody decides, and trying changes nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from models import Band, ConfigRevision, JsonObject, RiskHistory, RiskReason, RiskScore, RiskStage, Subject
from outreach.effective import check_changes, effective_config
from outreach.risk import score_families, what_would_move
from tests.world import NOW, World


@pytest.fixture
def town(world: World, session: Session) -> list[int]:
    """Three families at a school whose log began today: failing in math; average in math; with nothing known."""
    school = world.school(log_began=NOW.date())
    families = []
    for percent in (50, 75, None):
        child = world.student(school)
        world.phone(world.guardian(child))
        if percent is not None:
            world.mark(child, percent, Subject.MATH)
        families.append(world.family(child).id)
    session.commit()
    return families


def points(session: Session) -> dict[int, int]:
    return dict(session.execute(select(RiskScore.family_id, RiskScore.points)).all())


def test_a_heavier_weight_moves_exactly_the_families_that_have_the_reason(session: Session, town: list[int]) -> None:
    failing, average, unknown = town
    score_families(session, NOW)
    as_it_is = points(session)
    assert as_it_is[unknown] < as_it_is[average] < as_it_is[failing]

    proposed = check_changes(session, {"risk.factor.work_average.points": 8}, NOW)
    moves = what_would_move(session, NOW, proposed)

    assert moves.families == 3
    assert moves.points_changed == 1
    assert moves.into(Band.HIGH) == 1
    assert moves.out_of(Band.HIGH) == 0
    assert moves.after[Band.HIGH] == moves.before[Band.HIGH] + 1


def test_trying_leaves_scores_history_and_stage_as_they_were(session: Session, town: list[int]) -> None:
    score_families(session, NOW)
    before = points(session), session.scalar(select(func.count()).select_from(RiskHistory))

    what_would_move(session, NOW, check_changes(session, {"risk.bands.high": 1, "risk.bands.elevated": 0}, NOW))
    session.commit()

    assert (points(session), session.scalar(select(func.count()).select_from(RiskHistory))) == before
    assert session.scalar(select(func.count()).select_from(RiskStage)) == 0
    assert effective_config(session, NOW).risk.bands.high == 5


def test_what_has_changed_since_the_last_night_is_not_laid_at_the_weights_door(
    session: Session, town: list[int], world: World
) -> None:
    """The saved scores are of last night; both sides are scored now."""
    score_families(session, NOW)
    session.execute(delete(RiskReason))
    session.execute(delete(RiskScore))
    session.commit()

    moves = what_would_move(session, NOW, effective_config(session, NOW))

    assert (moves.families, moves.moved, moves.points_changed) == (3, {}, 0)


def test_the_prediction_is_what_the_night_then_does(session: Session, town: list[int], world: World) -> None:
    proposed = check_changes(session, {"risk.factor.grade_c_or_below.points": 6}, NOW)
    foretold = what_would_move(session, NOW, proposed).after
    changes: JsonObject = {"risk.factor.grade_c_or_below.points": 6}
    world.add(ConfigRevision(in_force_from=NOW, made_at=NOW, changes=changes))
    session.commit()

    assert score_families(session, NOW).bands == foretold
