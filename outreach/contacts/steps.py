"""What happened to a question, in order: every step in words, with who took it, and what was said around it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from models import (
    CONTACT_OUTCOMES,
    GENERAL_NOTICES,
    Account,
    Channel,
    Contact,
    ContactStudent,
    FamilyMember,
    Guardian,
    Initiator,
    JsonObject,
    Outcome,
    Request,
    RequestEvent,
    RequestEventKind,
    Staff,
)
from outreach.access.viewer import Viewer
from outreach.language import _, said
from outreach.schooltime import zone_of_school

from .entries import Side
from .step_words import Names, step_words
from .waiting import person
from .withheld import withheld_contacts, withheld_questions

Kind = RequestEventKind
OF_THE_FAMILY = (Kind.OPENED, Kind.JOINED)
MOST_CONTACTS = 30
"""Contacts shown beside the steps: the newest."""
AFTERWARDS = timedelta(days=1)
"""How long after its end what was said still belongs to the question."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the question's story."""

    at: datetime
    side: Side
    """Whose words it brings; ``record`` for a step that is nobody's words."""
    sentence: str
    """Who did what, whole, in the language spoken now."""
    words: str | None = None
    """The family's or the school's own; or why, as the colleague put it."""
    withheld: str | None = None
    """Stands for words that the viewer does not read."""
    channel: Channel | None = None
    outcome: Outcome | None = None
    event_id: int | None = None
    """None for a contact that changed nothing about the question."""
    attempt: bool = False


def steps_of(session: Session, viewer: Viewer, request: Request, *, after: int | None = None) -> list[Step]:
    """The question's story, oldest first: its steps, and the contacts with this family in between.

    ``after``: only the steps since that one, and no contacts: what somebody did meanwhile. A fixed number of
    statements.
    """
    events = session.scalars(_events(request.id, after)).all()
    beside = [] if after is not None else _contacts_beside(session, request, {event.contact_id for event in events})
    contacts = {one.id: one for one in [*_contacts(session, {event.contact_id for event in events}), *beside]}
    names = _names(session, request, events, contacts.values())
    withheld = withheld_contacts(session, viewer, contacts.values())
    told = _Told(request, names, contacts, withheld, withheld_questions(session, viewer, [request]).get(request.id))
    steps = [told.event(event) for event in events] + [told.contact(contact) for contact in beside]
    return sorted(steps, key=lambda step: (step.at, step.event_id or 0))


def _events(request_id: int, after: int | None) -> Select[RequestEvent]:
    return (
        select(RequestEvent)
        .where(RequestEvent.request_id == request_id, RequestEvent.id > (after or 0))
        .order_by(RequestEvent.id)
    )


def _contacts(session: Session, ids: Collection[int | None]) -> Sequence[Contact]:
    return session.scalars(select(Contact).where(Contact.id.in_(set(ids) - {None}))).all()


def _contacts_beside(session: Session, request: Request, known: Collection[int | None]) -> Sequence[Contact]:
    """What a person said, or tried, with the same guardian while the question stood: no step of it names these."""
    ended = request.closed_at or request.answered_at
    statement = (
        select(Contact)
        .join(ContactStudent, ContactStudent.contact_id == Contact.id)
        .join(FamilyMember, FamilyMember.student_id == ContactStudent.student_id)
        .where(
            FamilyMember.family_id == request.family_id, FamilyMember.until_on.is_(None), Contact.voided_at.is_(None),
            Contact.occurred_at >= request.opened_at, Contact.id.not_in(set(known) - {None}),
            Contact.authored.not_in(GENERAL_NOTICES),
        )
        .group_by(Contact.id)
        .order_by(Contact.occurred_at.desc(), Contact.id.desc())
        .limit(MOST_CONTACTS)
    )  # fmt: skip
    if request.guardian_id is not None:
        statement = statement.where(or_(Contact.guardian_id.is_(None), Contact.guardian_id == request.guardian_id))
    if ended is not None:
        statement = statement.where(Contact.occurred_at <= ended + AFTERWARDS)
    return session.scalars(statement).all()


def _names(session: Session, request: Request, events: Sequence[RequestEvent], contacts: Collection[Contact]) -> Names:
    details: list[JsonObject] = [event.detail for event in events if event.detail is not None]
    mentioned = {detail.get(name) for detail in details for name in ("to_staff", "from_staff")}
    staff_ids = {one for one in mentioned if isinstance(one, int)} | {contact.staff_id for contact in contacts}
    account_ids = {event.by_account_id for event in events} | {contact.recorded_by for contact in contacts}
    staff = session.execute(select(Staff.id, Staff.display_name).where(Staff.id.in_(staff_ids - {None})))
    accounts = session.execute(
        select(Account.id, func.coalesce(Staff.display_name, Account.email))
        .outerjoin(Staff, Staff.id == Account.staff_id)
        .where(Account.id.in_(account_ids - {None}))
    )
    guardian = session.get(Guardian, request.guardian_id) if request.guardian_id is not None else None
    return Names(
        family=person(guardian) or _("The family"), staff=dict(staff.all()), accounts=dict(accounts.all()),
        zone=zone_of_school(session, request.school_id),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Told:
    request: Request
    names: Names
    contacts: Mapping[int, Contact]
    withheld: Mapping[int, str]
    withheld_question: str | None

    def event(self, event: RequestEvent) -> Step:
        contact = self.contacts.get(event.contact_id or 0)
        detail = event.detail or {}
        side = self._side(event, contact)
        why = _why(detail) if self.withheld_question is None else None  # what staff wrote may tell the family's words
        words, withheld = self._words(contact) if side is not Side.RECORD else (why, None)
        if contact is None and side is Side.FAMILY and event.kind is Kind.OPENED:
            withheld = self.withheld_question
        return Step(
            at=event.at if contact is None else min(event.at, contact.occurred_at), side=side,
            sentence=step_words(event, contact, self.names), words=words,
            withheld=said(withheld) if withheld else None,
            channel=contact.channel if contact is not None and side is not Side.RECORD else None, event_id=event.id,
        )  # fmt: skip

    def contact(self, contact: Contact) -> Step:
        words, withheld = self._words(contact)
        family = contact.initiator is Initiator.FAMILY
        attempt = not family and contact.outcome not in CONTACT_OUTCOMES
        staff = self.names.staff.get(contact.staff_id or 0) or _("The school")
        if family:
            sentence = _("%(family)s turned to us.", family=self.names.family)
        elif attempt:
            sentence = _("%(staff)s tried to reach the family.", staff=staff)
        else:
            sentence = _("%(staff)s was in contact with the family.", staff=staff)
        return Step(
            at=contact.occurred_at, side=Side.FAMILY if family else Side.SCHOOL, sentence=sentence, words=words,
            withheld=said(withheld) if withheld else None, channel=contact.channel, outcome=contact.outcome,
            attempt=attempt,
        )  # fmt: skip

    def _words(self, contact: Contact | None) -> tuple[str | None, str | None]:
        if contact is None:
            return None, None
        withheld = self.withheld.get(contact.id)
        return (None if withheld else contact.summary), withheld

    @staticmethod
    def _side(event: RequestEvent, contact: Contact | None) -> Side:
        if event.kind in OF_THE_FAMILY or (event.kind is Kind.REOPENED and _because(event) == "family_wrote"):
            return Side.FAMILY
        return Side.SCHOOL if event.kind is Kind.ANSWERED and contact is not None else Side.RECORD


def _because(event: RequestEvent) -> object:
    return (event.detail or {}).get("because")


def _why(detail: JsonObject) -> str | None:
    why = detail.get("why")
    return said(why) if isinstance(why, str) and why else None
