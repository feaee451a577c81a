"""Words kept for a school's safety list: which they are, and who reads them all the same. The one definition.

What an alert was raised about stays with the list while the alert is open, and after it was handled. Ended as *no
danger* it shows again to everybody who may see the family. That the family wrote, when and by which channel, and the
clock of its question are never hidden: only the words are.
"""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import ColumnElement, Select, and_, or_, select, union
from sqlalchemy.orm import Session

from models import (
    Contact,
    InboundMessage,
    Request,
    RequestEvent,
    RequestEventKind,
    SafetyAlert,
    SafetyOutcome,
    SurveyResponse,
    Verdict,
)
from outreach.language import N_

from .safety_list import may_read_alert
from .scope import VIEWERS
from .viewer import Viewer

KEPT = N_("Kept for the school’s safety list.")
"""Stands for the words; shown by :func:`outreach.language.said`."""


@lru_cache(VIEWERS)
def guarded_contacts(viewer: Viewer | None) -> Select[int]:
    """The ids of the contacts whose words ``viewer`` does not read; None: nobody's eyes, as for a digest."""
    kept = _kept_from(viewer)
    named = select(SafetyAlert.contact_id).where(SafetyAlert.contact_id.is_not(None), kept)
    of_message = (
        select(InboundMessage.contact_id)
        .join(SafetyAlert, SafetyAlert.inbound_id == InboundMessage.id)
        .where(InboundMessage.contact_id.is_not(None), kept)
    )
    return select(Contact.id).where(Contact.id.in_(union(named, of_message)))


@lru_cache(VIEWERS)
def guarded_inbound(viewer: Viewer | None) -> Select[int]:
    """The ids of the messages from families, or unknown numbers, whose words ``viewer`` does not read."""
    kept = _kept_from(viewer)
    by_itself = select(SafetyAlert.inbound_id).where(SafetyAlert.inbound_id.is_not(None), kept)
    return select(InboundMessage.id).where(
        or_(InboundMessage.id.in_(by_itself), InboundMessage.contact_id.in_(guarded_contacts(viewer)))
    )


@lru_cache(VIEWERS)
def guarded_requests(viewer: Viewer | None) -> Select[int]:
    """The ids of the requests whose question holds words that ``viewer`` does not read."""
    return asked_by(guarded_contacts(viewer))


def asked_by(contacts: Select[int]) -> Select[int]:
    """The ids of the requests whose question is made of the words of one of ``contacts``.

    Of the one that opened it; of one that reopened it; and of one that opened another request, which was joined to it
    later with its words. A message that only joined an open question adds none to it.
    """
    opened = select(Request.id).where(Request.opened_by_contact_id.in_(contacts))
    with_words = or_(
        RequestEvent.kind == RequestEventKind.REOPENED,
        and_(RequestEvent.kind == RequestEventKind.JOINED, RequestEvent.detail.is_not(None)),
    )
    added = select(RequestEvent.request_id).where(RequestEvent.contact_id.in_(contacts), with_words)
    return select(Request.id).where(or_(Request.id.in_(opened), Request.id.in_(added)))


@lru_cache(VIEWERS)
def guarded_verdicts(viewer: Viewer | None) -> Select[int]:
    """The ids of the verdicts ("yes, but …") whose words ``viewer`` does not read: given in a guarded message, of the
    same family and at the same moment."""
    same = and_(InboundMessage.family_id == Verdict.family_id, InboundMessage.received_at == Verdict.given_at)
    return select(Verdict.id).join(InboundMessage, same).where(InboundMessage.id.in_(guarded_inbound(viewer)))


@lru_cache(VIEWERS)
def guarded_surveys(viewer: Viewer | None) -> Select[int]:
    """The ids of the survey answers whose words ``viewer`` does not read, by the same rule."""
    same = and_(
        InboundMessage.family_id == SurveyResponse.family_id, InboundMessage.received_at == SurveyResponse.answered_at
    )
    return select(SurveyResponse.id).join(InboundMessage, same).where(InboundMessage.id.in_(guarded_inbound(viewer)))


def may_read_contact(session: Session, viewer: Viewer, contact_id: int) -> bool:
    """Whether no safety alert keeps this contact's words from ``viewer``."""
    return session.scalar(guarded_contacts(viewer).where(Contact.id == contact_id)) is None


def _kept_from(viewer: Viewer | None) -> ColumnElement[bool]:
    stands = or_(SafetyAlert.outcome.is_(None), SafetyAlert.outcome == SafetyOutcome.HANDLED)
    if viewer is None:
        return stands
    return and_(stands, ~may_read_alert(viewer))
