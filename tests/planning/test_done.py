"""What a logged contact ticked off follows that contact: undone, put back, corrected."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from models import Channel, Outcome, OutreachState
from outreach.contacts import as_new, correct_contact, restore_contact, void_contact
from outreach.planning import NotPossibleNow, approve, dismiss, follow_contacts, mark_done, undo
from tests.planning.scene import Scene
from tests.world import NOW


def test_only_its_contact_leads_back_from_done(session: Session, scene: Scene) -> None:
    row = scene.suggested(channel=Channel.PHONE)
    call, other = (scene.world.contact(scene.world.student(scene.school)) for _ in range(2))
    approve(session, scene.viewer(), row.id, NOW)
    mark_done(session, scene.viewer(), row.id, NOW, contact_id=call.id)
    with pytest.raises(NotPossibleNow):
        undo(session, scene.viewer(), row.id, NOW)
    for undone in (other, call):
        assert row.state is OutreachState.DONE
        void_contact(session, undone.id, "Logged by mistake.", NOW)
        follow_contacts(session, scene.viewer(), [undone.id], NOW)
    follow_contacts(session, scene.viewer(), [call.id], NOW)
    assert (row.state, row.approved_at, row.approved_by) == (OutreachState.SUGGESTED, None, None)


def test_a_contact_that_is_put_back_ticks_nothing_off_that_took_another_way_since(
    session: Session, scene: Scene
) -> None:
    row, viewer = scene.suggested(channel=Channel.PHONE), scene.viewer()
    first, second = (scene.world.contact(scene.world.student(scene.school)) for _ in range(2))
    mark_done(session, viewer, row.id, NOW, contact_id=first.id)
    void_contact(session, first.id, "Logged by mistake.", NOW)
    follow_contacts(session, viewer, [first.id], NOW)
    dismiss(session, viewer, row.id, "outdated", NOW)
    restore_contact(session, first.id, NOW)
    follow_contacts(session, viewer, [first.id], NOW)
    assert row.state is OutreachState.DISMISSED
    undo(session, viewer, row.id, NOW)
    mark_done(session, viewer, row.id, NOW, contact_id=second.id)
    follow_contacts(session, viewer, [first.id], NOW)
    assert (row.state, row.done_by_contact_id) == (OutreachState.DONE, second.id)


def test_a_contact_that_was_only_an_attempt_after_all_leaves_its_card(session: Session, scene: Scene) -> None:
    row, viewer = scene.suggested(channel=Channel.PHONE), scene.viewer()
    call = scene.world.contact(scene.world.student(scene.school))
    mark_done(session, viewer, row.id, NOW, contact_id=call.id)
    reached = as_new(session, call)
    for outcome, state in ((Outcome.NO_ANSWER, OutreachState.SUGGESTED), (Outcome.REACHED, OutreachState.DONE)):
        correct_contact(session, call.id, replace(reached, outcome=outcome), NOW)
        follow_contacts(session, viewer, [call.id], NOW)
        assert row.state is state
    correct_contact(session, call.id, replace(reached, outcome=Outcome.NO_ANSWER), NOW)
    void_contact(session, call.id, "Logged by mistake.", NOW)
    restore_contact(session, call.id, NOW)
    follow_contacts(session, viewer, [call.id], NOW)
    assert row.state is OutreachState.SUGGESTED, "what comes back is still an attempt"
