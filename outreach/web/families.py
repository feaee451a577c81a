"""Families: the list with its search, and one family: its conversation, its strip, its children, its people."""

from __future__ import annotations

from datetime import time, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from models import AccountRole, Contact
from outreach.access import Among, Household, Viewer, choices_among, find_families, household
from outreach.access.guarded import KEPT
from outreach.contacts import (
    Began,
    HoldView,
    Show,
    Timeline,
    Wanted,
    contact_strips,
    holds_of_family,
    may_place_holds,
    timeline,
)
from outreach.contacts.holds import REASONS
from outreach.delivery.safety import alerts_of_contacts
from outreach.insights.school_work import school_work
from outreach.language import N_, _, ngettext
from outreach.planning import plan_of_family

from . import asking, contact_history, family_holds, family_print, family_worry
from .calls import calls_about
from .charts import charts_of
from .consent import READERS
from .contacts import may_change
from .database import session
from .reach import addresses_of
from .reasons import Reasons, reasons_for
from .typed import number
from .words import day, moment

blueprint = Blueprint("families", __name__, url_prefix="/families")
for part in (contact_history, family_holds, family_print, family_worry):
    blueprint.register_blueprint(part.blueprint)
SHOWS = {
    Show.EVERYTHING: N_("Everything"),
    Show.FAMILY: N_("The family’s words"),
    Show.CALLS: N_("Calls and talks"),
    Show.MESSAGES: N_("Messages"),
    Show.QUESTIONS: N_("Questions"),
    Show.CHANGES: N_("Changes"),
}
SIDES = {Began.FAMILY: N_("The family began"), Began.US: N_("We began")}


@blueprint.get("")
@asking.signed_in()
def listing() -> ResponseReturnValue:
    looking, asked = asking.viewer(), request.args
    words, among = asked.get("q", "").strip(), _among()
    after = asked.get("after", type=number)
    found = find_families(session(), looking, words, among, after)
    return render_template(
        "families/list.html", found=found, q=words, among=among, scope_words=scope_words(looking), later=bool(after),
        choices=choices_among(session(), looking), how_many=_how_many(found.total, words),
        strips=contact_strips(session(), [row.id for row in found.rows], asking.now()),
        logging=asked.get("for") == "log", kept=_kept(words, among),
    )  # fmt: skip


@blueprint.get("/<int:family_id>")
@asking.signed_in()
def page(family_id: int) -> ResponseReturnValue:
    grant = asking.may_read_family(family_id)
    looking, now = asking.viewer(), asking.now()
    home = household(session(), looking, family_id, now)
    wanted, before = _wanted(home), request.args.get("before")
    talk = timeline(session(), looking, family_id, now, wanted=wanted, before=before)
    told: Reasons | None = reasons_for(session(), looking, home, now) if looking.sees_reasons else None
    today = now.astimezone(asking.zone()).date()
    held = holds_of_family(session(), looking, family_id, now)
    return render_template(
        "families/page.html", home=home, grant=grant, told=told, languages=_languages(home), talk=talk,
        wanted=wanted, filters=_filters(wanted), later=before is not None, shows=SHOWS, sides=SIDES,
        reasons={reason: _(words) for reason, words in REASONS.items()},
        changeable=_changeable(talk, looking), alerts=_alerts(talk, looking),
        may_write=bool(looking.roles - {AccountRole.RECORDER}) and any(adult.may_contact for adult in home.adults),
        strip=contact_strips(session(), [family_id], now).get(family_id),
        planned=plan_of_family(session(), looking, family_id, now) if looking.sees_reasons else (),
        may_read_consent=not looking.roles.isdisjoint(READERS), addresses=addresses_of(session(), home, now),
        calls_about=calls_about(home),
        held=[(hold, _hold_words(hold), _until_words(hold, talk.zone)) for hold in held],
        may_hold=may_place_holds(looking),
        on_hold=any(hold.student is None and hold.school is None for hold in held),
        may_reach=all(hold.reason is not None for hold in held),
        children=[
            (work, charts_of(work, today)) for work in school_work(session(), looking, family_id, now)
        ] if looking.sees_reasons else (),
    )  # fmt: skip


def scope_words(viewer: Viewer) -> str:
    """Whose families the list holds."""
    if viewer.sees_district:
        return _("Every family of the district.")
    if viewer.sees_whole_school:
        if len(viewer.school_ids) < 2:
            return _("The families of your school.")
        return _("The families of your schools.")
    if AccountRole.TEACHER in viewer.roles:
        return _("The families of the students you teach.")
    return _("Your families.")


def _hold_words(hold: HoldView) -> str:
    """On what it is, and whom to ask."""
    if hold.student is not None:
        if hold.ask is None:
            return _("%(child)s is on hold: ask your administrator before you write or call.", child=hold.student)
        return _("%(child)s is on hold: ask %(name)s before you write or call.", child=hold.student, name=hold.ask)
    if hold.school is not None:
        if hold.ask is None:
            return _("%(school)s is on hold: ask your administrator before you write or call.", school=hold.school)
        return _("%(school)s is on hold: ask %(name)s before you write or call.", school=hold.school, name=hold.ask)
    if hold.ask is None:
        return _("On hold: ask your administrator before you write or call.")
    return _("On hold: ask %(name)s before you write or call.", name=hold.ask)


def _until_words(hold: HoldView, zone: str) -> str:
    """How long it stands: one that ends at midnight has the day before as its last."""
    if hold.until_at is None:
        return _("Until somebody ends it.")
    local = hold.until_at.astimezone(ZoneInfo(zone))
    if local.time() != time.min:
        return _("Until %(at)s.", at=moment(local, zone))
    return _("Until the end of %(day)s.", day=day(local.date() - timedelta(days=1)))


def _how_many(total: int, words: str) -> str:
    if words:
        return ngettext("%(count)s family with “%(words)s”", "%(count)s families with “%(words)s”", total, words=words)
    return ngettext("%(count)s family", "%(count)s families", total)


def _among() -> Among:
    asked = request.args
    return Among(
        school_id=asked.get("school", type=number), grade=asked.get("grade") or None,
        language=asked.get("language") or None,
    )  # fmt: skip


def _kept(words: str, among: Among) -> dict[str, str | int]:
    """What the next page must be asked with too."""
    every = {
        "q": words, "school": among.school_id, "grade": among.grade, "language": among.language,
        "for": "log" if request.args.get("for") == "log" else None,
    }  # fmt: skip
    return {name: value for name, value in every.items() if value}


def _wanted(home: Household) -> Wanted:
    """Which entries the address asks for; what it cannot mean is not asked for."""
    asked = request.args
    show, began, child = asked.get("show"), asked.get("began"), asked.get("child", type=number)
    return Wanted(
        Show(show) if show in set(Show) else Show.EVERYTHING,
        child if child in {one.id for one in home.children} else None,
        Began(began) if began in set(Began) else None,
    )


def _filters(wanted: Wanted) -> dict[str, str | int]:
    """The same as parts of an address, kept while paging."""
    every = {
        "show": None if wanted.show is Show.EVERYTHING else wanted.show.value, "child": wanted.student_id,
        "began": wanted.began.value if wanted.began else None,
    }  # fmt: skip
    return {name: value for name, value in every.items() if value}


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
