"""A suggestion that a logged contact ticks off; open again while that contact is undone, or only an attempt."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import CONTACT_OUTCOMES, Authored, Channel, Contact, Outcome, Outreach, OutreachState
from outreach.access import Viewer, audit
from outreach.language import _

from .acts import mine
from .errors import NotPossibleNow
from .states import MOVES, Step, take


def mark_done(
    session: Session, viewer: Viewer, outreach_id: int, now: datetime, *, contact_id: int | None = None
) -> Outreach:  # fmt: skip
    """The family was reached by call, visit or note, and that was logged as ``contact_id``; call it beside
    ``contacts.log_contact``.

    Not after an attempt: then the card stays for another try. A repeat changes nothing.
    """
    row = mine(session, viewer, outreach_id)
    if row.state is OutreachState.SCHEDULED:
        raise NotPossibleNow(_("A message is scheduled for this family; take it back first, or let it go out."))
    take(session, row, Step.DONE, done_by_contact_id=contact_id)
    return row


def ticks_off(contact: Contact) -> bool:
    """Whether this contact reached the family, or gave it the note: an attempt leaves a card for another try."""
    note_is_given = contact.channel is Channel.LETTER and contact.outcome is Outcome.SENT
    return contact.voided_at is None and (contact.outcome in CONTACT_OUTCOMES or note_is_given)


def follow_contacts(session: Session, viewer: Viewer, contact_ids: Collection[int], now: datetime) -> None:
    """What these contacts ticked off follows them; call it once they are corrected, undone or put back.

    Where one no longer :func:`ticks off <ticks_off>`, it is a suggestion again. Where one does again, it is done again,
    unless another contact has done it, or it took another way since. Whoever may change a contact may change this with
    it, so nothing more is asked of ``viewer``.
    """
    for row, contact in _ticked_off_by(session, contact_ids):
        if ticks_off(contact):
            if row.state in MOVES[Step.DONE] and take(session, row, Step.DONE):
                audit(session, viewer, "outreach.done", "outreach", row.id, now)
        elif row.state in MOVES[Step.NOT_DONE]:
            kept = row.authored if row.authored in (Authored.EDITED, Authored.WRITTEN) else Authored.AUTOMATIC
            if take(session, row, Step.NOT_DONE, authored=kept, approved_at=None, approved_by=None):
                audit(session, viewer, "outreach.undo", "outreach", row.id, now)


def _ticked_off_by(session: Session, contact_ids: Collection[int]) -> list[tuple[Outreach, Contact]]:
    """Their rows, held until the transaction ends, each with its contact."""
    session.flush()
    rows = (
        select(Outreach, Contact)
        .join(Contact, Contact.id == Outreach.done_by_contact_id)
        .where(Contact.id.in_(contact_ids))
        .order_by(Outreach.id)
        .with_for_update(of=Outreach)
    )
    return [(row, contact) for row, contact in session.execute(rows.execution_options(populate_existing=True))]
