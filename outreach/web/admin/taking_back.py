"""The way back from what an administrator did, for as long as nobody did anything else to it."""

from __future__ import annotations

from collections.abc import Callable

from outreach.access import ChangedMeanwhile
from outreach.language import _

from ..database import session
from ..notices import say, warn


def take_back(act: Callable[[], object], done: str | None = None) -> None:
    """Do ``act``, which puts old values back, and keep it; where newer ones stand by now they stay, and the page says
    so. ``done``: what to say of it, where more is to be said. Raises what else ``act`` raises."""
    try:
        act()
    except ChangedMeanwhile:
        session().rollback()
        warn(_("Somebody changed this meanwhile, so it was not taken back."))
        return
    session().commit()
    say(done or _("Back as it was."))
