"""A person says whose a message is, or that it needs nobody; and takes that back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import (
    ContactPoint,
    FactSource,
    FamilyMember,
    Guardianship,
    InboundMessage,
    InboundReading,
    InboundState,
    InboundWait,
    JsonObject,
)
from outreach.access import Viewer, audit, require
from outreach.contacts import withdraw_inbound_contact
from outreach.language import N_, _

from .. import safety
from ..errors import DeliveryRefused
from ..providers.base import Providers
from .inbox import find
from .place import place
from .route import as_of_family, origin_of
from .stopping import kept_address, right_number

LONGEST_NOTE = 500
UNDONE = N_("It was matched to the wrong family.")
OUR_OWN = frozenset({InboundReading.SURVEY, InboundReading.VERDICT})
"""What a family answered; it stands, and no undo takes it back."""


def match(
    session: Session, viewer: Viewer, inbound_id: int, family_id: int, guardian_id: int | None,
    providers: Providers, now: datetime, *, add_address: bool = False,
) -> InboundMessage:  # fmt: skip
    """``viewer`` knows whose this message is: it is read again as theirs, as a contact, a question, an answer.

    ``guardian_id`` None: somebody of the family. ``add_address``: from now on the address is this guardian's. Nothing
    is answered by machine any more, and what STOP or START did stays done; what was taken for a wrong number works
    again. Does not commit. Raises :class:`~outreach.errors.NotFound`, and :class:`DeliveryRefused` where it has been
    matched, the guardian is not of the family, or there is nobody to add the address to, or no address.
    """
    inbound = find(session, viewer, inbound_id, hold=True)
    grant = require(session, viewer, family_id)
    if inbound.state is InboundState.MATCHED:
        raise DeliveryRefused(_("Somebody has found its family already."))
    if guardian_id is not None and not _is_of(session, guardian_id, family_id):
        raise DeliveryRefused(_("This person is not a guardian in that family; search again."))
    if add_address and guardian_id is None:
        raise DeliveryRefused(_("Choose the person to keep the address with, or leave it out."))
    if add_address and not inbound.from_value:
        raise DeliveryRefused(_("This message names no address that could be kept; leave that out."))
    if inbound.read_as is InboundReading.WRONG_NUMBER:
        right_number(session, inbound, viewer.account_id, now)
    if add_address and guardian_id is not None:
        inbound.added_point_id = _add_address(session, inbound, guardian_id)
    place(session, inbound, as_of_family(session, inbound, family_id, guardian_id), providers, now, by_hand=True)
    _handled(inbound, InboundState.MATCHED, viewer, now)
    detail: JsonObject = {"family": family_id, "guardian": guardian_id, "address_added": inbound.added_point_id}
    audit(session, viewer, "match_inbound", "inbound_message", inbound.id, now, because=grant.because, detail=detail)
    return inbound


def dismiss(session: Session, viewer: Viewer, inbound_id: int, why: str, now: datetime) -> InboundMessage:
    """Set aside what needs nobody; it stays, with the reason. Does not commit.

    Raises :class:`~outreach.errors.NotFound`, and :class:`DeliveryRefused` without a reason or for one that was
    matched.
    """
    inbound = find(session, viewer, inbound_id, hold=True)
    note = why.strip()
    if not note:
        raise DeliveryRefused(_("Say why nobody needs to answer this; the reason stays with it."))
    if len(note) > LONGEST_NOTE:
        raise DeliveryRefused(
            _("The reason has %(count)s characters; at most %(most)s fit.", count=len(note), most=LONGEST_NOTE)
        )
    if inbound.state is InboundState.MATCHED:
        raise DeliveryRefused(_("Somebody has found its family already."))
    _handled(inbound, InboundState.DISMISSED, viewer, now)
    inbound.note = note
    audit(session, viewer, "dismiss_inbound", "inbound_message", inbound.id, now)
    return inbound


def put_back(session: Session, viewer: Viewer, inbound_id: int, now: datetime) -> InboundMessage:
    """Back to waiting for a person, whatever a person, or the machine, had made of it; a repeat changes nothing.

    A contact that it became is undone, an address that was added is taken away again, and an alert about its words is
    of no family any more, nor of a school that nobody knew before. Does not commit. Raises
    :class:`~outreach.errors.NotFound`, and :class:`DeliveryRefused` for an answer to what we asked.
    """
    inbound = find(session, viewer, inbound_id, hold=True)
    if inbound.state is InboundState.NEW:
        return inbound
    if inbound.state is InboundState.MATCHED and inbound.read_as in OUR_OWN:
        raise DeliveryRefused(_("It is kept as this family’s answer to what we asked, and stands."))
    because = require(session, viewer, inbound.family_id).because if inbound.family_id is not None else None
    if inbound.contact_id is not None:
        withdraw_inbound_contact(session, inbound.contact_id, UNDONE, now, viewer.account_id)
    point = session.get(ContactPoint, inbound.added_point_id) if inbound.added_point_id is not None else None
    if point is not None:
        point.active = False
    inbound.contact_id = inbound.family_id = inbound.guardian_id = inbound.staff_id = inbound.added_point_id = None
    inbound.state, inbound.note, inbound.handled_by, inbound.handled_at = InboundState.NEW, None, None, None
    school_known = inbound.waits_because is None
    inbound.waits_because = inbound.waits_because or InboundWait.UNKNOWN_SENDER
    session.flush()
    if not school_known:
        inbound.school_id = origin_of(session, inbound).school_id
    safety.unlink_contact(session, inbound, of_school=school_known)
    audit(session, viewer, "put_back_inbound", "inbound_message", inbound.id, now, because=because)
    return inbound


def _handled(inbound: InboundMessage, state: InboundState, viewer: Viewer, now: datetime) -> None:
    inbound.state, inbound.note = state, None
    inbound.handled_by, inbound.handled_at = viewer.account_id, now


def _is_of(session: Session, guardian_id: int, family_id: int) -> bool:
    link = (
        select(Guardianship.id)
        .join(FamilyMember, FamilyMember.student_id == Guardianship.student_id)
        .where(
            Guardianship.guardian_id == guardian_id, Guardianship.ended_on.is_(None),
            FamilyMember.family_id == family_id, FamilyMember.until_on.is_(None),
        )
    )  # fmt: skip
    return session.scalar(link.limit(1)) is not None


def _add_address(session: Session, inbound: InboundMessage, guardian_id: int) -> int | None:
    """The new contact point; None where this guardian had the address all along."""
    address = kept_address(session, inbound)
    standing = session.scalar(
        select(ContactPoint).where(ContactPoint.guardian_id == guardian_id, ContactPoint.address_id == address.id)
    )
    if standing is not None and standing.active:
        return None
    if standing is None:
        last = session.scalar(
            select(func.max(ContactPoint.position)).where(ContactPoint.guardian_id == guardian_id)
        )  # fmt: skip
        standing = ContactPoint(
            guardian_id=guardian_id, address_id=address.id, position=0 if last is None else last + 1,
            source=FactSource.ENTERED,
        )  # fmt: skip
        session.add(standing)
    standing.active, standing.source = True, FactSource.ENTERED
    session.flush()
    return standing.id
