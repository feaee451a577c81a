"""From stage to score: one short write that changes only what differs, and keeps history of what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Connection,
    CursorResult,
    Delete,
    Insert,
    Select,
    Subquery,
    Table,
    Text,
    Update,
    and_,
    bindparam,
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

from config.tuning import Bands
from models import Band, RiskHistory, RiskReason, RiskScore, RiskStage
from models.base import Json
from models.risk import GROUP, RANKS, queue_place

from .codes import SCHOOL_CAN_MEND, SCORED
from .dialects import list_of
from .errors import ScoringInterrupted
from .scope import Scope
from .stage import RUN, STAGE

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When a score was computed for which room was only just made."""
SCORE, REASON, HISTORY = (cast("Table", model.__table__) for model in (RiskScore, RiskReason, RiskHistory))
VERSION = bindparam("of_version", type_=Text())
"""The configuration that was used."""


@dataclass(frozen=True)
class ApplyFigures:
    changed: int
    bands: dict[Band, int]


@dataclass(frozen=True)
class Applying:
    """The statements of one such write, in their order, made once for all scorings of one kind."""

    staged: Select[int]
    """How many families are on the stage."""
    room: Insert
    held: Select[int]
    newer: Delete
    history: Insert
    score: Sequence[Update]
    reasons: Sequence[Delete | Insert]
    left: Select[int]
    bands: Select[str, int]


def applying(scope: Scope, dialect: str) -> Applying:
    """For families and moment as ``scope`` leaves them open, and the run and the version besides."""
    kind = sqlite if dialect == "sqlite" else postgresql
    return Applying(
        staged=staged_families(), room=_room(kind), held=_held(), newer=_newer(scope),
        history=_history(scope), score=_score(scope), reasons=_reasons(kind), left=_left(scope), bands=_bands(scope),
    )  # fmt: skip


def apply_stage(
    connection: Connection, statements: Applying, values: Mapping[str, object], staged: int
) -> ApplyFigures:  # fmt: skip
    """Write what a run staged for ``staged`` families, in the caller's transaction. ``values``: what the statements
    leave open.

    Families whose score began later than the run keep it. Raises :class:`~outreach.risk.ScoringInterrupted` where the
    stage no longer holds every family.
    """
    if connection.scalars(statements.staged, values).one() != staged:
        raise ScoringInterrupted(
            "What this scoring had staged was removed meanwhile; nothing was changed, run it again."
        )
    connection.execute(statements.room, values)
    connection.execute(statements.held, values)
    connection.execute(statements.newer, values)
    counted = {"preserve_rowcount": True}
    written = connection.execute(statements.history, values, execution_options=counted)
    changed = cast("CursorResult[Any]", written).rowcount
    for write in (*statements.score, *statements.reasons):
        connection.execute(write, values)
    _forget(connection, list(connection.scalars(statements.left, values)))
    bands = connection.execute(statements.bands, values).all()
    return ApplyFigures(changed, dict.fromkeys(Band, 0) | {Band(band): count for band, count in bands})


def _forget(connection: Connection, families: Sequence[int]) -> None:
    """Scores of families that ended or have no student left: they are nobody's to worry about here."""
    for table in (REASON, SCORE) if families else ():
        connection.execute(delete(table).where(table.c.family_id.in_(families)))


def staged_families() -> Select[int]:
    """How many families are on the stage."""
    return select(func.count()).select_from(_families().subquery())


def _families() -> Select[int]:
    return select(RiskStage.family_id).where(RiskStage.run == RUN, RiskStage.code == SCORED)


def _room(kind: Any) -> Insert:
    """A score of nothing for each family that has none, so that there is a row to lock and to compare with."""
    without = _families().where(~exists().where(RiskScore.family_id == RiskStage.family_id))
    rows = without.with_only_columns(
        RiskStage.family_id,
        literal(0),
        literal(Band.LOW.value),
        literal(queue_place(Band.LOW, 0, mends=False)),
        literal(NEVER, RiskScore.computed_at.type),
        literal(""),
    ).order_by(RiskStage.family_id)
    columns = ["family_id", "points", "band", "place", "computed_at", "config_version"]
    made: Insert = kind.insert(SCORE).from_select(columns, rows).on_conflict_do_nothing()
    return made


def _held() -> Select[int]:
    """Lock the scores, in one order for all runs (SQLite holds its one lock already)."""
    ours = select(RiskScore.family_id).where(RiskScore.family_id.in_(_families())).order_by(RiskScore.family_id)
    return select(func.count()).select_from(ours.with_for_update().subquery())


def _newer(scope: Scope) -> Delete:
    """Drop from the stage every family whose score began later than this run."""
    newer = select(RiskScore.family_id).where(RiskScore.computed_at > scope.now)
    return delete(STAGE).where(STAGE.c.run == RUN, STAGE.c.family_id.in_(newer))


def scored(bands: Bands) -> Subquery:
    """One row a staged family: points, band, place in the queue, codes."""
    points = func.sum(RiskStage.points)
    mends = func.max(case((RiskStage.code.in_(sorted(SCHOOL_CAN_MEND)), 1), else_=0))
    codes = cast("Any", list_of(RiskStage.code)).filter(RiskStage.code != SCORED)
    return (
        select(
            RiskStage.family_id, points.label("points"), band_of(points, bands).label("band"),
            place_of(points, mends, bands).label("place"),
            func.coalesce(codes, literal([], Json), type_=Json).label("codes"),
        )
        .where(RiskStage.run == RUN)
        .group_by(RiskStage.family_id)
        .subquery("fresh")
    )  # fmt: skip


def band_of(points: ColumnElement[int], bands: Bands) -> ColumnElement[str]:
    return case(
        (points >= bands.high, Band.HIGH.value), (points >= bands.elevated, Band.ELEVATED.value),
        else_=Band.LOW.value,
    )  # fmt: skip


def place_of(points: ColumnElement[int], mends: ColumnElement[int], bands: Bands) -> ColumnElement[int]:
    """What :func:`models.risk.queue_place` is, in SQL; ``mends``: 1 where school can mend a reason today, else 0."""
    rank = case(
        (points >= bands.high, RANKS.index(Band.HIGH)), (points >= bands.elevated, RANKS.index(Band.ELEVATED)),
        else_=RANKS.index(Band.LOW),
    )  # fmt: skip
    return (2 * rank + 1 - mends) * GROUP - points


def _history(scope: Scope) -> Insert:
    """A row for each family whose points, band or set of codes are not what they were."""
    fresh, differing = scored(scope.risk.bands), _differing_codes()
    rows = (
        select(fresh.c.family_id, fresh.c.points, fresh.c.band, fresh.c.codes, scope.now, VERSION)
        .join(RiskScore, RiskScore.family_id == fresh.c.family_id)
        .where(
            or_(
                RiskScore.computed_at == NEVER, RiskScore.points != fresh.c.points, RiskScore.band != fresh.c.band,
                fresh.c.family_id.in_(differing),
            )
        )
    )  # fmt: skip
    columns = ["family_id", "points", "band", "codes", "computed_at", "config_version"]
    return insert(HISTORY).from_select(columns, rows)


def _differing_codes() -> Select[int]:
    """Families that gained or lost a code: counted once in the stage, once less in the reasons."""
    staged = select(RiskStage.family_id, RiskStage.code, literal(1).label("count")).where(
        RiskStage.run == RUN, RiskStage.code != SCORED
    )
    kept = select(RiskReason.family_id, RiskReason.code, literal(-1)).where(RiskReason.family_id.in_(_families()))
    both = union_all(staged, kept).subquery("both")
    return select(both.c.family_id).group_by(both.c.family_id, both.c.code).having(func.sum(both.c.count) != 0)


def _score(scope: Scope) -> Sequence[Update]:
    fresh = scored(scope.risk.bands)
    differs = or_(SCORE.c.points != fresh.c.points, SCORE.c.band != fresh.c.band, SCORE.c.place != fresh.c.place)
    return (
        update(SCORE)
        .where(SCORE.c.family_id == fresh.c.family_id, differs)
        .values(points=fresh.c.points, band=fresh.c.band, place=fresh.c.place),
        update(SCORE)
        .where(SCORE.c.family_id.in_(_families()))
        .values(computed_at=scope.now, config_version=VERSION),
    )  # fmt: skip


def _reasons(kind: Any) -> Sequence[Delete | Insert]:
    found = and_(STAGE.c.run == RUN, STAGE.c.family_id == REASON.c.family_id, STAGE.c.code == REASON.c.code)
    rows = (
        select(RiskStage.family_id, RiskStage.code, RiskStage.points, RiskStage.evidence)
        .outerjoin(
            RiskReason, and_(RiskReason.family_id == RiskStage.family_id, RiskReason.code == RiskStage.code)
        )
        .where(RiskStage.run == RUN, RiskStage.code != SCORED)
        .where(
            or_(
                RiskReason.family_id.is_(None), RiskReason.points != RiskStage.points,
                RiskReason.evidence != RiskStage.evidence,
            )
        )
    )  # fmt: skip
    made = kind.insert(REASON).from_select(["family_id", "code", "points", "evidence"], rows)
    return (
        delete(REASON).where(REASON.c.family_id.in_(_families()), ~exists().where(found)),
        made.on_conflict_do_update(
            index_elements=["family_id", "code"],
            set_={"points": made.excluded.points, "evidence": made.excluded.evidence},
        ),
    )


def _left(scope: Scope) -> Select[int]:
    """Families with a score that were not scored any more."""
    return (
        select(RiskScore.family_id)
        .where(scope.within(RiskScore.family_id), RiskScore.computed_at <= scope.now)
        .where(RiskScore.family_id.not_in(_families()))
    )


def _bands(scope: Scope) -> Select[str, int]:
    counted = select(RiskScore.band, func.count()).where(scope.within(RiskScore.family_id))
    return counted.group_by(RiskScore.band)
