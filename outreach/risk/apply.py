"""From stage to score: one short write that changes only what differs, and keeps history of what changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Select,
    Subquery,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from config.tuning import Risk
from models import Band, RiskHistory, RiskReason, RiskScore, RiskStage
from models.base import Json

from .codes import SCORED
from .dialects import list_of
from .errors import ScoringInterrupted
from .scope import Scope

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When a score was computed for which room was only just made."""


@dataclass(frozen=True)
class ApplyFigures:
    changed: int
    bands: dict[Band, int]


def apply_stage(session: Session, scope: Scope, run: str, staged: int, version: str) -> ApplyFigures:
    """Write what ``run`` staged for ``staged`` families, in the caller's transaction.

    Families whose score began later than the run keep it. ``version`` names the configuration that was used. Raises
    :class:`~outreach.risk.ScoringInterrupted` where the stage no longer holds every family.
    """
    if staged_families(session, run) != staged:
        raise ScoringInterrupted(
            "What this scoring had staged was removed meanwhile; nothing was changed, run it again."
        )
    _make_room(session, run)
    _leave_newer_scores(session, scope, run)
    changed = _keep_history(session, scope, run, version)
    _update_scores(session, scope, run, version)
    _update_reasons(session, run)
    _forget_families_that_left(session, scope, run)
    return ApplyFigures(changed, _bands(session, scope))


def staged_families(session: Session, run: str) -> int:
    """How many families ``run`` has staged."""
    return session.scalars(select(func.count()).select_from(_families(run).subquery())).one()


def _families(run: str) -> Select[int]:
    return select(RiskStage.family_id).where(RiskStage.run == run, RiskStage.code == SCORED)


def _make_room(session: Session, run: str) -> None:
    """A score of nothing for each family that has none, so that there is a row to lock and to compare with."""
    without = _families(run).where(~exists().where(RiskScore.family_id == RiskStage.family_id))
    rows = without.with_only_columns(
        RiskStage.family_id,
        literal(0),
        literal(Band.LOW.value),
        literal(NEVER, RiskScore.computed_at.type),
        literal(""),
    ).order_by(RiskStage.family_id)
    kind = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement = kind.insert(RiskScore).from_select(
        ["family_id", "points", "band", "computed_at", "config_version"], rows
    )
    session.execute(statement.on_conflict_do_nothing())


def _leave_newer_scores(session: Session, scope: Scope, run: str) -> None:
    """Lock the scores, in one order for all runs (SQLite holds its one lock already), and drop from the stage every
    family whose score began later than this run."""
    ours = select(RiskScore.family_id).where(RiskScore.family_id.in_(_families(run))).order_by(RiskScore.family_id)
    session.execute(select(func.count()).select_from(ours.with_for_update().subquery()))
    newer = select(RiskScore.family_id).where(RiskScore.computed_at > scope.now)
    session.execute(delete(RiskStage).where(RiskStage.run == run, RiskStage.family_id.in_(newer)))


def scored(risk: Risk, run: str) -> Subquery:
    """One row a staged family: points, band, codes."""
    points = func.sum(RiskStage.points)
    codes = cast("Any", list_of(RiskStage.code)).filter(RiskStage.code != SCORED)
    return (
        select(
            RiskStage.family_id, points.label("points"), band_of(points, risk).label("band"),
            func.coalesce(codes, literal([], Json), type_=Json).label("codes"),
        )
        .where(RiskStage.run == run)
        .group_by(RiskStage.family_id)
        .subquery("fresh")
    )  # fmt: skip


def band_of(points: ColumnElement[int], risk: Risk) -> ColumnElement[str]:
    return case(
        (points >= risk.bands.high, Band.HIGH.value), (points >= risk.bands.elevated, Band.ELEVATED.value),
        else_=Band.LOW.value,
    )  # fmt: skip


def _keep_history(session: Session, scope: Scope, run: str, version: str) -> int:
    """A row for each family whose points, band or set of codes are not what they were; returns how many."""
    fresh, differing = scored(scope.risk, run), _differing_codes(run)
    rows = (
        select(
            fresh.c.family_id, fresh.c.points, fresh.c.band, fresh.c.codes,
            literal(scope.now, RiskHistory.computed_at.type), literal(version),
        )
        .join(RiskScore, RiskScore.family_id == fresh.c.family_id)
        .where(
            or_(
                RiskScore.computed_at == NEVER, RiskScore.points != fresh.c.points, RiskScore.band != fresh.c.band,
                fresh.c.family_id.in_(differing),
            )
        )
    )  # fmt: skip
    columns = ["family_id", "points", "band", "codes", "computed_at", "config_version"]
    written = session.execute(
        insert(RiskHistory).from_select(columns, rows), execution_options={"preserve_rowcount": True}
    )
    return cast("CursorResult[Any]", written).rowcount


def _differing_codes(run: str) -> Select[int]:
    """Families that gained or lost a code: counted once in the stage, once less in the reasons."""
    staged = select(RiskStage.family_id, RiskStage.code, literal(1).label("count")).where(
        RiskStage.run == run, RiskStage.code != SCORED
    )
    kept = select(RiskReason.family_id, RiskReason.code, literal(-1)).where(RiskReason.family_id.in_(_families(run)))
    both = union_all(staged, kept).subquery("both")
    return select(both.c.family_id).group_by(both.c.family_id, both.c.code).having(func.sum(both.c.count) != 0)


def _update_scores(session: Session, scope: Scope, run: str, version: str) -> None:
    fresh = scored(scope.risk, run)
    session.execute(
        update(RiskScore)
        .where(RiskScore.family_id == fresh.c.family_id)
        .where(or_(RiskScore.points != fresh.c.points, RiskScore.band != fresh.c.band))
        .values(points=fresh.c.points, band=fresh.c.band)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(RiskScore)
        .where(RiskScore.family_id.in_(_families(run)))
        .values(computed_at=scope.now, config_version=version)
        .execution_options(synchronize_session=False)
    )


def _update_reasons(session: Session, run: str) -> None:
    found = and_(RiskStage.run == run, RiskStage.family_id == RiskReason.family_id, RiskStage.code == RiskReason.code)
    session.execute(
        delete(RiskReason)
        .where(RiskReason.family_id.in_(_families(run)), ~exists().where(found))
        .execution_options(synchronize_session=False)
    )
    rows = (
        select(RiskStage.family_id, RiskStage.code, RiskStage.points, RiskStage.evidence)
        .outerjoin(
            RiskReason, and_(RiskReason.family_id == RiskStage.family_id, RiskReason.code == RiskStage.code)
        )
        .where(RiskStage.run == run, RiskStage.code != SCORED)
        .where(
            or_(
                RiskReason.family_id.is_(None), RiskReason.points != RiskStage.points,
                RiskReason.evidence != RiskStage.evidence,
            )
        )
    )  # fmt: skip
    kind = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement = kind.insert(RiskReason).from_select(["family_id", "code", "points", "evidence"], rows)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["family_id", "code"],
            set_={"points": statement.excluded.points, "evidence": statement.excluded.evidence},
        )
    )


def _forget_families_that_left(session: Session, scope: Scope, run: str) -> None:
    """Scores of families that ended or have no student left: they are nobody's to worry about here."""
    gone = (
        select(RiskScore.family_id)
        .where(scope.within(RiskScore.family_id), RiskScore.computed_at <= scope.now)
        .where(RiskScore.family_id.not_in(_families(run)))
    )
    left = list(session.scalars(gone))
    for model in (RiskReason, RiskScore) if left else ():
        session.execute(delete(model).where(model.family_id.in_(left)).execution_options(synchronize_session=False))


def _bands(session: Session, scope: Scope) -> dict[Band, int]:
    found = session.execute(
        select(RiskScore.band, func.count()).where(scope.within(RiskScore.family_id)).group_by(RiskScore.band)
    )
    return dict.fromkeys(Band, 0) | dict(found.all())
