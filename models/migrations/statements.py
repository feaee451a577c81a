"""The SQL by which each kind of database makes everything in the models."""

from __future__ import annotations

import re
from functools import cache
from itertools import groupby

from sqlalchemy import Connection, Dialect, create_mock_engine
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import ExecutableDDLElement

import models

DIALECTS: dict[str, Dialect] = {
    # SQLite first: foreign keys that PostgreSQL adds afterwards SQLAlchemy then leaves out of every CREATE TABLE.
    "sqlite": sqlite.dialect(),
    "postgresql": postgresql.dialect(paramstyle="named"),  # type: ignore[no-untyped-call]  # SQLAlchemy has no hints there
}


@cache
def statements() -> dict[str, tuple[str, ...]]:
    """For each kind of database the statements that make every table, index and trigger of the models, in order."""
    return {name: tuple(_compiled(name, dialect)) for name, dialect in DIALECTS.items()}


def run(connection: Connection, statement: str) -> None:
    """Execute ``statement`` as it is written; the driver must not look for parameters in it."""
    connection.execution_options(no_parameters=True).exec_driver_sql(statement)


def _compiled(name: str, dialect: Dialect) -> list[str]:
    made: list[str] = []

    def keep(element: ExecutableDDLElement, *_values: object, **_options: object) -> None:
        text = re.sub(r"[ \t]+$", "", str(element.compile(dialect=dialect)).strip(), flags=re.MULTILINE)
        if text not in made:  # the function behind the triggers is asked for by each table
            made.append(text.replace("\t", "    "))

    models.Base.metadata.create_all(create_mock_engine(f"{name}://", keep), checkfirst=False)
    return [text for of_a_set, run in groupby(made, _of_a_set) for text in (sorted(run) if of_a_set else run)]


def _of_a_set(text: str) -> bool:
    """A table's indexes, and the foreign keys that follow, are sets: left in their order, each writing would differ."""
    return text.startswith(("CREATE INDEX ", "CREATE UNIQUE INDEX ", "ALTER TABLE "))
