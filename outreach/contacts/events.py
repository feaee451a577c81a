"""The history of a request: one row a step, only ever added to. Its newest step is the request's version."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import JsonObject, JsonValue, Request, RequestEvent, RequestEventKind
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


def taken_already(
    session: Session, request: Request, kind: RequestEventKind, account_id: int | None, seen: int | None,
    **detail: JsonValue,
) -> bool:  # fmt: skip
    """Whether the one step since ``seen`` is this account's own of that ``kind``, with this in its ``detail``: the same
    form, sent twice. Where it is another, raises :class:`MovedOn`, as :func:`check_seen`.
    """
    if seen is None:
        return False
    since = session.scalars(
        select(RequestEvent).where(RequestEvent.request_id == request.id, RequestEvent.id > seen).limit(2)
    ).all()
    if len(since) == 1 and account_id is not None:
        [step] = since
        kept = step.detail or {}
        if (step.kind, step.by_account_id) == (kind, account_id) and detail.items() <= kept.items():
            return True
    check_seen(session, request, seen)
    return False


def check_seen(session: Session, request: Request, seen: int | None) -> None:
    """That nothing has happened to ``request`` since its step ``seen``; None asks nothing.

    Its row must be held. Raises :class:`MovedOn`.
    """
    if seen is not None and versions_of(session, [request.id]).get(request.id, 0) != seen:
        raise MovedOn(_("This question has moved on since you opened it, so nothing of yours was done yet."))
