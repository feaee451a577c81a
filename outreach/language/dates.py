"""Days, hours and lengths of time as a person reads them, in the language spoken now. No zone is chosen here."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from babel.dates import format_date, format_time

from .catalogs import LOCALES
from .sentences import _, ngettext
from .speaking import tongue


def short_day(value: date, today: date) -> str:
    """``17 Nov``; with its year where that is not this one."""
    return _in(value, "d MMM" if value.year == today.year else "d MMM y")


def day(value: date, today: date) -> str:
    """``Tue 17 Nov``; with its year where that is not this one."""
    return _in(value, "EEE d MMM" if value.year == today.year else "EEE d MMM y")


def weekday(value: date) -> str:
    """``Tuesday``."""
    return _in(value, "EEEE")


def month(value: date) -> str:
    """``August``, as it stands inside a sentence."""
    return _in(value, "MMMM")


def month_day(value: date) -> str:
    """``November 9``."""
    return _in(value, _("MMMM d"))


def whole_day(value: date) -> str:
    """``November 9, 2026``, as it stands at the head of a letter."""
    return format_date(value, "long", locale=LOCALES[tongue()])


def clock(value: time | datetime) -> str:
    """``6:12 pm``, ``6 pm``."""
    local = value.time() if isinstance(value, datetime) else value
    shape = "h:mm a" if local.minute else "h a"
    said = format_time(local.replace(tzinfo=None), shape, locale=LOCALES[tongue()])
    return said.replace("AM", "am").replace("PM", "pm")


def moment(local: datetime, today: date) -> str:
    """``Tue 17 Nov, 6:12 pm``: a local time as the clock on the wall shows it."""
    return f"{day(local.date(), today)}, {clock(local)}"


def span(value: timedelta) -> str:
    """A length of time in its one largest unit: ``2 days``, ``3 h``, ``5 min``."""
    minutes = max(0, round(abs(value).total_seconds() / 60))
    if minutes < 60:
        return _("%(count)s min", count=minutes)
    hours = minutes // 60
    if hours < 48:
        return _("%(count)s h", count=hours)
    return ngettext("%(count)s day", "%(count)s days", hours // 24)


def _in(value: date, shape: str) -> str:
    return format_date(value, shape, locale=LOCALES[tongue()])
