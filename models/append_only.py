"""Tables that are only ever added to, and rows that stay as they came. Triggers hold it, so no code path and no console
can rewrite history."""

from __future__ import annotations

from sqlalchemy import DDL, Table, event

SQLITE = (
    "CREATE TRIGGER {table}_no_{name} BEFORE {change} ON {table} "
    "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
)
POSTGRESQL_FUNCTION = (
    "CREATE OR REPLACE FUNCTION outreach_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    "$$BEGIN RAISE EXCEPTION '%% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END$$"
)
POSTGRESQL = (
    "CREATE TRIGGER {table}_no_{name} BEFORE {change} ON {table} FOR EACH ROW EXECUTE FUNCTION outreach_append_only()"
)


def append_only(table: Table) -> None:
    """Give ``table`` triggers, on SQLite and PostgreSQL alike, that refuse every UPDATE and DELETE."""
    _refuse(table, {"update": "UPDATE", "delete": "DELETE"})


def kept_as_it_came(table: Table, column: str) -> None:
    """The same for every DELETE from ``table``, and for every UPDATE that names ``column``; the others may change."""
    _refuse(table, {"delete": "DELETE", f"update_of_{column}": f"UPDATE OF {column}"})


def _refuse(table: Table, changes: dict[str, str]) -> None:
    """``changes``: what ends a trigger's name, and what it refuses."""
    _after_create(table, POSTGRESQL_FUNCTION, "postgresql")
    for name, change in changes.items():
        for dialect, statement in (("sqlite", SQLITE), ("postgresql", POSTGRESQL)):
            _after_create(table, statement.format(table=table.name, name=name, change=change), dialect)


def _after_create(table: Table, statement: str, dialect: str) -> None:
    ddl = DDL(statement)  # type: ignore[no-untyped-call]  # SQLAlchemy's constructor has no annotations
    event.listen(table, "after_create", ddl.execute_if(dialect=dialect))
