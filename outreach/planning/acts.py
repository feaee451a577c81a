"""What a person does with one suggestion: approve, edit, reschedule, dismiss, undo, log as done, hand to somebody.

Each is checked by access, moves by the table of :mod:`.states`, stands in the audit trail, and does not commit.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from config.tuning import Tuning
from models import Authored, Outreach, OutreachState, Staff
from outreach.access import NotAllowed, Viewer, audit, require
from outreach.effective import effective_config
from outreach.errors import NotFound
from outreach.schooltime import named_zone

from .channel import SENT
from .dispatch import out_of_outbox, to_outbox
from .errors import DraftBlocked, LanguageNotConfirmed, NotPossibleNow, PlanningError
from .send_time import chosen_time
from .states import Step, take
from .wording import STAFF_LANGUAGE, base_language
from .words_check import Words, check_words

TAKEN_BACK = "Taken back by the sender before it left."


def approve(session: Session, viewer: Viewer, outreach_id: int, now: datetime) -> Outreach:
    """A message goes to the outbox for its time; a call, note or visit becomes a thing to do. A repeat changes nothing.

    Raises :class:`DraftBlocked` where the draft lacks a value or words, or holds what may not go, :class:`MarkInText`,
    :class:`NotPossibleNow` where it has ended, ``NotFound`` or ``NotAllowed`` where it is not this person's.
    """
    row = mine(session, viewer, outreach_id)
    authored = Authored.EDITED if row.authored is Authored.EDITED else Authored.APPROVED_SINGLY
    approve_row(session, row, authored, viewer.account_id, now, tuning=effective_config(session, now))
    audit(session, viewer, "outreach.approve", "outreach", row.id, now)
    return row


def approve_row(
    session: Session, row: Outreach, authored: Authored, account_id: int | None, now: datetime, *, tuning: Tuning
) -> bool:
    """The step itself, for one and for many. True where this call moved it."""
    sends = row.channel in SENT and row.address_id is not None
    if sends and row.state is OutreachState.SUGGESTED:
        if row.blocked or not row.body:
            raise DraftBlocked(row.blocked or "This message has no words yet; write them first.")
        check_words(session, Words.of(row), tuning)
    step = Step.APPROVE_TO_SEND if sends else Step.APPROVE_TO_DO
    if not take(session, row, step, authored=authored, approved_at=now, approved_by=account_id):
        return False
    if sends:
        to_outbox(session, row, tuning, now)
    return True


def edit(
    session: Session, viewer: Viewer, outreach_id: int, body: str, now: datetime, *, title: str | None = None,
    language_confirmed: bool = False,
) -> Outreach:  # fmt: skip
    """The person's own words instead of the draft's; what was scheduled is scheduled anew with them.

    Where the family reads a language other than the staff's, ``language_confirmed`` says that the words are in it,
    or meant to go out as they are; else :class:`LanguageNotConfirmed`. Raises :class:`MarkInText` and
    :class:`DraftBlocked` (empty, too long, a gap left open, a surname in a first text).
    """
    row = mine(session, viewer, outreach_id)
    words = body.strip()
    check_words(session, Words.of(row, words, title), effective_config(session, now))
    check_language(row.language, language_confirmed)
    scheduled = row.state is OutreachState.SCHEDULED
    if scheduled:
        out_of_outbox(session, row, TAKEN_BACK, now)
    take(
        session, row, Step.CHANGE, body=words, title=(title or "").strip() or row.title, authored=Authored.EDITED,
        blocked=None, body_in_staff_language=None,
    )  # fmt: skip
    if scheduled:
        to_outbox(session, row, effective_config(session, now), now)
    audit(session, viewer, "outreach.edit", "outreach", row.id, now)
    return row


def check_language(language: str | None, confirmed: bool) -> None:
    """Free words are in the family's ``language``, or their writer has confirmed them; else
    :class:`LanguageNotConfirmed`."""
    reads = base_language(language) or STAFF_LANGUAGE
    if reads != STAFF_LANGUAGE and not confirmed:
        raise LanguageNotConfirmed(
            "This family reads another language; confirm that your words are in it, or may go out as they are."
        )


def reschedule(session: Session, viewer: Viewer, outreach_id: int, local_time: datetime, now: datetime) -> Outreach:
    """To another time by the family's clock (``local_time`` without zone). Raises :class:`WrongTime`."""
    row = mine(session, viewer, outreach_id)
    sending = effective_config(session, now).cadence.sending
    zone = named_zone(row.timezone or "UTC")
    when = chosen_time(local_time, [zone], sending.window_opens, sending.window_closes, now=now)
    scheduled = row.state is OutreachState.SCHEDULED
    if scheduled:
        out_of_outbox(session, row, TAKEN_BACK, now)
    take(
        session, row, Step.CHANGE, local_time=when.local.isoformat(timespec="minutes"), timezone=when.zone,
        send_at=when.at,
    )  # fmt: skip
    if scheduled:
        to_outbox(session, row, effective_config(session, now), now)
    audit(session, viewer, "outreach.reschedule", "outreach", row.id, now)
    return row


def dismiss(session: Session, viewer: Viewer, outreach_id: int, reason: str, now: datetime) -> Outreach:
    """Not now, because ``reason``: silence for the family for 14 days, unless it writes."""
    if not reason.strip():
        raise PlanningError("Say in a few words why not now; it keeps the family from being forgotten.")
    row = mine(session, viewer, outreach_id)
    if row.state is OutreachState.SCHEDULED:
        out_of_outbox(session, row, TAKEN_BACK, now)
    if take(session, row, Step.DISMISS, dismissed_at=now, dismissed_reason=reason.strip()):
        audit(session, viewer, "outreach.dismiss", "outreach", row.id, now)
    return row


def undo(session: Session, viewer: Viewer, outreach_id: int, now: datetime) -> Outreach:
    """Back to a suggestion, as long as nothing has left. Own words stay; what was written by hand is cancelled."""
    row = mine(session, viewer, outreach_id)
    if row.state is OutreachState.SCHEDULED:
        out_of_outbox(session, row, TAKEN_BACK, now)
    by_hand = row.authored is Authored.WRITTEN
    kept = row.authored if row.authored in (Authored.EDITED, Authored.WRITTEN) else Authored.AUTOMATIC
    moved = take(
        session, row, Step.CANCEL if by_hand else Step.UNDO, authored=kept, approved_at=None, approved_by=None,
        dismissed_at=None, dismissed_reason=None, state_reason=TAKEN_BACK if by_hand else None,
    )  # fmt: skip
    if moved:
        audit(session, viewer, "outreach.undo", "outreach", row.id, now)
    return row


def mark_done(session: Session, viewer: Viewer, outreach_id: int, now: datetime) -> Outreach:
    """The family was reached by call, visit or note, and that was logged; call it beside ``contacts.log_contact``.

    Not after an attempt: then the card stays for another try. A repeat changes nothing.
    """
    row = mine(session, viewer, outreach_id)
    if row.state is OutreachState.SCHEDULED:
        raise NotPossibleNow("A message is scheduled for this family; take it back first, or let it go out.")
    take(session, row, Step.DONE)
    return row


def assign_to(session: Session, viewer: Viewer, outreach_id: int, staff_id: int, now: datetime) -> Outreach:
    """An administrator gives a suggestion that has nobody, or whose person cannot, to somebody else."""
    row = mine(session, viewer, outreach_id)
    if not viewer.administers:
        raise NotAllowed("Only an administrator gives a family to somebody else.")
    staff = session.get(Staff, staff_id)
    if staff is None or not staff.active:
        raise NotFound("There is nobody of that name at work here.")
    take(session, row, Step.CHANGE, staff_id=staff_id)
    audit(session, viewer, "outreach.assign", "outreach", row.id, now, detail={"staff_id": staff_id})
    return row


def mine(session: Session, viewer: Viewer, outreach_id: int) -> Outreach:
    """The outreach, where this person may act on it: it is theirs, or they answer for the school.

    Raises ``NotFound`` where the family may not be seen, ``NotAllowed`` where the touch is another person's.
    """
    row = session.get(Outreach, outreach_id)
    if row is None:
        raise NotFound("There is no such suggestion.")
    require(session, viewer, row.family_id)
    own = row.staff_id is not None and row.staff_id == viewer.staff_id
    if not own and not viewer.sees_risk:
        raise NotAllowed("This is on a colleague's list; only they, a counselor or an administrator can act on it.")
    return row
