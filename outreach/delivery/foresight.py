"""What the gate would say, at a time to come, to a message that is not kept yet: for the page on which it is planned.

The gate itself answers (:func:`~outreach.delivery.gate.decide`), over what is known today: windows, the calendar, the
week's counts with what waits in the outbox, holds, money, the first day of a channel. Whether the reader may be written
to at all (consent, rights, health of the address) is asked when the message leaves, as always.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from config.tuning import SendingRules
from models import (
    Address,
    AddressHealth,
    Audience,
    Channel,
    District,
    Guardian,
    Hold,
    Message,
    MessageKind,
    MessageState,
    School,
)
from outreach.prepared import ask
from outreach.schooltime import OpenHours, UnknownZone, load_hours

from .caps import Places, others_at, places
from .claimed import Claimed
from .gate import AT_ONCE, Answer, ChildFacts, GateFacts, Never, NotBefore, SendNow, decide
from .gate_facts import _hold, _zones
from .terms import terms_at
from .windows import next_window

ANY_CHILD = ChildFacts(
    "", enrolled=True, of_age_undecided=False, may_contact=True, holds_rights=True, emergency_only=False
)
"""Stands for the students: about them the gate is asked when the message leaves."""
TRIES = 12
"""How often the next moment may turn out to be held up by something else in its turn."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A message that somebody is about to plan."""

    channel: Channel
    kind: MessageKind
    automated: bool
    family_id: int
    guardian_id: int | None
    address_id: int | None
    """None: nothing is sent (a call, a visit); then no count is kept, and any day will do."""
    student_ids: Collection[int]
    school_id: int
    outreach_id: int | None = None
    """Its own messages in the outbox do not stand in its way."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits in the outbox to the same family or address, and will take a place when its time comes."""

    due_at: datetime
    same_family: bool
    same_address: bool
    automated: bool


@dataclass(frozen=True, slots=True)
class HoldSpan:
    id: int
    from_at: datetime
    until_at: datetime | None

    def covers(self, at: datetime) -> bool:
        return self.from_at <= at and (self.until_at is None or at < self.until_at)


@dataclass(frozen=True, slots=True)
class Foresight:
    """Read once; :meth:`answer` may then be asked about any number of moments."""

    session: Session
    wish: Wish
    now: datetime
    rules: SendingRules
    zones: tuple[ZoneInfo, ...]
    """The reader's, and that of the number's region where it is another. Empty: no zone is set right."""
    hours: OpenHours | None
    sent: Places
    waiting: Sequence[Waiting]
    holds: Sequence[HoldSpan]
    live_from: date | None
    goes_live: bool
    money_from: datetime | None

    @property
    def any_day(self) -> bool:
        """A day without school will do: nothing is sent, or it answers what the family wrote lately."""
        return self.wish.address_id is None or self.sent.answers_recent

    def opens(self, at: datetime, *, any_day: bool | None = None) -> datetime | None:
        """The first moment from ``at`` on that lies in the window, whatever else holds."""
        either = self.any_day if any_day is None else any_day
        return next_window(self.zones, self.hours, at, self.rules, any_day=either) if self.zones else None

    def answer(self, at: datetime, expires_at: datetime | None = None) -> Answer:
        """What the gate would say at ``at``, as far as anybody knows today."""
        return decide(self._facts(at, expires_at), at, self.rules)

    def nearest(self, at: datetime) -> datetime | None:
        """The first moment from ``at`` on at which the gate would say yes; None where there is none in sight."""
        for _try in range(TRIES):
            match self.answer(at):
                case SendNow():
                    return at
                case NotBefore(later, _):
                    at = later
                case Never(_):
                    ends = next((hold.until_at for hold in self.holds if hold.covers(at)), None)
                    if ends is None:
                        return None
                    at = ends
        return None

    def _facts(self, at: datetime, expires_at: datetime | None) -> GateFacts:
        before = [one for one in self.waiting if one.due_at <= at]
        held = [hold.id for hold in self.holds if hold.covers(at)]
        return GateFacts(
            kind=self.wish.kind, automated=self.wish.automated, urgent=self.wish.address_id is None,
            about_school_work=True, expires_at=expires_at, held=_hold(self.session, held) if held else None,
            live_from=self.live_from, goes_live=self.goes_live, reader_active=True, children=(ANY_CHILD,),
            consented=True, health=AddressHealth.USABLE, usable_elsewhere=False, shared_with_barred=False,
            zones=self.zones, hours=self.hours, answers_recent=self.any_day,
            family_sent=(*self.sent.family, *(one.due_at for one in before if one.same_family)),
            family_automated=(
                *self.sent.family_automated, *(one.due_at for one in before if one.same_family and one.automated)
            ),
            address_sent=(*self.sent.address, *(one.due_at for one in before if one.same_address)),
            address_automated=(
                *self.sent.address_automated, *(one.due_at for one in before if one.same_address and one.automated)
            ),
            money_from=self.money_from,
        )  # fmt: skip


def foresee(session: Session, wish: Wish, now: datetime, live: Collection[Channel] = ()) -> Foresight:
    """Everything that :class:`Foresight` rests on; ``live``: the channels that really leave the machine."""
    terms = terms_at(session, now, live=bool(live))
    sends, really = wish.address_id is not None, wish.channel in live
    first_day, zones = _place(session, wish)
    return Foresight(
        session, wish, now, terms.rules, zones, _calendar(session, wish.school_id),
        _sent(session, wish, now, terms.rules) if sends else NOTHING_SENT,
        tuple(_waiting(session, wish)) if sends else (), tuple(_holds(session, wish, now)),
        live_from=first_day if really else None, goes_live=not really or first_day is not None,
        money_from=terms.resumes_at if sends and terms.left <= 0 else None,
    )  # fmt: skip


NOTHING_SENT = Places((), (), (), (), ahead=0, answers_recent=False, words_known_here=False)


def _place(session: Session, wish: Wish) -> tuple[date | None, tuple[ZoneInfo, ...]]:
    """The channel's first day at the school, and the clocks that count."""
    row = session.execute(
        select(
            School.timezone, School.sms_live_from, School.email_live_from, District.timezone,
            select(Guardian.timezone).where(Guardian.id == wish.guardian_id).scalar_subquery(),
            select(Address.timezone).where(Address.id == wish.address_id).scalar_subquery(),
        )
        .outerjoin(District, District.id == 1)
        .where(School.id == wish.school_id)
    ).one()  # fmt: skip
    school, sms_from, email_from, district, own, region = row
    return (sms_from if wish.channel is Channel.SMS else email_from), _zones([own, school, district], region)


def _calendar(session: Session, school_id: int) -> OpenHours | None:
    try:
        return load_hours(session, school_id)
    except UnknownZone:
        return None


def _sent(session: Session, wish: Wish, now: datetime, rules: SendingRules) -> Places:
    """What left in the last seven days and counts, as the gate counts it."""
    itself = Claimed(
        0, "", "", None, now - now, channel=wish.channel, audience=Audience.FAMILY, family_id=wish.family_id,
        address_id=wish.address_id, guardian_id=wish.guardian_id, school_id=wish.school_id,
    )  # fmt: skip
    message = Message(
        kind=wish.kind, automated=wish.automated, channel=wish.channel, family_id=wish.family_id,
        address_id=wish.address_id, guardian_id=wish.guardian_id,
    )  # fmt: skip
    (others,) = ask(session.connection(), others_at(itself, now, {}))
    return places(session, message, others, now, rules)


def _waiting(session: Session, wish: Wish) -> Iterator[Waiting]:
    rows = session.execute(
        select(Message.due_at, Message.family_id, Message.address_id, Message.automated, Message.kind).where(
            Message.state == MessageState.SCHEDULED, Message.audience == Audience.FAMILY,
            or_(Message.family_id == wish.family_id, Message.address_id == wish.address_id),
            or_(Message.outreach_id.is_(None), Message.outreach_id != (wish.outreach_id or 0)),
        )
    )  # fmt: skip
    for due_at, family_id, address_id, automated, kind in rows:
        takes_no_place = kind in AT_ONCE or (kind is MessageKind.ANSWER and not automated)
        if not takes_no_place:
            yield Waiting(due_at, family_id == wish.family_id, address_id == wish.address_id, automated)


def _holds(session: Session, wish: Wish, now: datetime) -> Iterator[HoldSpan]:
    """Those that run, or will, on the family, a student of the message or the school; the oldest first."""
    rows = session.execute(
        select(Hold.id, Hold.from_at, Hold.until_at)
        .where(
            or_(Hold.until_at.is_(None), Hold.until_at > now),
            or_(
                Hold.family_id == wish.family_id, Hold.school_id == wish.school_id,
                Hold.student_id.in_(wish.student_ids),
            ),
        )
        .order_by(Hold.id)
    )  # fmt: skip
    for hold_id, from_at, until_at in rows:
        yield HoldSpan(hold_id, from_at, until_at)
