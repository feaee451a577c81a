"""The few expressions that SQLite and PostgreSQL spell differently: JSON, ISO text, and whole numbers from floats."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Date,
    Float,
    Integer,
    SQLColumnExpression,
    Text,
    bindparam,
    column,
    literal_column,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from models import UtcDateTime
from models.base import Json

TENTHS_OF_THOUSANDTHS = 10_000
"""Percents are summed and compared as whole ten-thousandths, so that a mean of 80 is 80 on every database."""


class _Spelled(FunctionElement[Any]):
    """A function with one spelling a dialect, in :data:`_SPELLINGS`; ``{}`` stands for its arguments."""

    def __init_subclass__(cls) -> None:
        cls.inherit_cache = True
        super().__init_subclass__()


class _JsonObject(_Spelled):
    name = "json_object_of"
    type = Json


class _JsonList(_Spelled):
    name = "json_list_of"
    type = Json


class _Elements(_Spelled):
    name = "elements_of"


class _MomentText(_Spelled):
    name = "moment_text"
    type = Text()


class _DayText(_Spelled):
    name = "day_text"
    type = Text()


class _DayNumber(_Spelled):
    name = "day_number"
    type = BigInteger()


class _Truncated(_Spelled):
    name = "truncated"
    type = BigInteger()


class _IntegerItem(_Spelled):
    name = "integer_item"
    type = Integer()


class _FloatItem(_Spelled):
    name = "float_item"
    type = Float()


class _DayItem(_Spelled):
    name = "day_item"
    type = Date()


class _MomentItem(_Spelled):
    name = "moment_item"
    type = UtcDateTime()


_PG_ITEM = "CAST(jsonb_path_query_first({}) #>> ARRAY[]::text[] AS %s)"
_SPELLINGS: Mapping[str, Mapping[type[_Spelled], str]] = {
    "sqlite": {
        _JsonObject: "json_object({})",
        _JsonList: "json_group_array({})",
        _Elements: "json_each({})",
        _MomentText: "replace(substr({}, 1, 19), ' ', 'T') || 'Z'",
        _DayText: "{}",
        _DayNumber: "CAST(replace({}, '-', '') AS INTEGER)",
        _Truncated: "CAST({} AS INTEGER)",
        _IntegerItem: "json_extract({})",
        _FloatItem: "json_extract({})",
        _DayItem: "json_extract({})",
        _MomentItem: "substr(json_extract({}), 1, 26)",
    },
    "postgresql": {
        _JsonObject: "jsonb_build_object({})",
        _JsonList: "jsonb_agg({0} ORDER BY {0})",
        _Elements: "jsonb_array_elements(CAST({} AS JSONB))",
        _MomentText: """to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')""",
        _DayText: "to_char({}, 'YYYY-MM-DD')",
        _DayNumber: "CAST(to_char({}, 'YYYYMMDD') AS BIGINT)",
        _Truncated: "CAST(floor({}) AS BIGINT)",
        _IntegerItem: _PG_ITEM % "INTEGER",
        _FloatItem: _PG_ITEM % "DOUBLE PRECISION",
        _DayItem: _PG_ITEM % "DATE",
        _MomentItem: _PG_ITEM % "TIMESTAMP WITH TIME ZONE",
    },
}


@compiles(_Spelled)
def _spell(element: _Spelled, compiler: SQLCompiler, **options: object) -> str:
    arguments = ", ".join(compiler.process(clause, **options) for clause in element.clauses)
    spelling = _SPELLINGS[compiler.dialect.name][type(element)]
    return spelling.replace("{0}", arguments).replace("{}", arguments)


def figures(**values: SQLColumnExpression[Any]) -> ColumnElement[object]:
    """Evidence: a JSON object of figures, made in the database. Names come from our own code, never from data."""
    pairs = [part for name, value in values.items() for part in (literal_column(f"'{name}'"), value)]
    return _JsonObject(*pairs)


def list_of(value: SQLColumnExpression[str]) -> FunctionElement[Any]:
    """Aggregate: a JSON list, in no promised order (PostgreSQL sorts, SQLite takes the rows as they come)."""
    return _JsonList(value)


def moment_text(value: SQLColumnExpression[datetime]) -> ColumnElement[str]:
    """A stored moment as ISO 8601 in UTC, to the second: 2026-11-03T15:00:00Z."""
    return _MomentText(value)


def day_text(value: SQLColumnExpression[date]) -> ColumnElement[str]:
    """A date as ISO 8601."""
    return _DayText(value)


LATER = 100_000_000_000
"""More than any id: a day's number times this, plus the id, sorts by day, then by id."""


def newest_first_key(day: SQLColumnExpression[date], id_: SQLColumnExpression[int]) -> ColumnElement[int]:
    """One integer that orders rows by day, then by id; ``key % LATER`` is the id again."""
    return _DayNumber(day) * LATER + id_


def whole(value: SQLColumnExpression[Any], parts: int) -> ColumnElement[int]:
    """``value``, not negative, in whole parts of one, half up: the same integer on every database and in Python
    (``int(value * parts + 0.5)``)."""
    return _Truncated(value * parts + literal_column("0.5", Float))


Cell = int | float | date | datetime | None
_ITEMS: Mapping[type, type[_Spelled]] = {
    int: _IntegerItem,
    float: _FloatItem,
    date: _DayItem,
    datetime: _MomentItem,
}


def table_of(name: str, columns: Mapping[str, type]) -> CTE:
    """Rows made in Python as a common table expression. They are handed over at execution, as one parameter
    (``<name>_rows``) whatever their number: what :func:`rows_of` makes of them."""
    elements = _Elements(bindparam(f"{name}_rows", type_=Text)).table_valued(column("value", Json))
    items = [
        _ITEMS[kind](elements.c.value, literal_column(f"'$[{place}]'")).label(label)
        for place, (label, kind) in enumerate(columns.items())
    ]
    return select(*items).cte(name)


def rows_of(rows: Iterable[Sequence[Cell]]) -> str:
    """The parameter of :func:`table_of`, with the cells in the order of its columns."""
    return json.dumps([[_cell(value) for value in row] for row in rows])


def _cell(value: Cell) -> int | float | str | None:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f+00:00")
    return value.isoformat() if isinstance(value, date) else value
