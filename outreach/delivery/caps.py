"""What counts against the caps of a family and of an address: all that left, but for answers and bare replies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, case, exists, or_, select
from sqlalchemy.orm import Session, aliased

from config.tuning import SendingRules
from models import (
    Channel,
    Contact,
    ContactStudent,
    FamilyMember,
    InboundMessage,
    Initiator,
    Message,
    MessageKind,
    MessageState,
    ProviderPause,
)
from outreach.prepared import Asked, Prepared

from .claimed import AnyMessage, Claimed
from .gate import AT_ONCE, WEEK
from .states import ON_ITS_WAY
from .stop import stopped


@dataclass(frozen=True, slots=True)
class Places:
    """What else went, or is about to go, to the family and to the address of one message."""

    family: tuple[datetime, ...]
    """When messages that count left to this family in the last seven days, oldest first. What failed, and has another
    standing in for it at the guardian's next address, reached nobody: the other alone takes the place."""
    family_automated: tuple[datetime, ...]
    address: tuple[datetime, ...]
    """The same for the address, over all families."""
    address_automated: tuple[datetime, ...]
    ahead: int
    """Messages to the same family or address that are due now and take a scarce place first: answer, teacher's
    message, verdict, survey (DESIGN §7.6). What a stop or its provider's pause holds back is not waited for, nor is an
    answer that takes no place."""
    answers_recent: bool
    """It is a person's answer to something this family wrote, or said, within ``answer_within_days``: it counts in no
    cap."""
    words_known_here: bool
    """Somebody else behind this address was sent the very same words on this channel in the last seven days."""


@dataclass(frozen=True, slots=True)
class _Other:
    family_id: int | None
    address_id: int | None
    guardian_id: int | None
    kind: MessageKind
    state: MessageState
    automated: bool
    answers_inbound: str | None
    sent_at: datetime | None
    accepted_at: datetime | None
    expires_at: datetime | None
    channel: Channel
    same_words: bool
    held_back: bool
    """A stop is in force, or its channel's provider is paused."""
    stood_in_for: bool

    @property
    def counts(self) -> bool:
        """It left. What failed counts where the provider had taken it: the phone may have rung all the same."""
        taken = self.state is MessageState.FAILED and self.accepted_at is not None
        return self.sent_at is not None and self.kind not in AT_ONCE and (self.state in ON_ITS_WAY or taken)

    @property
    def moved_on(self) -> bool:
        """It failed because of its address, and goes to the next one: it has its place in the week's count there."""
        return self.state is MessageState.FAILED and self.stood_in_for


_PAUSED = exists().where(
    ProviderPause.provider == case((Message.channel == Channel.SMS, bindparam("texts_by")), else_=bindparam("mail_by")),
    or_(ProviderPause.until_at.is_(None), ProviderPause.until_at > bindparam("now")),
)
_STAND_IN, _THIS = aliased(Message), aliased(Message)
_BODY = select(_THIS.body).where(_THIS.id == bindparam("message_id")).scalar_subquery()
_OTHERS = Prepared(select(
    Message.family_id, Message.address_id, Message.guardian_id, Message.kind, Message.state, Message.automated,
    Message.answers_inbound, Message.sent_at, Message.accepted_at, Message.expires_at, Message.channel,
    (Message.body == _BODY).label("same_words"), or_(stopped(), _PAUSED).label("held_back"),
    exists().where(_STAND_IN.fallback_of_id == Message.id).label("stood_in_for"),
).where(
    or_(Message.family_id == bindparam("family_id"), Message.address_id == bindparam("address_id")),
    Message.id != bindparam("message_id"),
    or_(
        Message.sent_at > bindparam("since"),
        and_(Message.state == MessageState.SCHEDULED, Message.due_at <= bindparam("now")),
    ),
).order_by(Message.sent_at), _Other)  # fmt: skip


def others_at(claimed: Claimed, now: datetime, providers: Mapping[Channel, str]) -> Asked:
    """What else goes, or went, to the family and the address of a message; for :func:`places`.

    ``providers``: the name of the one by which each channel leaves.
    """
    return _OTHERS, {
        "texts_by": providers.get(Channel.SMS), "mail_by": providers.get(Channel.EMAIL),
        "family_id": claimed.family_id, "address_id": claimed.address_id, "message_id": claimed.id,
        "since": now - WEEK, "now": now,
    }  # fmt: skip


def places(
    session: Session, message: AnyMessage, others: Sequence[_Other], now: datetime, rules: SendingRules
) -> Places:
    """What ``message`` has to share its places with, at ``now``, of the ``others`` that were read while its family and
    address were held."""
    left = [one for one in others if one.counts]
    this = _is_answer(message.kind, message.automated, message.answers_inbound)
    first = _before(others, message, now)
    answers = [(one.family_id, one.answers_inbound) for one in (*left, *first) if _answer(one)]
    wrote = _wrote(session, [*answers, *([(message.family_id, message.answers_inbound)] if this else [])],
                   now - WEEK - _answer_days(rules))  # fmt: skip
    counted = [one for one in left if not (_answer(one) and _answers(wrote, one, rules, now))]
    family = message.family_id
    mine = [one for one in counted if family is not None and one.family_id == family and not one.moved_on]
    here = [one for one in counted if one.address_id == message.address_id]
    return Places(
        _moments(mine), _moments(_automated(mine)), _moments(here), _moments(_automated(here)),
        ahead=sum(not (_answer(one) and _answers(wrote, one, rules, now)) for one in first),
        answers_recent=this and wrote.within(message.family_id, message.answers_inbound, now, _answer_days(rules)),
        words_known_here=any(_to_another(one, message) for one in left if one.same_words),
    )  # fmt: skip


def _before(others: Iterable[_Other], message: AnyMessage, now: datetime) -> list[_Other]:
    """What is due now and of a kind that takes a scarce place before ``message``."""
    kinds = list(MessageKind)
    before = [kind for kind in kinds[: kinds.index(message.kind)] if kind not in AT_ONCE]
    return [
        one for one in others
        if one.state is MessageState.SCHEDULED and one.kind in before and not one.held_back
        and (one.expires_at is None or one.expires_at > now)
    ]  # fmt: skip


def _to_another(one: _Other, message: AnyMessage) -> bool:
    """At the same address and on the same channel, but to another person or about another family."""
    here = one.address_id == message.address_id and one.channel is message.channel
    return here and (one.guardian_id, one.family_id) != (message.guardian_id, message.family_id)


def _answer(one: _Other) -> bool:
    return _is_answer(one.kind, one.automated, one.answers_inbound)


def _is_answer(kind: MessageKind, automated: bool, inbound: str | None) -> bool:
    return not automated and (kind is MessageKind.ANSWER or inbound is not None)


@dataclass(frozen=True, slots=True)
class _Wrote:
    """When families last came to us by themselves: by any channel, as our log has it."""

    by_family: dict[int, list[datetime]]
    by_inbound: dict[str, datetime]

    def within(self, family_id: int | None, inbound: str | None, at: datetime, days: timedelta) -> bool:
        moments = list(self.by_family.get(family_id, [])) if family_id is not None else []
        if inbound is not None and inbound in self.by_inbound:
            moments.append(self.by_inbound[inbound])
        return any(at - days <= moment <= at for moment in moments)


def _wrote(session: Session, answers: Collection[tuple[int | None, str | None]], since: datetime) -> _Wrote:
    if not answers:
        return _Wrote({}, {})
    families = {family_id for family_id, _ in answers if family_id is not None}
    inbound = {provider_id for _, provider_id in answers if provider_id is not None}
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


def _answers(wrote: _Wrote, one: _Other, rules: SendingRules, now: datetime) -> bool:
    """To what the family wrote in the days before it left; before now, where it has not left."""
    at = now if one.state is MessageState.SCHEDULED or one.sent_at is None else one.sent_at
    return wrote.within(one.family_id, one.answers_inbound, at, _answer_days(rules))


def _answer_days(rules: SendingRules) -> timedelta:
    return timedelta(days=rules.answer_within_days)


def _automated(left: Iterable[_Other]) -> list[_Other]:
    return [one for one in left if one.automated]


def _moments(left: Sequence[_Other]) -> tuple[datetime, ...]:
    return tuple(one.sent_at for one in left if one.sent_at is not None)
