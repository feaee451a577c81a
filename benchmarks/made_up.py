"""A made-up district by bulk insert, dense enough to measure with: every factor occurs, many at their very boundary.

Not for people to look at (that is ``outreach generate``): here rows are only as true as scoring needs them.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy import insert
from sqlalchemy.orm import Session

from models import (
    Absence,
    AbsenceCategory,
    Address,
    AddressHealth,
    AddressKind,
    Authored,
    Base,
    Calendar,
    CalendarHours,
    Channel,
    Consent,
    ConsentCategory,
    ConsentSource,
    ConsentState,
    Contact,
    ContactPoint,
    ContactStudent,
    Department,
    District,
    Family,
    FamilyMember,
    Guardian,
    Guardianship,
    Initiator,
    Level,
    Mark,
    MarkKind,
    OrgKind,
    Outcome,
    Purpose,
    Request,
    RequestEvent,
    RequestEventKind,
    RequestState,
    School,
    Segment,
    Staff,
    StaffRole,
    StaffSchool,
    Student,
    Subject,
    SurveyResponse,
    Term,
    TermKind,
    Verdict,
)

YEAR = (date(2026, 8, 17), date(2027, 5, 28))
SEMESTER = (date(2026, 8, 17), date(2026, 12, 18))
ZONES = ("America/Chicago", "America/Denver", "America/New_York")
FAMILIES_A_SCHOOL = 400
SUBJECTS = (*Subject, Subject.READING)
PERCENTS = (42.0, 58.0, 59.99, 60.0, 66.125, 69.9, 70.0, 74.5, 79.99, 80.0, 84.95, 85.0, 91.3, 97.0, 101.5)
Row = dict[str, object]


ORDER: tuple[type[Base], ...] = (
    School, Term, Calendar, CalendarHours, Staff, StaffSchool, Student, Family, FamilyMember, Guardian, Guardianship,
    Address, ContactPoint, Consent, Mark, Absence,
    Contact, ContactStudent, Request, RequestEvent, Verdict, SurveyResponse,
)  # fmt: skip
WITHOUT_ID = (StaffSchool, ContactStudent)


class MadeUp:
    """Rows by table, with ids of our own, handed to the database in bulk by :meth:`write`."""

    def __init__(self, random: Random, now: datetime, marks_a_subject: int = 6) -> None:
        self.random, self.now, self.marks_a_subject = random, now, marks_a_subject
        self.rows: dict[type[Base], list[Row]] = {model: [] for model in ORDER}
        self.counts: Counter[type[Base]] = Counter()
        self.schools: list[int] = []
        self.teachers: dict[int, list[int]] = {}
        self.last_holder = 0

    def add(self, model: type[Base], **values: object) -> int:
        self.counts[model] += 1
        number = self.counts[model]
        self.rows[model].append(values if model in WITHOUT_ID else {"id": number, **values})
        return number

    def write(self, session: Session) -> None:
        for model in ORDER:
            if self.rows[model]:
                session.execute(insert(model), self.rows[model])
                self.rows[model] = []

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def ago(self, days: int) -> datetime:
        """Up to ``days`` ago, often whole days to the second."""
        if self.chance(0.2):
            return self.now - timedelta(days=self.random.randint(0, days))
        return self.now - timedelta(minutes=self.random.randint(0, days * 1440))

    def day_ago(self, days: int) -> date:
        return (self.now - timedelta(days=self.random.randint(0, days))).date()

    def school(self, number: int) -> None:
        school = self.add(
            School, sourced_id=f"s{number}", name=f"School {number}", timezone=ZONES[number % len(ZONES)],
            log_began=(YEAR[0], None, self.day_ago(60))[number % 7 % 3], kind=OrgKind.SCHOOL, active=True,
        )  # fmt: skip
        for kind, (starts, ends) in ((TermKind.SCHOOL_YEAR, YEAR), (TermKind.SEMESTER, SEMESTER)):
            self.add(
                Term, sourced_id=f"t{self.counts[Term]}", title=kind.value, kind=kind, school_year=YEAR[1].year,
                starts_on=starts, ends_on=ends, school_id=school, active=True,
            )  # fmt: skip
        calendar = self.add(Calendar, school_id=school, department=None, first_day=YEAR[0], last_day=YEAR[1])
        for weekday in range(5):
            self.add(CalendarHours, calendar_id=calendar, weekday=weekday, opens_at=time(8), closes_at=time(16))
        self.teachers[school] = [self.teacher(school) for _ in range(20)]
        self.schools.append(school)

    def teacher(self, school: int) -> int:
        staff = self.add(
            Staff, sourced_id=f"f{self.counts[Staff]}", given_name="T", family_name="T", display_name="T. T.",
            role=StaffRole.TEACHER, active=True, digest_hour=7, digest_off=False,
        )  # fmt: skip
        self.add(StaffSchool, staff_id=staff, school_id=school)
        return staff

    def family(self) -> None:
        number = self.counts[Family]
        family = self.add(
            Family, name="Made Up", household_key=f"h{number}", created_at=self.now, split_by_hand=False,
            ended_at=self.now if self.chance(0.01) else None,
        )  # fmt: skip
        school = self.random.choice(self.schools)
        children = [
            self.child(family, self.random.choice(self.schools) if self.chance(0.1) else school)
            for _ in range(self.random.choices((1, 2, 3, 4), (50, 35, 12, 3))[0])
        ]
        self.parents(children)
        only = Initiator.FAMILY if self.chance(0.1) else None
        for _ in range(self.random.choices((0, 1, 2, 4, 9), (30, 15, 20, 20, 15))[0]):
            self.contact(family, school, children, only)
        if school % 3 and self.chance(0.85):
            self.notice(children)
        self.asked(family, school)
        for _ in range(self.random.choices((0, 1, 2), (94, 5, 1))[0]):
            score = self.random.randint(0, 10)
            segment = Segment.PROMOTER if score >= 9 else Segment.PASSIVE if score >= 7 else Segment.DETRACTOR
            self.add(SurveyResponse, family_id=family, score=score, segment=segment, answered_at=self.ago(400))

    def child(self, family: int, school: int) -> int:
        student = self.add(
            Student, sourced_id=f"c{self.counts[Student]}", school_id=school, given_name="C", family_name="C",
            grade="07", enrolled_on=self.random.choices((None, YEAR[0], self.day_ago(110)), (25, 65, 10))[0],
            active=not self.chance(0.01),
        )  # fmt: skip
        self.add(FamilyMember, family_id=family, student_id=student, from_on=YEAR[0], until_on=None)
        ability = self.random.choices((45, 62, 75, 90), (4, 10, 30, 56))[0]
        for subject in SUBJECTS:
            self.subject(student, subject, ability)
        self.absences(student)
        return student

    def parents(self, children: list[int]) -> None:
        """Mostly one or two with a phone; sometimes none, barred, or with nothing that works."""
        for _ in range(self.random.choices((0, 1, 2), (2, 38, 60))[0]):
            guardian = self.add(
                Guardian, given_name="G", family_name="G", active=not self.chance(0.03), merged_into_id=None
            )
            for child in children:
                self.add(
                    Guardianship, student_id=child, guardian_id=guardian, may_contact=not self.chance(0.05),
                    holds_rights=not self.chance(0.05), emergency_only=self.chance(0.05),
                    ended_on=self.day_ago(60) if self.chance(0.03) else None,
                )  # fmt: skip
            for _ in range(self.random.choices((0, 1, 2), (10, 50, 40))[0]):
                self.address(guardian)

    def address(self, guardian: int) -> None:
        number = self.counts[Address]
        shared = number > 0 and self.chance(0.1)
        email = self.chance(0.4)
        address = number if shared else self.add(
            Address, value=f"a{number}", kind=AddressKind.EMAIL if email else AddressKind.PHONE,
            health=self.random.choices(tuple(AddressHealth), (75, 5, 20))[0],
            last_receipt_at=self.ago(60) if self.chance(0.5) else None,
        )  # fmt: skip
        if not shared or self.last_holder != guardian:
            self.add(ContactPoint, guardian_id=guardian, address_id=address, active=not self.chance(0.05))
            self.last_holder = guardian
        for _ in range(self.random.choices((0, 1, 2), (85, 10, 5))[0]):
            self.add(
                Consent, address_id=address, channel=Channel.EMAIL if self.chance(0.7) else Channel.SMS,
                category=self.random.choice(tuple(ConsentCategory)), state=self.random.choice(tuple(ConsentState)),
                source=ConsentSource.FAMILY_WROTE, at=self.ago(60),
            )  # fmt: skip

    def subject(self, student: int, subject: Subject, ability: int) -> None:
        if self.chance(0.05):
            return
        same = self.random.choice(PERCENTS) if self.chance(0.3) else None
        for _ in range(self.random.randint(1, self.marks_a_subject * 2 - 1)):
            self.mark(student, subject, same if same is not None else min(100, self.random.gauss(ability, 9)))
        if self.chance(0.05):
            self.mark(student, subject, self.random.choice((*PERCENTS, None)), MarkKind.REPORT_CARD)

    def mark(self, student: int, subject: Subject, percent: float | None, kind: MarkKind = MarkKind.RESULT) -> None:
        given = None if self.chance(0.02) else percent
        self.add(
            Mark, sourced_id=f"m{self.counts[Mark]}", student_id=student, kind=kind, subject=subject,
            level=self.random.choice(tuple(Level)), percent=None if given is None else round(max(0.0, given), 3),
            marked_on=self.day_ago(120), active=not self.chance(0.01),
        )  # fmt: skip

    def absences(self, student: int) -> None:
        if self.chance(0.1):
            self.add(
                Absence, student_id=student, category=AbsenceCategory.EXCUSED, school_year=YEAR[1].year,
                occurred_on=None, days=float(self.random.choice((3, 5.5, 6, 10, 10.5, 11, 15))),
            )  # fmt: skip
        days = {self.day_ago(110) for _ in range(self.random.choices((0, 3, 7, 14), (40, 40, 15, 5))[0])}
        for day in sorted(days):
            self.add(
                Absence, student_id=student, category=self.random.choice(tuple(AbsenceCategory)), occurred_on=day,
                school_year=YEAR[1].year, days=self.random.choice((1.0, 1.0, 1.0, 0.5)),
            )  # fmt: skip

    def notice(self, children: list[int]) -> None:
        """The school's newsletter, which went to nearly everybody."""
        notice = self.add(
            Contact, sourced_id=None, occurred_at=(when := self.ago(80)), recorded_at=when, staff_id=None,
            initiator=Initiator.SCHOOL, channel=Channel.EMAIL, interpreter=False, purpose=Purpose.LOGISTICS,
            outcome=Outcome.DELIVERED, voided_at=None, void_reason=None, authored=Authored.APPROVED_IN_BULK,
        )  # fmt: skip
        for child in children:
            self.add(ContactStudent, contact_id=notice, student_id=child)

    def contact(self, family: int, school: int, children: list[int], only: Initiator | None = None) -> int:
        initiator = only or self.random.choices(tuple(Initiator), (50, 30, 20))[0]
        voided, when = self.now if self.chance(0.02) else None, self.ago(40 if only else 110)
        contact = self.add(
            Contact, sourced_id=None, occurred_at=when, recorded_at=when, initiator=initiator,
            staff_id=self.random.choice(self.teachers[school]) if initiator is not Initiator.FAMILY else None,
            channel=Channel.PHONE, interpreter=False, purpose=self.random.choice((None, *Purpose)),
            outcome=self.random.choice(tuple(Outcome)), voided_at=voided, void_reason="twice" if voided else None,
            authored=Authored.WRITTEN if initiator is Initiator.FAMILY else self.random.choice(tuple(Authored)),
        )  # fmt: skip
        about = [child for child in children if self.chance(0.6)] or children[:1]
        for child in about:
            self.add(ContactStudent, contact_id=contact, student_id=child)
        if self.chance(0.05):
            self.add(
                Verdict, family_id=family, contact_id=contact, request_id=None, helped=self.chance(0.6),
                given_at=self.ago(80),
            )  # fmt: skip
        if initiator is Initiator.FAMILY and self.chance(0.7 if only else 0.3):
            self.settled(family, school, contact, when)
        return contact

    def settled(self, family: int, school: int, contact: int, when: datetime) -> None:
        """A question of the past: answered in time or late, or closed without need."""
        due, answered = when + timedelta(days=2), when + timedelta(days=self.random.choice((1, 2, 3)))
        closed = self.chance(0.2)
        request = self.add(
            Request, family_id=family, school_id=school, department=Department.TEACHING, question="?",
            opened_at=when, due_at=due if self.chance(0.9) else None, closed_at=answered if closed else None,
            state=RequestState.CLOSED if closed else RequestState.ANSWERED, reopened_at=None,
            answered_at=None if closed else answered, no_answer_needed="said thanks" if closed else None,
            opened_by_contact_id=contact if self.chance(0.7) else None,
        )  # fmt: skip
        self.add(
            RequestEvent, request_id=request, kind=RequestEventKind.JOINED, at=when,
            contact_id=contact if self.chance(0.7) else None,
        )  # fmt: skip
        if self.chance(0.2):
            self.add(
                Verdict, family_id=family, contact_id=None, request_id=request, helped=self.chance(0.5),
                given_at=self.ago(80),
            )  # fmt: skip

    def asked(self, family: int, school: int) -> None:
        """Open questions, each of another guardian; no guardian is needed to score them, so at most one."""
        if not self.chance(0.12):
            return
        opened = self.ago(20)
        self.add(
            Request, family_id=family, school_id=school, department=Department.TEACHING, question="?",
            opened_at=opened, due_at=opened + timedelta(days=2) if self.chance(0.9) else None, closed_at=None,
            state=RequestState.OPEN, reopened_at=None, answered_at=None, no_answer_needed=None,
            opened_by_contact_id=None,
        )  # fmt: skip


def build(
    session: Session, families: int, seed: int, now: datetime, marks_a_subject: int = 6, *, commit: bool = True
) -> None:
    """Write a district of ``families`` (and a school for each 400) into an empty, migrated database."""
    made = MadeUp(Random(seed), now, marks_a_subject)  # noqa: S311 (a district, not a secret)
    session.execute(insert(District), [{"id": 1, "name": "Made Up", "timezone": ZONES[0], "made_up": True}])
    for number in range(1 + families // FAMILIES_A_SCHOOL):
        made.school(number)
    for number in range(families):
        made.family()
        if number % 1000 == 0:
            made.write(session)
    made.write(session)
    if commit:
        session.commit()
