"""From an approved outreach to the outbox, and back out of it as long as nothing has left."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from config.tuning import Tuning
from models import (
    GENERAL_NOTICES,
    Address,
    Audience,
    Channel,
    Message,
    MessageKind,
    MessageState,
    Outreach,
    Student,
)
from outreach.delivery import Intent, cancel, enqueue
from outreach.language import _

from .errors import DraftBlocked, NotPossibleNow, NoWayToReach

BY_HAND = "by_hand"
"""The rule of what a person wrote without being asked to."""


def to_outbox(session: Session, row: Outreach, tuning: Tuning, now: datetime, *, by_person: bool = True) -> Message:
    """One message for this outreach, due at its time. The same outreach asked for twice is one message.

    ``by_person``: somebody at a page sends it, and may change their mind: it is due no earlier than ``undo_seconds``
    from now, and until then (as long as it has not left) can be taken back.
    """
    address = session.get(Address, row.address_id) if row.address_id is not None else None
    if address is None:
        raise NoWayToReach(
            _("This family has no address that may be written to; call, or hand the child a note.")
        )  # fmt: skip
    if not row.body:
        raise DraftBlocked(_("This message has no words yet; write them first."))
    rules = tuning.cadence.sending
    earliest = now + timedelta(seconds=rules.undo_seconds) if by_person else now
    due = max(row.send_at or now, earliest)
    return enqueue(
        session,
        Intent(
            key=intent_key(session, row),
            audience=Audience.FAMILY,
            kind=MessageKind.ANSWER if answers(row) else MessageKind.TEACHER,
            channel=row.channel,
            to_kind=address.kind,
            to_value=address.value,
            body=row.body,
            title=row.title if row.channel is Channel.EMAIL else None,
            due_at=due,
            expires_at=due + timedelta(days=rules.stale_after_days),
            automated=row.authored in GENERAL_NOTICES,
            address_id=address.id,
            family_id=row.family_id,
            guardian_id=row.guardian_id,
            staff_id=row.staff_id,
            school_id=_school(session, row),
            student_ids=students_of(row),
            outreach_id=row.id,
            language=row.language,
        ),
        now,
    )


def answers(row: Outreach) -> bool:
    """A person's words to a family that asked something: it counts in no cap, and once delivered answers."""
    return answered_request(row) is not None and row.authored not in GENERAL_NOTICES


def answered_request(row: Outreach) -> int | None:
    """The family's question that its words would answer."""
    request_id = row.evidence.get("request_id")
    return request_id if isinstance(request_id, int) else None


def intent_key(session: Session, row: Outreach) -> str:
    """(rule, what it is about, slot, address, channel); a message taken back before it left makes room for one more.

    By hand the slot is the form's random id, and the day of a weekly one.
    """
    about = row.about or f"family:{row.family_id}"
    taken_back = session.scalar(
        select(func.count()).select_from(Message).where(
            Message.outreach_id == row.id, Message.state == MessageState.CANCELLED
        )
    )  # fmt: skip
    key = f"{row.rule}|{row.family_id}|{about}|{row.slot}|{row.address_id}|{row.channel}"
    return f"{key}|{taken_back}" if taken_back else key


def out_of_outbox(session: Session, row: Outreach, why: str, now: datetime) -> None:
    """Take back the messages of this outreach. Raises :class:`NotPossibleNow` where one is already leaving.

    What failed, and has another standing in for it, stays as it is: there is nothing to take back.
    """
    stand_in = aliased(Message)
    waiting = list(
        session.scalars(
            select(Message).where(
                Message.outreach_id == row.id, Message.state != MessageState.CANCELLED,
                ~exists().where(stand_in.fallback_of_id == Message.id),
            )
        )
    )  # fmt: skip
    for message in waiting:
        if not cancel(session, message.id, why, now):
            raise NotPossibleNow(
                _("This has left already, so it cannot be taken back. Write again, or call, if something was wrong.")
            )


def students_of(row: Outreach) -> tuple[int, ...]:
    """The students this outreach is about."""
    named = row.evidence.get("student_ids") if row.rule == BY_HAND else None
    if isinstance(named, list):
        return tuple(int(one) for one in named if isinstance(one, int))
    return (row.student_id,) if row.student_id is not None else ()


def _school(session: Session, row: Outreach) -> int | None:
    students = students_of(row)
    return session.scalar(select(Student.school_id).where(Student.id == students[0])) if students else None
