"""A contact, or a question that none carries, as an entry of the timeline: whose words, with whom, what came of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from models import (
    CONTACT_OUTCOMES,
    GENERAL_NOTICES,
    Account,
    Contact,
    ContactRevision,
    ContactStudent,
    Guardian,
    Initiator,
    Request,
    Staff,
    Student,
    Verdict,
)
from outreach.access.guarded import KEPT, guarded_verdicts
from outreach.access.viewer import Viewer
from outreach.language import _

from .background import Background
from .clock import elapsed_words, read_clock
from .entries import Corrected, Entry, EntryKind, HelpVerdict, RequestView, Side, Undone
from .waiting import person, why_no_answer
from .withheld import withheld_contacts, withheld_questions

MINUTES_A_DAY = 8 * 60
"""For words only, where a school has no calendar any more."""


@dataclass(frozen=True)
class Portraits:
    """Everything that the entries of one page say about people, read at once."""

    contacts: Mapping[int, Contact]
    students: Mapping[int, tuple[str, ...]]
    staff: Mapping[int, str]
    guardians: Mapping[int, Guardian]
    accounts: Mapping[int, str]
    verdicts: Mapping[int, HelpVerdict]
    corrected: Mapping[int, Corrected]
    withheld: Mapping[int, str]
    """Contacts whose words the viewer does not read."""
    withheld_questions: Mapping[int, str]


def read_portraits(
    session: Session, viewer: Viewer, contact_ids: Collection[int], background: Background,
    *, staff_ids: Collection[int] = (), guardian_ids: Collection[int] = (), account_ids: Collection[int] = (),
) -> Portraits:  # fmt: skip
    """Eleven statements for a page of contacts, however many they are; with the names of others on the page."""
    contacts = {kept.id: kept for kept in session.scalars(select(Contact).where(Contact.id.in_(contact_ids)))}
    requests = list(background.requests.values())
    owners = {request.owner_staff_id for request in background.requests.values()}
    working = {*(contact.staff_id for contact in contacts.values()), *owners, *staff_ids}
    speaking = {contact.guardian_id for contact in contacts.values()} | {
        request.guardian_id for request in background.requests.values()
    }
    named = ({*speaking, *guardian_ids}) - {None}
    guardians = {row.id: row for row in session.scalars(select(Guardian).where(Guardian.id.in_(named)))}
    staff = session.execute(select(Staff.id, Staff.display_name).where(Staff.id.in_(working - {None})))
    corrections = _corrections(session, contact_ids)
    undone_by = {contact.voided_by for contact in contacts.values()}
    corrected_by = {by for _times, _at, by in corrections.values()}
    accounts = account_names(session, {*undone_by, *corrected_by, *account_ids} - {None})
    withheld = withheld_contacts(session, viewer, contacts.values())
    return Portraits(
        contacts=contacts, students=_students(session, contact_ids), staff=dict(staff.all()), guardians=guardians,
        accounts=accounts, verdicts=_verdicts(session, viewer, contacts, guardians, withheld),
        corrected={
            contact_id: Corrected(times, at, accounts.get(by or 0))
            for contact_id, (times, at, by) in corrections.items()
        },
        withheld=withheld,
        withheld_questions=withheld_questions(session, viewer, requests) if requests else {},
    )  # fmt: skip


def portray_contact(contact: Contact, portraits: Portraits, background: Background, *, now: datetime) -> Entry:
    """The entry of one contact."""
    exchange = background.exchange_of[contact.id]
    family_began = contact.initiator is Initiator.FAMILY
    guardian = person(portraits.guardians.get(contact.guardian_id or 0))
    staff = portraits.staff.get(contact.staff_id or 0)
    withheld = portraits.withheld.get(contact.id)
    request = background.requests.get(background.shown_at.get(contact.id, 0))
    minutes = background.answered_in.get(contact.id)
    return Entry(
        kind=EntryKind.CONTACT, side=Side.FAMILY if family_began else Side.SCHOOL, at=contact.occurred_at,
        who=(guardian or _("the family")) if family_began else (staff or _("the school")),
        with_whom=staff if family_began else guardian, contact_id=contact.id, staff_id=contact.staff_id,
        guardian_id=contact.guardian_id, students=portraits.students.get(contact.id, ()), channel=contact.channel,
        outcome=contact.outcome, words=None if withheld else contact.summary, withheld=withheld, topic=contact.topic,
        subject=contact.subject, purpose=contact.purpose, language=contact.language, interpreter=contact.interpreter,
        authored=contact.authored, general_notice=contact.authored in GENERAL_NOTICES,
        attempt=not family_began and contact.outcome not in CONTACT_OUTCOMES, exchange=exchange.contact_ids[0],
        first_to_speak=exchange.first_to_speak == contact.id, answered_in_minutes=minutes,
        answered_in=_answered_in(contact, minutes, background), helped=portraits.verdicts.get(contact.id),
        said_it_helped=contact.said_it_helped,
        request=view_of_request(request, portraits, background, now) if request else None,
        corrected=portraits.corrected.get(contact.id), undone=_undone(contact, portraits),
        message_id=contact.message_id,
    )  # fmt: skip


def portray_question(request: Request, portraits: Portraits, background: Background, now: datetime) -> Entry:
    """The entry of a request that no contact carries."""
    withheld = portraits.withheld_questions.get(request.id)
    return Entry(
        kind=EntryKind.QUESTION, side=Side.FAMILY, at=request.opened_at,
        who=person(portraits.guardians.get(request.guardian_id or 0)) or _("the family"),
        guardian_id=request.guardian_id, words=None if withheld else request.question, withheld=withheld,
        request=view_of_request(request, portraits, background, now),
    )  # fmt: skip


def view_of_request(request: Request, portraits: Portraits, background: Background, now: datetime) -> RequestView:
    """A question with its state and clock."""
    hours = background.book.of(request.school_id, request.department)
    reading = read_clock(hours, request.due_at, now) if request.state == "open" else None
    return RequestView(
        id=request.id, state=request.state, department=request.department,
        question=portraits.withheld_questions.get(request.id, request.question),
        owner_name=portraits.staff.get(request.owner_staff_id or 0), opened_at=request.opened_at,
        due_at=request.due_at, clock=reading.words if reading else None, over=reading.over if reading else False,
        reopened_at=request.reopened_at, unanswered=request.no_answer_needed is not None,
        no_answer_needed=why_no_answer(request, portraits.withheld_questions),
    )  # fmt: skip


def _answered_in(contact: Contact, minutes: int | None, background: Background) -> str | None:
    request = background.requests.get(contact.answers_request_id or 0)
    if minutes is None or request is None:
        return None
    hours = background.book.of(request.school_id, request.department)
    usual = int(hours.usual_day().total_seconds() // 60) if hours else 0
    return elapsed_words(minutes, usual or MINUTES_A_DAY)


def _undone(contact: Contact, portraits: Portraits) -> Undone | None:
    if contact.voided_at is None:
        return None
    return Undone(contact.voided_at, portraits.accounts.get(contact.voided_by or 0), contact.void_reason or "")


def _students(session: Session, contact_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    names: dict[int, list[str]] = defaultdict(list)
    rows = session.execute(
        select(ContactStudent.contact_id, func.coalesce(Student.preferred_name, Student.given_name))
        .join(Student, Student.id == ContactStudent.student_id)
        .where(ContactStudent.contact_id.in_(contact_ids))
        .order_by(ContactStudent.contact_id, Student.id)
    )
    for contact_id, name in rows:
        names[contact_id].append(name)
    return {contact_id: tuple(given) for contact_id, given in names.items()}


def _verdicts(
    session: Session, viewer: Viewer, contacts: Mapping[int, Contact], guardians: Mapping[int, Guardian],
    withheld: Collection[int],
) -> dict[int, HelpVerdict]:  # fmt: skip
    """The family's latest word on each contact, or on the request that it answered; without what it wrote beside it
    where the contact's own words are withheld."""
    answering = {contact.answers_request_id: contact.id for contact in contacts.values() if contact.answers_request_id}
    rows = session.scalars(
        select(Verdict)
        .where(or_(Verdict.contact_id.in_(contacts), Verdict.request_id.in_(answering)))
        .order_by(Verdict.given_at, Verdict.id)
    ).all()
    guarded = guarded_verdicts(viewer).where(Verdict.id.in_([verdict.id for verdict in rows]))
    kept = set(session.scalars(guarded)) if rows else set()
    found: dict[int, HelpVerdict] = {}
    for verdict in rows:
        about = verdict.contact_id if verdict.contact_id in contacts else answering.get(verdict.request_id or 0)
        by = person(guardians.get(verdict.guardian_id or 0))
        if about is not None:
            words = _(KEPT) if verdict.id in kept else verdict.words
            found[about] = HelpVerdict(verdict.helped, None if about in withheld else words, by, verdict.given_at)
    return found


def _corrections(session: Session, contact_ids: Collection[int]) -> dict[int, tuple[int, datetime, int | None]]:
    """How often each contact was corrected by a person, when last, and by whom."""
    found: dict[int, tuple[int, datetime, int | None]] = {}
    rows = session.execute(
        select(ContactRevision.contact_id, ContactRevision.revised_at, ContactRevision.revised_by)
        .where(ContactRevision.contact_id.in_(contact_ids), ContactRevision.kind == "corrected")
        .where(or_(ContactRevision.why.is_(None), ContactRevision.why != "receipt"))
        .order_by(ContactRevision.id)
    )
    for contact_id, at, by in rows:
        times = found[contact_id][0] if contact_id in found else 0
        found[contact_id] = (times + 1, at, by)
    return found


def account_names(session: Session, account_ids: Collection[int | None]) -> dict[int, str]:
    """Who an account is, as colleagues read it: the staff member's name, else the sign-in."""
    if not account_ids:
        return {}
    rows = session.execute(
        select(Account.id, func.coalesce(Staff.display_name, Account.email))
        .outerjoin(Staff, Staff.id == Account.staff_id)
        .where(Account.id.in_(account_ids))
    )
    return dict(rows.all())
