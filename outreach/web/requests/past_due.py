"""Breaches as one list, to work through, to print, or to take along."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import JsonObject
from outreach.access import audit
from outreach.contacts import Whose, answers_on_their_way, department_words, every_past_due, past_due
from outreach.contacts.waiting import WaitingRequest
from outreach.contacts.who_to_ask import schools_seen
from outreach.language import _, language_name, said
from outreach.schooltime import zone_of_district

from .. import asking
from ..database import session, writing
from ..spreadsheet import csv_file
from ..words import moment
from .room import COUNTERS, HANDED_TO, address_of, blueprint, filter_of_address


@blueprint.get("/past-due")
@asking.signed_in(*COUNTERS)
def breaches() -> ResponseReturnValue:
    looking, now, wanted = asking.viewer(), asking.now(), filter_of_address(Whose.EVERYBODY)
    found = past_due(session(), looking, now, wanted, after=request.args.get("after"))
    return render_template(
        "requests/past_due.html", found=found, wanted=wanted, address=address_of(wanted), departments=HANDED_TO,
        schools=schools_seen(session(), looking), first=request.args.get("after") is None,
        on_their_way=answers_on_their_way(session(), [(row.request_id, row.family_id) for row in found.rows]),
    )  # fmt: skip


@blueprint.get("/past-due.csv")
@asking.signed_in(*COUNTERS)
def file() -> ResponseReturnValue:
    """The whole list; that it was taken along stands in the trail."""
    looking, now, wanted = asking.viewer(), asking.now(), filter_of_address(Whose.EVERYBODY)
    rows = list(every_past_due(session(), looking, now, wanted))
    detail: JsonObject = {"list": "past_due", "rows": len(rows)}
    with writing() as trail:
        audit(trail, looking, "export", "request", None, now, because="looks after these families", detail=detail)
        trail.commit()
    heading = (
        _("Asked"), _("Due"), _("School days since asked"), _("Past the counselor’s mark"), _("Family"), _("Who asked"),
        _("Children"), _("Language"), _("School"), _("Department"), _("Owner"), _("Question"), _("Page"),
    )  # fmt: skip
    today = now.astimezone(zone_of_district(session())).date()
    return csv_file(f"past-due-{today.isoformat()}.csv", heading, (_cells(row) for row in rows))


def _cells(row: WaitingRequest) -> tuple[str, ...]:
    return (
        moment(row.reopened_at or row.opened_at, row.zone), moment(row.due_at, row.zone),
        _("not known") if row.school_days is None else str(row.school_days), _("yes") if row.for_counselor else _("no"),
        row.family_name, row.guardian_name or "", ", ".join(row.students), language_name(row.language), row.school_name,
        department_words(row.department), row.owner_name or _("nobody"), said(row.question),
        url_for("requests.one", request_id=row.request_id, _external=True),
    )  # fmt: skip
