"""Is what is stored carried across a migration? Fills every table of the schema as it is then, without the models."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from itertools import combinations, product
from pathlib import Path

from sqlalchemy import Column, Connection, Engine, MetaData, Table, func, insert, inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.types import JSON, Boolean, Date, DateTime, Float, Integer, LargeBinary, String, Time, TypeEngine

from models import migrations
from models.migrations.drift import BOOKKEEPING

LITERAL = re.compile(r"'((?:[^']|'')*)'")
MOST_CHANGES = 3
"""How many values of a row are changed at once in the search for one that its checks allow."""

Value = object
Stored = dict[str, dict[str, list[Value]]]


def carried_across(engine: Engine, revision: str, *, folder: Path = migrations.FOLDER) -> list[str]:
    """Fill every table, upgrade by one to ``revision``, and tell what of the rows is no longer there, a line each."""
    with engine.begin() as connection:
        fill(connection)
    before = _stored(engine)
    migrations.upgrade(engine, revision, folder=folder)
    after = _stored(engine)
    return [line for table in before if table in after for line in _lost(table, before[table], after[table])]


def fill(connection: Connection) -> list[str]:
    """Give every empty table one row with as few NULLs as its constraints allow; gives the tables that have rows.

    Raises ``AssertionError`` where no row of a table can be found: then teach :func:`_rows` its rule.
    """
    schema = MetaData()
    schema.reflect(connection)
    waiting = [table for name, table in schema.tables.items() if name != BOOKKEEPING]
    filled: dict[str, Table] = {}
    while waiting:
        ready = [table for table in waiting if _references(table, needed=True) <= {*filled, table.name}]
        assert ready, f"these refer to one another: {[table.name for table in waiting]}"
        for table in ready:
            _fill(connection, table, filled)
            filled[table.name] = table
            waiting.remove(table)
    return list(filled)


def _fill(connection: Connection, table: Table, filled: dict[str, Table]) -> None:
    """Two rows, so that an order between rows is kept too; one where the table allows no more."""
    if connection.scalar(select(func.count()).select_from(table)):
        return
    for number in range(2):
        found = any(_inserted(connection, table, row) for row in _rows(connection, table, filled, number))
        assert found or number, f"no row of {table.name} satisfies its constraints"


def _inserted(connection: Connection, table: Table, row: dict[str, Value]) -> bool:
    try:
        with connection.begin_nested():
            connection.execute(insert(table).values(row))
    except IntegrityError:
        return False
    return True


def _rows(connection: Connection, table: Table, filled: dict[str, Table], number: int) -> Iterator[dict[str, Value]]:
    """First the full row, then ever more changes of the columns that checks and keys speak of."""
    checks = [check["sqltext"] for check in inspect(connection).get_check_constraints(table.name)]
    given = [column for column in table.columns if column.computed is None]
    options = {column.name: _options(connection, column, checks, filled, number) for column in given}
    row = {name: choices[0] for name, choices in options.items()}
    yield row
    spoken_of = " ".join([*checks, *(column.name for column in table.primary_key)])
    several = [name for name in row if len(options[name]) > 1 and re.search(rf"\b{name}\b", spoken_of)]
    for changes in range(1, MOST_CHANGES + 1):
        for names in combinations(several, changes):
            for values in product(*(options[name][1:] for name in names)):
                yield {**row, **dict(zip(names, values, strict=True))}


def _options(
    connection: Connection, column: Column[object], checks: list[str], filled: dict[str, Table], number: int
) -> list[Value]:
    none: list[Value] = [None] if column.nullable else []
    if column.foreign_keys:
        target = next(iter(column.foreign_keys)).column
        if target.table.name not in filled:
            return none or [number + 1]
        keys = list(connection.scalars(select(target).order_by(target)))
        return [*keys[number:], *keys[:number], *none]
    own = [check for check in checks if re.search(rf"\b{column.name}\b", LITERAL.sub("", check))]
    words: list[Value] = [word for check in own if len(LITERAL.findall(check)) > 1 for word in LITERAL.findall(check)]
    if not words or not isinstance(column.type, String):
        words = [_value(column.type, f"{column.table.name} {column.name}", number)]
    return [*words, *none]


def _value(kind: TypeEngine[object], words: str, number: int) -> Value:
    made: Value = f"{words} {number}"
    if isinstance(kind, JSON):
        made = {"kept": words}
    elif isinstance(kind, LargeBinary):
        made = words.encode()
    elif isinstance(kind, DateTime):
        made = datetime(2026, 11, 24 + number, 16, tzinfo=UTC if kind.timezone else None)
    else:
        plain = {
            Boolean: True,
            Integer: number + 1,
            Float: 0.5 + number,
            Date: date(2026, 11, 24 + number),
            Time: time(8),
        }
        made = next((value for known, value in plain.items() if isinstance(kind, known)), made)
    return made


def _references(table: Table, *, needed: bool) -> set[str]:
    return {
        key.column.table.name
        for column in table.columns
        for key in column.foreign_keys
        if not (needed and column.nullable)
    }


def _stored(engine: Engine) -> Stored:
    schema = MetaData()
    with engine.connect() as connection:
        schema.reflect(connection)
        return {
            name: {
                column.name: list(connection.scalars(select(column).order_by(*table.primary_key.columns)))
                for column in table.columns
            }
            for name, table in schema.tables.items()
            if name != BOOKKEEPING
        }


def _lost(table: str, before: dict[str, list[Value]], after: dict[str, list[Value]]) -> Iterator[str]:
    """What differs in the columns that both have; a column or table that a revision drops, it drops on purpose."""
    kept = [column for column in before if column in after]
    rows, left = len(before[kept[0]]), len(after[kept[0]])
    if rows != left:
        yield f"{table}: {rows} row{'s' if rows != 1 else ''} before, {left} after"
        return
    for column in kept:
        if before[column] != after[column]:
            yield f"{table}.{column}: another value than before"
