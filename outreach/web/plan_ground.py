"""What every page of the plan stands on: who may use it, and sentences about when something leaves."""

from __future__ import annotations

from datetime import date, datetime, time

from flask import Blueprint, current_app, request

from config.settings import DeliveryMode, Settings
from config.tuning import SendingRules
from models import AccountRole, Channel, Outreach, OutreachState
from outreach.delivery.links import Links
from outreach.effective import effective_config
from outreach.language import N_, _, clock, moment, ngettext, zone_name
from outreach.planning import Leaving, leaving
from outreach.schooltime import named_zone

from . import asking
from .database import session

blueprint = Blueprint("plan", __name__, url_prefix="/plan")
PLANNERS = tuple(role for role in AccountRole if role is not AccountRole.RECORDER)
GIVERS = (AccountRole.COUNSELOR, AccountRole.ADMINISTRATOR, AccountRole.DISTRICT_ADMINISTRATOR)
LINK_SHOWN = "/…"
"""In a preview, for the part of a link that is each address's own."""
SENT_BEFORE = N_(
    "This form was sent before, and nothing was sent now. Your words are kept: look at what became of the first "
    "message, then send them again if they should go too."
)
YEARS_AROUND = 2
"""How far from this year a typed day may lie: beyond, it is a slip, and computing with it may overflow."""


@blueprint.app_template_filter("clock_time")
def clock_time(value: time) -> str:
    """``17:30`` as ``5:30 pm``."""
    return clock(value)


def settings() -> Settings:
    found = current_app.config["OUTREACH_SETTINGS"]
    assert isinstance(found, Settings)
    return found


def live_channels() -> frozenset[Channel]:
    """The channels on which messages really leave the machine."""
    modes = {Channel.SMS: settings().delivery_sms, Channel.EMAIL: settings().delivery_email}
    return frozenset(channel for channel, mode in modes.items() if mode is DeliveryMode.LIVE)


def stop_link(address_id: int | None) -> str | None:
    """Where e-mails to this address can be stopped, as a preview shows it; None where no link is given."""
    whole = Links.of(settings()).unsubscribe(address_id or 0)
    return whole.rsplit("/", 1)[0] + LINK_SHOWN if whole else None


def rules() -> SendingRules:
    return effective_config(session(), asking.now()).cadence.sending


def typed_words() -> str:
    """The form's words with the line ends that are sent; browsers submit two characters for each."""
    return request.form.get("body", "").replace("\r\n", "\n").strip()


def typed_time() -> datetime | None:
    """The day and hour of a form, by the family's clock; a tap on an offered time (``to``) stands for both. None where
    neither is there. Raises ValueError for what is no day or hour, one with a zone, and a day years away."""
    form = request.form
    if not any(form.get(field) for field in ("to", "day", "hour")):
        return None
    if form.get("to"):
        wanted = datetime.fromisoformat(form["to"])
    else:
        wanted = datetime.combine(date.fromisoformat(form.get("day", "")), time.fromisoformat(form.get("hour", "")))
    if wanted.tzinfo is not None or abs(wanted.year - asking.now().year) > YEARS_AROUND:
        raise ValueError(wanted)
    return wanted


def leaving_of(row: Outreach) -> Leaving | None:
    """Asked after the step is flushed, before it is committed."""
    return leaving(session(), row, asking.now(), live_channels())


def approved_words(row: Outreach, at: Leaving | None) -> str:
    """What the notice says after an approval: truly when it leaves, as far as anybody knows."""
    if at is None:
        if row.state is OutreachState.APPROVED:
            return _("Approved. It is yours to do.")
        return _("Approved. It has left already.")
    if at.at is None:
        return _("Approved, but as things stand it will not leave: %(why)s", why=at.because)
    if at.seconds is not None:
        return ngettext(
            "Approved. Leaves in %(count)s second.", "Approved. Leaves in %(count)s seconds.", at.seconds
        )  # fmt: skip
    when = local_moment_of(row, at.at)
    if at.because:
        return _("Approved. It leaves on %(time)s, not before: %(why)s", time=when, why=at.because)
    return _("Approved. It leaves at its time: %(time)s.", time=when)


def outbox_words(row: Outreach, at: Leaving | None) -> str:
    """The same after somebody wrote by hand."""
    if at is None:
        return _("This was sent before, or taken back: see below how it stands.")
    if at.at is None:
        return _("In the outbox, but as things stand it will not leave: %(why)s", why=at.because)
    if at.seconds is not None:
        return ngettext(
            "In the outbox. Leaves in %(count)s second.", "In the outbox. Leaves in %(count)s seconds.", at.seconds
        )  # fmt: skip
    when = local_moment_of(row, at.at)
    if at.because:
        return _("In the outbox. It leaves on %(time)s, not before: %(why)s", time=when, why=at.because)
    return _("In the outbox. It leaves on %(time)s.", time=when)


def local_moment_of(row: Outreach, at: datetime) -> str:
    """By the family's clock; named, where it is not the reader's."""
    theirs, mine = named_zone(row.timezone or "UTC"), asking.zone()
    said = moment(at.astimezone(theirs), at.astimezone(mine).date())
    if theirs.key == mine.key:
        return said
    return _("%(time)s (%(zone)s)", time=said, zone=zone_name(theirs.key))
