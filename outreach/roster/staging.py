"""Temporary tables of one import: what was named in the files, kept in the database so that memory stays bounded.

They live in the import's own connection and transaction and are dropped at its end. Every statement here is one for a
whole chunk of rows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum

from sqlalchemy import Boolean, Column, Date, Index, Integer, MetaData, Table, Text, insert, select, text
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateIndex, CreateTable

_tables = MetaData()


class Named(StrEnum):
    """What a key was named as."""

    ORG = "org"
    SESSION = "session"
    COURSE = "course"
    SECTION = "section"
    STUDENT = "student"
    GUARDIAN = "guardian"
    STAFF = "staff"
    ENROLLMENT = "enrollment"
    LINE_ITEM = "line_item"
    MARK = "mark"
    STUDENT_WITH_AGENTS = "student_with_agents"
    """A student whose own row lists its agents."""
    REFUSED_USER = "refused_user"
    """A user whose row could not be read; nothing of theirs ends."""


seen = Table(
    "roster_seen", _tables,
    Column("kind", Text, primary_key=True), Column("key", Text, primary_key=True),
    prefixes=["TEMPORARY"],
)  # fmt: skip
"""Keys that a file named and that therefore stay: taken, ended by their status, or rejected for a fault."""

read = Table(
    "roster_read", _tables,
    Column("file", Text, primary_key=True), Column("key", Text, primary_key=True),
    prefixes=["TEMPORARY"],
)  # fmt: skip
"""Keys that stood in a file, to find one that stands there twice."""

role = Table(
    "roster_role", _tables,
    Column("user_key", Text), Column("line", Integer), Column("role", Text), Column("org_key", Text),
    Column("is_primary", Boolean), Column("begins_on", Date), Column("file", Text), Column("key", Text),
    Index("ix_roster_role_user_key", "user_key"),
    prefixes=["TEMPORARY"],
)  # fmt: skip
"""``roles.csv``, to be looked up by user."""

link = Table(
    "roster_link", _tables,
    Column("student_key", Text), Column("guardian_key", Text), Column("line", Integer), Column("by_student", Boolean),
    Index("ix_roster_link", "student_key", "guardian_key"),
    prefixes=["TEMPORARY"],
)  # fmt: skip
"""Students and agents, as named on either's row."""

pair = Table(
    "roster_pair", _tables,
    Column("student_id", Integer, primary_key=True), Column("guardian_id", Integer, primary_key=True),
    prefixes=["TEMPORARY"],
)  # fmt: skip
"""Links that proved good, by our own ids."""

category = Table(
    "roster_category", _tables,
    Column("key", Text, primary_key=True), Column("title", Text),
    prefixes=["TEMPORARY"],
)  # fmt: skip

household = Table(
    "roster_household", _tables,
    Column("student_id", Integer, primary_key=True), Column("household_key", Text),
    Index("ix_roster_household_key", "household_key"),
    prefixes=["TEMPORARY"],
)  # fmt: skip
"""Each active student that no person placed by hand, and what makes its family (``households``)."""


def create(session: Session, *tables: Table) -> None:
    """Make ``tables`` (default: all), empty."""
    connection = session.connection()
    for table in tables or _tables.sorted_tables:
        connection.execute(text(f"DROP TABLE IF EXISTS {table.name}"))
        connection.execute(CreateTable(table))
        for index in table.indexes:
            connection.execute(CreateIndex(index))


def drop(session: Session, *tables: Table) -> None:
    for table in tables or _tables.sorted_tables:
        session.connection().execute(text(f"DROP TABLE IF EXISTS {table.name}"))


def add(session: Session, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    if rows:
        session.execute(insert(table), [dict(row) for row in rows])


def mark_seen(session: Session, kind: Named, keys: Collection[str]) -> None:
    """Note ``keys`` as named; one that is noted already stays noted."""
    wanted = set(keys)
    if not wanted:
        return
    known = set(session.scalars(select(seen.c.key).where(seen.c.kind == kind, seen.c.key.in_(wanted))))
    add(session, seen, [{"kind": kind.value, "key": key} for key in sorted(wanted - known)])


def first_time(session: Session, file: str, keys: Sequence[str]) -> set[str]:
    """Those of ``keys`` that did not stand in ``file`` before; from now on they did."""
    wanted = set(keys)
    known = set(session.scalars(select(read.c.key).where(read.c.file == file, read.c.key.in_(wanted))))
    fresh = wanted - known
    add(session, read, [{"file": file, "key": key} for key in sorted(fresh)])
    return fresh
