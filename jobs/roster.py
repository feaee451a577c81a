"""Fetch the roster that the SIS dropped, once it is complete and new."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import select

from models import ImportRun, JsonObject, RunState
from outreach.roster import import_oneroster
from outreach.roster.rejection import RosterError
from outreach.roster.source import open_delivery

from .runs import Sessions

SETTLED = timedelta(minutes=10)
"""Younger files may still be growing."""
log = structlog.get_logger(__name__)


def sync_roster(sessions: Sessions, path: Path | None, now: datetime) -> JsonObject:
    """Import ``path`` (folder or zip) where its newest file is ten minutes old and its content is new.

    Gives what was done: {"roster": absent | growing | unchanged | imported | refused}. One transaction. A delivery
    that is refused leaves the database as it was, says why, and does not stop the night: the families of yesterday's
    roster are still there.
    """
    newest = max((file.stat().st_mtime for file in _files(path)), default=None) if path else None
    if path is None or newest is None:
        return {"roster": "absent"}
    if newest > now.timestamp() - SETTLED.total_seconds():
        return {"roster": "growing"}
    try:
        return _import(sessions, path, now)
    except RosterError as error:
        log.warning("roster refused", why=str(error))
        return {"roster": "refused", "why": str(error)}


def _import(sessions: Sessions, path: Path, now: datetime) -> JsonObject:
    with open_delivery(path) as delivery:
        digest = delivery.digest()
    with sessions.begin() as session:
        newest = select(ImportRun.digest).where(ImportRun.state == RunState.DONE, ImportRun.digest.is_not(None))
        if session.scalar(newest.order_by(ImportRun.id.desc()).limit(1)) == digest:
            return {"roster": "unchanged"}
        figures = import_oneroster(session, path, now)
    return {"roster": "imported", "people": {**figures.people}}


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.is_dir():
        yield from (file for file in path.rglob("*") if file.is_file())
