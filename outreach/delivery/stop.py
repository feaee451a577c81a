"""Stop everything, for the district or one school: nothing goes out to families or staff until resumed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import Audience, DeliveryStop, Message, MessageKind, School
from outreach.errors import NotFound
from outreach.language import _


def stop_everything(
    session: Session, school_id: int | None, why: str, now: datetime, account_id: int | None = None
) -> DeliveryStop:
    """Hold back every message, of the district or one school, from the next claim on. Stopped twice is stopped once."""
    standing = _standing(session, school_id)
    if standing is not None:
        return standing
    made = DeliveryStop(school_id=school_id, why=why, stopped_at=now, stopped_by=account_id)
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:
        standing = _standing(session, school_id)
        if standing is None:
            raise
        return standing
    return made


def resume(session: Session, school_id: int | None, now: datetime, account_id: int | None = None) -> bool:
    """Lift the stop of the district or one school; False where none was in force. What went stale meanwhile expires."""
    standing = _standing(session, school_id)
    if standing is None:
        return False
    standing.resumed_at, standing.resumed_by = now, account_id
    session.flush()
    return True


def stops_in_force(session: Session) -> list[DeliveryStop]:
    return list(
        session.scalars(select(DeliveryStop).where(DeliveryStop.resumed_at.is_(None)).order_by(DeliveryStop.id))
    )


def stopped() -> ColumnElement[bool]:
    """For a statement over messages: a stop holds this one back. Letters about an account always go, and so does what
    tells a school's safety list that somebody may be in danger."""
    in_force = exists().where(
        DeliveryStop.resumed_at.is_(None),
        or_(DeliveryStop.school_id.is_(None), DeliveryStop.school_id == Message.school_id),
    )
    to_safety_list = and_(Message.audience == Audience.STAFF, Message.kind == MessageKind.SAFETY)
    return (Message.audience != Audience.ACCOUNT) & ~to_safety_list & in_force


def school_by_code(session: Session, code: str) -> School:
    """The school with this code or sourced id. Raises :class:`~outreach.errors.NotFound`."""
    found = session.scalar(select(School).where(or_(School.code == code, School.sourced_id == code)))
    if found is None:
        raise NotFound(_("No school has the code “%(code)s”; see the codes on the administrator's page.", code=code))
    return found


def _standing(session: Session, school_id: int | None) -> DeliveryStop | None:
    same = DeliveryStop.school_id.is_(None) if school_id is None else DeliveryStop.school_id == school_id
    return session.scalar(select(DeliveryStop).where(same, DeliveryStop.resumed_at.is_(None)))
