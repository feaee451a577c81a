"""What an administrator has to do first: of all that ``outreach doctor`` looks at, what is not as it should be."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from config.settings import Settings
from outreach.access import Viewer

from .district import check_district
from .finding import Finding, Weight
from .school_checks import check_schools


def to_do(session: Session, viewer: Viewer, settings: Settings, now: datetime) -> list[Finding]:
    """What is wrong, then what is only to be known, in the reader's language.

    Of the whole district for its administrators; of their own schools for the others, who see nothing of the rest.
    """
    if viewer.sees_district:
        found = list(check_district(session, settings, now))
    else:
        found = list(check_schools(session, settings, now, viewer.school_ids))
    return [one for weight in (Weight.WRONG, Weight.ADVICE) for one in found if one.weight is weight]
