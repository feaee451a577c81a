"""The counselor's risk queue: who, why, how long silent, and whose; narrowed in the address, a page by key."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from models import AccountRole, School
from outreach.contacts import contact_strips
from outreach.effective import effective_config
from outreach.risk import (
    OUTCOMES,
    SCHOOL_CAN_MEND,
    Code,
    QueueFilters,
    Step,
    View,
    Whose,
    queue,
    queue_counts,
    queue_options,
    views_of,
)

from . import asking, queue_acts, queue_one, queue_views
from .database import session
from .queue_address import NARROWING, TABS, address_of, filters_of, here, in_words, may_work, queue_address
from .queue_words import ASKED
from .words import words

blueprint = Blueprint("queue", __name__, url_prefix="/queue")
for part in (queue_acts, queue_one, queue_views):
    blueprint.register_blueprint(part.blueprint)
READERS = (AccountRole.COUNSELOR, AccountRole.ADMINISTRATOR, AccountRole.DISTRICT_ADMINISTRATOR)
BAR = {
    Whose.NEW_AND_MINE: (Step.CLAIM, Step.ASSIGN, Step.SNOOZE, Step.NOTE, Step.RESOLVE),
    Whose.OPEN: (Step.CLAIM, Step.ASSIGN, Step.SNOOZE, Step.NOTE, Step.RESOLVE),
    Whose.SNOOZED: (Step.WAKE, Step.ASSIGN, Step.NOTE, Step.RESOLVE),
    Whose.RESOLVED: (Step.REOPEN,),
}
"""What can be done with many in one go, the likeliest first."""


@blueprint.get("")
@asking.signed_in(*READERS)
def page() -> ResponseReturnValue:
    looking, now = asking.viewer(), asking.now()
    views = views_of(session(), looking)
    first = next((view for view in views if view.opens_first), None)
    if first is not None and not request.args:
        return redirect(queue_address(address_of(filters_of(first.filters))))
    filters = filters_of(request.args)
    found = queue(
        session(), looking, now, filters, after=request.args.get("after"), before=request.args.get("before")
    )  # fmt: skip
    return render_template(
        "queue/page.html", found=found, filters=filters, address=address_of(filters), this_page=here(), tabs=TABS,
        applied=_applied(filters),
        views=[(view, address_of(filters_of(view.filters))) for view in views], view=_view_now(views, filters),
        schools=_schools(), may_work=may_work(), staff_id=looking.staff_id, bar=BAR[filters.whose], asked=ASKED,
        outcomes=OUTCOMES, opened=now.isoformat(),
        strips=contact_strips(session(), [row.family_id for row in found.rows], now),
    )  # fmt: skip


@blueprint.get("/filters")
@asking.signed_in(*READERS)
def narrow() -> ResponseReturnValue:
    """The form by which the queue is narrowed, with what occurs in it; asked for when somebody wants to."""
    filters = filters_of(request.args)
    options = queue_options(session(), asking.viewer(), asking.now(), filters)
    return render_template(
        "queue/filters.html", filters=filters, address=address_of(filters), options=options, say_reason=_reason,
        schools=len(options.schools) > 1 or filters.school_id is not None,
    )  # fmt: skip


@blueprint.get("/counts")
@asking.signed_in(*READERS)
def counts() -> ResponseReturnValue:
    """What has come in since the page was opened; 204 where its reader has been told already."""
    filters, since = filters_of(request.args), _moment(request.args.get("since", ""))
    if since is None:
        return "", 204
    found = queue_counts(session(), asking.viewer(), asking.now(), filters, since)
    if str(found.new) == request.args.get("shown", "0"):
        return "", 204
    return render_template("queue/counts.html", new=found.new, show=queue_address(address_of(filters)))


@blueprint.get("/points")
@asking.signed_in(*READERS)
def points() -> ResponseReturnValue:
    """Where the points come from, and what they are not."""
    risk = effective_config(session(), asking.now()).risk
    factors = [
        (Code(code), factor.points, factor.source, code in SCHOOL_CAN_MEND)
        for code, factor in risk.factor.items()
        if code in list(Code) and factor.points
    ]
    return render_template("queue/points.html", factors=factors, bands=risk.bands, cases=risk.cases)


def _reason(code: str) -> str:
    return words(Code(code)) if code in list(Code) else code.replace("_", " ")


def _view_now(views: list[View], filters: QueueFilters) -> View | None:
    """The saved view that the page shows now."""
    return next((view for view in views if filters_of(view.filters) == filters), None)


def _applied(filters: QueueFilters) -> list[tuple[str, str]]:
    """What is narrowed by, in words, each with the address without it."""
    address = address_of(filters)
    return [
        (said, queue_address({one: value for one, value in address.items() if one != name}))
        for name, said in in_words(filters).items()
        if name in NARROWING
    ]


def _schools() -> str:
    """Whose families are in the queue: the school's name; nothing where they are several."""
    ids = asking.viewer().school_ids
    if asking.viewer().sees_district or len(ids) != 1:
        return ""
    return session().scalar(select(func.max(School.name)).where(School.id.in_(ids))) or ""


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.replace(" ", "+")).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
