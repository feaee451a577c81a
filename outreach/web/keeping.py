"""One filled form made one contact; and the page that shows the form, fresh or with what was wrong."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, func, select

from models import (
    CONTACT_OUTCOMES,
    Contact,
    ContactStudent,
    Family,
    FamilyMember,
    Initiator,
    Purpose,
    Subject,
    Topic,
)
from outreach.access import (
    Household,
    NotAllowed,
    Viewer,
    audit,
    household,
    require,
    sees_family,
    with_adult,
)
from outreach.access.guarded import KEPT, guarded_contacts
from outreach.contacts import (
    ContactRefused,
    NewContact,
    WaitingRequest,
    can_answer,
    contact_warnings,
    kept_before,
    log_contact,
    waiting_of_family,
)
from outreach.contacts.checks import LONGEST_QUESTION, LONGEST_SUMMARY, check_staff
from outreach.errors import NotFound
from outreach.language import _, said
from outreach.planning import PlanningError, mark_done, ticks_off

from . import asking
from .answering import Problem, in_json, kept, refused
from .calls import call_to
from .database import session
from .drafts import NOT_YOURS, of_another
from .log_choices import languages_offered, staff_offered
from .log_form import FIRST_CHANNELS, OTHER_CHANNELS, OUTCOMES_IN_ORDER, LogForm, outcome_sides
from .log_presets import own_students, repeat
from .log_stands import stands_now
from .typed import number_or_none
from .words import words

FIELDS = {
    "occurred_at": "day", "student_ids": "student-first", "outcome": "outcome-reached", "guardian_id": "guardian-first",
    "staff_id": "staff_id", "summary": "summary", "question": "question", "answers_request_id": "answers",
    "language": "language",
}  # fmt: skip
"""A refused contact's field, as the page names it."""


@dataclass(frozen=True)
class Asked:
    """The contact that a page is about, and leave to touch it."""

    contact: Contact
    family_id: int
    because: str


def keep_form(
    family_id: int, form: LogForm, on_done: str | None = None, *, whole_form: bool = True
) -> ResponseReturnValue:  # fmt: skip
    """Store what the form says of this family and answer; with the form again and 422 where something is wrong.

    ``on_done`` is the page to see next; None: where the form came from, else the family. ``whole_form``: the students
    were there to be chosen; else it is about those the viewer works with. A form that another account opened is not
    stored: 401 to a script, which keeps it; to a person the form with a sentence. Raises NotFound where the viewer does
    not work with the family.
    """
    looking, now = asking.viewer(), asking.now()
    if of_another() and in_json():
        return refused([("", _(NOT_YOURS))], 401)
    grant = require(session(), looking, family_id)
    home = household(session(), looking, family_id, now)
    if not whole_form and not form.student_ids:
        form = replace(form, student_ids=own_students(home))
    problems = form.problems(choose_students=len(home.children) > 1)
    if of_another():
        problems = [("", _(NOT_YOURS))]
    if problems:
        return _again(home, form, problems)
    described, stays_open = _described(form, home, looking)
    is_new = kept_before(session(), described, looking.account_id) is None
    try:
        if is_new:
            check_staff(session(), looking, family_id, described.staff_id)
        contact = log_contact(session(), described, now, looking.account_id)
    except ContactRefused as wrong:
        session().rollback()
        return _again(home, form, [(FIELDS.get(wrong.field or "", ""), str(wrong))])
    if is_new:
        _tick_off(form.outreach_id, contact)
        audit(session(), looking, "log_contact", "contact", contact.id, now, because=grant.because)
    warnings = contact_warnings(session(), described)
    session().commit()
    url = on_done or asking.back_to(url_for("families.page", family_id=family_id)).location
    return kept(
        [contact.id], " ".join(filter(None, (saved_words(contact, home), stays_open))),
        undo=url_for("contacts.undo", contact_id=contact.id, next=form.next or None), url=url, warnings=warnings,
    )  # fmt: skip


def form_page(
    home: Household, form: LogForm, problems: Sequence[Problem] = (), waiting: Sequence[WaitingRequest] = (),
    contact_id: int | None = None, now_there: LogForm | None = None,
) -> str:  # fmt: skip
    """The form for a new contact, or for the correction of ``contact_id`` with what it was before.

    ``now_there`` is what a colleague has put there since the form was made; it stands beside what was typed.
    """
    contact = None if contact_id is None else session().get_one(Contact, contact_id)
    new = contact is None
    if contact is not None:
        home = with_adult(session(), home, contact.guardian_id)
        home = with_adult(session(), home, number_or_none(form.guardian_id), linked=True)
    staff = staff_offered(home, contact)
    return render_template(
        "contacts/form.html", home=home, form=form, problems=problems, waiting=waiting, contact_id=contact_id,
        first_channels=FIRST_CHANNELS, other_channels=OTHER_CHANNELS, outcomes=OUTCOMES_IN_ORDER, sides=outcome_sides(),
        staff=staff, unnamed=contact is not None and contact.staff_id is None,
        own_staff_id=asking.viewer().staff_id, topics=list(Topic), purposes=list(Purpose), subjects=list(Subject),
        languages_spoken=languages_offered(home, form.language), again=repeat(home, form) if new else None,
        page=_address(home, form) if new else None, about=", ".join(child.name for child in home.children),
        counts=CONTACT_OUTCOMES, back=asking.back_to(url_for("families.page", family_id=home.id)).location,
        call=call_to(home, form.guardian_id) if new and not problems else None, longest_summary=LONGEST_SUMMARY,
        longest_question=LONGEST_QUESTION, stands=stands_now(form, now_there, home, staff) if now_there else {},
    )  # fmt: skip


def find_changeable(contact_id: int) -> Asked:
    """With the first of its families that the viewer may see.

    Raises NotFound where there is none, NotAllowed where the contact is somebody else's to change.
    """
    return find_each_changeable([contact_id])[0]


def find_each_changeable(contact_ids: Sequence[int]) -> list[Asked]:
    """The same for several, all or none, in three statements and the grant of each family."""
    looking, asked = asking.viewer(), set(contact_ids)
    contacts = {one.id: one for one in session().scalars(select(Contact).where(Contact.id.in_(asked)))}
    families = dict(session().execute(_first_families(asked)).all())
    if not asked <= contacts.keys() & families.keys():
        raise NotFound(_("There is no such contact, or you do not work with its family."))
    grants = {family_id: require(session(), looking, family_id) for family_id in sorted(set(families.values()))}
    if not all(may_change(contact, looking) for contact in contacts.values()):
        raise NotAllowed(_("Only the one who logged this contact, the one who made it or an administrator changes it."))
    if session().scalar(guarded_contacts(looking).where(Contact.id.in_(asked)).limit(1)) is not None:
        raise NotAllowed(_("%(kept)s Only somebody on it changes this contact.", kept=said(KEPT)))
    return [Asked(contacts[each], families[each], grants[families[each]].because) for each in contact_ids]


def _first_families(contact_ids: Collection[int]) -> Select[int, int]:
    """For each contact the first of its families that the viewer may see."""
    return (
        select(ContactStudent.contact_id, func.min(FamilyMember.family_id))
        .join(FamilyMember, FamilyMember.student_id == ContactStudent.student_id)
        .join(Family, Family.id == FamilyMember.family_id)
        .where(
            ContactStudent.contact_id.in_(contact_ids), FamilyMember.until_on.is_(None),
            sees_family(asking.viewer(), Family.id),
        )
        .group_by(ContactStudent.contact_id)
    )  # fmt: skip


def may_change(contact: Contact, viewer: Viewer) -> bool:
    """Who logged it, whose contact it is, or an administrator."""
    own = contact.recorded_by == viewer.account_id
    theirs = viewer.staff_id is not None and contact.staff_id == viewer.staff_id
    return own or theirs or viewer.administers


def saved_words(contact: Contact, home: Household) -> str:
    """ "Saved: phone with Rosa Delgado, reached." """
    if contact.voided_at is not None:
        return _("This was saved before, and undone since.")
    adult = next((one.name for one in home.adults if one.id == contact.guardian_id), None)
    how, outcome = words(contact.channel), words(contact.outcome).lower()
    if adult is None:
        return _("Saved: %(how)s with the %(name)s family, %(outcome)s.", how=how, name=home.name, outcome=outcome)
    return _("Saved: %(how)s with %(name)s, %(outcome)s.", how=how, name=adult, outcome=outcome)


def _again(home: Household, form: LogForm, problems: list[Problem]) -> ResponseReturnValue:
    if in_json():
        return refused(problems)
    waiting = waiting_of_family(session(), asking.viewer(), home.id, asking.now())
    return form_page(home, form, problems, waiting), 422


def _described(form: LogForm, home: Household, viewer: Viewer) -> tuple[NewContact, str]:
    """The contact, and a sentence where the ticked question stays open because nobody was reached."""
    described = form.as_new(asking.now(), asking.zone(), viewer.staff_id, tuple(child.id for child in home.children))
    if described.answers_request_id is None:
        return described, ""
    side = described.initiator or Initiator.SCHOOL
    if can_answer(side, described.channel, described.outcome, described.authored):
        return described, ""
    stays_open = _("The family’s question stays open: nobody was reached.")
    return replace(described, answers_request_id=None), stays_open


def _tick_off(outreach_id: str, contact: Contact) -> None:
    """The suggestion that led here is done, unless it was only tried: then its card stays for another try. A contact
    is kept all the same where the suggestion was somebody else's, or is gone."""
    touch = number_or_none(outreach_id)
    if touch is not None and ticks_off(contact):
        with suppress(PlanningError, NotAllowed, NotFound):
            mark_done(session(), asking.viewer(), touch, asking.now(), contact_id=contact.id)


def _address(home: Household, form: LogForm) -> str:
    """Where this form is opened again with what was typed, on the device that keeps it."""
    return url_for(
        "contacts.new", family=home.id, student=form.student_ids or None, request=form.answers_request_id or None,
        outreach=form.outreach_id or None, next=form.next or None,
    )  # fmt: skip
