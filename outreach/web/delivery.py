"""Delivery, for administrators: providers, the queue, what nobody can prove, the month's money, going live."""

from __future__ import annotations

from datetime import date
from typing import cast

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from config.settings import DeliveryMode, Settings
from models import AccountRole, Channel, MessageState
from outreach.access import ADMINISTRATORS
from outreach.delivery.go_live import COLUMN, readiness, set_live_from, standings
from outreach.delivery.overview import (
    asked_of_people,
    outbox_page,
    provider_healths,
    queue_figures,
    resume_by_hand,
)
from outreach.delivery.spending import money, month
from outreach.delivery.unknown import Became, settle_unknown
from outreach.effective import effective_config
from outreach.errors import OutreachError
from outreach.language import N_, _
from outreach.language import month as month_name

from . import asking
from .database import session
from .notices import say, warn
from .typed import number

blueprint = Blueprint("delivery", __name__, url_prefix="/admin/delivery")
LIVE_NAMES = {Channel.SMS: "twilio", Channel.EMAIL: "sendgrid"}
SANDBOX = "sandbox"
SETTLED = {
    Became.ARRIVED: N_("Kept as arrived."),
    Became.SEND_AGAIN: N_("It goes out again, after the same checks as every message."),
    Became.GIVE_UP: N_("Kept as failed. The sender sees it on the plan."),
}
SHOWN_STATES = (
    MessageState.SCHEDULED, MessageState.ACCEPTED, MessageState.DELIVERED, MessageState.FAILED, MessageState.SKIPPED,
    MessageState.EXPIRED, MessageState.CANCELLED, MessageState.UNKNOWN,
)  # fmt: skip


@blueprint.get("")
@asking.signed_in(*ADMINISTRATORS)
def page() -> ResponseReturnValue:
    return _page()


@blueprint.get("/messages")
@asking.signed_in(*ADMINISTRATORS)
def messages() -> ResponseReturnValue:
    state = _state(request.args.get("state", ""))
    before = request.args.get("before", type=number)
    return render_template(
        "delivery/messages.html", found=outbox_page(session(), asking.viewer(), state, before), state=state,
        states=SHOWN_STATES, first=before is None,
    )  # fmt: skip


@blueprint.post("/resume")
@asking.signed_in(AccountRole.DISTRICT_ADMINISTRATOR)
def resume() -> ResponseReturnValue:
    resumed = resume_by_hand(session(), asking.viewer(), asking.now())
    session().commit()
    if resumed:
        say(_("Resumed. What has waited goes out now, within hours and limits."))
    else:
        warn(_("Nothing was paused any more."))
    return redirect(url_for("delivery.page"), 303)


@blueprint.post("/unknown/<int:message_id>")
@asking.signed_in(*ADMINISTRATORS)
def settle(message_id: int) -> ResponseReturnValue:
    chosen = request.form.get("became", "")
    if chosen not in list(Became):
        return _page([(f"became-{message_id}", _("Choose what became of it."))]), 422
    try:
        settle_unknown(
            session(), asking.viewer(), message_id, request.form.get("attempt", ""), Became(chosen), asking.now()
        )
    except OutreachError as refused:
        session().rollback()
        warn(str(refused))
        return redirect(url_for("delivery.page"), 303)
    session().commit()
    say(_(SETTLED[Became(chosen)]))
    return redirect(url_for("delivery.page", _anchor="unknown"), 303)


@blueprint.post("/live/<int:school_id>/<any(sms, email):channel>")
@asking.signed_in(*ADMINISTRATORS)
def live(school_id: int, channel: str) -> ResponseReturnValue:
    text = request.form.get("day", "").strip() if request.form.get("do") != "not_live" else ""
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        return _page([(f"day-{school_id}-{channel}", _("The day must look like 2026-11-24."))]), 422
    if day is None and request.form.get("do") != "not_live":
        return _page([(f"day-{school_id}-{channel}", _("Choose the first day."))]), 422
    set_live_from(session(), asking.viewer(), school_id, Channel(channel), day, asking.now())
    session().commit()
    say(_("Kept.") if day else _("Taken back. What waits is skipped when its time comes, and says so."))
    return redirect(url_for("delivery.page", _anchor="live"), 303)


def live_channels(settings: Settings) -> frozenset[Channel]:
    """The channels that really leave this installation."""
    modes = {Channel.SMS: settings.delivery_sms, Channel.EMAIL: settings.delivery_email}
    return frozenset(channel for channel, mode in modes.items() if mode is DeliveryMode.LIVE)


def _page(problems: list[tuple[str, str]] | None = None) -> str:
    looking, now = asking.viewer(), asking.now()
    settings = cast("Settings", current_app.config["OUTREACH_SETTINGS"])
    live_now = live_channels(settings)
    cadence = effective_config(session(), now).cadence
    by_channel = {channel: LIVE_NAMES[channel] if channel in live_now else SANDBOX for channel in COLUMN}
    running = month(session(), looking, now, cadence.spending, bool(live_now))
    return render_template(
        "delivery/page.html", providers=provider_healths(session(), looking, by_channel, now),
        queue=queue_figures(session(), looking, now), asked=asked_of_people(session(), looking),
        month=running, money=money,
        schools=standings(session(), looking, live_now, now), ready=readiness(session(), looking, settings),
        whole_district=looking.sees_district, sending=cadence.sending, breaker=cadence.breaker, now=now,
        problems=problems or [], typed=request.form, became=list(Became), any_live=bool(live_now),
        month_words=_month_words(running.first_day),
    )  # fmt: skip


def _month_words(day: date) -> str:
    """``November 2026``, as a heading begins."""
    words = _("%(month)s %(year)s", month=month_name(day), year=day.year)
    return words[:1].upper() + words[1:]


def _state(text: str) -> MessageState | None:
    return MessageState(text) if text in list(MessageState) else None
