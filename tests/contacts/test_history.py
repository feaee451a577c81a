"""What was changed of a contact: each change with what stood before and after, for who may read its words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from models import AccountRole, FamilyMember, Outcome, RevisionKind, SafetyAlert
from outreach.contacts import FieldChange, correct_contact, history_of, restore_contact, void_contact
from outreach.contacts.revise import as_new
from outreach.contacts.revisions import keep_revision
from outreach.contacts.withheld import ABOUT_ANOTHER
from outreach.errors import NotFound
from tests.contacts.homes import Home, counselor_of, viewer_of_staff
from tests.world import NOW, World

HOUR = timedelta(hours=1)


def test_each_change_has_who_when_before_and_after(delgado: Home, session: Session, world: World) -> None:
    leo = world.guardian(delgado.maya, given_name="Leo")
    contact = delgado.log(summary="One", outcome=Outcome.LEFT_MESSAGE)
    changed = replace(as_new(session, contact), summary="Two", outcome=Outcome.REACHED, guardian_id=leo.id)
    correct_contact(session, contact.id, changed, NOW + HOUR, delgado.account.id)
    void_contact(session, contact.id, "Wrong family", NOW + 2 * HOUR, delgado.account.id)
    restore_contact(session, contact.id, NOW + 3 * HOUR, delgado.account.id)

    found = history_of(session, viewer_of_staff(delgado.alvarez, delgado.school), contact.id)
    back, undone, corrected = found.changes
    assert (corrected.kind, corrected.by, corrected.at) == (RevisionKind.CORRECTED, "L. Alvarez", NOW + HOUR)
    assert corrected.fields == (
        FieldChange("guardian_id", "Rosa Delgado", "Leo Delgado"),
        FieldChange("outcome", "left_message", "reached"),
        FieldChange("summary", "One", "Two"),
    )
    assert (undone.kind, undone.why, undone.fields) == (RevisionKind.VOIDED, "Wrong family", ())
    assert (back.kind, back.why) == (RevisionKind.RESTORED, None)
    assert (found.recorded_by, found.undone) == ("L. Alvarez", False)


def test_a_receipt_is_no_correction(delgado: Home, session: Session) -> None:
    contact = delgado.log()
    keep_revision(session, contact, RevisionKind.CORRECTED, NOW, account_id=None, why="receipt")
    (change,) = history_of(session, viewer_of_staff(delgado.alvarez, delgado.school), contact.id).changes
    assert (change.by_receipt, change.by, change.why) == (True, None, None)


def test_who_may_not_read_the_words_reads_no_history_of_them(delgado: Home, session: Session, world: World) -> None:
    contact = delgado.log(summary="One")
    stranger = viewer_of_staff(world.staff(delgado.school), delgado.school)
    with pytest.raises(NotFound):
        history_of(session, stranger, contact.id)
    world.add(SafetyAlert(school_id=delgado.school.id, contact_id=contact.id, raised_at=NOW))
    world.account(world.staff(delgado.school), AccountRole.ADMINISTRATOR)
    for looking in (viewer_of_staff(delgado.alvarez, delgado.school), counselor_of(world, delgado.school)):
        with pytest.raises(NotFound, match="not yours to read"):
            history_of(session, looking, contact.id)


def test_a_question_is_told_by_when_it_was_asked_and_one_that_is_withheld_by_what_stands_for_it(
    delgado: Home, session: Session, world: World
) -> None:
    leo = world.student(delgado.school, given_name="Leo")
    world.add(FamilyMember(family_id=delgado.family.id, student_id=leo.id, from_on=date(2026, 8, 17)))
    lowe = world.staff(delgado.school)
    request = delgado.asks(NOW - 48 * HOUR, owner_staff_id=lowe.id)
    contact = delgado.log(answers_request_id=request.id)
    changed = replace(as_new(session, contact), answers_request_id=None)
    correct_contact(session, contact.id, changed, NOW + HOUR, delgado.account.id)

    def told() -> tuple[FieldChange, ...]:
        (change,) = history_of(session, viewer_of_staff(delgado.alvarez, delgado.school), contact.id).changes
        return change.fields

    assert told() == (FieldChange("answers_request_id", {"asked": request.opened_at.isoformat()}, None),)
    request.student_id = leo.id
    session.flush()
    assert told() == (FieldChange("answers_request_id", ABOUT_ANOTHER, None),)
