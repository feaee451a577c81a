"""What can be told of the district in the database: what is missing, running out or standing still.

``outreach doctor`` tells all of it in English; an administrator's first page tells, in the reader's language,
what of it is about the schools that this person answers for (:mod:`outreach.upkeep.school_checks`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import available_timezones

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from config.settings import Settings
from config.tuning import SpendingRules
from models import (
    Account,
    AccountRole,
    DeliveryStop,
    District,
    ImportRun,
    JobRun,
    Message,
    MessageState,
    ProviderPause,
    Role,
    RunState,
    School,
)
from outreach.delivery.spending import NEARLY, cost_limit, left_this_month, money
from outreach.effective import TuningError, effective_config
from outreach.language import _, ngettext, said
from outreach.schooltime import district_day

from .finding import Finding, advice, named, ok, wrong
from .school_checks import Schools, check_schools

ROSTER_DAYS = 3
NIGHTLY = "nightly"
JOB_HOURS = 36
"""A night's job that has not begun for this long was missed, and the morning's catch-up with it."""


def check_district(session: Session, settings: Settings, now: datetime) -> Iterator[Finding]:
    """Everything below, once there is a district; each finding in the language spoken now."""
    tuning = None
    try:
        tuning = effective_config(session, now)
    except TuningError as error:
        yield wrong("configuration", str(error))
    else:
        yield ok("configuration", _("Every tuned value is sound."))
    district = session.get(District, 1)
    if district is None:
        yield advice("district", _("There is no district yet; import a roster: outreach import oneroster PATH"))
        return
    if district.made_up:
        yield ok("district", _("The district is %(name)s (made up).", name=district.name))
    else:
        yield ok("district", _("The district is %(name)s.", name=district.name))
    yield from _zones(session, settings, district)
    yield from check_schools(session, settings, now)
    yield _roster_age(district, now)
    yield from _administrators(session)
    yield from _sending(session, settings, district, now)
    if tuning is not None:
        yield from _money(session, tuning.cadence.spending, settings, now)
    yield night_standing(session, now)
    yield from _other_jobs(session)
    yield from _last_import(session)


def _zones(session: Session, settings: Settings, district: District) -> Iterator[Finding]:
    rows = session.execute(
        select(School.name, School.timezone).where(School.active, School.timezone.is_not(None))
    ).all()
    zones = [(district.name, district.timezone), *((name, zone or "") for name, zone in rows)]
    unknown = [f"{name} ({zone})" for name, zone in zones if zone not in available_timezones()]
    if unknown:
        yield wrong("time_zones", _("These have a time zone that does not exist: %(names)s.", names=named(unknown)))
    else:
        yield ok("time_zones", _("Every school's time zone exists."))
    if str(settings.timezone) != district.timezone:
        yield advice(
            "jobs_zone",
            _(
                "Jobs run by %(jobs)s, the district by %(district)s; set OUTREACH_TIMEZONE.",
                jobs=str(settings.timezone), district=district.timezone,
            ),
        )  # fmt: skip


def _roster_age(district: District, now: datetime) -> Finding:
    if district.made_up:
        return ok("roster", _("The district is made up; no roster is expected."))
    if district.roster_as_of is None:
        return wrong("roster", _("No roster has been imported."))
    days = (now - district.roster_as_of).days
    if days >= ROSTER_DAYS:
        return wrong("roster", _("The roster is %(days)s days old; is the SIS still dropping its export?", days=days))
    return ok("roster", _("The roster is fresh."))


def _administrators(session: Session) -> Iterator[Finding]:
    administrators = session.scalar(
        select(func.count())
        .select_from(Account)
        .where(Account.active, Account.roles.any(Role.name == AccountRole.DISTRICT_ADMINISTRATOR))
    )
    if administrators:
        yield ok("administrators", _("Somebody can administer the district."))
    else:
        role = AccountRole.DISTRICT_ADMINISTRATOR
        yield wrong(
            "administrators",
            _("Nobody can administer the district; run: outreach user create EMAIL --role %(role)s", role=role.value),
        )


def _sending(session: Session, settings: Settings, district: District, now: datetime) -> Iterator[Finding]:
    if district.consent_basis:
        yield ok("consent_basis", _("The basis for writing to families is recorded."))
    else:
        weight = wrong if settings.any_live else advice
        yield weight(
            "consent_basis", _("No basis for writing to families is recorded, so imported addresses get nothing.")
        )
    live = or_(School.sms_live_from.is_not(None), School.email_live_from.is_not(None))
    if settings.any_live and not Schools(session).where(live):
        yield advice("go_live", _("A channel is live, but no school has a go-live day yet."))
    stops = session.scalars(select(DeliveryStop.why).where(DeliveryStop.resumed_at.is_(None))).all()
    if stops:
        yield advice(
            "stopped",
            ngettext(
                "Sending is stopped in %(count)s place until resumed; see: outreach resume --help",
                "Sending is stopped in %(count)s places until resumed; see: outreach resume --help", len(stops),
            ),
        )  # fmt: skip
    paused = session.scalars(
        select(ProviderPause.provider)
        .where(or_(ProviderPause.until_at.is_(None), ProviderPause.until_at > now))
        .order_by(ProviderPause.provider)
    ).all()
    if paused:
        yield wrong(
            "paused", _("Nothing is sent through %(names)s: it refused us or failed too often.", names=named(paused))
        )
    asked = session.scalar(
        select(func.count()).where(Message.state == MessageState.UNKNOWN, Message.person_asked_at.is_not(None))
    )
    if asked:
        yield advice(
            "unknown",
            ngettext(
                "%(count)s message waits for a person to say what became of them; see the page Delivery.",
                "%(count)s messages wait for a person to say what became of them; see the page Delivery.", asked,
            ),
        )  # fmt: skip


def _money(session: Session, rules: SpendingRules, settings: Settings, now: datetime) -> Iterator[Finding]:
    """The month's spending: said from four fifths of the limit on."""
    limit = cost_limit(rules)
    spent = limit - left_this_month(session, now, rules, settings.any_live)
    amounts = _("%(spent)s of %(limit)s", spent=money(spent, rules.currency), limit=money(limit, rules.currency))
    if spent >= limit:
        yield wrong(
            "spending",
            _(
                "The month's limit is reached (%(amounts)s); only answers, safety, stop and help leave.",
                amounts=amounts,
            ),
        )
    elif spent >= limit * NEARLY:
        yield advice("spending", _("Four fifths of the month's limit are spent: %(amounts)s.", amounts=amounts))
    else:
        yield ok("spending", _("The month's spending is within its limit: %(amounts)s.", amounts=amounts))


def night_standing(session: Session, now: datetime) -> Finding:
    newest = session.scalar(select(JobRun).where(JobRun.job == NIGHTLY).order_by(JobRun.started_at.desc()).limit(1))
    if newest is None:
        return advice("nightly", _("The night's work has never run; start: outreach worker"))
    if newest.state is RunState.FAILED:
        return wrong("nightly", _("The night's work of %(slot)s failed; run: outreach nightly", slot=newest.slot))
    hours = (now - newest.started_at) / timedelta(hours=1)
    yesterday = (district_day(session, now) - timedelta(days=1)).isoformat()
    if hours > JOB_HOURS and newest.slot < yesterday:
        return wrong(
            "nightly",
            _("The night's work last began %(hours)s hours ago; is a worker running?", hours=round(hours)),
        )
    return ok("nightly", _("The night's work of %(slot)s ran.", slot=newest.slot))


def _other_jobs(session: Session) -> Iterator[Finding]:
    """Jobs besides the night whose newest run failed."""
    newest = JobRun.id.in_(select(func.max(JobRun.id)).where(JobRun.job != NIGHTLY).group_by(JobRun.job))
    for run in session.scalars(select(JobRun).where(newest, JobRun.state == RunState.FAILED).order_by(JobRun.job)):
        yield wrong(
            "jobs", _("The job %(job)s failed for %(slot)s; its worker's log says why.", job=run.job, slot=run.slot)
        )


def _last_import(session: Session) -> Iterator[Finding]:
    newest = session.scalar(select(ImportRun).order_by(ImportRun.id.desc()).limit(1))
    if newest is not None and newest.state is RunState.FAILED:
        yield wrong(
            "last_import",
            _("The last import, %(name)s, was refused: %(why)s", name=newest.source, why=said(newest.error)),
        )
