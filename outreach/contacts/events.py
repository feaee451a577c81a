"""The history of a request: one row a step, only ever added to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from models import JsonObject, Request, RequestEvent, RequestEventKind


def record_event(
    session: Session, request: Request, kind: RequestEventKind, at: datetime,
    *, account_id: int | None, contact_id: int | None = None, detail: JsonObject | None = None,
) -> None:  # fmt: skip
    """Add one step to the request's history; ``account_id`` None is the system itself."""
    session.add(
        RequestEvent(
            request_id=request.id, kind=kind, at=at, by_account_id=account_id, contact_id=contact_id, detail=detail
        )
    )
    session.flush()
