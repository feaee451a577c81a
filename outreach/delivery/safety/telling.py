"""Tell the school's safety list of an alert, by text and by e-mail, and again until somebody has taken it.

What is sent holds no word of the family and no child's name: a phone's lock screen shows it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AddressKind, Audience, Channel, District, Message, MessageKind, MessageState, SafetyAlert, School
from outreach.access import audit
from outreach.access.safety_list import Listener, listeners
from outreach.effective import effective_config
from outreach.language import N_, _, speaking

from ..intents import Intent, cancel, enqueue
from ..still_so import TAKEN, about_alert
from .notes import zone_of_alert

log = structlog.get_logger(__name__)
FOUND = N_("%(place)s: A family's message may speak of danger. Open: %(link)s")
FOUND_AGAIN = N_("%(place)s: A family's message may speak of danger and nobody has taken it yet. Open: %(link)s")
WORRIED = N_("%(place)s: A colleague is worried about a family. Open: %(link)s")
WORRIED_AGAIN = N_("%(place)s: A colleague is worried about a family and nobody has taken it yet. Open: %(link)s")
"""Straight apostrophes, and translations of the letters that carriers have in one byte: others halve what a text
holds."""
AT_ONCE = 50
"""Alerts told in one transaction; the next tick comes within seconds."""


def tell_again(session: Session, now: datetime, link: str) -> int:
    """Tell every alert whose time has come: a new one at once, one that nobody has taken every so many minutes
    (``alert_again_minutes`` of safety.toml). How many were told.

    ``link`` is the address of the pages, without a closing slash. At any hour; in any number of workers, each round
    of an alert is told once. Does not commit.
    """
    waiting = (
        select(SafetyAlert)
        .where(SafetyAlert.next_alert_at <= now, SafetyAlert.taken_at.is_(None), SafetyAlert.ended_at.is_(None))
        .order_by(SafetyAlert.next_alert_at, SafetyAlert.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    alerts = session.scalars(waiting).all()
    if not alerts:
        return 0
    again = timedelta(minutes=effective_config(session, now).safety.alert_again_minutes)
    for alert in alerts:
        alert.alerts += 1
        alert.next_alert_at = now + again
        session.flush()
        _tell(session, alert, now, now + again, link)
    return len(alerts)


def call_off(session: Session, alert: SafetyAlert, now: datetime, why: str = TAKEN) -> int:
    """Take back what has not left yet of an alert, as a rule because somebody has taken it; how many messages."""
    unsent = session.scalars(
        select(Message.id).where(
            Message.state == MessageState.SCHEDULED, Message.kind == MessageKind.SAFETY,
            Message.audience == Audience.STAFF, Message.intent_key.startswith(about_alert(alert.id)),
        )
    ).all()  # fmt: skip
    return sum(cancel(session, message_id, why, now) for message_id in unsent)


def place_of(session: Session, alert: SafetyAlert) -> str:
    """The name of the alert's school; of no school yet, the district's."""
    if alert.school_id is not None:
        return session.get_one(School, alert.school_id).name
    return session.scalar(select(District.name)) or _("Your district")


def _tell(session: Session, alert: SafetyAlert, now: datetime, expires_at: datetime, link: str) -> None:
    told = listeners(session, alert.school_id, now.astimezone(zone_of_alert(session, alert)).date())
    for person in told:
        with speaking(person.language):
            place = place_of(session, alert)
            title, body = _("Safety alert: %(place)s", place=place), _words(alert, place, link)
        for channel, kind, address in _addresses(person):
            enqueue(
                session,
                Intent(
                    key=f"{about_alert(alert.id)}{alert.alerts}|{person.key}|{channel.value}",
                    audience=Audience.STAFF, kind=MessageKind.SAFETY, channel=channel, to_kind=kind, to_value=address,
                    title=title, body=body, due_at=now, expires_at=expires_at, staff_id=person.staff_id,
                    school_id=alert.school_id, about_school_work=False,
                ),
                now,
            )  # fmt: skip
    if not told:
        log.error("safety alert has nobody to be told to", alert_id=alert.id, school_id=alert.school_id)
    detail = {"round": alert.alerts, "people": len(told)}
    audit(session, None, "tell_safety_alert", "safety_alert", alert.id, now, detail={**detail})


def _addresses(person: Listener) -> Iterator[tuple[Channel, AddressKind, str]]:
    if person.phone:
        yield Channel.SMS, AddressKind.PHONE, person.phone
    if person.email:
        yield Channel.EMAIL, AddressKind.EMAIL, person.email


def _words(alert: SafetyAlert, place: str, link: str) -> str:
    first, again = (FOUND, FOUND_AGAIN) if alert.found else (WORRIED, WORRIED_AGAIN)
    page = f"{link}/safety/{alert.id}"
    return _(again if alert.alerts > 1 else first, place=place, link=page)
