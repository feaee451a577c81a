"""Who is left in peace: on hold, put aside, grown up, gone, or barred. Sets of ids, for the database to subtract."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, union

from models import (
    Contact,
    ContactStudent,
    Family,
    FamilyMember,
    Guardian,
    Guardianship,
    Hold,
    Initiator,
    Outreach,
    OutreachState,
    Student,
)

ADULT_AT = 18


def eighteen_years_before(day: date) -> date:
    """Who was born on or before this day is grown up on ``day``; a child of 29 February is so on 1 March."""
    try:
        return day.replace(year=day.year - ADULT_AT)
    except ValueError:
        return day.replace(year=day.year - ADULT_AT, day=28)


def present_member() -> ColumnElement[bool]:
    return and_(FamilyMember.until_on.is_(None), Student.active, Family.ended_at.is_(None))


def of_age_undecided(day: date) -> ColumnElement[bool]:
    """At 18 the rights pass to the student, and planning stops until a person decides."""
    return and_(Student.birth_date <= eighteen_years_before(day), Student.rights_review_at.is_(None))


def on_hold(now: datetime) -> Select[int]:
    """Families with a hold on themselves, on one of their students or on a student's school."""
    running = and_(Hold.from_at <= now, or_(Hold.until_at.is_(None), Hold.until_at > now))
    of_family = select(Family.id).join(Hold, Hold.family_id == Family.id).where(running)
    current = select(FamilyMember.family_id).where(FamilyMember.until_on.is_(None))
    of_student = current.join(Hold, Hold.student_id == FamilyMember.student_id).where(running)
    of_school = (
        current.join(Student, Student.id == FamilyMember.student_id)
        .join(Hold, Hold.school_id == Student.school_id)
        .where(running)
    )
    return select(Family.id).where(Family.id.in_(union(of_family, of_student, of_school)))


def put_aside(now: datetime, days: int) -> Select[int]:
    """Families that a person put aside ("not now") within ``days``, unless they wrote since."""
    wrote_since = exists().where(
        Contact.initiator == Initiator.FAMILY, Contact.voided_at.is_(None),
        Contact.occurred_at > Outreach.dismissed_at, ContactStudent.contact_id == Contact.id,
        FamilyMember.student_id == ContactStudent.student_id, FamilyMember.until_on.is_(None),
        FamilyMember.family_id == Outreach.family_id,
    )  # fmt: skip
    return select(Outreach.family_id).where(
        Outreach.state == OutreachState.DISMISSED, Outreach.dismissed_at > now - timedelta(days=days), ~wrote_since
    )


def may_be_told(day: date) -> ColumnElement[bool]:
    """This guardianship lets its guardian hear about the student's school work. Needs ``Guardian`` joined."""
    return and_(
        Guardianship.may_contact, Guardianship.holds_rights, ~Guardianship.emergency_only,
        or_(Guardianship.ended_on.is_(None), Guardianship.ended_on > day),
        Guardian.active, Guardian.merged_into_id.is_(None),
    )  # fmt: skip


def with_somebody_to_tell(day: date) -> Select[int]:
    """Students with a guardian who may be told."""
    return (
        select(Guardianship.student_id).join(Guardian, Guardian.id == Guardianship.guardian_id).where(may_be_told(day))
    )


def with_any_guardian() -> Select[int]:
    """Students for whom a guardian is on record at all, permitted or not."""
    return select(Guardianship.student_id)
