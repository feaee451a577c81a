"""Many approved and taken back at once; a weekly message ended and taken up again; a suggestion given away."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from models import AccountRole, Authored, Band, Channel, Message, MessageState, Outreach, OutreachState, StaffRole
from outreach.language import said
from outreach.planning import (
    ChangedMeanwhile,
    DraftBlocked,
    NotPossibleNow,
    PlanFilters,
    approve,
    approve_all,
    assign_to,
    continue_weekly,
    dismiss,
    edit,
    end_weekly,
    plan_night,
    plan_page,
    preview_all,
    resume_weekly,
    series_of,
    still_runs,
    takers,
    undo_all,
    undo_assign,
    version_of,
    write_by_hand,
)
from outreach.planning.bulk import BulkPreview, UndoFigures
from tests.planning.scene import NIGHT, Scene, wall
from tests.planning.test_by_hand import note, outbox
from tests.world import NOW


def shown(looked: BulkPreview) -> dict[int, str]:
    return {card.outreach_id: card.version for card in looked.ready}


def test_together_they_wait_for_a_change_of_mind_and_come_back_as_far_as_they_have_not_left(
    session: Session, scene: Scene
) -> None:
    for _home in range(3):
        scene.home(Band.HIGH)
    plan_night(session, NIGHT)
    viewer = scene.viewer()
    late = NOW + timedelta(hours=7)
    looked = preview_all(session, viewer, late)
    assert (len(looked.ready), looked.left_out, looked.more) == (3, (), 0)
    assert approve_all(session, viewer, late, only=shown(looked)).approved == 3
    messages = list(session.scalars(select(Message).order_by(Message.id)))
    assert {one.due_at for one in messages} == {late + timedelta(seconds=30)}
    messages[0].state, messages[0].attempt_id = MessageState.SENDING, "attempt-1"
    session.flush()
    figures = undo_all(session, viewer, late, late + timedelta(seconds=10))
    assert (figures.taken_back, figures.gone) == (2, 1)
    assert [row.state for row in scene.planned()] == [
        OutreachState.SCHEDULED, OutreachState.SUGGESTED, OutreachState.SUGGESTED,
    ]  # fmt: skip


def test_what_a_colleague_changed_after_the_look_is_left_as_it_is(session: Session, scene: Scene) -> None:
    for _home in range(2):
        scene.home(Band.HIGH)
    plan_night(session, NIGHT)
    viewer, (one, other) = scene.viewer(), scene.planned()
    looked = shown(preview_all(session, viewer, NOW))
    colleague = scene.viewer(scene.world.staff(scene.school), AccountRole.ADMINISTRATOR)
    edit(session, colleague, one.id, "Hello Rosa, words that nobody looked over.", NOW)
    figures = approve_all(session, viewer, NOW, only=looked)
    assert (figures.approved, figures.changed) == (1, 1)
    assert [row.state for row in (one, other)] == [OutreachState.SUGGESTED, OutreachState.SCHEDULED]


def test_what_a_colleague_changed_after_it_was_approved_is_not_pulled_back(session: Session, scene: Scene) -> None:
    for _home in range(3):
        scene.home(Band.HIGH)
    plan_night(session, NIGHT)
    viewer, (one, other, third) = scene.viewer(), scene.planned()
    edit(session, viewer, third.id, "Hello Rosa, my own words from before.", NOW)
    approve_all(session, viewer, NOW)
    colleague = scene.viewer(scene.world.staff(scene.school), AccountRole.ADMINISTRATOR)
    edit(session, colleague, one.id, "Hello Rosa, words of a colleague.", NOW)
    assert undo_all(session, viewer, NOW, NOW) == UndoFigures(taken_back=2, gone=1)
    assert [row.state for row in (one, other, third)] == [
        OutreachState.SCHEDULED, OutreachState.SUGGESTED, OutreachState.SUGGESTED,
    ]  # fmt: skip


def test_the_number_on_the_button_is_of_what_stands_behind_it(session: Session, scene: Scene) -> None:
    for _home in range(5):
        scene.home(Band.HIGH)
    plan_night(session, NIGHT)
    viewer = scene.viewer(scene.world.staff(scene.school), AccountRole.ADMINISTRATOR)
    mail, empty, gap, call, nobodys = scene.planned()
    mail.channel, mail.title, empty.body, gap.blocked = Channel.EMAIL, "About Maya", "", "Still missing: a word."
    call.channel, nobodys.staff_id = Channel.PHONE, None
    session.flush()
    for filters, ready in (
        (PlanFilters(), {mail.id, nobodys.id}), (PlanFilters(channel=Channel.EMAIL), {mail.id}),
        (PlanFilters(own=True), set[int]()), (PlanFilters(staff_id=scene.teacher.id), {mail.id}),
    ):  # fmt: skip
        looked = preview_all(session, viewer, NOW, filters)
        assert set(shown(looked)) == ready
        assert plan_page(session, viewer, NOW, filters).ready == len(ready)
    everything = preview_all(session, viewer, NOW)
    assert sum(len(left.cards) for left in everything.left_out) == 3
    assert approve_all(session, viewer, NOW).as_dict() == {
        "approved": 2, "to_do": 1, "blocked": 2, "refused": 0, "changed": 0,
    }  # fmt: skip


def test_whether_a_number_had_its_first_text_is_asked_once_for_all(session: Session, scene: Scene) -> None:
    viewer, asked = scene.viewer(), list[str]()
    for _home in range(5):
        scene.home(Band.HIGH)
    plan_night(session, NIGHT)

    @event.listens_for(session.get_bind(), "before_cursor_execute")
    def heard(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    def first_texts() -> int:
        found = [one for one in asked if one.lstrip().startswith("SELECT") and "message.sent_at IS NOT NULL" in one]
        asked.clear()
        return len(found)

    try:
        looked = preview_all(session, viewer, NOW)
        assert (len(looked.ready), first_texts()) == (5, 1)
        assert approve_all(session, viewer, NOW, only=shown(looked)).approved == 5
        assert first_texts() == 1
    finally:
        event.remove(session.get_bind(), "before_cursor_execute", heard)


def test_what_one_person_approved_together_another_does_not_take_back(session: Session, scene: Scene) -> None:
    scene.home(Band.HIGH)
    plan_night(session, NIGHT)
    approve_all(session, scene.viewer(), NOW)
    other = scene.viewer(scene.world.staff(scene.school), AccountRole.ADMINISTRATOR)
    assert undo_all(session, other, NOW, NOW).taken_back == 0


def test_a_weekly_message_ended_between_two_links_goes_on_no_night_and_can_be_taken_up(
    session: Session, scene: Scene
) -> None:
    viewer = scene.viewer()
    weekly = note(scene.home(), local_time=wall(2026, 11, 24, 17), weekly_until=date(2026, 12, 15))
    first = write_by_hand(session, viewer, weekly, NOW)
    first.state = OutreachState.DELIVERED
    outbox(session)[0].state = MessageState.DELIVERED
    session.flush()
    thursday = NOW + timedelta(days=2)
    newest = end_weekly(session, viewer, first.id, thursday)
    assert newest.id == first.id
    assert first.state is OutreachState.DELIVERED, "what has left stays as it is"
    assert continue_weekly(session, thursday) == 0
    with pytest.raises(NotPossibleNow, match="over already"):
        end_weekly(session, viewer, first.id, thursday)
    made = resume_weekly(session, viewer, first.id, thursday)
    assert (made.local_time, made.repeats_until) == ("2026-12-01T17:00", "2026-12-15")
    assert still_runs(series_of(session, first), thursday)
    with pytest.raises(NotPossibleNow, match="was not ended"):
        resume_weekly(session, viewer, first.id, thursday)


def test_a_weekly_message_that_is_leaving_is_not_ended_half(session: Session, scene: Scene) -> None:
    weekly = note(scene.home(), local_time=wall(2026, 11, 24, 17), weekly_until=date(2026, 12, 15))
    row = write_by_hand(session, scene.viewer(), weekly, NOW)
    message = outbox(session)[0]
    message.state, message.attempt_id = MessageState.SENDING, "attempt-1"
    session.flush()
    with pytest.raises(NotPossibleNow, match="has left already"):
        end_weekly(session, scene.viewer(), row.id, NOW)


def test_a_colleagues_own_words_are_not_sent_in_another_name(session: Session, scene: Scene) -> None:
    home = scene.home(Band.HIGH)
    plan_night(session, NIGHT)
    row = scene.only()
    edit(session, scene.viewer(), row.id, "Hello Rosa, it is me, L. Alvarez.", NOW)
    counselor = scene.world.staff(scene.school, role=StaffRole.COUNSELOR, display_name="K. Lowe")
    colleague = scene.world.staff(scene.school, display_name="J. Park")
    scene.world.teaches(colleague, scene.world.section(scene.school), home.student)
    viewer = scene.viewer(counselor, AccountRole.COUNSELOR)
    assert [one.name for one in takers(session, viewer, home.family.id)] == ["L. Alvarez", "J. Park"]
    assign_to(session, viewer, row.id, colleague.id, NOW)
    assert row.authored is Authored.EDITED
    assert said(row.blocked) == "L. Alvarez wrote these words; put them into your own before they go."
    with pytest.raises(DraftBlocked, match="your own"):
        approve(session, viewer, row.id, NOW)
    undo_assign(session, viewer, row.id, NOW)
    assert (row.staff_id, row.blocked) == (scene.teacher.id, None)
    with pytest.raises(NotPossibleNow, match="Somebody else has it"):
        undo_assign(session, viewer, row.id, NOW)


def test_what_changed_by_itself_is_said_without_a_name(session: Session, scene: Scene) -> None:
    scene.home(Band.HIGH)
    plan_night(session, NIGHT)
    row = scene.only()
    seen = version_of(row)
    approve(session, scene.viewer(), row.id, NOW, seen=seen)
    approve(session, scene.viewer(), row.id, NOW, seen=seen)  # the same form, sent twice
    with pytest.raises(ChangedMeanwhile, match="You changed this in another window"):
        dismiss(session, scene.viewer(), row.id, "outdated", NOW, seen=seen)
    assert session.get_one(Outreach, row.id).state is OutreachState.SCHEDULED
