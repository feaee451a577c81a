"""The history of a request: one row a step, only ever added to. Its newest step is the request's version."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import JsonObject, Request, RequestEvent, RequestEventKind
from outreach.language import _

from .errors import MovedOn


def record_event(
    session: Session, request: Request, kind: RequestEventKind, at: datetime,
    *, account_id: int | None, contact_id: int | None = None, detail: JsonObject | None = None,
) -> RequestEvent:  # fmt: skip
    """Add one step to the request's history; ``account_id`` None is the system itself."""
    made = RequestEvent(
        request_id=request.id, kind=kind, at=at, by_account_id=account_id, contact_id=contact_id, detail=detail
    )
    session.add(made)
    session.flush()
    return made


def versions_of(session: Session, request_ids: Collection[int]) -> dict[int, int]:
    """The newest step of each request, by id: what a form names as the question that its reader saw."""
    rows = session.execute(
        select(RequestEvent.request_id, func.max(RequestEvent.id))
        .where(RequestEvent.request_id.in_(request_ids))
        .group_by(RequestEvent.request_id)
    )
    return dict(rows.all())


def check_seen(session: Session, request: Request, seen: int | None) -> None:
    """That nothing has happened to ``request`` since its step ``seen``; None asks nothing.

    Its row must be held. Raises :class:`MovedOn`.
    """
    if seen is not None and versions_of(session, [request.id]).get(request.id, 0) != seen:
        raise MovedOn(_("This question has moved on since you opened it, so nothing of yours was done yet."))
