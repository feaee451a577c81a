"""Two people on one suggestion: who comes second is told who changed what, and overwrites nothing unseen."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Account, AuditEvent, Outreach, OutreachState, Staff
from outreach.access import Viewer
from outreach.language import N_, _

from .errors import ChangedMeanwhile

LETTERS = 16
DID = {
    "outreach.edit": N_("%(name)s changed the words while you had this open. Look at them, then decide."),
    "outreach.approve": N_("%(name)s approved this while you had it open. Look at how it stands, then decide."),
    "outreach.approve_all": N_("%(name)s approved this with others while you had it open. Look, then decide."),
    "outreach.reschedule": N_("%(name)s moved this to another time while you had it open. Look, then decide."),
    "outreach.dismiss": N_("%(name)s set this aside while you had it open. Look at why, then decide."),
    "outreach.undo": N_("%(name)s took this back while you had it open. Look at how it stands, then decide."),
    "outreach.assign": N_("%(name)s gave this to a colleague while you had it open. Look who has it, then decide."),
    "outreach.end_weekly": N_("%(name)s ended this weekly message while you had it open. Look, then decide."),
}
BY_YOU = N_("You changed this in another window. Look at how it stands, then decide.")
BY_NOBODY = N_("This has changed since you opened it. Look at how it stands, then decide.")


def version_of(row: Outreach) -> str:
    """What a form carries, to be compared when it comes back: another value, whenever anything shown has changed."""
    return _version(row, row.state, row.approved_at)


def version_before_approval(row: Outreach) -> str:
    """What a form carried while ``row`` was a suggestion, if nothing but its approval has changed since."""
    return _version(row, OutreachState.SUGGESTED, None)


def _version(row: Outreach, state: OutreachState, approved_at: datetime | None) -> str:
    shown = (
        state.value, row.title, row.body, row.local_time, row.timezone, row.staff_id, row.channel.value,
        row.address_id, row.guardian_id, row.repeats_until, approved_at.isoformat() if approved_at else None,
    )  # fmt: skip
    return sha256(repr(shown).encode()).hexdigest()[:LETTERS]


def check_seen(session: Session, viewer: Viewer, row: Outreach, seen: str | None) -> None:
    """``seen`` is what the form carried; None: the caller showed nothing. ``row`` is held, so that the answer stands.

    Raises :class:`ChangedMeanwhile` with who did what.
    """
    if seen is not None and seen != version_of(row):
        raise ChangedMeanwhile(_who_did_what(session, viewer, row))


def done_already(session: Session, viewer: Viewer, row: Outreach, seen: str | None, *actions: str) -> bool:
    """Whether ``row`` is another than was ``seen``, and the newest that was done with it is one of these ``actions`` by
    this viewer: perhaps the same form, sent twice, if what it asks for is as it stands."""
    if seen is None or seen == version_of(row):
        return False
    account_id, action = _newest(session, row)
    return account_id == viewer.account_id and action in actions


def _who_did_what(session: Session, viewer: Viewer, row: Outreach) -> str:
    """What the system itself did (a message left, a night passed) has no name."""
    account_id, action = _newest(session, row)
    if account_id is None:
        return _(BY_NOBODY)
    if account_id == viewer.account_id:
        return _(BY_YOU)
    name = session.scalar(
        select(Staff.display_name).join(Account, Account.staff_id == Staff.id).where(Account.id == account_id)
    )
    return _(DID[action], name=name) if name and action in DID else _(BY_NOBODY)


def _newest(session: Session, row: Outreach) -> tuple[int | None, str]:
    """Whose the newest line of the trail is. One line stands for all that were approved together; there the row says
    who it was."""
    newest = session.execute(
        select(AuditEvent.account_id, AuditEvent.action, AuditEvent.at)
        .where(AuditEvent.subject_type == "outreach", AuditEvent.subject_id == row.id)
        .order_by(AuditEvent.id.desc())
        .limit(1)
    ).first()
    if row.approved_at is not None and (newest is None or row.approved_at > newest.at):
        return row.approved_by, "outreach.approve_all"
    return (newest.account_id, newest.action) if newest is not None else (None, "")
