"""What the night leaves behind of the roster that lay there: who imported it, or why it was refused."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine, select

from jobs.roster import sync_roster
from models import Account, ImportOrigin, ImportRun, ImportUpload, RunState
from outreach.language import said, speaking
from outreach.roster.drop import DropState, look_at_drop
from outreach.store import session_factory
from tests.roster.oneroster_folder import OneRosterFolder
from tests.world import NOW

LONG_AGO = (NOW - timedelta(hours=3)).timestamp()


def settled(path: Path) -> Path:
    """As if the student system had written it hours ago."""
    for file in path.rglob("*"):
        os.utime(file, (LONG_AGO, LONG_AGO))
    return path


def test_the_night_s_import_says_that_it_was_the_night(engine: Engine, tmp_path: Path) -> None:
    sessions = session_factory(engine)
    path = settled(OneRosterFolder().student("A", "P").parent("P").write(tmp_path / "sis"))
    assert sync_roster(sessions, path, NOW)["roster"] == "imported"
    with sessions() as session:
        [run] = session.scalars(select(ImportRun)).all()
    assert (run.origin, run.state, run.by_account_id) == (ImportOrigin.NIGHT, RunState.DONE, None)


def test_a_refused_roster_is_kept_once_a_night_with_its_reason_in_any_language(engine: Engine, tmp_path: Path) -> None:
    sessions = session_factory(engine)
    folder = OneRosterFolder().student("A", "P").parent("P").write(tmp_path / "sis")
    (folder / "users.csv").write_bytes(b"")
    settled(folder)
    assert sync_roster(sessions, folder, NOW)["roster"] == "refused"
    assert sync_roster(sessions, folder, NOW + timedelta(minutes=15))["roster"] == "refused"
    with sessions() as session:
        [run] = session.scalars(select(ImportRun)).all()
    assert (run.origin, run.state, run.source) == (ImportOrigin.NIGHT, RunState.FAILED, "sis")
    assert "is empty: not even a header" in said(run.error)
    with speaking("es"):
        assert "está vacío: ni siquiera tiene encabezado" in said(run.error)
    sync_roster(sessions, folder, NOW + timedelta(days=1))
    with sessions() as session:
        assert len(session.scalars(select(ImportRun)).all()) == 2, "the next night is another"


def test_an_upload_that_nobody_imported_is_forgotten_in_the_night(engine: Engine) -> None:
    sessions = session_factory(engine)
    with sessions.begin() as session:
        account = Account(email="head@example.org", fs_uniquifier="u", created_at=NOW)
        session.add(account)
        session.flush()
        session.add_all(
            ImportUpload(kind="marks", name=name, content=b"x", figures={}, uploaded_at=at, uploaded_by=account.id)
            for name, at in (("old.csv", NOW - timedelta(hours=25)), ("new.csv", NOW - timedelta(hours=2)))
        )
    sync_roster(sessions, None, NOW)
    with sessions() as session:
        assert session.scalars(select(ImportUpload.name)).all() == ["new.csv"]


def test_how_the_export_lies_there_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "sis"
    assert look_at_drop(None, NOW).state is DropState.NOT_SET
    assert look_at_drop(folder, NOW).state is DropState.ABSENT
    folder.mkdir()
    assert look_at_drop(folder, NOW).state is DropState.ABSENT
    OneRosterFolder().write(folder)
    settled(folder)
    ready = look_at_drop(folder, NOW)
    assert (ready.state, ready.changed_at) == (DropState.READY, NOW - timedelta(hours=3))
    os.utime(folder / "orgs.csv", (NOW.timestamp(), NOW.timestamp()))
    assert look_at_drop(folder, NOW + timedelta(minutes=9)).state is DropState.GROWING
    assert look_at_drop(folder, NOW + timedelta(minutes=11)).state is DropState.READY
