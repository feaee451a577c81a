"""The night as a whole: its figures, its repetition, and a crash in its middle."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, sessionmaker

from jobs import nightly
from jobs.scheduler import LEASE
from models import Case, JobRun, Message, Outreach, RiskScore, RunState
from tests.jobs.scene import LINK, build, render
from tests.planning.scene import NIGHT, Scene


def district(scene: Scene) -> None:
    """Three families with a failing child each, whose scores the night has to find by itself."""
    scene.school.log_began = date(2026, 8, 17)
    for _ in range(3):
        child = scene.world.student(scene.school)
        guardian = scene.world.guardian(child)
        scene.world.phone(guardian)
        scene.world.family(child)
        scene.teach(child)
        scene.world.mark(child, 52)


def night(sessions: sessionmaker[Session], **values: object) -> nightly.NightFigures:
    return nightly.run(sessions, render, NIGHT, link=LINK, worker="w", **values)  # type: ignore[arg-type]


def counts(sessions: sessionmaker[Session]) -> dict[str, int]:
    with sessions() as session:
        return {
            noun.__tablename__: session.scalar(select(func.count()).select_from(noun)) or 0
            for noun in (RiskScore, Case, Outreach, Message)
        }


def test_a_night_scores_opens_cases_plans_and_reminds(engine: Engine) -> None:
    sessions = build(engine, district)
    figures = night(sessions)
    assert (figures.slot, figures.attempt, figures.families_scored) == ("2026-11-24", 1, 3)
    assert figures.bands == {"high": 3, "elevated": 0, "low": 0}
    assert (figures.suggested, figures.reminders) == (3, 1)
    assert list(figures.seconds) == ["roster", "owners", "score", "cases", "plan", "remind"]
    assert figures.steps["roster"] == {"roster": "absent"}
    assert counts(sessions) == {"risk_score": 3, "risk_case": 3, "outreach": 3, "message": 1}


def test_a_second_night_of_the_same_date_does_nothing_and_one_by_hand_changes_nothing(engine: Engine) -> None:
    sessions = build(engine, district)
    night(sessions)
    before = counts(sessions)
    assert not night(sessions).ran
    again = night(sessions, again=True)
    assert (again.attempt, again.suggested, again.reminders) == (2, 0, 0)
    assert counts(sessions) == before


@pytest.mark.parametrize("step", ["owners", "score", "cases", "plan", "remind"])
def test_a_crash_in_any_step_and_then_a_repeat_ends_the_same(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    sessions = build(engine, district)
    verbs = {
        "owners": "find_living_owners", "score": "score_families", "cases": "tend_cases",
        "plan": "plan_night", "remind": "prepare_digests",
    }  # fmt: skip
    whole = getattr(nightly, verbs[step])

    def dies_after_its_work(*given: object, **named: object) -> object:
        whole(*given, **named)
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(nightly, verbs[step], dies_after_its_work)
        with pytest.raises(KeyboardInterrupt):
            night(sessions)
    with sessions() as session:
        assert session.scalars(select(JobRun)).one().state is RunState.FAILED
    figures = night(sessions)
    assert figures.attempt == 2
    assert counts(sessions) == {"risk_score": 3, "risk_case": 3, "outreach": 3, "message": 1}


def test_a_roster_that_is_refused_does_not_stop_the_night(engine: Engine, tmp_path: Path) -> None:
    sessions = build(engine, district)
    path = tmp_path / "roster.zip"
    path.write_bytes(b"PK\x03\x04 cut short")
    import os  # noqa: PLC0415

    old = (NIGHT - timedelta(hours=2)).timestamp()
    os.utime(path, (old, old))
    figures = night(sessions, roster=path)
    assert figures.families_scored == 3
    refused = figures.steps["roster"]
    assert isinstance(refused, dict)
    assert refused["roster"] == "refused"
    assert "zip" in str(refused["why"])


def test_a_roster_that_is_still_growing_is_left(engine: Engine, tmp_path: Path) -> None:
    sessions = build(engine, district)
    path = tmp_path / "roster.zip"
    path.write_bytes(b"PK")
    import os  # noqa: PLC0415

    young = (NIGHT - timedelta(minutes=5)).timestamp()
    os.utime(path, (young, young))
    assert night(sessions, roster=path).steps["roster"] == {"roster": "growing"}


def test_a_lease_is_longer_than_the_round_that_renews_it() -> None:
    assert timedelta(seconds=40) < LEASE < nightly.LEASE
