"""Who else wrote to a family lately sees its question, and may take it from whoever got it (DESIGN §7.8)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import InboundMessage, Request, RequestEvent, RequestState, Staff
from outreach.access import NotAllowed, Viewer, audit, require
from outreach.contacts import hand_over
from outreach.errors import NotFound
from outreach.language import N_, _

from .route import recent_senders

WHY = N_("wrote to this family in the days before it asked")


def others_who_wrote(session: Session, request: Request) -> list[Staff]:
    """Staff, but its owner, who had written to the address that asked ``request`` in the 14 days before; the latest
    first. Empty where it did not come in as a message."""
    contacts = select(RequestEvent.contact_id).where(
        RequestEvent.request_id == request.id, RequestEvent.contact_id.is_not(None)
    )
    asked = session.scalar(
        select(InboundMessage)
        .where(InboundMessage.contact_id.in_(contacts))
        .order_by(InboundMessage.received_at.desc(), InboundMessage.id.desc())
        .limit(1)
    )
    ids = [one for one in recent_senders(session, asked) if one != request.owner_staff_id] if asked else []
    people = {staff.id: staff for staff in session.scalars(select(Staff).where(Staff.id.in_(ids), Staff.active))}
    return [people[one] for one in ids if one in people]


def take_question(session: Session, viewer: Viewer, request_id: int, now: datetime) -> Request:
    """``viewer``, who wrote to this family lately too, answers instead of the owner; the due time stays.

    Does not commit. Raises :class:`~outreach.errors.NotFound` for a family that the viewer may not see,
    :class:`NotAllowed` for who did not write to it lately, and :class:`~outreach.contacts.RequestRefused` where there
    is nobody to take it.
    """
    request = session.get(Request, request_id)
    if request is None:
        raise NotFound(_("There is no such question, or you do not work with its family."))
    grant = require(session, viewer, request.family_id)
    if viewer.staff_id not in {staff.id for staff in others_who_wrote(session, request)}:
        raise NotAllowed(
            _("Only who wrote to this family lately takes its question; its owner can hand it over to you.")
        )
    if request.state is RequestState.OPEN:
        request = hand_over(
            session, request_id, now, viewer.account_id, to_staff_id=viewer.staff_id, why=WHY, as_administrator=True
        )
        audit(session, viewer, "take_request", "request", request_id, now, because=grant.because)
    return request
