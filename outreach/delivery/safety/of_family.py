"""Raise an alert about a family that rests on no contact: what a colleague saw or heard, in that colleague's words."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import FamilyMember, SafetyAlert, Student
from outreach.access import Viewer, audit, require
from outreach.contacts import lock_family
from outreach.language import _

from .errors import SafetyRefused
from .notes import add_note
from .raising import RAISE


def raise_about_family(session: Session, viewer: Viewer, family_id: int, words: str, now: datetime) -> SafetyAlert:
    """Tell the safety list that ``viewer`` is worried about a family; only the list reads the ``words``.

    A family has one open alert of this kind: what is said later is added to its notes, and told anew where nobody has
    taken it. Raises :class:`~outreach.errors.NotFound` for a family that the viewer may not see,
    :class:`SafetyRefused` without words. Does not commit.
    """
    grant = require(session, viewer, family_id)
    if not words.replace("\x00", "").strip():
        raise SafetyRefused(_("Say what worries you: what you saw or heard, and when."), "note")
    lock_family(session, family_id)  # two colleagues at the same moment raise one alert
    open_one = select(SafetyAlert).where(
        SafetyAlert.family_id == family_id, SafetyAlert.contact_id.is_(None), SafetyAlert.inbound_id.is_(None),
        SafetyAlert.ended_at.is_(None),
    )  # fmt: skip
    # held: nobody ends it, or takes it back, while this is added to it
    alert = session.scalar(open_one.with_for_update().execution_options(populate_existing=True))
    if alert is None:
        alert = SafetyAlert(
            school_id=_school(session, viewer, family_id), family_id=family_id, found=[], raised_at=now,
            raised_by=viewer.account_id, next_alert_at=now,
        )  # fmt: skip
        session.add(alert)
    elif alert.taken_at is None:
        alert.next_alert_at = now
    session.flush()
    add_note(session, alert, viewer, words, now)
    detail = {"family": family_id}
    audit(session, viewer, RAISE, "safety_alert", alert.id, now, because=grant.because, detail={**detail})
    return alert


def _school(session: Session, viewer: Viewer, family_id: int) -> int | None:
    """The school of the family's children; of several, one where the viewer works."""
    schools = session.scalars(
        select(Student.school_id)
        .join(FamilyMember, FamilyMember.student_id == Student.id)
        .where(FamilyMember.family_id == family_id, FamilyMember.until_on.is_(None))
        .order_by(Student.id)
    ).all()
    return next((school for school in schools if school in viewer.school_ids), schools[0] if schools else None)
