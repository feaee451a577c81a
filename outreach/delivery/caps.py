"""What counts against the caps of a family and of an address: all that left, but for answers and bare replies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from config.tuning import SendingRules
from models import Contact, ContactStudent, FamilyMember, InboundMessage, Initiator, Message, MessageKind, MessageState

from .gate import AT_ONCE, WEEK
from .states import ON_ITS_WAY
from .stop import stopped


@dataclass(frozen=True, slots=True)
class Sent:
    """When messages left in the last seven days, oldest first."""

    family: tuple[datetime, ...]
    family_automated: tuple[datetime, ...]
    address: tuple[datetime, ...]
    address_automated: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class _Left:
    family_id: int | None
    address_id: int | None
    at: datetime
    automated: bool
    answer: bool
    inbound: str | None


def sent_lately(session: Session, message: Message, now: datetime, rules: SendingRules) -> Sent:
    """What of the last seven days counts against ``message``: for its family, and for its address over all families.

    A message that failed counts where the provider had taken it: the phone may have rung all the same.
    """
    left = _left(session, message, now)
    wrote = _wrote(session, [one for one in left if one.answer], now - WEEK - _answer_days(rules))
    counted = [one for one in left if not (one.answer and _answers(wrote, one.family_id, one.inbound, one.at, rules))]
    mine = [one for one in counted if one.family_id == message.family_id]
    here = [one for one in counted if one.address_id == message.address_id]
    return Sent(_moments(mine), _moments(_automated(mine)), _moments(here), _moments(_automated(here)))


def answers_what_family_wrote(session: Session, message: Message, now: datetime, rules: SendingRules) -> bool:
    """A person's answer to something this family wrote, or said, within ``answer_within_days``: it counts in no cap."""
    if not _is_answer(message.kind, message.automated, message.answers_inbound):
        return False
    this = _Left(message.family_id, message.address_id, now, message.automated, True, message.answers_inbound)
    wrote = _wrote(session, [this], now - _answer_days(rules))
    return _answers(wrote, message.family_id, message.answers_inbound, now, rules)


def ahead_of(session: Session, message: Message, now: datetime) -> int:
    """How many messages to the same family or address are due now and take a scarce place before ``message``.

    Answer, teacher's message, verdict, survey (DESIGN §7.6). What a stop holds back is not waited for.
    """
    kinds = list(MessageKind)
    return session.scalars(
        select(func.count())
        .select_from(Message)
        .where(
            or_(Message.family_id == message.family_id, Message.address_id == message.address_id),
            Message.id != message.id, Message.state == MessageState.SCHEDULED, Message.due_at <= now,
            Message.kind.in_([kind for kind in kinds[: kinds.index(message.kind)] if kind not in AT_ONCE]),
            or_(Message.expires_at.is_(None), Message.expires_at > now), ~stopped(),
        )
    ).one()  # fmt: skip


def _left(session: Session, message: Message, now: datetime) -> list[_Left]:
    counts = or_(
        Message.state.in_(ON_ITS_WAY), and_(Message.state == MessageState.FAILED, Message.accepted_at.is_not(None))
    )
    rows = session.execute(
        select(
            Message.family_id, Message.address_id, Message.sent_at, Message.automated, Message.kind,
            Message.answers_inbound,
        ).where(
            or_(Message.family_id == message.family_id, Message.address_id == message.address_id),
            Message.id != message.id, Message.sent_at > now - WEEK, Message.kind.not_in(AT_ONCE), counts,
        )
        .order_by(Message.sent_at)
    )  # fmt: skip
    return [
        _Left(family, address, at, automated, _is_answer(kind, automated, inbound), inbound)
        for family, address, at, automated, kind, inbound in rows if at is not None
    ]  # fmt: skip


def _is_answer(kind: MessageKind, automated: bool, inbound: str | None) -> bool:
    return not automated and (kind is MessageKind.ANSWER or inbound is not None)


@dataclass(frozen=True, slots=True)
class _Wrote:
    by_family: dict[int, list[datetime]]
    by_inbound: dict[str, datetime]


def _wrote(session: Session, answers: Collection[_Left], since: datetime) -> _Wrote:
    """When the families of ``answers`` last came to us by themselves: by any channel, as our log has it."""
    if not answers:
        return _Wrote({}, {})
    families = {one.family_id for one in answers if one.family_id is not None}
    inbound = {one.inbound for one in answers if one.inbound is not None}
    came = session.execute(
        select(FamilyMember.family_id, Contact.occurred_at)
        .join(ContactStudent, ContactStudent.student_id == FamilyMember.student_id)
        .join(Contact, Contact.id == ContactStudent.contact_id)
        .where(
            FamilyMember.family_id.in_(families), FamilyMember.until_on.is_(None),
            Contact.initiator == Initiator.FAMILY, Contact.voided_at.is_(None), Contact.occurred_at >= since,
        )
    )  # fmt: skip
    by_family: defaultdict[int, list[datetime]] = defaultdict(list)
    for family_id, at in came:
        by_family[family_id].append(at)
    received = session.execute(
        select(InboundMessage.provider_id, InboundMessage.received_at).where(InboundMessage.provider_id.in_(inbound))
    )
    return _Wrote(by_family, {row.provider_id: row.received_at for row in received})


def _answers(wrote: _Wrote, family_id: int | None, inbound: str | None, at: datetime, rules: SendingRules) -> bool:
    moments = list(wrote.by_family.get(family_id, [])) if family_id is not None else []
    if inbound is not None and inbound in wrote.by_inbound:
        moments.append(wrote.by_inbound[inbound])
    return any(at - _answer_days(rules) <= moment <= at for moment in moments)


def _answer_days(rules: SendingRules) -> timedelta:
    return timedelta(days=rules.answer_within_days)


def _automated(left: Iterable[_Left]) -> list[_Left]:
    return [one for one in left if one.automated]


def _moments(left: Iterable[_Left]) -> tuple[datetime, ...]:
    return tuple(one.at for one in left)
