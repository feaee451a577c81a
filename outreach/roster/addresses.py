"""Addresses and who is reached by them: what the roster gives is kept in step, what people entered is left alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, case, exists, func, select
from sqlalchemy.orm import Session

from models import Address, AddressHealth, AddressKind, ContactPoint, FactSource, Guardian

from .figures import ContactPointFigures
from .phones import ParsedAddress
from .upsert import Values, upsert

AddressKey = tuple[AddressKind, str]


@dataclass(frozen=True)
class Wanted:
    """An address that a row gives a guardian."""

    parsed: ParsedAddress
    texts: bool | None


def guardians_by_key(session: Session, keys: Collection[str]) -> dict[str, int]:
    """Our id for each guardian's sourced id; a guardian merged into another counts as that other."""
    found = session.execute(
        select(Guardian.sourced_id, func.coalesce(Guardian.merged_into_id, Guardian.id)).where(
            Guardian.sourced_id.in_(set(keys))
        )
    )
    return {key: number for key, number in found if key is not None}


def sync_addresses(session: Session, wanted: Mapping[str, Sequence[Wanted]]) -> set[str]:
    """Give each guardian (by sourced id) the addresses ``wanted``; the keys of guardians for whom something changed.

    The health of an address is set when it is first seen and after that only by receipts and people. A contact point
    that a person entered or changed is never touched; one the roster brought and no longer has is put aside. A
    guardian into whom others were merged keeps the addresses of all of them.
    """
    if not wanted:
        return set()
    ids = guardians_by_key(session, wanted)
    addresses = keep_addresses(
        session, {_key(entry.parsed): entry.parsed for each in wanted.values() for entry in each}
    )
    before = _points(session, set(ids.values()))
    merged = set(session.scalars(select(Guardian.merged_into_id).where(Guardian.merged_into_id.in_(ids.values()))))
    rows: dict[tuple[int, int], Values] = {}
    changed: set[str] = set()
    for key, entries in wanted.items():
        guardian_id = ids[key]
        mine = _points_wanted(guardian_id, entries, addresses)
        for pair, row in mine.items():
            old = before.get(pair)
            if old is not None and old.texts is False:
                row["texts"] = False  # the carrier said so; a roster only ever says that a number may get texts
            if old is None or (old.source is FactSource.IMPORTED and not _same(old, row)):
                rows[pair] = row
                changed.add(key)
        surplus = [old for pair, old in before.items() if pair[0] == guardian_id and pair not in mine]
        if guardian_id not in merged and _put_aside(rows, surplus):
            changed.add(key)
    upsert(session, ContactPoint, list(rows.values()), keys=("guardian_id", "address_id"))
    return changed


def _key(parsed: ParsedAddress) -> AddressKey:
    return parsed.kind, parsed.value


def keep_addresses(session: Session, parsed: Mapping[AddressKey, ParsedAddress]) -> dict[AddressKey, int]:
    """Our id of each address, after those that are new were added; one that is here keeps the health it has."""
    rows: list[Values] = [
        {
            "value": one.value, "kind": one.kind, "health": one.health, "health_reason": one.reason,
            "timezone": one.timezone,
        }
        for one in parsed.values()
    ]  # fmt: skip
    upsert(session, Address, rows, keys=("value", "kind"), adjust=lambda _row, _before: {})
    found = session.execute(
        select(Address.kind, Address.value, Address.id).where(Address.value.in_({value for _, value in parsed}))
    )
    return {(kind, value): number for kind, value, number in found}


@dataclass(frozen=True)
class _Point:
    guardian_id: int
    address_id: int
    texts: bool | None
    position: int
    active: bool
    source: FactSource


def _points(session: Session, guardian_ids: Collection[int]) -> dict[tuple[int, int], _Point]:
    found = session.execute(
        select(
            ContactPoint.guardian_id, ContactPoint.address_id, ContactPoint.texts, ContactPoint.position,
            ContactPoint.active, ContactPoint.source,
        ).where(ContactPoint.guardian_id.in_(guardian_ids))
    )  # fmt: skip
    return {(row[0], row[1]): _Point(*row) for row in found}


def _points_wanted(
    guardian_id: int, entries: Sequence[Wanted], addresses: Mapping[AddressKey, int]
) -> dict[tuple[int, int], Values]:
    mine: dict[tuple[int, int], Values] = {}
    for entry in entries:
        pair = guardian_id, addresses[_key(entry.parsed)]
        if pair not in mine:
            mine[pair] = {
                "guardian_id": guardian_id, "address_id": pair[1], "texts": entry.texts, "position": len(mine),
                "active": True, "source": FactSource.IMPORTED,
            }  # fmt: skip
    return mine


def _same(old: _Point, row: Values) -> bool:
    return (old.texts, old.position, old.active) == (row["texts"], row["position"], row["active"])


def _put_aside(rows: dict[tuple[int, int], Values], surplus: Sequence[_Point]) -> bool:
    ended = [old for old in surplus if old.active and old.source is FactSource.IMPORTED]
    for old in ended:
        rows[old.guardian_id, old.address_id] = {**vars(old), "active": False}
    return bool(ended)


def contact_point_figures(session: Session) -> ContactPointFigures:
    """Distinct addresses of active guardians by health, and guardians whom none reaches. Two statements."""
    live = (
        select(Address.id, Address.health)
        .join(ContactPoint, ContactPoint.address_id == Address.id)
        .join(Guardian, Guardian.id == ContactPoint.guardian_id)
        .where(Guardian.active, Guardian.merged_into_id.is_(None), ContactPoint.active)
        .distinct()
        .subquery()
    )
    by_health: dict[AddressHealth, int] = dict(
        session.execute(select(live.c.health, func.count()).group_by(live.c.health)).all()
    )
    point = and_(ContactPoint.guardian_id == Guardian.id, ContactPoint.active)
    any_point = exists().where(point)
    good_point = exists().where(point, Address.id == ContactPoint.address_id, Address.health != AddressHealth.DEAD)
    none, unreachable = session.execute(
        select(
            func.coalesce(func.sum(case((any_point, 0), else_=1)), 0),
            func.coalesce(func.sum(case((good_point, 0), else_=1)), 0),
        ).where(Guardian.active, Guardian.merged_into_id.is_(None))
    ).one()
    return ContactPointFigures(
        usable=by_health.get(AddressHealth.USABLE, 0), doubtful=by_health.get(AddressHealth.DOUBTFUL, 0),
        dead=by_health.get(AddressHealth.DEAD, 0), none=int(none), unreachable=int(unreachable),
    )  # fmt: skip
