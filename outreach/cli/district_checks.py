"""What ``doctor`` can tell of the district in the database: what is missing, running out or standing still."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from config.settings import Settings
from config.tuning import SpendingRules
from models import (
    Account,
    AccountRole,
    Calendar,
    CalendarHours,
    DeliveryStop,
    District,
    JobRun,
    Message,
    MessageState,
    OnCall,
    OrgKind,
    ProviderPause,
    Role,
    RunState,
    School,
    Staff,
    Term,
    TermKind,
)
from outreach.cli.finding import Finding, advice, named, ok, wrong
from outreach.delivery.spending import NEARLY, cost_limit, left_this_month, money
from outreach.effective import TuningError, effective_config

CALENDAR_NOTICE_DAYS = 30
ROSTER_DAYS = 3
JOB_HOURS = 36
"""A night's job that has not begun for this long was missed, and the morning's catch-up with it."""
IS_SCHOOL = and_(School.active, School.kind == OrgKind.SCHOOL)


def check_district(session: Session, settings: Settings, now: datetime) -> Iterator[Finding]:
    """Everything below, once there is a district."""
    tuning = None
    try:
        tuning = effective_config(session, now)
    except TuningError as error:
        yield wrong("configuration", str(error))
    else:
        yield ok("configuration", "Every tuned value is sound.")
    district = session.get(District, 1)
    if district is None:
        yield advice("district", "There is no district yet; import a roster: outreach import oneroster PATH")
        return
    yield ok("district", f"The district is {district.name}{' (made up)' if district.made_up else ''}.")
    yield from _zones(session, settings, district)
    yield from _calendars(session, district, now)
    yield _school_years(session, district, now)
    yield _roster_age(district, now)
    yield from _people(session, settings)
    yield from _sending(session, settings, district, now)
    if tuning is not None:
        yield from _money(session, tuning.cadence.spending, settings, now)
    yield _night(session, now)


def _zones(session: Session, settings: Settings, district: District) -> Iterator[Finding]:
    rows = session.execute(
        select(School.name, School.timezone).where(School.active, School.timezone.is_not(None))
    ).all()
    zones = [(district.name, district.timezone), *((name, zone or "") for name, zone in rows)]
    unknown = [f"{name} ({zone})" for name, zone in zones if zone not in available_timezones()]
    if unknown:
        yield wrong("time_zones", f"These have a time zone that does not exist: {named(unknown)}.")
    else:
        yield ok("time_zones", "Every school's time zone exists.")
    if str(settings.timezone) != district.timezone:
        yield advice(
            "jobs_zone", f"Jobs run by {settings.timezone}, the district by {district.timezone}; set OUTREACH_TIMEZONE."
        )


def _calendars(session: Session, district: District, now: datetime) -> Iterator[Finding]:
    """Each school's own calendar (not a department's): there, with hours, and not running out."""
    today = now.astimezone(_zone(district)).date()
    own = and_(Calendar.school_id == School.id, Calendar.department.is_(None))
    without = _schools(session, ~select(Calendar.id).where(own).exists())
    no_hours = _schools(
        session,
        select(Calendar.id)
        .where(own, ~select(CalendarHours.id).where(CalendarHours.calendar_id == Calendar.id).exists())
        .exists(),
    )
    ended = _schools(session, select(Calendar.id).where(own, Calendar.last_day < today).exists())
    soon = today + timedelta(days=CALENDAR_NOTICE_DAYS)
    ending = _schools(
        session, select(Calendar.id).where(own, Calendar.last_day >= today, Calendar.last_day < soon).exists()
    )
    if without:
        yield wrong("calendars", f"No calendar, so no question has a due time: {named(without)}.")
    if no_hours:
        yield wrong("calendar_hours", f"The calendar has no open hours: {named(no_hours)}.")
    if ended:
        yield wrong("calendars_ended", f"The calendar is over; enter the next one: {named(ended)}.")
    if ending:
        yield advice("calendars_ending", f"The calendar ends within {CALENDAR_NOTICE_DAYS} days: {named(ending)}.")
    if not (without or no_hours or ended or ending):
        yield ok("calendars", "Every school has a calendar that goes on.")


def _school_years(session: Session, district: District, now: datetime) -> Finding:
    today = now.astimezone(_zone(district)).date()
    running = select(Term.id).where(
        or_(Term.school_id.is_(None), Term.school_id == School.id),
        Term.active,
        Term.kind == TermKind.SCHOOL_YEAR,
        Term.starts_on <= today,
        Term.ends_on >= today,
    )
    outside = _schools(session, ~running.exists())
    if outside:
        return advice("school_year", f"No school year is running, so silence is not counted: {named(outside)}.")
    return ok("school_year", "A school year is running in every school.")


def _roster_age(district: District, now: datetime) -> Finding:
    if district.made_up:
        return ok("roster", "The district is made up; no roster is expected.")
    if district.roster_as_of is None:
        return wrong("roster", "No roster has been imported.")
    days = (now - district.roster_as_of).days
    if days >= ROSTER_DAYS:
        return wrong("roster", f"The roster is {days} days old; is the SIS still dropping its export?")
    return ok("roster", "The roster is fresh.")


def _people(session: Session, settings: Settings) -> Iterator[Finding]:
    administrators = session.scalar(
        select(func.count())
        .select_from(Account)
        .where(Account.active, Account.roles.any(Role.name == AccountRole.DISTRICT_ADMINISTRATOR))
    )
    if administrators:
        yield ok("administrators", "Somebody can administer the district.")
    else:
        role = AccountRole.DISTRICT_ADMINISTRATOR
        yield wrong(
            "administrators", f"Nobody can administer the district; run: outreach user create EMAIL --role {role}"
        )
    matters = wrong if settings.any_live else advice
    on_call = (
        select(OnCall.staff_id)
        .join(Staff, Staff.id == OnCall.staff_id)
        .where(OnCall.school_id == School.id, Staff.active)
    )
    nobody = _schools(session, ~on_call.exists())
    if nobody:
        yield matters("on_call", f"Nobody is told of words of danger: {named(nobody)}; enter an on-call list.")
    else:
        yield ok("on_call", "Every school has an on-call list.")
    fallback = select(Staff.id).where(Staff.id == School.fallback_staff_id, Staff.active)
    without = _schools(session, ~fallback.exists())
    if without:
        yield matters("who_to_ask", f"Nobody takes what has no owner (who to ask): {named(without)}; name a fallback.")
    else:
        yield ok("who_to_ask", "Every school names who takes what has no owner.")


def _sending(session: Session, settings: Settings, district: District, now: datetime) -> Iterator[Finding]:
    if district.consent_basis:
        yield ok("consent_basis", "The basis for writing to families is recorded.")
    else:
        weight = wrong if settings.any_live else advice
        yield weight(
            "consent_basis", "No basis for writing to families is recorded, so imported addresses get nothing."
        )
    if settings.any_live and not _schools(
        session, or_(School.sms_live_from.is_not(None), School.email_live_from.is_not(None))
    ):
        yield advice("go_live", "A channel is live, but no school has a go-live day yet.")
    stops = session.scalars(select(DeliveryStop.why).where(DeliveryStop.resumed_at.is_(None))).all()
    if stops:
        yield advice("stopped", f"Sending is stopped in {len(stops)} places until resumed; see: outreach resume --help")
    paused = session.scalars(
        select(ProviderPause.provider)
        .where(or_(ProviderPause.until_at.is_(None), ProviderPause.until_at > now))
        .order_by(ProviderPause.provider)
    ).all()
    if paused:
        yield wrong("paused", f"Nothing is sent through {named(paused)}: it refused us or failed too often.")
    asked = session.scalar(
        select(func.count()).where(Message.state == MessageState.UNKNOWN, Message.person_asked_at.is_not(None))
    )
    if asked:
        waits = "1 message waits" if asked == 1 else f"{asked} messages wait"
        yield advice("unknown", f"{waits} for a person to say what became of them; see the page Delivery.")


def _money(session: Session, rules: SpendingRules, settings: Settings, now: datetime) -> Iterator[Finding]:
    """The month's spending: said from four fifths of the limit on."""
    limit = cost_limit(rules)
    spent = limit - left_this_month(session, now, rules, settings.any_live)
    amounts = f"{money(spent, rules.currency)} of {money(limit, rules.currency)}"
    if spent >= limit:
        yield wrong("spending", f"The month's limit is reached ({amounts}); only answers, safety, stop and help leave.")
    elif spent >= limit * NEARLY:
        yield advice("spending", f"Four fifths of the month's limit are spent: {amounts}.")
    else:
        yield ok("spending", f"The month's spending is within its limit: {amounts}.")


def _night(session: Session, now: datetime) -> Finding:
    newest = session.scalar(select(JobRun).where(JobRun.job == "nightly").order_by(JobRun.started_at.desc()).limit(1))
    if newest is None:
        return advice("nightly", "The night's work has never run; start: outreach worker")
    if newest.state is RunState.FAILED:
        return wrong("nightly", f"The night's work of {newest.slot} failed; run: outreach nightly")
    hours = (now - newest.started_at) / timedelta(hours=1)
    if hours > JOB_HOURS:
        return wrong("nightly", f"The night's work last began {hours:.0f} hours ago; is a worker running?")
    return ok("nightly", f"The night's work of {newest.slot} ran.")


def _schools(session: Session, condition: ColumnElement[bool]) -> list[str]:
    return list(session.scalars(select(School.name).where(IS_SCHOOL, condition).order_by(School.name)))


def _zone(district: District) -> ZoneInfo:
    return ZoneInfo(district.timezone if district.timezone in available_timezones() else "UTC")
