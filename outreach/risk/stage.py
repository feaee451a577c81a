"""The stage between features and scores: one statement puts a group's reasons on it."""

from __future__ import annotations

from sqlalchemy import insert, literal, select
from sqlalchemy.sql.dml import Insert

from models import RiskStage

from .codes import SCORED
from .points import Reasons
from .scope import Scope

COLUMNS = ("run", "family_id", "code", "points", "evidence")


def staging(reasons: Reasons, run: str) -> Insert:
    """The statement that puts ``reasons`` on the stage of ``run``."""
    found = reasons.subquery("found")
    rows = select(literal(run), found.c.family_id, found.c.code, found.c.points, found.c.evidence)
    return insert(RiskStage).from_select(COLUMNS, rows)


def staging_families(scope: Scope, run: str) -> Insert:
    """The statement that says which families ``run`` scores, with or without reasons."""
    families = scope.families().subquery()
    rows = select(literal(run), families.c.family_id, literal(SCORED), literal(0))
    return insert(RiskStage).from_select(COLUMNS[:-1], rows)
