"""A weekly message in words: on which day, at what time, until when."""

from __future__ import annotations

from datetime import date, datetime

from models import Outreach
from outreach.language import _, clock, day, weekday


def series_words(row: Outreach, now: datetime) -> str | None:
    """ "Every Tuesday at 5 pm, until Tue 15 Dec." None for what is not weekly. Its end may be over already."""
    if row.repeats_until is None or row.local_time is None:
        return None
    local, until = datetime.fromisoformat(row.local_time), date.fromisoformat(row.repeats_until)
    return _(
        "Every week on %(weekday)s at %(time)s, until %(day)s.",
        weekday=weekday(local.date()), time=clock(local), day=day(until, now.date()),
    )  # fmt: skip
