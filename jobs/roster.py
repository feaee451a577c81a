"""Fetch the roster that the SIS dropped, once it is complete and new."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy import select

from models import ImportOrigin, ImportRun, JsonObject, RunState
from outreach.roster import import_oneroster
from outreach.roster.drop import DropState, look_at_drop
from outreach.roster.oneroster import KIND
from outreach.roster.record import attribute, record_refusal
from outreach.roster.rejection import RosterError
from outreach.roster.source import open_delivery
from outreach.upkeep.uploads import forget_old_uploads

from .runs import Sessions

log = structlog.get_logger(__name__)


def sync_roster(sessions: Sessions, path: Path | None, now: datetime) -> JsonObject:
    """Import ``path`` (folder or zip) where its newest file is ten minutes old and its content is new.

    Gives what was done: {"roster": absent | unreadable | growing | unchanged | imported | refused}. One transaction. A
    delivery that is refused leaves the database as it was, says why, and does not stop the night: the families of
    yesterday's roster are still there, and the administrators' page says what was wrong. Files that an administrator
    uploaded and nobody imported are forgotten.
    """
    with sessions.begin() as session:
        forget_old_uploads(session, now)
    found = look_at_drop(path, now)
    if path is None or found.state is DropState.ABSENT:
        return {"roster": "absent"}
    if found.state in (DropState.GROWING, DropState.UNREADABLE):
        return {"roster": found.state.value}
    try:
        return _import(sessions, path, now)
    except RosterError as error:
        log.warning("roster refused", why=str(error))
        with sessions.begin() as session:
            record_refusal(session, KIND, path.resolve().name, error, now, origin=ImportOrigin.NIGHT)
        return {"roster": "refused", "why": str(error)}


def _import(sessions: Sessions, path: Path, now: datetime) -> JsonObject:
    with open_delivery(path) as delivery:
        digest = delivery.digest()
    with sessions.begin() as session:
        newest = select(ImportRun.digest).where(ImportRun.state == RunState.DONE, ImportRun.digest.is_not(None))
        if session.scalar(newest.order_by(ImportRun.id.desc()).limit(1)) == digest:
            return {"roster": "unchanged"}
        figures = import_oneroster(session, path, now)
        attribute(session, figures, ImportOrigin.NIGHT)
    return {"roster": "imported", "people": {**figures.people}}
