"""One's own sign-in: look, language, morning e-mail."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask import session as cookies
from flask.typing import ResponseReturnValue

from models import Staff
from outreach.language import LANGUAGES, _, speaking, tongue

from . import asking
from .database import session
from .language import CHOSEN, chosen
from .layout import LOOKS
from .notices import say
from .typed import number

blueprint = Blueprint("account", __name__, url_prefix="/account")
DIGEST_HOURS = range(5, 12)


@blueprint.get("")
@asking.signed_in()
def page() -> ResponseReturnValue:
    return render_template(
        "account/page.html", account=asking.account(), staff=_staff(), hours=DIGEST_HOURS, looks=LOOKS
    )


@blueprint.post("")
@asking.signed_in()
def keep() -> ResponseReturnValue:
    staff, hour = _staff(), request.form.get("digest_hour", type=number)
    if staff is not None:
        staff.digest_off = request.form.get("digest") != "yes"
        if hour is not None and hour in DIGEST_HOURS:
            staff.digest_hour = hour
        session().commit()
    if request.form.get("look") in LOOKS:
        cookies["look"] = request.form["look"]
    wanted = request.form.get("language")
    if wanted is not None:
        asking.account().language = wanted if wanted in LANGUAGES else None
        session().commit()
    with speaking(chosen() or tongue()):
        say(_("Kept."))
    return redirect(url_for("account.page"), 303)


@blueprint.post("/language")
def speak() -> ResponseReturnValue:
    """Before anybody has signed in: this browser's language."""
    if request.form.get("language") in LANGUAGES:
        cookies[CHOSEN] = request.form["language"]
    return asking.back_to(url_for("security.login"))


def _staff() -> Staff | None:
    staff_id = asking.account().staff_id
    return session().get(Staff, staff_id) if staff_id else None
