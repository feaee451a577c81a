"""Score families: stage what every feature group finds, then apply only the differences in one short write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import Insert, delete, select
from sqlalchemy.orm import Session

from config.tuning import Risk, Tuning
from models import Band, FamilyMember, RiskStage, Student
from outreach.effective import effective_config
from outreach.schooltime import district_day

from .apply import Applying, apply_stage, applying, scored
from .features import GROUPS
from .periods import periods_at
from .scope import Scope, Scoring
from .stage import staging, staging_families

CRASHED_AFTER = timedelta(hours=6)
"""What an earlier run left in the stage for longer than this was left by a crash: a run takes seconds."""

KEPT = 16
"""Sets of weights whose statements are kept."""


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
    session.flush()
    one = _Run(session, Scoring(now, district_day(session, now), periods, family_ids), _run_name(now), tuning)
    staged = one.stage_families()
    for group in GROUPS:
        one.stage(group)
    return one.apply(staged)


def _all(session: Session, now: datetime, run: str) -> ScoringFigures:
    session.execute(delete(RiskStage).where(RiskStage.run < _run_name(now - CRASHED_AFTER)))
    tuning = effective_config(session, now)
    periods = periods_at(session, now, tuning.risk)
    one = _Run(session, Scoring(now, district_day(session, now), periods), run, tuning)
    staged = one.stage_families()
    session.commit()
    for group in GROUPS:
        one.stage(group)
        session.commit()
    figures = one.apply(staged)
    session.commit()
    return figures


def points_under(session: Session, now: datetime, tuning: Tuning) -> dict[int, tuple[int, Band]]:
    """What every family would score at ``now`` by other weights: family to points and band.

    Nothing is applied, and nothing stays behind: the caller's transaction is rolled back.
    """
    periods = periods_at(session, now, tuning.risk)
    one = _Run(session, Scoring(now, district_day(session, now), periods), _run_name(now), tuning)
    try:
        one.stage_families()
        for group in GROUPS:
            one.stage(group)
        return one.points()
    finally:
        session.rollback()


class _Run:
    """One scoring on its way: its statements, and what they leave open."""

    def __init__(self, session: Session, scoring: Scoring, run: str, tuning: Tuning) -> None:
        self.session = session
        self._run, self._risk = run, tuning.risk
        self._made = _statements(tuning.risk, session.get_bind().dialect.name, some=scoring.family_ids is not None)
        self._values = {**scoring.values(tuning.risk), "of_run": run, "of_version": tuning.version}

    def stage_families(self) -> int:
        """How many are scored."""
        connection = self.session.connection()
        connection.execute(self._made.families, self._values)
        return connection.scalars(self._made.apply.staged, self._values).one()

    def stage(self, group: str) -> None:
        self.session.connection().execute(self._made.groups[group], self._values)

    def points(self) -> dict[int, tuple[int, Band]]:
        fresh = scored(self._risk.bands)
        rows = self.session.connection().execute(select(fresh.c.family_id, fresh.c.points, fresh.c.band), self._values)
        return {family_id: (int(points), Band(band)) for family_id, points, band in rows}

    def apply(self, staged: int) -> ScoringFigures:
        figures = apply_stage(self.session.connection(), self._made.apply, self._values, staged)
        _empty(self.session, self._run)
        return ScoringFigures(staged, figures.changed, figures.bands)


@dataclass(frozen=True)
class _Statements:
    families: Insert
    groups: Mapping[str, Insert]
    apply: Applying


_kept: dict[tuple[str, str, bool], _Statements] = {}


def _statements(risk: Risk, dialect: str, *, some: bool) -> _Statements:
    """Made once for each set of weights: to make them takes longer than to score a family by them."""
    key = risk.model_dump_json(), dialect, some
    made = _kept.get(key)
    if made is None:
        scope = Scope(risk, some)
        groups = {group: staging(reasons(scope)) for group, reasons in GROUPS.items()}
        made = _Statements(staging_families(scope), groups, applying(scope, dialect))
        if len(_kept) >= KEPT:
            _kept.clear()
        _kept[key] = made
    return made


def _run_name(now: datetime) -> str:
    """Sorts by the moment of the run; no two runs share one."""
    return f"{now.timestamp():015.3f} {uuid4().hex}"


def _empty(session: Session, run: str) -> None:
    session.execute(delete(RiskStage).where(RiskStage.run == run))
