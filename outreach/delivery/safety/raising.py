"""Raise an alert: by the words in what a family wrote, or by anybody who is worried about a contact.

Raising is a row, due to be told now; :func:`~outreach.delivery.safety.telling.tell_again` tells it, within seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import Account, Contact, Family, InboundMessage, OrgKind, SafetyAlert, SafetyOutcome, School, Student
from outreach.access import NotAllowed, Viewer, audit, sees_family, viewer_of
from outreach.contacts import families_of_contact, students_of_contact
from outreach.errors import NotFound
from outreach.language import N_, _

from .notes import add_note
from .questions import give_question

RAISE = "raise_safety_alert"


def raise_for_inbound(
    session: Session, inbound: InboundMessage, school_id: int | None, found: Sequence[str], now: datetime
) -> SafetyAlert:
    """Raise the alert of a message in which listed words were ``found``, before anything else is made of it.

    ``school_id`` None: of a sender whom nobody knows; where the district has several schools, every list is told.
    Told again, by a webhook that repeats or a reading tried anew, it is the alert that stands. Does not commit.
    """
    session.flush()
    standing = session.scalar(select(SafetyAlert).where(SafetyAlert.inbound_id == inbound.id))
    if standing is not None:
        return standing
    made = SafetyAlert(
        school_id=school_id or only_school(session), family_id=inbound.family_id, inbound_id=inbound.id,
        contact_id=inbound.contact_id, found=list(found), raised_at=now, next_alert_at=now,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:  # another worker read the same message at the same moment
        return session.scalars(select(SafetyAlert).where(SafetyAlert.inbound_id == inbound.id)).one()
    detail = {"school": made.school_id, "inbound": inbound.id, "words": len(found)}
    audit(session, None, RAISE, "safety_alert", made.id, now, because=N_("listed words"), detail={**detail})
    return made


def only_school(session: Session) -> int | None:
    """The district's school, where it has just one."""
    schools = session.scalars(select(School.id).where(School.active, School.kind == OrgKind.SCHOOL).limit(2)).all()
    return schools[0] if len(schools) == 1 else None


def link_contact(session: Session, inbound_id: int, contact_id: int) -> None:
    """Tell the alert of a message which contact, and family, the message became. Without an alert, nothing."""
    alert = session.scalar(select(SafetyAlert).where(SafetyAlert.inbound_id == inbound_id))
    if alert is None or alert.contact_id == contact_id:
        return
    families = families_of_contact(session, contact_id)
    inbound = session.get_one(InboundMessage, inbound_id)
    alert.school_id = inbound.school_id or alert.school_id  # from now on its own school's list
    alert.contact_id = contact_id
    alert.family_id = inbound.family_id or (families[0] if families else None)
    session.flush()
    _give_to_who_has_it(session, alert, session.get_one(Contact, contact_id).recorded_at)


def unlink_contact(session: Session, inbound: InboundMessage, *, of_school: bool) -> None:
    """The message was not of the family that it had been given to: its alert is of no family until it is matched again,
    and, but where ``of_school``, of the school of ``inbound`` or of every list. Without an alert, nothing."""
    alert = session.scalar(select(SafetyAlert).where(SafetyAlert.inbound_id == inbound.id))
    if alert is None:
        return
    alert.contact_id = alert.family_id = None
    if not of_school:
        alert.school_id = inbound.school_id or only_school(session)
    session.flush()


def _give_to_who_has_it(session: Session, alert: SafetyAlert, now: datetime) -> None:
    """Who has the alert reads the words; so the question that they have become is that person's to answer. Ended as no
    danger, they are everybody's to read again, and the question stays with its owner."""
    account = session.get(Account, alert.taken_by) if alert.taken_by is not None else None
    if account is None or alert.outcome is SafetyOutcome.NO_DANGER:
        return
    with suppress(NotAllowed):  # has left since
        give_question(session, alert, viewer_of(session, account, now), now)


def raise_by_hand(
    session: Session, viewer: Viewer, contact_id: int, now: datetime, note: str | None = None
) -> SafetyAlert:
    """Tell the safety list that ``viewer`` is worried about a contact. From then on only the list reads its words.

    A contact has one alert: an open one is left as it is, with the note added; one that had ended is open again, and
    told anew. Raises :class:`~outreach.errors.NotFound` for a contact of a family that the viewer may not see.
    """
    contact = session.get(Contact, contact_id)
    families = _visible(session, viewer, contact_id)
    if contact is None or not families:
        raise NotFound(_("There is no such contact, or you do not work with its family."))
    alert = _of_contact(session, contact_id) or _made(session, viewer, contact, families[0], now)
    if alert.ended_at is not None:
        alert.ended_at = alert.ended_by = alert.outcome = alert.taken_at = alert.taken_by = None
        alert.next_alert_at = now
    add_note(session, alert, viewer, note, now)
    audit(session, viewer, RAISE, "safety_alert", alert.id, now, because=N_("by hand"), detail={"contact": contact_id})
    return alert


def _visible(session: Session, viewer: Viewer, contact_id: int) -> list[int]:
    of_contact = families_of_contact(session, contact_id)
    return sorted(session.scalars(select(Family.id).where(Family.id.in_(of_contact), sees_family(viewer, Family.id))))


def _of_contact(session: Session, contact_id: int) -> SafetyAlert | None:
    about = or_(SafetyAlert.contact_id == contact_id, InboundMessage.contact_id == contact_id)
    return session.scalar(
        select(SafetyAlert)
        .outerjoin(InboundMessage, InboundMessage.id == SafetyAlert.inbound_id)
        .where(about)
        .with_for_update(of=SafetyAlert)
    )


def _made(session: Session, viewer: Viewer, contact: Contact, family_id: int, now: datetime) -> SafetyAlert:
    inbound_id = session.scalar(select(InboundMessage.id).where(InboundMessage.contact_id == contact.id))
    made = SafetyAlert(
        school_id=_school(session, viewer, contact.id), family_id=family_id, inbound_id=inbound_id,
        contact_id=contact.id, raised_at=now, raised_by=viewer.account_id, next_alert_at=now,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:  # two colleagues at the same moment
        standing = _of_contact(session, contact.id)
        if standing is None:
            raise
        return standing
    return made


def _school(session: Session, viewer: Viewer, contact_id: int) -> int:
    """The school of the children it is about; of several, one where the viewer works."""
    schools = session.scalars(
        select(Student.school_id).where(Student.id.in_(students_of_contact(session, contact_id))).order_by(Student.id)
    ).all()
    return next((school for school in schools if school in viewer.school_ids), schools[0])
