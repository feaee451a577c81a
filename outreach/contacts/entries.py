"""What a timeline is made of, for a template to walk through without a thought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models import Authored, Channel, Department, MembershipCause, Outcome, Purpose, RequestState, Subject, Topic


class Side(StrEnum):
    FAMILY = "family"
    SCHOOL = "school"
    RECORD = "record"
    """Neither: a change of who belongs to the family."""


class EntryKind(StrEnum):
    CONTACT = "contact"
    QUESTION = "question"
    """A request that no contact carries."""
    MEMBERSHIP = "membership"


@dataclass(frozen=True)
class RequestView:
    """A question beside the entry that asked it."""

    id: int
    state: RequestState
    question: str
    department: Department
    owner_name: str | None
    opened_at: datetime
    due_at: datetime | None
    clock: str | None
    """"2 h over", "3 h left"; None once it is no longer open."""
    over: bool
    reopened_at: datetime | None
    no_answer_needed: str | None
    """Why it was closed without an answer."""


@dataclass(frozen=True)
class Undone:
    at: datetime
    by: str | None
    why: str


@dataclass(frozen=True)
class Corrected:
    times: int
    last_at: datetime
    last_by: str | None


@dataclass(frozen=True)
class HelpVerdict:
    """The family's own word."""

    helped: bool
    words: str | None
    by: str | None
    given_at: datetime


@dataclass(frozen=True)
class Entry:
    """One thing that was said, asked, tried or changed. Moments in UTC, to be shown in the timeline's zone."""

    kind: EntryKind
    side: Side
    at: datetime
    who: str
    """Whose words: the guardian, the staff member, or "the family", "the school" where nobody was named."""
    contact_id: int | None = None
    with_whom: str | None = None
    """The other side's person, where known."""
    staff_id: int | None = None
    guardian_id: int | None = None
    students: tuple[str, ...] = ()
    channel: Channel | None = None
    outcome: Outcome | None = None
    words: str | None = None
    withheld: str | None = None
    """Why the words are not shown to this viewer; None where they are."""
    topic: Topic | None = None
    subject: Subject | None = None
    purpose: Purpose | None = None
    language: str | None = None
    interpreter: bool = False
    authored: Authored | None = None
    general_notice: bool = False
    attempt: bool = False
    """Tried, not reached."""
    exchange: int | None = None
    first_to_speak: bool = False
    answered_in_minutes: int | None = None
    """This entry answered a question after so many open minutes of the school."""
    answered_in: str | None = None
    """The same in words: 5 h, 2 school days."""
    helped: HelpVerdict | None = None
    said_it_helped: bool | None = None
    """What staff heard; shown as such."""
    request: RequestView | None = None
    """The question that this entry asked."""
    corrected: Corrected | None = None
    undone: Undone | None = None
    cause: MembershipCause | None = None
    message_id: int | None = None


@dataclass(frozen=True)
class Timeline:
    family_id: int
    zone: str
    """IANA zone of the family's school: what clocks on the page show."""
    entries: tuple[Entry, ...]
    """Newest first."""
    total: int
    """Entries in all, on every page."""
    older_before: str | None
    """What to ask the next page with; None on the last."""
