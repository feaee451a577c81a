"""What every page shows around its own content: the way round, who is signed in, and what everybody must know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import Flask, g, request
from flask import session as cookies
from flask_login import current_user
from sqlalchemy import func, select

from models import Account, AccountRole, DeliveryStop, District, Request, RequestState, School, Staff
from outreach.access import NotAllowed
from outreach.delivery.inbound import READERS, inbox_count
from outreach.delivery.overview import pauses_in_words
from outreach.delivery.safety import alerts_waiting, watches
from outreach.language import N_, _, ngettext, said

from . import asking
from .database import session
from .icons import icon
from .security_headers import nonce
from .words import words

ROSTER_STALE_AFTER = timedelta(days=3)
LOOKS = ("system", "light", "dark")


@dataclass(frozen=True, slots=True)
class Tab:
    endpoint: str
    label: str
    group: str
    """The first part of the endpoints under it."""
    icon: str


@dataclass(frozen=True, slots=True)
class Frame:
    """The layout's own figures for one signed-in request."""

    name: str
    role: str
    tabs: tuple[Tab, ...]
    dock: tuple[Tab, ...]
    """At the foot of a small screen, under the thumb."""
    waiting: int
    stopped: tuple[str, ...]
    paused: tuple[str, ...]
    """Providers that nothing goes through now, a sentence each; for administrators."""
    roster_stale: str | None
    safety: bool
    """Is told of safety alerts, or keeps a school's list."""
    alerts: int
    """Open safety alerts that nobody has taken, or that this person has."""
    unknown: int | None
    """Messages that wait for somebody to say whose they are; None: this person does not place them."""


TODAY, QUEUE = Tab("today.page", N_("Today"), "today", "sun"), Tab("queue.page", N_("Queue"), "queue", "list-check")
FAMILIES = Tab("families.listing", N_("Families"), "families", "people")
LOG = Tab("contacts.new", N_("Log"), "contacts", "plus-lg")
REQUESTS = Tab("requests.page", N_("Requests"), "requests", "inbox")
PLAN = Tab("plan.page", N_("Plan"), "plan", "calendar-week")


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(icon=icon, csp_nonce=nonce)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(_around)


def _around() -> dict[str, object]:
    look = cookies.get("look", "system")
    return {
        "look": look if look in LOOKS else "system",
        "district": _district(),
        "frame": _frame(),
        "viewer_administers": _administers(),
        "viewer_sees_sandbox": _administers(),
        "here": (request.endpoint or "").split(".", 1)[0],
        "by_htmx": asking.by_htmx(),
    }


def _administers() -> bool:
    return _frame() is not None and asking.viewer().administers


def _district() -> District | None:
    if "district" not in g:
        g.district = session().get(District, 1)
    found: District | None = g.district
    return found


def _frame() -> Frame | None:
    account = current_user._get_current_object()
    if not isinstance(account, Account) or not account.active:
        return None
    if "frame" not in g:
        try:
            viewer = asking.viewer()
        except NotAllowed:  # left since signing in: the refusal itself is shown without the way round
            g.frame = None
            return None
        staff = session().get(Staff, account.staff_id) if account.staff_id else None
        listens = watches(session(), viewer)
        g.frame = Frame(
            name=staff.display_name if staff else account.email,
            role=", ".join(sorted(words(AccountRole(role.name)) for role in account.roles)),
            tabs=tabs_of(viewer.roles),
            dock=dock_of(viewer.roles),
            waiting=_waiting(account.staff_id),
            stopped=_stopped(),
            paused=tuple(pauses_in_words(session(), asking.now())) if viewer.administers else (),
            roster_stale=_roster_stale() if viewer.administers else None,
            safety=listens or viewer.administers,
            alerts=alerts_waiting(session(), viewer) if listens else 0,
            unknown=inbox_count(session(), viewer) if viewer.roles & frozenset(READERS) else None,
        )
    found: Frame | None = g.frame
    return found


def tabs_of(roles: frozenset[AccountRole]) -> tuple[Tab, ...]:
    """The pages that these roles work with, in the order of the day."""
    tabs = [TODAY]
    if roles & {AccountRole.COUNSELOR, AccountRole.ADMINISTRATOR, AccountRole.DISTRICT_ADMINISTRATOR}:
        tabs.append(QUEUE)
    tabs.extend((FAMILIES, REQUESTS))
    if roles - {AccountRole.RECORDER}:
        tabs.append(PLAN)
    return tuple(tabs)


def dock_of(roles: frozenset[AccountRole]) -> tuple[Tab, ...]:
    """At most five of them, and logging in the middle. Who has a queue goes to today's page by the name above."""
    tabs = tabs_of(roles)
    if QUEUE in tabs:
        return QUEUE, FAMILIES, LOG, REQUESTS, PLAN
    return (TODAY, LOG, REQUESTS) if PLAN in tabs else (TODAY, FAMILIES, LOG, REQUESTS)


def _waiting(staff_id: int | None) -> int:
    if staff_id is None:
        return 0
    mine = select(func.count()).where(Request.owner_staff_id == staff_id, Request.state == RequestState.OPEN)
    return session().scalar(mine) or 0


def _stopped() -> tuple[str, ...]:
    stops = session().execute(
        select(DeliveryStop, School.name)
        .outerjoin(School, School.id == DeliveryStop.school_id)
        .where(DeliveryStop.resumed_at.is_(None))
    )
    return tuple(_stop_words(stop, name) for stop, name in stops)


def _stop_words(stop: DeliveryStop, school: str | None) -> str:
    if school is None:
        return _("Nothing goes out until resumed: %(why)s", why=said(stop.why))
    return _("Nothing goes out from %(school)s until resumed: %(why)s", school=school, why=said(stop.why))


def _roster_stale() -> str | None:
    district = _district()
    if district is None or district.made_up:
        return None
    if district.roster_as_of is None:
        return _("No roster has been imported yet.")
    age = asking.now() - district.roster_as_of
    return (
        ngettext("The roster is %(count)s day old.", "The roster is %(count)s days old.", age.days)
        if age > ROSTER_STALE_AFTER
        else None
    )
