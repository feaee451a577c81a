"""What the safety list reads: each alert with the words that it is about, who was told, and who has it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from models import (
    Audience,
    Channel,
    Contact,
    Family,
    FamilyMember,
    Guardian,
    InboundMessage,
    Message,
    MessageKind,
    Request,
    SafetyAlert,
    SafetyOutcome,
    Staff,
    Student,
)
from outreach.access import Viewer, sees_family
from outreach.access.safety_list import may_read_alert, watched_schools
from outreach.language import _

from ..states import ON_ITS_WAY
from ..still_so import about_alert
from .acts import find_alert
from .notes import name_of, zone_of_alert
from .telling import place_of

ENDED_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Told:
    """How often one person was told."""

    name: str
    channel: Channel
    times: int
    left: int
    """How many of these have left; the others wait, failed or were called off."""


@dataclass(frozen=True, slots=True)
class Said:
    """The words that an alert is about. Moments in UTC."""

    at: datetime
    channel: Channel | None
    """None: it rests on no contact, but on what a colleague saw or heard."""
    who: str | None
    """The guardian, where it is known; else whoever kept the contact wrote for nobody."""
    address: str | None
    """The number or e-mail that it came from; None for a contact that a person kept."""
    title: str | None
    words: str | None
    question: str | None
    """What was noted as the family's question, where that is not the same."""
    pictures: int


@dataclass(frozen=True, slots=True)
class AlertView:
    """One alert as the list sees it."""

    id: int
    school_name: str
    zone: str
    family_id: int | None
    family_name: str | None
    family_open: bool
    """The viewer may open the family's own page."""
    students: tuple[str, ...]
    said: Said
    found: tuple[str, ...]
    raised_at: datetime
    raised_by: str | None
    """None: by the list of words."""
    alerts: int
    told: tuple[Told, ...]
    taken_at: datetime | None
    taken_by: str | None
    mine: bool
    ended_at: datetime | None
    ended_by: str | None
    outcome: SafetyOutcome | None
    note: str | None


@dataclass(frozen=True, slots=True)
class EndedAlert:
    """One line of the history; its words are on its own page."""

    id: int
    school_name: str
    zone: str
    family_name: str | None
    raised_at: datetime
    ended_at: datetime
    ended_by: str | None
    outcome: SafetyOutcome


def open_alerts(session: Session, viewer: Viewer) -> list[AlertView]:
    """The open alerts of the schools that ``viewer`` watches: those that nobody has taken first, oldest first."""
    alerts = session.scalars(
        select(SafetyAlert)
        .where(SafetyAlert.ended_at.is_(None), may_read_alert(viewer))
        .order_by(SafetyAlert.taken_at.is_not(None), SafetyAlert.raised_at, SafetyAlert.id)
    ).all()
    return [_view(session, viewer, alert) for alert in alerts]


def read_alert(session: Session, viewer: Viewer, alert_id: int) -> AlertView:
    """One alert, open or ended. Raises :class:`~outreach.errors.NotFound` where it is not the viewer's to read."""
    return _view(session, viewer, find_alert(session, viewer, alert_id))


def ended_alerts(session: Session, viewer: Viewer) -> list[EndedAlert]:
    """The last alerts that have ended at the schools that ``viewer`` watches, newest first; without their words."""
    rows = session.execute(
        select(SafetyAlert, Family.name)
        .outerjoin(Family, Family.id == SafetyAlert.family_id)
        .where(SafetyAlert.ended_at.is_not(None), may_read_alert(viewer))
        .order_by(SafetyAlert.ended_at.desc(), SafetyAlert.id.desc())
        .limit(ENDED_SHOWN)
    ).all()
    return [
        EndedAlert(
            alert.id, place_of(session, alert), zone_of_alert(session, alert).key, family, alert.raised_at,
            alert.ended_at, name_of(session, alert.ended_by), alert.outcome,
        )
        for alert, family in rows if alert.ended_at is not None and alert.outcome is not None
    ]  # fmt: skip


def watches(session: Session, viewer: Viewer) -> bool:
    """Whether any school's alerts are the viewer's to read."""
    return session.scalar(watched_schools(viewer).limit(1)) is not None


def alerts_waiting(session: Session, viewer: Viewer) -> int:
    """Open alerts that nobody has taken, or that the viewer has: what the frame of every page says."""
    return session.scalars(
        select(func.count(SafetyAlert.id)).where(
            SafetyAlert.ended_at.is_(None),
            or_(SafetyAlert.taken_at.is_(None), SafetyAlert.taken_by == viewer.account_id),
            may_read_alert(viewer),
        )
    ).one()


def alerts_of_contacts(session: Session, viewer: Viewer, contact_ids: Collection[int]) -> dict[int, int]:
    """Contact to its alert, open or handled, where that is the viewer's to read: what a timeline links to."""
    contact = func.coalesce(SafetyAlert.contact_id, InboundMessage.contact_id)
    rows = session.execute(
        select(contact, SafetyAlert.id)
        .outerjoin(InboundMessage, InboundMessage.id == SafetyAlert.inbound_id)
        .where(
            contact.in_(contact_ids), may_read_alert(viewer),
            or_(SafetyAlert.outcome.is_(None), SafetyAlert.outcome == SafetyOutcome.HANDLED),
        )
    )  # fmt: skip
    return {contact_id: alert_id for contact_id, alert_id in rows if contact_id is not None}


def _view(session: Session, viewer: Viewer, alert: SafetyAlert) -> AlertView:
    """A few statements an alert: the open ones are few, or a page is the least that is wrong."""
    family = session.get(Family, alert.family_id) if alert.family_id is not None else None
    open_to_viewer = select(Family.id).where(Family.id == alert.family_id, sees_family(viewer, Family.id))
    return AlertView(
        id=alert.id, school_name=place_of(session, alert), zone=zone_of_alert(session, alert).key,
        family_id=alert.family_id, family_name=family.name if family else None,
        family_open=family is not None and session.scalar(open_to_viewer) is not None,
        students=_students(session, alert.family_id), said=_said(session, alert), found=tuple(alert.found),
        raised_at=alert.raised_at, raised_by=name_of(session, alert.raised_by), alerts=alert.alerts,
        told=tuple(_told(session, alert.id)), taken_at=alert.taken_at, taken_by=name_of(session, alert.taken_by),
        mine=alert.taken_by == viewer.account_id, ended_at=alert.ended_at, ended_by=name_of(session, alert.ended_by),
        outcome=alert.outcome, note=alert.note,
    )  # fmt: skip


def _said(session: Session, alert: SafetyAlert) -> Said:
    """A message as it came; of a contact that a person kept, what that person wrote down."""
    inbound = session.get(InboundMessage, alert.inbound_id) if alert.inbound_id is not None else None
    contact = session.get(Contact, alert.contact_id) if alert.contact_id is not None else None
    if inbound is not None:
        guardian = inbound.guardian_id or (contact.guardian_id if contact else None)
        return Said(
            inbound.received_at, inbound.channel, _guardian(session, guardian), inbound.from_value, inbound.title,
            inbound.body, None, inbound.pictures,
        )  # fmt: skip
    if contact is None:
        return Said(alert.raised_at, None, None, None, None, _("What worries a colleague stands below."), None, 0)
    asked = session.scalar(select(Request.question).where(Request.opened_by_contact_id == contact.id).limit(1))
    return Said(
        contact.occurred_at, contact.channel, _guardian(session, contact.guardian_id), None, None, contact.summary,
        asked if asked != contact.summary else None, 0,
    )  # fmt: skip


def _guardian(session: Session, guardian_id: int | None) -> str | None:
    guardian = session.get(Guardian, guardian_id) if guardian_id is not None else None
    return f"{guardian.preferred_name or guardian.given_name} {guardian.family_name}" if guardian else None


def _students(session: Session, family_id: int | None) -> tuple[str, ...]:
    return tuple(
        session.scalars(
            select(func.coalesce(Student.preferred_name, Student.given_name))
            .join(FamilyMember, FamilyMember.student_id == Student.id)
            .where(FamilyMember.family_id == family_id, FamilyMember.until_on.is_(None))
            .order_by(Student.id)
        )
    )


def _told(session: Session, alert_id: int) -> Sequence[Told]:
    who = func.coalesce(Staff.display_name, Message.to_value)
    left = func.sum(case((Message.state.in_(ON_ITS_WAY), 1), else_=0))
    rows = session.execute(
        select(who, Message.channel, func.count(Message.id), left)
        .outerjoin(Staff, Staff.id == Message.staff_id)
        .where(
            Message.kind == MessageKind.SAFETY, Message.audience == Audience.STAFF,
            Message.intent_key.startswith(about_alert(alert_id)),
        )
        .group_by(who, Message.channel)
        .order_by(who, Message.channel)
    )  # fmt: skip
    return [Told(name, channel, times, gone) for name, channel, times, gone in rows]
