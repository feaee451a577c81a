"""Administration's first page: what needs doing first, the rooms, stop everything, why the district may write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from config.settings import Settings
from models import AccountRole, DeliveryStop
from outreach.access import ADMINISTRATORS, NotAllowed, administered_schools, record_consent_basis, without_sign_in
from outreach.delivery import resume, stop_everything
from outreach.errors import OutreachError
from outreach.language import N_, _
from outreach.upkeep.to_do import to_do

from .. import asking
from ..database import session
from ..notices import say
from ..typed import number_or_none
from .form import Problem

blueprint = Blueprint("admin", __name__, url_prefix="/admin")


@dataclass(frozen=True, slots=True)
class Room:
    endpoint: str
    name: str
    sentence: str
    icon: str
    whole_district: bool = False
    """Only for the administrators of the district."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Of the address, beside the endpoint."""


ROOMS = (
    Room(
        "admin.schools.page", N_("Schools and calendars"),
        N_("Office number, time zone, who takes what has no owner; school days, hours, holidays and closures."),
        "building",
    ),
    Room(
        "admin.staff.page", N_("Staff and roles"),
        N_("Who may sign in and as what, who is away and who stands in, who answers for whom."), "people",
    ),
    Room(
        "safety.page", N_("Safety lists"), N_("Who is told, at any hour, of words that may mean danger."),
        "shield-lock",
    ),
    Room(
        "delivery.page", N_("Delivery"),
        N_("How texts and e-mails fare, what they cost, and from which day they leave."), "send",
    ),
    Room("consent.page", N_("Consent"), N_("Every yes and every no that a family gave."), "list-check"),
    Room("inbox.page", N_("Unknown senders"), N_("Messages that wait for somebody to say whose they are."), "mailbox"),
    Room(
        "admin.messages.page", N_("Messages to families"),
        N_("The words that go out, by language: read them as a family does, change them, begin a language."), "pencil",
        True,
    ),
    Room(
        "tuning.page", N_("Risk weights"), N_("What makes a family stand out, and by how much; tried before it holds."),
        "list-check", True, {"part": "risk"},
    ),
    Room(
        "tuning.page", N_("Cadence and limits"),
        N_("How soon families are answered, how much teachers are asked for, what may reach a family at all."), "alarm",
        True, {"part": "cadence"},
    ),
    Room(
        "admin.imports.page", N_("Imports"),
        N_("What came in from the student system, what was rejected and why; upload a file."), "arrow-repeat", True,
    ),
    Room(
        "admin.runs.page", N_("Job runs"),
        N_("What ran by itself, how it went, and what to do where it failed."), "clock", True,
    ),
)  # fmt: skip
"""The rooms in the order in which they are listed. A room further is one line here."""
WHERE = {
    "calendars": "admin.schools.page", "calendar_hours": "admin.schools.page", "calendars_ended": "admin.schools.page",
    "calendars_ending": "admin.schools.page", "time_zones": "admin.schools.page", "who_to_ask": "admin.schools.page",
    "on_call": "safety.page", "administrators": "admin.staff.page", "roster": "admin.imports.page",
    "district": "admin.imports.page", "last_import": "admin.imports.page", "nightly": "admin.runs.page",
    "jobs": "admin.runs.page", "go_live": "delivery.page", "paused": "delivery.page", "unknown": "delivery.page",
    "spending": "delivery.page",
}  # fmt: skip
"""Where what a finding is about is mended."""
ON_THIS_PAGE = {"consent_basis": "basis", "stopped": "stop"}


@blueprint.get("")
@asking.signed_in(*ADMINISTRATORS)
def page() -> ResponseReturnValue:
    return _page()


@blueprint.post("/consent-basis")
@asking.signed_in(AccountRole.DISTRICT_ADMINISTRATOR)
def consent_basis() -> ResponseReturnValue:
    try:
        record_consent_basis(session(), asking.viewer(), request.form.get("words", ""), asking.now())
    except OutreachError as refused:
        session().rollback()
        return _page([("words", str(refused))]), 422
    return _done(_("Recorded. Families’ addresses now count as given to school for school matters."))


@blueprint.post("/stop")
@asking.signed_in(*ADMINISTRATORS)
def stop() -> ResponseReturnValue:
    school_id, why = _own_school(), request.form.get("why", "").strip()
    if not why:
        return _page([("why", _("Say why; everybody sees it until things go out again."))]), 422
    stop_everything(session(), school_id, why, asking.now(), asking.viewer().account_id)
    return _done(_("Stopped. Nothing goes out until it is resumed."))


@blueprint.post("/resume")
@asking.signed_in(*ADMINISTRATORS)
def go_on() -> ResponseReturnValue:
    resume(session(), _own_school(), asking.now(), asking.viewer().account_id)
    return _done(_("Resumed. What went stale meanwhile is skipped, and says so."))


def settings() -> Settings:
    return cast("Settings", current_app.config["OUTREACH_SETTINGS"])


def _own_school() -> int | None:
    """The school that the form names; None where it names none on purpose, with an empty field: the whole district, for
    its administrators alone."""
    named = request.form.get("school_id")
    school_id = number_or_none(named or "")
    own = {school.id for school in administered_schools(session(), asking.viewer())}
    if school_id not in own and not (named == "" and asking.viewer().sees_district):
        raise NotAllowed(_("You do not administer this school."))
    return school_id


def _done(text: str) -> ResponseReturnValue:
    session().commit()
    say(text)
    return redirect(url_for("admin.page"), 303)


def _page(problems: list[Problem] | None = None) -> str:
    looking = asking.viewer()
    schools = administered_schools(session(), looking)
    stops = {stop.school_id: stop for stop in session().scalars(select(DeliveryStop).where(STANDS))}
    mine = {school.id: school.name for school in schools}
    return render_template(
        "admin/page.html", problems=problems or [], typed=request.form, whole_district=looking.sees_district,
        schools=schools, findings=to_do(session(), looking, settings(), asking.now()), where=WHERE,
        on_this_page=ON_THIS_PAGE,
        rooms=[room for room in ROOMS if looking.sees_district or not room.whole_district],
        stops=[(stop, mine.get(stop.school_id or 0)) for stop in stops.values() if stop.school_id in mine or
               (stop.school_id is None and looking.sees_district)],
        stopped=set(stops), to_invite=without_sign_in(session(), looking) if looking.sees_district else 0,
    )  # fmt: skip


STANDS = DeliveryStop.resumed_at.is_(None)
