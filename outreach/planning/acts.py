"""What a person does with one suggestion: approve, change, move, dismiss, undo, log as done.

Each is checked by access, moves by the table of :mod:`.states`, stands in the audit trail, and does not commit. The
row is held until the transaction ends; ``seen`` is the :func:`~outreach.planning.version_of` that the page showed, and
where somebody changed the row since, :class:`ChangedMeanwhile` says who.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from config.tuning import Tuning
from models import Authored, Channel, Outreach, OutreachState
from outreach.access import NotAllowed, Viewer, audit, require
from outreach.effective import effective_config
from outreach.errors import NotFound
from outreach.language import N_, _, said

from .channel import SENT
from .dispatch import out_of_outbox, to_outbox
from .errors import DraftBlocked, LanguageNotConfirmed, PlanningError
from .seen import check_seen, done_already
from .states import UNDER_WAY, Step, take
from .times import times_of
from .wording import STAFF_LANGUAGE, base_language
from .words_check import Words, check_words

TAKEN_BACK = N_("Taken back by the sender before it left.")
NOT_NOW = {
    "reached": N_("I have just been in touch with this family"),
    "colleague": N_("A colleague is in touch with them"),
    "outdated": N_("The reason no longer holds"),
    "wrong_moment": N_("It is not the right moment for this family"),
}
"""Ready reasons to set a family aside, by the value that a form sends."""
LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Revision:
    """What the form of one suggestion holds when it is sent. What is None stays as it is."""

    seen: str | None = None
    body: str | None = None
    title: str | None = None
    local_time: datetime | None = None
    """By the family's clock, without zone."""
    language_confirmed: bool = False
    approve: bool = False


def revise(
    session: Session, viewer: Viewer, outreach_id: int, wanted: Revision, now: datetime, *,
    live: Collection[Channel] = (),
) -> Outreach:  # fmt: skip
    """Keep the words and the time of a form, where they differ; and approve it, where that was asked for. The same form
    sent twice is one step.

    Raises what :func:`edit`, :func:`reschedule` and :func:`approve` raise; then nothing of it is to be committed.
    """
    row = mine(session, viewer, outreach_id)
    if _as_it_stands(row, wanted) and _repeats(session, viewer, row, wanted):
        return row
    check_seen(session, viewer, row, wanted.seen)
    if wanted.body is not None and _other_words(row, wanted.body, wanted.title):
        edit(
            session, viewer, outreach_id, wanted.body, now, title=wanted.title,
            language_confirmed=wanted.language_confirmed,
        )  # fmt: skip
    if wanted.local_time is not None and _other_time(row, wanted.local_time):
        reschedule(session, viewer, outreach_id, wanted.local_time, now, live=live)
    if wanted.approve:
        approve(session, viewer, outreach_id, now)
    return row


def _as_it_stands(row: Outreach, wanted: Revision) -> bool:
    same_words = wanted.body is None or not _other_words(row, wanted.body, wanted.title)
    return same_words and (wanted.local_time is None or not _other_time(row, wanted.local_time))


def _repeats(session: Session, viewer: Viewer, row: Outreach, wanted: Revision) -> bool:
    if wanted.approve:
        return _approved_already(session, viewer, row, wanted.seen)
    return done_already(session, viewer, row, wanted.seen, "outreach.edit", "outreach.reschedule")


def _approved_already(session: Session, viewer: Viewer, row: Outreach, seen: str | None) -> bool:
    """By this viewer; it may have left since."""
    stands = row.state in (*UNDER_WAY, OutreachState.DELIVERED)
    return stands and done_already(session, viewer, row, seen, "outreach.approve")


def _other_words(row: Outreach, body: str, title: str | None) -> bool:
    return body.strip() != (row.body or "").strip() or (title or "").strip() not in ("", row.title or "")


def _other_time(row: Outreach, local: datetime) -> bool:
    return row.local_time is None or local.isoformat(timespec="minutes") != row.local_time[:16]


def approve(
    session: Session, viewer: Viewer, outreach_id: int, now: datetime, *, seen: str | None = None
) -> Outreach:  # fmt: skip
    """A message goes to the outbox for its time; a call, note or visit becomes a thing to do. A repeat changes nothing.

    Raises :class:`DraftBlocked` where the draft lacks a value or words, or holds what may not go, :class:`MarkInText`,
    :class:`NotPossibleNow` where it has ended, ``NotFound`` or ``NotAllowed`` where it is not this person's.
    """
    row = mine(session, viewer, outreach_id)
    if _approved_already(session, viewer, row, seen):
        return row
    check_seen(session, viewer, row, seen)
    authored = Authored.EDITED if row.authored is Authored.EDITED else Authored.APPROVED_SINGLY
    approve_row(session, row, authored, viewer.account_id, now, tuning=effective_config(session, now))
    audit(session, viewer, "outreach.approve", "outreach", row.id, now)
    return row


def approve_row(
    session: Session, row: Outreach, authored: Authored, account_id: int | None, now: datetime, *, tuning: Tuning,
    texted: Collection[int] | None = None,
) -> bool:  # fmt: skip
    """The step itself, for one and for many. True where this call moved it. ``texted`` as for :func:`check_words`."""
    sends = row.channel in SENT and row.address_id is not None
    if sends and row.state is OutreachState.SUGGESTED:
        if row.blocked:
            raise DraftBlocked(said(row.blocked))
        if not row.body:
            raise DraftBlocked(_("This message has no words yet; write them first."))
        check_words(session, Words.of(row), tuning, texted)
    step = Step.APPROVE_TO_SEND if sends else Step.APPROVE_TO_DO
    if not take(session, row, step, authored=authored, approved_at=now, approved_by=account_id):
        return False
    if sends:
        to_outbox(session, row, tuning, now, by_person=account_id is not None)
    return True


def edit(
    session: Session, viewer: Viewer, outreach_id: int, body: str, now: datetime, *, title: str | None = None,
    language_confirmed: bool = False, seen: str | None = None,
) -> Outreach:  # fmt: skip
    """The person's own words instead of the draft's; what was scheduled is scheduled anew with them.

    Where the family reads a language other than the staff's, ``language_confirmed`` says that the words are in it,
    or meant to go out as they are; else :class:`LanguageNotConfirmed`. Raises :class:`MarkInText` and
    :class:`DraftBlocked` (empty, too long, a gap left open, a surname in a first text).
    """
    row = mine(session, viewer, outreach_id)
    check_seen(session, viewer, row, seen)
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
            _("This family reads another language; confirm that your words are in it, or may go out as they are.")
        )


def reschedule(
    session: Session, viewer: Viewer, outreach_id: int, local_time: datetime, now: datetime, *,
    seen: str | None = None, live: Collection[Channel] = (),
) -> Outreach:  # fmt: skip
    """To another time by the family's clock (``local_time`` without zone). Raises :class:`WrongTime`, which says why,
    and knows the nearest allowed one. ``live``: the channels that really leave the machine."""
    row = mine(session, viewer, outreach_id)
    check_seen(session, viewer, row, seen)
    when = times_of(session, row, now, live).check(local_time)
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


def dismiss(
    session: Session, viewer: Viewer, outreach_id: int, reason: str, now: datetime, *, seen: str | None = None
) -> Outreach:
    """Not now, because ``reason`` (own words, or a key of :data:`NOT_NOW`): silence for the family for 14 days, unless
    it writes."""
    because = NOT_NOW.get(reason.strip(), reason.strip())[:LONGEST_REASON]
    if not because:
        raise PlanningError(_("Say in a few words why not now; it keeps the family from being forgotten."))
    row = mine(session, viewer, outreach_id)
    if done_already(session, viewer, row, seen, "outreach.dismiss") and row.dismissed_reason == because:
        return row
    check_seen(session, viewer, row, seen)
    if row.state is OutreachState.SCHEDULED:
        out_of_outbox(session, row, TAKEN_BACK, now)
    if take(session, row, Step.DISMISS, dismissed_at=now, dismissed_reason=because):
        audit(session, viewer, "outreach.dismiss", "outreach", row.id, now)
    return row


def undo(session: Session, viewer: Viewer, outreach_id: int, now: datetime) -> Outreach:
    """Back to a suggestion, as long as nothing has left. Own words stay; what was written by hand is cancelled."""
    row = mine(session, viewer, outreach_id)
    undo_row(session, viewer, row, now)
    return row


def undo_row(session: Session, viewer: Viewer, row: Outreach, now: datetime) -> bool:
    """The step itself, for one and for many. True where this call moved it."""
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
    return moved


def mine(session: Session, viewer: Viewer, outreach_id: int) -> Outreach:
    """The outreach, where this person may act on it, held until the transaction ends: it is theirs, or they answer for
    the school.

    Raises ``NotFound`` where the family may not be seen, ``NotAllowed`` where the touch is another person's.
    """
    session.flush()
    row = session.get(Outreach, outreach_id, with_for_update=True, populate_existing=True)
    return allowed(session, viewer, row)


def allowed(session: Session, viewer: Viewer, row: Outreach | None) -> Outreach:
    """``row`` itself, where this person may read it and act on it. Raises as :func:`mine`."""
    if row is None:
        raise NotFound(_("There is no such suggestion."))
    require(session, viewer, row.family_id)
    own = row.staff_id is not None and row.staff_id == viewer.staff_id
    if not own and not viewer.sees_risk:
        raise NotAllowed(_("This is on a colleague's list; only they, a counselor or an administrator can act on it."))
    return row
