"""A colleague takes back an alert that they have just raised by mistake. It never goes without a trace: it stands among
those that have ended, where the list may open it again, and whoever was told is told that it was a mistake."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Audience, AuditEvent, Message, MessageKind, SafetyAlert, SafetyOutcome
from outreach.access import Viewer, audit
from outreach.access.safety_list import Listener, listeners
from outreach.errors import NotFound
from outreach.language import N_, _, speaking

from ..intents import Intent, enqueue
from ..states import ON_ITS_WAY
from ..still_so import CALLED_OFF, about_alert
from .errors import SafetyRefused
from .notes import name_of
from .questions import give_back_question
from .raising import RAISE
from .telling import call_off, place_of

DIRECTLY = timedelta(minutes=10)
"""For so long the raiser takes it back; later the list has had its time to act, and decides."""
MISTAKE = N_(
    "%(place)s: The safety alert of a few minutes ago was raised by mistake. Who raised it took it back; it stands "
    "under Ended."
)
"""Straight apostrophes, and translations of the letters that carriers have in one byte: others halve what a text
holds."""


def can_take_back(session: Session, viewer: Viewer, alert: SafetyAlert, now: datetime) -> bool:
    """Whether :func:`take_back_alert` would do it: the raiser's own, just raised, the only worry, and nobody's yet."""
    return alert.raised_by == viewer.account_id and alert.ended_at is None and _refusal(session, alert, now) is None


def take_back_alert(session: Session, viewer: Viewer, alert_id: int, now: datetime) -> list[str]:
    """End an alert that ``viewer`` has just raised, as no danger and as a mistake; gives the names of whom this is
    told: those whose message has left, or may have. What has not left is called off.

    A repeat tells nobody again. Raises :class:`~outreach.errors.NotFound` for an alert that somebody else, or the list
    of words, raised; :class:`SafetyRefused` where somebody has taken or ended it, or has added to it, and later than
    :data:`DIRECTLY` after it was raised. Does not commit.
    """
    alert = session.get(SafetyAlert, alert_id, with_for_update=True, populate_existing=True)
    if alert is None or alert.raised_by is None or alert.raised_by != viewer.account_id:
        raise NotFound(_("There is no such alert of yours."))
    if alert.ended_at is not None and alert.ended_by == viewer.account_id and alert.taken_at is None:
        return []
    refusal = _refusal(session, alert, now)
    if refusal is not None:
        raise SafetyRefused(refusal)
    call_off(session, alert, now, CALLED_OFF)
    alert.outcome, alert.ended_at, alert.ended_by = SafetyOutcome.NO_DANGER, now, viewer.account_id
    alert.next_alert_at = None
    session.flush()
    give_back_question(session, alert, viewer, now)
    told = _left(session, alert)
    people = {person.key: person for person in listeners(session, alert.school_id, viewer.on)}
    for message in told:
        _tell(session, alert, message, people.get(_person(message)), now)
    detail = {"told": len(told)}
    audit(session, viewer, "take_back_safety_alert", "safety_alert", alert.id, now, detail={**detail})
    return sorted({people[key].name for key in map(_person, told) if key in people})


def _refusal(session: Session, alert: SafetyAlert, now: datetime) -> str | None:
    """Why the raiser cannot take it back; None: nothing stands against it."""
    if alert.ended_at is not None:
        return _("This alert has ended already; nothing was changed.")
    if alert.taken_at is not None:
        name = name_of(session, alert.taken_by) or _("A colleague")
        return _("%(name)s has taken this alert. Tell them that it was a mistake; they end it.", name=name)
    if _times_raised(session, alert) > 1:
        return _("More was said about this since, so it stays. Tell the safety list what was a mistake.")
    if now >= alert.raised_at + DIRECTLY:
        minutes = DIRECTLY // timedelta(minutes=1)
        return _(
            "It was raised more than %(minutes)s minutes ago, so the safety list decides. Tell them that it was a "
            "mistake.",
            minutes=minutes,
        )
    return None


def _times_raised(session: Session, alert: SafetyAlert) -> int:
    """How often anybody was worried about it, the same person twice too: the trail knows."""
    raised = select(AuditEvent.id).where(
        AuditEvent.subject_type == "safety_alert", AuditEvent.subject_id == alert.id, AuditEvent.action == RAISE
    )
    return len(session.scalars(raised).all())


def _left(session: Session, alert: SafetyAlert) -> Sequence[Message]:
    """The messages about this alert that have left or may have, one an address."""
    messages = session.scalars(
        select(Message)
        .where(
            Message.kind == MessageKind.SAFETY, Message.audience == Audience.STAFF, Message.state.in_(ON_ITS_WAY),
            Message.intent_key.startswith(about_alert(alert.id)),
        )
        .order_by(Message.id)
    ).all()  # fmt: skip
    return list({(one.channel, one.to_value): one for one in messages}.values())


def _person(message: Message) -> str:
    """Whom a message about an alert told, as its key names them."""
    return message.intent_key.split("|")[3]


def _tell(session: Session, alert: SafetyAlert, told: Message, person: Listener | None, now: datetime) -> None:
    with speaking(person.language if person else None):
        place = place_of(session, alert)
        title, body = _("Safety alert taken back: %(place)s", place=place), _(MISTAKE, place=place)
    enqueue(
        session,
        Intent(
            key=f"alert-mistake|{alert.id}|{told.id}", audience=Audience.STAFF, kind=MessageKind.SAFETY,
            channel=told.channel, to_kind=told.to_kind, to_value=told.to_value, title=title, body=body, due_at=now,
            staff_id=told.staff_id, school_id=alert.school_id, about_school_work=False,
        ),
        now,
    )  # fmt: skip
