"""What the pages Today and Plan show, as plain objects; words are made here, pages only lay them out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from models import Channel, OutreachState
from outreach.contacts import WaitingRequest
from outreach.language import N_

from .undelivered import WayOut


class Act(StrEnum):
    """The one thing to do next about a card: its filled button."""

    ANSWER = "answer"
    CALL = "call"
    READ_AND_SEND = "read_and_send"
    WRITE = "write"
    """A message that still needs the teacher's own words."""
    PRINT = "print"
    """A printed note to hand to the child or to post."""
    VISIT = "visit"


ACT_WORDS = {
    Act.ANSWER: N_("Answer"),
    Act.CALL: N_("Call"),
    Act.READ_AND_SEND: N_("Read and send"),
    Act.WRITE: N_("Write"),
    Act.PRINT: N_("Print a note"),
    Act.VISIT: N_("Arrange a visit"),
}


@dataclass(frozen=True, slots=True)
class Why:
    """One sentence or two that a parent could hear: ``before``, then ``strong`` (in bold), then ``after``."""

    before: str
    strong: str
    after: str

    def __str__(self) -> str:
        return f"{self.before}{self.strong}{self.after}"


@dataclass(frozen=True, slots=True)
class Card:
    """One family that would like to hear from this person."""

    outreach_id: int
    family_id: int
    family_name: str
    student_id: int | None
    student_name: str | None
    guardian_id: int | None
    guardian_name: str
    """Whom to speak to, in full; "Maya's family" where no guardian is on record."""
    relation: str
    """Small print beside the name: "parent of Maya, Algebra I"."""
    staff_id: int | None
    staff_name: str | None
    rule: str
    why: Why
    how: str
    """"Speaks Spanish, reads texts after 5 pm." """
    act: Act
    act_words: str
    channel: Channel
    language: str | None
    interpreter: bool
    phone: str | None
    """The number to call, where the act is a call and one is known."""
    title: str | None
    body: str | None
    body_in_staff_language: str | None
    blocked: str | None
    """Why the draft cannot go out as it stands, in words; None: it can."""
    local_time: datetime | None
    """When it would go, by the family's clock, without zone; None: no time set."""
    timezone: str | None
    ahead: bool
    """Whether that time is still to come."""
    state: OutreachState
    state_reason: str | None
    request_id: int | None
    """The family's open request that this card asks to answer."""
    detour: str | None = None
    """Why it went to another address than the first, and which way."""
    reached: str = ""
    """``how`` without what to begin with."""
    by_hand: bool = False
    """Written by a person unasked; what is taken back of it is called off, not suggested again."""
    set_aside: str | None = None
    """Why not now, in the words of who set it aside."""
    leaves_at: datetime | None = None
    """When it is due to leave the outbox (UTC), where it waits there."""
    series: str | None = None
    """ "Every Tuesday at 5 pm until Dec 12." Of a weekly message."""
    edited: bool = False
    """A person's own words, no longer the draft's."""
    version: str = ""
    """What a form carries, so that what somebody else did meanwhile is noticed; see ``version_of``."""
    instead: tuple[WayOut, ...] = ()
    """What can be done about it, where it did not arrive."""


@dataclass(frozen=True, slots=True)
class Today:
    """A person's day: the families to hear from them, and what waits for an answer."""

    day: date
    headline: str
    """"Five families would most like to hear from you. About 12 minutes." or "Nothing today." """
    cards: tuple[Card, ...]
    waiting: tuple[WaitingRequest, ...]
    minutes: int
    """What the cards should take together, by ``planning.minutes_per_family``."""
    not_gone: int = 0
    """Messages of this person's that did not go out or arrive, and about which nobody has done anything since."""


@dataclass(frozen=True, slots=True)
class PlanPerson:
    """Whose touches these are: a touch needs its owner. Nobody's are counted, or compared."""

    staff_id: int | None
    name: str | None
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class PlanDay:
    day: date | None
    """By the family's clock; None: no time set."""
    cards: tuple[Card, ...]
    people: tuple[PlanPerson, ...] = ()
    """The same cards, by whose they are."""


@dataclass(frozen=True, slots=True)
class PlanPage:
    """What is planned for the families this viewer sees: open first by day, then who has nobody, then what ended."""

    suggested: tuple[PlanDay, ...]
    under_way: tuple[PlanDay, ...]
    """Approved, scheduled, or leaving."""
    unassigned: tuple[Card, ...]
    """No teacher and no counselor could be found; only an administrator sees these."""
    ended: tuple[Card, ...]
    """Of the last 14 days, newest first: delivered, done, failed, skipped and why."""
    ready: int
    """How many of the suggested could be approved as they stand."""
    not_gone: tuple[Card, ...]
    """Sent and not arrived, or not sent, lately, and nobody has acted since."""
    after: Mapping[str, int]
    """Part to the outreach after which its next page begins; a part that is absent is shown whole."""
