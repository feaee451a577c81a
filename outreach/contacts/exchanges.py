"""Where one exchange between family and school ends and the next begins, and who spoke first in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models import CONTACT_OUTCOMES, GENERAL_NOTICES, Authored, Initiator, Outcome

QUIET = timedelta(days=7)
"""After this long without a word a new exchange begins, unless it is about the same question."""


@dataclass(frozen=True)
class Spoken:
    """What an exchange needs to know of one contact."""

    contact_id: int
    at: datetime
    initiator: Initiator
    outcome: Outcome
    authored: Authored
    undone: bool
    requests: frozenset[int]
    """The requests that it opened, joined, reopened or answered."""
    asks_again: bool = False
    """It reopened a request that had been answered or closed."""

    @property
    def carries(self) -> bool:
        """It keeps an exchange going: somebody meant this family, even if only by an attempt."""
        return not self.undone and self.authored not in GENERAL_NOTICES

    @property
    def speaks(self) -> bool:
        """The family always does; the school where it came across and was meant for this family."""
        if self.undone:
            return False
        if self.initiator is Initiator.FAMILY:
            return True
        return self.outcome in CONTACT_OUTCOMES and self.authored not in GENERAL_NOTICES


@dataclass(frozen=True)
class Exchange:
    number: int
    """1 is the family's first."""
    first_to_speak: int | None
    """The contact that spoke first; None where nobody did (attempts and notices only)."""
    contact_ids: tuple[int, ...]


def exchanges(contacts: Iterable[Spoken]) -> list[Exchange]:
    """The exchanges of a family, oldest first.

    Contacts in order of time; the next belongs to the same exchange where it comes within :data:`QUIET` of the one
    before, or is about a request that the exchange is about already (an answer after nine days belongs to its
    question; a question asked again after nine days does not). Undone contacts and general notices stand in an
    exchange and do not prolong it.
    """
    grouped: list[list[Spoken]] = []
    last: datetime | None = None
    said = False
    about: set[int] = set()
    for contact in sorted(contacts, key=lambda contact: (contact.at, contact.contact_id)):
        answers = not contact.asks_again and not about.isdisjoint(contact.requests)
        if last is not None and (contact.at - last < QUIET or answers):
            grouped[-1].append(contact)
        else:
            grouped.append([contact])
            about, said = set(), False
        about |= contact.requests
        if contact.carries or not said:
            last, said = contact.at, said or contact.carries
    return [_exchange(number, group) for number, group in enumerate(grouped, start=1)]


def _exchange(number: int, group: Sequence[Spoken]) -> Exchange:
    first = next((contact.contact_id for contact in group if contact.speaks), None)
    return Exchange(number, first, tuple(contact.contact_id for contact in group))
