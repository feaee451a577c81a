"""Where a database's schema differs from the models: everything compared, down to triggers and partial indexes."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator

from sqlalchemy import Connection, Engine, create_engine, inspect
from sqlalchemy.engine.reflection import Inspector
from sqlalchemy.exc import ProgrammingError

from .statements import run, statements

SCRATCH = "outreach_drift"
"""A schema of PostgreSQL that never outlives its transaction."""
BOOKKEEPING = "alembic_version"
AS_WRITTEN = {
    "sqlite": (
        "SELECT tbl_name, type || ' ' || name, sql FROM sqlite_master "
        "WHERE type IN ('trigger', 'index') AND sql IS NOT NULL"
    ),
    "postgresql": (
        "SELECT t.tgrelid::regclass::text, 'trigger ' || t.tgname, pg_get_triggerdef(t.oid, true) FROM pg_trigger t "
        "JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace "
        "UNION ALL "
        "SELECT tablename, 'index ' || indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()"
    ),
}
"""What reflection does not read whole: triggers, and indexes over expressions or a part of the rows."""
FUNCTIONS = "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = current_schema()::regnamespace"


def drift(engine: Engine) -> list[str]:
    """One line for each thing that the database has and the models do not, or the other way round; empty where they
    agree. Changes nothing. PostgreSQL: needs the right to make a schema, for a moment, in a transaction undone."""
    with engine.connect() as connection:
        found = read_schema(connection)
    wanted = _schema_of_models(engine)
    return sorted(
        [f"missing: {line}" for line in wanted - found] + [f"not in the models: {line}" for line in found - wanted]
    )


def read_schema(connection: Connection) -> set[str]:
    """Every fact of the schema as a line of its own, comparable between databases of one kind."""
    on_postgresql = connection.dialect.name == "postgresql"
    schema = connection.exec_driver_sql("SELECT current_schema()").scalar_one() if on_postgresql else None
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", "Skipped unsupported reflection of expression-based index"
        )  # read below, whole
        lines = set(_tables(inspect(connection), schema))
    for table, name, text in connection.exec_driver_sql(AS_WRITTEN[connection.dialect.name]):
        if table != BOOKKEEPING:
            lines.add(f"table {table}: {name}: {_plain(text, schema)}")
    if on_postgresql:
        lines |= {f"function {name}: {_plain(text, schema)}" for name, text in connection.exec_driver_sql(FUNCTIONS)}
    return lines


def _schema_of_models(engine: Engine) -> set[str]:
    if engine.dialect.name == "sqlite":
        empty = create_engine("sqlite://")
        with empty.begin() as connection:
            _make(connection)
            lines = read_schema(connection)
        empty.dispose()
        return lines
    with engine.connect() as connection:
        try:
            connection.exec_driver_sql(f"CREATE SCHEMA {SCRATCH}")
            connection.exec_driver_sql(f"SET LOCAL search_path TO {SCRATCH}")
            _make(connection)
            return read_schema(connection)
        except ProgrammingError as error:
            raise PermissionError("the database user may not make a schema, so drift cannot be told") from error
        finally:
            connection.rollback()


def _make(connection: Connection) -> None:
    for statement in statements()[connection.dialect.name]:
        run(connection, statement)


def _tables(inspector: Inspector, schema: str | None) -> Iterator[str]:
    for (_, table), columns in inspector.get_multi_columns(schema=schema).items():
        if table == BOOKKEEPING:
            continue
        yield f"table {table}"
        for column in columns:
            kind = column["type"].compile(inspector.dialect)
            null = "null" if column["nullable"] else "not null"
            default = _plain(column.get("default") or "none", schema)
            yield f"table {table}: column {column['name']} {kind} {null} default {default}"
    yield from (f"table {table}: {line}" for table, line in _keys(inspector, schema) if table != BOOKKEEPING)


def _keys(inspector: Inspector, schema: str | None) -> Iterator[tuple[str, str]]:
    for (_, table), primary in inspector.get_multi_pk_constraint(schema=schema).items():
        yield table, f"primary key {primary['name']} {primary['constrained_columns']}" if primary else "no primary key"
    for (_, table), foreign in inspector.get_multi_foreign_keys(schema=schema).items():
        for key in foreign:
            target = f"{key['referred_table']} {key['referred_columns']} {sorted(key.get('options', {}).items())}"
            yield table, f"foreign key {key['name']} {key['constrained_columns']} to {target}"
    for (_, table), unique in inspector.get_multi_unique_constraints(schema=schema).items():
        yield from ((table, f"unique {key['name']} {key['column_names']}") for key in unique)
    for (_, table), checks in inspector.get_multi_check_constraints(schema=schema).items():
        yield from ((table, f"check {check['name']}: {_plain(check['sqltext'], schema)}") for check in checks)


def _plain(text: str, schema: str | None) -> str:
    """Without the schema's own name and without line breaks, so that only meaning is compared."""
    bare = re.sub(rf'"?\b{schema}\b"?\.', "", text) if schema else text
    return re.sub(r"\s+", " ", bare).strip()
