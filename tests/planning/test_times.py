"""When a family may be written to: what the page allows the gate lets out at that very time; each refusal says why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Account, Channel, Guardian, Hold, HoldReason, Message, MessageState, Outreach, School
from outreach.access import Viewer, viewer_of
from outreach.language import said
from outreach.planning import (
    NewMessage,
    WrongTime,
    approve,
    leaving,
    times_of,
    undo,
    write_by_hand,
)
from outreach.planning.send_time import a_week_later
from tests.planning.post import Post, note
from tests.planning.scene import Home, Scene, wall
from tests.world import NOW

UNDO = timedelta(seconds=30)


def refusal(session: Session, row: Outreach, local: datetime, now: datetime = NOW) -> WrongTime:
    with pytest.raises(WrongTime) as refused:
        times_of(session, row, now).check(local)
    return refused.value


def nearest(refused: WrongTime) -> str | None:
    return refused.nearest.local.isoformat(timespec="minutes") if refused.nearest else None


@pytest.mark.parametrize(
    ("local", "says", "instead"),
    [
        (wall(2026, 11, 24, 9), "has passed; choose a later time", "2026-11-24T10:00"),
        (wall(2026, 11, 24, 21), "between 8 am and 8 pm by their own clock; 9 pm is not", "2026-11-25T08:00"),
        (wall(2026, 11, 25, 7, 59), "7:59 am is not", "2026-11-25T08:00"),
        (wall(2026, 11, 28, 10), "Sat 28 Nov is no school day", "2026-11-30T08:00"),
        (wall(2027, 6, 30, 10), "no school day left", None),
    ],
)
def test_each_refusal_says_why_and_offers_the_nearest_time(
    session: Session, scene: Scene, local: datetime, says: str, instead: str | None
) -> None:
    refused = refusal(session, scene.suggested(), local)
    assert says in str(refused)
    assert nearest(refused) == instead


def test_a_time_that_passed_while_the_form_was_open_means_now(session: Session, scene: Scene) -> None:
    row = scene.suggested()
    assert times_of(session, row, NOW).check(wall(2026, 11, 24, 9, 50)).local == wall(2026, 11, 24, 9, 50)


def test_a_number_from_another_region_has_both_clocks(session: Session, scene: Scene) -> None:
    row = scene.suggested()
    number = scene.world.phone(session.get_one(Guardian, row.guardian_id), timezone="America/Denver")
    row.address_id = number.id
    session.flush()
    refused = refusal(session, row, wall(2026, 11, 25, 8, 30))
    assert "it is 7:30 am then (Mountain Time)" in str(refused)
    assert nearest(refused) == "2026-11-25T09:00"
    times = times_of(session, row, NOW)
    assert (times.hours()[0], times.hours()[-1]) == (time(9), time(19, 30))


def test_the_days_and_hours_to_choose_among_are_those_at_which_it_may_go(session: Session, scene: Scene) -> None:
    row = scene.suggested()
    times = times_of(session, row, NOW)
    assert times.days() == (
        date(2026, 11, 24), date(2026, 11, 25), date(2026, 11, 26), date(2026, 11, 27), date(2026, 11, 30),
    )  # fmt: skip
    for day in times.days()[1:]:
        for hour in times.hours():
            assert times.check(datetime.combine(day, hour)).local == datetime.combine(day, hour)


def test_a_family_that_had_its_messages_this_week_is_left_until_the_first_is_a_week_old(
    session: Session, scene: Scene
) -> None:
    home = scene.home()
    for number in range(3):
        sent_at = NOW - timedelta(days=3 - number)
        made = write_by_hand(session, scene.viewer(), _note(home, f"k{number}"), sent_at)
        message = session.scalars(select(Message).where(Message.outreach_id == made.id)).one()
        message.state, message.sent_at, message.accepted_at = MessageState.DELIVERED, sent_at, sent_at
    session.flush()
    row = write_by_hand(session, scene.viewer(), _note(home, "k9"), NOW)
    refused = refusal(session, row, wall(2026, 11, 25, 10))
    assert said(str(refused)) == "This family has had enough messages this week."
    assert nearest(refused) == "2026-11-30T08:00", "the first is a week old on a Saturday"
    at = leaving(session, row, NOW)
    assert at is not None
    assert at.seconds is None
    assert "enough messages this week" in at.because


def test_what_waits_in_the_outbox_counts_too_but_not_the_message_itself(session: Session, scene: Scene) -> None:
    home, viewer = scene.home(), scene.viewer()
    for number in range(3):
        planned = _note(home, f"k{number}", local_time=wall(2026, 11, 25, 9 + number))
        write_by_hand(session, viewer, planned, NOW)
    first = session.scalars(select(Outreach).order_by(Outreach.id)).first()
    assert first is not None
    assert times_of(session, first, NOW).check(wall(2026, 11, 25, 15)).local.hour == 15
    with pytest.raises(WrongTime, match="enough messages"):
        write_by_hand(session, viewer, _note(home, "k9", local_time=wall(2026, 11, 25, 15)), NOW)


def test_a_hold_is_said_and_its_end_is_the_nearest_time(session: Session, scene: Scene) -> None:
    row = scene.suggested()
    scene.world.add(
        Hold(
            family_id=row.family_id, reason=HoldReason.CRISIS, from_at=NOW - timedelta(days=1),
            until_at=datetime(2026, 11, 26, 18, 0, tzinfo=UTC), ask_staff_id=scene.teacher.id,
        )
    )  # fmt: skip
    refused = refusal(session, row, wall(2026, 11, 25, 10))
    assert "L. Alvarez" in str(refused)
    assert nearest(refused) == "2026-11-26T12:00"
    assert times_of(session, row, NOW).check(wall(2026, 11, 27, 10)).local == wall(2026, 11, 27, 10)


def test_where_a_channel_is_live_the_schools_first_day_counts(session: Session, scene: Scene) -> None:
    row = scene.suggested()
    session.get_one(School, scene.school.id).sms_live_from = date(2026, 11, 27)
    session.flush()
    live = {Channel.SMS}
    with pytest.raises(WrongTime) as refused:
        times_of(session, row, NOW, live).check(wall(2026, 11, 25, 10))
    assert "first day" in str(refused.value)
    assert nearest(refused.value) == "2026-11-27T08:00"
    assert times_of(session, row, NOW).check(wall(2026, 11, 25, 10)).local.day == 25


def test_a_call_has_hours_but_no_school_day_and_no_count(session: Session, scene: Scene) -> None:
    row = scene.suggested(channel=Channel.PHONE)
    assert times_of(session, row, NOW).check(wall(2026, 11, 28, 10)).local.day == 28
    assert "is not" in str(refusal(session, row, wall(2026, 11, 28, 22)))


def test_sent_at_night_it_says_that_it_leaves_in_the_morning(session: Session, scene: Scene) -> None:
    late = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
    row = write_by_hand(session, scene.viewer(), _note(scene.home(), "k"), late)
    at = leaving(session, row, late)
    assert at is not None
    assert (at.at, at.seconds) == (datetime(2026, 11, 25, 14, 0, tzinfo=UTC), None)
    assert "between" in at.because


def test_what_a_person_sends_at_once_leaves_after_thirty_seconds_and_not_before(post: Post) -> None:
    post.write("+13125550101")
    post.round(NOW - timedelta(seconds=1))
    assert [one.state for one in post.messages()] == [MessageState.SCHEDULED], "still to be taken back"
    post.round(NOW)
    assert [one.state for one in post.messages()] == [MessageState.DELIVERED]


def test_what_policy_approves_for_nobody_in_particular_waits_for_nobody(post: Post) -> None:
    post.write("+13125550101", in_bulk=True)
    assert [one.due_at for one in post.messages()] == [NOW]


def test_what_was_taken_back_in_time_never_leaves(post: Post) -> None:
    post.write("+13125550101")
    with post.sessions.begin() as session:
        row = session.scalars(select(Outreach)).one()
        viewer = _sender(session, row)
        undo(session, viewer, row.id, NOW - timedelta(seconds=5))
    post.round(NOW + timedelta(hours=1))
    assert [one.state for one in post.messages()] == [MessageState.CANCELLED]


@pytest.mark.parametrize("local", [wall(2026, 11, 25, 8), wall(2026, 11, 25, 19, 30), wall(2026, 11, 30, 12)])
def test_what_the_page_allows_the_gate_lets_out_at_that_very_time(post: Post, local: datetime) -> None:
    post.write("+13125550101")
    with post.sessions.begin() as session:
        row = session.scalars(select(Outreach)).one()
        first = session.scalars(select(Message)).one()
        first.state, first.sent_at = MessageState.CANCELLED, None
        when = times_of(session, row, NOW).check(local)
        message = NewMessage(
            form_key="second", family_id=row.family_id, guardian_id=row.guardian_id or 0,
            student_ids=(row.student_id or 0,), channel=Channel.SMS, body="A second word.", local_time=local,
        )  # fmt: skip
        write_by_hand(session, _sender(session, row), message, NOW)
    post.round(when.at - timedelta(seconds=1))
    assert post.messages()[-1].state is MessageState.SCHEDULED
    post.round(when.at)
    assert post.messages()[-1].state is MessageState.DELIVERED


def test_a_time_of_the_night_that_clocks_skip_is_no_accident() -> None:
    assert a_week_later(wall(2027, 3, 7, 2, 30), "America/Chicago").at == datetime(2027, 3, 14, 8, 0, tzinfo=UTC)


def test_approved_after_its_time_it_waits_for_a_change_of_mind(session: Session, scene: Scene) -> None:
    row = scene.suggested()
    late = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
    approve(session, scene.viewer(), row.id, late)
    assert session.scalars(select(Message.due_at)).all() == [late + UNDO]
    at = leaving(session, row, late)
    assert at is not None
    assert at.seconds == 30


def _note(home: Home, form_key: str, **values: object) -> NewMessage:
    return replace(note(home, Channel.SMS, "Hello.", form_key), **values)  # type: ignore[arg-type]


def _sender(session: Session, row: Outreach) -> Viewer:
    account = session.scalars(select(Account).where(Account.staff_id == row.staff_id)).one()
    return viewer_of(session, account, NOW)
