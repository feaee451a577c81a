"""The folder or zip in which the SIS drops its export."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

SETTLED = timedelta(minutes=10)
"""Younger files may still be growing."""


class DropState(StrEnum):
    NOT_SET = "not_set"
    """OUTREACH_ROSTER_PATH names none."""
    ABSENT = "absent"
    """There is nothing at the path, or no file in it."""
    UNREADABLE = "unreadable"
    GROWING = "growing"
    """Its newest file is younger than :data:`SETTLED`."""
    READY = "ready"


@dataclass(frozen=True, slots=True)
class Drop:
    state: DropState
    path: Path | None
    changed_at: datetime | None = None
    """When its newest file was written, by this machine's clock."""


def look_at_drop(path: Path | None, now: datetime) -> Drop:
    """How the export stands that the next night would read. ``path``: None where none is set."""
    if path is None:
        return Drop(DropState.NOT_SET, None)
    try:
        newest = max((file.stat().st_mtime for file in _files(path)), default=None)
    except OSError:
        return Drop(DropState.UNREADABLE, path)
    if newest is None:
        return Drop(DropState.ABSENT, path)
    growing = newest > now.timestamp() - SETTLED.total_seconds()
    return Drop(DropState.GROWING if growing else DropState.READY, path, datetime.fromtimestamp(newest, UTC))


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.is_dir():
        yield from (file for file in path.rglob("*") if file.is_file())
