"""Why a family should hear from us, as this viewer may read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from models import Band
from outreach.access import Household, Viewer
from outreach.language import N_, _
from outreach.risk import Code, NotScored, Reason, explain

NOT_YET = N_("The first night has not passed yet; reasons appear after it.")
NOTHING = N_("Nothing asks for haste. A good word is always welcome.")


@dataclass(frozen=True, slots=True)
class Reasons:
    """The panel beside the conversation."""

    band: Band | None
    """None: this viewer reads the reasons without band and points."""
    points: int | None
    reasons: tuple[Reason, ...]
    unknown: tuple[str, ...]
    nothing: str


def reasons_for(session: Session, viewer: Viewer, home: Household, now: datetime) -> Reasons:
    """Counselors and administrators read band, points and reasons. Teachers read the reasons without band and points,
    and none about a child whom they do not teach."""
    try:
        told = explain(session, home.id, now, viewer)
    except NotScored:
        return Reasons(None, None, (), (), _(NOT_YET))
    if viewer.sees_risk:
        return Reasons(told.band, told.points, told.reasons, told.unknown, _(NOTHING))
    shown = (reason for reason in told.reasons if reason.points > 0 or reason.code == Code.UNREACHABLE)
    return Reasons(None, None, tuple(shown), (), _(NOTHING))
