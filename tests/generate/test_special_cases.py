"""Whatever a page has to bear stands in the demo's 400 families: each situation by what the database says of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from models import (
    Address,
    AddressHealth,
    Assignment,
    AssignmentRole,
    Consent,
    ConsentState,
    ContactPoint,
    FactSource,
    FamilyMember,
    Guardian,
    GuardianMerge,
    Guardianship,
    Hold,
    Incident,
    OnCall,
    Request,
    RequestEvent,
    RequestEventKind,
    RequestState,
    School,
    Segment,
    Staff,
    Student,
    SurveyResponse,
    Verdict,
)
from outreach.delivery.providers.sandbox import MAGIC_NUMBERS
from outreach.generate import generate
from outreach.generate.special import SANDBOX_NUMBERS, SPECIAL

TODAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def demo(shared_engine: Engine) -> Iterator[Session]:
    with shared_engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            generate(session, 400, 1, TODAY)
            yield session
        outer.rollback()


def count(demo: Session, words: str) -> int:
    return demo.scalar(text(f"SELECT count(*) FROM ({words}) AS found")) or 0


def test_every_special_case_fits_into_a_small_district() -> None:
    assert len(SPECIAL) < 60


def test_half_siblings_are_two_families_with_one_guardian_in_common(demo: Session) -> None:
    assert count(
        demo,
        "SELECT DISTINCT a.guardian_id FROM guardianship a JOIN guardianship b ON b.guardian_id = a.guardian_id"
        " JOIN family_member fa ON fa.student_id = a.student_id JOIN family_member fb ON fb.student_id = b.student_id"
        " WHERE fa.family_id < fb.family_id",
    )


def test_a_child_without_guardians_is_a_family_of_its_own(demo: Session) -> None:
    alone = demo.scalars(
        select(FamilyMember.family_id).where(FamilyMember.student_id.not_in(select(Guardianship.student_id)))
    ).all()
    assert alone
    assert len(set(alone)) == len(alone)


def test_a_phone_shared_under_one_roof_and_one_shared_by_two_families(demo: Session) -> None:
    holders = (
        "SELECT cp.address_id, count(DISTINCT fm.family_id) AS families, count(DISTINCT cp.guardian_id) AS people"
        " FROM contact_point cp JOIN guardianship g ON g.guardian_id = cp.guardian_id"
        " JOIN family_member fm ON fm.student_id = g.student_id GROUP BY cp.address_id"
    )
    assert count(demo, f"SELECT 1 FROM ({holders}) h WHERE people > 1 AND families = 1")
    assert count(demo, f"SELECT 1 FROM ({holders}) h WHERE people > 1 AND families > 1")


def test_families_with_no_way_to_be_reached(demo: Session) -> None:
    assert count(
        demo,
        "SELECT fm.family_id FROM family_member fm JOIN guardianship g ON g.student_id = fm.student_id"
        " LEFT JOIN contact_point cp ON cp.guardian_id = g.guardian_id GROUP BY fm.family_id HAVING count(cp.id) = 0",
    )


def test_a_court_s_no_contact_is_entered_by_hand_with_its_note(demo: Session) -> None:
    barred = demo.scalars(select(Guardianship).where(Guardianship.may_contact.is_(False))).all()
    assert barred
    assert all(one.may_contact_source is FactSource.ENTERED and one.restriction_note for one in barred)
    assert all(one.may_contact_on is not None for one in barred)


def test_an_address_also_held_by_somebody_barred(demo: Session) -> None:
    barred = select(Guardianship.guardian_id).where(Guardianship.may_contact.is_(False))
    theirs = select(ContactPoint.address_id).where(ContactPoint.guardian_id.in_(barred))
    assert demo.scalars(
        select(ContactPoint.id).where(ContactPoint.address_id.in_(theirs), ContactPoint.guardian_id.not_in(barred))
    ).all()


@pytest.mark.parametrize("fact", ["holds_rights", "emergency_only", "lives_with"])
def test_guardians_without_rights_for_emergencies_only_and_living_apart(demo: Session, fact: str) -> None:
    column = getattr(Guardianship, fact)
    assert demo.scalar(select(func.count()).where(column.is_(fact == "emergency_only"))), fact


@pytest.mark.parametrize("language", ["en", "es", "vi", None])
def test_homes_of_several_languages(demo: Session, language: str | None) -> None:
    assert demo.scalar(select(func.count(Guardian.id)).where(Guardian.language.is_not_distinct_from(language)))


def test_a_family_across_three_schools(demo: Session) -> None:
    assert count(
        demo,
        "SELECT fm.family_id FROM family_member fm JOIN student s ON s.id = fm.student_id"
        " GROUP BY fm.family_id HAVING count(DISTINCT s.school_id) = 3",
    )


def test_an_eighteen_year_old(demo: Session) -> None:
    assert demo.scalar(
        select(func.count(Student.id)).where(Student.grade == "12", Student.birth_date <= date(2008, 11, 24))
    )


def test_numbers_of_another_zone_doubtful_ones_and_dead_ones(demo: Session) -> None:
    zones = set(demo.scalars(select(Address.timezone)))
    assert len(zones - {None}) >= 3
    assert {AddressHealth.DOUBTFUL, AddressHealth.DEAD} <= set(demo.scalars(select(Address.health)))


def test_numbers_that_the_sandbox_treats_in_its_own_way(demo: Session) -> None:
    numbers = set(SANDBOX_NUMBERS.values())
    assert numbers <= set(MAGIC_NUMBERS)
    assert set(demo.scalars(select(Address.value).where(Address.value.in_(numbers)))) == numbers


def test_wishes_and_needs(demo: Session) -> None:
    for column in (Guardian.channel, Guardian.best_time, Guardian.access_need):
        assert demo.scalar(select(func.count()).where(column.is_not(None)))


def test_opt_outs_and_opt_ins(demo: Session) -> None:
    assert set(demo.scalars(select(Consent.state))) == set(ConsentState)


def test_requests_waiting_overdue_answered_reopened_and_closed(demo: Session) -> None:
    midnight = "2026-11-24T06:00:00+00:00"
    assert set(demo.scalars(select(Request.state))) == set(RequestState)
    waiting = demo.scalars(select(Request).where(Request.state == RequestState.OPEN)).all()
    assert any(one.due_at and one.due_at.isoformat() > midnight for one in waiting)
    assert any(one.due_at and one.due_at.isoformat() < midnight for one in waiting)
    assert any(one.counselor_at and one.counselor_at.isoformat() < midnight for one in waiting)
    assert any(one.reopened_at and one.first_due_at != one.due_at for one in waiting)
    kinds = set(demo.scalars(select(RequestEvent.kind)))
    assert kinds >= {
        RequestEventKind.OPENED,
        RequestEventKind.JOINED,
        RequestEventKind.ANSWERED,
        RequestEventKind.REOPENED,
        RequestEventKind.CLOSED,
    }


def test_verdicts_and_survey_answers_of_every_kind(demo: Session) -> None:
    assert set(demo.scalars(select(Verdict.helped))) == {True, False}
    assert set(demo.scalars(select(SurveyResponse.segment))) == set(Segment)
    assert demo.scalar(select(func.count(Verdict.id)).where(Verdict.helped.is_(False), Verdict.request_id.is_not(None)))


def test_a_failing_child_whose_family_has_heard_from_nobody(demo: Session) -> None:
    assert count(
        demo,
        "SELECT m.student_id FROM mark m WHERE m.kind = 'result' AND m.subject <> 'other' AND NOT EXISTS (SELECT 1"
        " FROM contact_student cs JOIN contact c ON c.id = cs.contact_id WHERE cs.student_id = m.student_id"
        " AND c.initiator = 'teacher') GROUP BY m.student_id, m.subject HAVING avg(m.percent) < 60",
    )


def test_a_hold_a_merge_to_decide_an_incident_and_people_on_call(demo: Session) -> None:
    assert demo.scalar(select(func.count(Hold.id))) == 1
    merge = demo.scalars(select(GuardianMerge)).one()
    kept, other = demo.get(Guardian, merge.kept_id), demo.get(Guardian, merge.other_id)
    assert kept is not None
    assert other is not None
    assert (kept.given_name, kept.family_name) == (other.given_name, other.family_name)
    assert demo.scalar(select(func.count(Incident.id)))
    assert demo.scalar(select(func.count(OnCall.school_id.distinct()))) == 3


def test_assignments_of_every_role(demo: Session) -> None:
    assert set(demo.scalars(select(Assignment.role))) == set(AssignmentRole)


def test_a_teacher_on_leave_has_a_substitute_and_every_school_somebody_to_fall_back_on(demo: Session) -> None:
    away = demo.scalars(select(Staff).where(Staff.leave_from <= TODAY, Staff.leave_until > TODAY)).one()
    assert away.substitute_id is not None
    assert demo.scalar(select(func.count(School.id)).where(School.fallback_staff_id.is_(None))) == 0


def test_a_child_who_came_five_weeks_ago(demo: Session) -> None:
    assert demo.scalar(select(func.count(Student.id)).where(Student.enrolled_on == TODAY - timedelta(weeks=5)))
