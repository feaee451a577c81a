"""One student's contacts on paper: what stands on it, for whom, and what never does."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import delete, event
from sqlalchemy.orm import Session

from models import (
    AbsenceCategory,
    FamilyMember,
    Guardian,
    Guardianship,
    Initiator,
    OnCall,
    SafetyAlert,
    Term,
    Verdict,
)
from outreach.access.viewer import Viewer
from outreach.contacts import (
    Part,
    SheetAsked,
    SheetRefused,
    StudentSheet,
    readers_of,
    student_sheet,
    void_contact,
)
from outreach.errors import NotFound
from tests.contacts.homes import Home, counselor_of, viewer_of_staff
from tests.world import NOW, World

DAY = timedelta(days=1)


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}-06:00")


@pytest.fixture
def counselor(delgado: Home, world: World) -> Viewer:
    return counselor_of(world, delgado.school)


@pytest.fixture
def luis(delgado: Home, world: World) -> Guardian:
    """The other parent, who lives elsewhere and holds rights."""
    made = world.guardian(given_name="Luis")
    world.add(Guardianship(student_id=delgado.maya.id, guardian_id=made.id, lives_with=False))
    return made


def sheet(delgado: Home, viewer: Viewer, **values: object) -> StudentSheet:
    given = {"family_id": delgado.family.id, "student_id": delgado.maya.id, **values}
    return student_sheet(delgado.world.session, viewer, SheetAsked(**given), NOW)  # type: ignore[arg-type]  # as the tests give


def test_the_school_s_own_file_holds_the_year_oldest_first(
    delgado: Home, session: Session, world: World, counselor: Viewer
) -> None:
    asked = delgado.writes(local("16T09:00"))
    answer = delgado.log(occurred_at=local("17T09:00"), summary="On Friday.")
    void_contact(session, delgado.log(occurred_at=local("18T09:00")).id, "mistake", NOW)
    world.contact(delgado.maya, occurred_at=datetime.fromisoformat("2026-05-04T09:00-05:00"))
    world.mark(delgado.maya, 58)
    world.absence(delgado.maya, category=AbsenceCategory.UNEXCUSED)

    made = sheet(delgado, counselor)
    assert [entry.contact_id for entry in made.contacts] == [asked.id, answer.id]
    assert [question.words for question in made.questions] == ["Can Maya retake Friday's test?"]
    assert made.absences == ((date(2026, 11, 9), "unexcused"),)
    assert [(one.subject, len(one.marks)) for one in made.subjects] == [("math", 1)]
    assert (made.from_on, made.until_on, made.student) == (date(2026, 8, 17), NOW.date(), "Maya Delgado")


def test_a_period_takes_its_first_and_its_last_day_whole_by_the_school_s_clock(
    delgado: Home, counselor: Viewer
) -> None:
    for at in ("16T23:59", "17T00:00", "18T23:59", "19T00:00"):
        delgado.log(occurred_at=local(at))
    made = sheet(delgado, counselor, from_on=date(2026, 11, 17), until_on=date(2026, 11, 18))
    assert [entry.at for entry in made.contacts] == [local("17T00:00"), local("18T23:59")]


def test_what_is_handed_to_a_guardian_holds_nothing_of_one_who_lives_apart(
    delgado: Home, world: World, counselor: Viewer, luis: Guardian
) -> None:
    own = delgado.log(occurred_at=local("17T09:00"), summary="Rosa was told.")
    other = delgado.log(occurred_at=local("18T09:00"), guardian_id=luis.id, summary="Luis was told.")
    world.phone(luis, "+13125550199")
    for guardian, contact in ((delgado.rosa, own), (luis, other)):
        world.add(
            Verdict(
                family_id=delgado.family.id, guardian_id=guardian.id, contact_id=contact.id, helped=False,
                words="Not at all.", given_at=NOW,
            )
        )  # fmt: skip
    world.request(delgado.family, delgado.school, guardian_id=luis.id, question="May I come?")

    made = sheet(delgado, counselor, guardian_id=delgado.rosa.id)
    first, second = made.contacts
    assert (first.words, first.helped and first.helped.helped) == ("Rosa was told.", False)
    assert (second.words, second.withheld, second.with_whom) == (None, "The words are left out.", "another guardian")
    assert made.questions == ()
    for secret in ("Luis", "555", "Not at all", "May I come"):
        assert secret not in str(made), secret
    assert [entry.helped for entry in sheet(delgado, counselor).contacts] == [None, None]


def test_guardians_who_live_together_read_the_same_sheet(delgado: Home, session: Session, counselor: Viewer) -> None:
    link = session.query(Guardianship).filter_by(guardian_id=delgado.rosa.id).one()
    link.lives_with = True
    ana = delgado.world.guardian(given_name="Ana")
    delgado.world.add(Guardianship(student_id=delgado.maya.id, guardian_id=ana.id, lives_with=True))
    delgado.log(guardian_id=ana.id, summary="Ana was told.")
    (entry,) = sheet(delgado, counselor, guardian_id=delgado.rosa.id).contacts
    assert (entry.words, entry.with_whom) == ("Ana was told.", "Ana Delgado")


def test_nobody_prints_words_that_are_kept_for_a_safety_list_not_even_who_reads_them(
    delgado: Home, world: World
) -> None:
    contact = delgado.writes(local("17T09:00"), "he hits us")
    world.add(SafetyAlert(school_id=delgado.school.id, contact_id=contact.id, raised_at=NOW))
    world.add(OnCall(school_id=delgado.school.id, staff_id=delgado.alvarez.id))
    for guardian_id in (None, delgado.rosa.id):
        made = sheet(delgado, viewer_of_staff(delgado.alvarez, delgado.school), guardian_id=guardian_id)
        assert "hits" not in str(made)
        assert "afety" not in str(made), "nor does paper say why"
        assert made.questions[0].withheld == "The words are left out."


def test_a_teacher_prints_a_child_that_it_teaches_and_reads_nothing_about_another(
    delgado: Home, world: World, counselor: Viewer
) -> None:
    leo = world.student(delgado.school, given_name="Leo")
    world.add(FamilyMember(family_id=delgado.family.id, student_id=leo.id, from_on=date(2026, 8, 17)))
    teacher = viewer_of_staff(delgado.alvarez, delgado.school)
    assert sheet(delgado, teacher).student == "Maya Delgado"
    with pytest.raises(NotFound, match="no such child"):
        sheet(delgado, teacher, student_id=leo.id)
    assert sheet(delgado, counselor, student_id=leo.id).student == "Leo Delgado"
    stranger = viewer_of_staff(world.staff(delgado.school), delgado.school)
    with pytest.raises(NotFound):
        sheet(delgado, stranger)


def test_only_a_guardian_with_rights_may_be_handed_one(
    delgado: Home, session: Session, counselor: Viewer, luis: Guardian
) -> None:
    assert readers_of(session, delgado.maya.id) == [(delgado.rosa.id, "Rosa Delgado"), (luis.id, "Luis Delgado")]
    session.query(Guardianship).filter_by(guardian_id=luis.id).one().holds_rights = False
    session.flush()
    assert readers_of(session, delgado.maya.id) == [(delgado.rosa.id, "Rosa Delgado")]
    with pytest.raises(SheetRefused, match="education rights"):
        sheet(delgado, counselor, guardian_id=luis.id)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"from_on": date(2026, 11, 20), "until_on": date(2026, 11, 10)}, "after the last"),
        ({"from_on": date(2020, 1, 1)}, "three years"),
        ({"from_on": date(2026, 12, 1), "until_on": date(2026, 12, 2)}, "still to come"),
    ],
)
def test_a_time_that_cannot_be_is_refused(
    delgado: Home, counselor: Viewer, values: dict[str, object], words: str
) -> None:
    with pytest.raises(SheetRefused, match=words) as refused:
        sheet(delgado, counselor, **values)
    assert refused.value.field == "from"


@pytest.mark.parametrize("day", [date(1, 1, 1), date(9999, 12, 31)])
@pytest.mark.parametrize("field", ["from", "until"])
def test_a_day_at_the_end_of_time_is_refused_also_where_no_school_year_is_known(
    delgado: Home, session: Session, counselor: Viewer, field: str, day: date
) -> None:
    session.execute(delete(Term))
    with pytest.raises(SheetRefused, match="thirty years") as refused:
        sheet(delgado, counselor, **{f"{field}_on": day})
    assert refused.value.field == field


def test_what_is_not_known_is_not_nothing(delgado: Home, world: World, counselor: Viewer) -> None:
    made = sheet(delgado, counselor)
    assert (made.absences, made.absent_this_year, made.subjects, made.contacts) == (None, None, (), ())
    world.absence(world.student(delgado.school))
    assert sheet(delgado, counselor).absences == (), "of this school attendance is known, and Maya was never absent"
    world.absence(delgado.maya, occurred_on=None, days=3)
    counted = sheet(delgado, counselor)
    assert (counted.absences, counted.absent_this_year) == (None, 3)


def test_only_what_is_ticked_stands_on_it(delgado: Home, world: World, counselor: Viewer) -> None:
    delgado.writes(local("17T09:00"))
    world.mark(delgado.maya, 58)
    made = sheet(delgado, counselor, parts=frozenset({Part.MARKS}))
    assert (made.contacts, made.questions, len(made.subjects)) == ((), (), 1)


@pytest.mark.parametrize("number", [3, 60])
def test_a_long_sheet_takes_as_many_statements_as_a_short_one(
    delgado: Home, session: Session, world: World, counselor: Viewer, number: int
) -> None:
    for each in range(number):
        world.contact(
            delgado.maya, occurred_at=NOW - each * DAY, initiator=Initiator.FAMILY if each % 2 else Initiator.SCHOOL
        )
    statements: list[str] = []
    session.flush()
    session.expunge_all()

    def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(session.get_bind(), "before_cursor_execute", count)
    try:
        assert len(sheet(delgado, counselor).contacts) == number
    finally:
        event.remove(session.get_bind(), "before_cursor_execute", count)
    assert len(statements) < 50
