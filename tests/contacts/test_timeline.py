"""The family's timeline as its page shows it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    Authored,
    Channel,
    FamilyMember,
    Guardianship,
    MembershipCause,
    OnCall,
    Outcome,
    Request,
    RequestState,
    SafetyAlert,
    StaffRole,
    Verdict,
)
from outreach.access.viewer import Viewer
from outreach.contacts import EntryKind, Side, correct_contact, receive_question, timeline, void_contact
from outreach.contacts.questions import Question
from outreach.contacts.revise import as_new
from outreach.errors import NotFound
from tests.contacts.homes import Home, counselor_of, viewer_of_staff
from tests.world import NOW, World


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}-06:00")


@pytest.fixture
def teacher(delgado: Home) -> Viewer:
    return viewer_of_staff(delgado.alvarez, delgado.school)


def test_the_drawing_of_the_delgado_family(delgado: Home, session: Session, teacher: Viewer) -> None:
    asked = delgado.writes(local("05T12:00"), "Please tell me what Maya is missing in math.")
    request = session.scalars(select(Request)).one()
    answer = delgado.log(
        local("06T09:00"), channel=Channel.EMAIL, outcome=Outcome.REPLIED, occurred_at=local("06T09:00"),
        summary="Two assignments from unit 3.", answers_request_id=request.id,
    )  # fmt: skip
    delgado.world.add(
        Verdict(
            family_id=delgado.family.id, guardian_id=delgado.rosa.id, contact_id=answer.id, helped=True, given_at=NOW
        )
    )
    delgado.log(local("09T10:00"), outcome=Outcome.LEFT_MESSAGE, occurred_at=local("09T10:00"))
    again = delgado.writes(local("17T18:12"), "Can Maya retake Friday's test? She was sick.")
    shown = timeline(session, teacher, delgado.family.id, local("20T10:00"))
    assert shown.zone == "America/Chicago"
    latest, message, reply, first = shown.entries
    assert latest.contact_id == again.id
    assert (latest.side, latest.who, latest.first_to_speak) == (Side.FAMILY, "Rosa Delgado", True)
    assert latest.request is not None
    assert (latest.request.clock, latest.request.over) == ("2 h over", True)
    assert latest.request.owner_name == "L. Alvarez"
    assert (message.attempt, message.first_to_speak, message.exchange) == (True, False, asked.id)
    assert (reply.side, reply.who, reply.with_whom) == (Side.SCHOOL, "L. Alvarez", "Rosa Delgado")
    assert (reply.answered_in_minutes, reply.answered_in) == (5 * 60, "5 h")
    assert reply.helped is not None
    assert (reply.helped.helped, reply.helped.by) == (True, "Rosa Delgado")
    assert (first.contact_id, first.first_to_speak, first.exchange) == (asked.id, True, asked.id)
    assert first.words == "Please tell me what Maya is missing in math."


def test_an_undone_contact_stands_marked_and_a_corrected_one_says_so(
    delgado: Home, session: Session, teacher: Viewer
) -> None:
    contact = delgado.log(summary="One", said_it_helped=True)
    new = as_new(session, contact)
    correct_contact(session, contact.id, type(new)(**{**vars(new), "summary": "Two"}), NOW, delgado.account.id)
    void_contact(session, contact.id, "Wrong family", NOW, delgado.account.id)
    (entry,) = timeline(session, teacher, delgado.family.id, NOW).entries
    assert entry.corrected is not None
    assert (entry.corrected.times, entry.corrected.last_by, entry.words) == (1, "L. Alvarez", "Two")
    assert entry.undone is not None
    assert (entry.undone.why, entry.undone.by) == ("Wrong family", "L. Alvarez")
    assert (entry.said_it_helped, entry.helped, entry.first_to_speak) == (True, None, False)


def test_a_general_notice_is_told_apart(delgado: Home, session: Session, teacher: Viewer) -> None:
    delgado.log(channel=Channel.SMS, outcome=Outcome.DELIVERED, authored=Authored.AUTOMATIC)
    (entry,) = timeline(session, teacher, delgado.family.id, NOW).entries
    assert (entry.general_notice, entry.first_to_speak) == (True, False)


def test_a_question_without_a_contact_and_a_change_of_the_family_have_their_place(
    delgado: Home, session: Session, teacher: Viewer
) -> None:
    delgado.asks(local("10T10:00"))
    leo = delgado.world.student(delgado.school, given_name="Leo")
    delgado.world.add(
        FamilyMember(
            family_id=delgado.family.id, student_id=leo.id, from_on=date(2026, 11, 12), until_on=date(2026, 11, 20),
            cause=MembershipCause.GUARDIANS_CHANGED,
        )
    )  # fmt: skip
    left, came, question = timeline(session, teacher, delgado.family.id, NOW).entries
    assert (left.kind, left.side, left.words) == (
        EntryKind.MEMBERSHIP,
        Side.RECORD,
        "Leo no longer belongs to this family.",
    )
    assert came.words == "Leo belongs to this family from here on: the guardians changed."
    assert came.at == local("12T00:00")
    assert (question.kind, question.words) == (EntryKind.QUESTION, "Can Maya retake Friday's test?")
    assert question.request is not None
    assert question.request.state is RequestState.OPEN


def test_a_question_asked_again_has_its_clock_at_the_newest_words_and_both_answers_their_time(
    delgado: Home, session: Session, teacher: Viewer
) -> None:
    delgado.writes(local("16T09:00"))
    request = session.scalars(select(Request)).one()
    delgado.log(local("16T11:00"), occurred_at=local("16T11:00"), answers_request_id=request.id)
    delgado.writes(local("17T09:00"), "It still does not work.")
    delgado.log(local("17T12:00"), occurred_at=local("17T12:00"), answers_request_id=request.id)
    second, again, first, asked = timeline(session, teacher, delgado.family.id, NOW).entries
    assert (first.answered_in_minutes, second.answered_in_minutes) == (120, 180)
    assert asked.request is None
    assert again.request is not None
    assert {entry.exchange for entry in (second, again, first, asked)} == {asked.contact_id}


def test_a_teacher_reads_no_words_about_a_sister_it_does_not_teach(
    delgado: Home, session: Session, world: World, teacher: Viewer
) -> None:
    leo = world.student(delgado.school, given_name="Leo")
    world.add(FamilyMember(family_id=delgado.family.id, student_id=leo.id, from_on=date(2026, 8, 17)))
    world.add(Guardianship(student_id=leo.id, guardian_id=delgado.rosa.id))
    lowe = world.staff(delgado.school, role=StaffRole.COUNSELOR)
    delgado.log(staff_id=lowe.id, student_ids=(leo.id,), summary="About Leo")
    (hidden,) = timeline(session, teacher, delgado.family.id, NOW).entries
    assert (hidden.words, hidden.students) == (None, ("Leo",))
    assert hidden.withheld == "About a brother or sister whom you do not teach."
    (open_to_counselor,) = timeline(session, counselor_of(world, delgado.school), delgado.family.id, NOW).entries
    assert open_to_counselor.words == "About Leo"


def test_words_that_raised_an_alert_are_kept_for_the_on_call_list(
    delgado: Home, session: Session, world: World, teacher: Viewer
) -> None:
    contact = delgado.writes(local("17T09:00"), "dangerous words")
    world.add(SafetyAlert(school_id=delgado.school.id, contact_id=contact.id, raised_at=NOW))
    (entry,) = timeline(session, teacher, delgado.family.id, NOW).entries
    assert entry.words is None
    assert entry.request is not None
    assert "dangerous" not in entry.request.question
    world.add(OnCall(school_id=delgado.school.id, staff_id=delgado.alvarez.id))
    (entry,) = timeline(session, teacher, delgado.family.id, NOW).entries
    assert entry.words == "dangerous words"


def test_a_family_that_the_viewer_may_not_see_does_not_exist(delgado: Home, session: Session, world: World) -> None:
    stranger = viewer_of_staff(world.staff(delgado.school), delgado.school)
    for family_id in (delgado.family.id, 987654):
        with pytest.raises(NotFound, match="no such family"):
            timeline(session, stranger, family_id, NOW)


def test_a_family_without_a_word_has_an_empty_timeline(delgado: Home, session: Session, teacher: Viewer) -> None:
    shown = timeline(session, teacher, delgado.family.id, NOW)
    assert (shown.entries, shown.total, shown.older_before) == ((), 0, None)


def test_a_long_timeline_comes_in_pages_that_neither_repeat_nor_lose(
    delgado: Home, session: Session, world: World, teacher: Viewer
) -> None:
    same_moment = NOW - timedelta(days=3)
    made = [world.contact(delgado.maya, occurred_at=same_moment - timedelta(hours=n // 3)).id for n in range(25)]
    seen: list[int | None] = []
    before: str | None = None
    for _ in range(3):
        page = timeline(session, teacher, delgado.family.id, NOW, limit=10, before=before)
        seen += [entry.contact_id for entry in page.entries]
        before = page.older_before
        assert page.total == 25
    assert before is None
    assert sorted(seen, key=str) == sorted(made, key=str)
    for nonsense in ("nonsense", f"{NOW.isoformat()}/contact/99999999999999/0", "2026-11-24/weather/1/0"):
        with pytest.raises(NotFound, match="page"):
            timeline(session, teacher, delgado.family.id, NOW, before=nonsense)


def test_a_moved_student_takes_its_contacts_along(
    delgado: Home, session: Session, world: World, teacher: Viewer
) -> None:
    delgado.log()
    member = session.scalars(select(FamilyMember)).one()
    member.until_on = date(2026, 11, 20)
    leo = world.student(delgado.school)
    world.add(FamilyMember(family_id=delgado.family.id, student_id=leo.id, from_on=date(2026, 11, 20)))
    session.flush()
    other = world.family(delgado.maya)
    assert [entry.kind for entry in timeline(session, teacher, other.id, NOW).entries] == [EntryKind.CONTACT]
    staying = timeline(session, counselor_of(world, delgado.school), delgado.family.id, NOW).entries
    assert [entry.kind for entry in staying] == [EntryKind.MEMBERSHIP]


def test_a_joined_message_is_part_of_the_question(delgado: Home, session: Session, teacher: Viewer) -> None:
    delgado.asks(local("10T10:00"))
    asked = Question(family_id=delgado.family.id, guardian_id=delgado.rosa.id, words="And?", asked_at=local("11T10:00"))
    receive_question(session, asked, local("11T10:00"))
    (entry,) = timeline(session, teacher, delgado.family.id, NOW).entries
    assert entry.words == "Can Maya retake Friday's test?\n\nAnd?"
    assert entry.side is Side.FAMILY
