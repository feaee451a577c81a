"""What else a timeline tells: steps of questions, surveys, holds, how soon a family should hear from us. Filters."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from models import (
    AccountRole,
    Band,
    Channel,
    Contact,
    Department,
    FamilyMember,
    Guardianship,
    Hold,
    HoldReason,
    Initiator,
    Outcome,
    RiskHistory,
    SafetyAlert,
    Segment,
    StaffRole,
    SurveyResponse,
)
from outreach.access.viewer import Viewer
from outreach.contacts import (
    Began,
    Entry,
    EntryKind,
    Show,
    Side,
    Wanted,
    answer_request,
    close_request,
    hand_over,
    reopen_request,
    timeline,
)
from outreach.language import speaking
from tests.contacts.homes import Home, counselor_of, viewer_of_staff
from tests.world import NOW, World

DAY = timedelta(days=1)


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}-06:00")


@pytest.fixture
def teacher(delgado: Home) -> Viewer:
    return viewer_of_staff(delgado.alvarez, delgado.school)


@pytest.fixture
def counselor(delgado: Home, world: World) -> Viewer:
    return counselor_of(world, delgado.school)


def shown(delgado: Home, viewer: Viewer, **wanted: object) -> tuple[Entry, ...]:
    asked = Wanted(**wanted)  # type: ignore[arg-type]  # what the tests below give
    return timeline(delgado.world.session, viewer, delgado.family.id, NOW, wanted=asked).entries


def scored(delgado: Home, band: Band, days_ago: int, *codes: str) -> None:
    delgado.world.add(
        RiskHistory(
            family_id=delgado.family.id, points=1, band=band, codes=list(codes), computed_at=NOW - days_ago * DAY,
            config_version="x",
        )
    )  # fmt: skip


def test_what_was_done_about_a_question_stands_in_order(delgado: Home, session: Session, teacher: Viewer) -> None:
    lowe = delgado.world.staff(delgado.school, role=StaffRole.COUNSELOR, display_name="K. Lowe")
    request = delgado.asks(local("10T10:00"))
    hand_over(session, request.id, local("10T11:00"), delgado.account.id, to_staff_id=lowe.id, why="Hers.")
    close_request(session, request.id, local("11T09:00"), delgado.account.id, no_answer_needed="Answered at the door.")
    reopen_request(session, request.id, local("12T09:00"), delgado.account.id)

    again, closed, handed, asked = shown(delgado, teacher)
    assert asked.kind is EntryKind.QUESTION
    assert (handed.words, handed.note) == ("L. Alvarez handed the question over to K. Lowe.", "Hers.")
    assert (handed.kind, handed.side, handed.at) == (EntryKind.STEP, Side.RECORD, local("10T11:00"))
    assert closed.words == "L. Alvarez closed the question: no answer needed."
    assert again.words == "L. Alvarez opened the question again."
    assert again.request is not None
    assert again.request.id == request.id


def test_the_words_of_a_step_are_kept_where_those_of_its_question_are(
    delgado: Home, session: Session, teacher: Viewer
) -> None:
    contact = delgado.writes(local("17T09:00"), "dangerous words")
    request = next(iter(shown(delgado, teacher))).request
    assert request is not None
    hand_over(
        session, request.id, local("17T10:00"), delgado.account.id, to_department=Department.COUNSELING,
        to_staff_id=delgado.world.staff(delgado.school, role=StaffRole.COUNSELOR).id, why="He threatens her.",
    )  # fmt: skip
    delgado.world.add(SafetyAlert(school_id=delgado.school.id, contact_id=contact.id, raised_at=NOW))

    assert "threatens" not in str(shown(delgado, teacher))
    assert [entry.kind for entry in shown(delgado, teacher)] == [EntryKind.STEP, EntryKind.CONTACT]


def test_a_survey_answer_stands_on_the_family_s_side_and_its_words_are_the_counselor_s_to_read(
    delgado: Home, teacher: Viewer, counselor: Viewer
) -> None:
    delgado.world.add(
        SurveyResponse(
            family_id=delgado.family.id, guardian_id=delgado.rosa.id, score=3, segment=Segment.DETRACTOR,
            words="Nobody calls back.", answered_at=NOW - DAY,
        )
    )  # fmt: skip
    recorder = viewer_of_staff(delgado.world.staff(delgado.school), delgado.school, AccountRole.RECORDER)

    (to_counselor,) = shown(delgado, counselor)
    (to_teacher,) = shown(delgado, teacher)
    assert (to_counselor.side, to_counselor.who, to_counselor.words) == (
        Side.FAMILY, "Rosa Delgado", "Nobody calls back.",
    )  # fmt: skip
    assert (to_counselor.note, to_counselor.figure) == ("Answered the survey: would not recommend us.", "3 of 10")
    assert (to_teacher.words, to_teacher.figure) == (None, None)
    assert to_teacher.withheld == "Open to counselors and administrators."
    assert shown(delgado, recorder) == ()


def test_how_soon_a_family_should_hear_from_us_is_told_to_who_works_the_queue_without_a_word_of_risk(
    delgado: Home, teacher: Viewer, counselor: Viewer
) -> None:
    scored(delgado, Band.LOW, 9)
    scored(delgado, Band.LOW, 7, "survey_promoter")
    scored(delgado, Band.HIGH, 5, "unanswered_request", "survey_promoter")
    scored(delgado, Band.ELEVATED, 2, "survey_promoter")

    better, worse = shown(delgado, counselor)
    assert (worse.words, worse.note) == ("Hear from us: on track → now.", "New: Request unanswered.")
    assert (better.words, better.note) == ("Hear from us: now → soon.", "No longer: Request unanswered.")
    assert shown(delgado, teacher) == ()
    for entry in (better, worse):
        assert not {"risk", "score", "detractor", "case", "high"} & set(f"{entry.words} {entry.note}".lower().split())


def test_a_hold_stands_for_everybody_and_why_only_for_some(delgado: Home, teacher: Viewer, counselor: Viewer) -> None:
    lowe = delgado.world.staff(delgado.school, role=StaffRole.COUNSELOR, display_name="K. Lowe")
    delgado.world.add(
        Hold(
            student_id=delgado.maya.id, reason=HoldReason.COURT, note="Hearing on Friday", ask_staff_id=lowe.id,
            from_at=NOW - 3 * DAY, until_at=NOW - DAY,
        )
    )  # fmt: skip
    delgado.world.add(
        Hold(family_id=delgado.family.id, reason=HoldReason.CRISIS, from_at=NOW - DAY, until_at=NOW - DAY)
    )

    ended, began = shown(delgado, counselor)
    assert (ended.words, began.words) == ("The hold ended.", "On hold from here on: ask K. Lowe.")
    assert began.note == "Court: Hearing on Friday"
    assert [entry.note for entry in shown(delgado, teacher)] == [None, None]


def test_each_filter_shows_its_kind_and_counts_it(delgado: Home, session: Session, counselor: Viewer) -> None:
    asked = delgado.writes(local("16T09:00"))
    request = next(iter(shown(delgado, counselor))).request
    assert request is not None
    call = delgado.log(occurred_at=local("17T09:00"), answers_request_id=request.id)
    visit = delgado.log(channel=Channel.IN_PERSON, occurred_at=local("18T09:00"))
    delgado.world.add(
        SurveyResponse(family_id=delgado.family.id, score=9, segment=Segment.PROMOTER, answered_at=local("19T09:00"))
    )
    delgado.world.add(Hold(family_id=delgado.family.id, reason=HoldReason.CRISIS, from_at=local("20T09:00")))

    def ids(**wanted: object) -> list[int | None]:
        return [entry.contact_id for entry in shown(delgado, counselor, **wanted)]

    assert ids(show=Show.EVERYTHING) == [None, None, visit.id, call.id, asked.id]
    assert ids(show=Show.FAMILY) == [None, asked.id]
    assert ids(show=Show.CALLS) == [visit.id, call.id]
    assert ids(show=Show.MESSAGES) == [asked.id]
    assert ids(show=Show.QUESTIONS) == [call.id, asked.id]
    assert [entry.kind for entry in shown(delgado, counselor, show=Show.CHANGES)] == [EntryKind.HOLD]
    assert ids(began=Began.FAMILY) == [None, asked.id]
    assert ids(began=Began.US) == [visit.id, call.id]
    assert ids(show=Show.CALLS, began=Began.FAMILY) == []
    assert timeline(session, counselor, delgado.family.id, NOW, wanted=Wanted(Show.CALLS)).total == 2


def test_one_child_s_entries_are_those_about_it_and_the_family_s_own_questions(
    delgado: Home, session: Session, world: World, counselor: Viewer
) -> None:
    leo = world.student(delgado.school, given_name="Leo")
    world.add(FamilyMember(family_id=delgado.family.id, student_id=leo.id, from_on=NOW.date() - 90 * DAY))
    world.add(Guardianship(student_id=leo.id, guardian_id=delgado.rosa.id))
    about_leo = delgado.log(student_ids=(leo.id,), occurred_at=NOW - 2 * DAY)
    both = delgado.log(student_ids=(leo.id, delgado.maya.id))
    request = delgado.asks(NOW - 3 * DAY, student_id=None)
    world.add(SurveyResponse(family_id=delgado.family.id, score=9, segment=Segment.PROMOTER, answered_at=NOW))

    kinds = [(entry.kind, entry.contact_id) for entry in shown(delgado, counselor, student_id=leo.id)]
    assert kinds == [
        (EntryKind.CONTACT, both.id), (EntryKind.CONTACT, about_leo.id), (EntryKind.QUESTION, None),
    ]  # fmt: skip
    answer_request(session, request.id, both.id, NOW)
    assert [entry.contact_id for entry in shown(delgado, counselor, student_id=delgado.maya.id)] == [both.id, None]


def test_who_spoke_first_is_the_same_on_every_page_and_under_every_filter(
    delgado: Home, session: Session, world: World, counselor: Viewer
) -> None:
    """Forty exchanges of five contacts: three attempts, the family, an answer. The first word is the family's."""
    firsts = set()
    for number in range(40):
        begun = NOW - timedelta(days=10 * (number + 1))
        for step in range(3):
            world.contact(delgado.maya, outcome=Outcome.NO_ANSWER, occurred_at=begun + timedelta(hours=step))
        first = world.contact(
            delgado.maya, initiator=Initiator.FAMILY, channel=Channel.SMS, outcome=Outcome.DELIVERED,
            occurred_at=begun + timedelta(hours=5),
        )  # fmt: skip
        world.contact(delgado.maya, occurred_at=begun + timedelta(hours=7))
        firsts.add(first.id)

    def marked(**asked: object) -> set[int | None]:
        found, before = set(), None
        for _page in range(12):
            page = timeline(session, counselor, delgado.family.id, NOW, before=before, **asked)  # type: ignore[arg-type]  # of the two below
            found |= {entry.contact_id for entry in page.entries if entry.first_to_speak}
            before = page.older_before
            if before is None:
                break
        return found

    assert marked() == firsts
    assert marked(wanted=Wanted(Show.FAMILY), limit=7) == firsts
    assert marked(wanted=Wanted(Show.CALLS)) == set()


@pytest.mark.parametrize("wanted", [Wanted(), Wanted(Show.FAMILY), Wanted(began=Began.US)])
def test_a_page_takes_the_same_statements_and_no_more_rows_however_long_the_history_is(
    delgado: Home, session: Session, world: World, counselor: Viewer, wanted: Wanted
) -> None:
    def read() -> tuple[int, int]:
        statements: list[str] = []
        contacts: list[object] = []

        def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            statements.append(statement)

        def load(contact: Contact, _context: object) -> None:
            contacts.append(contact)

        session.flush()
        session.expunge_all()
        event.listen(session.get_bind(), "before_cursor_execute", count)
        event.listen(Contact, "load", load)
        try:
            timeline(session, counselor, delgado.family.id, NOW, wanted=wanted)
        finally:
            event.remove(session.get_bind(), "before_cursor_execute", count)
            event.remove(Contact, "load", load)
        return len(statements), len(contacts)

    def talk(number: int) -> None:
        for each in range(number):
            family = each % 2
            world.contact(
                delgado.maya, initiator=Initiator.FAMILY if family else Initiator.SCHOOL,
                occurred_at=NOW - timedelta(hours=each + world.number()),
            )  # fmt: skip

    talk(80)
    few = read()
    talk(320)
    assert read() == few
    assert few[1] == 30


def test_a_change_is_told_in_the_reader_s_language(delgado: Home, counselor: Viewer) -> None:
    scored(delgado, Band.LOW, 9)
    scored(delgado, Band.HIGH, 5, "unanswered_request")
    with speaking("es"):
        (entry,) = shown(delgado, counselor)
    assert entry.words == "Saber de nosotros: en buen camino → ahora."
