"""What a timeline is made of, for a template to walk through without a thought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models import (
    Authored,
    Channel,
    Department,
    MembershipCause,
    Outcome,
    Purpose,
    RequestState,
    Segment,
    Subject,
    Topic,
)


class Side(StrEnum):
    FAMILY = "family"
    SCHOOL = "school"
    RECORD = "record"
    """Neither: something changed."""


class EntryKind(StrEnum):
    CONTACT = "contact"
    QUESTION = "question"
    """A request that no contact carries."""
    STEP = "step"
    """A request was handed over, opened again, or closed without an answer; or its due time moved."""
    SURVEY = "survey"
    """A family's answer to a survey."""
    STANDING = "standing"
    """Whether the family should hear from us now, soon, or is on track, changed."""
    HOLD = "hold"
    MEMBERSHIP = "membership"


class Show(StrEnum):
    """The filters of a timeline."""

    EVERYTHING = "everything"
    FAMILY = "family"
    """The family's own words."""
    CALLS = "calls"
    """Calls and talks."""
    MESSAGES = "messages"
    QUESTIONS = "questions"
    """What was asked, and what was done about it."""
    CHANGES = "changes"
    """Holds, membership, standing."""


class Began(StrEnum):
    FAMILY = "family"
    US = "us"


@dataclass(frozen=True)
class Wanted:
    """Which entries of a timeline; all where nothing is said."""

    show: Show = Show.EVERYTHING
    student_id: int | None = None
    """Only what is about this child; what is about no child in particular is left out, questions of the whole family
    are not."""
    began: Began | None = None
    """Only contacts, questions and survey answers that this side began."""

    @property
    def everything(self) -> bool:
        return self == Wanted()


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
    unanswered: bool
    """It was closed without an answer."""
    no_answer_needed: str | None
    """Why, for :func:`outreach.language.said`; None also where that is not this viewer's to read."""


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
    """What was said; of a change, the sentence that tells it."""
    withheld: str | None = None
    """Why the words are not shown to this viewer, for :func:`outreach.language.said`; None where they are."""
    note: str | None = None
    """Of a change, what more there is to say."""
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
    """The same for all contacts of one exchange: the first of them, as far back as the page looks."""
    first_to_speak: bool = False
    answered_in_minutes: int | None = None
    """This entry answered a question after so many open minutes of the school."""
    answered_in: str | None = None
    """The same in words: 5 h, 2 school days."""
    helped: HelpVerdict | None = None
    said_it_helped: bool | None = None
    """What staff heard; shown as such."""
    request: RequestView | None = None
    """The question that this entry asked, or that this step was about."""
    corrected: Corrected | None = None
    undone: Undone | None = None
    cause: MembershipCause | None = None
    message_id: int | None = None
    segment: Segment | None = None
    """Of a survey answer."""
    figure: str | None = None
    """Of a survey answer: 3 of 10, for who may read it."""
    hold_id: int | None = None


@dataclass(frozen=True)
class Timeline:
    family_id: int
    zone: str
    """IANA zone of the family's school: what clocks on the page show."""
    entries: tuple[Entry, ...]
    """Newest first."""
    total: int
    """Entries in all, on every page, of those that were asked for."""
    older_before: str | None
    """What to ask the next page with; None on the last."""
