"""An earlier state of a contact comes back as a correction: kept, checked, and never over somebody else's unseen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from models import (
    Contact,
    Department,
    FamilyMember,
    Initiator,
    MessageKind,
    Outcome,
    Purpose,
    RequestState,
    RevisionKind,
    StaffRole,
    Subject,
    Topic,
)
from outreach.access.viewer import Viewer
from outreach.contacts import (
    ContactMovedOn,
    ContactRefused,
    as_new,
    close_request,
    correct_contact,
    history_of,
    log_message_contact,
    newest_revision,
    put_back_contact,
    restore_contact,
    revisions_of,
    void_contact,
)
from outreach.errors import NotFound
from tests.contacts.homes import Home, viewer_of_staff
from tests.contacts.posts import message_to
from tests.world import NOW, World

LATER = NOW + timedelta(minutes=10)


def alvarez(home: Home) -> Viewer:
    return viewer_of_staff(home.alvarez, home.school, account_id=home.account.id)


def corrected(home: Home, contact: Contact, **values: object) -> int:
    """The revision that a correction of L. Alvarez leaves behind."""
    session = home.world.session
    correct_contact(session, contact.id, replace(as_new(session, contact), **values), NOW, home.account.id)  # type: ignore[arg-type]  # a test names its fields
    return newest_revision(session, contact.id)


def put_back(home: Home, contact: Contact, revision_id: int, seen: int | None = None) -> Contact:
    return put_back_contact(
        home.world.session, alvarez(home), contact.id, revision_id, LATER, family_id=home.family.id, seen=seen
    )


def test_everything_that_was_corrected_stands_again_as_it_stood_and_what_stood_between_is_kept(
    delgado: Home, session: Session, world: World
) -> None:
    leo = world.student(delgado.school, given_name="Leo")
    world.add(FamilyMember(family_id=delgado.family.id, student_id=leo.id, from_on=NOW.date()))
    contact = delgado.log(
        summary="She was ill", topic=Topic.ACADEMICS, subject=Subject.MATH, purpose=Purpose.CONCERN, language="es",
        interpreter=True, said_it_helped=False,
    )  # fmt: skip
    stood = as_new(session, contact)
    front = world.staff(delgado.school, role=StaffRole.FRONT_OFFICE)
    change = corrected(
        delgado, contact, student_ids=(delgado.maya.id, leo.id), guardian_id=None, staff_id=front.id, summary=None,
        topic=None, subject=None, purpose=None, language=None, interpreter=False, said_it_helped=True,
        outcome=Outcome.NO_ANSWER, occurred_at=NOW - timedelta(days=3),
    )  # fmt: skip
    between = as_new(session, contact)
    assert (contact.initiator, contact.department) == (Initiator.SCHOOL, Department.FRONT_OFFICE)
    put_back(delgado, contact, change, seen=change)

    assert as_new(session, contact) == stood
    first, second = revisions_of(session, contact.id)
    assert (second.kind, second.revised_by, second.before["outcome"]) == (
        RevisionKind.CORRECTED, delgado.account.id, "no_answer",
    )  # fmt: skip
    put_back(delgado, contact, second.id, seen=second.id)
    assert as_new(session, contact) == between
    assert first.id < second.id < newest_revision(session, contact.id)


def test_twice_is_once(delgado: Home, session: Session) -> None:
    contact = delgado.log(summary="One")
    change = corrected(delgado, contact, summary="Two")
    for _time in range(2):
        put_back(delgado, contact, change, seen=change)
    assert contact.summary == "One"
    assert len(revisions_of(session, contact.id)) == 2


def test_what_a_colleague_changed_since_is_not_overwritten_unseen(
    delgado: Home, session: Session, world: World
) -> None:  # fmt: skip
    contact = delgado.log(summary="One")
    change = corrected(delgado, contact, summary="Two")
    lowe = world.account(world.staff(delgado.school, display_name="K. Lowe"))
    correct_contact(session, contact.id, replace(as_new(session, contact), summary="Three"), NOW, lowe.id)
    with pytest.raises(ContactMovedOn, match=r"^K\. Lowe changed this contact since\."):
        put_back(delgado, contact, change, seen=change)
    assert contact.summary == "Three"
    put_back(delgado, contact, change, seen=newest_revision(session, contact.id))
    assert contact.summary == "One"


def test_an_answer_that_was_corrected_away_answers_again(delgado: Home, session: Session) -> None:
    request = delgado.asks(NOW - timedelta(days=2))
    contact = delgado.log(answers_request_id=request.id)
    change = corrected(delgado, contact, outcome=Outcome.NO_ANSWER)
    assert request.state is RequestState.OPEN
    put_back(delgado, contact, change, seen=change)
    assert (request.state, request.answered_by_contact_id) == (RequestState.ANSWERED, contact.id)

    change = corrected(delgado, contact, outcome=Outcome.NO_ANSWER)
    close_request(session, request.id, LATER, delgado.account.id, no_answer_needed="Solved itself.")
    with pytest.raises(ContactRefused, match="is closed; reopen it first"):
        put_back(delgado, contact, change, seen=change)


def test_of_a_message_only_what_is_ours_comes_back_and_its_receipt_stays(delgado: Home, session: Session) -> None:
    message = message_to(delgado, kind=MessageKind.TEACHER)
    contact = log_message_contact(session, message=message, outcome=Outcome.SENT, now=NOW)
    change = corrected(delgado, contact, topic=Topic.BEHAVIOR)
    contact.outcome = Outcome.DELIVERED
    session.flush()
    put_back(delgado, contact, change, seen=change)
    assert (contact.topic, contact.outcome) == (None, Outcome.DELIVERED)


def test_a_child_or_a_colleague_whom_one_may_not_name_does_not_come_back(
    delgado: Home, session: Session, world: World
) -> None:  # fmt: skip
    noah = world.student(world.school(), given_name="Noah")
    world.family(noah)
    contact = delgado.log(guardian_id=None)
    correct_contact(session, contact.id, replace(as_new(session, contact), student_ids=(noah.id, delgado.maya.id)), NOW)
    change = corrected(delgado, contact, student_ids=(delgado.maya.id,))
    with pytest.raises(ContactRefused, match="a child whom you do not work with"):
        put_back(delgado, contact, change, seen=change)

    stranger = world.staff(world.school())
    correct_contact(session, contact.id, replace(as_new(session, contact), staff_id=stranger.id), NOW)
    change = corrected(delgado, contact, staff_id=delgado.alvarez.id)
    with pytest.raises(ContactRefused, match="works at this family’s schools"):
        put_back(delgado, contact, change, seen=change)


def test_an_undone_contact_is_restored_first_and_a_change_of_another_is_none_of_this_one(
    delgado: Home, session: Session
) -> None:
    contact, other = delgado.log(summary="One"), delgado.log(summary="Other")
    change, foreign = corrected(delgado, contact, summary="Two"), corrected(delgado, other, summary="Changed")
    for unknown in (foreign, 987_654):
        with pytest.raises(NotFound, match="no such change"):
            put_back(delgado, contact, unknown)
    void_contact(session, contact.id, "mistake", NOW, delgado.account.id)
    with pytest.raises(ContactRefused, match="restore it"):
        put_back(delgado, contact, change)


def test_the_history_offers_what_differs_from_what_stands_and_nothing_else(delgado: Home, session: Session) -> None:
    contact = delgado.log(summary="One")

    def offered() -> list[bool]:
        found = history_of(session, alvarez(delgado), contact.id)
        assert found.seen == newest_revision(session, contact.id)
        return [change.can_be_put_back for change in found.changes]

    assert offered() == []
    corrected(delgado, contact, summary="Two")
    corrected(delgado, contact, summary="One")
    assert offered() == [True, False]
    void_contact(session, contact.id, "mistake", NOW, delgado.account.id)
    assert offered() == [False, False, False]
    restore_contact(session, contact.id, NOW, delgado.account.id)
    assert offered() == [False, False, True, False]
