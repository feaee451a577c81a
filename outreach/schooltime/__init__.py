"""When a school is open: its calendars, its zone, its terms, and the clock that counts only open time."""

from .clock import (
    add_business_days,
    add_open_time,
    business_minutes_between,
    is_school_day,
    next_open,
    open_time_between,
    school_days_between,
    school_weeks_between,
)
from .closures import ClosureRefused, recall_closure, record_closure
from .hours import HoursBook, Interval, OpenHours, hours_book, load_hours
from .moments import (
    UnknownZone,
    district_day,
    local_moment,
    named_zone,
    zone_of_district,
    zone_of_school,
    zones_of_schools,
)
from .years import RunningTerm, SchoolYear, running_terms, school_years, year_spans

__all__ = [
    "ClosureRefused",
    "HoursBook",
    "Interval",
    "OpenHours",
    "RunningTerm",
    "SchoolYear",
    "UnknownZone",
    "add_business_days",
    "add_open_time",
    "business_minutes_between",
    "district_day",
    "hours_book",
    "is_school_day",
    "load_hours",
    "local_moment",
    "named_zone",
    "next_open",
    "open_time_between",
    "recall_closure",
    "record_closure",
    "running_terms",
    "school_days_between",
    "school_weeks_between",
    "school_years",
    "year_spans",
    "zone_of_district",
    "zone_of_school",
    "zones_of_schools",
]
