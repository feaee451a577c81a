"""One case, beside the queue or as a page of its own: why, what was done with it, and what was said."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import AccountRole
from outreach.contacts import contact_strips, timeline
from outreach.errors import NotFound
from outreach.language import _
from outreach.risk import CaseStep, QueueRow, Step, explain, history_of, rows_of, step_words

from . import asking
from .database import session
from .queue_address import may_work, queue_address
from .queue_words import ASKED

blueprint = Blueprint("one", __name__)
READERS = (AccountRole.COUNSELOR, AccountRole.ADMINISTRATOR, AccountRole.DISTRICT_ADMINISTRATOR)
SAID = 10
"""Entries of the conversation in one go."""


@blueprint.get("/<int:family_id>")
@asking.signed_in(*READERS)
def case(family_id: int) -> ResponseReturnValue:
    """Scoped and kept in the trail as a family's own page is. A 404 for a family that may not be seen."""
    asking.may_read_family(family_id)
    looking, now = asking.viewer(), asking.now()
    rows = rows_of(session(), looking, [family_id], now)
    if not rows:
        raise NotFound(_("This family has not been looked at yet; the night does it."))
    row, wanted = rows[0], request.args.get("next", "")
    listed = wanted if wanted.startswith("/queue") else queue_address()
    return render_template(
        "queue/one.html", row=row, told=explain(session(), family_id, now, looking), history=_history(family_id),
        steps=_steps(row) if may_work() else (), asked=ASKED, staff_id=looking.staff_id, listed=listed,
        stays=url_for("queue.one.case", family_id=family_id, next=listed),
        strip=contact_strips(session(), [family_id], now).get(family_id),
        talk=timeline(session(), looking, family_id, now, limit=SAID, before=request.args.get("before")),
    )  # fmt: skip


def _history(family_id: int) -> list[tuple[CaseStep, str]]:
    return [(step, step_words(step, asking.zone(), asking.now())) for step in history_of(session(), family_id)]


def _steps(row: QueueRow) -> tuple[Step, ...]:
    """What this person can do with the case now, the likeliest first."""
    looking, case = asking.viewer(), row.open_case
    if row.settled:
        return (Step.REOPEN,)
    rests = Step.WAKE if case is not None and case.snoozed_until else Step.SNOOZE
    if case is None or case.claimed_by is None:
        return (Step.CLAIM, Step.NOTE, rests, Step.ASSIGN, Step.RESOLVE)
    if case.claimed_by == looking.staff_id or looking.administers:
        return (Step.NOTE, rests, Step.ASSIGN, Step.RESOLVE, Step.RELEASE)
    return (Step.NOTE, rests, Step.RESOLVE)
