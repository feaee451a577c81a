"""What is done with cases, one or many in one go: each step, what it asks for, what could not be done, and its undo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import AccountRole, CaseOutcome
from outreach.access import audit
from outreach.language import _
from outreach.risk import (
    LONGEST_WORDS,
    OUTCOMES,
    Act,
    CaseFieldRefused,
    CaseMovedOn,
    Chosen,
    Refused,
    Report,
    Step,
    act_on_cases,
    case_colleagues,
    families_named,
    last_act,
    rows_of,
    step_words,
    undo_act,
)

from . import asking
from .database import session
from .notices import say, warn
from .queue_address import chosen_cases, queue_address, written
from .queue_words import ALL_THE_SAME, ASKED, done_words, undone_words
from .typed import number_or_none

blueprint = Blueprint("acts", __name__)
READERS = (AccountRole.COUNSELOR, AccountRole.ADMINISTRATOR, AccountRole.DISTRICT_ADMINISTRATOR)
ASKS = (Step.ASSIGN, Step.SNOOZE, Step.NOTE, Step.RESOLVE)
"""Steps that want something entered."""
NAMED = 25
"""Families that a page names before it only counts them."""


@blueprint.post("/<any(claim, release, assign, snooze, wake, note, resolve, reopen):name>")
@asking.signed_in(*READERS)
def take(name: str) -> ResponseReturnValue:
    """Take the step with every case that was chosen; say what was done, or show what could not be."""
    step, chosen = Step(name), chosen_cases()
    if not chosen:
        return _none_chosen()
    looking, now = asking.viewer(), asking.now()
    try:
        act = _act(step, looking.on)
        report = act_on_cases(session(), looking, act, chosen, now)
    except CaseFieldRefused as refused:
        session().rollback()
        return _ask(step, chosen, {refused.field: str(refused)})
    for done in report.done:
        audit(session(), looking, f"{step}_case", "case", done.case_id, now, detail={"family_id": done.family_id})
    session().commit()
    if report.refused:
        return _refused(step, report)
    say(done_words(step, [one.name for one in report.done]), _undo_address(report))
    return back()


@blueprint.post("/ask/<any(assign, snooze, note, resolve):name>")
@asking.signed_in(*READERS)
def choose(name: str) -> ResponseReturnValue:
    """From a list with ticks to the page that asks for the rest."""
    chosen = chosen_cases()
    if not chosen:
        return _none_chosen()
    cases = [written(one) for one in chosen]
    return redirect(url_for("queue.acts.ask", name=name, case=cases, next=request.form.get("next")), 303)


@blueprint.get("/<any(assign, snooze, note, resolve):name>")
@asking.signed_in(*READERS)
def ask(name: str) -> ResponseReturnValue:
    chosen = chosen_cases()
    return _ask(Step(name), chosen) if chosen else _none_chosen()


@blueprint.post("/undo")
@asking.signed_in(*READERS)
def undo() -> ResponseReturnValue:
    """Take back one act (``act``), else what this person did last."""
    looking, now = asking.viewer(), asking.now()
    key = request.values.get("act") or last_act(session(), looking)
    if key is None:
        warn(_("There is nothing to undo."))
        return back()
    report = undo_act(session(), looking, key, now)
    for done in report.done:
        audit(session(), looking, "undo_case", "case", done.case_id, now, detail={"family_id": done.family_id})
    session().commit()
    if report.refused:
        return _refused(None, report)
    say(undone_words([one.name for one in report.done]))
    return back()


def back() -> ResponseReturnValue:
    """To the queue as it was narrowed, or wherever the form came from."""
    return asking.back_to(queue_address())


def _none_chosen() -> ResponseReturnValue:
    warn(_("Choose at least one family first."))
    return back()


def _undo_address(report: Report) -> str | None:
    if report.act is None:
        return None
    return url_for("queue.acts.undo", act=report.act, next=request.form.get("next"))


def _act(step: Step, today: date) -> Act:
    """What was entered. Raises :class:`CaseFieldRefused` for a day that is none."""
    given = request.form
    outcome = given.get("outcome", "")
    return Act(
        step, words=given.get("words", "").replace("\r\n", "\n").strip() if step in ASKS else "",
        outcome=CaseOutcome(outcome) if step is Step.RESOLVE and outcome in list(CaseOutcome) else None,
        until=_day(given.get("on", "").strip() or given.get("until", "")) if step is Step.SNOOZE else None,
        to=number_or_none(given.get("to", "")) if step is Step.ASSIGN else None,
    )  # fmt: skip


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CaseFieldRefused("until", _("Write the day as year, month, day: 2027-01-31.")) from None


def _ask(step: Step, chosen: Sequence[Chosen], problems: Mapping[str, str] | None = None) -> ResponseReturnValue:
    names = families_named(session(), asking.viewer(), [one.family_id for one in chosen])
    shown = render_template(
        "queue/ask.html", step=step, title=ASKED[step], names=list(names.values())[:NAMED], many=len(names),
        cases=[written(one) for one in chosen if one.family_id in names], problems=dict(problems or {}),
        **_fields(step),
    )  # fmt: skip
    return _answer(shown, 422 if problems else 200)


def _fields(step: Step) -> dict[str, object]:
    """What the fields of a step offer, and what was typed into them."""
    looking = asking.viewer()
    typed = {name: request.form.get(name, "") for name in ("words", "outcome", "until", "on", "to")}
    return {
        "typed": typed, "outcomes": OUTCOMES, "longest": LONGEST_WORDS, "rests": _rests(looking.on),
        "today": looking.on, "colleagues": case_colleagues(session(), looking) if step is Step.ASSIGN else (),
    }  # fmt: skip


def _rests(today: date) -> list[tuple[str, date]]:
    """How long a case may rest, in a tap: each with the day on which it comes back."""
    next_monday = today + timedelta(days=7 - today.weekday())
    return [
        (_("Until tomorrow"), today + timedelta(days=1)), (_("For 3 days"), today + timedelta(days=3)),
        (_("Until Monday"), next_monday), (_("For two weeks"), today + timedelta(days=14)),
        (_("For a month"), today + timedelta(days=30)),
    ]  # fmt: skip


def _refused(step: Step | None, report: Report) -> ResponseReturnValue:
    """What could not be done and why, each case as it stands now, and what was typed, to be sent again."""
    looking, now = asking.viewer(), asking.now()
    rows = rows_of(session(), looking, [one.family_id for one in report.refused if one.theirs], now)
    stands = {row.family_id: row for row in rows}
    again = [
        written(Chosen(one.family_id, stands[one.family_id].seen))
        for one in report.refused
        if step is not None and isinstance(one.why, CaseMovedOn) and one.family_id in stands
        and (stands[one.family_id].open_case or step is Step.REOPEN)
    ]  # fmt: skip
    shown = render_template(
        "queue/refused.html", step=step, again=ALL_THE_SAME[step] if step else "", report=report, stands=stands,
        steps={one.family_id: _what_was_done(one) for one in report.refused}, cases=again,
        undo=_undo_address(report) if report.done else None, problems={}, asks=step in ASKS, staff_id=looking.staff_id,
        **_fields(step or Step.CLAIM),
    )  # fmt: skip
    return _answer(shown, 409)


def _what_was_done(refused: Refused) -> list[str]:
    """Who did what when, by this reader's clock."""
    steps = refused.why.steps if isinstance(refused.why, CaseMovedOn) else ()
    return [step_words(step, asking.zone(), asking.now()) for step in steps] or [str(refused.why)]


def _answer(shown: str, status: int) -> ResponseReturnValue:
    """A page; for htmx the same words for the dialog, whatever sent them, with a status that it takes in."""
    if not asking.by_htmx():
        return shown, status
    response = make_response(shown, 200)
    response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#queue-ask", "innerHTML"
    response.headers["HX-Reselect"] = "#asked"
    return response
