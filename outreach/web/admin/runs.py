"""Job runs: what ran by itself, how it went, and the command where something is to be run again."""

from __future__ import annotations

from datetime import UTC, date, datetime

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from models import AccountRole
from outreach.language import N_
from outreach.upkeep.district import night_standing
from outreach.upkeep.finding import Weight
from outreach.upkeep.job_runs import NIGHTLY, REMINDERS, job_runs, troubled_runs

from .. import asking
from ..database import session
from ..typed import number
from ..words import day, moment

blueprint = Blueprint("runs", __name__, url_prefix="/runs")
JOBS = {NIGHTLY: N_("The nights"), REMINDERS: N_("Reminders"), "all": N_("All")}
NAMES = {NIGHTLY: N_("Night"), REMINDERS: N_("Reminders")}


@blueprint.get("")
@asking.signed_in(AccountRole.DISTRICT_ADMINISTRATOR)
def page() -> ResponseReturnValue:
    asked = request.args.get("job", NIGHTLY)
    job = asked if asked in JOBS else NIGHTLY
    before = request.args.get("before", type=number)
    standing = night_standing(session(), asking.now())
    return render_template(
        "admin/runs.html", jobs=JOBS, names=NAMES, job=job, first=before is None, slot_words=slot_words,
        found=job_runs(session(), asking.viewer(), None if job == "all" else job, before),
        troubled=troubled_runs(session(), asking.viewer()),
        standing=standing if standing.weight is not Weight.OK else None,
    )  # fmt: skip


def slot_words(slot: str) -> str:
    """What a run is for: a local date, or a moment that is kept in UTC."""
    try:
        if len(slot) == len("2026-11-24"):
            return day(date.fromisoformat(slot))
        return moment(datetime.fromisoformat(slot).replace(tzinfo=UTC))
    except ValueError:
        return slot
