"""Tables that are only ever added to. Triggers hold it, so no code path and no console can rewrite history."""

from __future__ import annotations

from sqlalchemy import DDL, Table, event

SQLITE = (
    "CREATE TRIGGER {table}_no_{verb} BEFORE {VERB} ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
)
POSTGRESQL_FUNCTION = (
    "CREATE OR REPLACE FUNCTION outreach_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    "$$BEGIN RAISE EXCEPTION '%% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END$$"
)
POSTGRESQL = (
    "CREATE TRIGGER {table}_no_{verb} BEFORE {VERB} ON {table} FOR EACH ROW EXECUTE FUNCTION outreach_append_only()"
)
VERBS = ("update", "delete")


def append_only(table: Table) -> None:
    """Give ``table`` triggers, on SQLite and PostgreSQL alike, that refuse every UPDATE and DELETE."""
    _after_create(table, POSTGRESQL_FUNCTION, "postgresql")
    for verb in VERBS:
        for dialect, statement in (("sqlite", SQLITE), ("postgresql", POSTGRESQL)):
            _after_create(table, statement.format(table=table.name, verb=verb, VERB=verb.upper()), dialect)


def _after_create(table: Table, statement: str, dialect: str) -> None:
    ddl = DDL(statement)  # type: ignore[no-untyped-call]  # SQLAlchemy's constructor has no annotations
    event.listen(table, "after_create", ddl.execute_if(dialect=dialect))
