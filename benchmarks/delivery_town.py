"""A district with as many families as the benchmark of delivery has messages, each introduced to its school's texts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import insert
from sqlalchemy.orm import Session

from models import (
    Address,
    AddressKind,
    Audience,
    Base,
    Calendar,
    CalendarHours,
    Channel,
    ConfigRevision,
    ContactPoint,
    District,
    Family,
    FamilyMember,
    Guardian,
    Guardianship,
    Message,
    MessageKind,
    MessageState,
    MessageStudent,
    School,
    Staff,
    StaffRole,
    Student,
)

NOW = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
"""A Tuesday, 10:00 in Chicago."""
YEAR_STARTS, YEAR_ENDS = date(2026, 8, 17), date(2027, 5, 28)
WIDE_OPEN = {
    "cadence.sending.texts_per_second": 10_000, "cadence.sending.emails_per_second": 10_000,
    "cadence.spending.monthly_limit": 1_000_000,
}  # fmt: skip
"""What would otherwise, rightly, hold the benchmark back."""
WORDS = "Maya asked for help with fractions today, tried again on her own, and got them right. Well done, Maya!"
ADDRESSES = {Channel.SMS: (AddressKind.PHONE, "+1312{:07d}"), Channel.EMAIL: (AddressKind.EMAIL, "home{}@example.org")}


def build(session: Session, channel: Channel, families: int) -> None:
    """One school with its calendar, one teacher, and ``families`` with one child, one guardian and one address each,
    who had a message ten days ago. Commits."""
    session.add(District(id=1, name="Lakeside Schools", timezone="America/Chicago",
                         consent_basis="Given at registration", consent_basis_at=NOW))  # fmt: skip
    long_ago = NOW - timedelta(days=30)
    session.add(ConfigRevision(in_force_from=long_ago, made_at=long_ago, changes=dict(WIDE_OPEN)))
    session.add(School(id=1, sourced_id="school", name="Lakeside Middle", sms_live_from=YEAR_STARTS,
                       email_live_from=YEAR_STARTS))  # fmt: skip
    session.add(Staff(id=1, given_name="Lucia", family_name="Alvarez", display_name="L. Alvarez",
                      role=StaffRole.TEACHER))  # fmt: skip
    session.flush()
    session.add(Calendar(id=1, school_id=1, first_day=YEAR_STARTS, last_day=YEAR_ENDS))
    session.flush()
    session.add_all(
        CalendarHours(calendar_id=1, weekday=weekday, opens_at=time(8), closes_at=time(16)) for weekday in range(5)
    )
    session.flush()
    for table, rows in _households(channel, range(1, families + 1)):
        session.execute(insert(table), rows)
    session.commit()


def _households(channel: Channel, ids: range) -> Iterator[tuple[type[Base], list[dict[str, object]]]]:
    kind, value = ADDRESSES[channel]
    yield (
        Student,
        [
            {"id": one, "sourced_id": f"s{one}", "school_id": 1, "given_name": "Maya", "family_name": "Delgado"}
            for one in ids
        ],
    )
    yield Guardian, [{"id": one, "given_name": "Rosa", "family_name": "Delgado", "language": "en"} for one in ids]
    yield Guardianship, [{"student_id": one, "guardian_id": one} for one in ids]
    yield Family, [{"id": one, "name": "Delgado", "household_key": f"h{one}", "created_at": NOW} for one in ids]
    yield FamilyMember, [{"family_id": one, "student_id": one, "from_on": YEAR_STARTS} for one in ids]
    yield Address, [{"id": one, "kind": kind, "value": value.format(one)} for one in ids]
    yield ContactPoint, [{"guardian_id": one, "address_id": one} for one in ids]
    yield Message, [_message(channel, one, "before", NOW - timedelta(days=10), sent=True) for one in ids]


def put(session: Session, channel: Channel, ids: range, key: str, due_at: datetime) -> None:
    """One teacher's message to each of these families. Commits."""
    session.execute(insert(Message), [_message(channel, one, key, due_at, sent=False) for one in ids])
    named = insert(MessageStudent).from_select(
        ["message_id", "student_id"], Message.__table__.select().with_only_columns(Message.id, Message.family_id).where(
            Message.intent_key.like(f"{key}|%")
        ),
    )  # fmt: skip
    session.execute(named)
    session.commit()


def _message(channel: Channel, family: int, key: str, due_at: datetime, *, sent: bool) -> dict[str, object]:
    kind, value = ADDRESSES[channel]
    left = {"state": MessageState.DELIVERED, "sent_at": due_at, "accepted_at": due_at} if sent else {}
    return {
        "intent_key": f"{key}|{family}", "audience": Audience.FAMILY, "kind": MessageKind.TEACHER, "channel": channel,
        "to_kind": kind, "to_value": value.format(family), "address_id": family, "family_id": family,
        "guardian_id": family, "staff_id": 1, "school_id": 1, "language": "en", "title": "About Maya",
        "body": WORDS, "created_at": NOW, "due_at": due_at, "expires_at": due_at + timedelta(days=3),
        "segments": 1, "state": MessageState.SCHEDULED, "sent_at": None, "accepted_at": None, **left,
    }  # fmt: skip
