"""Many suggestions approved at once: what goes out so is a general notice, never a teacher's contact."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from config.tuning import Tuning
from models import Authored, Outreach, OutreachState
from outreach.access import Viewer, audit, visible_families
from outreach.effective import effective_config

from .acts import approve_row
from .channel import SENT
from .errors import PlanningError


@dataclass(frozen=True, slots=True)
class BulkFigures:
    approved: int = 0
    """Messages now in the outbox."""
    to_do: int = 0
    """Calls, notes and visits left for a person: nobody can do them in bulk."""
    blocked: int = 0
    """Left as they are: the draft lacks a value or needs a person's words."""
    refused: int = 0
    """Left as they are: no address that may be written to, or words that may not go there."""

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


def approve_all(session: Session, viewer: Viewer | None, now: datetime) -> BulkFigures:
    """Approve every open suggestion that is a message and ready, of this viewer's families; None: of the district.

    As policy would: nobody read them one by one, so they are ``approved in bulk`` and count as general notices.
    Words that a person edited stay that person's. A repeat approves nothing more. Does not commit.
    """
    tuning = effective_config(session, now)
    counts = {"approved": 0, "to_do": 0, "blocked": 0, "refused": 0}
    for row in session.scalars(_open(viewer)):
        if row.channel not in SENT or row.address_id is None:
            counts["to_do"] += 1
        elif row.blocked or not row.body:
            counts["blocked"] += 1
        else:
            counts["approved" if _approved(session, row, viewer, tuning, now) else "refused"] += 1
    if counts["approved"]:
        audit(session, viewer, "outreach.approve_all", "outreach", None, now, detail={**counts})
    return BulkFigures(**counts)


def _open(viewer: Viewer | None) -> Select[Outreach]:
    statement = select(Outreach).where(Outreach.state == OutreachState.SUGGESTED).order_by(Outreach.id)
    if viewer is None:
        return statement
    statement = statement.where(Outreach.family_id.in_(visible_families(viewer)))
    return statement if viewer.sees_risk else statement.where(Outreach.staff_id == viewer.staff_id)


def _approved(session: Session, row: Outreach, viewer: Viewer | None, tuning: Tuning, now: datetime) -> bool:
    authored = Authored.EDITED if row.authored is Authored.EDITED else Authored.APPROVED_IN_BULK
    try:
        with session.begin_nested():
            return approve_row(session, row, authored, viewer.account_id if viewer else None, now, tuning=tuning)
    except PlanningError:
        return False
