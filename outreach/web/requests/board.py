"""The board: who waits, by how their clocks stand, narrowed by the address."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from outreach.contacts import ClockState, Whose, answers_on_their_way, board, contact_strips, owns_open
from outreach.contacts.who_to_ask import schools_seen
from outreach.language import N_

from .. import asking
from ..database import session
from .room import COUNTERS, HANDED_TO, address_of, blueprint, filter_of_address

FIRST = 9
"""Cards of each section on the whole board."""
PAGE = 30
"""Cards of one section's own pages."""
HEADINGS = {
    ClockState.OVER: (N_("Past due"), "alarm", N_("The longest past due first.")),
    ClockState.SOON: (N_("Due soon"), "clock", N_("Due before today’s school day is over, or a day old.")),
    ClockState.IN_TIME: (N_("In time"), "check2", N_("Asked lately; the goal is a day.")),
    ClockState.NO_DUE_TIME: (N_("No due time"), "calendar-week", N_("The school’s calendar ends before it.")),
    ClockState.ENDED: (
        N_("Answered or closed lately"),
        "check-circle",
        N_("If the family writes now, it opens again."),
    ),
}  # fmt: skip
WHOSE = {
    Whose.MINE: N_("Mine"), Whose.SCHOOL: N_("My school"), Whose.NOBODY: N_("Without an owner"),
    Whose.EVERYBODY: N_("All"),
}  # fmt: skip


@blueprint.get("")
@asking.signed_in()
def page() -> ResponseReturnValue:
    looking, now = asking.viewer(), asking.now()
    own = "whose" not in request.args and "section" not in request.args and owns_open(session(), looking)
    wanted = filter_of_address(Whose.MINE if own else Whose.EVERYBODY)
    only = request.args.get("section", "")
    one = ClockState(only) if only in list(ClockState) else None
    found = board(
        session(), looking, now, wanted, only=one, after=request.args.get("after"), size=PAGE if one else FIRST
    )
    rows = [row for section in found.sections for row in section.rows]
    return render_template(
        "requests/board.html", board=found, wanted=wanted, only=one, headings=HEADINGS, whose=WHOSE,
        address=address_of(wanted), departments=HANDED_TO, schools=schools_seen(session(), looking),
        strips=contact_strips(session(), list({row.family_id: None for row in rows}), now),
        on_their_way=answers_on_their_way(session(), [(row.request_id, row.family_id) for row in rows]),
        counts_breaches=not looking.roles.isdisjoint(COUNTERS), me=looking.staff_id,
    )  # fmt: skip
