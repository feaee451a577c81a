"""Who asks, when, and by which clock: what every page needs before it calls a verb."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import ParamSpec, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Response, current_app, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_security import auth_required
from sqlalchemy import select

from models import Account, AccountRole, District
from outreach.access import Grant, NotAllowed, Viewer, audit, require, require_role, viewer_of
from outreach.language import _
from outreach.schooltime import zones_of_staff

from .database import session, writing

P = ParamSpec("P")
Page = Callable[P, ResponseReturnValue]
CLOCK = "OUTREACH_CLOCK"


def now() -> datetime:
    """The moment of this request, the same for all that it does, in UTC."""
    if "now" not in g:
        g.now = cast("Callable[[], datetime]", current_app.config[CLOCK])()
    return cast("datetime", g.now)


def viewer() -> Viewer:
    """The signed-in viewer. Raises :class:`NotAllowed` where the account has ended."""
    if "viewer" not in g:
        g.viewer = viewer_of(session(), account(), now())
    return cast("Viewer", g.viewer)


def account() -> Account:
    found = current_user._get_current_object()
    if not isinstance(found, Account):
        raise NotAllowed(_("Please sign in."))
    return found


def zone() -> ZoneInfo:
    """The clock by which this person reads times: their own, else their first school's, else the district's, else
    the installation's."""
    if "zone" not in g:
        staff_id = account().staff_id if isinstance(current_user._get_current_object(), Account) else None
        own = zones_of_staff(session(), [staff_id]).get(staff_id) if staff_id else None
        district = session().scalar(select(District.timezone)) if own is None else None
        g.zone = own or (ZoneInfo(district) if district else current_app.config["OUTREACH_SETTINGS"].timezone)
    return cast("ZoneInfo", g.zone)


def signed_in(*roles: AccountRole) -> Callable[[Page[P]], Page[P]]:
    """Only for people who are signed in and, where ``roles`` are named, have one of them (else 403)."""

    def guard(page: Page[P]) -> Page[P]:
        @wraps(page)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            looking = viewer()
            if roles:
                require_role(looking, *roles)
            return page(*args, **kwargs)

        return cast("Page[P]", auth_required("session")(guarded))

    return guard


def may_read_family(family_id: int) -> Grant:
    """Leave to read a family's page, kept in the trail with its reason. Raises NotFound (a 404)."""
    grant = require(session(), viewer(), family_id)
    with writing() as trail:
        audit(trail, viewer(), "read", "family", family_id, now(), because=grant.because)
        trail.commit()
    return grant


def by_htmx() -> bool:
    return request.headers.get("HX-Request") == "true"


def back_to(default: str) -> Response:
    """Redirect to the page named by ``next``, where it is one of ours, else to ``default``."""
    wanted = request.values.get("next", "")
    parts = urlsplit(wanted)
    safe = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme
    return cast("Response", redirect(wanted if safe else default, code=303))
