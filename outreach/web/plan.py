"""The plan: read, change, approve, move or set aside what the night suggested; write by hand, now, later or weekly."""

from __future__ import annotations

from datetime import date, datetime
from secrets import token_hex

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from config.tuning import SendingRules
from models import AccountRole, Channel, Outreach, Staff
from outreach.access import colleagues, household, require
from outreach.contacts import contact_strips, waiting_of_family
from outreach.effective import effective_config
from outreach.errors import NotFound, OutreachError
from outreach.language import N_
from outreach.planning import (
    Card,
    LanguageNotConfirmed,
    NewMessage,
    PlanningError,
    approve,
    approve_all,
    assign_to,
    dismiss,
    edit,
    opening_by_hand,
    opening_of,
    plan_page,
    reschedule,
    undo,
    ways_to_reach,
    write_by_hand,
)

from . import asking
from .counting import Counted, counted
from .database import session
from .notices import say, warn
from .typed import number

blueprint = Blueprint("plan", __name__, url_prefix="/plan")
PLANNERS = tuple(role for role in AccountRole if role is not AccountRole.RECORDER)
GIVERS = (AccountRole.ADMINISTRATOR, AccountRole.DISTRICT_ADMINISTRATOR)
NOT_NOW = (N_("Spoke with them already"), N_("Not the right moment"), N_("Somebody else is in touch"))
"""Reasons in one tap; a person's own words are beside them."""
LOCAL = "%Y-%m-%dT%H:%M"


@blueprint.get("")
@asking.signed_in(*PLANNERS)
def page() -> ResponseReturnValue:
    planned = plan_page(session(), asking.viewer(), asking.now())
    return render_template("plan/list.html", plan=planned)


@blueprint.get("/<int:outreach_id>")
@asking.signed_in(*PLANNERS)
def one(outreach_id: int) -> ResponseReturnValue:
    return _page(outreach_id)


@blueprint.post("/<int:outreach_id>")
@asking.signed_in(*PLANNERS)
def change(outreach_id: int) -> ResponseReturnValue:
    """Keep the words and the time as they stand in the form; with ``do=approve`` send it on its way too."""
    touch, looking, now = _find(outreach_id), asking.viewer(), asking.now()
    typed = request.form
    problems: list[tuple[str, str]] = []
    try:
        if "body" in typed and _differs(touch, typed.get("title")):
            edit(
                session(), looking, outreach_id, _typed_words(), now, title=typed.get("title") or None,
                language_confirmed=typed.get("language_confirmed") == "yes",
            )  # fmt: skip
        if typed.get("local_time") and typed["local_time"] != (touch.local_time or "")[:16]:
            reschedule(session(), looking, outreach_id, datetime.strptime(typed["local_time"], LOCAL), now)  # noqa: DTZ007
        if typed.get("do") == "approve":
            approve(session(), looking, outreach_id, now)
    except LanguageNotConfirmed as refused:
        problems = [("language_confirmed", str(refused))]
    except PlanningError as refused:
        problems = [("body", str(refused))]
    except ValueError:
        problems = [("local_time", "The time must look like 2026-11-24T17:00.")]
    if problems:
        session().rollback()
        return _page(outreach_id, problems), 422
    approved = typed.get("do") == "approve"
    session().commit()
    done = "Approved. It leaves at its time, after one more check." if approved else "Kept."
    say(done, url_for("plan.take_back", outreach_id=outreach_id) if approved else None)
    return redirect(url_for("plan.page") if approved else url_for("plan.one", outreach_id=outreach_id), 303)


@blueprint.post("/<int:outreach_id>/not-now")
@asking.signed_in(*PLANNERS)
def not_now(outreach_id: int) -> ResponseReturnValue:
    return _step(outreach_id, "dismiss", "Set aside. It comes back in 14 days, or when the family writes.")


@blueprint.post("/<int:outreach_id>/undo")
@asking.signed_in(*PLANNERS)
def take_back(outreach_id: int) -> ResponseReturnValue:
    return _step(outreach_id, "undo", "Back among the suggestions.")


@blueprint.post("/<int:outreach_id>/give")
@asking.signed_in(*GIVERS)
def give(outreach_id: int) -> ResponseReturnValue:
    """An administrator gives a suggestion that has nobody, or whose person cannot, to a colleague."""
    touch, looking = _find(outreach_id), asking.viewer()
    staff_id = request.form.get("staff_id", 0, type=number)
    try:
        if staff_id not in {one.id for one in colleagues(session(), looking, touch.family_id)}:
            raise PlanningError("Choose a colleague who works at this child's school.")
        given = assign_to(session(), looking, outreach_id, staff_id, asking.now())
    except PlanningError as refused:
        session().rollback()
        warn(str(refused))
        return redirect(url_for("plan.one", outreach_id=outreach_id), 303)
    session().commit()
    say(f"{session().get_one(Staff, given.staff_id).display_name} has it now.")
    return redirect(url_for("plan.page"), 303)


@blueprint.post("/approve-all")
@asking.signed_in(*PLANNERS)
def all_ready() -> ResponseReturnValue:
    figures = approve_all(session(), asking.viewer(), asking.now())
    session().commit()
    say(f"{figures.approved} approved. Sent so, they count as notices, not as a teacher’s own word.")
    return redirect(url_for("plan.page"), 303)


@blueprint.route("/write", methods=["GET", "POST"])
@asking.signed_in(*PLANNERS)
def write() -> ResponseReturnValue:
    family_id = request.values.get("family", type=number) or 0
    require(session(), asking.viewer(), family_id)
    if request.method == "GET":
        return _writing(family_id, {})
    typed = request.form
    problems = _missing(family_id)
    if not problems:
        try:
            made = write_by_hand(session(), asking.viewer(), _message(family_id), asking.now())
        except LanguageNotConfirmed as refused:
            problems = [("language_confirmed", str(refused))]
        except OutreachError as refused:
            problems = [("body", str(refused))]
    if problems:
        session().rollback()
        return _writing(family_id, typed, problems), 422
    session().commit()
    undo_at = url_for("plan.take_back", outreach_id=made.id)
    say("In the outbox. It leaves at its time, after one more check.", undo_at)
    return redirect(url_for("families.page", family_id=family_id), 303)


def _find(outreach_id: int) -> Outreach:
    touch = session().get(Outreach, outreach_id)
    if touch is None:
        raise NotFound("There is no such plan, or you do not work with its family.")
    require(session(), asking.viewer(), touch.family_id)
    return touch


def _typed_words() -> str:
    """The form's words with the line ends that are sent; browsers submit two characters for each."""
    return request.form.get("body", "").replace("\r\n", "\n").strip()


def _differs(touch: Outreach, title: str | None) -> bool:
    same_words = _typed_words() == (touch.body or "").strip()
    return not same_words or (title is not None and title != (touch.title or ""))


def why_not_now() -> str:
    """One of the ready reasons, as it is kept for readers of either language; else the person's own words."""
    ready = request.form.get("ready", type=number)
    if ready is not None and 0 <= ready < len(NOT_NOW):
        return NOT_NOW[ready]
    return request.form.get("reason", "").strip()


def _step(outreach_id: int, verb: str, done: str) -> ResponseReturnValue:
    _find(outreach_id)
    looking, now = asking.viewer(), asking.now()
    try:
        if verb == "dismiss":
            dismiss(session(), looking, outreach_id, why_not_now(), now)
        else:
            undo(session(), looking, outreach_id, now)
    except PlanningError as refused:
        session().rollback()
        warn(str(refused))
        return asking.back_to(url_for("plan.page"))
    session().commit()
    undo_at = url_for("plan.take_back", outreach_id=outreach_id) if verb == "dismiss" else None
    say(done, undo_at)
    return asking.back_to(url_for("plan.page"))


def _page(outreach_id: int, problems: list[tuple[str, str]] | None = None) -> str:
    touch, looking, now = _find(outreach_id), asking.viewer(), asking.now()
    return render_template(
        "plan/one.html", card=_card(outreach_id), touch=touch, problems=problems or [], typed=request.form,
        home=household(session(), looking, touch.family_id, now),
        strip=contact_strips(session(), [touch.family_id], now).get(touch.family_id),
        staff=colleagues(session(), looking, touch.family_id) if looking.administers else (),
        count=_count(touch.body), opening=opening_of(session(), touch),
    )  # fmt: skip


def _count(kept: str | None) -> Counted:
    """How many texts the typed words take; before anything is typed, the ``kept`` ones."""
    return counted(request.form.get("body", kept or ""), _rules().most_segments)


def _rules() -> SendingRules:
    return effective_config(session(), asking.now()).cadence.sending


def _card(outreach_id: int) -> Card:
    """The same card that the list shows. Raises NotFound where the viewer's plan does not hold it."""
    planned = plan_page(session(), asking.viewer(), asking.now())
    days = (*planned.suggested, *planned.under_way)
    cards = (
        *(card for day in days for card in day.cards), *planned.unassigned, *planned.not_gone, *planned.ended,
    )  # fmt: skip
    for card in cards:
        if card.outreach_id == outreach_id:
            return card
    raise NotFound("There is no such plan, or it ended more than two weeks ago.")


def _missing(family_id: int) -> list[tuple[str, str]]:
    typed, found = request.form, []
    ways = {
        _way_key(way.guardian_id, way.channel)
        for way in ways_to_reach(session(), asking.viewer(), family_id, asking.now())
    }
    if typed.get("way") not in ways:
        found.append(("way-first", "Choose whom to write to, and how."))
    if not typed.get("body", "").strip():
        found.append(("body", "Write something first."))
    if typed.get("when") != "now" and not typed.get("local_time"):
        found.append(("local_time", "Say when it should go."))
    if typed.get("when") == "weekly" and not typed.get("weekly_until"):
        found.append(("weekly_until", "Say until when it should go each week."))
    for name, shape in (("local_time", LOCAL), ("weekly_until", "%Y-%m-%d")):
        if typed.get(name) and typed.get("when") != "now" and not _reads(typed[name], shape):
            found.append((name, "This day or time cannot be read; choose it anew."))
    return found


def _message(family_id: int) -> NewMessage:
    typed = request.form
    guardian_id, channel = typed["way"].split("-", 1)
    home = household(session(), asking.viewer(), family_id, asking.now())
    known = [child.id for child in home.children]
    chosen = tuple(each for each in typed.getlist("student_ids", type=number) if each in known)
    later, weekly = typed.get("when") in ("later", "weekly"), typed.get("when") == "weekly"
    return NewMessage(
        form_key=typed.get("form_key", "")[:64] or token_hex(16), family_id=family_id, guardian_id=int(guardian_id),
        student_ids=chosen or tuple(known), channel=Channel(channel), body=_typed_words(),
        title=typed.get("title", "").strip() or None,
        local_time=datetime.strptime(typed["local_time"], LOCAL) if later else None,  # noqa: DTZ007 - the family's clock
        weekly_until=date.fromisoformat(typed["weekly_until"]) if weekly else None,
        language_confirmed=typed.get("language_confirmed") == "yes",
    )  # fmt: skip


def _writing(family_id: int, typed: dict[str, str], problems: list[tuple[str, str]] | None = None) -> str:
    looking, now = asking.viewer(), asking.now()
    ways = ways_to_reach(session(), looking, family_id, now)
    guardian, wanted = request.values.get("guardian", type=number), request.values.get("request", type=number)
    first = next((way for way in ways if way.guardian_id == guardian), ways[0] if ways else None)
    waiting = waiting_of_family(session(), looking, family_id, now)
    home = household(session(), looking, family_id, now)
    numbers = [(way.address_id, way.language) for way in ways if way.channel is Channel.SMS]
    return render_template(
        "plan/write.html", home=home, ways=ways, typed=typed,
        chosen=request.values.get("way") or (_way_key(first.guardian_id, first.channel) if first else ""),
        form_key=typed.get("form_key") or token_hex(16), problems=problems or [],
        asked=next((row for row in waiting if row.request_id == wanted), None),
        strip=contact_strips(session(), [family_id], now).get(family_id), count=_count(None),
        opening=opening_by_hand(session(), numbers, [child.id for child in home.children], looking.staff_id),
        grades_in_texts=_rules().grades_in_texts,
    )  # fmt: skip


def _way_key(guardian_id: int, channel: Channel) -> str:
    return f"{guardian_id}-{channel.value}"


def _reads(text: str, shape: str) -> bool:
    try:
        datetime.strptime(text, shape)  # noqa: DTZ007 - only whether it can be read
    except ValueError:
        return False
    return True
