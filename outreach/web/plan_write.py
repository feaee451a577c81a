"""A message of one's own: to whom and how, the words with their preview, now, later or every week."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from secrets import token_hex

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import Channel, Outreach, Request
from outreach.access import Grant, Household, audit, household, require
from outreach.contacts import MovedOn, Step, WaitingRequest, contact_strips, put_on_its_way, steps_of, waiting_of_family
from outreach.errors import OutreachError
from outreach.language import _
from outreach.planning import (
    LanguageNotConfirmed,
    NewMessage,
    NoWayToReach,
    Preview,
    Times,
    WayToReach,
    Words,
    WrongTime,
    plan_card,
    preview,
    stands_as_typed,
    times_by_hand,
    ways_to_reach,
    write_by_hand,
)
from outreach.planning.dispatch import answered_request

from . import asking
from .counting import counted, script_words
from .database import session
from .notices import say, warn
from .plan_ground import (
    PLANNERS,
    SENT_BEFORE,
    blueprint,
    leaving_of,
    live_channels,
    outbox_words,
    rules,
    settings,
    stop_link,
    typed_time,
    typed_words,
)
from .plan_moves import Move, moves_of
from .typed import number

Problems = list[tuple[str, str]]
LATER, WEEKLY = "later", "weekly"


@dataclass(frozen=True, slots=True)
class Form:
    """What the page was asked for, and what stands in its fields."""

    family_id: int
    grant: Grant
    home: Household
    ways: list[WayToReach]
    typed: Mapping[str, str]
    way: WayToReach | None
    """The chosen one; the best, before anybody chose."""
    question: WaitingRequest | None
    """The family's open question that the words are to answer, where this person reads it."""
    lost: str | None
    """Why they cannot answer the question that was named, in a sentence."""

    @property
    def about(self) -> tuple[int, ...]:
        known = [child.id for child in self.home.children]
        chosen = tuple(each for each in request.form.getlist("student_ids", type=number) if each in known)
        return chosen or tuple(known)


@blueprint.route("/write", methods=["GET", "POST"])
@asking.signed_in(*PLANNERS)
def write() -> ResponseReturnValue:
    form = _form()
    if request.method == "GET" or form.typed.get("do") == "preview":
        return _page(form, [("", form.lost)] if form.lost else None)
    problems, nearest = _missing(form), None
    if not problems:
        try:
            made = _written(form)
        except MovedOn as refused:
            session().rollback()
            return _page(_form(), [("", str(refused))], moved_on_since=_seen()), 409
        except LanguageNotConfirmed as refused:
            problems = [("language_confirmed", str(refused))]
        except WrongTime as refused:
            problems, nearest = [("day", str(refused))], refused.nearest
        except NoWayToReach as refused:
            problems = [("way-first", str(refused))]
        except OutreachError as refused:
            problems = [("body", str(refused))]
        else:
            return _sent(form, made)
    session().rollback()
    return _page(form, problems, Move.of(nearest) if nearest else None), 422


def _written(form: Form) -> Outreach:
    """In the outbox; whoever has the question open that it answers is told so."""
    looking, now = asking.viewer(), asking.now()
    made = write_by_hand(session(), looking, _message(form), now, live=live_channels())
    question = answered_request(made)
    if question is not None and put_on_its_way(
        session(), question, now, looking.account_id, outreach_id=made.id, seen=_seen()
    ):
        audit(session(), looking, "answer_request", "request", question, now, because=form.grant.because)
    return made


def _seen() -> int | None:
    """The newest step of the question that the form's reader saw; None: it answers none."""
    return request.form.get("seen", type=number)


def _sent(form: Form, made: Outreach) -> ResponseReturnValue:
    session().flush()
    at = leaving_of(made)
    if not stands_as_typed(made, _message(form)):  # the form came in again with something else, not to be swallowed
        session().rollback()
        return _page(form, [("body", _(SENT_BEFORE))], form_key=token_hex(16)), 422
    session().commit()
    if at is None:  # the same form came in again, after its message had left or was taken back
        warn(outbox_words(made, at))
        return redirect(url_for("plan.one", outreach_id=made.id), 303)
    say(outbox_words(made, at), url_for("plan.take_back", outreach_id=made.id))
    return redirect(url_for("families.page", family_id=made.family_id), 303)


def _form() -> Form:
    looking, now = asking.viewer(), asking.now()
    family_id = request.values.get("family", type=number) or 0
    grant = require(session(), looking, family_id)
    typed = request.form if request.method == "POST" else _again(family_id)
    ways = ways_to_reach(session(), looking, family_id, now)
    wanted = typed.get("way") or request.args.get("way")
    guardian = request.values.get("guardian", type=number)
    chosen = next((way for way in ways if way_key(way) == wanted), None)
    if chosen is None and (request.method == "GET" or wanted is None):
        chosen = next((way for way in ways if way.guardian_id == guardian), ways[0] if ways else None)
    home = household(session(), looking, family_id, now)
    return Form(family_id, grant, home, ways, typed, chosen, *_question(family_id))


def _question(family_id: int) -> tuple[WaitingRequest | None, str | None]:
    """The open question that was named; else why these words cannot answer it."""
    wanted = request.values.get("request", type=number)
    if wanted is None:
        return None, None
    waiting = waiting_of_family(session(), asking.viewer(), family_id, asking.now())
    found = next((row for row in waiting if row.request_id == wanted), None)
    if found is None:
        return None, _("The question has been answered or closed since.")
    if found.withheld:
        return None, _("%(kept)s Only who reads its words does this; anybody can hand it over.", kept=found.question)
    return found, None


def _again(family_id: int) -> dict[str, str]:
    """What was taken back stands in the form again; at first, when the link says that it is to leave."""
    asked = {"when": request.args["when"]} if _planned(request.args) else {}
    outreach_id = request.args.get("again", type=number)
    try:
        card = plan_card(session(), asking.viewer(), outreach_id, asking.now()) if outreach_id else None
    except OutreachError:
        return asked
    if card is None or card.family_id != family_id or not card.by_hand:
        return asked
    way = f"{card.guardian_id}-{card.channel.value}"
    return {**asked, "body": card.body or "", "title": card.title or "", "way": way}


def way_key(way: WayToReach) -> str:
    return f"{way.guardian_id}-{way.channel.value}"


def _missing(form: Form) -> Problems:
    typed, found = form.typed, Problems()
    if form.lost:
        found.append(("", form.lost))
    if form.way is None:
        found.append(("way-first", _("Choose whom to write to, and how.")))
    if not typed.get("body", "").strip():
        found.append(("body", _("Write something first.")))
    if form.way is not None and form.way.channel is Channel.EMAIL and not typed.get("title", "").strip():
        found.append(("title", _("Give the e-mail a subject line; families look at it first.")))
    if _planned(typed) and not _has_time():
        found.append(("day", _("Say on which day and at what time it should go.")))
    if typed.get("when") == WEEKLY:
        try:
            date.fromisoformat(typed.get("weekly_until", ""))
        except ValueError:
            found.append(("weekly_until", _("Say until when it should go each week.")))
    return found


def _has_time() -> bool:
    try:
        return typed_time() is not None
    except ValueError:
        return False


def _planned(typed: Mapping[str, str]) -> bool:
    return typed.get("when") in (LATER, WEEKLY)


def _message(form: Form) -> NewMessage:
    typed, way = form.typed, form.way
    assert way is not None, "asked for by _missing"
    return NewMessage(
        form_key=typed.get("form_key", "")[:64] or token_hex(16), family_id=form.family_id,
        guardian_id=way.guardian_id, student_ids=form.about, channel=way.channel, body=typed_words(),
        title=typed.get("title", "").strip() or None, local_time=typed_time() if _planned(typed) else None,
        weekly_until=date.fromisoformat(typed["weekly_until"]) if typed.get("when") == WEEKLY else None,
        language_confirmed=typed.get("language_confirmed") == "yes",
        answers_request_id=form.question.request_id if form.question else None,
    )  # fmt: skip


def _page(
    form: Form, problems: Problems | None = None, offer: Move | None = None, *, moved_on_since: int | None = None,
    form_key: str | None = None,
) -> str:  # fmt: skip
    now = asking.now()
    times = _times(form)
    return render_template(
        "plan/write.html", home=form.home, ways=form.ways, typed=form.typed, way=form.way,
        chosen=way_key(form.way) if form.way else "",
        form_key=form_key or form.typed.get("form_key") or token_hex(16),
        problems=problems or [], asked=form.question, meanwhile=_meanwhile(form, moved_on_since),
        strip=contact_strips(session(), [form.family_id], now).get(form.family_id), ticked=_ticked(form),
        count=counted(form.typed.get("body", ""), rules().most_segments), script_words=script_words(),
        grades_in_texts=rules().grades_in_texts, preview=_preview(form), offer=offer,
        moves=moves_of(times, None, form.typed) if times else None, reader_zone=asking.zone().key,
        undo_seconds=rules().undo_seconds,
    )  # fmt: skip


def _meanwhile(form: Form, since: int | None) -> list[Step]:
    """What was done with the question since the step that the form's reader had seen."""
    if since is None or form.question is None:
        return []
    return steps_of(session(), asking.viewer(), session().get_one(Request, form.question.request_id), after=since)


def _ticked(form: Form) -> tuple[int, ...]:
    """The children that the form names: those that were named, else those whom the writer works with."""
    if request.method == "POST":
        return form.about
    return tuple(child.id for child in form.home.children if child.open_to_viewer)


def _times(form: Form) -> Times | None:
    if form.way is None:
        return None
    way = form.way
    wish = NewMessage("", form.family_id, way.guardian_id, form.about, way.channel, "")
    return times_by_hand(session(), wish, way.address_id, asking.now(), live_channels())


def _preview(form: Form) -> Preview | None:
    if form.way is None:
        return None
    way, typed = form.way, form.typed
    words = Words(
        typed.get("body", "").replace("\r\n", "\n"), typed.get("title", "").strip() or None, way.channel,
        way.address_id, form.family_id, form.about, asking.viewer().staff_id,
    )  # fmt: skip
    return preview(session(), words, way.language, stop_link(way.address_id), settings().public_url)
