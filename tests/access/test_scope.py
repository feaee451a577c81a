"""Who sees which family, and on what ground, for each role."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from models import Account, AccountRole, Assignment, AssignmentRole, Family, School, Staff, Student
from outreach.access import (
    NotAllowed,
    Viewer,
    require,
    require_role,
    viewer_of,
    visible_families,
    visible_students,
    why_may_see,
)
from outreach.errors import NotFound
from outreach.language import said, speaking
from tests.world import NOW, World

TODAY = date(2026, 11, 24)


def viewer(session: Session, world: World, staff: Staff | None, role: AccountRole = AccountRole.TEACHER) -> Viewer:
    return viewer_of(session, world.account(staff, role), NOW)


def families(session: Session, looking: Viewer) -> set[int]:
    return set(session.scalars(visible_families(looking)))


def pupil(world: World, school: School, **values: object) -> tuple[Student, Family]:
    student = world.student(school, **values)
    return student, world.family(student)


def caseload(world: World, staff: Staff, school: School, **values: object) -> Assignment:
    return world.add(
        Assignment(**{"staff_id": staff.id, "role": AssignmentRole.COUNSELOR, "school_id": school.id, **values})
    )


def test_a_teacher_sees_only_the_families_of_students_taught(session: Session, world: World) -> None:
    school = world.school()
    maya, delgado = pupil(world, school)
    pupil(world, school, family_name="Okafor")
    teacher = world.staff(school)
    world.teaches(teacher, world.section(school), maya)

    assert families(session, viewer(session, world, teacher)) == {delgado.id}


def test_a_teacher_sees_the_family_but_not_the_brother_he_does_not_teach(session: Session, world: World) -> None:
    school = world.school()
    maya, leo = world.student(school), world.student(school, given_name="Leo")
    family = world.family(maya, leo)
    teacher = world.staff(school)
    world.teaches(teacher, world.section(school), maya)
    looking = viewer(session, world, teacher)

    assert families(session, looking) == {family.id}
    assert set(session.scalars(visible_students(looking))) == {maya.id}


@pytest.mark.parametrize(
    ("dates", "seen"),
    [
        ({}, True),
        ({"from_on": TODAY}, True),
        ({"from_on": TODAY + timedelta(days=1)}, False),
        ({"until_on": TODAY}, False),
        ({"until_on": TODAY + timedelta(days=1)}, True),
        ({"active": False}, False),
    ],
)
def test_an_assignment_holds_from_its_first_day_until_the_day_it_no_longer_does(
    session: Session, world: World, dates: dict[str, object], seen: bool
) -> None:
    school = world.school()
    maya, family = pupil(world, school)
    aide = world.staff(school)
    world.add(Assignment(**{"staff_id": aide.id, "role": AssignmentRole.AIDE, "student_id": maya.id, **dates}))

    assert (family.id in families(session, viewer(session, world, aide))) is seen


@pytest.mark.parametrize(
    ("column", "value"), [("active", False), ("ends_on", TODAY), ("begins_on", TODAY + timedelta(days=1))]
)
def test_a_student_who_left_or_has_not_joined_the_class_is_not_seen_by_its_teacher(
    session: Session, world: World, column: str, value: object
) -> None:
    from models import Enrollment  # noqa: PLC0415

    school = world.school()
    maya, family = pupil(world, school)
    teacher, section = world.staff(school), world.section(school)
    world.teaches(teacher, section)
    world.add(Enrollment(**{"sourced_id": "e", "section_id": section.id, "student_id": maya.id, column: value}))

    assert family.id not in families(session, viewer(session, world, teacher))


def test_a_teacher_no_longer_sees_a_student_who_left_school(session: Session, world: World) -> None:
    school = world.school()
    maya, _ = pupil(world, school, active=False)
    teacher = world.staff(school)
    world.teaches(teacher, world.section(school), maya)

    assert families(session, viewer(session, world, teacher)) == set()


def test_a_counselor_sees_the_whole_school_and_no_other(session: Session, world: World) -> None:
    here, elsewhere = world.school(), world.school()
    _, seen = pupil(world, here)
    _, also_seen = pupil(world, here, family_name="Okafor", grade="12")
    pupil(world, elsewhere)
    looking = viewer(session, world, world.staff(here), AccountRole.COUNSELOR)

    assert families(session, looking) == {seen.id, also_seen.id}
    assert looking.sees_risk


def test_a_family_across_schools_is_seen_by_the_counselors_of_both(session: Session, world: World) -> None:
    high, middle = world.school(), world.school()
    family = world.family(world.student(high), world.student(middle, given_name="Leo"))

    for school in (high, middle):
        looking = viewer(session, world, world.staff(school), AccountRole.COUNSELOR)
        assert families(session, looking) == {family.id}
        assert len(set(session.scalars(visible_students(looking)))) == 2


def test_a_recorder_finds_the_school_s_families_and_reads_neither_band_nor_reason(
    session: Session, world: World
) -> None:
    school = world.school()
    _, family = pupil(world, school)
    looking = viewer(session, world, world.staff(school), AccountRole.RECORDER)

    assert families(session, looking) == {family.id}
    assert not looking.sees_risk
    assert not looking.sees_reasons


def test_an_administrator_sees_the_school_and_a_district_administrator_the_district(
    session: Session, world: World
) -> None:
    here, elsewhere = world.school(), world.school()
    _, near = pupil(world, here)
    _, far = pupil(world, elsewhere)

    assert families(session, viewer(session, world, world.staff(here), AccountRole.ADMINISTRATOR)) == {near.id}
    assert families(session, viewer(session, world, None, AccountRole.DISTRICT_ADMINISTRATOR)) == {near.id, far.id}


def test_a_sign_in_without_a_staff_member_sees_no_family(session: Session, world: World) -> None:
    pupil(world, world.school())

    assert families(session, viewer(session, world, None, AccountRole.COUNSELOR)) == set()


@pytest.mark.parametrize(
    ("grade", "surname", "seen"),
    [
        ("09", "Lopez", True),
        ("09", "lopez", True),
        ("09", "Álvarez", True),
        ("09", "Évora", True),
        ("09", "Moreno", False),
        ("10", "Lopez", False),
    ],
)
def test_a_caseload_holds_its_grade_and_its_range_of_surnames(
    session: Session, world: World, grade: str, surname: str, seen: bool
) -> None:
    school = world.school()
    _, family = pupil(world, school, grade=grade, family_name=surname)
    pupil(world, world.school(), grade=grade, family_name=surname)
    teacher = world.staff(school)
    caseload(world, teacher, school, grade="09", surname_from="A", surname_to="L")

    assert families(session, viewer(session, world, teacher)) == ({family.id} if seen else set())


@pytest.mark.parametrize("surname", ["Şahin", "İpek", "Řezníček", "Țepeș", "Őry", "Ūsas", "Ægir", "Œuvrard", "Ħ", "ẤN"])
def test_whatever_marks_a_surname_begins_with_it_is_on_one_half_of_the_alphabet(
    session: Session, world: World, surname: str
) -> None:
    school = world.school()
    _, family = pupil(world, school, grade="09", family_name=surname)
    halves = []
    for first, last in (("A", "L"), ("M", "Z")):
        teacher = world.staff(school)
        caseload(world, teacher, school, grade="09", surname_from=first, surname_to=last)
        halves.append(families(session, viewer(session, world, teacher)))

    assert sorted(halves, key=len) == [set(), {family.id}]


def test_the_owner_of_a_question_sees_the_family_until_it_is_answered(session: Session, world: World) -> None:
    school = world.school()
    _, family = pupil(world, school)
    teacher = world.staff(school)
    asked = world.request(family, school, owner_staff_id=teacher.id)
    looking = viewer(session, world, teacher)
    grant = why_may_see(session, looking, family.id)

    assert grant is not None
    assert grant.because == "answers this family's question"
    asked.state, asked.closed_at = asked.state.__class__.CLOSED, NOW
    session.flush()
    assert why_may_see(session, looking, family.id) is None


def test_a_student_who_moved_to_another_family_takes_the_teacher_along(session: Session, world: World) -> None:
    school = world.school()
    maya, old = pupil(world, school)
    teacher = world.staff(school)
    world.teaches(teacher, world.section(school), maya)
    from models import FamilyMember  # noqa: PLC0415

    session.query(FamilyMember).filter_by(student_id=maya.id).update({"until_on": TODAY})
    new = world.family(maya)

    looking = viewer(session, world, teacher)
    assert families(session, looking) == {new.id}
    assert why_may_see(session, looking, old.id) is None


def test_the_reason_for_access_is_told_in_words(session: Session, world: World) -> None:
    school = world.school(name="Lakeside High")
    maya, family = pupil(world, school)
    teacher, manager, counselor = world.staff(school), world.staff(school), world.staff(school)
    world.teaches(teacher, world.section(school), maya)
    world.add(Assignment(staff_id=manager.id, role=AssignmentRole.CASE_MANAGER, student_id=maya.id))
    told = {
        said(why.because)
        for looking in (
            viewer(session, world, teacher),
            viewer(session, world, manager),
            viewer(session, world, counselor, AccountRole.COUNSELOR),
            viewer(session, world, None, AccountRole.DISTRICT_ADMINISTRATOR),
        )
        if (why := why_may_see(session, looking, family.id))
    }

    assert told == {
        "teaches Maya in Algebra I",
        "manages Maya's case",
        "is a counselor at Lakeside High",
        "administers the district",
    }


def test_the_page_says_it_in_a_whole_sentence_in_the_readers_language(session: Session, world: World) -> None:
    school = world.school()
    maya, family = pupil(world, school)
    teacher = world.staff(school)
    world.teaches(teacher, world.section(school), maya)
    grant = require(session, viewer(session, world, teacher), family.id)

    assert grant.sentence("L. Alvarez") == "Open to you because L. Alvarez teaches Maya in Algebra I."
    with speaking("es"):
        assert grant.sentence("L. Alvarez") == "Lo ve usted porque L. Alvarez da clases a Maya en Algebra I."
        assert said(grant.because) == "da clases a Maya en Algebra I"


def test_a_family_that_may_not_be_seen_is_as_absent_as_one_that_is_not_there(session: Session, world: World) -> None:
    school = world.school()
    _, family = pupil(world, school)
    stranger = viewer(session, world, world.staff(school))
    sentences = set()
    for family_id in (family.id, 999_999):
        with pytest.raises(NotFound) as raised:
            require(session, stranger, family_id)
        sentences.add(str(raised.value))

    assert len(sentences) == 1


def test_the_set_and_the_single_question_always_agree(session: Session, world: World) -> None:
    school, other = world.school(), world.school()
    maya, _ = pupil(world, school)
    leo, owned = pupil(world, other, given_name="Leo", family_name="Okafor")
    pupil(world, other, family_name="Pham")
    all_families = [family.id for family in session.query(Family)]
    teacher = world.staff(school)
    owned.owner_staff_id = teacher.id
    caseload(world, teacher, other, surname_to="O")
    world.teaches(teacher, world.section(school), maya, leo)
    session.flush()

    for role in AccountRole:
        looking = viewer(session, world, teacher, role)
        one_by_one = {each for each in all_families if why_may_see(session, looking, each)}
        assert families(session, looking) == one_by_one, role


def test_a_role_is_required_by_name(session: Session, world: World) -> None:
    looking = viewer(session, world, world.staff(world.school()))

    require_role(looking, AccountRole.TEACHER)
    with pytest.raises(NotAllowed, match="Your role does not include this"):
        require_role(looking, AccountRole.COUNSELOR, AccountRole.ADMINISTRATOR)


@pytest.mark.parametrize("gone", [{"active": False}, {"left_on": TODAY}])
def test_somebody_who_left_is_no_viewer(session: Session, world: World, gone: dict[str, Any]) -> None:
    account: Account = world.account(world.staff(world.school(), **gone))

    with pytest.raises(NotAllowed, match="no longer active"):
        viewer_of(session, account, NOW)
