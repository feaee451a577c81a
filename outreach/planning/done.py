"""A suggestion that a logged contact ticks off; open again while that contact is undone."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Authored, Outreach, OutreachState
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


def contacts_undone(session: Session, viewer: Viewer, contact_ids: Collection[int], now: datetime) -> None:
    """What these contacts ticked off is a suggestion again; call it beside ``contacts.void_contacts``.

    Whoever may undo a contact may undo this with it, so nothing more is asked of ``viewer``.
    """
    for row in _ticked_off_by(session, contact_ids, Step.NOT_DONE):
        kept = row.authored if row.authored in (Authored.EDITED, Authored.WRITTEN) else Authored.AUTOMATIC
        if take(session, row, Step.NOT_DONE, authored=kept, approved_at=None, approved_by=None):
            audit(session, viewer, "outreach.undo", "outreach", row.id, now)


def contacts_back(session: Session, viewer: Viewer, contact_ids: Collection[int], now: datetime) -> None:
    """These contacts count again and tick off what they did before, unless another has, or it took another way since;
    call it beside ``contacts.restore_contacts``."""
    for row in _ticked_off_by(session, contact_ids, Step.DONE):
        if take(session, row, Step.DONE):
            audit(session, viewer, "outreach.done", "outreach", row.id, now)


def _ticked_off_by(session: Session, contact_ids: Collection[int], step: Step) -> list[Outreach]:
    """Their rows that ``step`` leads somewhere, held until the transaction ends."""
    session.flush()
    rows = (
        select(Outreach)
        .where(Outreach.done_by_contact_id.in_(contact_ids), Outreach.state.in_(MOVES[step]))
        .order_by(Outreach.id)
        .with_for_update()
    )
    return list(session.scalars(rows.execution_options(populate_existing=True)))
