"""Lists of other systems: relationships, attendance, marks, incidents, staff, contacts, consents."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    Absence,
    AbsenceCategory,
    Assignment,
    Consent,
    ConsentCategory,
    ConsentState,
    FactSource,
    Guardian,
    Guardianship,
    Incident,
    Level,
    Mark,
    MarkKind,
    Student,
    Subject,
)
from outreach.delivery.consent_list import import_consents
from outreach.roster import (
    HEADERS,
    ImportFigures,
    RosterError,
    import_attendance,
    import_incidents,
    import_marks,
    import_oneroster,
    import_relationships,
    import_staff,
)
from tests.roster.oneroster_folder import OneRosterFolder, everything
from tests.world import CHICAGO, NOW


@pytest.fixture
def school(session: Session, tmp_path: Path) -> OneRosterFolder:
    """Students A and B of parent P, teacher T of both, all imported."""
    made = OneRosterFolder().student("A", "P").student("B", "P").parent("P", "A", "B").parent("Q").teacher("T")
    made.algebra("A", "B", teacher="T")
    import_oneroster(session, made.write(tmp_path / "sis"), NOW, timezone=CHICAGO)
    return made


def take(verb, session: Session, tmp_path: Path, *lines: str) -> ImportFigures:  # type: ignore[no-untyped-def]  # any of the verbs
    path = tmp_path / "list.csv"
    path.write_text("\n".join(lines), "utf-8")
    figures = verb(session, path, NOW)
    assert isinstance(figures, ImportFigures)
    return figures


def faults(figures: ImportFigures) -> list[tuple[int, str]]:
    return [(each.line, each.field) for each in figures.rejections]


RELATIONSHIPS = (
    "studentSourcedId,parentSourcedId,relation,primaryContact,livesWith,emergencyContact,mayContact,holdsRights"
)


def ties(session: Session) -> dict[tuple[str, str], Guardianship]:
    found = session.execute(
        select(Student.sourced_id, Guardian.sourced_id, Guardianship)
        .join(Guardianship, Guardianship.student_id == Student.id)
        .join(Guardian, Guardian.id == Guardianship.guardian_id)
        .execution_options(populate_existing=True)
    )
    return {(student, str(guardian)): tie for student, guardian, tie in found}


def test_relationships_say_who_a_guardian_is(session: Session, school: OneRosterFolder, tmp_path: Path) -> None:
    lines = (
        RELATIONSHIPS, "A,P,Mother,true,true,true,,", "B,P,Mother,,,,,false", "A,Q,Neighbor,false,false,true,,",
        "A,X,Aunt,,,,,", "A,P,Mother,true,true,true,,", "B,P,Mother,maybe,,,,",
    )  # fmt: skip
    figures = take(import_relationships, session, tmp_path, *lines)
    assert faults(figures) == [(5, "parentSourcedId"), (7, "primaryContact"), (6, "")]
    found = ties(session)
    assert (found["A", "P"].relation, found["A", "P"].is_primary, found["A", "P"].emergency_only) == (
        "Mother",
        True,
        False,
    )
    assert (found["B", "P"].holds_rights, found["B", "P"].holds_rights_source) == (False, FactSource.IMPORTED)
    assert (found["B", "P"].may_contact, found["B", "P"].may_contact_source) == (True, FactSource.ASSUMED)
    assert (found["A", "Q"].emergency_only, found["A", "Q"].started_on) == (True, NOW.date())
    assert figures.families is not None
    assert figures.families.families == 2, "a guardian more makes A a family of its own"
    before = everything(session)
    assert take(import_relationships, session, tmp_path, *lines).changed == 0
    assert everything(session) == before


def test_a_restriction_entered_by_hand_is_never_lifted_and_one_imported_may_be(
    session: Session, school: OneRosterFolder, tmp_path: Path
) -> None:
    take(import_relationships, session, tmp_path, RELATIONSHIPS, "A,P,Mother,,,,false,", "B,P,Mother,,,,,")
    entered = ties(session)["B", "P"]
    entered.holds_rights, entered.holds_rights_source = False, FactSource.ENTERED
    session.flush()
    take(import_relationships, session, tmp_path, RELATIONSHIPS, "A,P,Mother,,,,true,true", "B,P,Mother,,,,false,true")
    found = ties(session)
    assert found["A", "P"].may_contact is True
    assert (found["B", "P"].holds_rights, found["B", "P"].holds_rights_source) == (False, FactSource.ENTERED)
    assert (found["B", "P"].may_contact, found["B", "P"].may_contact_on) == (False, NOW.date())


def test_counted_absences_replace_the_count(session: Session, school: OneRosterFolder, tmp_path: Path) -> None:
    header = "studentSourcedId,category,events"
    take(import_attendance, session, tmp_path, header, "A,Unexcused Absence,4", "A,Tardy,9", "X,Tardy,1", "B,Asleep,2")
    figures = take(import_attendance, session, tmp_path, header, "A,Unexcused Absence,5", "A,Tardy,9", "B,Partial,-1")
    tally = figures.files["attendance"].tally
    assert (tally.created, tally.updated, tally.unchanged, tally.rejected) == (0, 1, 1, 1)
    found = select(Absence.category, Absence.days, Absence.school_year).order_by(Absence.id)
    assert [tuple(row) for row in session.execute(found)] == [
        (AbsenceCategory.UNEXCUSED, 5, 2027), (AbsenceCategory.TARDY, 9, 2027),
    ]  # fmt: skip


def test_dated_absences_are_a_day_each_and_never_mixed_with_counts(
    session: Session, school: OneRosterFolder, tmp_path: Path
) -> None:
    take(import_attendance, session, tmp_path, "studentSourcedId,category,events", "B,excused,3")
    header = "studentSourcedId,category,date"
    lines = (header, "A,excused,2026-09-14", "A,excused,2026-09-15", "A,excused,15.9.2026", "B,excused,2026-09-14")
    figures = take(import_attendance, session, tmp_path, *lines)
    assert faults(figures) == [(4, "date"), (5, "")]
    assert take(import_attendance, session, tmp_path, *lines).changed == 0
    days = session.scalars(select(Absence.occurred_on).where(Absence.occurred_on.is_not(None))).all()
    assert sorted(filter(None, days)) == [date(2026, 9, 14), date(2026, 9, 15)]


def test_marks_of_another_system_live_beside_the_roster(
    session: Session, school: OneRosterFolder, tmp_path: Path
) -> None:
    lines = (
        "sourcedId,studentSourcedId,subject,score,date,level,kind,classSourcedId,scaleMax",
        "M1,A,math,58,2026-11-09,,,C,", "M2,A,English II,B-,2026-11-09,,report_card,,",
        "M3,B,science,,2026-11-09,below average,,,", "M4,B,science,17,2026-11-09,,,,20",
        "M5,B,science,,2026-11-09,,,,", "M6,B,science,70,soon,,,,", "M7,X,science,70,2026-11-09,,,,",
    )  # fmt: skip
    figures = take(import_marks, session, tmp_path, *lines)
    assert faults(figures) == [(6, "level"), (7, "date"), (8, "studentSourcedId")]
    found = session.scalars(select(Mark).order_by(Mark.sourced_id)).all()
    assert [(each.subject, each.level, each.percent, each.kind) for each in found] == [
        (Subject.MATH, Level.FAILING, 58, MarkKind.RESULT),
        (Subject.READING, Level.AVERAGE, 81, MarkKind.REPORT_CARD),
        (Subject.SCIENCE, Level.BELOW_AVERAGE, None, MarkKind.RESULT),
        (Subject.SCIENCE, Level.ABOVE_AVERAGE, 85, MarkKind.RESULT),
    ]
    school.result("R", "A", "90")
    import_oneroster(session, school.write(tmp_path / "sis"), NOW)
    del school.rows["results"]["R"]
    school.rows["results"] = {}
    import_oneroster(session, school.write(tmp_path / "sis"), NOW)
    session.expire_all()
    assert {each.sourced_id: each.active for each in session.scalars(select(Mark))} == {
        "list:M1": True, "list:M2": True, "list:M3": True, "list:M4": True, "R": False,
    }  # fmt: skip


def test_incidents(session: Session, school: OneRosterFolder, tmp_path: Path) -> None:
    header = "sourcedId,studentSourcedId,date,kind,summary"
    figures = take(
        import_incidents, session, tmp_path, header, "I1,A,2026-10-01,fight,In the hall", "I2,A,2026-10-01,,"
    )
    assert faults(figures) == [(3, "kind")]
    assert session.scalars(select(Incident.summary)).all() == ["In the hall"]


def test_staff_get_students_classes_and_caseloads(session: Session, school: OneRosterFolder, tmp_path: Path) -> None:
    lines = (
        "staffSourcedId,role,studentSourcedId,classSourcedId,schoolSourcedId,grade,surnameFrom,surnameTo,beginDate,endDate",
        "T,case manager,A,,,,,,,", "T,counselor,,,S,09,A,K,2026-08-17,", "T,co-teacher,,C,,,,,,",
        "T,wizard,A,,,,,,,", "T,aide,A,C,,,,,,", "T,aide,,,,,,,,", "T,aide,A,,,09,,,,", "X,aide,A,,,,,,,",
        "T,aide,A,,,,,,2026-10-01,2026-09-01",
    )  # fmt: skip
    figures = take(import_staff, session, tmp_path, *lines)
    assert [line for line, _ in faults(figures)] == [5, 6, 7, 8, 9, 10]
    before = everything(session)
    assert take(import_staff, session, tmp_path, *lines).changed == 0
    import_oneroster(session, school.write(tmp_path / "sis"), NOW)
    assert everything(session) == before, "a roster never ends what it did not bring"
    caseload = session.scalars(select(Assignment).where(Assignment.grade == "09")).one()
    assert (caseload.surname_from, caseload.surname_to, caseload.student_id) == ("A", "K", None)


def test_consents(session: Session, school: OneRosterFolder, tmp_path: Path) -> None:
    lines = (
        "address,channel,category,state,at,note", "(312) 555-0142,sms,all,out,2026-11-01,paper form",
        "rosa@example.org,email,,in,,", "rosa,email,school,in,,", "312-555-0142,sms,school,perhaps,,",
        "312-555-0142,letter,school,out,,",
    )  # fmt: skip
    figures = take(import_consents, session, tmp_path, *lines)
    assert faults(figures) == [(4, "address"), (5, "state"), (6, "channel")]
    found = session.execute(select(Consent.category, Consent.state).order_by(Consent.id))
    assert [tuple(row) for row in found] == [
        (ConsentCategory.SCHOOL, ConsentState.OUT), (ConsentCategory.SURVEY, ConsentState.OUT),
        (ConsentCategory.SCHOOL, ConsentState.IN),
    ]  # fmt: skip
    assert take(import_consents, session, tmp_path, *lines[:3]).changed == 0
    older = take(import_consents, session, tmp_path, lines[0], "312-555-0142,sms,school,in,2026-10-01,")
    assert older.changed == 0, "an opt-in never overrules a newer opt-out"
    assert take(import_consents, session, tmp_path, lines[0], "312-555-0142,sms,school,in,2026-11-20,").changed == 1


def test_a_list_before_the_roster_speaks_of_nobody(session: Session, tmp_path: Path) -> None:
    with pytest.raises(RosterError, match="No roster has been imported yet"):
        take(import_incidents, session, tmp_path, "sourcedId,studentSourcedId,date,kind", "I,A,2026-10-01,fight")


def test_a_file_with_other_headers_is_refused(session: Session, school: OneRosterFolder, tmp_path: Path) -> None:
    with pytest.raises(RosterError, match="no column studentSourcedId, so this is no incidents file"):
        take(import_incidents, session, tmp_path, "sourcedId,pupil,date,kind", "I,A,2026-10-01,fight")


def test_the_headers_are_written_down_in_one_place() -> None:
    assert set(HEADERS) == {"relationships", "attendance", "marks", "incidents", "staff"}


def test_a_key_that_stands_twice_counts_once_however_far_apart(
    session: Session, school: OneRosterFolder, tmp_path: Path
) -> None:
    lines = ["sourcedId,studentSourcedId,date,kind", *(f"I{number},A,2026-10-01,fight" for number in range(600))]
    lines.append("I0,A,2026-10-02,another")
    figures = take(import_incidents, session, tmp_path, *lines)
    assert (figures.rejected, figures.rejections[0].line) == (1, 602)
    assert session.scalars(select(Incident.kind).distinct()).all() == ["fight"]
    assert take(import_incidents, session, tmp_path, *lines).changed == 0


@pytest.mark.parametrize("year", ["99999999999999999999", "99999999999", "2026.5", "27", "-2027", "1e3"])
def test_a_school_year_that_is_none_rejects_the_row(
    session: Session, school: OneRosterFolder, tmp_path: Path, year: str
) -> None:
    lines = ["studentSourcedId,category,events,schoolYear", f"A,excused,3,{year}", "B,excused,2,2027"]
    figures = take(import_attendance, session, tmp_path, *lines)
    assert [rejection.field for rejection in figures.rejections] == ["schoolYear"]
    assert session.scalars(select(Absence.school_year)).all() == [2027]


@pytest.mark.parametrize("row", ["50,-1e308,1e308", "1e308,0,100", "1_0,0,100", "nan,0,100", "٥٠,0,100", "5,0,1e-320"])
def test_a_score_that_is_no_plain_number_on_a_plain_scale_is_rejected(
    session: Session, school: OneRosterFolder, tmp_path: Path, row: str
) -> None:
    header = "sourcedId,studentSourcedId,subject,date,score,scaleMin,scaleMax"
    figures = take(import_marks, session, tmp_path, header, f"M,A,math,2026-10-01,{row}")
    assert (figures.rejected, session.scalars(select(Mark)).all()) == (1, [])


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2027-01-01"])
def test_a_consent_of_a_moment_that_cannot_be_is_rejected(
    session: Session, school: OneRosterFolder, tmp_path: Path, at: str
) -> None:
    figures = take(import_consents, session, tmp_path, "address,channel,state,at", f"p@example.org,email,in,{at}")
    assert [rejection.field for rejection in figures.rejections] == ["at"]
    assert session.scalars(select(Consent)).all() == []


def test_an_assignment_whose_key_no_index_holds_is_rejected(
    session: Session, school: OneRosterFolder, tmp_path: Path
) -> None:
    endless = "".join(chr(97 + number * number % 26) for number in range(9000))
    header = "staffSourcedId,role,studentSourcedId,sourcedId,status"
    lines = [f"T,case_manager,A,{endless},", f"T,case_manager,A,{endless},tobedeleted", "T,case_manager,A,short,"]
    figures = take(import_staff, session, tmp_path, header, *lines)
    assert [rejection.line for rejection in figures.rejections] == [2, 3]
    assert figures.files["staff"].tally.created == 1
