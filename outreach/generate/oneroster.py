"""The made-up district as a student system would export it: a folder of OneRoster 1.2 CSV files."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import (
    Address,
    AddressKind,
    Assignment,
    AssignmentRole,
    ContactPoint,
    Course,
    District,
    Enrollment,
    Guardian,
    Guardianship,
    Mark,
    MarkKind,
    School,
    Section,
    SectionTerm,
    Staff,
    StaffRole,
    StaffSchool,
    Student,
    Term,
    TermKind,
)

Line = dict[str, object]
DISTRICT_ORG = "district"
READ_AT_ONCE = 5000
SESSION_TYPES = {
    TermKind.SCHOOL_YEAR: "schoolYear", TermKind.SEMESTER: "semester", TermKind.TERM: "term",
    TermKind.GRADING_PERIOD: "gradingPeriod",
}  # fmt: skip
ROLES = {
    StaffRole.TEACHER: "teacher", StaffRole.SPECIAL_EDUCATION: "teacher", StaffRole.COUNSELOR: "counselor",
    StaffRole.ADMINISTRATOR: "principal", StaffRole.FRONT_OFFICE: "aide",
    StaffRole.DISTRICT: "districtAdministrator",
}  # fmt: skip
"""OneRoster knows no front office and no special education; the nearest role that sees no more."""
RELATIVES = ("grandparent",)
CATEGORIES = {MarkKind.RESULT: "Classwork", MarkKind.REPORT_CARD: "Report card"}
USER_COLUMNS = (
    "sourcedId", "enabledUser", "username", "givenName", "familyName", "email", "sms", "phone", "agentSourcedIds",
    "grades", "primaryOrgSourcedId", "metadata.language",
)  # fmt: skip


def write_oneroster(session: Session, folder: Path) -> dict[str, int]:
    """Write roster and marks of the database's district into ``folder`` (made where missing); rows by file.

    What OneRoster has no word for is left out: calendars, contacts, consent, restrictions, absences, incidents, and
    last year's report cards, which belong to no class.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "orgs": _orgs(session),
        "academicSessions": _sessions(session),
        "courses": _courses(session),
        "classes": _classes(session),
        "users": _users(session),
        "roles": _roles(session),
        "demographics": _demographics(session),
        "enrollments": _enrollments(session),
        "categories": _categories(),
        "lineItems": _line_items(session),
        "results": _results(session),
    }
    written = {name: _write(folder / f"{name}.csv", lines) for name, lines in files.items()}
    said = {"manifest.version": "1.0", "oneroster.version": "1.2"} | {f"file.{name}": "bulk" for name in files}
    _write(folder / "manifest.csv", ({"propertyName": name, "value": value} for name, value in said.items()))
    return written


def _write(path: Path, lines: Iterable[Line]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer: csv.DictWriter[str] | None = None
        for line in lines:
            if writer is None:
                writer = csv.DictWriter(file, list(line))
                writer.writeheader()
            writer.writerow(line)
            count += 1
    return count


def _orgs(session: Session) -> Iterator[Line]:
    for name in session.scalars(select(District.name)):
        yield {
            "sourcedId": DISTRICT_ORG, "name": name, "type": "district", "identifier": "", "parentSourcedId": ""
        }  # fmt: skip
    for school in session.scalars(select(School).order_by(School.id)):
        yield {
            "sourcedId": school.sourced_id, "name": school.name, "type": "school", "identifier": school.code,
            "parentSourcedId": DISTRICT_ORG,
        }  # fmt: skip


def _sessions(session: Session) -> Iterator[Line]:
    terms = {term.id: term for term in session.scalars(select(Term).order_by(Term.id))}
    for term in terms.values():
        yield {
            "sourcedId": term.sourced_id, "title": term.title, "type": SESSION_TYPES[term.kind],
            "startDate": term.starts_on, "endDate": term.ends_on,
            "parentSourcedId": terms[term.parent_id].sourced_id if term.parent_id else "",
            "schoolYear": term.school_year,
        }  # fmt: skip


def _courses(session: Session) -> Iterator[Line]:
    for course in session.scalars(select(Course).order_by(Course.id)):
        yield {
            "sourcedId": course.sourced_id, "title": course.title, "courseCode": course.code,
            "orgSourcedId": DISTRICT_ORG,
        }  # fmt: skip


def _classes(session: Session) -> Iterator[Line]:
    statement = (
        select(Section, School.sourced_id, Course.sourced_id, Term.sourced_id)
        .join(School, School.id == Section.school_id)
        .outerjoin(Course, Course.id == Section.course_id)
        .join(SectionTerm, SectionTerm.section_id == Section.id)
        .join(Term, Term.id == SectionTerm.term_id)
        .order_by(Section.id)
    )
    for section, school, course, term in session.execute(statement):
        yield {
            "sourcedId": section.sourced_id, "title": section.title, "courseSourcedId": course or "",
            "classType": "homeroom" if section.homeroom else "scheduled", "schoolSourcedId": school,
            "termSourcedIds": term,
        }  # fmt: skip


def _users(session: Session) -> Iterator[Line]:
    guardians_of: dict[int, list[str]] = defaultdict(list)
    for child, guardian in session.execute(
        select(Guardianship.student_id, Guardian.sourced_id)
        .join(Guardian, Guardian.id == Guardianship.guardian_id)
        .order_by(Guardianship.id)
    ):
        guardians_of[child].append(guardian or "")
    for student, school in session.execute(
        select(Student, School.sourced_id).join(School, School.id == Student.school_id).order_by(Student.id)
    ):
        yield _user(
            student.sourced_id, student.given_name, student.family_name,
            agentSourcedIds=",".join(guardians_of[student.id]),
            grades=student.grade, primaryOrgSourcedId=school,
        )  # fmt: skip
    addresses = _addresses(session)
    for one in session.scalars(select(Guardian).order_by(Guardian.id)):
        yield _user(
            one.sourced_id, one.given_name, one.family_name, **addresses.get(one.id, {}),
            **{"metadata.language": one.language or ""},
        )  # fmt: skip
    for staff in session.scalars(select(Staff).order_by(Staff.id)):
        yield _user(staff.sourced_id, staff.given_name, staff.family_name, email=staff.email)


def _user(key: str | None, given: str, family: str, **values: object) -> Line:
    known: Line = {"sourcedId": key, "enabledUser": "true", "username": key, "givenName": given, "familyName": family}
    return dict.fromkeys(USER_COLUMNS, "") | known | values


def _addresses(session: Session) -> dict[int, dict[str, object]]:
    """By guardian: the first e-mail, the first number for texts, the first other number."""
    found: dict[int, dict[str, object]] = defaultdict(dict)
    for guardian, texts, kind, value in session.execute(
        select(ContactPoint.guardian_id, ContactPoint.texts, Address.kind, Address.value)
        .join(Address, Address.id == ContactPoint.address_id)
        .order_by(ContactPoint.guardian_id, ContactPoint.position)
    ):
        column = "email" if kind is AddressKind.EMAIL else "sms" if texts else "phone"
        found[guardian].setdefault(column, value)
    return found


def _roles(session: Session) -> Iterator[Line]:
    schools = dict(session.execute(select(School.id, School.sourced_id)).all())
    for student, school in session.execute(select(Student.sourced_id, Student.school_id).order_by(Student.id)):
        yield _role(student, "student", schools[school])
    for guardian, school, relation in session.execute(
        select(Guardian.sourced_id, func.min(Student.school_id), func.min(Guardianship.relation))
        .join(Guardianship, Guardianship.guardian_id == Guardian.id)
        .join(Student, Student.id == Guardianship.student_id)
        .group_by(Guardian.id, Guardian.sourced_id)
        .order_by(Guardian.id)
    ):
        yield _role(guardian, "relative" if relation in RELATIVES else "parent", schools[school])
    for staff, role, school in session.execute(
        select(Staff.sourced_id, Staff.role, StaffSchool.school_id)
        .join(StaffSchool, StaffSchool.staff_id == Staff.id)
        .where(Staff.role != StaffRole.DISTRICT)
        .order_by(Staff.id, StaffSchool.school_id)
    ):
        yield _role(staff, ROLES[role], schools[school])
    for key in session.scalars(select(Staff.sourced_id).where(Staff.role == StaffRole.DISTRICT).order_by(Staff.id)):
        yield _role(key, ROLES[StaffRole.DISTRICT], DISTRICT_ORG)


def _role(user: str | None, role: str, org: str) -> Line:
    return {
        "sourcedId": f"{user}-{role}-{org}", "userSourcedId": user, "roleType": "primary", "role": role,
        "orgSourcedId": org,
    }  # fmt: skip


def _demographics(session: Session) -> Iterator[Line]:
    for key, born in session.execute(select(Student.sourced_id, Student.birth_date).order_by(Student.id)):
        yield {"sourcedId": key, "birthDate": born}


def _categories() -> Iterator[Line]:
    for kind, title in CATEGORIES.items():
        yield {"sourcedId": kind.value, "title": title}


def _enrollments(session: Session) -> Iterator[Line]:
    """Students first, then who teaches or helps."""
    learners = (
        select(Enrollment.sourced_id, Section.sourced_id, Student.sourced_id, School.sourced_id, Enrollment.begins_on)
        .join(Section, Section.id == Enrollment.section_id)
        .join(Student, Student.id == Enrollment.student_id)
        .join(School, School.id == Section.school_id)
        .order_by(Enrollment.id)
    )
    for key, section, student, school, begins in session.execute(learners.execution_options(yield_per=READ_AT_ONCE)):
        yield _enrollment(key, section, student, school, role="student", begins=begins)
    teachers = (
        select(Assignment, Section.sourced_id, Staff.sourced_id, School.sourced_id)
        .join(Section, Section.id == Assignment.section_id)
        .join(Staff, Staff.id == Assignment.staff_id)
        .join(School, School.id == Section.school_id)
        .where(Assignment.until_on.is_(None))
        .order_by(Assignment.id)
    )
    for assignment, section, staff, school in session.execute(teachers):
        role = "aide" if assignment.role is AssignmentRole.AIDE else "teacher"
        key = assignment.sourced_id or f"assignment-{assignment.id}"
        yield _enrollment(key, section, staff, school, role=role, begins=assignment.from_on)


def _enrollment(
    key: str, section: str, user: str | None, school: str, *, role: str, begins: object
) -> Line:  # fmt: skip
    return {
        "sourcedId": key, "classSourcedId": section, "schoolSourcedId": school, "userSourcedId": user, "role": role,
        "primary": "true" if role == "teacher" else "false", "beginDate": begins or "", "endDate": "",
    }  # fmt: skip


def _line_items(session: Session) -> Iterator[Line]:
    statement = (
        select(Section.sourced_id, Mark.title, Mark.kind, Mark.marked_on)
        .join(Section, Section.id == Mark.section_id)
        .distinct()
        .order_by(Section.sourced_id, Mark.marked_on, Mark.title)
    )
    for section, title, kind, day in session.execute(statement):
        yield {
            "sourcedId": _item_key(section, title, day), "title": title, "assignDate": day, "dueDate": day,
            "classSourcedId": section, "categorySourcedId": kind.value, "resultValueMin": 0, "resultValueMax": 100,
        }  # fmt: skip


def _results(session: Session) -> Iterator[Line]:
    statement = (
        select(Mark, Section.sourced_id, Student.sourced_id)
        .join(Section, Section.id == Mark.section_id)
        .join(Student, Student.id == Mark.student_id)
        .order_by(Mark.id)
    )
    for mark, section, student in session.execute(statement.execution_options(yield_per=READ_AT_ONCE)):
        yield {
            "sourcedId": mark.sourced_id, "lineItemSourcedId": _item_key(section, mark.title, mark.marked_on),
            "studentSourcedId": student, "scoreStatus": "fully graded",
            "score": "" if mark.percent is None else mark.percent,
            "textScore": mark.letter if mark.percent is None else "", "scoreDate": mark.marked_on,
        }  # fmt: skip


def _item_key(section: str, title: str | None, day: object) -> str:
    return f"{section}-{day}-{(title or '').lower().replace(' ', '-')}"
