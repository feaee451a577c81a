"""What was done with a family's cases, by whom and when: as figures, and as sentences in the reader's language."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Account, Case, CaseEvent, CaseEventKind, CaseOutcome, JsonObject, Staff
from outreach.language import N_, _, moment, short_day

OUTCOMES: Mapping[CaseOutcome, str] = {
    CaseOutcome.SETTLED: N_("Reached, and settled"),
    CaseOutcome.SUPPORTED: N_("Support is arranged"),
    CaseOutcome.NO_CONCERN: N_("No concern after all"),
    CaseOutcome.SOMETHING_ELSE: N_("Something else"),
}
SENTENCES: Mapping[CaseEventKind, str] = {
    CaseEventKind.OPENED: N_("%(when)s: %(who)s opened this case."),
    CaseEventKind.CLAIMED: N_("%(when)s: %(who)s claimed it."),
    CaseEventKind.RELEASED: N_("%(when)s: %(who)s gave it back."),
    CaseEventKind.ASSIGNED: N_("%(when)s: %(who)s gave it to %(to)s."),
    CaseEventKind.SNOOZED: N_("%(when)s: %(who)s snoozed it until %(until)s."),
    CaseEventKind.WOKEN: N_("%(when)s: %(who)s put it back in the queue."),
    CaseEventKind.NOTED: N_("%(when)s: %(who)s added a note."),
    CaseEventKind.RESOLVED: N_("%(when)s: %(who)s resolved it. %(outcome)s."),
    CaseEventKind.CLOSED: N_("%(when)s: it closed by itself."),
    CaseEventKind.REOPENED: N_("%(when)s: %(who)s opened it again."),
    CaseEventKind.UNDONE: N_("%(when)s: %(who)s took the last step back."),
}
BY_NIGHT: Mapping[CaseEventKind, str] = {
    CaseEventKind.OPENED: N_("%(when)s: the night opened this case."),
    CaseEventKind.REOPENED: N_("%(when)s: the night opened it again, for something new."),
    CaseEventKind.RELEASED: N_("%(when)s: it came back to the queue, since %(from)s is away."),
    CaseEventKind.ASSIGNED: N_("%(when)s: it went to %(to)s, since %(from)s is away."),
}
WITHDRAWN_NOTE = N_("%(when)s: %(who)s took a note back.")


@dataclass(frozen=True)
class CaseStep:
    """One step taken with a case, or a note on it."""

    event_id: int
    kind: CaseEventKind
    at: datetime
    """UTC."""
    who: str | None
    """The colleague's name; None: the night."""
    words: str | None
    to: str | None = None
    """To whom it went."""
    away: str | None = None
    """From whom the night took it."""
    until: date | None = None
    outcome: CaseOutcome | None = None
    undone: bool = False
    """Taken back later."""
    undid: CaseEventKind | None = None
    """Of an undo: what it took back."""


def history_of(session: Session, family_id: int) -> tuple[CaseStep, ...]:
    """Every step taken with the family's cases, the newest first. For those who may see the family and its risk."""
    events = session.scalars(
        select(CaseEvent)
        .join(Case, Case.id == CaseEvent.case_id)
        .where(Case.family_id == family_id)
        .order_by(CaseEvent.id.desc())
    ).all()
    return steps_of(session, events)


def steps_of(session: Session, events: Collection[CaseEvent]) -> tuple[CaseStep, ...]:
    """``events`` in their order, with names for ids: two statements at most, whatever their number."""
    accounts = _names_of_accounts(session, {event.by for event in events if event.by is not None})
    ids = {value for event in events for name in ("to", "from") if isinstance(value := _of(event, name), int)}
    staff = _names_of_staff(session, ids)
    kinds: Mapping[int, CaseEventKind] = {event.id: event.kind for event in events}
    undone = {event.undoes for event in events}
    return tuple(
        CaseStep(
            event.id, event.kind, event.at, accounts.get(event.by) if event.by is not None else None, event.words,
            staff.get(_of(event, "to")), staff.get(_of(event, "from")), _until(event), _outcome(event),
            event.id in undone, kinds.get(event.undoes or 0),
        )
        for event in events
    )  # fmt: skip


def step_words(step: CaseStep, zone: ZoneInfo, now: datetime) -> str:
    """ "Tue 24 Nov, 10:12 am: K. Lowe claimed it.", by the clock of ``zone``, in the language spoken now."""
    here = now.astimezone(zone).date()
    sentence = SENTENCES[step.kind] if step.who else BY_NIGHT.get(step.kind, SENTENCES[step.kind])
    if step.undid is CaseEventKind.NOTED:
        sentence = WITHDRAWN_NOTE
    values = {
        "when": moment(step.at.astimezone(zone), here), "who": step.who or _("somebody"),
        "to": step.to or _("a colleague"), "from": step.away or _("a colleague"),
        "until": short_day(step.until, here) if step.until else "",
        "outcome": _(OUTCOMES[step.outcome]) if step.outcome else "",
    }  # fmt: skip
    return _(sentence, **values)


def _names_of_accounts(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """The staff member's name; the sign-in itself where it has none."""
    wanted = set(ids)
    if not wanted:
        return {}
    rows = session.execute(
        select(Account.id, Staff.display_name, Account.email)
        .outerjoin(Staff, Staff.id == Account.staff_id)
        .where(Account.id.in_(wanted))
    )
    return {account_id: name or email for account_id, name, email in rows}


def _names_of_staff(session: Session, ids: Collection[int]) -> dict[object, str]:
    if not ids:
        return {}
    return dict(session.execute(select(Staff.id, Staff.display_name).where(Staff.id.in_(ids))).all())


def _of(event: CaseEvent, name: str) -> object:
    detail: JsonObject = event.detail or {}
    return detail.get(name)


def _until(event: CaseEvent) -> date | None:
    day = _of(event, "until")
    return date.fromisoformat(day) if isinstance(day, str) else None


def _outcome(event: CaseEvent) -> CaseOutcome | None:
    value = _of(event, "outcome")
    return CaseOutcome(value) if isinstance(value, str) else None
