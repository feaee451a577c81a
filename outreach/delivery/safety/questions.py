"""The question that a family's guarded words asked: it is answered by the one person who has the alert and reads them.

Its clock runs on, but its owner could not answer what is kept for the list, and no digest reminds of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Contact, Department, Request, RequestEvent, RequestEventKind, RequestState, SafetyAlert
from outreach.access import Viewer
from outreach.access.guarded import asked_by
from outreach.contacts import RequestRefused, hand_over
from outreach.language import N_

WHY = N_("Its words are kept for the safety list.")


def give_question(session: Session, alert: SafetyAlert, viewer: Viewer, now: datetime) -> None:
    """Hand the open questions made of the alert's words over to ``viewer``; the due time stays. Where the viewer is
    no staff member, or answers it already, nothing changes."""
    if viewer.staff_id is None:
        return
    for request in _asked(session, alert):
        with suppress(RequestRefused):
            hand_over(
                session, request.id, now, viewer.account_id, to_staff_id=viewer.staff_id,
                to_department=request.department, why=WHY, as_administrator=True,
            )  # fmt: skip


def give_back_question(session: Session, alert: SafetyAlert, viewer: Viewer, now: datetime) -> None:
    """There was no danger: what :func:`give_question` took from somebody is theirs again, unless it moved on since."""
    for request in _asked(session, alert):
        last = session.scalar(
            select(RequestEvent)
            .where(RequestEvent.request_id == request.id, RequestEvent.kind == RequestEventKind.HANDED_OVER)
            .order_by(RequestEvent.id.desc())
            .limit(1)
        )
        detail = (last.detail or {}) if last is not None else {}
        before = detail.get("from_staff")
        if detail.get("why") != WHY or detail.get("to_staff") != request.owner_staff_id or not isinstance(before, int):
            continue
        with suppress(RequestRefused):
            hand_over(
                session, request.id, now, viewer.account_id, to_staff_id=before,
                to_department=Department(str(detail["from_department"])), as_administrator=True,
            )  # fmt: skip


def _asked(session: Session, alert: SafetyAlert) -> Sequence[Request]:
    contact = select(Contact.id).where(Contact.id == alert.contact_id)
    return session.scalars(
        select(Request)
        .where(Request.id.in_(asked_by(contact)), Request.state == RequestState.OPEN)
        .order_by(Request.id)
    ).all()
