"""The made-up district is spread as ``outreach.generate.spread`` says, within what chance allows.

Tolerances are four standard errors of the documented distribution itself; nothing here is copied from output.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from math import comb, sqrt
from statistics import mean
from typing import TypeVar

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from models import (
    CONTACT_OUTCOMES,
    COUNTED_ABSENCES,
    Absence,
    Authored,
    Contact,
    ContactPoint,
    ContactStudent,
    Department,
    Family,
    FamilyMember,
    Guardian,
    Guardianship,
    Initiator,
    Level,
    Mark,
    MarkKind,
    Request,
    Segment,
    Student,
    Subject,
    SurveyResponse,
    Verdict,
)
from outreach.generate import generate
from outreach.generate import spread as told
from outreach.generate.learning import WITHOUT_PERCENT
from outreach.generate.special import SPECIAL
from outreach.schooltime import school_years

TODAY = date(2026, 11, 24)
Value = TypeVar("Value")
FAMILIES = 1200
DRAWN = Family.id > len(SPECIAL) + 2
"""Not bent to a special case; two of those are two families."""


@pytest.fixture(scope="module")
def district(shared_engine: Engine) -> Iterator[Session]:
    with shared_engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            generate(session, FAMILIES, 11, TODAY)
            yield session
        outer.rollback()


@pytest.fixture(scope="module")
def share_gone(district: Session) -> float:
    return school_years(district, TODAY)[1].share_gone


def assert_share(found: int, of: int, share: float) -> None:
    """``found`` of ``of`` is what a binomial of ``share`` gives, within four standard errors and half a case."""
    allowed = 4 * sqrt(of * share * (1 - share)) + 0.5
    assert abs(found - of * share) <= allowed, f"{found} of {of}, documented {share:.3f}"


def assert_shares(found: Mapping[Value, int], shares: Mapping[Value, float]) -> None:
    of = sum(found.values())
    assert set(found) <= set(shares)
    for value, share in shares.items():
        assert_share(found.get(value, 0), of, share)


def mixed(by_segment: Mapping[Segment, float]) -> float:
    return sum(share * by_segment[segment] for segment, share in told.SEGMENT.items())


@pytest.mark.parametrize(
    "shares",
    [
        told.STRUCTURE, told.CHILDREN, told.LANGUAGE, told.REACH, told.SEGMENT, told.TREND, told.DEPARTMENT,
        told.BELOW_NINE, *told.LOWEST_LEVEL.values(), *told.YEARLY_ABSENCES.values(), told.TARDY_DAYS,
    ],
)  # fmt: skip
def test_the_documented_shares_add_up(shares: Mapping[object, float]) -> None:
    assert sum(shares.values()) == pytest.approx(1)


def test_children_in_a_family(district: Session) -> None:
    """Half-siblings are two families, the older child alone in one; a child without guardians is always alone."""
    expected: dict[int, float] = defaultdict(float)
    for children, share in told.CHILDREN.items():
        alone = told.STRUCTURE[told.Structure.NO_GUARDIAN]
        blended = told.STRUCTURE[told.Structure.BLENDED]
        expected[children] += share * (1 - alone - blended)
        expected[1] += share * (alone + blended)
        expected[max(children, 2) - 1] += share * blended
    draws = sum(expected.values())
    sizes = district.execute(
        select(func.count(FamilyMember.student_id)).join(Family).where(DRAWN).group_by(FamilyMember.family_id)
    )
    assert_shares(Counter(size for (size,) in sizes), {size: share / draws for size, share in expected.items()})


def test_languages_of_homes(district: Session) -> None:
    languages = district.execute(
        select(FamilyMember.family_id, func.min(Guardian.language))
        .join(Family)
        .join(Guardianship, Guardianship.student_id == FamilyMember.student_id)
        .join(Guardian)
        .where(DRAWN)
        .group_by(FamilyMember.family_id)
    )
    assert_shares(Counter(language for _, language in languages), told.LANGUAGE)


def test_families_that_nobody_can_reach(district: Session) -> None:
    guarded = (
        select(FamilyMember.family_id)
        .join(Family)
        .join(Guardianship, Guardianship.student_id == FamilyMember.student_id)
        .where(DRAWN)
        .distinct()
    )
    reached = guarded.join(ContactPoint, ContactPoint.guardian_id == Guardianship.guardian_id)
    families = len(district.scalars(guarded).all())
    assert_share(families - len(district.scalars(reached).all()), families, told.REACH[told.Reach.NOTHING])


def test_level_of_work_in_the_weakest_core_subject(district: Session) -> None:
    standing: dict[int, dict[Subject, list[float]]] = defaultdict(lambda: defaultdict(list))
    for student, subject, percent in district.execute(
        select(Mark.student_id, Mark.subject, Mark.percent)
        .join(Student, Student.id == Mark.student_id)
        .join(FamilyMember, FamilyMember.student_id == Student.id)
        .join(Family)
        .where(DRAWN, Mark.kind == MarkKind.RESULT, Student.grade.not_in(WITHOUT_PERCENT))
    ):
        assert percent is not None
        standing[student][subject].append(percent)
    levels = Counter(_level(min(mean(marks) for marks in subjects.values())) for subjects in standing.values())
    assert all(len(subjects) == 4 for subjects in standing.values())
    expected = {
        level: mixed({segment: shares[level] for segment, shares in told.LOWEST_LEVEL.items()}) for level in Level
    }
    assert_shares(levels, expected)


def _level(percent: float) -> Level:
    if percent >= 85:
        return Level.ABOVE_AVERAGE
    return Level.AVERAGE if percent >= 70 else Level.BELOW_AVERAGE if percent >= 60 else Level.FAILING


def test_days_absent_so_far(district: Session, share_gone: float) -> None:
    """A day of the year's total has come with the share of the year that is gone."""
    first = second = 0.0
    for segment, weight in told.SEGMENT.items():
        for (few, many), share in told.YEARLY_ABSENCES[segment].items():
            for yearly in range(few, many + 1):
                chance = weight * share / (many - few + 1)
                expected = yearly * share_gone
                first += chance * expected
                second += chance * (expected**2 + expected * (1 - share_gone))
    students = district.scalar(select(func.count()).select_from(FamilyMember).join(Family).where(DRAWN)) or 0
    days = district.scalar(
        select(func.count())
        .select_from(Absence)
        .join(FamilyMember, FamilyMember.student_id == Absence.student_id)
        .join(Family)
        .where(DRAWN, Absence.category.in_(COUNTED_ABSENCES))
    )
    assert days is not None
    assert days / students == pytest.approx(first, abs=4 * sqrt((second - first**2) / students))


def test_teachers_reach_some_families_often_and_many_never(district: Session, share_gone: float) -> None:
    yearly: dict[int, float] = defaultdict(float)
    for segment, weight in told.SEGMENT.items():
        often = told.NINE_OR_MORE[segment]
        for count in range(9, told.NINE_UP_TO + 1):
            yearly[count] += weight * often / (told.NINE_UP_TO - 8)
        for count, share in told.BELOW_NINE.items():
            yearly[count] += weight * (1 - often) * share
    so_far = {
        count: sum(share * _binomial(count, of, share_gone) for of, share in yearly.items() if of >= count)
        for count in range(told.NINE_UP_TO + 1)
    }
    contacts = _teacher_contacts(district)
    assert_share(sum(count == 0 for count in contacts), len(contacts), so_far[0])
    assert_share(sum(count <= 1 for count in contacts), len(contacts), so_far[0] + so_far[1])
    assert_share(sum(count >= 4 for count in contacts), len(contacts), 1 - sum(so_far[count] for count in range(4)))


def _binomial(count: int, of: int, chance: float) -> float:
    return float(comb(of, count) * chance**count * (1 - chance) ** (of - count))


def _teacher_contacts(district: Session) -> list[int]:
    """Per drawn family with a guardian; a teacher's answer to a question is not begun by the teacher."""
    begun = (
        select(ContactStudent.student_id, Contact.id.label("contact_id"))
        .join(Contact)
        .where(
            Contact.initiator == Initiator.TEACHER,
            Contact.answers_request_id.is_(None),
            Contact.outcome.in_(CONTACT_OUTCOMES),
        )
        .subquery()
    )
    guarded = select(Guardianship.student_id)
    return list(
        district.scalars(
            select(func.count(begun.c.contact_id.distinct()))
            .select_from(FamilyMember)
            .join(Family)
            .outerjoin(begun, begun.c.student_id == FamilyMember.student_id)
            .where(DRAWN, FamilyMember.student_id.in_(guarded))
            .group_by(FamilyMember.family_id)
        )
    )


def test_what_families_say_of_a_teacher_s_contact(district: Session) -> None:
    pace = {
        segment: often * (9 + told.NINE_UP_TO) / 2
        + (1 - often) * sum(n * share for n, share in told.BELOW_NINE.items())
        for segment, often in told.NINE_OR_MORE.items()
    }
    unhelpful = mixed({segment: pace[segment] * told.UNHELPFUL[segment] for segment in pace}) / mixed(pace)
    verdicts = list(district.scalars(select(Verdict.helped).where(Verdict.request_id.is_(None))))
    assert_share(sum(not helped for helped in verdicts), len(verdicts), unhelpful)


def test_general_notices_reach_as_many_as_parents_reported(district: Session) -> None:
    reachable = set(
        district.scalars(
            select(FamilyMember.family_id)
            .join(Family)
            .join(Guardianship, Guardianship.student_id == FamilyMember.student_id)
            .join(ContactPoint, ContactPoint.guardian_id == Guardianship.guardian_id)
            .where(DRAWN)
        )
    )
    noticed = set(
        district.scalars(
            select(FamilyMember.family_id)
            .join(Family)
            .join(ContactStudent, ContactStudent.student_id == FamilyMember.student_id)
            .join(Contact)
            .where(DRAWN, Contact.authored == Authored.AUTOMATIC)
        )
    )
    assert noticed <= reachable
    assert_share(len(noticed), len(reachable), mixed(told.GENERAL_NOTICES))


def test_a_third_of_those_who_wrote_to_an_office_got_no_answer_or_none_that_helped(district: Session) -> None:
    long_ago = datetime.combine(TODAY - timedelta(days=14), datetime.min.time()).astimezone()
    offices = (Department.ADMINISTRATION, Department.COUNSELING, Department.SPECIAL_EDUCATION)
    asked = district.execute(
        select(Request.first_response_at, Verdict.helped)
        .join(Family, Family.id == Request.family_id)
        .outerjoin(Verdict, Verdict.request_id == Request.id)
        .where(DRAWN, Request.department.in_(offices), Request.opened_at < long_ago)
    ).all()
    failed = sum(answered is None or helped is False for answered, helped in asked)
    assert len(asked) > 50
    assert_share(failed, len(asked), 1 / 3)


def test_survey_answers(district: Session) -> None:
    guarded = len(_teacher_contacts(district))
    answers = district.execute(
        select(SurveyResponse.segment, SurveyResponse.score)
        .join(Family, Family.id == SurveyResponse.family_id)
        .where(DRAWN)
    ).all()
    assert_share(len(answers), guarded, told.ANSWERED_SURVEY)
    assert_shares(Counter(segment for segment, _ in answers), told.SEGMENT)
