"""When one family may be written to, and why not at another time: the one judgement that pages and verbs ask.

Windows, calendar, counts and holds are the delivery gate's own (:mod:`outreach.delivery.foresight`); here they only
get their sentences, and the nearest time that is allowed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    GENERAL_NOTICES,
    Channel,
    FamilyMember,
    Message,
    MessageKind,
    MessageState,
    Outreach,
    OutreachState,
    School,
    Student,
)
from outreach.delivery import windows
from outreach.delivery.foresight import Foresight, Wish, foresee
from outreach.delivery.gate import Never, NotBefore, SendNow
from outreach.language import _, clock, day, moment, said, zone_name
from outreach.schooltime import local_moment

from .channel import SENT
from .dispatch import answered_request, students_of
from .errors import WrongTime
from .moment import SendTime

UNKNOWN = ZoneInfo("UTC")
"""Shown where no zone is set right; nothing can be sent then."""
JUST_NOW = timedelta(minutes=15)
"""A time that passed while the form was open is no mistake: it means at once."""
DAYS_SHOWN = 5
STEP = timedelta(minutes=30)
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Leaving:
    """When a message that waits in the outbox leaves, as far as anybody knows today."""

    at: datetime | None
    """UTC. None: it will not leave, as things stand."""
    seconds: int | None
    """So many, where it leaves at once but for the time in which it may be taken back."""
    because: str
    """Why it waits longer than it was meant to, or does not leave; empty where nothing holds it up."""


class Times:
    """The times at which one family may be reached about one matter."""

    def __init__(self, ahead: Foresight, school: str) -> None:
        self._ahead, self._school = ahead, school

    @property
    def zone(self) -> ZoneInfo:
        """Of the family's clock."""
        return self._ahead.zones[0] if self._ahead.zones else UNKNOWN

    def at(self, local: datetime) -> SendTime:
        """A time by the family's clock, taken as it is; one that clocks skip is the moment they jump."""
        plain = local.replace(tzinfo=None)
        return SendTime(plain, self.zone.key, local_moment(plain.date(), plain.time(), self.zone))

    def check(self, local: datetime) -> SendTime:
        """``local``, by the family's clock, as a time to send. Raises :class:`WrongTime`, which says why it is none."""
        if not self._ahead.zones:
            raise WrongTime(_("The time zone of this school is not set right; an administrator can."))
        when = self.at(local)
        why = self._against(when)
        if why is not None:
            raise WrongTime(why, self.nearest(max(when.at, self._ahead.now)))
        return when

    def nearest(self, at: datetime) -> SendTime | None:
        """The first allowed time from ``at`` on, on a round five minutes where that is allowed too."""
        found = self._ahead.nearest(at)
        if found is None:
            return None
        rounded = _round_up(found)
        later = self._ahead.nearest(rounded)
        best = rounded if later == rounded else found
        local = best.astimezone(self.zone).replace(tzinfo=None, microsecond=0)
        return SendTime(local, self.zone.key, best)

    def days(self) -> tuple[date, ...]:
        """The next days, by the family's clock, on which it may be written to."""
        found: list[date] = []
        at: datetime | None = self._ahead.now
        while at is not None and len(found) < DAYS_SHOWN:
            at = self._ahead.opens(at)
            if at is not None:
                found.append(at.astimezone(self.zone).date())
                at = local_moment(found[-1] + A_DAY, time(0), self.zone)
        return tuple(found)

    def hours(self) -> tuple[time, ...]:
        """Every half hour of the window, by the family's clock."""
        some_day = self._ahead.now.astimezone(self.zone).date() + A_DAY
        first = self._ahead.opens(local_moment(some_day, time(0), self.zone), any_day=True)
        if first is None:
            return ()
        until = windows.leaves_by(self._ahead.zones, first, self._ahead.rules)
        at = first.astimezone(self.zone).replace(tzinfo=None)
        at += (_midnight(at) - at) % STEP
        last = until.astimezone(self.zone).replace(tzinfo=None) if until is not None else at
        found: list[time] = []
        while at < last:
            found.append(at.time())
            at += STEP
        return tuple(found)

    @property
    def window(self) -> tuple[time, time]:
        """From when until when families are written to, by each one's own clock."""
        return self._ahead.rules.window_opens, self._ahead.rules.window_closes

    @property
    def other_zone(self) -> ZoneInfo | None:
        """Of the number's region, where that is another and its window counts too."""
        return self._ahead.zones[1] if len(self._ahead.zones) > 1 else None

    @property
    def school_days_only(self) -> bool:
        return not self._ahead.any_day

    def leaving(self, due: datetime, expires_at: datetime | None = None) -> Leaving:
        """When what is due then leaves."""
        now = self._ahead.now
        soon = round((due - now).total_seconds())
        match self._ahead.answer(due, expires_at):
            case SendNow():
                return Leaving(due, soon if soon <= self._ahead.rules.undo_seconds else None, "")
            case NotBefore(at, because):
                return Leaving(self._ahead.nearest(at) or at, None, said(because))
            case Never(because):
                return Leaving(None, None, said(because))

    def _against(self, when: SendTime) -> str | None:
        """Why it cannot go then, in a sentence; None where it can."""
        ahead, today = self._ahead, self._ahead.now.astimezone(self.zone).date()
        if when.at < ahead.now - JUST_NOW:
            return _("%(time)s has passed; choose a later time.", time=moment(when.local, today))
        at = max(when.at, ahead.now)
        match ahead.answer(at):
            case SendNow():
                return None
            case Never(because):
                return said(because)
            case NotBefore(_later, because):
                return self._outside(when, at, today) or said(because)

    def _outside(self, when: SendTime, at: datetime, today: date) -> str | None:
        """Outside the hours by one clock or the other, or no school day; None: it is something else."""
        ahead, (opens, closes) = self._ahead, self.window
        hours = {"opens": clock(opens), "closes": clock(closes), "time": clock(when.local)}
        if ahead.opens(at, any_day=True) != at:
            own = windows.next_window(ahead.zones[:1], None, at, ahead.rules, any_day=True)
            if own != at or self.other_zone is None:
                return _(
                    "Families are written to between %(opens)s and %(closes)s by their own clock; %(time)s is not.",
                    **hours,
                )
            there = at.astimezone(self.other_zone)
            return _(
                "This number is from a region where it is %(there)s then (%(zone)s); families are written to between "
                "%(opens)s and %(closes)s by both clocks.",
                there=clock(there), zone=zone_name(self.other_zone.key), **hours,
            )  # fmt: skip
        if ahead.opens(at) != at:
            return _(
                "%(day)s is no school day at %(school)s, and families are written to on school days.",
                day=day(when.local.date(), today), school=self._school,
            )  # fmt: skip
        return None


def times_of(session: Session, row: Outreach, now: datetime, live: Collection[Channel] = ()) -> Times:
    """When this touch may reach its family. ``live``: the channels that really leave the machine."""
    school_id = school_of(session, row)
    in_bulk = row.state is not OutreachState.SUGGESTED and row.authored in GENERAL_NOTICES
    kind = MessageKind.ANSWER if answered_request(row) is not None and not in_bulk else MessageKind.TEACHER
    sends = row.address_id if row.channel in SENT else None
    wish = Wish(
        row.channel, kind, in_bulk, row.family_id, row.guardian_id, sends, students_of(row), school_id, row.id
    )  # fmt: skip
    return Times(foresee(session, wish, now, live), _name(session, school_id))


def times_for(session: Session, wish: Wish, now: datetime, live: Collection[Channel] = ()) -> Times:
    """The same for what is not kept yet."""
    return Times(foresee(session, wish, now, live), _name(session, wish.school_id))


def school_of(session: Session, row: Outreach) -> int:
    """Whose calendar and clock hold: of the student it is about, else of the family's first."""
    named = select(Student.school_id).where(Student.id.in_(students_of(row))).order_by(Student.id).limit(1)
    members = (
        select(Student.school_id)
        .join(FamilyMember, FamilyMember.student_id == Student.id)
        .where(FamilyMember.family_id == row.family_id)
        .order_by(FamilyMember.until_on.is_not(None), Student.id)
        .limit(1)
    )
    return session.scalar(named) or session.scalars(members).one()


def leaving(session: Session, row: Outreach, now: datetime, live: Collection[Channel] = ()) -> Leaving | None:
    """When the message of this touch leaves; None where none waits in the outbox."""
    waiting = session.execute(
        select(Message.due_at, Message.expires_at)
        .where(Message.outreach_id == row.id, Message.state == MessageState.SCHEDULED)
        .order_by(Message.id.desc())
    ).first()
    return times_of(session, row, now, live).leaving(waiting.due_at, waiting.expires_at) if waiting else None


def _name(session: Session, school_id: int) -> str:
    return session.scalar(select(School.name).where(School.id == school_id)) or _("this school")


def _midnight(local: datetime) -> datetime:
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def _round_up(at: datetime) -> datetime:
    step = timedelta(minutes=5)
    over = timedelta(minutes=at.minute % 5, seconds=at.second, microseconds=at.microsecond)
    return at if not over else at - over + step
