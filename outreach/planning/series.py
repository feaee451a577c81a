"""A message that goes every week: a chain, to which each night adds the next link once the last has gone, so that what
changes in between (an address, a withdrawal, a teacher who leaves) is seen; ended by a person, and taken up again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import AuditEvent, FamilyMember, Outreach, OutreachState, Staff, Student
from outreach.access import Viewer, audit
from outreach.effective import effective_config
from outreach.language import N_, _
from outreach.schooltime import district_day

from .acts import mine
from .dispatch import BY_HAND, out_of_outbox, to_outbox
from .errors import NotPossibleNow
from .moment import SendTime
from .seen import check_seen
from .send_time import a_week_later
from .states import Step, take

AHEAD = timedelta(days=7)
ENDS_A_CHAIN = (OutreachState.CANCELLED, OutreachState.DISMISSED)
ENDED = N_("The weekly message was ended before this one left.")
COUNTER = 5
"""Length of the link's number at the end of a weekly message's slot: "#0001"."""
KEPT = (
    "family_id", "student_id", "guardian_id", "staff_id", "rule", "about", "channel", "language", "address_id", "title",
    "body", "authored", "timezone", "repeats_until", "approved_at", "approved_by",
)  # fmt: skip
"""What each link has from the one before."""


def first_slot(viewer: Viewer, form_key: str) -> str:
    """The slot of what a form sends once, and of a weekly message's first link."""
    return f"{viewer.account_id}:{form_key.strip()}#0000"


def continue_weekly(session: Session, now: datetime) -> int:
    """Add to each running weekly message the next one due within a week; how many were added. Safe to repeat.

    A chain ends on its last day, when somebody takes a message back, and when its sender or its students have left.
    """
    newest = (
        select(func.max(Outreach.id))
        .where(Outreach.rule == BY_HAND, Outreach.repeats_until.is_not(None))
        .group_by(func.substr(Outreach.slot, 1, func.length(Outreach.slot) - COUNTER))
    )
    added = 0
    for last in session.scalars(select(Outreach).where(Outreach.id.in_(newest)).order_by(Outreach.id)):
        when = _next_time(last, now)
        if when is None or last.state in ENDS_A_CHAIN or not _still_there(session, last, now):
            continue
        _add_link(session, last, when, now)
        added += 1
    return added


def series_of(session: Session, row: Outreach) -> list[Outreach]:
    """All links of a weekly message, the first first; none where it is not weekly."""
    if row.repeats_until is None or row.rule != BY_HAND:
        return []
    links = select(Outreach).where(
        Outreach.family_id == row.family_id, Outreach.rule == BY_HAND,
        func.substr(Outreach.slot, 1, func.length(Outreach.slot) - COUNTER) == row.slot[:-COUNTER],
    )  # fmt: skip
    return list(session.scalars(links.order_by(Outreach.id)))


def still_runs(links: Sequence[Outreach], now: datetime) -> bool:
    """Something more of it will go out."""
    if not links or links[-1].state in ENDS_A_CHAIN:
        return False
    return links[-1].state is OutreachState.SCHEDULED or _next_time(links[-1], now) is not None


def end_weekly(
    session: Session, viewer: Viewer, outreach_id: int, now: datetime, *, seen: str | None = None
) -> Outreach:
    """No further one goes out, and what waits is called off; the newest link. What has left stays as it is.

    Raises :class:`NotPossibleNow` where it is over already, or one is leaving this very moment.
    """
    row = mine(session, viewer, outreach_id)
    check_seen(session, viewer, row, seen)
    links = series_of(session, row)
    if not still_runs(links, now):
        raise NotPossibleNow(_("This weekly message is over already; nothing more of it goes out."))
    newest, until = links[-1], links[-1].repeats_until
    for link in links:
        if link.state is OutreachState.SCHEDULED:
            out_of_outbox(session, link, ENDED, now)
            take(session, link, Step.CANCEL, state_reason=ENDED)
    _lasts_until(links, _today(newest, now).isoformat())
    session.flush()
    audit(session, viewer, "outreach.end_weekly", "outreach", newest.id, now, detail={"until": until})
    return newest


def resume_weekly(session: Session, viewer: Viewer, outreach_id: int, now: datetime) -> Outreach:
    """Take back its end: the next one is in the outbox again; that one. Raises :class:`NotPossibleNow`."""
    links = series_of(session, mine(session, viewer, outreach_id))
    until = _ended_before(session, links[-1].id) if links else None
    if until is None or still_runs(links, now):
        raise NotPossibleNow(_("This weekly message was not ended, so it cannot be taken up again."))
    _lasts_until(links, until)
    newest = links[-1]
    called_off = newest.state is OutreachState.CANCELLED and newest.send_at is not None and newest.send_at > now
    when = _time_of(newest) if called_off else _next_time(newest, now)
    if when is None:
        raise NotPossibleNow(_("Its last day has passed; write to the family anew."))
    made = _add_link(session, newest, when, now)
    audit(session, viewer, "outreach.resume_weekly", "outreach", made.id, now)
    return made


def _lasts_until(links: Sequence[Outreach], until: str) -> None:
    for link in links:
        link.repeats_until = until


def _ended_before(session: Session, outreach_id: int) -> str | None:
    """Until when it was to run, before somebody ended it."""
    last = session.scalars(
        select(AuditEvent)
        .where(
            AuditEvent.subject_type == "outreach", AuditEvent.subject_id == outreach_id,
            AuditEvent.action == "outreach.end_weekly",
        )
        .order_by(AuditEvent.id.desc())
    ).first()  # fmt: skip
    until = last.detail.get("until") if last is not None and last.detail is not None else None
    return until if isinstance(until, str) else None


def _today(row: Outreach, now: datetime) -> date:
    return now.astimezone(ZoneInfo(row.timezone or "UTC")).date()


def _time_of(row: Outreach) -> SendTime | None:
    if row.local_time is None or row.timezone is None or row.send_at is None:
        return None
    return SendTime(datetime.fromisoformat(row.local_time), row.timezone, row.send_at)


def _next_time(last: Outreach, now: datetime) -> SendTime | None:
    """The next link's time, at most a week ahead and not past the last day; times missed meanwhile are left out."""
    if last.local_time is None or last.timezone is None or last.repeats_until is None:
        return None
    when = a_week_later(datetime.fromisoformat(last.local_time), last.timezone)
    while when.at <= now:
        when = a_week_later(when.local, when.zone)
    due_soon = when.at <= now + AHEAD and when.local.date() <= date.fromisoformat(last.repeats_until)
    return when if due_soon else None


def _add_link(session: Session, last: Outreach, when: SendTime, now: datetime) -> Outreach:
    number = int(last.slot[-COUNTER + 1 :]) + 1
    about = {name: value for name, value in last.evidence.items() if name != "request_id"}  # only the first answers
    made = Outreach(
        **{name: getattr(last, name) for name in KEPT}, evidence=about, slot=f"{last.slot[:-COUNTER]}#{number:04d}",
        state=OutreachState.SCHEDULED, created_at=now, local_time=when.local.isoformat(timespec="minutes"),
        send_at=when.at,
    )  # fmt: skip
    session.add(made)
    session.flush()
    to_outbox(session, made, effective_config(session, now), now)
    return made


def _still_there(session: Session, last: Outreach, now: datetime) -> bool:
    """The sender works here, and the students still belong to the family and are at school."""
    sender, today = session.get(Staff, last.staff_id), district_day(session, now)
    if sender is None or not sender.active or (sender.left_on is not None and sender.left_on <= today):
        return False
    named = last.evidence.get("student_ids")
    ids = [one for one in named if isinstance(one, int)] if isinstance(named, list) else []
    present = session.scalar(
        select(func.count())
        .select_from(FamilyMember)
        .join(Student, Student.id == FamilyMember.student_id)
        .where(
            FamilyMember.family_id == last.family_id, FamilyMember.until_on.is_(None), Student.active,
            Student.id.in_(ids),
        )
    )  # fmt: skip
    return bool(ids) and present == len(ids)
