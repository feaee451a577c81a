"""Which of the texts that a provider has is which of our attempts? Pure: what is open, what was found, one answer out.

Twilio's list does not repeat the callback address that names our attempt, so recipient, words and time are all there
is to go by. They prove two things only:

- *Absent*: among the texts to this recipient since the attempt began there is none that could be it. A text whose sid
  already belongs to another attempt of ours is not it; one with the words of another open attempt is not it either; one
  with words that are nobody's may be it (a messaging service may rewrite letters, a district may have bodies blotted
  out), so it stands in the way of the proof.
- *Taken*: there is one text with exactly its words, and it is the only open attempt with these words; or there are as
  many such texts as open attempts: then all of them were taken, and which is which matters only for receipts.

Everything else is for a person: body and time alone never decide between two candidates. An attempt that may still
arrive (its time for that is not over) makes all that share its words wait.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from .providers.base import Found

SKEW = timedelta(minutes=2)
"""How far the provider's clock may be behind ours; its times come in whole seconds."""
NO_TIME_TOLD = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class OpenAttempt:
    """A call to this recipient of which we do not know whether it was taken."""

    id: str
    body: str
    """As it was sent."""
    started_at: datetime
    settles_at: datetime
    """Later than this it cannot be taken any more."""


@dataclass(frozen=True, slots=True)
class Taken:
    found: Found


@dataclass(frozen=True, slots=True)
class Absent:
    pass


@dataclass(frozen=True, slots=True)
class NotYet:
    """Another attempt with the same words is still on its way."""


@dataclass(frozen=True, slots=True)
class AskPerson:
    pass


Answer = Taken | Absent | NotYet | AskPerson


def judge(mine: OpenAttempt, others: Sequence[OpenAttempt], unclaimed: Sequence[Found], now: datetime) -> Answer:
    """What became of ``mine``. ``others`` are the further open attempts to the same recipient; ``unclaimed`` the texts
    to it that the provider has and whose sid is nobody's yet."""
    alike = sorted([mine, *(one for one in others if one.body == mine.body)], key=lambda one: (one.started_at, one.id))
    same_words = sorted((one for one in unclaimed if one.body == mine.body), key=_in_order)
    if not any(_may_be(one, mine) for one in same_words):
        known = {one.body for one in alike} | {one.body for one in others}
        strange = any(_may_be(one, mine) for one in unclaimed if one.body not in known)
        return AskPerson() if strange else Absent()
    if any(one.settles_at > now for one in alike):
        return NotYet()
    fitting = [one for one in same_words if any(_may_be(one, attempt) for attempt in alike)]
    pairs = list(zip(alike, fitting, strict=False))
    if len(alike) == len(fitting) and all(_may_be(found, attempt) for attempt, found in pairs):
        return Taken(next(found for attempt, found in pairs if attempt.id == mine.id))
    return AskPerson()


def _may_be(found: Found, attempt: OpenAttempt) -> bool:
    """A text cannot be older than the call that made it."""
    return found.created_at is None or found.created_at >= attempt.started_at - SKEW


def _in_order(found: Found) -> tuple[datetime, str]:
    return found.created_at or NO_TIME_TOLD, found.provider_id
