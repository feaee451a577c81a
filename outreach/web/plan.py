"""The plan: what the night suggested, what waits for its time, what did not go and why; many approved together."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from models import Channel, OrgKind, School
from outreach.contacts import Strip, contact_strips
from outreach.language import N_, _, ngettext
from outreach.planning import (
    Card,
    Part,
    PlanFilters,
    approve_all,
    approved_together,
    days_planned,
    plan_page,
    plan_part,
    preview_all,
    undo_all,
)
from outreach.planning.plan_page import by_day

from . import asking, plan_one, plan_write
from .database import session
from .notices import say, warn
from .plan_ground import PLANNERS, blueprint
from .typed import number

__all__ = ["blueprint", "plan_one", "plan_write"]
CHANNELS = (Channel.SMS, Channel.EMAIL, Channel.PHONE, Channel.LETTER, Channel.IN_PERSON)
FILTERS = ("own", "school", "person", "day", "channel")
TITLES = {
    Part.SUGGESTED: N_("Suggested"),
    Part.UNDER_WAY: N_("On the way"),
    Part.NOT_GONE: N_("Did not go out"),
    Part.UNASSIGNED: N_("Nobody’s yet"),
    Part.ENDED: N_("The last two weeks"),
}


@blueprint.get("")
@asking.signed_in(*PLANNERS)
def page() -> ResponseReturnValue:
    """All parts together, each from its beginning; or one part, from where the last page of it ended."""
    looking, now, filters = asking.viewer(), asking.now(), _filters()
    part = request.args.get("part", "")
    if part in list(Part):
        found = plan_part(
            session(), looking, now, Part(part), filters, after=request.args.get("after", type=number)
        )  # fmt: skip
        return render_template(
            "plan/part.html", part=Part(part), title=TITLES[Part(part)], days=by_day(found.cards), found=found,
            **_around(filters, found.cards),
        )  # fmt: skip
    planned = plan_page(session(), looking, now, filters)
    days = (*planned.suggested, *planned.under_way)
    cards = [card for day in days for card in day.cards]
    return render_template(
        "plan/list.html", plan=planned,
        **_around(filters, [*cards, *planned.unassigned, *planned.not_gone, *planned.ended]),
    )  # fmt: skip


@blueprint.get("/approve-all")
@asking.signed_in(*PLANNERS)
def look_over() -> ResponseReturnValue:
    """What approving all would send, and what it leaves out and why; nothing happens yet."""
    found = preview_all(session(), asking.viewer(), asking.now(), _filters())
    return render_template("plan/approve_all.html", found=found, kept=_kept())


@blueprint.post("/approve-all")
@asking.signed_in(*PLANNERS)
def all_ready() -> ResponseReturnValue:
    """Those that were looked over; the same form sent twice is told the same. What changed meanwhile is left as it is,
    and said."""
    chosen = dict(request.form.getlist("id", type=_looked_over))
    approve_all(session(), asking.viewer(), asking.now(), only=chosen)
    session().flush()
    done = approved_together(session(), asking.viewer(), chosen)
    session().commit()
    said = [
        ngettext(
            "%(count)s approved: it counts as a notice, not as a teacher’s own word.",
            "%(count)s approved: they count as notices, not as a teacher’s own word.", done.approved,
        )
    ]  # fmt: skip
    left = len(chosen) - done.approved - done.earlier
    if left:
        said.append(
            ngettext("%(count)s was left, since it has changed.", "%(count)s were left, since they have changed.", left)
        )
    undo_at = url_for("plan.all_back", at=done.at.isoformat()) if done.at else None
    say(" ".join(said), undo_at)
    return redirect(url_for("plan.page"), 303)


@blueprint.post("/approve-all/undo")
@asking.signed_in(*PLANNERS)
def all_back() -> ResponseReturnValue:
    try:
        at = datetime.fromisoformat(request.args.get("at", ""))
        if at.tzinfo is None:
            raise ValueError(at)
    except ValueError:
        warn(_("It cannot be told any more which ones these were; take them back one by one."))
        return redirect(url_for("plan.page"), 303)
    figures = undo_all(session(), asking.viewer(), at, asking.now())
    session().commit()
    if figures.taken_back:
        say(
            ngettext(
                "%(count)s is back among the suggestions.", "%(count)s are back among the suggestions.",
                figures.taken_back,
            )
        )  # fmt: skip
    if figures.gone:
        warn(
            ngettext(
                "%(count)s has left or was changed since, so it stays as it is.",
                "%(count)s have left or were changed since, so they stay as they are.", figures.gone,
            )
        )  # fmt: skip
    return redirect(url_for("plan.page"), 303)


def _looked_over(text: str) -> tuple[int, str]:
    """A suggestion and the version of it that was shown. Raises ValueError for anything else."""
    outreach_id, _colon, version = text.partition(":")
    return number(outreach_id), version


def _kept() -> dict[str, str]:
    """What the address narrows by, for the links of its page."""
    return {name: value for name, value in request.args.items() if name in FILTERS}


def _filters() -> PlanFilters:
    """What the address asks for; what it asks wrongly is not narrowed by."""
    args, channel = request.args, request.args.get("channel", "")
    return PlanFilters(
        own=args.get("own") == "yes", school_id=args.get("school", type=number),
        staff_id=args.get("person", type=number), day=_day(args.get("day", "")),
        channel=Channel(channel) if channel in CHANNELS else None,
    )  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _around(filters: PlanFilters, cards: Iterable[Card]) -> dict[str, object]:
    """What both pages need beside their cards."""
    looking, families = asking.viewer(), list(dict.fromkeys(card.family_id for card in cards))
    strips: dict[int, Strip] = contact_strips(session(), families, asking.now()) if families else {}
    return {
        "filters": filters, "kept": _kept(), "strips": strips, "channels": CHANNELS, "schools": _schools(),
        "days_planned": days_planned(session(), looking, asking.now(), filters), "sees_others": looking.sees_risk,
        "reader_zone": asking.zone().key, "titles": {part.value: title for part, title in TITLES.items()},
    }  # fmt: skip


def _schools() -> list[School]:
    """Those among which this reader may choose; none where there is nothing to choose."""
    looking = asking.viewer()
    if not looking.sees_risk:
        return []
    statement = select(School).where(School.active, School.kind == OrgKind.SCHOOL).order_by(School.name)
    if not looking.sees_district:
        statement = statement.where(School.id.in_(looking.school_ids))
    found = list(session().scalars(statement))
    return found if len(found) > 1 else []
