"""The statements against a loop in Python that was written apart from them: identical points, codes and evidence."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from benchmarks.loop import score_by_loop
from benchmarks.made_up import build
from benchmarks.scoring import differing, stored
from models import Family, RiskHistory, RiskReason, RiskScore, RiskStage
from outreach.risk import score_families
from tests.world import NOW


@pytest.fixture
def empty(session: Session) -> Session:
    """One database for all examples; each is undone."""
    return session


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 2**32), families=st.integers(1, 25), days=st.sampled_from((-200, -100, -60, 0, 0, 0, 30, 200))
)
def test_sets_and_loop_agree_in_any_district(empty: Session, seed: int, families: int, days: int) -> None:
    now = NOW + timedelta(days=days)
    with empty.begin_nested() as example:
        build(empty, families, seed, NOW, marks_a_subject=2, commit=False)
        score_families(empty, now, list(empty.scalars(select(Family.id))))
        assert differing(stored(empty), dict(score_by_loop(empty, now))) == []
        example.rollback()
    empty.expunge_all()


def test_scoring_given_families_equals_scoring_all(engine: Engine) -> None:
    with Session(engine) as session:
        build(session, 60, 7, NOW, marks_a_subject=2)
        score_families(session, NOW)
        all_at_once = stored(session)
        for model in (RiskReason, RiskScore, RiskHistory):
            session.execute(delete(model))
        for family_id in range(1, 61):
            score_families(session, NOW, [family_id])
        assert stored(session) == all_at_once
        assert len(all_at_once) > 50
        assert session.scalar(select(RiskStage.run).limit(1)) is None


def test_a_larger_district_agrees_family_by_family(engine: Engine) -> None:
    with Session(engine) as session:
        build(session, 500, 2026, NOW, marks_a_subject=2)
        score_families(session, NOW)
        looped = dict(score_by_loop(session, NOW))
        assert differing(stored(session), looped) == []
        assert {code for found in looped.values() for code in found} >= {"inbound_surge", "no_general_notice"}
