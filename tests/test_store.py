"""The engine's own rules, on a database that several processes meet at its first moment."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path
from subprocess import PIPE, Popen

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from outreach import store

FIRST_LOOKS = """
import sys
from sqlalchemy import text
from outreach import store
sys.stdin.readline()
for number in range(40):
    engine = store.connect(f"sqlite:///{sys.argv[1]}/{number}.sqlite")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS a (b)"))
    engine.dispose()
"""


def test_processes_that_start_at_once_on_a_new_database_all_begin(tmp_path: Path) -> None:
    looks = [
        Popen([sys.executable, "-c", FIRST_LOOKS, str(tmp_path)], stdin=PIPE, stderr=PIPE, text=True) for _ in range(4)
    ]
    for look in looks:
        assert look.stdin is not None
        look.stdin.write("go\n")
        look.stdin.close()
    said = [look.stderr.read()[-300:] for look in looks if look.stderr is not None]
    for look in looks:
        look.wait(60)
        if look.stderr is not None:
            look.stderr.close()
    assert [look.returncode for look in looks] == [0] * 4, said


def test_a_database_that_another_program_holds_is_waited_for_and_then_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "BUSY_SECONDS", 0.2)
    file = tmp_path / "held.sqlite"
    holder = sqlite3.connect(file)
    holder.execute("PRAGMA locking_mode=EXCLUSIVE")
    holder.execute("CREATE TABLE a (b)")
    holder.commit()
    engine = store.connect(f"sqlite:///{file}")
    with pytest.raises(OperationalError, match="database is locked"), engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    engine.dispose()
    holder.close()
