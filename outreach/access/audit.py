"""The trail: who did or read what, when, and why they might. Never a message's text."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from models import AuditEvent, JsonObject

from .viewer import Viewer


def audit(
    session: Session,
    viewer: Viewer | None,
    action: str,
    subject_type: str,
    subject_id: int | None,
    now: datetime,
    because: str | None = None,
    detail: JsonObject | None = None,
) -> AuditEvent:
    """Add one line to the trail (flushed, not committed).

    ``viewer`` is None for the system itself and the command line. ``action`` is a verb (``read``, ``log_contact``),
    ``subject_type`` a noun (``family``), ``because`` a grant's words. ``detail`` holds ids and figures, never a name,
    an address or a message's text.
    """
    made = AuditEvent(
        at=now, account_id=viewer.account_id if viewer else None, action=action, subject_type=subject_type,
        subject_id=subject_id, granted_because=because, detail=detail,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made
