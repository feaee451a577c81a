"""The inbox of unknown senders: whose message it is, that it needs nobody, and both taken back."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import InboundState, JsonObject
from outreach.access import NotAllowed, audit
from outreach.contacts import ContactRefused, RequestRefused
from outreach.delivery import DeliveryRefused
from outreach.delivery.inbound import (
    READERS,
    Sender,
    dismiss,
    inbox,
    letter,
    match,
    put_back,
    search_senders,
    senders,
    take_question,
)
from outreach.delivery.inbound.inbox import find
from outreach.language import N_, _

from . import asking
from .database import session, writing
from .notices import say, warn
from .typed import number, number_or_none
from .webhooks import providers

blueprint = Blueprint("inbox", __name__, url_prefix="/inbox")
SHOWN = {"waiting": InboundState.NEW, "aside": InboundState.DISMISSED, "found": InboundState.MATCHED}
PLACES = N_("places messages")
"""Why a reader of the inbox may read what stands in it."""
Problems = list[tuple[str, str]]


@blueprint.get("")
@asking.signed_in(*READERS)
def page() -> ResponseReturnValue:
    show = request.args.get("show", "waiting")
    show = show if show in SHOWN else "waiting"
    after = request.args.get("after", type=number)
    found = inbox(session(), asking.viewer(), SHOWN[show], after)
    if found.letters:
        detail: JsonObject = {"list": show, "ids": [one.id for one in found.letters]}
        with writing() as trail:
            audit(trail, asking.viewer(), "read", "inbound_message", None, asking.now(), PLACES, detail)
            trail.commit()
    return render_template("inbox/list.html", found=found, show=show, later=after is not None)


@blueprint.get("/<int:inbound_id>")
@asking.signed_in(*READERS)
def one(inbound_id: int) -> ResponseReturnValue:
    shown = _one(inbound_id)
    with writing() as trail:
        audit(trail, asking.viewer(), "read", "inbound_message", inbound_id, asking.now(), PLACES)
        trail.commit()
    return shown


@blueprint.post("/<int:inbound_id>/match")
@asking.signed_in(*READERS)
def theirs(inbound_id: int) -> ResponseReturnValue:
    """``who`` is ``family:guardian``; without the second, somebody of the family."""
    family, guardian = (number_or_none(each) for each in request.form.get("who", "").partition(":")[::2])
    if family is None:
        return _one(inbound_id, [("who", _("Choose whose message this is."))]), 422

    def step() -> None:
        match(
            session(), asking.viewer(), inbound_id, family, guardian, providers(), asking.now(),
            add_address="add_address" in request.form,
        )  # fmt: skip

    return _step(inbound_id, step, _("It stands with the family now."), "who")


@blueprint.post("/<int:inbound_id>/dismiss")
@asking.signed_in(*READERS)
def nobodys(inbound_id: int) -> ResponseReturnValue:
    def step() -> None:
        dismiss(session(), asking.viewer(), inbound_id, request.form.get("why", ""), asking.now())

    return _step(inbound_id, step, _("Set aside. It stays here, with your reason."), "why")


@blueprint.post("/<int:inbound_id>/put-back")
@asking.signed_in(*READERS)
def back(inbound_id: int) -> ResponseReturnValue:
    try:
        put_back(session(), asking.viewer(), inbound_id, asking.now())
    except (DeliveryRefused, ContactRefused, RequestRefused) as refused:
        session().rollback()
        return _one(inbound_id, [("", str(refused))]), 422
    session().commit()
    say(_("It waits for a person again."))
    return redirect(url_for("inbox.one", inbound_id=inbound_id), 303)


@blueprint.post("/questions/<int:request_id>/take")
@asking.signed_in()
def take(request_id: int) -> ResponseReturnValue:
    """A question that came to another who wrote to this family lately; from the question's own page."""
    try:
        take_question(session(), asking.viewer(), request_id, asking.now())
        session().commit()
    except (NotAllowed, RequestRefused) as refused:
        session().rollback()
        warn(str(refused))
    else:
        say(_("The question is yours. The family’s due time stays."))
    return redirect(url_for("requests.one", request_id=request_id), 303)


def _step(inbound_id: int, step: Callable[[], None], done: str, field: str) -> ResponseReturnValue:
    """Take one step and say so, with the way back; a refusal is shown beside its field with what was typed."""
    try:
        step()
    except (DeliveryRefused, ContactRefused, RequestRefused) as refused:
        session().rollback()
        return _one(inbound_id, [(field, str(refused))]), 422
    session().commit()
    say(done, url_for("inbox.back", inbound_id=inbound_id))
    return redirect(url_for("inbox.page"), 303)


def _one(inbound_id: int, problems: Problems | None = None) -> str:
    looking, q = asking.viewer(), request.values.get("q", "").strip()
    shown = letter(session(), looking, inbound_id)
    message = find(session(), looking, inbound_id)
    proposed = senders(session(), looking, message)
    found = search_senders(session(), looking, q, message) if q else []
    return render_template(
        "inbox/one.html", letter=shown, proposed=proposed, found=_others(found, proposed), q=q,
        problems=problems or [], typed=request.form,
    )  # fmt: skip


def _others(found: list[Sender], proposed: list[Sender]) -> list[Sender]:
    """Each person once, where the search finds who is proposed already."""
    known = {(one.family_id, one.guardian_id) for one in proposed}
    return [one for one in found if (one.family_id, one.guardian_id) not in known]
