"""Shared by every feature group: how a feature row becomes a reason, and how a family's worst child is found."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    Select,
    SQLColumnExpression,
    func,
    literal,
    select,
    union_all,
)

from config.tuning import Risk

from .codes import Code

Reason = Select[int, str, int, object]
Reasons = Reason | CompoundSelect[int, str, int, object]
"""Rows of (family_id, code, points, evidence)."""


def reason(
    features: CTE, code: Code, risk: Risk, evidence: ColumnElement[object], points: ColumnElement[int] | None = None
) -> Reason:
    """One reason for each row of ``features`` (which has ``family_id``); ``points`` where they vary by row."""
    given = literal(risk.factor[code].points) if points is None else points
    return select(
        features.c.family_id, literal(code.value).label("code"), given.label("points"), evidence.label("evidence")
    ).where(given != 0)


def either(*reasons: Reason) -> Reasons:
    return union_all(*reasons)


def worst(features: Select[*tuple[Any, ...]], *order: SQLColumnExpression[Any]) -> CTE:
    """The first row of each family by ``order``: a family's factor takes its worst child, never a sum."""
    family = features.selected_columns.family_id
    place = func.row_number().over(partition_by=family, order_by=order).label("place")
    placed = features.add_columns(place).subquery()
    return select(*(column for column in placed.c if column.name != "place")).where(placed.c.place == 1).cte()
