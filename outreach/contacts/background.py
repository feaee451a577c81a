"""What stands behind a family's contacts: its requests, when each was asked, and which contact asked or answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from models import (
    Authored,
    Contact,
    ContactStudent,
    FamilyMember,
    Initiator,
    Outcome,
    Request,
    RequestEvent,
    RequestEventKind,
)
from outreach.schooltime import HoursBook, business_minutes_between, hours_book

from .exchanges import Exchange, Spoken, exchanges

Light = Select[int, datetime, Initiator, Outcome, Authored, datetime | None, int | None]
ASKING = (RequestEventKind.OPENED, RequestEventKind.JOINED, RequestEventKind.REOPENED)


@dataclass(frozen=True)
class Background:
    """One family's whole history, as light as it can be: a few columns of each contact."""

    spoken: Sequence[Spoken]
    requests: Mapping[int, Request]
    shown_at: Mapping[int, int]
    """Contact to the request whose state is shown on it: the one that asked last."""
    answered_in: Mapping[int, int]
    """Contact to the open minutes between a question and this answer, its first."""
    book: HoursBook
    exchange_of: Mapping[int, Exchange]
    """Contact to the exchange it stands in."""

    def carried_by(self, contact_id: int) -> frozenset[int]:
        """The requests that a contact asked."""
        return frozenset(
            request.id
            for request in self.requests.values()
            if request.opened_by_contact_id == contact_id or self.shown_at.get(contact_id) == request.id
        )


def background_of(session: Session, family_id: int) -> Background:
    """Read a family's contacts, requests and their history; six statements, however long they are."""
    requests = {
        request.id: request
        for request in session.scalars(select(Request).where(Request.family_id == family_id).order_by(Request.id))
    }
    events = list(
        session.scalars(select(RequestEvent).where(RequestEvent.request_id.in_(requests)).order_by(RequestEvent.id))
    )
    book = hours_book(session, {request.school_id for request in requests.values()})
    rows = session.execute(_contacts(family_id)).all()
    about = _about(requests, events)
    again = {event.contact_id for event in events if event.kind is RequestEventKind.REOPENED and _by_the_family(event)}
    spoken = [
        Spoken(
            contact_id, at, initiator, outcome, authored, undone=voided_at is not None,
            requests=frozenset(about[contact_id] | ({answers} if answers else set())), asks_again=contact_id in again,
        )
        for contact_id, at, initiator, outcome, authored, voided_at, answers in rows
    ]  # fmt: skip
    answers_of: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    for contact_id, at, _, _, _, voided_at, answers in rows:
        if answers in requests and voided_at is None:
            answers_of[answers].append((at, contact_id))
    return Background(
        spoken=spoken, requests=requests, shown_at=_shown_at(requests, events),
        answered_in=_answered_in(requests, events, answers_of, book), book=book,
        exchange_of={number: exchange for exchange in exchanges(spoken) for number in exchange.contact_ids},
    )  # fmt: skip


def _contacts(family_id: int) -> Light:
    """Contacts follow the student: those of the family's present students; of all it had, once it has ended."""
    members = select(FamilyMember.student_id).where(FamilyMember.family_id == family_id)
    present = members.where(FamilyMember.until_on.is_(None))
    whose = present.union_all(members.where(~present.exists()))
    ids = select(ContactStudent.contact_id).where(ContactStudent.student_id.in_(whose))
    return select(
        Contact.id, Contact.occurred_at, Contact.initiator, Contact.outcome, Contact.authored, Contact.voided_at,
        Contact.answers_request_id,
    ).where(Contact.id.in_(ids))  # fmt: skip


def _about(requests: Mapping[int, Request], events: Sequence[RequestEvent]) -> dict[int, set[int]]:
    about: dict[int, set[int]] = defaultdict(set)
    for request in requests.values():
        if request.opened_by_contact_id is not None:
            about[request.opened_by_contact_id].add(request.id)
    for event in events:
        if event.contact_id is not None and event.kind in ASKING:
            about[event.contact_id].add(event.request_id)
    return about


def _by_the_family(event: RequestEvent) -> bool:
    return (event.detail or {}).get("because") == "family_wrote"


def _shown_at(requests: Mapping[int, Request], events: Sequence[RequestEvent]) -> dict[int, int]:
    last = {request.id: request.opened_by_contact_id for request in requests.values()}
    for event in events:
        if event.kind is RequestEventKind.REOPENED and _by_the_family(event) and event.contact_id is not None:
            last[event.request_id] = event.contact_id
    return {contact_id: request_id for request_id, contact_id in last.items() if contact_id is not None}


def _answered_in(
    requests: Mapping[int, Request], events: Sequence[RequestEvent],
    answers_of: Mapping[int, list[tuple[datetime, int]]], book: HoursBook,
) -> dict[int, int]:  # fmt: skip
    """For each time a request was asked, its first answer before it was asked again."""
    asked: dict[int, list[datetime]] = {request.id: [request.opened_at] for request in requests.values()}
    for event in events:
        moment = (event.detail or {}).get("asked_at")
        if event.kind is RequestEventKind.REOPENED and isinstance(moment, str):
            asked[event.request_id].append(datetime.fromisoformat(moment))
    minutes: dict[int, int] = {}
    for request_id, answers in answers_of.items():
        hours = book.of(requests[request_id].school_id, requests[request_id].department)
        waiting_since: datetime | None = None
        steps = [(at, 0, None) for at in asked[request_id]] + [(at, 1, contact_id) for at, contact_id in answers]
        for at, _, contact_id in sorted(steps, key=lambda step: step[:2]):
            if contact_id is None:
                waiting_since = at
            elif waiting_since is not None and hours is not None:
                minutes[contact_id] = business_minutes_between(hours, waiting_since, at)
                waiting_since = None
    return minutes
