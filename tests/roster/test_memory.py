"""A large roster needs no more memory than a small one."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest
from sqlalchemy import Engine

from outreach import store
from outreach.roster import import_oneroster
from tests.roster.oneroster_folder import OneRosterFolder
from tests.world import CHICAGO, NOW

SMALL, LARGE = 1_200, 6_000
"""Users: half students, half parents. The small one already fills more than one chunk of rows."""
MOST = 1.3


def written(folder: Path, users: int) -> Path:
    roster = OneRosterFolder()
    for number in range(users // 2):
        roster.student(f"A{number}", f"P{number}", familyName=f"Family {number}")
        roster.parent(f"P{number}", f"A{number}", sms=f"312-555-{number % 10_000:04}")
    return roster.write(folder)


@pytest.mark.slow
def test_five_times_the_roster_needs_no_more_memory(tmp_path: Path, blank_sqlite: Path) -> None:
    peaks = []
    for users in (SMALL, LARGE):
        folder = written(tmp_path / str(users), users)
        database = tmp_path / f"{users}.sqlite"
        database.write_bytes(blank_sqlite.read_bytes())
        peaks.append(peak(store.connect(f"sqlite:///{database}"), folder))
    assert peaks[1] < MOST * peaks[0], f"{peaks[0]:,} bytes for {SMALL:,} users, {peaks[1]:,} for {LARGE:,}"


def peak(engine: Engine, folder: Path) -> int:
    """Most bytes that Python held while ``folder`` was imported, above what it held before."""
    with store.session_factory(engine)() as session:
        tracemalloc.start()
        try:
            import_oneroster(session, folder, NOW, timezone=CHICAGO)
            session.commit()
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
            engine.dispose()
