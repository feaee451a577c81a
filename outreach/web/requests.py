"""What families asked: who waits, whose it is, how long; answer, no answer needed, hand over, open again."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import AccountRole, Department, Request
from outreach.access import Grant, audit, colleagues, household, require
from outreach.access.guarded import KEPT
from outreach.contacts import (
    RequestRefused,
    close_request,
    contact_strips,
    hand_over,
    reopen_request,
    waiting_counts,
    waiting_of_family,
    waiting_requests,
    withheld_questions,
)
from outreach.delivery.inbound import others_who_wrote
from outreach.errors import NotFound

from . import asking
from .database import session
from .notices import say
from .typed import number

blueprint = Blueprint("requests", __name__, url_prefix="/requests")
HANDED_TO = tuple(department for department in Department if department is not Department.DISTRICT)


@blueprint.get("")
@asking.signed_in()
def page() -> ResponseReturnValue:
    every = waiting_requests(session(), asking.viewer(), asking.now())
    show = request.args.get("show", "mine" if any(row.mine for row in every) else "all")
    rows = [row for row in every if row.mine] if show == "mine" else every
    if show == "over":
        rows = [row for row in every if row.over]
    return render_template("requests/list.html", rows=rows, counts=waiting_counts(every), show=show)


@blueprint.get("/<int:request_id>")
@asking.signed_in()
def one(request_id: int) -> ResponseReturnValue:
    asked, grant = _find(request_id)
    return _page(asked, grant)


@blueprint.post("/<int:request_id>/close")
@asking.signed_in()
def close(request_id: int) -> ResponseReturnValue:
    asked, grant = _find(request_id)
    if withheld_questions(session(), asking.viewer(), [asked]).get(asked.id) == KEPT:
        return _page(asked, grant, [("", f"{KEPT} Only who reads the words can say that no answer is needed.")]), 422
    return _step(asked, grant, "close_request", "Closed: no answer needed.", reason=request.form.get("reason", ""))


@blueprint.post("/<int:request_id>/hand-over")
@asking.signed_in()
def give(request_id: int) -> ResponseReturnValue:
    asked, grant = _find(request_id)
    return _step(asked, grant, "hand_over_request", "Handed over. The family’s due time stays.")


@blueprint.post("/<int:request_id>/reopen")
@asking.signed_in()
def open_again(request_id: int) -> ResponseReturnValue:
    asked, grant = _find(request_id)
    return _step(asked, grant, "reopen_request", "Open again.")


def _find(request_id: int) -> tuple[Request, Grant]:
    """Raises NotFound alike for a question that is not there and one of a family that may not be seen."""
    asked = session().get(Request, request_id)
    if asked is None:
        raise NotFound("There is no such question, or you do not work with its family.")
    return asked, require(session(), asking.viewer(), asked.family_id)


def _step(asked: Request, grant: Grant, action: str, done: str, reason: str = "") -> ResponseReturnValue:
    """Take one step, keep it in the trail, say so; a refusal is shown on the page with what was typed."""
    looking, now = asking.viewer(), asking.now()
    try:
        if action == "close_request":
            close_request(session(), asked.id, now, looking.account_id, no_answer_needed=reason)
        elif action == "reopen_request":
            reopen_request(session(), asked.id, now, looking.account_id)
        else:
            _hand_over(asked)
    except RequestRefused as refused:
        session().rollback()
        return _page(session().get_one(Request, asked.id), grant, [("", str(refused))]), 422
    audit(session(), looking, action, "request", asked.id, now, because=grant.because)
    session().commit()
    undo = url_for("requests.open_again", request_id=asked.id) if action == "close_request" else None
    say(done, undo)
    return redirect(url_for("requests.page"), 303)


def _hand_over(asked: Request) -> None:
    department = request.form.get("department", "")
    hand_over(
        session(), asked.id, asking.now(), asking.viewer().account_id,
        to_department=Department(department) if department in list(Department) else None,
        to_staff_id=request.form.get("staff_id", type=number), why=request.form.get("why", "").strip() or None,
        as_administrator=asking.viewer().administers,
    )  # fmt: skip


def _page(asked: Request, grant: Grant, problems: list[tuple[str, str]] | None = None) -> str:
    looking, now = asking.viewer(), asking.now()
    rows = waiting_of_family(session(), looking, asked.family_id, now)
    withheld = withheld_questions(session(), looking, [asked])
    return render_template(
        "requests/one.html", asked=asked, question=withheld.get(asked.id, asked.question),
        row=next((row for row in rows if row.request_id == asked.id), None),
        home=household(session(), looking, asked.family_id, now), grant=grant, problems=problems or [],
        staff=colleagues(session(), looking, asked.family_id), departments=HANDED_TO,
        others=others_who_wrote(session(), asked), me=looking.staff_id,
        may_write=bool(looking.roles - {AccountRole.RECORDER}),
        strip=contact_strips(session(), [asked.family_id], now).get(asked.family_id),
    )  # fmt: skip
