"""One suggestion: read it as the family will, change it, move it, approve it, set it aside, give it to a colleague."""

from __future__ import annotations

from datetime import datetime

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import Channel, Outreach, OutreachState, Staff
from outreach.access import household
from outreach.contacts import contact_strips
from outreach.errors import OutreachError
from outreach.language import _
from outreach.planning import (
    NOT_NOW,
    Act,
    Card,
    ChangedMeanwhile,
    LanguageNotConfirmed,
    PlanningError,
    Revision,
    WrongTime,
    assign_to,
    dismiss,
    end_weekly,
    may_give,
    plan_card,
    preview_of,
    resume_weekly,
    revise,
    series_of,
    still_runs,
    takers,
    times_of,
    undo,
    undo_assign,
)

from . import asking
from .counting import counted, script_words
from .database import session
from .notices import say, warn
from .plan_ground import (
    GIVERS,
    PLANNERS,
    approved_words,
    blueprint,
    leaving_of,
    live_channels,
    rules,
    settings,
    stop_link,
    typed_time,
    typed_words,
)
from .plan_letter import letter_of
from .plan_moves import Move, links_of, moves_of
from .typed import number

CHANGEABLE = (OutreachState.SUGGESTED, OutreachState.APPROVED, OutreachState.SCHEDULED)
Problems = list[tuple[str, str]]


@blueprint.get("/<int:outreach_id>")
@asking.signed_in(*PLANNERS)
def one(outreach_id: int) -> ResponseReturnValue:
    return _page(outreach_id)


@blueprint.post("/<int:outreach_id>")
@asking.signed_in(*PLANNERS)
def change(outreach_id: int) -> ResponseReturnValue:
    """Keep the words and the time as they stand in the form; with ``do=approve`` send it on its way too, with
    ``do=preview`` only show it."""
    typed = request.form
    do = typed.get("then", "keep") if typed.get("to") else typed.get("do", "keep")
    if do == "preview":
        return _page(outreach_id)
    nearest, moved_on = None, False
    try:
        wanted = Revision(
            seen=typed.get("seen"), body=typed_words() if "body" in typed else None, title=typed.get("title"),
            local_time=typed_time(), language_confirmed=typed.get("language_confirmed") == "yes",
            approve=do == "approve",
        )  # fmt: skip
        row = revise(session(), asking.viewer(), outreach_id, wanted, asking.now(), live=live_channels())
    except ValueError:
        problem = ("day", _("This day or time cannot be read; choose it anew."))
    except LanguageNotConfirmed as refused:
        problem = ("language_confirmed", str(refused))
    except WrongTime as refused:
        problem, nearest = ("day", str(refused)), refused.nearest
    except ChangedMeanwhile as refused:
        problem, moved_on = ("", str(refused)), True
    except PlanningError as refused:
        problem = ("body", str(refused))
    else:
        return _changed(row, approved=do == "approve")
    session().rollback()
    return _page(outreach_id, [problem], Move.of(nearest) if nearest else None, then=do, moved_on=moved_on), 422


def _changed(row: Outreach, *, approved: bool) -> ResponseReturnValue:
    session().flush()
    at = leaving_of(row)
    session().commit()
    if approved:
        waits = at is not None or row.state is OutreachState.APPROVED
        say(approved_words(row, at), url_for("plan.take_back", outreach_id=row.id) if waits else None)
        return redirect(url_for("plan.page"), 303)
    say(_("Kept."))
    return redirect(url_for("plan.one", outreach_id=row.id), 303)


@blueprint.post("/<int:outreach_id>/not-now")
@asking.signed_in(*PLANNERS)
def not_now(outreach_id: int) -> ResponseReturnValue:
    typed = request.form
    reason = typed.get("ready") or typed.get("reason", "")
    try:
        dismiss(session(), asking.viewer(), outreach_id, reason, asking.now(), seen=typed.get("seen"))
    except PlanningError as refused:
        return _refused(refused, url_for("plan.one", outreach_id=outreach_id))
    session().commit()
    say(
        _("Set aside. It comes back in 14 days, or when the family writes."),
        url_for("plan.take_back", outreach_id=outreach_id),
    )
    return asking.back_to(url_for("plan.page"))


@blueprint.post("/<int:outreach_id>/undo")
@asking.signed_in(*PLANNERS)
def take_back(outreach_id: int) -> ResponseReturnValue:
    """Before it has left. What was written by hand comes back into its form, or the one that it was written in."""
    try:
        row = undo(session(), asking.viewer(), outreach_id, asking.now())
    except PlanningError as refused:
        return _refused(refused, url_for("plan.page"))
    session().commit()
    if row.state is OutreachState.CANCELLED:
        say(_("Stopped: it did not leave. Your words are still here."))
        question = row.evidence.get("request_id")
        return asking.back_to(url_for("plan.write", family=row.family_id, again=row.id, request=question))
    say(_("Back among the suggestions."))
    return asking.back_to(url_for("plan.one", outreach_id=outreach_id))


@blueprint.post("/<int:outreach_id>/end")
@asking.signed_in(*PLANNERS)
def end(outreach_id: int) -> ResponseReturnValue:
    """No further one of a weekly message."""
    try:
        newest = end_weekly(session(), asking.viewer(), outreach_id, asking.now(), seen=request.form.get("seen"))
    except PlanningError as refused:
        return _refused(refused, url_for("plan.one", outreach_id=outreach_id))
    session().commit()
    say(_("Ended: nothing more of it goes out."), url_for("plan.go_on", outreach_id=newest.id))
    return redirect(url_for("plan.one", outreach_id=newest.id), 303)


@blueprint.post("/<int:outreach_id>/go-on")
@asking.signed_in(*PLANNERS)
def go_on(outreach_id: int) -> ResponseReturnValue:
    try:
        made = resume_weekly(session(), asking.viewer(), outreach_id, asking.now())
    except PlanningError as refused:
        return _refused(refused, url_for("plan.one", outreach_id=outreach_id))
    session().commit()
    say(_("It goes on every week, as before."))
    return redirect(url_for("plan.one", outreach_id=made.id), 303)


@blueprint.post("/<int:outreach_id>/give")
@asking.signed_in(*GIVERS)
def give(outreach_id: int) -> ResponseReturnValue:
    """To a colleague who works with the child, or to oneself."""
    staff_id = request.form.get("staff_id", 0, type=number)
    try:
        given = assign_to(
            session(), asking.viewer(), outreach_id, staff_id, asking.now(), seen=request.form.get("seen")
        )  # fmt: skip
    except PlanningError as refused:
        return _refused(refused, url_for("plan.one", outreach_id=outreach_id))
    name = session().get_one(Staff, given.staff_id).display_name
    session().commit()
    say(_("%(name)s has it now.", name=name), url_for("plan.give_back", outreach_id=outreach_id))
    return redirect(url_for("plan.page"), 303)


@blueprint.post("/<int:outreach_id>/give/undo")
@asking.signed_in(*GIVERS)
def give_back(outreach_id: int) -> ResponseReturnValue:
    try:
        undo_assign(session(), asking.viewer(), outreach_id, asking.now())
    except PlanningError as refused:
        return _refused(refused, url_for("plan.one", outreach_id=outreach_id))
    session().commit()
    say(_("It belongs to whom it did before."))
    return redirect(url_for("plan.one", outreach_id=outreach_id), 303)


def _refused(refused: OutreachError, default: str) -> ResponseReturnValue:
    session().rollback()
    warn(str(refused))
    return asking.back_to(default)


def _page(
    outreach_id: int, problems: Problems | None = None, offer: Move | None = None, then: str = "keep", *,
    moved_on: bool = False,
) -> str:  # fmt: skip
    looking, now, typed = asking.viewer(), asking.now(), request.form
    card = plan_card(session(), looking, outreach_id, now)
    row = session().get_one(Outreach, outreach_id)
    changeable = card.state in CHANGEABLE
    sent = card.channel in (Channel.SMS, Channel.EMAIL) and card.act is not Act.ANSWER
    times = times_of(session(), row, now, live_channels()) if changeable else None
    links = series_of(session(), row)
    words, title = typed.get("body", row.body or ""), typed.get("title", row.title or "")
    return render_template(
        "plan/one.html", card=card, changeable=changeable, sent=sent, problems=problems or [], typed=typed,
        home=household(session(), looking, row.family_id, now),
        strip=contact_strips(session(), [row.family_id], now).get(row.family_id),
        staff=takers(session(), looking, row.family_id) if changeable and may_give(looking) else (),
        me=looking.staff_id, may_give=may_give(looking), reasons=NOT_NOW, reader_zone=asking.zone().key,
        moves=moves_of(times, row, typed) if times else None, offer=offer, then=then,
        stands=_stands(card) if moved_on else {},
        count=counted(words, rules().most_segments), script_words=script_words(),
        preview=preview_of(session(), row, words, title, stop_link(row.address_id), settings().public_url)
        if sent else None,
        as_drafted=words.replace("\r\n", "\n").strip() == (row.body or "").strip(), series=links_of(links),
        runs=still_runs(links, now), letter=letter_of(card) if changeable else None,
    )  # fmt: skip


def _stands(card: Card) -> dict[str, str | datetime]:
    """What a colleague has put there meanwhile, by field, where it is not what was typed."""
    typed = request.form
    same_words = typed.get("body", "").replace("\r\n", "\n").strip() == (card.body or "").strip()
    try:
        same_time = typed_time() in (None, card.local_time)
    except ValueError:
        same_time = False
    found: dict[str, str | datetime] = {}
    if "body" in typed and not same_words:
        found["body"] = card.body or ""
    if "title" in typed and typed["title"].strip() != (card.title or ""):
        found["title"] = card.title or ""
    if card.local_time is not None and not same_time:
        found["time"] = card.local_time
    return found
