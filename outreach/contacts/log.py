"""Keep one contact: who began it, with whom, about which students, and what came of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import DEPARTMENT_OF_ROLE, Contact, ContactStudent, Department, Initiator, Staff, StaffRole

from .answers import settle
from .checks import check
from .families import families_of_students
from .new import NewContact
from .questions import Question, receive_question
from .scoring import rescore


def log_contact(session: Session, new: NewContact, now: datetime, account_id: int | None = None) -> Contact:
    """Keep ``new`` as ``account_id`` says it, answer or open the family's request, and score its families at once.

    ``account_id`` None is the system itself. Where this account has already kept a contact under the same
    ``client_key`` that one is given back unchanged, also when both submits run at the same time. What a person should
    be warned of is told by :func:`contact_warnings`. Raises :class:`ContactRefused`.
    """
    contact = keep_contact(session, new, now, account_id)
    rescore(session, now, families_of_students(session, new.student_ids))
    return contact


def keep_contact(session: Session, new: NewContact, now: datetime, account_id: int | None) -> Contact:
    """The same without the score, for who keeps several and scores once."""
    kept = kept_before(session, new, account_id)
    if kept is not None:
        return kept
    new = check(session, new, now)
    contact, is_new = _insert(session, new, now, account_id)
    if not is_new:
        return contact
    if new.answers_request_id is not None:
        settle(session, new.answers_request_id, now, account_id)
    if new.question is not None:
        _leave_open(session, contact, new, new.question, now=now, account_id=account_id)
    return contact


def kept_before(session: Session, new: NewContact, account_id: int | None) -> Contact | None:
    """The contact that this account has kept under the same ``client_key``; None where there is none."""
    if new.client_key is None:
        return None
    same_account = Contact.recorded_by == account_id if account_id else Contact.recorded_by.is_(None)
    return session.scalar(select(Contact).where(same_account, Contact.client_key == new.client_key))


def _insert(session: Session, new: NewContact, now: datetime, account_id: int | None) -> tuple[Contact, bool]:
    """The contact, and whether it is this call's; the database's own constraint decides between two at once."""
    initiator, department = side_of(session, new.initiator, new.staff_id, new.department)
    contact = Contact(
        recorded_at=now, recorded_by=account_id, client_key=new.client_key, initiator=initiator,
        department=department, occurred_at=new.occurred_at, staff_id=new.staff_id, guardian_id=new.guardian_id,
        channel=new.channel, language=new.language, interpreter=new.interpreter, topic=new.topic,
        subject=new.subject, purpose=new.purpose, outcome=new.outcome, authored=new.authored, summary=new.summary,
        said_it_helped=new.said_it_helped, answers_request_id=new.answers_request_id,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(contact)
            session.flush()
            session.add_all(ContactStudent(contact_id=contact.id, student_id=student) for student in new.student_ids)
    except IntegrityError:
        kept = kept_before(session, new, account_id)
        if kept is None:
            raise
        return kept, False
    return contact, True


def side_of(
    session: Session, initiator: Initiator | None, staff_id: int | None, department: Department | None
) -> tuple[Initiator, Department | None]:
    """Who began a contact, and for which department, as the staff member's role says."""
    staff = session.get(Staff, staff_id) if staff_id is not None else None
    if department is None and staff is not None:
        department = DEPARTMENT_OF_ROLE[staff.role]
    if initiator is Initiator.FAMILY:
        return Initiator.FAMILY, department
    by_a_teacher = staff is not None and staff.role is StaffRole.TEACHER
    return (Initiator.TEACHER if by_a_teacher else Initiator.SCHOOL), department


def _leave_open(
    session: Session, contact: Contact, new: NewContact, words: str, *, now: datetime, account_id: int | None
) -> None:
    """The question of a contact that the family began, for each of its families (nearly always one)."""
    for family_id in families_of_students(session, new.student_ids):
        question = Question(
            family_id=family_id, guardian_id=new.guardian_id, words=words, asked_at=contact.occurred_at,
            student_id=new.student_ids[0] if len(new.student_ids) == 1 else None,
            department=contact.department or Department.TEACHING, owner_staff_id=contact.staff_id,
            contact_id=contact.id,
        )  # fmt: skip
        receive_question(session, question, now, account_id)
