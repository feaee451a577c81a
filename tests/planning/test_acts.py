"""What a person does with a suggestion, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    AccountRole,
    Audience,
    AuditEvent,
    Authored,
    Band,
    Channel,
    Message,
    MessageKind,
    MessageState,
    MessageStudent,
    Outreach,
    OutreachState,
    Topic,
)
from outreach.access import NotAllowed
from outreach.errors import NotFound
from outreach.planning import (
    DraftBlocked,
    LanguageNotConfirmed,
    MarkInText,
    NotPossibleNow,
    WrongTime,
    approve,
    approve_all,
    dismiss,
    edit,
    follow_messages,
    mark_done,
    plan_night,
    reschedule,
    undo,
)
from outreach.planning.states import MOVES, Step
from tests.planning.scene import NIGHT, Scene, wall
from tests.world import NOW


def messages(session: Session) -> list[Message]:
    return list(session.scalars(select(Message).order_by(Message.id)))


def test_an_approved_text_stands_in_the_outbox_for_its_time(session: Session, scene: Scene) -> None:
    row = approve(session, scene.viewer(), scene.suggested().id, NOW)
    assert (row.state, row.authored, row.approved_by) == (
        OutreachState.SCHEDULED, Authored.APPROVED_SINGLY, scene.account.id,
    )  # fmt: skip
    (message,) = messages(session)
    assert (message.audience, message.kind, message.automated) == (Audience.FAMILY, MessageKind.TEACHER, False)
    assert message.due_at == datetime(2026, 11, 24, 22, 30, tzinfo=UTC), "half past four in Chicago"
    assert message.expires_at == message.due_at + timedelta(days=3)
    assert message.outreach_id == row.id
    assert session.scalars(select(MessageStudent.student_id)).all() == [row.student_id]


def test_approving_twice_is_one_message(session: Session, scene: Scene) -> None:
    row = scene.suggested()
    approve(session, scene.viewer(), row.id, NOW)
    approve(session, scene.viewer(), row.id, NOW)
    assert len(messages(session)) == 1


def test_an_approved_call_is_a_thing_to_do_and_done_once_logged(session: Session, scene: Scene) -> None:
    row = scene.suggested(channel=Channel.PHONE)
    assert approve(session, scene.viewer(), row.id, NOW).state is OutreachState.APPROVED
    assert messages(session) == []
    assert mark_done(session, scene.viewer(), row.id, NOW).state is OutreachState.DONE
    assert mark_done(session, scene.viewer(), row.id, NOW).state is OutreachState.DONE


def test_a_blocked_draft_cannot_be_approved_until_a_person_writes(session: Session, scene: Scene) -> None:
    home = scene.home()
    scene.heard(home, NIGHT - timedelta(days=20), topic=Topic.ACADEMICS)
    plan_night(session, NIGHT)
    row, viewer = scene.only(), scene.viewer()
    with pytest.raises(DraftBlocked, match="what you noticed"):
        approve(session, viewer, row.id, NOW)
    assert row.body is not None
    with pytest.raises(DraftBlocked, match="Replace"):
        edit(session, viewer, row.id, row.body, NOW)
    edit(session, viewer, row.id, "Maya helped a new classmate find her way all week.", NOW)
    approved = approve(session, viewer, row.id, NOW)
    assert (approved.authored, approved.blocked) == (Authored.EDITED, None)
    assert messages(session)[0].body.startswith("Maya helped")


def test_own_words_replace_a_scheduled_message_before_it_leaves(session: Session, scene: Scene) -> None:
    row, viewer = scene.suggested(), scene.viewer()
    approve(session, viewer, row.id, NOW)
    edit(session, viewer, row.id, "Hello Rosa, when may I call about Maya?", NOW)
    first, second = messages(session)
    assert (first.state, second.state) == (MessageState.CANCELLED, MessageState.SCHEDULED)
    assert second.body == "Hello Rosa, when may I call about Maya?"
    assert row.state is OutreachState.SCHEDULED


def test_what_is_leaving_cannot_be_taken_back(session: Session, scene: Scene) -> None:
    row, viewer = scene.suggested(), scene.viewer()
    approve(session, viewer, row.id, NOW)
    (message,) = messages(session)
    message.state, message.attempt_id = MessageState.SENDING, "attempt-1"
    session.flush()
    with pytest.raises(NotPossibleNow):
        undo(session, viewer, row.id, NOW)
    with pytest.raises(NotPossibleNow):
        edit(session, viewer, row.id, "Other words", NOW)
    with pytest.raises(NotPossibleNow):
        dismiss(session, viewer, row.id, "Later", NOW)
    with pytest.raises(NotPossibleNow):
        reschedule(session, viewer, row.id, wall(2026, 11, 25, 17), NOW)


def test_undo_brings_a_suggestion_back_and_it_can_be_approved_again(session: Session, scene: Scene) -> None:
    row, viewer = scene.suggested(), scene.viewer()
    approve(session, viewer, row.id, NOW)
    assert undo(session, viewer, row.id, NOW).state is OutreachState.SUGGESTED
    approve(session, viewer, row.id, NOW)
    assert [one.state for one in messages(session)] == [MessageState.CANCELLED, MessageState.SCHEDULED]


def test_undo_of_not_now_ends_the_silence(session: Session, scene: Scene) -> None:
    row, viewer = scene.suggested(), scene.viewer()
    dismiss(session, viewer, row.id, "Not today", NOW)
    undo(session, viewer, row.id, NOW)
    assert (row.state, row.dismissed_at) == (OutreachState.SUGGESTED, None)


def test_reschedule_keeps_the_familys_clock(session: Session, scene: Scene) -> None:
    row, viewer = scene.suggested(), scene.viewer()
    approve(session, viewer, row.id, NOW)
    reschedule(session, viewer, row.id, wall(2026, 11, 25, 17, 15), NOW)
    assert messages(session)[-1].due_at == datetime(2026, 11, 25, 23, 15, tzinfo=UTC)
    with pytest.raises(WrongTime):
        reschedule(session, viewer, row.id, wall(2026, 11, 25, 22), NOW)


def test_a_mark_stays_out_of_a_text(session: Session, scene: Scene) -> None:
    row = scene.suggested()
    for words in ("Maya has 58% in math.", "Maya has 58 percent now.", "Maya has a C- in math."):
        with pytest.raises(MarkInText):
            edit(session, scene.viewer(), row.id, words, NOW)


def test_free_words_in_another_language_need_a_word_of_confirmation(session: Session, scene: Scene) -> None:
    row, viewer = scene.suggested(language="es"), scene.viewer()
    with pytest.raises(LanguageNotConfirmed):
        edit(session, viewer, row.id, "Maya is doing well.", NOW)
    edit(session, viewer, row.id, "A Maya le va muy bien.", NOW, language_confirmed=True)
    assert row.body == "A Maya le va muy bien."
    assert row.body_in_staff_language is None


def test_words_have_a_length(session: Session, scene: Scene) -> None:
    row = scene.suggested()
    with pytest.raises(DraftBlocked, match="at least one sentence"):
        edit(session, scene.viewer(), row.id, "  ", NOW)
    assert edit(session, scene.viewer(), row.id, "a" * 3 * 153, NOW).body == "a" * 3 * 153
    with pytest.raises(DraftBlocked, match="at most 3 may go"):
        edit(session, scene.viewer(), row.id, "a" * (3 * 153 + 1), NOW)
    with pytest.raises(DraftBlocked, match="keep those you need"):
        edit(session, scene.viewer(), row.id, "Matemáticas y más " * 12, NOW)


def test_a_stranger_learns_nothing_and_a_colleague_may_not_act(session: Session, scene: Scene) -> None:
    row = scene.suggested()
    stranger = scene.world.staff(scene.world.school())
    with pytest.raises(NotFound):
        approve(session, scene.viewer(stranger), row.id, NOW)
    colleague = scene.world.staff(scene.school)
    section = scene.world.section(scene.school)
    scene.world.teaches(colleague, section, session.get_one(type(scene.home().student), row.student_id))
    with pytest.raises(NotAllowed):
        approve(session, scene.viewer(colleague), row.id, NOW)
    counselor = scene.world.staff(scene.school)
    assert (
        approve(session, scene.viewer(counselor, AccountRole.COUNSELOR), row.id, NOW).state is OutreachState.SCHEDULED
    )


def test_not_now_needs_a_reason(session: Session, scene: Scene) -> None:
    row = scene.suggested()
    with pytest.raises(Exception, match="why not now"):
        dismiss(session, scene.viewer(), row.id, " ", NOW)


def test_every_act_stands_in_the_trail(session: Session, scene: Scene) -> None:
    row, viewer = scene.suggested(), scene.viewer()
    edit(session, viewer, row.id, "Hello Rosa.", NOW)
    approve(session, viewer, row.id, NOW)
    undo(session, viewer, row.id, NOW)
    dismiss(session, viewer, row.id, "Later", NOW)
    actions = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert actions == ["outreach.edit", "outreach.approve", "outreach.undo", "outreach.dismiss"]


def test_in_bulk_they_are_general_notices_and_calls_are_left_for_a_person(session: Session, scene: Scene) -> None:
    scene.home(Band.HIGH)
    scene.home(Band.HIGH, language="vi")
    behind = scene.home()
    scene.heard(behind, NIGHT - timedelta(days=20), topic=Topic.ACADEMICS)
    plan_night(session, NIGHT)
    figures = approve_all(session, None, NOW)
    assert figures.as_dict() == {"approved": 1, "to_do": 1, "blocked": 1, "refused": 0, "changed": 0}
    (message,) = messages(session)
    assert message.automated
    assert session.get_one(Outreach, message.outreach_id).authored is Authored.APPROVED_IN_BULK
    assert approve_all(session, None, NOW).approved == 0


def test_a_teacher_in_bulk_approves_only_their_own(session: Session, scene: Scene) -> None:
    row = scene.suggested()
    other = scene.world.staff(scene.school)
    assert approve_all(session, scene.viewer(other), NOW).approved == 0
    assert approve_all(session, scene.viewer(), NOW).approved == 1
    assert session.get_one(Outreach, row.id).state is OutreachState.SCHEDULED


@pytest.mark.parametrize("state", [MessageState.DELIVERED, MessageState.SKIPPED, MessageState.UNKNOWN])
def test_the_plan_follows_its_message(session: Session, scene: Scene, state: MessageState) -> None:
    row = approve(session, scene.viewer(), scene.suggested().id, NOW)
    (message,) = messages(session)
    message.state, message.state_reason = state, "Because."
    session.flush()
    assert follow_messages(session, NOW) == 1
    session.refresh(row)
    assert (row.state.value, row.state_reason) == (state.value, "Because.")
    assert follow_messages(session, NOW) == 0


def test_the_table_of_steps_names_only_states_that_exist() -> None:
    assert set(MOVES) == set(Step)
    assert all(OutreachState(target) for moves in MOVES.values() for target in moves.values())
