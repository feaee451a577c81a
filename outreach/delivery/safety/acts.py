"""What the safety list does with an alert: take it, put it back, end it, open it again. Each stands in the trail."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import SafetyAlert, SafetyOutcome
from outreach.access import Viewer, audit
from outreach.access.safety_list import may_read_alert
from outreach.errors import NotFound
from outreach.language import _, clock, weekday

from .errors import SafetyRefused
from .notes import add_note, name_of, zone_of_alert
from .questions import give_back_question, give_question
from .telling import call_off


def find_alert(session: Session, viewer: Viewer, alert_id: int, *, hold: bool = False) -> SafetyAlert:
    """The alert, where ``viewer`` is of its school's list or stands in for it; ``hold``: its row until the end of the
    transaction. Raises :class:`~outreach.errors.NotFound` otherwise: that there is one is not told either."""
    statement = select(SafetyAlert).where(SafetyAlert.id == alert_id, may_read_alert(viewer))
    if hold:
        statement = statement.with_for_update(of=SafetyAlert).execution_options(populate_existing=True)
    found = session.scalar(statement)
    if found is None:
        raise NotFound(_("There is no such alert, or it is kept for another school’s safety list."))
    return found


def take(session: Session, viewer: Viewer, alert_id: int, now: datetime) -> SafetyAlert:
    """Say that ``viewer`` sees to it: nobody is told again, and the family's question is the viewer's to answer.

    A repeat changes nothing. Raises :class:`SafetyRefused` with the name of who has it already, or ended it.
    """
    alert = find_alert(session, viewer, alert_id, hold=True)
    _require_open(session, alert)
    if alert.taken_at is not None:
        if alert.taken_by != viewer.account_id:
            raise SafetyRefused(_taken(session, alert))
        return alert
    _take(session, alert, viewer, now)
    give_question(session, alert, viewer, now)
    audit(session, viewer, "take_safety_alert", "safety_alert", alert.id, now)
    return alert


def put_back(session: Session, viewer: Viewer, alert_id: int, now: datetime) -> SafetyAlert:
    """Nobody has it any more: the list is told again at once. Raises :class:`SafetyRefused` where it has ended."""
    alert = find_alert(session, viewer, alert_id, hold=True)
    _require_open(session, alert)
    if alert.taken_at is not None:
        alert.taken_at = alert.taken_by = None
        alert.next_alert_at = now
        session.flush()
        audit(session, viewer, "put_back_safety_alert", "safety_alert", alert.id, now)
    return alert


def end(
    session: Session, viewer: Viewer, alert_id: int, outcome: SafetyOutcome, now: datetime, note: str | None = None
) -> SafetyAlert:
    """End an alert, in one step also one that nobody has taken.

    *No danger*: the words show again to everybody who may see the family. *Handled*: they stay with the list, and a
    note says what was done. Raises :class:`SafetyRefused` without that note, or where it has ended already.
    """
    alert = find_alert(session, viewer, alert_id, hold=True)
    _require_open(session, alert)
    if outcome is SafetyOutcome.HANDLED and not (note or "").strip():
        raise SafetyRefused(_("Say what was done, for the list and for the record."), f"note-{alert.id}")
    if alert.taken_at is None:
        _take(session, alert, viewer, now)
    alert.outcome, alert.ended_at, alert.ended_by = outcome, now, viewer.account_id
    add_note(session, alert, viewer, note, now)
    if outcome is SafetyOutcome.NO_DANGER:
        give_back_question(session, alert, viewer, now)
    else:
        give_question(session, alert, viewer, now)
    detail = {"outcome": outcome.value}
    audit(session, viewer, "end_safety_alert", "safety_alert", alert.id, now, detail={**detail})
    return alert


def reopen(session: Session, viewer: Viewer, alert_id: int, now: datetime) -> SafetyAlert:
    """Open an ended alert again, for ``viewer`` to see to: taking a slip of the finger back wakes nobody.

    A repeat changes nothing.
    """
    alert = find_alert(session, viewer, alert_id, hold=True)
    if alert.ended_at is not None:
        alert.ended_at = alert.ended_by = alert.outcome = None
        alert.taken_at, alert.taken_by = now, viewer.account_id
        session.flush()
        give_question(session, alert, viewer, now)
        audit(session, viewer, "reopen_safety_alert", "safety_alert", alert.id, now)
    return alert


def _take(session: Session, alert: SafetyAlert, viewer: Viewer, now: datetime) -> None:
    alert.taken_at, alert.taken_by, alert.next_alert_at = now, viewer.account_id, None
    session.flush()
    call_off(session, alert, now)


def _require_open(session: Session, alert: SafetyAlert) -> None:
    if alert.ended_at is not None:
        name = name_of(session, alert.ended_by)
        if name is None:
            raise SafetyRefused(_("A colleague has already ended this alert."))
        raise SafetyRefused(_("%(name)s has already ended this alert.", name=name))


def _taken(session: Session, alert: SafetyAlert) -> str:
    """Who has it, and since when by the clock of its school."""
    assert alert.taken_at is not None
    local, name = alert.taken_at.astimezone(zone_of_alert(session, alert)), name_of(session, alert.taken_by)
    since = {"day": weekday(local.date()), "time": clock(local)}
    if name is None:
        return _("A colleague has had it since %(day)s, %(time)s.", **since)
    return _("%(name)s has had it since %(day)s, %(time)s.", name=name, **since)
