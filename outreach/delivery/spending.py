"""What sending costs: each message as it leaves, the month against its limit, and where the month is heading.

Costs are estimates from the prices in ``config/cadence.toml``; the provider's bill is what counts. Money is kept in
whole millionths of the district's currency, and no float is ever summed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from config.tuning import SpendingRules
from models import Channel, Message, MessageState, OrgKind, School
from outreach.access import ADMINISTRATORS, Viewer
from outreach.access.grants import require_role
from outreach.language import _
from outreach.schooltime import hours_book, local_moment, zone_of_district

from .providers.sandbox import Sandbox
from .states import ON_ITS_WAY
from .windows import may_write_on

MICROS = 1_000_000
"""Millionths in one unit of the currency."""
CENT = Decimal("0.01")
HALF_A_CENT = MICROS // 200
DAY = timedelta(days=1)
SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}
NEARLY = Decimal("0.8")
"""From this share of the limit on, administrators and ``doctor`` say so."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one school sent on one channel this month."""

    school: str | None
    """None: messages to staff, which belong to no school."""
    channel: Channel
    messages: int
    segments: int
    """Of texts; 0 for e-mails."""
    micros: int


@dataclass(frozen=True, slots=True)
class MonthOfSpending:
    """One month by the district's clock, for the schools that the viewer answers for. All money in millionths."""

    first_day: date
    resumes_on: date
    """The first day of the next month, when a limit that was reached no longer holds."""
    currency: str
    spent: int
    pretended: int
    """What the sandbox's messages would have cost; nobody pays it."""
    only_pretended: bool
    """``spent`` is that, and nothing else; otherwise ``pretended`` is no part of it."""
    forecast: int | None
    """Of the whole month; None before there is a school day to judge by."""
    limit: int | None
    """The district's; None for who does not administer the whole district."""
    limit_reached: bool
    shares: Sequence[Share]

    @property
    def nearly_reached(self) -> bool:
        """Four fifths of the limit are spent."""
        return self.limit is not None and self.spent >= self.limit * NEARLY


@dataclass(frozen=True, slots=True)
class _Month:
    zone: ZoneInfo
    today: date
    first_day: date
    next_first_day: date

    @property
    def begins(self) -> datetime:
        return local_moment(self.first_day, time.min, self.zone)

    @property
    def ends(self) -> datetime:
        return local_moment(self.next_first_day, time.min, self.zone)


def cost_of(channel: Channel, segments: int | None, rules: SpendingRules) -> int:
    """What one message is taken to cost, in millionths of the currency, rounded half even.

    ``segments`` of a text (None counts as one); an e-mail costs the same whatever its length.
    """
    if channel is Channel.EMAIL:
        return _micros(rules.email_price)
    return _micros(rules.text_segment_price) * (1 if segments is None else segments)


def cost_limit(rules: SpendingRules) -> int:
    """The month's limit in millionths of the currency."""
    return _micros(rules.monthly_limit)


def left_this_month(session: Session, now: datetime, rules: SpendingRules, live: bool = False) -> int:
    """Millionths left of the monthly limit at ``now``; negative where it was passed.

    Counts everything that is on its way or that a provider took, to families and to staff. What only the sandbox
    took counts while no channel is ``live`` and nothing was really spent this month, so that the limit can be tried
    without an account, and the tries never hold up the first live day.
    """
    running = _month_of(session, now)
    return cost_limit(rules) - _counted(*_spent(session, running.begins, running.ends, None), live)


def next_month(session: Session, now: datetime) -> datetime:
    """The moment (UTC) at which the next month begins by the district's clock: the limit holds until then."""
    return _month_of(session, now).ends


def month(session: Session, viewer: Viewer, now: datetime, rules: SpendingRules, live: bool = False) -> MonthOfSpending:
    """The running month: of the district, or of the viewer's own schools alone. ``live``: a channel
    really leaves the machine. Raises :class:`NotAllowed`."""
    require_role(viewer, *ADMINISTRATORS)
    running = _month_of(session, now)
    mine = None if viewer.sees_district else Message.school_id.in_(viewer.school_ids)
    real, pretended = _spent(session, running.begins, running.ends, mine)
    spent = _counted(real, pretended, live)
    return MonthOfSpending(
        first_day=running.first_day, resumes_on=running.next_first_day, currency=rules.currency,
        spent=spent, pretended=pretended, only_pretended=not live and not real,
        forecast=_forecast(session, viewer, running, mine, spent, rules, live),
        limit=cost_limit(rules) if viewer.sees_district else None,
        limit_reached=left_this_month(session, now, rules, live) <= 0, shares=_shares(session, running, mine),
    )  # fmt: skip


def money(micros: int, currency: str) -> str:
    """An amount as a person reads it, to the hundredth, rounded half even: ``$31.24``, ``CAD 31.24``.

    Something that would round to nothing is not called nothing.
    """
    before = SIGNS.get(currency, f"{currency} ")
    if 0 < micros <= HALF_A_CENT:
        least = f"{before}0.01"
        return _("under %(amount)s", amount=least)
    return f"{before}{(Decimal(micros) / MICROS).quantize(CENT, ROUND_HALF_EVEN):,}"


@lru_cache
def _micros(price: float) -> int:
    """The decimal that was written in the configuration, not the float next to it."""
    return int((Decimal(str(price)) * MICROS).to_integral_value(ROUND_HALF_EVEN))


def _month_of(session: Session, now: datetime) -> _Month:
    zone = zone_of_district(session)
    today = now.astimezone(zone).date()
    first = today.replace(day=1)
    return _Month(zone, today, first, (first + 31 * DAY).replace(day=1))


def _cost_something() -> ColumnElement[bool]:
    """It is on its way, or was taken and then failed: the provider charges for the try."""
    taken = and_(Message.state == MessageState.FAILED, Message.accepted_at.is_not(None))
    return or_(Message.state.in_(ON_ITS_WAY), taken)


def _within(begins: datetime, ends: datetime) -> ColumnElement[bool]:
    return and_(Message.sent_at >= begins, Message.sent_at < ends)


def _spent(session: Session, begins: datetime, ends: datetime, mine: ColumnElement[bool] | None) -> tuple[int, int]:
    """What was really spent, and what the sandbox pretends."""
    rows = session.execute(
        select(Message.provider, func.sum(Message.cost_micros))
        .where(_within(begins, ends), _cost_something(), *_given(mine))
        .group_by(Message.provider)
    )
    sums = {provider: int(micros or 0) for provider, micros in rows}
    pretended = sums.pop(Sandbox.name, 0)
    return sum(sums.values()), pretended


def _counted(real: int, pretended: int, live: bool) -> int:
    """What counts against the limit of what was really spent and what the sandbox pretends."""
    return real if live else real or pretended


def _given(condition: ColumnElement[bool] | None) -> list[ColumnElement[bool]]:
    return [] if condition is None else [condition]


def _shares(session: Session, running: _Month, mine: ColumnElement[bool] | None) -> list[Share]:
    rows = session.execute(
        select(
            School.name, Message.channel, func.count(), func.sum(Message.segments), func.sum(Message.cost_micros)
        )
        .select_from(Message)
        .outerjoin(School, School.id == Message.school_id)
        .where(_within(running.begins, running.ends), _cost_something(), *_given(mine))
        .group_by(School.id, School.name, Message.channel)
    )  # fmt: skip
    shares = [
        Share(school, channel, count, int(segments or 0) if channel is Channel.SMS else 0, int(micros or 0))
        for school, channel, count, segments, micros in rows
    ]
    return sorted(shares, key=lambda one: (one.school is None, one.school or "", one.channel.value))


def _forecast(
    session: Session, viewer: Viewer, running: _Month, mine: ColumnElement[bool] | None, spent: int,
    rules: SpendingRules, live: bool,
) -> int | None:  # fmt: skip
    """The pace of the school days that are over, kept up on those to come; at least what is already scheduled.

    Counted from the first day on which anything ever left. Unknown while no school day since then is over.
    """
    began = session.scalar(select(func.min(Message.sent_at)).where(_cost_something(), *_given(mine)))
    if began is None:
        return None
    since = max(running.first_day, began.astimezone(running.zone).date())
    over = _school_days(session, viewer, since, running.today)
    if over == 0:
        return None
    midnight = local_moment(running.today, time.min, running.zone)
    until_today = _counted(*_spent(session, running.begins, midnight, mine), live)
    to_come = _school_days(session, viewer, running.today, running.next_first_day)
    pace = int((Decimal(until_today) * to_come / over).to_integral_value(ROUND_HALF_EVEN))
    return max(until_today + pace, spent + _scheduled(session, running, mine, rules))


def _scheduled(session: Session, running: _Month, mine: ColumnElement[bool] | None, rules: SpendingRules) -> int:
    """What waits to leave this month would cost."""
    rows = session.execute(
        select(Message.channel, func.count(), func.sum(Message.segments))
        .where(Message.state == MessageState.SCHEDULED, Message.due_at < running.ends, *_given(mine))
        .group_by(Message.channel)
    )
    return sum(
        cost_of(channel, int(segments or count), rules) if channel is Channel.SMS
        else cost_of(channel, None, rules) * count
        for channel, count, segments in rows
    )  # fmt: skip


def _school_days(session: Session, viewer: Viewer, first: date, until: date) -> int:
    """Days from ``first`` up to but without ``until`` on which one of the viewer's schools, at least, is at school."""
    schools = select(School.id).where(School.active, School.kind == OrgKind.SCHOOL)
    if not viewer.sees_district:
        schools = schools.where(School.id.in_(viewer.school_ids))
    ids = list(session.scalars(schools))
    book = hours_book(session, ids)
    calendars = [book.of(school_id) for school_id in ids] or [None]
    days = (first + DAY * ahead for ahead in range((until - first).days))
    return sum(any(may_write_on(hours, day) for hours in calendars) for day in days)
