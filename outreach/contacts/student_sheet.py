"""One student's contacts of some time, on paper: for a conference, an IEP meeting or an attendance hearing.

Who reads the sheet decides what stands on it. One that is handed to a guardian holds no word, verdict or name of
another guardian who lives apart. No sheet holds an address, or words that are kept for a safety list, whoever prints
it; nor does it say why they are left out. What is not known is said to be unknown.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models import Contact, FamilyMember, Guardian, Guardianship, Request, School, Student
from outreach.access import Viewer, require, sees_student
from outreach.access.guarded import guarded_contacts, guarded_requests
from outreach.errors import NotFound, OutreachError
from outreach.insights.school_work import SchoolWork, SubjectWork, school_work
from outreach.language import N_, _
from outreach.schooltime import local_moment, year_spans, zone_of_school

from .background import background_of
from .entries import Entry, RequestView, Side
from .places import contacts_of_family
from .portrait import Portraits, portray_contact, read_portraits, view_of_request
from .waiting import person

LONGEST = timedelta(days=3 * 366)
FARTHEST = timedelta(days=30 * 366)
"""From today, either way: longer than anybody goes to school, so what lies beyond is mistyped."""
LEFT_OUT = N_("The words are left out.")


class Part(StrEnum):
    CONTACTS = "contacts"
    REQUESTS = "requests"
    ABSENCES = "absences"
    MARKS = "marks"


class SheetRefused(OutreachError):
    """A sheet that cannot be made as asked."""

    def __init__(self, sentence: str, field: str) -> None:
        super().__init__(sentence)
        self.field = field
        """The field of :class:`SheetAsked` that it is about."""


@dataclass(frozen=True, kw_only=True)
class SheetAsked:
    family_id: int
    student_id: int
    from_on: date | None = None
    """By the school's clock; None: the school year's first day."""
    until_on: date | None = None
    """The last day that belongs to it; None: today."""
    parts: frozenset[Part] = frozenset(Part)
    guardian_id: int | None = None
    """To whom it is handed; None: it stays with the school."""


@dataclass(frozen=True)
class Question:
    """What was asked, and what became of it."""

    view: RequestView
    words: str | None
    withheld: str | None
    answered_at: datetime | None


@dataclass(frozen=True)
class StudentSheet:
    student_id: int
    student: str
    grade: str | None
    school: str
    zone: ZoneInfo
    from_on: date
    until_on: date
    guardian: str | None
    """To whom it is handed."""
    parts: frozenset[Part]
    contacts: tuple[Entry, ...]
    """Oldest first; undone ones are left out."""
    questions: tuple[Question, ...]
    absences: tuple[tuple[date, str], ...] | None
    """Day and category; None: not known."""
    absent_this_year: float | None
    """Where only a running count is known, or the period is another."""
    school_work_since: date | None
    """Marks and absences before this day are not on it: the school year began on it. None: no year is known."""
    subjects: tuple[SubjectWork, ...]
    made_at: datetime

    def figures(self) -> dict[str, int]:
        """What the trail keeps."""
        return {"contacts": len(self.contacts), "questions": len(self.questions)}


def readers_of(session: Session, student_id: int) -> list[tuple[int, str]]:
    """The guardians to whom a student's sheet may be handed: those who hold rights and may be contacted."""
    rows = session.scalars(
        select(Guardian)
        .join(Guardianship, Guardianship.guardian_id == Guardian.id)
        .where(
            Guardianship.student_id == student_id, Guardianship.ended_on.is_(None), Guardian.active,
            Guardianship.may_contact, Guardianship.holds_rights, ~Guardianship.emergency_only,
        )
        .order_by(Guardianship.is_primary.desc().nulls_last(), Guardian.id)
    )  # fmt: skip
    return [(row.id, person(row) or "") for row in rows]


def student_sheet(session: Session, viewer: Viewer, asked: SheetAsked, now: datetime) -> StudentSheet:
    """The sheet, as far as ``viewer`` may read it. A fixed number of statements.

    Raises :class:`NotFound` for a family, or a child of it, whom the viewer may not see; :class:`SheetRefused` for a
    period or a reader that cannot be.
    """
    require(session, viewer, asked.family_id)
    student = _student(session, viewer, asked)
    zone = zone_of_school(session, student.school_id)
    from_on, until_on = _period(session, asked, student, zone, now)
    guardian = _reader(session, asked)
    contacts, questions = _conversation(session, viewer, asked, (from_on, until_on), zone, now)
    work = school_work(session, viewer, asked.family_id, now, student_id=student.id)
    (its,) = work or (None,)
    absences, absent = _absences(its, from_on, until_on) if Part.ABSENCES in asked.parts else (None, None)
    return StudentSheet(
        student_id=student.id, student=f"{student.preferred_name or student.given_name} {student.family_name}",
        grade=student.grade, school=session.get_one(School, student.school_id).name, zone=zone, from_on=from_on,
        until_on=until_on, guardian=guardian, parts=asked.parts,
        contacts=contacts if Part.CONTACTS in asked.parts else (),
        questions=questions if Part.REQUESTS in asked.parts else (), absences=absences, absent_this_year=absent,
        school_work_since=its.year[0] if its and its.year else None,
        subjects=_subjects(its, from_on, until_on) if Part.MARKS in asked.parts else (), made_at=now,
    )  # fmt: skip


def _student(session: Session, viewer: Viewer, asked: SheetAsked) -> Student:
    found = session.scalar(
        select(Student)
        .join(FamilyMember, FamilyMember.student_id == Student.id)
        .where(
            Student.id == asked.student_id, FamilyMember.family_id == asked.family_id, FamilyMember.until_on.is_(None),
            sees_student(viewer),
        )
    )  # fmt: skip
    if found is None:
        raise NotFound(_("There is no such child in this family, or you do not work with it."))
    return found


def _period(
    session: Session, asked: SheetAsked, student: Student, zone: ZoneInfo, now: datetime
) -> tuple[date, date]:  # fmt: skip
    today = now.astimezone(zone).date()
    for field, day in (("from", asked.from_on), ("until", asked.until_on)):
        if day is not None and abs(day - today) > FARTHEST:
            raise SheetRefused(_("This day is more than thirty years away; correct its year."), field)
    span = year_spans(session, today, [student.school_id]).get(student.school_id)
    until_on = asked.until_on or today
    from_on = asked.from_on or (min(span[0], until_on) if span else until_on - timedelta(days=365))
    if from_on > until_on:
        raise SheetRefused(_("The first day lies after the last; change one of them."), "from")
    if from_on > today:
        raise SheetRefused(_("This time is still to come; choose a first day that has been."), "from")
    if until_on - from_on > LONGEST:
        raise SheetRefused(_("A sheet covers three years at most; choose a later first day."), "from")
    return from_on, until_on


def _reader(session: Session, asked: SheetAsked) -> str | None:
    if asked.guardian_id is None:
        return None
    name = dict(readers_of(session, asked.student_id)).get(asked.guardian_id)
    if name is None:
        raise SheetRefused(
            _("This person may not be given this; choose a guardian with education rights, or the school’s own file."),
            "guardian",
        )
    return name


def _conversation(
    session: Session, viewer: Viewer, asked: SheetAsked, period: tuple[date, date], zone: ZoneInfo, now: datetime
) -> tuple[tuple[Entry, ...], tuple[Question, ...]]:
    begins = local_moment(period[0], time.min, zone)
    ends = local_moment(period[1] + timedelta(days=1), time.min, zone)
    about = contacts_of_family(asked.family_id, asked.student_id)
    contact_ids = session.scalars(
        select(Contact.id)
        .where(
            Contact.id.in_(about), Contact.voided_at.is_(None), Contact.occurred_at >= begins,
            Contact.occurred_at < ends,
        )
        .order_by(Contact.occurred_at, Contact.id)
    ).all()  # fmt: skip
    request_ids = session.scalars(
        select(Request.id)
        .where(
            Request.family_id == asked.family_id, Request.opened_at >= begins, Request.opened_at < ends,
            or_(Request.student_id.is_(None), Request.student_id == asked.student_id),
        )
        .order_by(Request.opened_at, Request.id)
    ).all()  # fmt: skip
    background = background_of(session, asked.family_id, contact_ids, request_ids)
    portraits = read_portraits(session, viewer, contact_ids, background)
    kept = frozenset(session.scalars(guarded_contacts(None).where(Contact.id.in_(contact_ids))))
    kept_requests = frozenset(session.scalars(guarded_requests(None).where(Request.id.in_(request_ids))))
    entries = [portray_contact(portraits.contacts[each], portraits, background, now=now) for each in contact_ids]
    rows = [background.requests[each] for each in request_ids]
    apart = _apart(session, asked)
    return (
        tuple(_for_reader(entry, asked, apart, guarded=entry.contact_id in kept) for entry in entries),
        tuple(
            _question(
                row, view_of_request(row, portraits, background, now), portraits, guarded=row.id in kept_requests
            )
            for row in rows if row.guardian_id not in apart
        ),
    )  # fmt: skip


def _apart(session: Session, asked: SheetAsked) -> Collection[int]:
    """The other guardians of the student, unless they are known to live with it as the reader does."""
    if asked.guardian_id is None:
        return ()
    links = session.scalars(select(Guardianship).where(Guardianship.student_id == asked.student_id)).all()
    together = {link.guardian_id for link in links if link.lives_with}
    with_reader = together if asked.guardian_id in together else set()
    return {link.guardian_id for link in links} - with_reader - {asked.guardian_id}


def _for_reader(entry: Entry, asked: SheetAsked, apart: Collection[int], *, guarded: bool) -> Entry:
    """The contact as this reader may have it. A verdict is its guardian's own, stands on nobody else's sheet, and its
    words on none."""
    own = asked.guardian_id is not None and entry.guardian_id == asked.guardian_id
    helped = replace(entry.helped, words=None) if own and entry.helped else None
    shown = replace(entry, helped=helped, request=None)
    if guarded or entry.withheld:
        shown = replace(shown, words=None, withheld=LEFT_OUT)
    if entry.guardian_id not in apart:
        return shown
    of_the_family = entry.side is Side.FAMILY
    return replace(
        shown, words=None, withheld=LEFT_OUT, guardian_id=None, said_it_helped=None,
        who=_("another guardian") if of_the_family else entry.who,
        with_whom=entry.with_whom if of_the_family else _("another guardian"),
    )  # fmt: skip


def _question(row: Request, view: RequestView, portraits: Portraits, *, guarded: bool) -> Question:
    left_out = guarded or row.id in portraits.withheld_questions
    words = LEFT_OUT if left_out else row.question
    shown = replace(view, question=words)
    return Question(shown, None if left_out else words, LEFT_OUT if left_out else None, row.answered_at)


def _absences(
    work: SchoolWork | None, from_on: date, until_on: date
) -> tuple[tuple[tuple[date, str], ...] | None, float | None]:
    """The days in the period, where days are known; and the year's count."""
    if work is None or work.away is None:
        return None, None
    dated = [(on, category.value) for on, category in work.away.dates if from_on <= on <= until_on]
    only_counted = work.away.days > 0 and not work.away.dates
    return (None if only_counted else tuple(sorted(dated))), work.away.days


def _subjects(work: SchoolWork | None, from_on: date, until_on: date) -> tuple[SubjectWork, ...]:
    found: Sequence[SubjectWork] = work.subjects if work else ()
    within = [
        SubjectWork(one.subject, tuple(mark for mark in one.marks if from_on <= mark.on <= until_on)) for one in found
    ]
    return tuple(one for one in within if one.marks)
