"""Write a chunk of rows: one query finds those that exist, one statement adds, one changes. Never a query a row."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import BindParameter, Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from models import Base

Values = dict[str, object]


class Change(StrEnum):
    """What became of one row, the weightiest first."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass
class Tally:
    """Rows of one file."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    deactivated: int = 0
    rejected: int = 0

    def count(self, change: Change) -> None:
        match change:
            case Change.CREATED:
                self.created += 1
            case Change.UPDATED:
                self.updated += 1
            case Change.UNCHANGED:
                self.unchanged += 1

    @property
    def changed(self) -> int:
        return self.created + self.updated + self.deactivated

    def as_json(self) -> dict[str, int]:
        return {
            "created": self.created, "updated": self.updated, "unchanged": self.unchanged,
            "deactivated": self.deactivated, "rejected": self.rejected,
        }  # fmt: skip


def table_of(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


def upsert(
    session: Session,
    model: type[Base],
    rows: Sequence[Values],
    *,
    keys: Sequence[str] = ("sourced_id",),
    on_create: Callable[[Values], Values] | None = None,
    adjust: Callable[[Values, Mapping[str, object]], Values] | None = None,
) -> list[Change]:
    """Make ``model``'s table hold ``rows``; gives what became of each, in order.

    ``rows`` all have the same columns, and each key (the columns ``keys``; the first of them is looked up) once.
    ``on_create`` adds columns to a new row only. ``adjust(row, existing)`` may take back what an import must not
    change; it sees every column of the existing row.
    """
    if not rows:
        return []
    table = table_of(model)
    existing = _existing(session, table, keys, {row[keys[0]] for row in rows})
    added: list[Values] = []
    changed: list[Values] = []
    outcomes: list[Change] = []
    for row in rows:
        before = existing.get(tuple(row[key] for key in keys))
        if before is None:
            added.append({**row, **(on_create(row) if on_create else {})})
            outcomes.append(Change.CREATED)
            continue
        after = adjust(row, before) if adjust else row
        if all(before[column] == value for column, value in after.items()):
            outcomes.append(Change.UNCHANGED)
        else:
            columns = {column: after.get(column, before[column]) for column in row}
            changed.append({f"b_{column}": value for column, value in columns.items()} | {"b_pk": before["id"]})
            outcomes.append(Change.UPDATED)
    if added:
        session.execute(insert(table), added)
    if changed:
        values: dict[str, BindParameter[object]] = {column: bindparam(f"b_{column}") for column in rows[0]}
        session.connection().execute(update(table).where(table.c.id == bindparam("b_pk")).values(values), changed)
    return outcomes


def _existing(
    session: Session, table: Table, keys: Sequence[str], wanted: Collection[object]
) -> dict[tuple[object, ...], Mapping[str, object]]:
    found = session.execute(select(table).where(table.c[keys[0]].in_(wanted))).mappings()
    return {tuple(row[key] for key in keys): dict(row) for row in found}


def ids_by_key(session: Session, model: type[Base], keys: Collection[str]) -> dict[str, int]:
    """Our id of each of the sourced ids ``keys`` that exists, active or not."""
    if not keys:
        return {}
    table = table_of(model)
    found = session.execute(select(table.c.sourced_id, table.c.id).where(table.c.sourced_id.in_(set(keys))))
    return dict(found.all())


def active_ids_by_key(session: Session, model: type[Base], keys: Collection[str]) -> dict[str, tuple[int, bool]]:
    """Our id of each of ``keys`` that exists, and whether it is active."""
    if not keys:
        return {}
    table = table_of(model)
    found = session.execute(
        select(table.c.sourced_id, table.c.id, table.c.active).where(table.c.sourced_id.in_(set(keys)))
    )
    return {key: (number, active) for key, number, active in found}


def deactivate(session: Session, model: type[Base], keys: Collection[str], values: Values | None = None) -> int:
    """End the active rows of ``keys``; how many there were."""
    if not keys:
        return 0
    table = table_of(model)
    ended = session.execute(
        update(table)
        .where(table.c.sourced_id.in_(set(keys)), table.c.active.is_(True))
        .values(active=False, **(values or {}))
    )
    return int(ended.rowcount)  # type: ignore[attr-defined]  # an UPDATE always gives a CursorResult
