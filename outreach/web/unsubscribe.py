"""No more e-mails, by the link under each: the page asks, a POST does it, for people and for mail programs (RFC 8058).

No sign-in and no CSRF token: whoever holds the signed link may use it, and a mail program's one click has no cookies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Address, AddressKind, ContactPoint, District, Guardian
from outreach.delivery.consent_changes import may_undo, stop_by_link, stopped_by_link, undo_by_link
from outreach.delivery.ledger import masked
from outreach.delivery.links import UNSUBSCRIBE_PATH, address_of_token

from . import asking
from .database import db, session
from .rate_limits import DatabaseStorage
from .sign_in import csrf

blueprint = Blueprint("unsubscribe", __name__, url_prefix=UNSUBSCRIBE_PATH)
csrf.exempt(blueprint)

MOST, WITHIN_SECONDS = 20, 3600
"""Changes of one address: each stands in the ledger for good."""
SPOKEN = ("en", "es")
WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "E-mails from {district}",
        "ask": "Do you want no more e-mails from {district} at {address}?",
        "button": "Stop these e-mails",
        "kept": "Texts, calls and paper from the school are not changed by this.",
        "done": "Done. {address} gets no more e-mails from us.",
        "already": "{address} gets no e-mails from us any more.",
        "undo": "I did this by mistake",
        "office": "To get e-mails again, ask your school’s office.",
        "undone": "{address} gets e-mails from {district} again.",
        "nothing": "There was nothing to take back.",
        "unknown_title": "This link does not work",
        "unknown": "Perhaps a part of it was cut off. Open the whole link from the e-mail, or ask your school’s office "
        "to stop the e-mails.",
        "often": "That was changed very often just now. Please try again in an hour.",
        "us": "the school district",
    },
    "es": {
        "title": "Correos de {district}",
        "ask": "¿Quiere dejar de recibir correos de {district} en {address}?",
        "button": "No recibir estos correos",
        "kept": "Los mensajes de texto, las llamadas y las cartas de la escuela no cambian.",
        "done": "Listo. {address} ya no recibirá correos nuestros.",
        "already": "{address} ya no recibe correos nuestros.",
        "undo": "Fue un error",
        "office": "Para volver a recibir correos, pregunte en la oficina de la escuela.",
        "undone": "{address} vuelve a recibir correos de {district}.",
        "nothing": "No había nada que deshacer.",
        "unknown_title": "Este enlace no funciona",
        "unknown": "Quizás le falta una parte. Abra el enlace completo desde el correo, o pida en la oficina de la "
        "escuela que no le envíen más correos.",
        "often": "Esto se cambió muchas veces hace un momento. Inténtelo de nuevo en una hora.",
        "us": "el distrito escolar",
    },
}


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
    spoken = _accepted()
    words = WORDS[spoken]
    return render_template(
        "unsubscribe/page.html", spoken=spoken, words=words, title=words["unknown_title"], said=words["unknown"],
        stop_at=None, undo_at=None, then=None,
    ), 404  # fmt: skip


def _page(token: str, address: Address, state: str) -> str:
    spoken = _language(address.id)
    words = WORDS[spoken]
    district = session().scalar(select(District.name)) or words["us"]
    shown = {"district": district, "address": masked(address.kind, address.value)}
    back = state in ("done", "already") and may_undo(session(), address.id)
    return render_template(
        "unsubscribe/page.html", spoken=spoken, words=words, title=words["title"].format(**shown),
        said=words[state].format(**shown),
        stop_at=f"{UNSUBSCRIBE_PATH}/{token}" if state == "ask" else None,
        undo_at=f"{UNSUBSCRIBE_PATH}/{token}/undo" if back else None,
        then=words["kept"] if state == "ask" else words["office"] if state == "already" and not back else None,
    )  # fmt: skip


def _language(address_id: int) -> str:
    """What all who have this address read, where it is one of ours; else what the browser asks for."""
    read = session().scalars(
        select(Guardian.language)
        .join(ContactPoint, ContactPoint.guardian_id == Guardian.id)
        .where(ContactPoint.address_id == address_id, ContactPoint.active)
    )
    spoken = {(language or "").split("-")[0].lower() for language in read}
    only = spoken.pop() if len(spoken) == 1 else ""
    return only if only in SPOKEN else _accepted()


def _accepted() -> str:
    return request.accept_languages.best_match(SPOKEN, default="en") or "en"
