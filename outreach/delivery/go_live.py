"""From which day a school's texts and e-mails really leave, each for itself (DESIGN §9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from config.settings import DeliveryMode, Settings
from models import Channel, Consent, ConsentSource, JsonObject, OnCall, School
from outreach.access import Viewer, administered_schools, audit
from outreach.errors import NotFound
from outreach.language import _
from outreach.schooltime import zone_of_school

from .consent import basis_recorded
from .errors import DeliveryRefused

NAMED = 3
"""Schools that a sentence names; the rest is counted."""
COLUMN: Mapping[Channel, str] = {Channel.SMS: "sms_live_from", Channel.EMAIL: "email_live_from"}


class Standing(StrEnum):
    SANDBOX = "sandbox"
    """The whole installation keeps this channel in the sandbox; the day is kept for later."""
    NOT_YET = "not_yet"
    """No day is set: nothing to families leaves on this channel."""
    FROM = "from"
    """From a day to come."""
    LIVE = "live"


@dataclass(frozen=True, slots=True)
class ChannelStanding:
    channel: Channel
    standing: Standing
    day: date | None


@dataclass(frozen=True, slots=True)
class SchoolStanding:
    school_id: int
    name: str
    channels: tuple[ChannelStanding, ...]


@dataclass(frozen=True, slots=True)
class Ready:
    """One thing to have done before families are written to: advice, and never a lock."""

    done: bool
    words: str
    path: str | None
    """The page where it is done."""


def set_live_from(
    session: Session, viewer: Viewer, school_id: int, channel: Channel, day: date | None, now: datetime
) -> School:
    """From the school's local ``day`` on its messages on ``channel`` really leave; a day that has passed is today.

    None takes it back: what is scheduled is then skipped by the gate when its time comes, and says why. Administrators
    decide for the schools they administer. Raises ``NotFound`` for another school, :class:`DeliveryRefused` for a
    channel that sends nothing. Does not commit.
    """
    school = next((one for one in administered_schools(session, viewer) if one.id == school_id), None)
    if school is None:
        raise NotFound(_("There is no such school, or you do not administer it."))
    if channel not in COLUMN:
        raise DeliveryRefused(_("Only texts and e-mails go live; calls and visits are logged."))
    first = None if day is None else max(day, _today(session, school_id, now))
    standing: date | None = getattr(school, COLUMN[channel])
    if standing is not None and first is not None and standing <= first == _today(session, school_id, now):
        return school  # live already; it keeps its first day
    if standing == first:
        return school
    setattr(school, COLUMN[channel], first)
    detail: JsonObject = {"channel": channel.value, "day": first.isoformat() if first else None}
    audit(session, viewer, "set_live_from", "school", school_id, now, detail=detail)
    session.flush()
    return school


def standings(session: Session, viewer: Viewer, live: frozenset[Channel], now: datetime) -> list[SchoolStanding]:
    """How each school that ``viewer`` administers stands on each channel. ``live``: the channels that are not in the
    sandbox."""
    return [
        SchoolStanding(
            school.id, school.name,
            tuple(_standing(session, school, channel, channel in live, now) for channel in COLUMN),
        )
        for school in administered_schools(session, viewer)
    ]  # fmt: skip


def _standing(session: Session, school: School, channel: Channel, live: bool, now: datetime) -> ChannelStanding:
    day: date | None = getattr(school, COLUMN[channel])
    if not live:
        return ChannelStanding(channel, Standing.SANDBOX, day)
    if day is None:
        return ChannelStanding(channel, Standing.NOT_YET, None)
    started = day <= _today(session, school.id, now)
    return ChannelStanding(channel, Standing.LIVE if started else Standing.FROM, day)


def _today(session: Session, school_id: int, now: datetime) -> date:
    return now.astimezone(zone_of_school(session, school_id)).date()


def readiness(session: Session, viewer: Viewer, settings: Settings) -> Sequence[Ready]:
    """What should stand before the first message to a family leaves, for the schools of ``viewer``."""
    schools = administered_schools(session, viewer)
    listed = exists().where(Consent.source == ConsentSource.OPT_OUT_LIST)
    on_call = set(session.scalars(select(OnCall.school_id)))
    without = [school.name for school in schools if school.id not in on_call]
    public = _("A public address is set, so that receipts and replies come in.")
    return [
        Ready(basis_recorded(session), _("Why the district may write to families is recorded."), "/admin"),
        Ready(bool(session.scalar(select(listed))), _("A list of who has opted out before is imported."), None),
        Ready(settings.public_url is not None, public, None),
        _receipts(settings),
        _replies(settings),
        Ready(not without, _on_call(without), None),
    ]


def _receipts(settings: Settings) -> Ready:
    if settings.sendgrid_webhook_public_key is not None:
        return Ready(True, _("SendGrid’s receipts can be verified (SENDGRID_WEBHOOK_PUBLIC_KEY)."), None)
    if settings.delivery_email is DeliveryMode.SANDBOX:
        return Ready(
            True, _("The sandbox’s receipts need no key; SendGrid’s will (SENDGRID_WEBHOOK_PUBLIC_KEY)."), None
        )
    return Ready(False, _("SendGrid’s receipts cannot be verified: set SENDGRID_WEBHOOK_PUBLIC_KEY."), None)


def _replies(settings: Settings) -> Ready:
    if settings.sendgrid_inbound_domain is not None:
        return Ready(True, _("Families’ replies to e-mails come in (SENDGRID_INBOUND_DOMAIN and its key)."), None)
    if settings.delivery_email is DeliveryMode.SANDBOX:
        words = _("In the sandbox replies to e-mails come in by themselves; live they need SENDGRID_INBOUND_DOMAIN.")
        return Ready(True, words, None)
    words = _("Families’ replies to e-mails do not come in: set SENDGRID_INBOUND_DOMAIN and its key.")
    return Ready(False, words, None)


def _on_call(without: Sequence[str]) -> str:
    if not without:
        return _("Every school has somebody on call for words that may mean danger.")
    shown, more = ", ".join(without[:NAMED]), len(without) - NAMED
    if more <= 0:
        return _("Nobody is on call for words that may mean danger at %(schools)s.", schools=shown)
    return _(
        "Nobody is on call for words that may mean danger at %(schools)s and %(count)s more.", schools=shown, count=more
    )
