"""No more e-mails, by the link under each: the page asks, a POST does it, for people and for mail programs (RFC 8058).

No sign-in and no CSRF token: whoever holds the signed link may use it, and a mail program's one click has no cookies.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Address, AddressKind, ContactPoint, District, Guardian
from outreach.delivery.consent_changes import may_undo, stop_by_link, stopped_by_link, undo_by_link
from outreach.delivery.ledger import masked
from outreach.delivery.links import UNSUBSCRIBE_PATH, address_of_token
from outreach.language import LANGUAGES, N_, _, best_of, speaking

from . import asking
from .database import db, session
from .rate_limits import DatabaseStorage
from .sign_in import csrf

blueprint = Blueprint("unsubscribe", __name__, url_prefix=UNSUBSCRIBE_PATH)
csrf.exempt(blueprint)

MOST, WITHIN_SECONDS = 20, 3600
"""Changes of one address: each stands in the ledger for good."""
SENTENCES = {
    "ask": N_("Do you want no more e-mails from %(district)s at %(address)s?"),
    "done": N_("Done. %(address)s gets no more e-mails from us."),
    "already": N_("%(address)s gets no e-mails from us any more."),
    "undone": N_("%(address)s gets e-mails from %(district)s again."),
    "nothing": N_("There was nothing to take back."),
    "often": N_("That was changed very often just now. Please try again in an hour."),
}
"""How it stands, or what was done."""


@blueprint.get("/<token>")
def page(token: str) -> ResponseReturnValue:
    """Changes nothing: mail scanners and previews open links."""
    address = _address(token)
    if address is None:
        return _unknown()
    stopped = stopped_by_link(session(), address.id)
    return _page(token, address, "already" if stopped else "ask")


@blueprint.post("/<token>")
def stop(token: str) -> ResponseReturnValue:
    """The page's button, and a mail program's ``List-Unsubscribe=One-Click``; answered without a redirect, as the RFC
    asks. A repeat changes nothing."""
    return _change(token, stop_by_link, "done", "already")


@blueprint.post("/<token>/undo")
def undo(token: str) -> ResponseReturnValue:
    return _change(token, undo_by_link, "undone", "nothing")


def _change(
    token: str, verb: Callable[[Session, int, datetime], bool], done: str, nothing: str
) -> ResponseReturnValue:  # fmt: skip
    address_id = address_of_token(_key(), token)
    often = address_id is not None and _too_often(address_id)
    address = _address(token)
    if address is None:
        return _unknown()
    if often:
        return _page(token, address, "often"), 429
    changed = verb(session(), address.id, asking.now())
    session().commit()
    return _page(token, address, done if changed else nothing)


def _key() -> str:
    return str(current_app.config["OUTREACH_SETTINGS"].signing_key())


def _address(token: str) -> Address | None:
    address_id = address_of_token(_key(), token)
    found = session().get(Address, address_id) if address_id is not None else None
    return found if found is not None and found.kind is AddressKind.EMAIL else None


def _too_often(address_id: int) -> bool:
    """Counted on a connection of its own: on SQLite this request must not hold the writer's place meanwhile."""
    db.session.rollback()
    storage = DatabaseStorage(engine=db.engine)
    return storage.incr(f"unsubscribe/{address_id}", WITHIN_SECONDS) > MOST


def _unknown() -> ResponseReturnValue:
    with speaking(_accepted()):
        return _shown(
            _("This link does not work"),
            _(
                "Perhaps a part of it was cut off. Open the whole link from the e-mail, or ask your school’s office to "
                "stop the e-mails."
            ),
        ), 404


def _page(token: str, address: Address, state: str) -> str:
    with speaking(_language(address.id)):
        district = session().scalar(select(District.name)) or _("the school district")
        back = state in ("done", "already") and may_undo(session(), address.id)
        then = None
        if state == "ask":
            then = _("Texts, calls and paper from the school are not changed by this.")
        elif state == "already" and not back:
            then = _("To get e-mails again, ask your school’s office.")
        values = {"district": district, "address": masked(address.kind, address.value)}
        return _shown(
            _("E-mails from %(district)s", district=district), _(SENTENCES[state], **values), then,
            stop_at=f"{UNSUBSCRIBE_PATH}/{token}" if state == "ask" else None,
            undo_at=f"{UNSUBSCRIBE_PATH}/{token}/undo" if back else None,
        )  # fmt: skip


def _shown(
    title: str, told: str, then: str | None = None, *, stop_at: str | None = None, undo_at: str | None = None
) -> str:  # fmt: skip
    """In the language spoken now, and without the frame of staff: whoever is signed in here, it is a family's page."""
    return render_template(
        "unsubscribe/page.html", title=title, told=told, then=then, stop_at=stop_at, undo_at=undo_at, frame=None
    )


def _language(address_id: int) -> str | None:
    """What all who have this address read, where it is one of ours; else what the browser asks for."""
    read = session().scalars(
        select(Guardian.language)
        .join(ContactPoint, ContactPoint.guardian_id == Guardian.id)
        .where(ContactPoint.address_id == address_id, ContactPoint.active)
    )
    spoken = {(language or "").split("-")[0].lower() for language in read}
    only = spoken.pop() if len(spoken) == 1 else ""
    return only if only in LANGUAGES else _accepted()


def _accepted() -> str | None:
    return best_of(request.accept_languages.values())
