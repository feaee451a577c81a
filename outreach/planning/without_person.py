"""Suggestions that nobody has: no teacher and no counselor could be found for them."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Outreach, OutreachState
from outreach.access import Viewer, visible_families


def suggestions_without_person(session: Session, viewer: Viewer) -> int:
    """How many families that ``viewer`` sees should hear from somebody, and nobody is named; 0 for who does not give
    them out."""
    if not viewer.administers:
        return 0
    count = select(func.count()).where(
        Outreach.state == OutreachState.SUGGESTED, Outreach.staff_id.is_(None),
        Outreach.family_id.in_(visible_families(viewer)),
    )  # fmt: skip
    return session.scalars(count).one()
