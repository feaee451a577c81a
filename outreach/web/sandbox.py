"""The sandbox's page: what left, to where, what became of it, and a word back as any family. No real phone rings."""

from __future__ import annotations

from secrets import token_hex

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import AccountRole, Channel
from outreach.delivery import DeliveryRefused, sandbox
from outreach.delivery.inbound import read
from outreach.delivery.receipt import ReceiptEvent
from outreach.language import N_, _

from . import asking
from .database import db, session
from .notices import say
from .webhooks import providers

blueprint = Blueprint("sandbox", __name__, url_prefix="/admin/sandbox")
STATUSES = {
    ReceiptEvent.ACCEPTED: N_("taken"),
    ReceiptEvent.SENT: N_("sent on"),
    ReceiptEvent.DELIVERED: N_("arrived"),
    ReceiptEvent.FAILED: N_("did not arrive"),
    ReceiptEvent.BLOCKED: N_("came back for now"),
    ReceiptEvent.BOUNCED: N_("came back"),
    ReceiptEvent.UNSUBSCRIBED: N_("asked to stop"),
    ReceiptEvent.RESUBSCRIBED: N_("asked to go on"),
}
READERS = (AccountRole.ADMINISTRATOR, AccountRole.DISTRICT_ADMINISTRATOR)


@blueprint.get("")
@asking.signed_in(*READERS)
def page() -> ResponseReturnValue:
    return _page()


@blueprint.post("/<int:message_id>/write-back")
@asking.signed_in(*READERS)
def write_back(message_id: int) -> ResponseReturnValue:
    """A text or an e-mail comes in as if the address that this message went to had answered."""
    typed, now = request.form, asking.now()
    try:
        kept = sandbox.write_back(
            session(), asking.viewer(), message_id, typed.get("words", ""), typed.get("key") or token_hex(8), now,
            _open_channels(),
        )  # fmt: skip
    except DeliveryRefused as refused:
        session().rollback()
        return _page(message_id, typed.get("words", ""), str(refused)), 422
    session().commit()
    if kept is not None:
        read(db.sessionmaker, kept, providers(), now)
    say(_("It came in, and was read as if the family had written it."))
    return redirect(url_for("sandbox.page"), 303)


def _page(wrong_id: int | None = None, words: str = "", problem: str | None = None) -> str:
    rows = sandbox.outbox(session(), asking.viewer())
    may_answer = sandbox.to_families(session(), [row for row in rows if row.channel in _open_channels()])
    return render_template(
        "sandbox/page.html", messages=rows, may_answer=may_answer, key=token_hex(8), wrong_id=wrong_id, words=words,
        problem=problem, statuses=STATUSES,
    )  # fmt: skip


def _open_channels() -> frozenset[Channel]:
    """Those on which nothing leaves this machine."""
    return frozenset(providers().by_channel) - providers().live
