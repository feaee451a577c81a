"""Today: who would like to hear from this person, why, and the act beside it; what waits for an answer."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from models import AccountRole
from outreach.contacts import contact_strips, waiting_on
from outreach.planning import today

from . import asking
from .database import session

blueprint = Blueprint("today", __name__)
MORNING_ENDS, EVENING_BEGINS = 12, 17
ONLY_RECORDS = frozenset({AccountRole.RECORDER})


@blueprint.get("/")
@asking.signed_in()
def page() -> ResponseReturnValue:
    looking, now = asking.viewer(), asking.now()
    if looking.roles <= ONLY_RECORDS:
        return render_template("today/desk.html", greeting=greeting(), waiting=waiting_on(session(), looking, now))
    day = today(session(), looking, now)
    families = [card.family_id for card in day.cards]
    return render_template(
        "today/page.html", greeting=greeting(), day=day, strips=contact_strips(session(), families, now)
    )


def greeting() -> str:
    """By the reader's own clock."""
    hour = asking.now().astimezone(asking.zone()).hour
    if hour < MORNING_ENDS:
        return "Good morning"
    return "Good afternoon" if hour < EVENING_BEGINS else "Good evening"
