"""The morning e-mail: today's families and waiting questions; for a counselor new families and long waits.

At most one a school day, none when nothing is new, never the same thing twice unchanged; first names and links only,
and nothing that a safety alert was raised about. Written at night, sent at each person's own hour.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models import (
    AddressKind,
    Audience,
    Channel,
    DigestItem,
    Message,
    MessageKind,
    Staff,
    StaffRole,
    StaffSchool,
)
from outreach.access import languages_of, works_here
from outreach.delivery import Intent, digest_key, enqueue
from outreach.language import N_, _, speaking, tongue
from outreach.planning import school_days
from outreach.schooltime import local_moment, zones_of_staff

from .digest_items import Item, Section, items_of_staff

SHOWN = 12
"""Lines in each part; the page holds the rest."""
GOOD_FOR = timedelta(hours=14)
"""A morning e-mail that could not leave by the evening is not sent at all."""


class Render(Protocol):
    """Fills a template of ``templates/`` with values, in the language spoken now: ``render("email/digest.txt", …)``."""

    def __call__(self, template: str, /, **values: object) -> str: ...


@dataclass(frozen=True, slots=True)
class DigestFigures:
    prepared: int = 0
    nothing_new: int = 0
    away: int = 0
    """On leave, switched off, or without an e-mail address."""

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Reader:
    staff: Staff
    day: date
    zone: ZoneInfo
    school_id: int


def prepare_digests(session: Session, render: Render, link: str, now: datetime) -> DigestFigures:
    """Put each person's e-mail for the school day ahead into the outbox, due at their hour. Safe to repeat.

    ``link`` is the address of the pages, without a closing slash. Does not commit.
    """
    readers = _readers(session, now)
    done = _written_already(session, [_key(reader) for reader in readers])
    items = items_of_staff(session, now)
    told = _told(session)
    spoken = languages_of(session, [reader.staff.id for reader in readers])
    prepared, nothing_new, away = 0, 0, 0
    for reader in readers:
        if _key(reader) in done:
            continue
        if not _wants(reader):
            away += 1
            continue
        news = [
            item for item in items.get(reader.staff.id, []) if told.get((reader.staff.id, item.key)) != item.standing
        ]
        if not news:
            nothing_new += 1
            continue
        with speaking(spoken.get(reader.staff.id)):
            _write(session, render, reader, news, now, link=link)
        prepared += 1
    return DigestFigures(prepared, nothing_new, away)


def _readers(session: Session, now: datetime) -> list[_Reader]:
    """Teachers, counselors and whoever else owns work, at a school that has a school day ahead; each once."""
    days, zones = school_days(session, now), zones_of_staff(session)
    rows = session.execute(
        select(Staff, StaffSchool.school_id)
        .join(StaffSchool, StaffSchool.staff_id == Staff.id)
        .where(Staff.active, StaffSchool.school_id.in_(days))
        .order_by(Staff.id, StaffSchool.school_id)
    )
    found: dict[int, _Reader] = {}
    for staff, school_id in rows:
        day = days[school_id]
        found.setdefault(staff.id, _Reader(staff, day.day, zones.get(staff.id, day.zone), school_id))
    return list(found.values())


def _wants(reader: _Reader) -> bool:
    staff = reader.staff
    away = staff.leave_from is not None and staff.leave_from <= reader.day
    on_leave = away and (staff.leave_until is None or staff.leave_until >= reader.day)
    return bool(staff.email) and works_here(staff, reader.day) and not (staff.digest_off or on_leave)


def _key(reader: _Reader) -> str:
    return digest_key(reader.staff.id, reader.day.isoformat())


def _written_already(session: Session, keys: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(keys), 500):
        found |= set(
            session.scalars(select(Message.intent_key).where(Message.intent_key.in_(keys[start : start + 500])))
        )
    return found


def _told(session: Session) -> Mapping[tuple[int, str], str]:
    rows = session.execute(select(DigestItem.staff_id, DigestItem.item, DigestItem.standing))
    return {(staff_id, item): standing for staff_id, item, standing in rows}


def _write(
    session: Session, render: Render, reader: _Reader, news: Sequence[Item], now: datetime, *, link: str
) -> None:
    """In the language spoken now."""
    values: dict[str, object] = {
        "language": tongue(), "name": reader.staff.given_name, "link": link, "parts": list(_parts(news)),
        "counselor": reader.staff.role is StaffRole.COUNSELOR,
    }  # fmt: skip
    due = max(local_moment(reader.day, time(reader.staff.digest_hour), reader.zone), now)
    enqueue(
        session,
        Intent(
            key=_key(reader),
            audience=Audience.STAFF,
            kind=MessageKind.DIGEST,
            channel=Channel.EMAIL,
            to_kind=AddressKind.EMAIL,
            to_value=reader.staff.email or "",
            title=render("email/digest_title.txt", **values).strip(),
            body=render("email/digest.txt", **values),
            body_html=render("email/digest.html", **values),
            due_at=due,
            expires_at=due + GOOD_FOR,
            staff_id=reader.staff.id,
            school_id=reader.school_id,
            about_school_work=False,
        ),
        now,
    )
    _remember(session, reader.staff.id, news, now)


@dataclass(frozen=True, slots=True)
class Part:
    """One heading of the e-mail with its lines."""

    section: Section
    heading: str
    lines: tuple[Item, ...]
    more: int
    path: str
    """Where the whole list is."""


HEADINGS = {
    Section.QUESTIONS: (N_("Waiting for your answer"), "/requests"),
    Section.NOT_GONE: (N_("Did not go out, or did not arrive"), "/plan#not-gone"),
    Section.FAMILIES: (N_("Would like to hear from you"), "/"),
    Section.LONG_WAITS: (N_("Waiting too long for an answer"), "/requests"),
    Section.CASES: (N_("New on the list of families to look after"), "/queue"),
}


def _parts(news: Sequence[Item]) -> Iterator[Part]:
    for section, (heading, path) in HEADINGS.items():
        lines = tuple(item for item in news if item.section is section)
        if lines:
            yield Part(section, _(heading), lines[:SHOWN], max(0, len(lines) - SHOWN), path)


def _remember(session: Session, staff_id: int, news: Sequence[Item], now: datetime) -> None:
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    rows = [
        {"staff_id": staff_id, "item": item.key, "standing": item.standing, "told_at": now} for item in news
    ]  # fmt: skip
    statement = dialect.insert(DigestItem).values(rows)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["staff_id", "item"],
            set_={"standing": statement.excluded.standing, "told_at": statement.excluded.told_at},
        )
    )
