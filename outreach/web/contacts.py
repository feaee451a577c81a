"""Log a contact in three taps; correct it; undo it; put it back."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from models import Contact, JsonObject, RevisionKind
from outreach.access import Household, audit, household, require
from outreach.contacts import (
    ContactMovedOn,
    ContactRefused,
    NewContact,
    as_new,
    correct_contact,
    newest_revision,
    put_back_contact,
    restore_contact,
    revisions_of,
    void_contact,
    waiting_of_family,
)
from outreach.contacts.checks import check_staff
from outreach.language import N_, _
from outreach.planning import follow_contacts

from . import asking
from .answering import speaks_json
from .database import session
from .keeping import FIELDS, find_changeable, form_page, keep_form, may_change
from .log_form import LogForm
from .log_presets import first_form
from .log_search import search_page
from .notices import say, warn
from .typed import number, number_or_none

__all__ = ["blueprint", "may_change"]

blueprint = Blueprint("contacts", __name__, url_prefix="/contacts")
speaks_json(blueprint)
BY_MISTAKE = N_("Logged by mistake.")


@blueprint.get("/new")
@asking.signed_in()
def new() -> ResponseReturnValue:
    family_id = request.args.get("family", type=number)
    if family_id is None:
        return search_page()
    require(session(), asking.viewer(), family_id)
    home = household(session(), asking.viewer(), family_id, asking.now())
    waiting = waiting_of_family(session(), asking.viewer(), family_id, asking.now())
    return form_page(home, first_form(home, waiting), waiting=waiting)


@blueprint.post("/new")
@asking.signed_in()
def keep() -> ResponseReturnValue:
    family_id = request.form.get("family_id", type=number) or 0
    another = url_for("contacts.new") if request.form.get("then") == "another" else None
    return keep_form(family_id, LogForm.read(request.form), another)


@blueprint.post("/quick")
@asking.signed_in()
def quick() -> ResponseReturnValue:
    """One tap after a call: the sheet names whom and what came of it; the rest is as in the form's beginning."""
    family_id = request.form.get("family_id", type=number) or 0
    return keep_form(family_id, LogForm.of_a_call(request.form), whole_form=False)


@blueprint.route("/<int:contact_id>/correct", methods=["GET", "POST"])
@asking.signed_in()
def correct(contact_id: int) -> ResponseReturnValue:
    asked, looking, now = find_changeable(contact_id), asking.viewer(), asking.now()
    home = household(session(), looking, asked.family_id, now)
    if request.method == "GET":
        return form_page(home, _as_kept(asked.contact), contact_id=contact_id)
    form = LogForm.read(request.form)
    session().refresh(asked.contact, with_for_update=True)  # what it is compared with stands still until the end
    before, stands = newest_revision(session(), contact_id), as_new(session(), asked.contact)
    seen = number_or_none(form.seen)
    problems = form.problems(choose_students=len(home.children) > 1, unnamed=stands.staff_id is None)
    try:
        if not problems:
            described = _corrected(form, asked.contact, stands, home)
            check_staff(session(), looking, asked.family_id, described.staff_id, stands.staff_id)
            correct_contact(session(), contact_id, described, now, looking.account_id, seen=seen)
    except ContactMovedOn as refused:
        session().rollback()
        there = _as_kept(session().get_one(Contact, contact_id))
        form = replace(form, seen=there.seen)
        return form_page(home, form, [("", str(refused))], contact_id=contact_id, now_there=there), 409
    except ContactRefused as refused:
        session().rollback()
        problems = [(FIELDS.get(refused.field or "", ""), str(refused))]
    if problems:
        return form_page(home, form, problems, (), contact_id), 422
    follow_contacts(session(), looking, [contact_id], now)
    if newest_revision(session(), contact_id) != before:
        audit(session(), looking, "correct_contact", "contact", contact_id, now, because=asked.because)
    session().commit()
    family = url_for("families.page", family_id=asked.family_id)
    since = before if seen is None else min(seen, before)
    if newest_revision(session(), contact_id) == since:
        say(_("Nothing was changed: it stood so already."))
    else:
        say(_("Corrected. What stood before is kept."), _way_back(contact_id, family, since))
    return redirect(family, 303)


def _way_back(contact_id: int, then: str | None, since: int) -> str | None:
    """To what stood before the newest change, and to the page ``then``; None where that is not this person's own
    correction, made after ``since``."""
    newest = revisions_of(session(), contact_id)[-1:]
    for one in newest:
        own = one.kind is RevisionKind.CORRECTED and one.revised_by == asking.viewer().account_id
        if own and one.id > since:
            return url_for("contacts.put_back", contact_id=contact_id, revision_id=one.id, seen=one.id, next=then)
    return None


@blueprint.post("/<int:contact_id>/put-back/<int:revision_id>")
@asking.signed_in()
def put_back(contact_id: int, revision_id: int) -> ResponseReturnValue:
    """What stood before that change is what the contact says again; from the notice, or from its history."""
    asked, looking, now = find_changeable(contact_id), asking.viewer(), asking.now()
    history = url_for("families.history.page", family_id=asked.family_id, contact_id=contact_id)
    seen = request.values.get("seen", 0, type=number)
    session().refresh(asked.contact, with_for_update=True)
    before = newest_revision(session(), contact_id)
    try:
        put_back_contact(
            session(), looking, contact_id, revision_id, now, family_id=asked.family_id, seen=seen
        )  # fmt: skip
    except ContactRefused as refused:
        session().rollback()
        warn(str(refused))
        return asking.back_to(history)
    follow_contacts(session(), looking, [contact_id], now)
    if newest_revision(session(), contact_id) != before:
        detail: JsonObject = {"before_change": revision_id}
        audit(session(), looking, "put_back_contact", "contact", contact_id, now, because=asked.because, detail=detail)
    session().commit()
    say(_("Put back. What stood until now is kept."), _way_back(contact_id, _next(), seen))
    return asking.back_to(history)


def _as_kept(contact: Contact) -> LogForm:
    """The form of a contact as it stands. Its revision is read first: a change between the two is told when the form
    comes back, and overwritten by nobody."""
    seen = newest_revision(session(), contact.id)
    session().refresh(contact)
    shown = LogForm.of(contact, as_new(session(), contact), asking.zone(), asking.viewer().staff_id)
    return replace(shown, seen=str(seen))


def _corrected(form: LogForm, contact: Contact, stands: NewContact, home: Household) -> NewContact:
    """What the form describes, and what stood there wherever the form cannot say it."""
    now, zone, own = asking.now(), asking.zone(), asking.viewer().staff_id
    students = tuple(child.id for child in home.children)
    described = form.as_new(now, zone, own, students, unnamed=stands.staff_id is None)
    elsewhere = set(stands.student_ids) - set(students)  # whom the form does not offer: they stay
    described = replace(described, student_ids=(*described.student_ids, *elsewhere))
    shown = LogForm.of(contact, stands, zone, own)
    if (form.day, form.clock) == (shown.day, shown.clock):  # the form knows no seconds
        described = replace(described, occurred_at=stands.occurred_at)
    return described


@blueprint.post("/<int:contact_id>/undo")
@asking.signed_in()
def undo(contact_id: int) -> ResponseReturnValue:
    asked, looking, now = find_changeable(contact_id), asking.viewer(), asking.now()
    reason = request.form.get("reason", "").strip() or BY_MISTAKE
    void_contact(session(), contact_id, reason, now, looking.account_id)
    follow_contacts(session(), looking, [contact_id], now)
    audit(session(), looking, "undo_contact", "contact", contact_id, now, because=asked.because)
    session().commit()
    say(_("Undone. It no longer counts."), url_for("contacts.restore", contact_id=contact_id, next=_next()))
    return asking.back_to(url_for("families.page", family_id=asked.family_id))


@blueprint.post("/<int:contact_id>/restore")
@asking.signed_in()
def restore(contact_id: int) -> ResponseReturnValue:
    asked, looking, now = find_changeable(contact_id), asking.viewer(), asking.now()
    restore_contact(session(), contact_id, now, looking.account_id)
    follow_contacts(session(), looking, [contact_id], now)
    audit(session(), looking, "restore_contact", "contact", contact_id, now, because=asked.because)
    session().commit()
    say(_("Back as it was."))
    return asking.back_to(url_for("families.page", family_id=asked.family_id))


def _next() -> str | None:
    return request.values.get("next") or None
