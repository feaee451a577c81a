"""Households: exactly the same guardians, never chained; ids outlive their members."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models import (
    Family,
    FamilyMember,
    Guardian,
    Guardianship,
    MembershipCause,
    Request,
    Student,
)
from outreach.roster import rebuild_families
from outreach.roster.moves import Claim, share_out
from tests.world import NOW, World

LATER = NOW + timedelta(days=30)
GUARDIANS = 4
ANY_HOUSEHOLDS = st.lists(
    st.tuples(st.sets(st.integers(0, GUARDIANS - 1), max_size=3), st.sampled_from([None, None, None, "H1", "H2"])),
    min_size=1,
    max_size=7,
)
"""For each student the guardians, and the SIS's own household key where it gives one."""


def current(session: Session) -> dict[int, int]:
    """Student to present family."""
    found = select(FamilyMember.student_id, FamilyMember.family_id).where(FamilyMember.until_on.is_(None))
    return dict(session.execute(found).all())


def link(session: Session, student: Student, guardian: Guardian) -> None:
    session.add(Guardianship(student_id=student.id, guardian_id=guardian.id))
    session.flush()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=ANY_HOUSEHOLDS, second=ANY_HOUSEHOLDS)
@example(
    first=[(set(), "H2"), (set(), None), ({0}, None)],
    second=[(set(), "H1"), (set(), None), (set(), "H1"), (set(), "H2"), (set(), "H2")],
)  # all left a household that others then became, and another family took theirs
def test_families_are_the_partition_by_guardians_or_household_and_keep_their_ids(
    session: Session,
    world: World,
    first: list[tuple[set[int], str | None]],
    second: list[tuple[set[int], str | None]],
) -> None:
    with session.begin_nested() as undo:
        school = world.school()
        guardians = [world.guardian() for _ in range(GUARDIANS)]
        students = [world.student(school) for _ in range(max(len(first), len(second)))]
        before: dict[int, int] = {}
        for at, households in ((NOW, first), (LATER, second)):
            session.execute(delete(Guardianship))
            for student, (held, household) in zip(students, households, strict=False):
                student.household_id = household
                for number in held:
                    link(session, student, guardians[number])
            for student in students[len(households) :]:
                student.household_id = None
            session.flush()
            figures = rebuild_families(session, at)
            families = current(session)
            assert set(families) == {student.id for student in students}, "every student is in one family"
            assert figures.families == len(set(families.values()))
            for one in range(len(students)):
                for other in range(one):
                    together = same(households, one, other)
                    assert (families[students[one].id] == families[students[other].id]) is together
            for family_id in set(before.values()):
                stayed = [student for student, home in before.items() if home == family_id]
                homes = {families[student] for student in stayed}
                if len(homes) == 1 and all(before[one] == family_id for one, home in families.items() if home in homes):
                    assert homes == {family_id}, "a family that keeps all its students and gains none keeps its id"
            again = rebuild_families(session, at)
            assert (again.changed, current(session)) == (0, families), "a second run changes nothing"
            before = families
        undo.rollback()
    session.expire_all()


def same(households: list[tuple[set[int], str | None]], one: int, other: int) -> bool:
    if one >= len(households) or other >= len(households):
        return False  # without guardians: a family of its own
    (guardians, household), (others, other_household) = households[one], households[other]
    if household or other_household:
        return household == other_household
    return bool(guardians) and guardians == others


@given(
    st.lists(
        st.builds(Claim, st.integers(1, 5), st.sampled_from("abcde"), st.integers(1, 4), st.booleans()),
        unique_by=lambda claim: (claim.family_id, claim.household_key),
    )
)
def test_each_family_and_each_household_is_given_once_and_none_is_left_without_need(claims: list[Claim]) -> None:
    given_ = share_out(claims)
    assert len(set(given_.values())) == len(given_)
    for claim in claims:
        assert claim.household_key in given_ or claim.family_id in given_.values()
    most = max((claim.students for claim in claims), default=0)
    assert not claims or any(given_.get(one.household_key) == one.family_id for one in claims if one.students == most)


def test_half_siblings_are_never_chained(session: Session, world: World) -> None:
    school = world.school()
    a, b, c = (world.student(school) for _ in range(3))
    world.guardian(a, b)
    world.guardian(b, c)
    rebuild_families(session, NOW)
    assert len(set(current(session).values())) == 3


def test_the_family_that_keeps_most_students_keeps_its_id_and_the_moved_one_its_request(
    session: Session, world: World
) -> None:
    school = world.school()
    a, b, c = (world.student(school, family_name=name) for name in ("Ross", "Ross", "Vo"))
    mother = world.guardian(a, b, c)
    rebuild_families(session, NOW)
    home = current(session)[a.id]
    request = world.request(session.get_one(Family, home), school, student_id=c.id, guardian_id=mother.id)
    stays = world.request(session.get_one(Family, home), school)
    link(session, c, world.guardian())
    figures = rebuild_families(session, LATER)
    session.expire_all()
    families = current(session)
    assert (families[a.id], families[b.id]) == (home, home)
    assert (figures.created, figures.moved_students, figures.moved_requests) == (1, 1, 1)
    assert session.get_one(Request, request.id).family_id == families[c.id] != home
    assert session.get_one(Request, stays.id).family_id == home
    moved = session.scalars(select(FamilyMember).where(FamilyMember.student_id == c.id).order_by(FamilyMember.id)).all()
    assert [(each.until_on, each.cause) for each in moved] == [
        (LATER.date(), MembershipCause.IMPORTED), (None, MembershipCause.GUARDIANS_CHANGED),
    ]  # fmt: skip
    assert session.get_one(Family, home).name == "Ross"
    assert session.get_one(Family, families[c.id]).name == "Vo"


def test_a_family_that_joins_a_larger_one_takes_its_open_requests_along(session: Session, world: World) -> None:
    school = world.school()
    a, b, c = (world.student(school) for _ in range(3))
    guardian = world.guardian(a, b)
    rebuild_families(session, NOW)
    large, small = current(session)[a.id], current(session)[c.id]
    request = world.request(session.get_one(Family, small), school)
    link(session, c, guardian)
    figures = rebuild_families(session, LATER)
    session.expire_all()
    assert (figures.families, figures.ended, set(current(session).values())) == (1, 1, {large})
    assert session.get_one(Request, request.id).family_id == large
    assert session.get_one(Family, small).ended_at == LATER


def test_a_request_that_the_new_family_already_has_stays_where_it_is(session: Session, world: World) -> None:
    school = world.school()
    a, b, c = (world.student(school) for _ in range(3))
    guardian = world.guardian(a, b)
    rebuild_families(session, NOW)
    families = current(session)
    requests = [
        world.request(session.get_one(Family, families[student.id]), school, student_id=student.id)
        for student in (a, c)
    ]
    link(session, c, guardian)
    figures = rebuild_families(session, LATER)
    session.expire_all()
    assert figures.moved_requests == 0
    assert [session.get_one(Request, each.id).family_id for each in requests] == [families[a.id], families[c.id]]


def test_a_family_drawn_by_hand_is_left_alone(session: Session, world: World) -> None:
    school = world.school()
    a, b, c = (world.student(school) for _ in range(3))
    world.guardian(a, b, c)
    drawn = world.family(a, name="As a person wrote it", split_by_hand=True)
    rebuild_families(session, NOW)
    families = current(session)
    assert families[a.id] == drawn.id
    assert families[b.id] == families[c.id] != drawn.id
    session.expire_all()
    assert session.get_one(Family, drawn.id).name == "As a person wrote it"
    a.active = False
    session.flush()
    rebuild_families(session, LATER)
    assert a.id not in current(session)
    a.active = True
    session.flush()
    rebuild_families(session, LATER)
    assert current(session)[a.id] == drawn.id, "back at school, back where the person put it"


def test_two_families_may_swap_their_guardians(session: Session, world: World) -> None:
    school = world.school()
    a, b = world.student(school), world.student(school)
    one, other = world.guardian(a), world.guardian(b)
    rebuild_families(session, NOW)
    before = current(session)
    session.execute(delete(Guardianship))
    link(session, a, other)
    link(session, b, one)
    figures = rebuild_families(session, LATER)
    assert (current(session), figures.moved_students) == (before, 0), "the students stay together, so the ids stay"


def test_a_family_without_family_names_is_called_by_the_given_ones(session: Session, world: World) -> None:
    school = world.school()
    a, b = world.student(school, family_name="Nguyen"), world.student(school, family_name="", given_name="Ty")
    world.guardian(a, b)
    rebuild_families(session, NOW)
    assert session.scalars(select(Family.name)).all() == ["Nguyen-Ty"]
