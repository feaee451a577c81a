"""Find the student whom a contact is about: two letters of a name, or a tap on somebody recent."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from outreach.contacts import Because, StudentRow, find_students, own_sections, recent_students, students_taught
from outreach.language import _, short_day

from . import asking
from .database import session

blueprint = Blueprint("log_search", __name__, url_prefix="/contacts")


@blueprint.get("/find")
@asking.signed_in()
def find() -> ResponseReturnValue:
    """The page with what was found; to a script that types along, only the list."""
    if not asking.by_htmx():
        return search_page()
    typed = request.args.get("q", "").strip()
    found = find_students(session(), asking.viewer(), typed, asking.now())
    return render_template("contacts/found.html", found=found, typed=typed, way_words=way_words, as_options=True)


def search_page() -> str:
    """The search, and below it those whom this person dealt with lately; for somebody new, whom they teach."""
    typed, looking, now = request.args.get("q", "").strip(), asking.viewer(), asking.now()
    recent = recent_students(session(), looking, now)
    return render_template(
        "contacts/search.html", typed=typed, way_words=way_words, as_options=False,
        found=find_students(session(), looking, typed, now) if typed else [],
        recent=recent, taught=[] if recent else students_taught(session(), looking, now),
        sections=own_sections(session(), looking),
    )  # fmt: skip


def way_words(row: StudentRow) -> str:
    """Why this guardian and this channel stand there; nothing where nothing is known."""
    if row.way is None:
        return _("nobody may be contacted")
    if row.way.because is Because.ASKED_FOR:
        return _("asked for this")
    if row.way.worked_at is None:
        return ""
    zone = asking.zone()
    day = short_day(row.way.worked_at.astimezone(zone).date(), asking.now().astimezone(zone).date())
    return _("worked last on %(day)s", day=day)
