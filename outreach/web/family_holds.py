"""Put a family, or one child of it, on hold; end the hold; take either back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import Hold, HoldReason
from outreach.access import NotAllowed, colleagues, household, require
from outreach.contacts import (
    HoldRefused,
    NewHold,
    end_hold,
    may_place_holds,
    messages_waiting,
    place_hold,
    put_hold_back,
    take_back_hold,
)
from outreach.contacts.holds import REASONS
from outreach.language import _

from . import asking
from .database import session
from .notices import say
from .typed import number_or_none

blueprint = Blueprint("holds", __name__)
Problems = list[tuple[str, str]]


@blueprint.get("/<int:family_id>/hold")
@asking.signed_in()
def ask(family_id: int) -> ResponseReturnValue:
    require(session(), asking.viewer(), family_id)
    return _page(family_id)


@blueprint.post("/<int:family_id>/hold")
@asking.signed_in()
def place(family_id: int) -> ResponseReturnValue:
    require(session(), asking.viewer(), family_id)
    new, problems = _typed(family_id)
    if new is not None:
        try:
            made = place_hold(session(), asking.viewer(), new, asking.now())
        except HoldRefused as refused:
            session().rollback()
            problems = [(refused.field, str(refused))]
        else:
            session().commit()
            undo = url_for("families.holds.take_back", family_id=family_id, hold_id=made.id)
            say(_("On hold from now on. Nothing goes out until it ends."), undo)
            return redirect(url_for("families.page", family_id=family_id), 303)
    return _page(family_id, problems), 422


@blueprint.post("/<int:family_id>/holds/<int:hold_id>/end")
@asking.signed_in()
def end(family_id: int, hold_id: int) -> ResponseReturnValue:
    undo = url_for("families.holds.put_back", family_id=family_id, hold_id=hold_id)
    return _step(
        family_id, hold_id, end_hold, _("The hold has ended. What did not go out meanwhile stands below."), undo
    )


@blueprint.post("/<int:family_id>/holds/<int:hold_id>/put-back")
@asking.signed_in()
def put_back(family_id: int, hold_id: int) -> ResponseReturnValue:
    return _step(family_id, hold_id, put_hold_back, _("On hold again, as it was."))


@blueprint.post("/<int:family_id>/holds/<int:hold_id>/take-back")
@asking.signed_in()
def take_back(family_id: int, hold_id: int) -> ResponseReturnValue:
    return _step(family_id, hold_id, take_back_hold, _("Taken back: there is no hold."))


def _step(
    family_id: int, hold_id: int, verb: Callable[..., Hold], done: str, undo: str | None = None
) -> ResponseReturnValue:  # fmt: skip
    verb(session(), asking.viewer(), family_id, hold_id, asking.now())
    session().commit()
    say(done, undo)
    return redirect(url_for("families.page", family_id=family_id), 303)


def _typed(family_id: int) -> tuple[NewHold | None, Problems]:
    typed, problems = request.form, []
    reason = typed.get("reason", "")
    if reason not in set(HoldReason):
        problems.append(("reason", _("Choose why: others do not read it.")))
    last_day: date | None = None
    if typed.get("last_day"):
        try:
            last_day = date.fromisoformat(typed["last_day"])
        except ValueError:
            problems.append(("last_day", _("This day cannot be read; write it like 2026-11-24.")))
    if problems:
        return None, problems
    return NewHold(
        family_id=family_id, reason=HoldReason(reason), student_id=number_or_none(typed.get("student_id", "")),
        note=typed.get("note", ""), last_day=last_day, ask_staff_id=number_or_none(typed.get("ask_staff_id", "")),
    ), []  # fmt: skip


def _page(family_id: int, problems: Problems | None = None) -> str:
    looking = asking.viewer()
    if not may_place_holds(looking):
        raise NotAllowed(_("Only a counselor or an administrator places or ends a hold; ask one of them."))
    home = household(session(), looking, family_id, asking.now())
    return render_template(
        "families/hold.html", home=home, problems=problems or [], typed=request.form, reasons=REASONS,
        staff=colleagues(session(), looking, family_id), waiting=messages_waiting(session(), family_id),
    )  # fmt: skip
