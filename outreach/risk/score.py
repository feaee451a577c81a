"""Score families: stage what every feature group finds, then apply only the differences in one short write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models import Band, FamilyMember, RiskStage, Student
from outreach.effective import effective_config

from .apply import apply_stage, staged_families
from .features import GROUPS
from .periods import periods_at
from .scope import Scope
from .stage import staging, staging_families

CRASHED_AFTER = timedelta(hours=6)
"""What an earlier run left in the stage for longer than this was left by a crash: a run takes seconds."""


@dataclass(frozen=True)
class ScoringFigures:
    families: int
    """Scored: with an active student, not ended."""
    changed: int
    """Whose points, band or set of codes are not what they were; a first score is a change."""
    bands: dict[Band, int]
    """Families in each band, of those scored."""


def score_families(session: Session, now: datetime, family_ids: Sequence[int] | None = None) -> ScoringFigures:
    """Bring the scores of all families, or of the given few, up to ``now`` (which every reason counts from).

    With ``family_ids`` it works inside the caller's transaction and commits nothing: a logged contact and the score
    that it moves are kept or lost together. Without, it **commits** after staging each group and at the end, so that
    on SQLite nobody waits for the whole night; a run that fails leaves scores as they were and the stage empty.
    A score that began later than ``now`` is left alone. Raises :class:`~outreach.risk.ScoringInterrupted` where
    somebody emptied the stage meanwhile.
    """
    if family_ids is not None:
        return _few(session, now, sorted(set(family_ids)))
    run = _run_name(now)
    try:
        return _all(session, now, run)
    except BaseException:
        session.rollback()
        _empty(session, run)
        session.commit()
        raise


def _few(session: Session, now: datetime, family_ids: list[int]) -> ScoringFigures:
    tuning = effective_config(session, now)
    wanted = FamilyMember.family_id.in_(family_ids)
    schools = select(Student.school_id).join(FamilyMember, FamilyMember.student_id == Student.id).where(wanted)
    periods = periods_at(session, now, tuning.risk, list(session.scalars(schools.distinct())))
    scope = Scope(now, tuning.risk, periods, family_ids)
    run = _run_name(now)
    staged = _stage_families(session, scope, run)
    for group in GROUPS:
        _stage_group(session, scope, run, group)
    figures = apply_stage(session, scope, run, staged, tuning.version)
    _empty(session, run)
    return ScoringFigures(staged, figures.changed, figures.bands)


def _all(session: Session, now: datetime, run: str) -> ScoringFigures:
    session.execute(delete(RiskStage).where(RiskStage.run < _run_name(now - CRASHED_AFTER)))
    tuning = effective_config(session, now)
    scope = Scope(now, tuning.risk, periods_at(session, now, tuning.risk))
    staged = _stage_families(session, scope, run)
    session.commit()
    for group in GROUPS:
        _stage_group(session, scope, run, group)
        session.commit()
    figures = apply_stage(session, scope, run, staged, tuning.version)
    _empty(session, run)
    session.commit()
    return ScoringFigures(staged, figures.changed, figures.bands)


def _run_name(now: datetime) -> str:
    """Sorts by the moment of the run; no two runs share one."""
    return f"{now.timestamp():015.3f} {uuid4().hex}"


def _stage_families(session: Session, scope: Scope, run: str) -> int:
    session.execute(staging_families(scope, run))
    return staged_families(session, run)


def _stage_group(session: Session, scope: Scope, run: str, group: str) -> None:
    session.execute(staging(GROUPS[group](scope), run))


def _empty(session: Session, run: str) -> None:
    session.execute(delete(RiskStage).where(RiskStage.run == run))
