"""The schema's history: it makes what the models say, it can be undone, and it carries across what is stored."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import PIPE, Popen

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from models import Base, migrations
from outreach import store
from tests.carried import carried_across, fill

ADDS_A_COLUMN = """
from alembic import op
import sqlalchemy as sa
revision, down_revision = "0002", "0001"
def upgrade():
    with op.batch_alter_table("district") as table:
        table.add_column(sa.Column("motto", sa.Text()))
def downgrade():
    with op.batch_alter_table("district") as table:
        table.drop_column("motto")
"""
FORGETS_ROWS = ADDS_A_COLUMN.replace("def upgrade():", 'def upgrade():\n    op.execute("DELETE FROM on_call")')
MAKES_A_TABLE_ANEW_ON_SQLITE = ADDS_A_COLUMN.replace("district", "consent").replace(
    'add_column(sa.Column("motto", sa.Text()))', 'alter_column("note", nullable=False)'
)
FAILS_HALFWAY = ADDS_A_COLUMN.replace(
    "def upgrade():", "def upgrade():\n    op.create_table('t', sa.Column('a', sa.Text()))"
).replace('add_column(sa.Column("motto", sa.Text()))', 'drop_column("no_such_column")')

UPGRADES = """
import sys
from models import migrations
from outreach import store
print(*migrations.upgrade(store.connect(sys.argv[1])))
"""


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[Engine]:
    """A database without tables, on each kind in turn."""
    made = store.connect(empty_database_url)
    yield made
    made.dispose()


@pytest.fixture
def with_second(tmp_path: Path) -> SecondRevision:
    return SecondRevision(tmp_path / "migrations")


class SecondRevision:
    """The released revisions and a made-up one after the first, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        versions = folder / "versions"
        versions.mkdir(parents=True)
        for name in ("0001_first.py", "0001"):
            (versions / name).symlink_to(migrations.FOLDER / "versions" / name)

    def __call__(self, source: str) -> Path:
        (self.folder / "versions" / "0002_made_up.py").write_text(source)
        return self.folder


def test_migrations_make_exactly_what_the_models_say(empty: Engine) -> None:
    migrations.upgrade(empty)
    assert migrations.drift(empty) == [], "see CONTRIBUTING: make migration"


def test_the_comparison_sees_every_kind_of_difference(empty: Engine) -> None:
    """Without this an empty drift would prove nothing."""
    migrations.upgrade(empty)
    with empty.begin() as connection:
        for statement in (
            "DROP INDEX ix_message_due",
            "CREATE INDEX ix_message_due ON message (due_at)",
            "ALTER TABLE district ADD COLUMN motto TEXT DEFAULT 'semper'",
            "CREATE TABLE stray (id INTEGER PRIMARY KEY)",
            "DROP TRIGGER consent_no_update" + (" ON consent" if empty.dialect.name == "postgresql" else ""),
        ):
            connection.execute(text(statement))
    lines = migrations.drift(empty)
    for words in ("column motto", "index ix_message_due", "table stray", "trigger consent_no_update"):
        assert [line for line in lines if words in line], words
    assert sum("index ix_message_due" in line for line in lines) == 2, "the partial predicate is compared too"


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE hold DROP CONSTRAINT ck_hold_one_target",
        "ALTER TABLE hold ALTER COLUMN note SET NOT NULL",
        "ALTER TABLE hold ALTER COLUMN note TYPE varchar(9)",
        "ALTER TABLE hold DROP CONSTRAINT fk_hold_student_id_student",
        "ALTER TABLE guardianship DROP CONSTRAINT uq_guardianship_student_id_guardian_id",
        "CREATE OR REPLACE FUNCTION outreach_append_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    ],
)
def test_a_constraint_changed_by_hand_is_drift(empty: Engine, change: str) -> None:
    if empty.dialect.name == "sqlite":  # it cannot alter one; the statement is PostgreSQL's
        return
    migrations.upgrade(empty)
    with empty.begin() as connection:
        connection.execute(text(change))
    assert migrations.drift(empty) != []


def test_down_again_leaves_the_schema_as_it_was(empty: Engine) -> None:
    with empty.connect() as connection:
        before = migrations.read_schema(connection)
    assert migrations.upgrade(empty) == migrations.revisions()
    assert migrations.downgrade(empty) == migrations.revisions()[::-1]
    with empty.connect() as connection:
        assert migrations.read_schema(connection) == before == set()
    assert migrations.upgrade(empty) == migrations.revisions(), "and up once more"


def test_each_revision_can_be_undone_by_itself(empty: Engine) -> None:
    for revision in migrations.revisions():
        with empty.connect() as connection:
            before = migrations.read_schema(connection)
        migrations.upgrade(empty, revision)
        migrations.downgrade(empty, "-1")
        with empty.connect() as connection:
            assert migrations.read_schema(connection) == before, revision
        migrations.upgrade(empty, revision)


def test_a_second_upgrade_does_nothing(empty: Engine) -> None:
    assert migrations.pending(empty) == migrations.revisions()
    migrations.upgrade(empty)
    assert migrations.pending(empty) == []
    assert migrations.upgrade(empty) == []


def test_two_upgrades_at_once_make_one_schema(empty: Engine) -> None:
    address = empty.url.render_as_string(hide_password=False)
    processes = [Popen([sys.executable, "-c", UPGRADES, address], stdout=PIPE, text=True) for _ in range(2)]
    moved = [process.communicate(timeout=60)[0].split() for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert sorted(moved) == [[], migrations.revisions()]
    assert migrations.drift(empty) == []


def test_what_is_stored_is_carried_across_every_revision(empty: Engine) -> None:
    """Begins to work with the second revision; the tests below show that it sees a loss."""
    history = migrations.revisions()
    migrations.upgrade(empty, history[0])
    for revision in history[1:]:
        assert carried_across(empty, revision) == [], revision


def test_a_column_added_to_a_full_table_keeps_its_rows(empty: Engine, with_second: SecondRevision) -> None:
    folder = with_second(ADDS_A_COLUMN)
    migrations.upgrade(empty, "0001", folder=folder)
    assert carried_across(empty, "0002", folder=folder) == []


def test_a_revision_that_forgets_rows_is_found_out(empty: Engine, with_second: SecondRevision) -> None:
    folder = with_second(FORGETS_ROWS)
    migrations.upgrade(empty, "0001", folder=folder)
    assert carried_across(empty, "0002", folder=folder) == ["on_call: 2 rows before, 0 after"]


def test_a_table_made_anew_without_its_triggers_is_drift(empty: Engine, with_second: SecondRevision) -> None:
    """What a batch does to an append-only table of SQLite; PostgreSQL alters it in place."""
    migrations.upgrade(empty, folder=with_second(MAKES_A_TABLE_ANEW_ON_SQLITE))
    lost = any("missing: table consent: trigger" in line for line in migrations.drift(empty))
    assert lost is (empty.dialect.name == "sqlite")


def test_a_fault_leaves_the_schema_as_it_was(empty: Engine, with_second: SecondRevision) -> None:
    folder = with_second(FAILS_HALFWAY)
    migrations.upgrade(empty, "0001", folder=folder)
    with empty.connect() as connection:
        before = migrations.read_schema(connection)
    with pytest.raises((DBAPIError, KeyError)):
        migrations.upgrade(empty, folder=folder)
    assert migrations.current(empty) == "0001"
    with empty.connect() as connection:
        assert migrations.read_schema(connection) == before
        if empty.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_every_table_of_the_models_can_be_filled(empty: Engine) -> None:
    """What the test of carrying across rests on: no table is left out of it."""
    migrations.upgrade(empty)
    with empty.begin() as connection:
        filled = fill(connection)
    assert set(filled) == set(Base.metadata.tables)
