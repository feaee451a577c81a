"""Safety: what may be danger, for the school's safety list alone; and the list itself, for its administrators."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from flask import Blueprint, redirect, render_template, request, url_for
from flask import session as cookies
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import OnCall, SafetyAlert, SafetyOutcome
from outreach.access import ADMINISTRATORS, NotAllowed, audit, listed
from outreach.access.safety_list import listeners
from outreach.delivery.safety import (
    AlertView,
    SafetyRefused,
    can_take_back,
    end,
    ended_alerts,
    open_alerts,
    put_back,
    put_back_on_call,
    put_on_call,
    raise_by_hand,
    read_alert,
    reopen,
    safety_lists,
    take,
    take_back_alert,
    take_off_call,
    watches,
)
from outreach.language import N_, _

from . import asking
from .database import session, writing
from .notices import say, warn
from .typed import number

blueprint = Blueprint("safety", __name__, url_prefix="/safety")
Problems = list[tuple[str, str]]
TAKEN_OFF = "taken_off_safety_list"
"""In this person's own cookie: whom they took off a list last, and the number there."""


@blueprint.get("")
@asking.signed_in()
def page() -> ResponseReturnValue:
    return _page()


@blueprint.get("/<int:alert_id>")
@asking.signed_in()
def one(alert_id: int) -> ResponseReturnValue:
    return _one(alert_id)


@blueprint.post("/<int:alert_id>/take")
@asking.signed_in()
def take_it(alert_id: int) -> ResponseReturnValue:
    def step() -> None:
        take(session(), asking.viewer(), alert_id, asking.now())

    back = url_for("safety.put_it_back", alert_id=alert_id)
    return _step(alert_id, step, _("You have it. Nobody else is told again."), back)


@blueprint.post("/<int:alert_id>/put-back")
@asking.signed_in()
def put_it_back(alert_id: int) -> ResponseReturnValue:
    def step() -> None:
        put_back(session(), asking.viewer(), alert_id, asking.now())

    return _step(alert_id, step, _("Put back. The list is told again now."))


@blueprint.post("/<int:alert_id>/no-danger")
@asking.signed_in()
def no_danger(alert_id: int) -> ResponseReturnValue:
    def step() -> None:
        end(session(), asking.viewer(), alert_id, SafetyOutcome.NO_DANGER, asking.now(), request.form.get("note"))

    back = url_for("safety.open_again", alert_id=alert_id)
    return _step(alert_id, step, _("Ended: no danger. The words show again to who works with the family."), back)


@blueprint.post("/<int:alert_id>/handled")
@asking.signed_in()
def handled(alert_id: int) -> ResponseReturnValue:
    def step() -> None:
        end(session(), asking.viewer(), alert_id, SafetyOutcome.HANDLED, asking.now(), request.form.get("note"))

    back = url_for("safety.open_again", alert_id=alert_id)
    return _step(alert_id, step, _("Ended: handled. The words stay with the list."), back)


@blueprint.post("/<int:alert_id>/reopen")
@asking.signed_in()
def open_again(alert_id: int) -> ResponseReturnValue:
    def step() -> None:
        reopen(session(), asking.viewer(), alert_id, asking.now())

    return _step(alert_id, step, _("Open again, and yours."))


@blueprint.post("/contacts/<int:contact_id>")
@asking.signed_in()
def worry(contact_id: int) -> ResponseReturnValue:
    alert = raise_by_hand(session(), asking.viewer(), contact_id, asking.now(), request.form.get("note"))
    told = listeners(session(), alert.school_id, asking.viewer().on)
    undo = way_back(alert)
    session().commit()
    names = ", ".join(person.name for person in told)
    if names:
        words = _(
            "The safety list is told now: %(names)s. If somebody is in danger this minute, call 911.", names=names
        )
    else:
        words = _("Nobody is told yet: this school has no list. If somebody is in danger this minute, call 911.")
    say(words, undo)
    return redirect(url_for("families.page", family_id=alert.family_id), 303)


def way_back(alert: SafetyAlert) -> str | None:
    """For who has just raised this alert, where it is theirs alone."""
    if not can_take_back(session(), asking.viewer(), alert, asking.now()):
        return None
    return url_for("safety.mistake", alert_id=alert.id, family=alert.family_id)


@blueprint.post("/<int:alert_id>/mistake")
@asking.signed_in()
def mistake(alert_id: int) -> ResponseReturnValue:
    """From the notice, by its raiser, who need not be on the list and reads nothing of it here."""
    family_id = request.args.get("family", type=number)
    then = redirect(url_for("families.page", family_id=family_id) if family_id else url_for("today.page"), 303)
    try:
        told = take_back_alert(session(), asking.viewer(), alert_id, asking.now())
    except SafetyRefused as refused:
        session().rollback()
        warn(str(refused))
        return then
    session().commit()
    if told:
        say(_("Taken back. It is told to whom it had reached: %(names)s.", names=listed(told)))
    else:
        say(_("Taken back. The safety list finds it among the alerts that have ended."))
    return then


@blueprint.post("/lists/<int:school_id>")
@asking.signed_in(*ADMINISTRATORS)
def put(school_id: int) -> ResponseReturnValue:
    staff_id = request.form.get("staff_id", 0, type=number)
    try:
        put_on_call(session(), asking.viewer(), school_id, staff_id, request.form.get("phone", ""), asking.now())
    except SafetyRefused as refused:
        session().rollback()
        return _page([(refused.field, str(refused))]), 422
    session().commit()
    say(_("On the list, from now on and at any hour."))
    return _to_list(school_id)


@blueprint.post("/lists/<int:school_id>/<int:staff_id>/remove")
@asking.signed_in(*ADMINISTRATORS)
def remove(school_id: int, staff_id: int) -> ResponseReturnValue:
    was = take_off_call(session(), asking.viewer(), school_id, staff_id, asking.now())
    session().commit()
    if was is None:
        say(_("Off the list."))
        return _to_list(school_id)
    # Not in the address of the way back: addresses are logged, and a colleague's own number is nobody's to log.
    cookies[TAKEN_OFF] = {"school": school_id, "staff": staff_id, "phone": was.phone}
    say(_("Off the list."), url_for("safety.put_on_again", school_id=school_id, staff_id=staff_id))
    return _to_list(school_id)


@blueprint.post("/lists/<int:school_id>/<int:staff_id>/put-back")
@asking.signed_in(*ADMINISTRATORS)
def put_on_again(school_id: int, staff_id: int) -> ResponseReturnValue:
    """The way back from taking somebody off, with the number that stood there."""
    kept = cookies.get(TAKEN_OFF)
    if not kept or (kept["school"], kept["staff"]) != (school_id, staff_id):
        warn(_("The number that stood there is not known any more; put this colleague on the list anew."))
        return _to_list(school_id)
    was = OnCall(school_id=school_id, staff_id=staff_id, phone=kept["phone"])
    try:
        put_back_on_call(session(), asking.viewer(), was, asking.now())
    except SafetyRefused as refused:
        session().rollback()
        warn(str(refused))
        return _to_list(school_id)
    session().commit()
    say(_("On the list again, as before."))
    return _to_list(school_id)


def _to_list(school_id: int) -> ResponseReturnValue:
    return redirect(url_for("safety.page") + f"#list-{school_id}", 303)


def _step(alert_id: int, step: Callable[[], None], done: str, undo: str | None = None) -> ResponseReturnValue:
    """One act on an alert; a refusal (somebody else has it) is shown on the alert's own page."""
    try:
        step()
    except SafetyRefused as refused:
        session().rollback()
        return _one(alert_id, [(refused.field, str(refused))]), 422
    session().commit()
    say(done, undo)
    return redirect(url_for("safety.page"), 303)


def _page(problems: Problems | None = None) -> str:
    looking = asking.viewer()
    listens = watches(session(), looking)
    if not listens and not looking.administers:
        raise NotAllowed(_("This page is for your school’s safety list; ask an administrator who is on it."))
    alerts = open_alerts(session(), looking)
    _leave_trace(alerts)
    lists = safety_lists(session(), looking)
    return render_template(
        "safety/page.html", alerts=alerts, ended=ended_alerts(session(), looking), lists=lists, listens=listens,
        elsewhere=_open_by_school(session(), [one.school_id for one in lists], alerts), problems=problems or [],
        typed=request.form,
    )  # fmt: skip


def _one(alert_id: int, problems: Problems | None = None) -> str:
    alert = read_alert(session(), asking.viewer(), alert_id)
    _leave_trace([alert])
    return render_template("safety/one.html", alert=alert, problems=problems or [], typed=request.form)


def _open_by_school(reading: Session, school_ids: Iterable[int], shown: Iterable[AlertView]) -> dict[int, int]:
    """How many open alerts an administrator's schools have that are not this person's to read."""
    rows = reading.execute(
        select(SafetyAlert.school_id, func.count(SafetyAlert.id).label("waiting"))
        .where(
            SafetyAlert.ended_at.is_(None), SafetyAlert.school_id.in_(list(school_ids)),
            SafetyAlert.id.not_in([alert.id for alert in shown]),
        )
        .group_by(SafetyAlert.school_id)
    )  # fmt: skip
    return {row.school_id: row.waiting for row in rows}


def _leave_trace(alerts: Iterable[AlertView]) -> None:
    """Who read which words, and when, stands in the trail."""
    if request.method == "GET":
        with writing() as trail:
            _read(trail, alerts)
    else:  # a form that was refused: this request's own session writes, and a second one would wait for it
        _read(session(), alerts)


def _read(trail: Session, alerts: Iterable[AlertView]) -> None:
    for alert in alerts:
        audit(trail, asking.viewer(), "read", "safety_alert", alert.id, asking.now(), because=N_("is told of alerts"))
    trail.commit()
