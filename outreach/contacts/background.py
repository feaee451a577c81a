"""What stands behind the contacts of one page: the exchanges they stand in, the requests they asked or answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import Session

from models import Authored, Contact, Initiator, Outcome, Request, RequestEvent, RequestEventKind
from outreach.schooltime import HoursBook, business_minutes_between, hours_book

from .exchanges import Exchange, Spoken, exchanges
from .places import ASKING, contacts_of_family

LOOK_BACK = 12
"""Contacts before each one on the page that are read to see whether it began its exchange. Only attempts, notices and
what was undone can stand between a first word and the silence before it; after more of them than this in a row nobody
is named as first."""


class _Light(NamedTuple):
    """As much of a contact as an exchange needs to know."""

    id: int
    at: datetime
    initiator: Initiator
    outcome: Outcome
    authored: Authored
    voided_at: datetime | None
    answers: int | None
    place: int
    """1 is the family's first."""


@dataclass(frozen=True)
class Background:
    """What one page of contacts rests on."""

    requests: Mapping[int, Request]
    shown_at: Mapping[int, int]
    """Contact to the request whose state is shown on it: the one that asked last."""
    answered_in: Mapping[int, int]
    """Contact to the open minutes between a question and this answer, its first."""
    book: HoursBook
    exchange_of: Mapping[int, Exchange]
    """Contact to the exchange it stands in, as far as :data:`LOOK_BACK` sees."""


def background_of(
    session: Session, family_id: int, contact_ids: Collection[int], request_ids: Collection[int] = ()
) -> Background:
    """Read what these contacts, and these requests beside them, rest on; six statements, however long the family's
    history is: of that only what stands near the contacts is read."""
    near = [_Light(*row) for row in session.execute(_near(family_id, contact_ids)).all()] if contact_ids else []
    requests = {
        request.id: request
        for request in session.scalars(_requests(family_id, [light.id for light in near], request_ids))
    }
    events = _events(session, requests) if requests else []
    book = hours_book(session, {one.school_id for one in requests.values()}) if requests else HoursBook({})
    about = _about(requests, events)
    again = {event.contact_id for event in events if event.kind is RequestEventKind.REOPENED and _by_the_family(event)}
    spoken = {light.id: _spoken(light, about, asks_again=light.id in again) for light in near}
    return Background(
        requests=requests, shown_at=_shown_at(requests, events),
        answered_in=_answered_in(requests, events, _answers(session, near, requests), book), book=book,
        exchange_of=dict(_exchanges(near, spoken)),
    )  # fmt: skip


def _near(family_id: int, contact_ids: Collection[int]) -> Select[*tuple[Any, ...]]:
    """These contacts of the family and the few before each, oldest first. The database numbers all; few are read."""
    in_order = (Contact.occurred_at, Contact.id)
    on_page = case((Contact.id.in_(contact_ids), 1), else_=0)
    every = (
        select(
            Contact.id, Contact.occurred_at.label("at"), Contact.initiator, Contact.outcome, Contact.authored,
            Contact.voided_at, Contact.answers_request_id.label("answers"),
            func.row_number().over(order_by=in_order).label("place"),
            func.max(on_page).over(order_by=in_order, rows=(0, LOOK_BACK)).label("near"),
        )
        .where(Contact.id.in_(contacts_of_family(family_id)))
        .subquery()
    )  # fmt: skip
    columns = (every.c[name] for name in _Light._fields)
    return select(*columns).where(every.c.near == 1).order_by(every.c.place)


def _requests(family_id: int, near: Collection[int], request_ids: Collection[int]) -> Select[Request]:
    theirs = select(Request.id).where(Request.family_id == family_id)
    asked = select(RequestEvent.request_id).where(
        RequestEvent.request_id.in_(theirs), RequestEvent.contact_id.in_(near), RequestEvent.kind.in_(ASKING)
    )
    answered = select(Contact.answers_request_id).where(Contact.id.in_(near), Contact.answers_request_id.is_not(None))
    wanted = or_(
        Request.id.in_(request_ids), Request.id.in_(asked), Request.id.in_(answered),
        Request.opened_by_contact_id.in_(near),
    )  # fmt: skip
    return select(Request).where(Request.family_id == family_id, wanted).order_by(Request.id)


def _events(session: Session, requests: Mapping[int, Request]) -> list[RequestEvent]:
    its = select(RequestEvent).where(RequestEvent.request_id.in_(requests)).order_by(RequestEvent.id)
    return list(session.scalars(its))


def _spoken(light: _Light, about: Mapping[int, set[int]], *, asks_again: bool) -> Spoken:
    requests = about.get(light.id, set()) | ({light.answers} if light.answers else set())
    return Spoken(
        light.id, light.at, light.initiator, light.outcome, light.authored, undone=light.voided_at is not None,
        requests=frozenset(requests), asks_again=asks_again,
    )  # fmt: skip


def _exchanges(near: Iterable[_Light], spoken: Mapping[int, Spoken]) -> Iterator[tuple[int, Exchange]]:
    """Contact to exchange. Of a run that does not begin at the family's first contact, the first exchange may have
    begun further back, so that nobody in it is known to have spoken first."""
    for run in _runs(near):
        for place, exchange in enumerate(exchanges(spoken[light.id] for light in run)):
            began_before = place == 0 and run[0].place > 1
            known = Exchange(exchange.number, None, exchange.contact_ids) if began_before else exchange
            yield from ((contact_id, known) for contact_id in exchange.contact_ids)


def _runs(near: Iterable[_Light]) -> Iterator[list[_Light]]:
    """Contacts between which no other stands."""
    run: list[_Light] = []
    for light in near:
        if run and light.place != run[-1].place + 1:
            yield run
            run = []
        run.append(light)
    if run:
        yield run


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


def _answers(
    session: Session, near: Iterable[_Light], requests: Mapping[int, Request]
) -> dict[int, list[tuple[datetime, int]]]:
    """Every answer that stands to the requests that these contacts answer."""
    answered = {light.answers for light in near if light.answers in requests}
    if not answered:
        return {}
    rows = session.execute(
        select(Contact.answers_request_id, Contact.occurred_at, Contact.id).where(
            Contact.answers_request_id.in_(answered), Contact.voided_at.is_(None)
        )
    )
    found: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    for request_id, at, contact_id in rows:
        if request_id is not None:
            found[request_id].append((at, contact_id))
    return found


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
