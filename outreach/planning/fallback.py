"""What could not reach one address goes by itself to the next of the same guardian, each tried once (DESIGN §7.9).

Never to another guardian, who is only offered; never around an opt-out: who said stop to texts is not chased by
e-mail.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from config.tuning import SendingRules
from models import (
    Address,
    AddressHealth,
    AddressKind,
    Audience,
    Channel,
    ConsentCategory,
    ContactPoint,
    Message,
    MessageKind,
    MessageState,
    MessageStudent,
    Outreach,
    School,
    Staff,
)
from outreach.contacts import students_of_family
from outreach.delivery import Intent, cancel, enqueue, segments_of
from outreach.delivery.consent import has_consent
from outreach.delivery.health import TELLING
from outreach.delivery.wording import LOOKS_LIKE_A_MARK
from outreach.effective import effective_config
from outreach.language import N_
from outreach.schooltime import district_day

from .channel import Reach
from .people import people_of_students
from .wording import STAFF_LANGUAGE
from .words_in_force import language_in_force

log = structlog.get_logger(__name__)
LATELY = timedelta(days=7)
"""How far back failed messages are looked at; most have become stale long before."""
AT_A_TIME = 50
MOVES_ON = (MessageKind.ANSWER, MessageKind.TEACHER, MessageKind.VERDICT, MessageKind.SURVEY, MessageKind.NOTICE)
"""A bare reply to one number (stop, help, the reply at night) means nothing at another."""
ARRIVED_AFTER_ALL = N_("The first message arrived after all.")


def fall_back(session: Session, now: datetime) -> int:
    """Send what failed because of its address on to the guardian's next one; how many were put into the outbox.

    Another number before another channel. The new message is due at once, stale when the first was, passes the gate
    like any other, and stands in for the first one in its outreach. Safe in every worker's tick, also at the same
    moment: one message stands in for another at most once. One that fails here is logged and passed over, and so is
    what finds no way: neither takes a place from those that can go. Does not commit.
    """
    _take_back_needless(session, now)
    made = last = 0
    while made < AT_A_TIME and (found := _failed(session, now, last)):
        for message_id in found:
            last = message_id
            try:
                with session.begin_nested():
                    made += _move_on(session, message_id, now)
            except Exception:
                log.exception("left where it failed", message_id=message_id)
    session.flush()
    return made


def _move_on(session: Session, message_id: int, now: datetime) -> bool:
    message = session.get_one(Message, message_id)
    way = next(_ways(session, message, now), None)
    if way is not None:
        _stand_in(session, message, way, now)
    return way is not None


@dataclass(frozen=True, slots=True)
class _Way:
    channel: Channel
    reach: Reach
    title: str | None


def _failed(session: Session, now: datetime, after: int) -> Sequence[int]:
    """Failed for want of a working address, not yet stale, with nothing standing in, and another address to try: the
    next ones after this id, their rows held."""
    return session.scalars(
        select(Message.id)
        .join(Address, Address.id == Message.address_id)
        .where(
            Message.audience == Audience.FAMILY, Message.state == MessageState.FAILED, Message.sent_at > now - LATELY,
            Message.expires_at > now, Message.kind.in_(MOVES_ON), ~_stood_in_for(), address_is_why(),
            _another_address(), Message.id > after,
        )
        .order_by(Message.id)
        .limit(AT_A_TIME)
        .with_for_update(skip_locked=True, of=Message)
    ).all()  # fmt: skip


def _stood_in_for() -> ColumnElement[bool]:
    stand_in = aliased(Message)
    return exists().where(stand_in.fallback_of_id == Message.id)


def address_is_why() -> ColumnElement[bool]:
    """For a statement over messages with their ``Address``: it is dead, or it is a number that gets no texts."""
    no_texts = exists().where(
        ContactPoint.address_id == Message.address_id,
        ContactPoint.guardian_id == Message.guardian_id,
        ContactPoint.texts.is_(False),
    )
    return or_(
        Address.health == AddressHealth.DEAD, and_(Message.channel == Channel.SMS, no_texts),
        Message.error_code.in_(sorted(TELLING)),
    )  # fmt: skip


def _another_address() -> ColumnElement[bool]:
    """Asked in the same statement, so that what has nowhere to go costs no further one in each tick."""
    point, other = aliased(ContactPoint), aliased(Address)
    return exists().where(
        point.guardian_id == Message.guardian_id, point.active, point.address_id != Message.address_id,
        other.id == point.address_id, other.health != AddressHealth.DEAD, other.kind != AddressKind.POSTAL,
        or_(other.kind == AddressKind.EMAIL, point.texts.is_(None), point.texts.is_(True)),
    )  # fmt: skip


def _ways(session: Session, message: Message, now: datetime) -> Iterator[_Way]:
    """The guardian's addresses not yet tried for this message, best first, with a subject line where one is needed."""
    if message.address_id is None or not has_consent(session, message.address_id, message.channel, message.category):
        return  # who withdrew meanwhile is not written to elsewhere
    tried = _tried(session, message)
    reaches = [reach for reach in _reaches(session, message, now) if reach.address_id not in tried]
    other = Channel.EMAIL if message.channel is Channel.SMS else Channel.SMS
    rules = effective_config(session, now).cadence.sending
    for channel in (message.channel, other):
        if not fits(message, channel, rules):
            continue
        title = message.title or _title(session, message) if channel is Channel.EMAIL else None
        for reach in reaches:
            if channel in reach.channels and _agreed(session, message, reach, channel):
                yield _Way(channel, reach, title)


def _tried(session: Session, message: Message) -> set[int]:
    """The addresses of this message and of all that it stands in for."""
    tried: set[int] = set()
    last: Message | None = message
    while last is not None:
        tried.add(last.address_id or 0)
        last = session.get(Message, last.fallback_of_id) if last.fallback_of_id is not None else None
    return tried


def _reaches(session: Session, message: Message, now: datetime) -> list[Reach]:
    """What reaches this guardian about every student of the message, by the plan's own rules."""
    students = _students(session, message)
    people = people_of_students(session, students, district_day(session, now))
    theirs = [
        [reach for person in people.get(student, []) if person.guardian_id == message.guardian_id
         for reach in person.reaches]
        for student in students
    ]  # fmt: skip
    if not theirs:
        return []
    common = set.intersection(*({reach.address_id for reach in its} for its in theirs))
    return [reach for reach in theirs[0] if reach.address_id in common]


def _students(session: Session, message: Message) -> list[int]:
    named = list(
        session.scalars(
            select(MessageStudent.student_id)
            .where(MessageStudent.message_id == message.id)
            .order_by(MessageStudent.student_id)
        )
    )
    if named or message.family_id is None:
        return named
    return [student.id for student in students_of_family(session, message.family_id)]


def _agreed(session: Session, message: Message, reach: Reach, channel: Channel) -> bool:
    """The plan's people have the consent for school matters; a survey needs its own."""
    if message.category is ConsentCategory.SCHOOL:
        return True
    return has_consent(session, reach.address_id, channel, message.category)


def fits(message: Message, channel: Channel, rules: SendingRules) -> bool:
    """Whether these words may go out on this channel: an e-mail becomes a text only where it is short, and where it
    carries no mark."""
    if channel is message.channel or channel is Channel.EMAIL:
        return True
    short = segments_of(message.body).count <= rules.most_segments
    return short and (rules.grades_in_texts or LOOKS_LIKE_A_MARK.search(message.body) is None)


def _title(session: Session, message: Message) -> str:
    """A plain subject line in the family's language: who writes, and from where."""
    sender = session.get(Staff, message.staff_id) if message.staff_id is not None else None
    school = session.get(School, message.school_id) if message.school_id is not None else None
    key = "from_teacher" if sender is not None else "from_school"
    words = language_in_force(session, message.language).shared("titles", key)
    words = words or language_in_force(session, STAFF_LANGUAGE).shared("titles", key) or "{school}"
    name = sender.display_name if sender is not None else ""
    return words.replace("{teacher}", name).replace("{school}", school.name if school is not None else "").strip(" ,")


def _stand_in(session: Session, message: Message, way: _Way, now: datetime) -> Message:
    made = enqueue(
        session,
        Intent(
            key=f"fallback|{message.id}", audience=message.audience, kind=message.kind, channel=way.channel,
            to_kind=AddressKind.PHONE if way.channel is Channel.SMS else AddressKind.EMAIL, to_value=way.reach.value,
            body=message.body, title=way.title, due_at=now, expires_at=message.expires_at, category=message.category,
            automated=message.automated, address_id=way.reach.address_id, family_id=message.family_id,
            guardian_id=message.guardian_id, staff_id=message.staff_id, school_id=message.school_id,
            student_ids=_named(session, message), outreach_id=message.outreach_id, language=message.language,
            about_school_work=message.about_school_work, urgent=message.urgent,
            answers_inbound=message.answers_inbound,
        ),
        now,
    )  # fmt: skip
    made.fallback_of_id = message.id
    _follow(session, made, way)
    return made


def _named(session: Session, message: Message) -> tuple[int, ...]:
    return tuple(
        session.scalars(select(MessageStudent.student_id).where(MessageStudent.message_id == message.id))
    )  # fmt: skip


def _follow(session: Session, made: Message, way: _Way) -> None:
    """The plan shows the way it takes now, and a weekly message keeps to it."""
    row = session.get(Outreach, made.outreach_id, with_for_update=True) if made.outreach_id is not None else None
    if row is not None:
        row.channel, row.address_id, row.title = way.channel, way.reach.address_id, way.title
    session.flush()


def _take_back_needless(session: Session, now: datetime) -> None:
    """A carrier's late yes: what was to stand in for that message is not sent any more."""
    first = aliased(Message)
    needless = session.scalars(
        select(Message.id)
        .join(first, first.id == Message.fallback_of_id)
        .where(Message.state == MessageState.SCHEDULED, first.state == MessageState.DELIVERED)
    ).all()
    for message_id in needless:
        cancel(session, message_id, ARRIVED_AFTER_ALL, now)
