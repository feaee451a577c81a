"""Administration: why the district may write, stop everything, since when the log counts, who may sign in."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from models import AccountRole, DeliveryStop
from outreach.access import (
    ADMINISTRATORS,
    NotAllowed,
    administered_schools,
    invite_from_roster,
    record_consent_basis,
    set_active,
    set_log_began,
    sign_ins,
    without_sign_in,
)
from outreach.delivery import resume, stop_everything
from outreach.errors import OutreachError

from . import asking
from .database import session
from .invitations import send_invitations
from .notices import say
from .typed import number

blueprint = Blueprint("admin", __name__, url_prefix="/admin")


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
    return _done("Recorded. Families’ addresses now count as given to school for school matters.")


@blueprint.post("/stop")
@asking.signed_in(*ADMINISTRATORS)
def stop() -> ResponseReturnValue:
    school_id, why = _own_school(), request.form.get("why", "").strip()
    if not why:
        return _page([("why", "Say why; everybody sees it until things go out again.")]), 422
    stop_everything(session(), school_id, why, asking.now(), asking.viewer().account_id)
    return _done("Stopped. Nothing goes out until it is resumed.")


@blueprint.post("/resume")
@asking.signed_in(*ADMINISTRATORS)
def go_on() -> ResponseReturnValue:
    resume(session(), _own_school(), asking.now(), asking.viewer().account_id)
    return _done("Resumed. What went stale meanwhile is skipped, and says so.")


@blueprint.post("/log-began/<int:school_id>")
@asking.signed_in(*ADMINISTRATORS)
def log_began(school_id: int) -> ResponseReturnValue:
    text = request.form.get("day", "")
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        return _page([(f"day-{school_id}", "The day must look like 2026-11-24.")]), 422
    set_log_began(session(), asking.viewer(), school_id, day, asking.now())
    return _done("Kept. The next night counts from there.")


@blueprint.post("/invite")
@asking.signed_in(AccountRole.DISTRICT_ADMINISTRATOR)
def invite() -> ResponseReturnValue:
    figures = invite_from_roster(session(), asking.now())
    send_invitations(current_app._get_current_object(), session(), figures.invited, asking.now())  # type: ignore[attr-defined]
    return _done(
        f"{len(figures.invited)} invited; {sum(figures.skipped.values())} left out for want of an address or role."
    )


@blueprint.post("/accounts/<int:account_id>")
@asking.signed_in(*ADMINISTRATORS)
def account(account_id: int) -> ResponseReturnValue:
    active = request.form.get("active") == "yes"
    set_active(session(), asking.viewer(), account_id, active, asking.now())
    return _done("Allowed to sign in again." if active else "Ended, on every device.")


def _own_school() -> int | None:
    """The school that the form names; None is the whole district, for its administrators alone."""
    school_id = request.form.get("school_id", type=number)
    own = {school.id for school in administered_schools(session(), asking.viewer())}
    if school_id not in own and not (school_id is None and asking.viewer().sees_district):
        raise NotAllowed("You do not administer this school.")
    return school_id


def _done(text: str) -> ResponseReturnValue:
    session().commit()
    say(text)
    return redirect(url_for("admin.page"), 303)


def _page(problems: list[tuple[str, str]] | None = None) -> str:
    looking = asking.viewer()
    stops = session().scalars(select(DeliveryStop).where(DeliveryStop.resumed_at.is_(None)))
    return render_template(
        "admin/page.html", schools=administered_schools(session(), looking), sign_ins=sign_ins(session(), looking),
        stopped={stop.school_id: stop for stop in stops}, problems=problems or [], typed=request.form,
        whole_district=looking.sees_district, own_account=looking.account_id,
        to_invite=without_sign_in(session(), looking) if looking.sees_district else 0,
    )  # fmt: skip
