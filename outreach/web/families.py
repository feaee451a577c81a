"""Families: the list with its search, and one family with its conversation, its strip and its reasons."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from models import AccountRole, Contact
from outreach.access import Household, Viewer, find_families, household
from outreach.access.guarded import KEPT
from outreach.contacts import Timeline, contact_strips, timeline, waiting_of_family
from outreach.delivery.ledger import consent_notes
from outreach.delivery.safety import alerts_of_contacts
from outreach.planning import plan_of_family

from . import asking
from .consent import READERS
from .contacts import may_change
from .database import session
from .reasons import Reasons, reasons_for
from .typed import number

blueprint = Blueprint("families", __name__, url_prefix="/families")


@blueprint.get("")
@asking.signed_in()
def listing() -> ResponseReturnValue:
    looking, words = asking.viewer(), request.args.get("q", "").strip()
    found = find_families(session(), looking, words, request.args.get("page", 1, type=number))
    return render_template(
        "families/list.html", found=found, q=words, scope_words=scope_words(looking),
        strips=contact_strips(session(), [row.id for row in found.rows], asking.now()),
        logging=request.args.get("for") == "log",
    )  # fmt: skip


@blueprint.get("/<int:family_id>")
@asking.signed_in()
def page(family_id: int) -> ResponseReturnValue:
    grant = asking.may_read_family(family_id)
    looking, now = asking.viewer(), asking.now()
    home = household(session(), looking, family_id, now)
    talk = timeline(session(), looking, family_id, now, before=request.args.get("before"))
    told: Reasons | None = reasons_for(session(), looking, home, now) if looking.sees_reasons else None
    return render_template(
        "families/page.html", home=home, grant=grant, told=told, languages=_languages(home),
        talk=talk, changeable=_changeable(talk, looking), alerts=_alerts(talk, looking),
        may_write=bool(looking.roles - {AccountRole.RECORDER}) and any(adult.may_contact for adult in home.adults),
        strip=contact_strips(session(), [family_id], now).get(family_id),
        planned=plan_of_family(session(), looking, family_id, now) if looking.sees_reasons else (),
        waiting=waiting_of_family(session(), looking, family_id, now),
        may_read_consent=not looking.roles.isdisjoint(READERS),
        consents=consent_notes(session(), [reach.value for adult in home.adults for reach in adult.reach]),
    )  # fmt: skip


def scope_words(viewer: Viewer) -> str:
    """Whose families the list holds."""
    if viewer.sees_district:
        return "Every family of the district."
    if viewer.sees_whole_school:
        return "The families of your school." if len(viewer.school_ids) < 2 else "The families of your schools."
    return "The families of the students you teach." if AccountRole.TEACHER in viewer.roles else "Your families."


def _languages(home: Household) -> list[str]:
    """Each language of the home that is not English, once."""
    return sorted({adult.language for adult in home.adults if adult.language and not adult.language.startswith("en")})


def _alerts(talk: Timeline, viewer: Viewer) -> dict[int, int]:
    """The contacts on this page with a safety alert that the viewer may read."""
    return alerts_of_contacts(session(), viewer, [entry.contact_id for entry in talk.entries if entry.contact_id])


def _changeable(talk: Timeline, viewer: Viewer) -> set[int]:
    """The contacts on this page that the viewer may correct or undo: none whose words are kept from them."""
    ids = [entry.contact_id for entry in talk.entries if entry.contact_id is not None and entry.withheld != KEPT]
    kept = session().scalars(select(Contact).where(Contact.id.in_(ids)))
    return {contact.id for contact in kept if may_change(contact, viewer)}
