"""Read one field: dates, numbers, yes and no, names, lists, status; :class:`RejectedRow` says in words the fault."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from outreach.language import N_, kept

from .rejection import RejectedRow
from .rows import Reading, Row

Kind = TypeVar("Kind", bound=StrEnum)
NAME_LIMIT = 200
KEY_LIMIT = 255
TOO_LONG = N_("is longer than %(limit)s characters.")
EARLIEST, LATEST = 1900, 2200
ENDS_BEFORE = N_("%(ends)s lies before %(column)s %(begins)s.")
NO_SUCH_YEAR = N_("%(text)s cannot be right: the year %(year)s.")
ISO_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(T[0-9:.]+(Z|[+-]\d{2}:?\d{2})?)?")
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]{1,3})?", re.IGNORECASE)
LARGEST = 1e9
"""No score, scale or number of days is larger."""
NONE_OF = N_("%(text)s is none of %(words)s.")
SCHOOL_YEAR = re.compile(r"[0-9]{4}")
YES, NO = {"true", "1", "yes", "y", "t"}, {"false", "0", "no", "n", "f"}
FORMULA = ("=", "+", "-", "@")

LANGUAGES = {
    "english": "en", "spanish": "es", "español": "es", "espanol": "es", "vietnamese": "vi", "chinese": "zh",
    "mandarin": "zh", "cantonese": "yue", "arabic": "ar", "somali": "so", "russian": "ru", "haitian creole": "ht",
    "korean": "ko", "tagalog": "tl", "portuguese": "pt", "french": "fr", "hmong": "hmn", "nepali": "ne",
    "ukrainian": "uk", "swahili": "sw", "burmese": "my", "karen": "kar", "pashto": "ps", "dari": "prs",
    "eng": "en", "spa": "es", "vie": "vi", "zho": "zh", "chi": "zh", "ara": "ar", "rus": "ru", "kor": "ko",
}  # fmt: skip
"""Names and three-letter codes that exports give instead of a BCP 47 tag."""
LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.IGNORECASE)


class Status(StrEnum):
    ACTIVE = "active"
    GONE = "gone"


def key_of(row: Row, column: str = "sourcedId") -> str:
    """The key in ``column``, which must be there."""
    key = row[column]
    if not key:
        raise RejectedRow(column, N_("is empty, so the row cannot be recognised again."))
    if len(key) > KEY_LIMIT:
        raise RejectedRow(column, TOO_LONG, limit=KEY_LIMIT)
    return key


def status_of(row: Row) -> Status:
    """Active unless the row says ``inactive`` or ``tobedeleted``; blank is active."""
    text = row["status"].lower()
    if text in ("", "active"):
        return Status.ACTIVE
    if text in ("inactive", "tobedeleted"):
        return Status.GONE
    raise RejectedRow("status", N_("%(text)s is neither active, inactive nor tobedeleted."), text=shown(text))


def date_of(row: Row, column: str) -> date | None:
    """A day written YYYY-MM-DD (a time after it is dropped); None where empty.

    Other orders of day, month and year are refused: 1/05/2023 is two different days on two sides of a sea.
    """
    text = row[column]
    if not text:
        return None
    match = ISO_DATE.fullmatch(text)
    if not match:
        raise RejectedRow(column, N_("%(text)s is not a date of the form YYYY-MM-DD."), text=shown(text))
    try:
        day = date.fromisoformat(match[1])
    except ValueError:
        raise RejectedRow(column, N_("%(text)s is no day of the calendar."), text=shown(text)) from None
    if not EARLIEST <= day.year <= LATEST:
        raise RejectedRow(column, NO_SUCH_YEAR, text=shown(text), year=day.year)
    return day


def needed_date(row: Row, column: str) -> date:
    day = date_of(row, column)
    if day is None:
        raise RejectedRow(column, N_("is empty; a date of the form YYYY-MM-DD is needed."))
    return day


def number_of(row: Row, column: str) -> float | None:
    """A number with a decimal point; None where empty."""
    text = row[column]
    if not text:
        return None
    if not NUMBER.fullmatch(text):
        raise RejectedRow(column, N_("%(text)s is not a number."), text=shown(text))
    value = float(text)
    if abs(value) > LARGEST:
        raise RejectedRow(column, N_("%(text)s cannot be right: so large a number."), text=shown(text))
    return value


def school_year_of(row: Row, column: str = "schoolYear") -> int | None:
    """A school year by the calendar year in which it ends, such as 2027; None where empty."""
    text = row[column]
    if not text:
        return None
    if not (SCHOOL_YEAR.fullmatch(text) and EARLIEST <= int(text) <= LATEST):
        raise RejectedRow(
            column, N_("%(text)s is no school year; give the year in which it ends, such as 2027."), text=shown(text)
        )
    return int(text)


def yes_no(row: Row, column: str) -> bool | None:
    """True or false in the usual spellings; None where empty."""
    text = row[column].lower()
    if not text:
        return None
    if text in YES:
        return True
    if text in NO:
        return False
    raise RejectedRow(column, N_("%(text)s is neither true nor false."), text=shown(text))


def list_of(row: Row, column: str) -> list[str]:
    """The parts of a comma-separated field, each once, in order."""
    return list(dict.fromkeys(part.strip() for part in row[column].split(",") if part.strip()))


def text_of(row: Row, column: str, limit: int = NAME_LIMIT) -> str:
    """Words on one line, in Unicode's composed form; control characters and runs of blanks become one blank."""
    words = row[column]
    if not words.isascii() or not words.isprintable():
        words = unicodedata.normalize("NFC", words)
        words = "".join(" " if unicodedata.category(sign) == "Cc" else sign for sign in words)
    words = " ".join(words.split())
    if len(words) > limit:
        raise RejectedRow(column, TOO_LONG, limit=limit)
    return words


def name_of(row: Row, column: str, reading: Reading) -> str:
    """A person's name as written. An emoji and a name that begins with ``=`` are kept, with a remark: it is not ours
    to rename a child; what we export for spreadsheets puts an apostrophe before such a name."""
    name = text_of(row, column)
    if name.startswith(FORMULA):
        reading.note(
            row.line,
            kept(
                N_("%(column)s begins with %(sign)s; kept as it is, and made harmless in every export."),
                column=column, sign=name[0],
            ),
        )  # fmt: skip
    if any(unicodedata.category(sign) in ("So", "Cs", "Co") for sign in name):
        reading.note(row.line, kept(N_("%(column)s holds an emoji or symbol; kept as it is."), column=column))
    return name


def names_of(row: Row, reading: Reading) -> tuple[str, str]:
    """Given and family name; one of them may be empty, not both."""
    given, family = name_of(row, "givenName", reading), name_of(row, "familyName", reading)
    if not given and not family:
        raise RejectedRow("familyName", N_("and givenName are both empty; a person needs a name."))
    return given, family


def choice_of(kind: type[Kind], row: Row, column: str) -> Kind:
    """One of ``kind``'s values, whatever its capitals; blanks and hyphens count as underscores."""
    try:
        return kind(row[column].lower().replace(" ", "_").replace("-", "_"))
    except ValueError:
        raise RejectedRow(column, NONE_OF, text=shown(row[column]), words=", ".join(kind)) from None


def moment_of(row: Row, column: str, zone: ZoneInfo) -> datetime:
    """A moment in ISO 8601; one without a zone is by the clock of ``zone``."""
    try:
        moment = datetime.fromisoformat(row[column])
    except ValueError:
        raise RejectedRow(
            column, N_("%(text)s is not a time of the form YYYY-MM-DDTHH:MM."), text=shown(row[column])
        ) from None
    if not EARLIEST <= moment.year <= LATEST:
        raise RejectedRow(column, NO_SUCH_YEAR, text=shown(row[column]), year=moment.year)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def language_of(text: str) -> str | None:
    """A BCP 47 tag for what an SIS calls a home language; None where it says nothing we can read."""
    words = text.strip().lower()
    if words in LANGUAGES:
        return LANGUAGES[words]
    return words if LANGUAGE_TAG.fullmatch(words) and len(words.split("-")[0]) == 2 else None


def named(key: str) -> str:
    """A key in quotes, cut where it is longer than any should be."""
    return f"'{key[:60]}'"


def shown(text: str) -> str:
    """``text`` in quotes and short enough for a sentence."""
    return f"'{text[:40]}{'…' if len(text) > 40 else ''}'"
