"""What the crash test intends to send, told in its own words: the judge knows this, and none of our tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

CONSONANTS = "bcdfghjklmnpqrstvwxz"


@dataclass(frozen=True, slots=True)
class Letter:
    """One message that somebody meant to send. Moments are aware."""

    tag: str
    """Stands in its words, and nowhere else: how the provider's side tells it from every other."""
    group: str
    family: int
    channel: str
    """sms or email."""
    to: str
    other: str | None
    """The same guardian's other address, the only one at which it may go instead."""
    zones: tuple[str, ...]
    """The reader's, and that of the number's region where it is another: the window must be open in each."""
    due: datetime
    expires: datetime
    automated: bool = False
    answer: bool = False
    """A person's answer to what the family wrote: in no cap, on any day."""
    barred: str | None = None
    """Why it may never leave; None: it may."""


@dataclass(frozen=True, slots=True)
class Plan:
    letters: tuple[Letter, ...]
    closed_days: tuple[date, ...]
    """Weekdays without school, beside Saturdays and Sundays."""


def tag(number: int) -> str:
    """A short word without vowels and digits: no real word, no mark, no name."""
    letters = ""
    for _ in range(4):
        number, rest = divmod(number, len(CONSONANTS))
        letters = CONSONANTS[rest] + letters
    return letters


def words(of: str) -> str:
    """The words of the letter with this tag."""
    return f"A good week: your child asked for help in class, and used it. Ref {of}."


def tag_in(text: str) -> str | None:
    """The tag in ``text``; None where it is none of the letters (a confirmation, say)."""
    _, mark, rest = text.rpartition("Ref ")
    found = rest[:4]
    return found if mark and len(found) == 4 and set(found) <= set(CONSONANTS) and rest[4:5] == "." else None


def sid_of(to: str) -> str:
    """Twilio's id of the one text that comes from this number."""
    return f"SM{int(to[2:]):032x}"
