"""An import is one transaction: killed in the middle it leaves nothing, and two at once come one after the other."""

from __future__ import annotations

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from sqlalchemy import Engine, func, select

from models import District, Family, ImportRun, Student
from outreach import store
from outreach.roster import ImportFigures
from tests.conftest import REPOSITORY
from tests.roster.oneroster_folder import OneRosterFolder, everything, take

KILLED_AT_THE_RESULTS = """
import os, signal, sys
from pathlib import Path
from outreach import store
from outreach.roster import import_oneroster
from tests.world import NOW

def progress(step):
    if step.file == "results.csv":
        os.kill(os.getpid(), signal.SIGKILL)

with store.session_factory(store.connect(sys.argv[1]))() as session:
    import_oneroster(session, Path(sys.argv[2]), NOW, progress=progress)
    session.commit()
"""


def test_an_import_that_is_killed_leaves_the_database_as_it_was(
    engine: Engine, database_url: str, roster: OneRosterFolder, tmp_path: Path
) -> None:
    folder = roster.write(tmp_path / "sis")
    with store.session_factory(engine)() as session:
        before = everything(session)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_AT_THE_RESULTS, database_url, str(folder)], cwd=REPOSITORY, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    with store.session_factory(engine)() as session:
        assert everything(session) == before
        assert take(session, folder).people["students"] == 2, "and the next import takes all"


def test_two_first_imports_at_once_make_one_district(engine: Engine, roster: OneRosterFolder, tmp_path: Path) -> None:
    folder = roster.write(tmp_path / "sis")
    sessions, both = store.session_factory(engine), Barrier(2)

    def bring(_number: int) -> ImportFigures:
        both.wait()
        with sessions() as session:
            figures = take(session, folder)
            session.commit()
            return figures

    with ThreadPoolExecutor(2) as pool:
        first, second = sorted(pool.map(bring, range(2)), key=lambda figures: figures.changed == 0)
    assert first.changed
    assert not second.changed, "the later one finds everything there"
    with sessions() as session:
        counts = [session.scalar(select(func.count()).select_from(model)) for model in (District, Student, ImportRun)]
        assert counts == [1, 2, 2]
        assert session.scalar(select(func.count()).select_from(Family)) == 1
