"""The made-up district: the same for the same seed, whole, and within the database's own rules."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from phonenumbers import timezone as numbering_zones
from sqlalchemy import Engine, create_engine, func, select, text
from sqlalchemy.orm import Session

from models import (
    Address,
    AddressKind,
    Base,
    Contact,
    District,
    Family,
    FamilyMember,
    Mark,
    Message,
    Request,
    RequestState,
    School,
    Section,
    Staff,
    Student,
)
from outreach import store
from outreach.generate import AlreadyADistrictError, NothingToGenerateError, generate
from outreach.generate.names import AREA_CODES
from outreach.generate.phones import Phones
from outreach.generate.year import year_around
from outreach.roster.households import rebuild_families
from outreach.roster.phones import parse_phone
from outreach.schooltime import hours_book, running_terms, school_years
from tests.conftest import ON_BOTH
from tests.world import YEAR_ENDS, YEAR_STARTS

TODAY = date(2026, 11, 24)


def everything(session: Session) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables, in the order of their text."""
    return {
        table.name: sorted((tuple(row) for row in session.execute(select(table))), key=repr)
        for table in Base.metadata.tables.values()
    }


def blank(path: Path) -> Engine:
    engine = store.prepare(create_engine(f"sqlite:///{path}"))
    Base.metadata.create_all(engine)
    return engine


def test_the_same_seed_and_day_make_the_same_district(tmp_path: Path) -> None:
    made = []
    for name in ("one", "two", "other seed"):
        engine = blank(tmp_path / f"{name}.sqlite")
        with Session(engine) as session:
            generate(session, 60, 8 if name == "other seed" else 7, TODAY)
            session.commit()
            made.append(everything(session))
        engine.dispose()
    one, two, other = made
    assert one == two
    assert one["guardian"] != other["guardian"]


@ON_BOTH
def test_both_kinds_of_database_get_the_same_rows(session: Session, tmp_path: Path) -> None:
    generate(session, 30, 7, TODAY)
    engine = blank(tmp_path / "beside.sqlite")
    with Session(engine) as beside:
        generate(beside, 30, 7, TODAY)
        assert everything(session) == everything(beside)
    engine.dispose()


@pytest.mark.parametrize("families", [1, 2, 5, 60])
def test_exactly_as_many_families_as_asked_for(session: Session, families: int) -> None:
    figures = generate(session, families, 3, TODAY)
    assert figures.families == session.scalar(select(func.count(Family.id))) == families
    assert figures.rows == {
        name: session.scalar(select(func.count()).select_from(Base.metadata.tables[name])) for name in figures.rows
    }


@ON_BOTH
def test_new_rows_can_be_added_after_it(session: Session) -> None:
    generate(session, 5, 3, TODAY)
    highest = {kind: session.scalar(select(func.max(kind.id))) or 0 for kind in (Student, Family)}
    session.add(Student(sourced_id="new", school_id=1, given_name="Maya", family_name="Delgado"))
    session.add(Family(name="Delgado", household_key="student:new", created_at=datetime(2026, 11, 24, tzinfo=UTC)))
    session.flush()
    assert {kind: session.scalar(select(func.max(kind.id))) for kind in highest} == {
        kind: number + 1 for kind, number in highest.items()
    }


def test_everyone_has_a_family_and_every_child_all_core_subjects(session: Session) -> None:
    generate(session, 60, 3, TODAY)
    students = session.scalar(select(func.count(Student.id)))
    assert (
        session.scalar(select(func.count()).select_from(FamilyMember).where(FamilyMember.until_on.is_(None)))
        == students
    )
    subjects = session.execute(
        text(
            "SELECT enrollment.student_id, count(DISTINCT section.subject), max(CASE WHEN homeroom THEN 1 ELSE 0 END)"
            " FROM enrollment JOIN section ON section.id = enrollment.section_id GROUP BY enrollment.student_id"
        )
    ).all()
    assert len(subjects) == students
    assert {(number, homeroom) for _, number, homeroom in subjects} == {(5, 1)}


def test_the_roster_would_make_exactly_these_families(session: Session) -> None:
    generate(session, 120, 3, TODAY)
    columns = (Family.id, Family.name, Family.household_key, Family.ended_at)
    before = session.execute(select(*columns).order_by(Family.id)).all()
    members = session.execute(select(FamilyMember.__table__).order_by(FamilyMember.id)).all()
    figures = rebuild_families(session, datetime(2026, 11, 24, 16, tzinfo=UTC))
    assert (figures.created, figures.ended, figures.moved_students) == (0, 0, 0)
    session.expire_all()
    assert session.execute(select(*columns).order_by(Family.id)).all() == before
    assert session.execute(select(FamilyMember.__table__).order_by(FamilyMember.id)).all() == members


def test_three_schools_in_two_time_zones_with_several_open_intervals_a_day(session: Session) -> None:
    generate(session, 5, 3, TODAY)
    zones = session.scalars(select(School.timezone).order_by(School.id)).all()
    assert zones == ["America/Chicago", "America/Chicago", "America/Denver"]
    book = hours_book(session)
    assert all(len(book.calendars[school, None].spans_of(TODAY)) == 2 for school in (1, 2, 3))
    assert not book.calendars[1, None].spans_of(date(2026, 11, 26)), "Thanksgiving"


@pytest.mark.parametrize("today", [date(2026, 1, 3), date(2026, 7, 4), date(2026, 11, 24), date(2028, 2, 29)])
def test_whatever_the_day_school_has_run_for_fourteen_weeks(session: Session, today: date) -> None:
    generate(session, 5, 3, today)
    for year in school_years(session, today).values():
        assert year.in_term
        assert 10 <= year.weeks_gone <= 15
    terms = running_terms(session, today)
    assert len(terms) == 3
    marked = session.scalars(select(Mark.marked_on).where(Mark.section_id.is_not(None))).all()
    assert all(terms[1].starts_on <= day < today for day in marked)


def test_around_thanksgiving_it_is_the_usual_school_year() -> None:
    year = year_around(TODAY)
    assert (year.starts_on, year.ends_on) == (YEAR_STARTS, YEAR_ENDS)


def test_nothing_made_up_lies_in_the_future(session: Session) -> None:
    generate(session, 120, 3, TODAY)
    midnight = datetime.combine(TODAY, time(), tzinfo=ZoneInfo("America/Chicago"))
    moments = [Contact.occurred_at, Contact.recorded_at, Request.opened_at, Request.answered_at, Request.closed_at]
    for moment in moments:
        latest = session.scalar(select(func.max(moment)))
        assert latest is not None
        assert latest <= midnight
    assert session.scalar(select(func.count()).where(Contact.recorded_at < Contact.occurred_at)) == 0


def test_no_request_is_answered_before_it_was_asked_and_open_ones_have_no_answer(session: Session) -> None:
    generate(session, 120, 3, TODAY)
    for request in session.scalars(select(Request)):
        assert request.due_at is not None
        assert request.due_at >= (request.reopened_at or request.opened_at)
        if request.state is RequestState.OPEN:
            assert request.answered_at is None
        else:
            assert request.answered_at is not None
            assert request.answered_at >= request.opened_at
            answer = session.get(Contact, request.answered_by_contact_id)
            assert answer is not None
            assert answer.answers_request_id == request.id


def test_nothing_is_planned_sent_or_signed_in_by_the_generator(session: Session) -> None:
    generate(session, 20, 3, TODAY)
    assert session.scalar(select(func.count(Message.id))) == 0
    district = session.get(District, 1)
    assert district is not None
    assert district.made_up
    assert district.consent_basis


def test_a_phone_number_is_one_kept_free_for_fiction_and_in_its_zone(session: Session) -> None:
    generate(session, 200, 3, TODAY)
    numbers = session.scalars(select(Address).where(Address.kind == AddressKind.PHONE, Address.timezone.is_not(None)))
    for number in numbers:
        parsed = phonenumbers.parse(number.value)
        assert phonenumbers.is_valid_number_for_region(parsed, "US")
        assert number.value[5:8] == "555"
        assert number.value[8:10] == "01"
        assert list(numbering_zones.time_zones_for_number(parsed)) == [number.timezone]


def test_every_area_code_is_real_and_in_the_zone_it_is_listed_under() -> None:
    for zone, codes in AREA_CODES.items():
        for code in codes:
            parsed = phonenumbers.parse(f"+1{code}5550142")
            assert phonenumbers.is_valid_number_for_region(parsed, "US"), code
            assert list(numbering_zones.time_zones_for_number(parsed)) == [zone], code


def test_when_a_zone_has_no_numbers_left_the_next_one_gives_them() -> None:
    phones = Phones()
    in_zone = len(AREA_CODES["America/Denver"]) * 100
    given = [phones.take("America/Denver") for _ in range(in_zone + 1)]
    assert len({number for number in given if number}) == in_zone + 1
    assert [parse_phone(number or "").timezone for number in given[-2:]] == ["America/Denver", "America/Chicago"]


def test_when_all_numbers_are_given_out_there_is_none() -> None:
    phones = Phones()
    for _ in range(sum(len(codes) for codes in AREA_CODES.values()) * 100):
        assert phones.take("America/Chicago")
    assert phones.take("America/Chicago") is None


def test_addresses_on_the_net_belong_to_nobody(session: Session) -> None:
    generate(session, 60, 3, TODAY)
    mail = session.scalars(select(Address.value).where(Address.kind == AddressKind.EMAIL)).all()
    staff = session.scalars(select(Staff.email)).all()
    assert all(address.endswith("@example.com") and address.isascii() for address in mail)
    assert all(address and address.endswith("@example.org") and address.isascii() for address in staff)
    assert len(set(staff)) == len(staff)


def test_a_second_district_is_refused(session: Session) -> None:
    generate(session, 2, 3, TODAY)
    with pytest.raises(AlreadyADistrictError, match="has a district already"):
        generate(session, 2, 3, TODAY)


def test_fewer_than_one_family_is_refused(session: Session) -> None:
    with pytest.raises(NothingToGenerateError, match="0 families"):
        generate(session, 0, 3, TODAY)


def test_classes_are_of_a_size_that_fits_a_room(session: Session) -> None:
    generate(session, 400, 1, TODAY)
    sizes = session.scalars(
        text(
            "SELECT count(*) FROM enrollment JOIN section ON section.id = enrollment.section_id"
            " WHERE section.homeroom GROUP BY section.id"
        )
    ).all()
    assert len(sizes) == session.scalar(select(func.count(Section.id)).where(Section.homeroom))
    assert max(sizes) <= 36
    assert 15 <= sum(sizes) / len(sizes) <= 30
