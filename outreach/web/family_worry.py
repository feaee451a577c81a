"""Worried about a family: tell its school's safety list, in one's own words."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from outreach.access import household, listed, require
from outreach.access.safety_list import listeners
from outreach.delivery.safety import SafetyRefused, raise_about_family
from outreach.language import _

from . import asking
from .database import session
from .notices import say
from .safety import way_back

blueprint = Blueprint("worry", __name__)


@blueprint.get("/<int:family_id>/worried")
@asking.signed_in()
def ask(family_id: int) -> ResponseReturnValue:
    require(session(), asking.viewer(), family_id)
    return _page(family_id)


@blueprint.post("/<int:family_id>/worried")
@asking.signed_in()
def tell(family_id: int) -> ResponseReturnValue:
    try:
        alert = raise_about_family(session(), asking.viewer(), family_id, request.form.get("note", ""), asking.now())
    except SafetyRefused as refused:
        session().rollback()
        return _page(family_id, [(refused.field, str(refused))]), 422
    told = [person.name for person in listeners(session(), alert.school_id, asking.viewer().on)]
    undo = way_back(alert)
    session().commit()
    if told:
        words = _(
            "The safety list is told now: %(names)s. If somebody is in danger this minute, call 911.",
            names=listed(told),
        )  # fmt: skip
    else:
        words = _(
            "Kept, but this school has no safety list: tell an administrator now. In danger this minute, call 911."
        )
    say(words, undo)
    return redirect(url_for("families.page", family_id=family_id), 303)


def _page(family_id: int, problems: list[tuple[str, str]] | None = None) -> str:
    home = household(session(), asking.viewer(), family_id, asking.now())
    return render_template("families/worry.html", home=home, problems=problems or [], typed=request.form)
