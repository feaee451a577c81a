"""The stage between features and scores: one statement puts a group's reasons on it."""

from __future__ import annotations

from typing import cast

from sqlalchemy import Insert, Table, Text, bindparam, insert, literal, select

from models import RiskStage

from .codes import SCORED
from .points import Reasons
from .scope import Scope

COLUMNS = ("run", "family_id", "code", "points", "evidence")
STAGE = cast("Table", RiskStage.__table__)
RUN = bindparam("of_run", type_=Text())
"""Whose rows on the stage a statement is about; given as it is executed."""


def staging(reasons: Reasons) -> Insert:
    """The statement that puts ``reasons`` on the stage."""
    found = reasons.subquery("found")
    rows = select(RUN, found.c.family_id, found.c.code, found.c.points, found.c.evidence)
    return insert(STAGE).from_select(COLUMNS, rows)


def staging_families(scope: Scope) -> Insert:
    """The statement that says which families are scored, with or without reasons."""
    families = scope.families().subquery()
    rows = select(RUN, families.c.family_id, literal(SCORED), literal(0))
    return insert(STAGE).from_select(COLUMNS[:-1], rows)
