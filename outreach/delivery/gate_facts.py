"""Gather what the gate rests on, for one message, inside the transaction that will also write its answer.

Two statements, asked together with the one that holds its rows (:mod:`.held`): everything that stands about reader,
sender, school, address and each student (:mod:`.gate_students`), and what else goes to the same places (:mod:`.caps`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from models import (
    Address,
    AddressHealth,
    Channel,
    Consent,
    ConsentState,
    ContactPoint,
    District,
    Guardian,
    Hold,
    Message,
    ProviderPause,
    School,
    Staff,
    Student,
)
from outreach.access import working_here
from outreach.prepared import Asked, named
from outreach.schooltime import UnknownZone, named_zone

from .caps import Places
from .claimed import AnyMessage, Claimed
from .consent import allows
from .final_words import words_refused
from .first_text import texts_that_reached
from .gate import AT_ONCE, GateFacts
from .gate_students import STUDENT_COLUMNS, About, about_of, with_students
from .providers.base import Providers
from .states import ON_ITS_WAY
from .still_so import no_longer_so
from .stop import stopped
from .terms import Terms


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands about one message at one moment, and whether anything holds all sending back."""

    rows: Sequence[Any]
    today: date
    """The day on the school's wall: people leave, and guardianships end, by it."""

    @property
    def row(self) -> Any:
        """What is the same whichever student it is about."""
        return self.rows[0]

    @property
    def about(self) -> Sequence[About]:
        """The students that it is about."""
        return about_of(self.rows, self.today)

    @property
    def stopped(self) -> bool:
        """*Stop everything* holds it back."""
        return bool(self.row.stopped)

    @property
    def paused(self) -> bool:
        """Its provider was paused, and is perhaps being tried again."""
        return bool(self.row.paused)

    @property
    def first_text(self) -> bool:
        """No text of ours has reached this address yet."""
        return not self.row.texted

    @property
    def names(self) -> Mapping[str, str]:
        """What the words around a message speak of; see :func:`~outreach.delivery.replies.values_of`."""
        row = self.row
        found = {"district": row.district, "school": row.school, "phone": row.phone, "sender": row.sender}
        return {name: str(value) for name, value in found.items() if value}


def what_stands(claimed: Claimed, provider: str, today: date, now: datetime) -> Asked:
    """What stands about a message: a row for each student; for :class:`Standing`. ``provider``: by which it would
    leave. ``today``: by the school's clock."""
    return _STANDING, {
        "message_id": claimed.id, "address_id": claimed.address_id, "family_id": claimed.family_id,
        "guardian_id": claimed.guardian_id, "provider": provider, "now": now, "today": today,
    }  # fmt: skip


def facts_for(
    session: Session, message: AnyMessage, standing: Standing, sent: Places, now: datetime, terms: Terms,
    providers: Providers,
) -> GateFacts:  # fmt: skip
    """Everything :func:`~outreach.delivery.gate.decide` asks about a message to a family.

    On a channel that does not really leave the machine a school needs no first day.
    """
    row, about, live = standing.row, standing.about, providers.live
    first_day: date | None = row.sms_live_from if message.channel is Channel.SMS else row.email_live_from
    return GateFacts(
        kind=message.kind, automated=message.automated, urgent=message.urgent,
        about_school_work=message.about_school_work, expires_at=message.expires_at,
        held=_hold(session, [one.hold_id for one in standing.rows]),
        live_from=first_day if message.channel in live else None,
        goes_live=message.channel not in live or first_day is not None,
        reader_active=bool(row.guardian_active and row.reached), children=[one.child for one in about],
        consented=allows(row.consent, message.category, basis_recorded=row.consent_basis_at is not None),
        said_no=row.consent is ConsentState.OUT,
        health=row.health, usable_elsewhere=row.health is not AddressHealth.USABLE and _has_better(session, message),
        shared_with_barred=any(one.shared_with_barred for one in about),
        zones=_zones([row.guardian_zone, row.school_zone, row.district_zone], row.address_zone),
        hours=terms.hours_of(session, row.school_id) if row.school_id is not None else None,
        answers_recent=sent.answers_recent, family_sent=sent.family, family_automated=sent.family_automated,
        address_sent=sent.address, address_automated=sent.address_automated,
        sender_here=row.sender_here is not False,
        ahead=sent.ahead,
        wrong_words=words_refused(session, message, terms.rules, first=standing.first_text)
        or no_longer_so(session, message),
        gets_texts=message.channel is not Channel.SMS or row.gets_texts is not False,
        words_known_here=sent.words_known_here, replied_already=_replied(session, message),
        money_from=terms.resumes_at if terms.left <= 0 else None,
    )  # fmt: skip


_POINT = aliased(ContactPoint)
_ONCE = (
    select(
        stopped().label("stopped"),
        exists().where(ProviderPause.provider == bindparam("provider")).label("paused"),
        Address.health, Address.timezone.label("address_zone"),
        select(Consent.state)
        .where(
            Consent.address_id == Message.address_id, Consent.channel == Message.channel,
            Consent.category == Message.category,
        )
        .order_by(Consent.id.desc()).limit(1).correlate(Message).scalar_subquery().label("consent"),
        Guardian.active.label("guardian_active"), Guardian.timezone.label("guardian_zone"),
        _POINT.active.label("reached"), _POINT.texts.label("gets_texts"),
        working_here(bindparam("today")).label("sender_here"),
        School.id.label("school_id"), School.timezone.label("school_zone"), School.sms_live_from,
        School.email_live_from, District.timezone.label("district_zone"), District.consent_basis_at,
        exists(texts_that_reached().where(Message.address_id == bindparam("address_id")).correlate(None))
        .label("texted"),
        District.name.label("district"), School.name.label("school"), School.phone, Staff.display_name.label("sender"),
        *STUDENT_COLUMNS,
    )
    .select_from(Message)
    .join(Address, Address.id == Message.address_id)
    .outerjoin(Guardian, Guardian.id == Message.guardian_id)
    .outerjoin(_POINT, and_(_POINT.guardian_id == Message.guardian_id, _POINT.address_id == Message.address_id))
    .outerjoin(Staff, Staff.id == Message.staff_id)
    .outerjoin(District, District.id == 1)
    .where(Message.id == bindparam("message_id"))
)  # fmt: skip


_STANDING = named(
    with_students(_ONCE).outerjoin(School, School.id == func.coalesce(Message.school_id, Student.school_id))
)


def _hold(session: Session, holds: Sequence[int | None]) -> str | None:
    """Whom to ask about the oldest hold on this family, one of the students or their school; see GateFacts."""
    found = min((hold for hold in holds if hold is not None), default=None)
    if found is None:
        return None
    name = session.scalar(select(Staff.display_name).join(Hold, Hold.ask_staff_id == Staff.id).where(Hold.id == found))
    return name or ""


def _has_better(session: Session, message: AnyMessage) -> bool:
    """The same guardian has an address of the same kind that works, and gets texts where this is one."""
    gets_them = or_(ContactPoint.texts.is_(None), ContactPoint.texts.is_(True))
    here = select(Address.kind).where(Address.id == message.address_id).scalar_subquery()
    better = (
        select(ContactPoint.id)
        .join(Address, Address.id == ContactPoint.address_id)
        .where(
            ContactPoint.guardian_id == message.guardian_id, ContactPoint.active, Address.kind == here,
            Address.health == AddressHealth.USABLE, *([gets_them] if message.channel is Channel.SMS else []),
        )
    )  # fmt: skip
    return session.scalar(better.limit(1)) is not None


def _zones(own: Sequence[str | None], region: str | None) -> tuple[ZoneInfo, ...]:
    """The reader's own zone, else the school's, else the district's; and the number's region's, where it differs.

    A name that is no zone counts as unknown. Empty where nothing is known.
    """
    first = next((zone for name in own if (zone := _zone(name)) is not None), None)
    there = _zone(region)
    if first is None:
        return ()
    return (first,) if there is None or there.key == first.key else (first, there)


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return named_zone(name) if name else None
    except UnknownZone:
        return None


def _replied(session: Session, message: AnyMessage) -> bool:
    """A reply of this kind to the same words of the family has gone, or may have gone."""
    if message.kind not in AT_ONCE or message.answers_inbound is None:
        return False
    earlier = select(Message.id).where(
        Message.answers_inbound == message.answers_inbound, Message.kind == message.kind, Message.id != message.id,
        Message.state.in_(ON_ITS_WAY),
    )  # fmt: skip
    return session.scalar(earlier.limit(1)) is not None
