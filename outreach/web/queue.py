"""The counselor's risk queue: who, why, how long silent; claim, snooze, resolve, each undoable."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import AccountRole
from outreach.access import audit
from outreach.contacts import contact_strips
from outreach.errors import NotFound
from outreach.language import language_name
from outreach.risk import (
    CaseRefused,
    Code,
    QueueFilters,
    Whose,
    claim_case,
    queue,
    release_case,
    resolve_case,
    snooze_case,
    undo_resolve,
    wake_case,
)

from . import asking
from .database import session
from .notices import say, warn
from .typed import number

blueprint = Blueprint("queue", __name__, url_prefix="/queue")
READERS = (AccountRole.COUNSELOR, AccountRole.ADMINISTRATOR, AccountRole.DISTRICT_ADMINISTRATOR)
LANGUAGES = ("ar", "en", "es", "fr", "hi", "hmn", "ht", "ko", "pl", "pt", "ru", "so", "tl", "uk", "vi", "zh")
GRADES = ("KG", *(f"{number:02}" for number in range(1, 13)))
SNOOZES = ((1, "until tomorrow"), (3, "for 3 days"), (7, "for a week"), (14, "for two weeks"), (30, "for a month"))
TABS = ((Whose.NEW_AND_MINE, "New and mine"), (Whose.OPEN, "All open"), (Whose.SNOOZED, "Snoozed"))
DONE = {
    "claim": "Yours now.",
    "release": "Given back.",
    "snooze": "Out of the way until then.",
    "wake": "Back in the queue.",
    "resolve": "Resolved. It comes back only for something new.",
}


@blueprint.get("")
@asking.signed_in(*READERS)
def page() -> ResponseReturnValue:
    filters = _filters()
    found = queue(session(), asking.viewer(), asking.now(), filters)
    return render_template(
        "queue/page.html", found=found, filters=filters, tabs=TABS, codes=list(Code), grades=GRADES,
        languages={tag: language_name(tag) for tag in LANGUAGES}, snoozes=SNOOZES, staff_id=asking.viewer().staff_id,
        kept={name: value for name, value in request.args.items() if name != "page"},
        strips=contact_strips(session(), [row.family_id for row in found.rows], asking.now()),
    )  # fmt: skip


@blueprint.post("/<int:family_id>/<any(claim, release, snooze, wake, resolve):step>")
@asking.signed_in(*READERS)
def act(family_id: int, step: str) -> ResponseReturnValue:
    looking, now = asking.viewer(), asking.now()
    undo_at = None
    try:
        if step == "snooze":
            days = min(request.form.get("days", 1, type=number), SNOOZES[-1][0])
            until = looking.on + timedelta(days=max(days, 0))
            case = snooze_case(session(), looking, family_id, until, now)
            undo_at = url_for("queue.act", family_id=family_id, step="wake")
        elif step == "resolve":
            case = resolve_case(session(), looking, family_id, request.form.get("resolution", ""), now)
            undo_at = url_for("queue.undo", case_id=case.id)
        else:
            verb = {"claim": claim_case, "release": release_case, "wake": wake_case}[step]
            case = verb(session(), looking, family_id, now)
            undo_at = url_for("queue.act", family_id=family_id, step="release") if step == "claim" else None
    except (CaseRefused, NotFound) as refused:
        session().rollback()
        warn(str(refused))
        return _back()
    audit(session(), looking, f"{step}_case", "case", case.id, now, detail={"family_id": family_id})
    session().commit()
    say(DONE[step], undo_at)
    return _back()


@blueprint.post("/cases/<int:case_id>/undo")
@asking.signed_in(*READERS)
def undo(case_id: int) -> ResponseReturnValue:
    try:
        undo_resolve(session(), asking.viewer(), case_id, asking.now())
    except CaseRefused as refused:
        session().rollback()
        warn(str(refused))
        return _back()
    audit(session(), asking.viewer(), "undo_resolve", "case", case_id, asking.now())
    session().commit()
    say("Open again.")
    return _back()


def _filters() -> QueueFilters:
    """What the address asks for; what it asks wrongly is not narrowed by."""
    args = request.args
    whose, reason, grade = args.get("whose", ""), args.get("reason", ""), args.get("grade", "")
    return QueueFilters(
        whose=Whose(whose) if whose in list(Whose) else Whose.NEW_AND_MINE,
        reason=reason if reason in list(Code) else None, grade=grade if grade in GRADES else None,
        language=args.get("language") or None, page=args.get("page", 1, type=number),
    )  # fmt: skip


def _back() -> ResponseReturnValue:
    """To the queue as it was narrowed."""
    if request.form.get("next"):
        return asking.back_to(url_for("queue.page"))
    return redirect(url_for("queue.page"), 303)
