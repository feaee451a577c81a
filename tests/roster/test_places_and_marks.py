"""Schools, calendars, terms, subjects and marks of a delivery, and the addresses it gives."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    Address,
    AddressHealth,
    AddressKind,
    Calendar,
    CalendarDay,
    Course,
    Level,
    Mark,
    MarkKind,
    School,
    Section,
    Subject,
    Term,
)
from tests.roster.oneroster_folder import OneRosterFolder, one, take


def test_a_school_without_a_calendar_gets_one_from_its_terms(
    session: Session, roster: OneRosterFolder, tmp_path: Path
) -> None:
    roster.add("academicSessions", "F", title="Fall", type="semester", startDate="2026-08-17", endDate="2026-12-18",
               parentSourcedId="Y")  # fmt: skip
    roster.add("academicSessions", "G", title="Spring", type="semester", startDate="2027-01-05", endDate="2027-05-28",
               parentSourcedId="NOBODY")  # fmt: skip
    figures = take(session, roster.write(tmp_path / "sis"))
    assert figures.calendars_made == 1
    assert any("Lakeside High: no calendar was here" in note for note in figures.notes)
    calendar = session.scalars(select(Calendar)).one()
    assert (calendar.first_day, calendar.last_day) == (date(2026, 8, 17), date(2027, 5, 28))
    closed = dict(session.execute(select(CalendarDay.day, CalendarDay.name)).all())
    assert closed[date(2026, 11, 26)].startswith("Thanksgiving")
    assert closed[date(2026, 12, 22)] == "Between terms"
    assert date(2026, 11, 24) not in closed
    assert one(session, Term, "F").parent_id == one(session, Term, "Y").id
    assert one(session, Term, "G").parent_id is None


def test_a_calendar_is_carried_on_into_the_next_school_year_and_otherwise_left_alone(
    session: Session, roster: OneRosterFolder, tmp_path: Path
) -> None:
    take(session, roster.write(tmp_path / "sis"))
    session.scalars(select(Calendar)).one().last_day = date(2027, 5, 20)
    take(session, roster.write(tmp_path / "sis"))
    assert session.scalars(select(Calendar)).one().last_day == date(2027, 5, 20)
    roster.add("academicSessions", "Y2", title="2027-28", type="schoolYear", startDate="2027-08-16",
               endDate="2028-05-26", schoolYear="2028")  # fmt: skip
    take(session, roster.write(tmp_path / "sis"))
    assert session.scalars(select(Calendar)).one().last_day == date(2028, 5, 26)
    summer = session.scalars(select(CalendarDay.name).where(CalendarDay.day == date(2027, 7, 14))).all()
    assert summer == ["Between terms"]


def test_terms_that_differ_between_schools_belong_to_the_schools_whose_classes_name_them(
    session: Session, roster: OneRosterFolder, tmp_path: Path
) -> None:
    roster.add("orgs", "S2", name="Lakeside Middle", type="school")
    for term, school, ends in (("F1", "S", "2026-12-18"), ("F2", "S2", "2026-12-11")):
        roster.add("academicSessions", term, title="Fall", type="semester", startDate="2026-08-17", endDate=ends)
        roster.add("classes", f"C-{term}", title="Science", schoolSourcedId=school, termSourcedIds=term)
    take(session, roster.write(tmp_path / "sis"))
    schools = [one(session, Term, key).school_id for key in ("Y", "F1", "F2")]
    assert schools == [None, one(session, School, "S").id, one(session, School, "S2").id]
    assert take(session, roster.write(tmp_path / "sis")).changed == 0


def test_every_result_is_a_mark_or_rejected_with_its_reason(
    session: Session, roster: OneRosterFolder, tmp_path: Path
) -> None:
    roster.add("lineItems", "L20", title="Out of twenty", classSourcedId="C", resultValueMin="0", resultValueMax="20")
    roster.add("categories", "K", title="Report card")
    roster.add("lineItems", "RC", title="Q1", classSourcedId="C", categorySourcedId="K", dueDate="2026-10-20")
    roster.result("R1", "A", "15", lineItemSourcedId="L20").result(
        "R2", "A", "C-", lineItemSourcedId="RC", scoreDate=""
    )
    roster.result("N1", "A", "", scoreStatus="exempt").result("N2", "A", "", scoreStatus="not submitted")
    roster.result("N3", "A", "").result("N4", "A", "-3").result("N5", "A", "9000").result("N6", "A", "good")
    roster.result("N7", "A", "8", lineItemSourcedId="L20", scoreDate="")
    figures = take(session, roster.write(tmp_path / "sis"))
    assert (one(session, Mark, "R1").percent, one(session, Mark, "R1").level) == (75, Level.AVERAGE)
    card = one(session, Mark, "R2")
    assert (card.kind, card.letter, card.percent, card.marked_on) == (
        MarkKind.REPORT_CARD, "C-", 71, date(2026, 10, 20),
    )  # fmt: skip
    assert [(each.sourced_id, each.field) for each in figures.rejections] == [
        ("N1", "scoreStatus"), ("N2", "scoreStatus"), ("N3", "score"), ("N4", "score"), ("N5", "score"),
        ("N6", "score"), ("N7", "scoreDate"),
    ]  # fmt: skip
    assert figures.people["results"] == figures.people["marks"] + figures.rejected


def test_the_subject_comes_from_the_course_else_from_the_class(session: Session, tmp_path: Path) -> None:
    roster = OneRosterFolder().student("A")
    roster.add("courses", "X", title="Block 4", subjectCodes="03051").add("courses", "Y9", title="Block 5")
    for key, course, title in (("C1", "X", "Block 4"), ("C2", "Y9", "World History"), ("C3", "", "Choir")):
        roster.add("classes", key, title=title, courseSourcedId=course, schoolSourcedId="S", termSourcedIds="Y,NONE")
    figures = take(session, roster.write(tmp_path / "sis"))
    assert [one(session, Section, key).subject for key in ("C1", "C2", "C3")] == [
        Subject.SCIENCE, Subject.SOCIAL_STUDIES, Subject.OTHER,
    ]  # fmt: skip
    assert one(session, Course, "X").subject is Subject.SCIENCE
    assert any("termSourcedIds names a session" in note for note in figures.notes)


def test_addresses_are_counted_once_and_guardians_without_any_are_told(session: Session, tmp_path: Path) -> None:
    roster = OneRosterFolder().student("A", "P", "Q", "N", "X")
    roster.parent("P", sms="312-555-0142", phone="(312) 555-0142").parent("Q", phone="312-555-0142 / 950-298-0749")
    roster.parent("N").parent("X", email="Mc Clain@example.org")
    points = take(session, roster.write(tmp_path / "sis")).contact_points
    assert points is not None
    assert (points.usable, points.doubtful, points.dead, points.none, points.unreachable) == (1, 1, 1, 1, 2)
    kinds = select(Address.kind).where(Address.health == AddressHealth.DEAD)
    assert session.scalars(kinds).all() == [AddressKind.EMAIL], "a blank divides nothing: nobody is called Clain"
