"""The history of one contact: who changed what, when, before and after, in words."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from models import Channel, Contact, Initiator, JsonValue, Outcome, Purpose, RevisionKind, Subject, Topic
from outreach.access import audit
from outreach.contacts import FieldChange, families_of_contact, history_of
from outreach.contacts.timeline import zone_of_family
from outreach.errors import NotFound
from outreach.language import N_, _, language_name, said

from . import asking
from .database import session, writing
from .keeping import may_change
from .words import day, moment, words

blueprint = Blueprint("history", __name__)
FIELDS = {
    "occurred_at": N_("When"), "students": N_("About"), "guardian_id": N_("With"), "staff_id": N_("By"),
    "initiator": N_("Who began"), "channel": N_("How"), "outcome": N_("What came of it"), "language": N_("Language"),
    "interpreter": N_("With an interpreter"), "topic": N_("Topic"), "subject": N_("Subject"),
    "purpose": N_("Purpose"), "said_it_helped": N_("They said it helped"),
    "answers_request_id": N_("The question it answers"), "summary": N_("Note"),
}  # fmt: skip
ENUMS: dict[str, type[StrEnum]] = {
    "channel": Channel, "outcome": Outcome, "topic": Topic, "subject": Subject, "purpose": Purpose,
}  # fmt: skip
SIDES = {Initiator.TEACHER: N_("a teacher"), Initiator.SCHOOL: N_("the school"), Initiator.FAMILY: N_("the family")}
KINDS = {
    RevisionKind.CORRECTED: N_("Corrected"),
    RevisionKind.VOIDED: N_("Undone"),
    RevisionKind.RESTORED: N_("Brought back"),
}


@blueprint.get("/<int:family_id>/contacts/<int:contact_id>/history")
@asking.signed_in()
def page(family_id: int, contact_id: int) -> ResponseReturnValue:
    asking.may_read_family(family_id)
    if family_id not in families_of_contact(session(), contact_id):
        raise NotFound(_("There is no such contact of this family."))
    found, zone = history_of(session(), asking.viewer(), contact_id), zone_of_family(session(), family_id)
    contact = session().get_one(Contact, contact_id)
    with writing() as trail:
        audit(trail, asking.viewer(), "read_history", "contact", contact_id, asking.now())
        trail.commit()
    return render_template(
        "families/history.html", found=found, family_id=family_id, zone=zone.key, kinds=KINDS, fields=FIELDS,
        may_change=may_change(contact, asking.viewer()),
        shown=lambda change, value: _shown(change, value, zone.key),
    )  # fmt: skip


def _shown(change: FieldChange, value: JsonValue, zone: str) -> str:
    """One side of a change as a person reads it."""
    if value is None or value == "":
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if change.field == "occurred_at" and isinstance(value, str):
        return moment(datetime.fromisoformat(value), zone)
    if change.field == "answers_request_id":
        return _question(value, zone)
    if change.field == "initiator":
        return _(SIDES[Initiator(str(value))])
    if change.field == "language":
        return language_name(str(value))
    if change.field in ENUMS:
        return words(ENUMS[change.field](str(value)))
    return str(value)


def _question(value: JsonValue, zone: str) -> str:
    """By the day on which it was asked, or what stands for one that is withheld."""
    if isinstance(value, dict):
        return _("the question of %(day)s", day=day(datetime.fromisoformat(str(value["asked"])), zone))
    return said(str(value))
