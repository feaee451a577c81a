"""A few plain factories: the smallest true thing of each noun, every argument open to change."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from itertools import count
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    Absence,
    AbsenceCategory,
    Account,
    AccountRole,
    Address,
    AddressKind,
    Assignment,
    AssignmentRole,
    Base,
    Calendar,
    CalendarHours,
    Channel,
    Contact,
    ContactPoint,
    ContactStudent,
    Department,
    District,
    Enrollment,
    Family,
    FamilyMember,
    Guardian,
    Guardianship,
    Initiator,
    Level,
    Mark,
    Outcome,
    Request,
    Role,
    School,
    Section,
    SectionTerm,
    Staff,
    StaffRole,
    StaffSchool,
    Student,
    Subject,
    Term,
    TermKind,
    Verdict,
    WhoToAsk,
)

CHICAGO = "America/Chicago"
YEAR_STARTS, YEAR_ENDS = date(2026, 8, 17), date(2027, 5, 28)
NOW = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
"""A Tuesday, 10:00 in Chicago, in the 15th week of the school year."""


Row = TypeVar("Row", bound=Base)


class World:
    """Each method adds one row, flushes it, and gives it back. ``first``: where the numbers in names begin."""

    def __init__(self, session: Session, first: int = 1) -> None:
        self.session = session
        self._numbers = count(first)

    def add(self, row: Row) -> Row:
        self.session.add(row)
        self.session.flush()
        return row

    def add_all(self, rows: Iterable[Base]) -> None:
        self.session.add_all(rows)
        self.session.flush()

    def number(self) -> int:
        return next(self._numbers)

    def district(self, **values: Any) -> District:
        found = self.session.get(District, 1)
        return found or self.add(District(**{"id": 1, "name": "Lakeside Schools", "timezone": CHICAGO, **values}))

    def school(self, *, hours: bool = True, year: bool = True, **values: Any) -> School:
        """A school in Chicago, open 08:00 to 16:00 on weekdays from August to May, with its school year."""
        self.district()
        number = self.number()
        made = self.add(
            School(**{"sourced_id": f"school-{number}", "name": f"School {number}", "timezone": CHICAGO, **values})
        )
        if year:
            self.school_year(made)
        if hours:
            self.calendar(made)
        return made

    def school_year(self, school: School | None, starts: date = YEAR_STARTS, ends: date = YEAR_ENDS) -> Term:
        number = self.number()
        return self.add(
            Term(
                sourced_id=f"year-{number}", title=f"{starts.year}-{ends.year}", kind=TermKind.SCHOOL_YEAR,
                school_year=ends.year, starts_on=starts, ends_on=ends, school_id=school.id if school else None,
            )
        )  # fmt: skip

    def term(self, school: School, starts: date, ends: date, kind: TermKind = TermKind.SEMESTER) -> Term:
        number = self.number()
        return self.add(
            Term(
                sourced_id=f"term-{number}", title=f"Term {number}", kind=kind, school_year=YEAR_ENDS.year,
                starts_on=starts, ends_on=ends, school_id=school.id,
            )
        )  # fmt: skip

    def calendar(
        self, school: School, department: Department | None = None,
        opens: time = time(8), closes: time = time(16), first: date = YEAR_STARTS, last: date = YEAR_ENDS,
    ) -> Calendar:  # fmt: skip
        made = self.add(Calendar(school_id=school.id, department=department, first_day=first, last_day=last))
        self.add_all(
            CalendarHours(calendar_id=made.id, weekday=weekday, opens_at=opens, closes_at=closes)
            for weekday in range(5)
        )  # fmt: skip
        return made

    def student(self, school: School, **values: Any) -> Student:
        number = self.number()
        return self.add(
            Student(**{
                "sourced_id": f"student-{number}", "school_id": school.id, "given_name": "Maya",
                "family_name": "Delgado", "grade": "09", **values,
            })
        )  # fmt: skip

    def guardian(self, *students: Student, **values: Any) -> Guardian:
        """A guardian of ``students``, with rights, who may be contacted about each."""
        number = self.number()
        made = self.add(
            Guardian(**{
                "sourced_id": f"guardian-{number}", "given_name": "Rosa", "family_name": "Delgado",
                "language": "en", **values,
            })
        )  # fmt: skip
        self.add_all(Guardianship(student_id=student.id, guardian_id=made.id) for student in students)
        return made

    def family(self, *students: Student, **values: Any) -> Family:
        """One family of exactly ``students``, members since the school year began."""
        key = "students:" + ",".join(sorted(student.sourced_id for student in students))
        made = self.add(
            Family(**{
                "name": students[0].family_name, "household_key": key,
                "created_at": datetime(2026, 8, 1, tzinfo=UTC), **values,
            })
        )  # fmt: skip
        self.add_all(
            FamilyMember(family_id=made.id, student_id=student.id, from_on=YEAR_STARTS) for student in students
        )  # fmt: skip
        return made

    def phone(self, guardian: Guardian, value: str | None = None, **values: Any) -> Address:
        return self._address(guardian, AddressKind.PHONE, value or f"+1312555{self.number():04d}", **values)

    def email(self, guardian: Guardian, value: str | None = None, **values: Any) -> Address:
        return self._address(guardian, AddressKind.EMAIL, value or f"guardian{self.number()}@example.org", **values)

    def _address(self, guardian: Guardian, kind: AddressKind, value: str, **values: Any) -> Address:
        made = self.add(Address(kind=kind, value=value, **values))
        self.add(ContactPoint(guardian_id=guardian.id, address_id=made.id, texts=kind is AddressKind.PHONE))
        return made

    def staff(self, *schools: School, role: StaffRole = StaffRole.TEACHER, **values: Any) -> Staff:
        number = self.number()
        made = self.add(
            Staff(**{
                "sourced_id": f"staff-{number}", "given_name": "Lucia", "family_name": "Alvarez",
                "display_name": "L. Alvarez", "email": f"staff{number}@example.org", "role": role, **values,
            })
        )  # fmt: skip
        self.add_all(StaffSchool(staff_id=made.id, school_id=school.id) for school in schools)
        return made

    def section(self, school: School, subject: Subject = Subject.MATH, *terms: Term, **values: Any) -> Section:
        number = self.number()
        made = self.add(
            Section(**{
                "sourced_id": f"section-{number}", "school_id": school.id, "title": "Algebra I",
                "subject": subject, **values,
            })
        )  # fmt: skip
        self.add_all(SectionTerm(section_id=made.id, term_id=term.id) for term in terms)
        return made

    def teaches(self, staff: Staff, section: Section, *students: Student) -> Assignment:
        """``staff`` teaches ``section``, in which ``students`` are enrolled."""
        self.add_all(
            Enrollment(sourced_id=f"e-{self.number()}", section_id=section.id, student_id=student.id)
            for student in students
        )  # fmt: skip
        return self.add(Assignment(staff_id=staff.id, role=AssignmentRole.TEACHER, section_id=section.id))

    def account(self, staff: Staff | None, role: AccountRole = AccountRole.TEACHER, **values: Any) -> Account:
        number = self.number()
        kept = self.session.scalar(select(Role).where(Role.name == role)) or self.add(Role(name=role))
        return self.add(
            Account(**{
                "email": f"account{number}@example.org", "fs_uniquifier": f"u{number}", "created_at": NOW,
                "staff_id": staff.id if staff else None, "roles": [kept], **values,
            })
        )  # fmt: skip

    def mark(self, student: Student, percent: float, subject: Subject = Subject.MATH, **values: Any) -> Mark:
        """A result of ``percent``; its level by the shipped cuts (85, 70, 60)."""
        cuts = ((85, Level.ABOVE_AVERAGE), (70, Level.AVERAGE), (60, Level.BELOW_AVERAGE), (0, Level.FAILING))
        level = next(level for cut, level in cuts if percent >= cut)
        return self.add(
            Mark(**{
                "sourced_id": f"mark-{self.number()}", "student_id": student.id, "subject": subject, "level": level,
                "percent": percent, "marked_on": date(2026, 11, 9), **values,
            })
        )  # fmt: skip

    def absence(self, student: Student, **values: Any) -> Absence:
        """One excused day away; give ``occurred_on=None`` and ``days`` for a running count of the school year."""
        return self.add(
            Absence(**{
                "student_id": student.id, "category": AbsenceCategory.EXCUSED, "occurred_on": date(2026, 11, 9),
                "school_year": YEAR_ENDS.year, "days": 1, **values,
            })
        )  # fmt: skip

    def contact(self, *students: Student, **values: Any) -> Contact:
        """A phone call by which a school person reached the family, a week before ``NOW``, about ``students``."""
        when = values.get("occurred_at", datetime(2026, 11, 17, 16, 0, tzinfo=UTC))
        made = self.add(
            Contact(**{
                "occurred_at": when, "recorded_at": when, "initiator": Initiator.SCHOOL, "channel": Channel.PHONE,
                "outcome": Outcome.REACHED, **values,
            })
        )  # fmt: skip
        self.add_all(ContactStudent(contact_id=made.id, student_id=student.id) for student in students)
        return made

    def request(self, family: Family, school: School, **values: Any) -> Request:
        """An open question of the family to its teachers, opened a week before ``NOW`` and due two days later."""
        return self.add(
            Request(**{
                "family_id": family.id, "school_id": school.id, "department": Department.TEACHING,
                "question": "Can Maya retake Friday's test?",
                "opened_at": datetime(2026, 11, 17, 16, 0, tzinfo=UTC),
                "due_at": datetime(2026, 11, 19, 16, 0, tzinfo=UTC), **values,
            })
        )  # fmt: skip

    def verdict(self, family: Family, **values: Any) -> Verdict:
        """What the family itself said a day before ``NOW``: it helped. Name the contact or request it is about."""
        given_at = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
        return self.add(Verdict(**{"family_id": family.id, "helped": True, "given_at": given_at, **values}))

    def whom_to_ask(self, school: School, **values: Any) -> WhoToAsk:
        """A line of the school's directory: the bus, by phone and e-mail."""
        return self.add(
            WhoToAsk(**{
                "school_id": school.id, "place": self.number(), "what_en": "School bus", "what_es": "Autobús escolar",
                "who": "Transportation", "phone": "+13125550142", "email": "bus@example.org",
                "department": Department.FRONT_OFFICE, "hours_en": "School days 7 to 4",
                "hours_es": "Días de clase de 7 a 16", "changed_at": NOW, **values,
            })
        )  # fmt: skip
