"""Log a contact in three taps; correct it; undo it; put it back."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from models import Contact, ContactStudent, FamilyMember, Initiator, Outcome, Purpose, Subject, Topic
from outreach.access import Household, NotAllowed, Viewer, audit, colleagues, household, require
from outreach.access.guarded import KEPT, may_read_contact
from outreach.contacts import (
    ContactRefused,
    NewContact,
    WaitingRequest,
    as_new,
    can_answer,
    contact_warnings,
    correct_contact,
    log_contact,
    restore_contact,
    void_contact,
    waiting_of_family,
)
from outreach.errors import NotFound
from outreach.planning import PlanningError, mark_done

from . import asking
from .database import session
from .log_form import FIRST_CHANNELS, OTHER_CHANNELS, US, LogForm, outcome_sides
from .notices import say, warn
from .typed import number, number_or_none
from .words import OUTCOMES, words

blueprint = Blueprint("contacts", __name__, url_prefix="/contacts")
BY_MISTAKE = "Logged by mistake."
FIELDS = {
    "occurred_at": "day", "student_ids": "student-first", "outcome": "outcome-reached", "guardian_id": "guardian-first",
    "staff_id": "staff_id", "summary": "summary", "question": "question", "answers_request_id": "answers",
}  # fmt: skip
"""A refused contact's field, as the page names it."""


@dataclass(frozen=True)
class Asked:
    """The contact that a page is about, and leave to touch it."""

    contact: Contact
    family_id: int
    because: str


@blueprint.get("/new")
@asking.signed_in()
def new() -> ResponseReturnValue:
    family_id = request.args.get("family", type=number)
    if family_id is None:
        return redirect(f"{url_for('families.listing')}?for=log")
    require(session(), asking.viewer(), family_id)
    home = household(session(), asking.viewer(), family_id, asking.now())
    waiting = waiting_of_family(session(), asking.viewer(), family_id, asking.now())
    return _page(home, _first(home, waiting), [], waiting)


@blueprint.post("/new")
@asking.signed_in()
def keep() -> ResponseReturnValue:
    family_id = request.form.get("family_id", type=number) or 0
    looking, now = asking.viewer(), asking.now()
    grant = require(session(), looking, family_id)
    home = household(session(), looking, family_id, now)
    form = LogForm.read(request.form)
    waiting = waiting_of_family(session(), looking, family_id, now)
    problems = form.problems(choose_students=len(home.children) > 1)
    if problems:
        return _page(home, form, problems, waiting), 422
    described, note = _described(form, home, looking)
    try:
        kept = log_contact(session(), described, now, looking.account_id)
        _tick_off(form.outreach_id)
    except ContactRefused as refused:
        session().rollback()
        return _page(home, form, [(FIELDS.get(refused.field or "", ""), str(refused))], waiting), 422
    audit(session(), looking, "log_contact", "contact", kept.id, now, because=grant.because)
    warnings = contact_warnings(session(), described)
    session().commit()
    _tell_saved(kept, home, note, warnings)
    if request.form.get("then") == "another":
        return redirect(f"{url_for('families.listing')}?for=log", 303)
    return asking.back_to(url_for("families.page", family_id=family_id))


@blueprint.route("/<int:contact_id>/correct", methods=["GET", "POST"])
@asking.signed_in()
def correct(contact_id: int) -> ResponseReturnValue:
    asked, looking, now = _find(contact_id), asking.viewer(), asking.now()
    home = household(session(), looking, asked.family_id, now)
    kept = as_new(session(), asked.contact)
    if request.method == "GET":
        form = LogForm.of(asked.contact, kept, asking.zone(), looking.staff_id)
        return _page(home, form, [], [], contact_id)
    form = LogForm.read(request.form)
    problems = form.problems(choose_students=len(home.children) > 1)
    try:
        if not problems:
            described, _ = _described(form, home, looking)
            correct_contact(session(), contact_id, described, now, looking.account_id)
    except ContactRefused as refused:
        session().rollback()
        problems = [(FIELDS.get(refused.field or "", ""), str(refused))]
    if problems:
        return _page(home, form, problems, [], contact_id), 422
    audit(session(), looking, "correct_contact", "contact", contact_id, now, because=asked.because)
    session().commit()
    say("Corrected. What stood before is kept.")
    return redirect(url_for("families.page", family_id=asked.family_id), 303)


@blueprint.post("/<int:contact_id>/undo")
@asking.signed_in()
def undo(contact_id: int) -> ResponseReturnValue:
    asked, looking, now = _find(contact_id), asking.viewer(), asking.now()
    reason = request.form.get("reason", "").strip() or BY_MISTAKE
    void_contact(session(), contact_id, reason, now, looking.account_id)
    audit(session(), looking, "undo_contact", "contact", contact_id, now, because=asked.because)
    session().commit()
    say("Undone. It no longer counts.", url_for("contacts.restore", contact_id=contact_id))
    return redirect(url_for("families.page", family_id=asked.family_id), 303)


@blueprint.post("/<int:contact_id>/restore")
@asking.signed_in()
def restore(contact_id: int) -> ResponseReturnValue:
    asked, looking, now = _find(contact_id), asking.viewer(), asking.now()
    restore_contact(session(), contact_id, now, looking.account_id)
    audit(session(), looking, "restore_contact", "contact", contact_id, now, because=asked.because)
    session().commit()
    say("Back as it was.")
    return redirect(url_for("families.page", family_id=asked.family_id), 303)


def may_change(contact: Contact, viewer: Viewer) -> bool:
    """Who logged it, whose contact it is, or an administrator."""
    own = contact.recorded_by == viewer.account_id
    theirs = viewer.staff_id is not None and contact.staff_id == viewer.staff_id
    return own or theirs or viewer.administers


def _find(contact_id: int) -> Asked:
    """Raises NotFound where the viewer may not see its family, NotAllowed where it is somebody else's to change."""
    contact = session().get(Contact, contact_id)
    family_ids = session().scalars(
        select(FamilyMember.family_id)
        .join(ContactStudent, ContactStudent.student_id == FamilyMember.student_id)
        .where(ContactStudent.contact_id == contact_id, FamilyMember.until_on.is_(None))
        .order_by(FamilyMember.family_id)
    )
    family_id = next(iter(family_ids), None)
    if contact is None or family_id is None:
        raise NotFound("There is no such contact, or you do not work with its family.")
    grant = require(session(), asking.viewer(), family_id)
    if not may_change(contact, asking.viewer()):
        raise NotAllowed("Only the one who logged this contact, the one who made it or an administrator changes it.")
    if not may_read_contact(session(), asking.viewer(), contact_id):
        raise NotAllowed(f"{KEPT} Only somebody on it changes this contact.")
    return Asked(contact, family_id, grant.because)


def _first(home: Household, waiting: list[WaitingRequest]) -> LogForm:
    """The form as it opens: the guardian and the question that the link named, the viewer having called."""
    args = request.args
    wanted = args.get("request", type=number)
    asked = next((row for row in waiting if row.request_id == wanted), waiting[0] if len(waiting) == 1 else None)
    guardian = args.get("guardian", type=number) or (asked.guardian_id if asked else None)
    known = [adult.id for adult in home.adults]
    if guardian not in known:
        guardian = known[0] if known else None
    channel = args.get("channel", "")
    return LogForm(
        guardian_id=str(guardian or ""), student_ids=tuple(args.getlist("student")) or _only(home),
        channel=channel if channel in {each.value for each in FIRST_CHANNELS} else LogForm.channel,
        answers_request_id=str(asked.request_id) if asked else "", outreach_id=args.get("outreach", ""),
    )  # fmt: skip


def _only(home: Household) -> tuple[str, ...]:
    own = [child.id for child in home.children if child.open_to_viewer] or [child.id for child in home.children]
    return tuple(str(each) for each in own)


def _described(form: LogForm, home: Household, viewer: Viewer) -> tuple[NewContact, str]:
    """The contact, and a sentence where the ticked question stays open because nobody was reached."""
    described = form.as_new(asking.now(), asking.zone(), viewer.staff_id, tuple(child.id for child in home.children))
    if described.answers_request_id is None:
        return described, ""
    side = described.initiator or Initiator.SCHOOL
    if can_answer(side, described.channel, described.outcome, described.authored):
        return described, ""
    return replace(described, answers_request_id=None), " The family’s question stays open: nobody was reached."


def _tick_off(outreach_id: str) -> None:
    """The suggestion that led here is done. A contact is kept all the same where it was somebody else's, or is gone."""
    touch = number_or_none(outreach_id)
    if touch is not None:
        with suppress(PlanningError, NotAllowed, NotFound):
            mark_done(session(), asking.viewer(), touch, asking.now())


def _tell_saved(kept: Contact, home: Household, note: str, warnings: list[str]) -> None:
    who = next((adult.name for adult in home.adults if adult.id == kept.guardian_id), f"the {home.name} family")
    text = f"Saved: {words(kept.channel)} with {who}, {words(kept.outcome).lower()}.{note}"
    say(text, url_for("contacts.undo", contact_id=kept.id))
    for warning in warnings:
        warn(warning)


def _page(
    home: Household, form: LogForm, problems: list[tuple[str, str]], waiting: list[WaitingRequest],
    contact_id: int | None = None,
) -> str:  # fmt: skip
    return render_template(
        "contacts/form.html", home=home, form=form, problems=problems, waiting=waiting, contact_id=contact_id,
        first_channels=FIRST_CHANNELS, other_channels=OTHER_CHANNELS, outcomes=list(OUTCOMES), sides=outcome_sides(),
        staff=colleagues(session(), asking.viewer(), home.id), topics=list(Topic), purposes=list(Purpose),
        subjects=list(Subject), began_default=US, reached=Outcome.REACHED,
    )  # fmt: skip
