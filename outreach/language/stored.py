"""Sentences kept for a reader of another day: stored as ours, said in the reader's own language when shown.

A database never holds what was said in one language: it holds the English sentence, which is its key in the catalogues,
and its values beside it. So what is stored may be compared with the constant that it was made from.
"""

from __future__ import annotations

import json
from datetime import date, datetime, time

from .catalogs import is_ours
from .dates import clock, month_day
from .sentences import Marked, Value, _

Kept = Value | date | time
"""A name, a figure, another kept sentence; or a day or an hour, already local, which each language writes its way."""
DAY, HOUR = "day", "hour"
BEGINS = '["'
NOT_KEPT_BY_US = (ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""What reading something else as a kept sentence ends with."""


def kept(sentence: str, **values: Kept) -> str:
    """How ``sentence`` (marked with ``N_``) is stored, its values beside it. A value may be a kept sentence itself."""
    if not values:
        return sentence
    return json.dumps([sentence, {name: _stored(value) for name, value in values.items()}], ensure_ascii=False)


def said(stored: str | None) -> str:
    """A stored sentence in the language spoken now. What a person wrote, and what an older release stored as plain
    text, is said as it stands: a family may write whatever it likes, also what looks like ours, and no page may break
    by it."""
    if not stored:
        return ""
    if not stored.startswith(BEGINS):
        return _(stored)
    try:
        sentence, values = json.loads(stored)
        if values and is_ours(sentence):
            return _(sentence, **{name: _said(value) for name, value in values.items()})
    except NOT_KEPT_BY_US:
        pass
    return stored


def _stored(value: Kept) -> object:
    match value:
        case Marked():
            return [value]
        case datetime():
            raise TypeError("keep its local day or its local hour: a moment has no zone here")
        case date():
            return {DAY: value.isoformat()}
        case time():
            return {HOUR: value.isoformat("minutes")}
        case _:
            return value


def _said(value: object) -> Value:
    match value:
        case [str(word)]:
            return _(word)
        case {"day": str(day)}:
            return month_day(date.fromisoformat(day))
        case {"hour": str(hour)}:
            return clock(time.fromisoformat(hour))
        case str() if " " not in value:
            return value  # a name: some are words of ours too (Soon, Art)
        case str():
            return said(value)
        case int() | float():
            return value
        case _:
            return str(value)
