"""Contacts between family and school, what families asked, and their own word on whether it helped."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Table, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from .append_only import append_only
from .base import Base, JsonObject
from .guardian import Channel
from .school import Department
from .student import Subject


class Initiator(StrEnum):
    TEACHER = "teacher"
    SCHOOL = "school"
    FAMILY = "family"


class Topic(StrEnum):
    ACADEMICS = "academics"
    BEHAVIOR = "behavior"
    ATTENDANCE = "attendance"
    WELLBEING = "wellbeing"
    SERVICES = "services"
    LOGISTICS = "logistics"


class Purpose(StrEnum):
    PRAISE = "praise"
    IMPROVE = "improve"
    CONCERN = "concern"
    LOGISTICS = "logistics"


class Outcome(StrEnum):
    REACHED = "reached"
    LEFT_MESSAGE = "left_message"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    DECLINED = "declined"
    SENT = "sent"
    DELIVERED = "delivered"
    REPLIED = "replied"


CONTACT_OUTCOMES = (Outcome.REACHED, Outcome.REPLIED, Outcome.DELIVERED)
"""Only these count as contact; the rest are attempts and never answer a request."""


class Authored(StrEnum):
    """Whose words a message was, and who chose this family for it."""

    WRITTEN = "written"
    EDITED = "edited"
    APPROVED_SINGLY = "approved_singly"
    APPROVED_IN_BULK = "approved_in_bulk"
    AUTOMATIC = "automatic"


GENERAL_NOTICES = (Authored.APPROVED_IN_BULK, Authored.AUTOMATIC)
"""General notices, never a teacher's contact."""


class Contact(Base):
    """The current text of one contact. Each change or undo first copies the row to ``contact_revision``."""

    __tablename__ = "contact"
    __table_args__ = (
        UniqueConstraint("recorded_by", "client_key"),
        CheckConstraint("(voided_at IS NULL) = (void_reason IS NULL)", name="void_has_reason"),
        CheckConstraint("initiator <> 'teacher' OR staff_id IS NOT NULL", name="teacher_contact_names_teacher"),
        # outreach.risk.features and outreach.contacts.timeline: this year's unvoided contacts
        Index(
            "ix_contact_occurred_at", "occurred_at",
            sqlite_where=text("voided_at IS NULL"), postgresql_where=text("voided_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    sourced_id: Mapped[str | None] = mapped_column(unique=True)
    """The other system's own key, for imported contacts."""
    client_key: Mapped[str | None]
    """Made when the form was rendered: a repeated submit is one contact."""
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    initiator: Mapped[Initiator]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    department: Mapped[Department | None]
    guardian_id: Mapped[int | None] = mapped_column(ForeignKey("guardian.id"), index=True)
    channel: Mapped[Channel]
    language: Mapped[str | None]
    interpreter: Mapped[bool] = mapped_column(default=False)
    topic: Mapped[Topic | None]
    subject: Mapped[Subject | None]
    purpose: Mapped[Purpose | None]
    outcome: Mapped[Outcome]
    authored: Mapped[Authored] = mapped_column(default=Authored.WRITTEN)
    summary: Mapped[str | None]
    said_it_helped: Mapped[bool | None]
    """What staff heard; shown as such, moves neither risk nor figures. None: not said."""
    answers_request_id: Mapped[int | None] = mapped_column(ForeignKey("request.id", use_alter=True), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id", use_alter=True), unique=True)
    """The message that this contact is, where it was sent or received by us."""
    voided_at: Mapped[datetime | None]
    voided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    void_reason: Mapped[str | None]


class ContactStudent(Base):
    """The students a contact was about; at least one."""

    __tablename__ = "contact_student"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True)
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"), primary_key=True, index=True)


class RevisionKind(StrEnum):
    CORRECTED = "corrected"
    VOIDED = "voided"
    RESTORED = "restored"


class ContactRevision(Base):
    """A contact as it stood before a change. Append-only."""

    __tablename__ = "contact_revision"
    __table_args__ = (Index("ix_contact_revision_contact_id", "contact_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    kind: Mapped[RevisionKind]
    before: Mapped[JsonObject]
    """Every column by name, the student ids under ``students``; moments as ISO 8601 in UTC."""
    revised_at: Mapped[datetime]
    revised_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    why: Mapped[str | None]


class RequestState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


class Request(Base):
    """What a family asked, and its clock."""

    __tablename__ = "request"
    __table_args__ = (
        # A family's message joins its open request and never opens a second.
        Index(
            "uq_request_open", "family_id", text("coalesce(guardian_id, 0)"), unique=True,
            sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'"),
        ),
        CheckConstraint("state <> 'answered' OR answered_at IS NOT NULL", name="answered_has_time"),
        CheckConstraint("state <> 'closed' OR closed_at IS NOT NULL", name="closed_has_time"),
        CheckConstraint("due_at IS NULL OR due_at >= opened_at", name="due_after_opening"),
        Index("ix_request_family_id", "family_id"),
        # outreach.contacts.clock: what is waiting and past due; outreach.contacts.board: each of its sections
        Index("ix_request_state_due_at", "state", "due_at"),
        # outreach.contacts.board: what was answered or closed lately
        Index(
            "ix_request_ended_at", text("coalesce(closed_at, answered_at)"),
            sqlite_where=text("state <> 'open'"), postgresql_where=text("state <> 'open'"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    family_id: Mapped[int] = mapped_column(ForeignKey("family.id"))
    guardian_id: Mapped[int | None] = mapped_column(ForeignKey("guardian.id"))
    student_id: Mapped[int | None] = mapped_column(ForeignKey("student.id"))
    """The student it is about, where it is about one; it moves along with the student."""
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    department: Mapped[Department]
    question: Mapped[str]
    """In the family's own words, where we have them."""
    opened_by_contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    opened_at: Mapped[datetime]
    goal_at: Mapped[datetime | None]
    """1 business day: shown, never scored."""
    due_at: Mapped[datetime | None]
    """2 business days; None past the calendar's last day."""
    counselor_at: Mapped[datetime | None]
    """5 business days: a counselor is told."""
    first_due_at: Mapped[datetime | None]
    """The due time of the first opening, kept when the request reopens."""
    owner_staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    state: Mapped[RequestState] = mapped_column(default=RequestState.OPEN)
    first_response_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answered_by_contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    no_answer_needed: Mapped[str | None]
    """Why it was closed without an answer; None where it was answered."""
    reopened_at: Mapped[datetime | None]
    hostile_at: Mapped[datetime | None]
    """Since when an administrator has it because of how the family wrote; who said so stands in its events."""


class RequestEventKind(StrEnum):
    OPENED = "opened"
    JOINED = "joined"
    ANSWERED = "answered"
    CLOSED = "closed"
    NO_ANSWER_NEEDED = "no_answer_needed"
    REOPENED = "reopened"
    HANDED_OVER = "handed_over"
    TAKEN = "taken"
    """Somebody made it theirs."""
    HOSTILE = "hostile"
    """Given to an administrator because of how the family wrote."""
    GIVEN_BACK = "given_back"
    """The last of these three was taken back."""
    ON_ITS_WAY = "on_its_way"
    """Words that answer it are in the outbox; once they arrive it is answered."""
    DUE_MOVED = "due_moved"


class RequestEvent(Base):
    """Everything that happened to a request, in order. Append-only."""

    __tablename__ = "request_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), index=True)
    kind: Mapped[RequestEventKind]
    at: Mapped[datetime]
    by_account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    detail: Mapped[JsonObject | None]


class Verdict(Base):
    """Whether a contact or an answer helped, only where the family said so itself."""

    __tablename__ = "verdict"
    __table_args__ = (
        CheckConstraint("contact_id IS NOT NULL OR request_id IS NOT NULL", name="about_something"),
        Index("ix_verdict_family_id", "family_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    family_id: Mapped[int] = mapped_column(ForeignKey("family.id"))
    guardian_id: Mapped[int | None] = mapped_column(ForeignKey("guardian.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    request_id: Mapped[int | None] = mapped_column(ForeignKey("request.id"))
    helped: Mapped[bool]
    words: Mapped[str | None]
    given_at: Mapped[datetime]


for history in (ContactRevision, RequestEvent):
    assert isinstance(history.__table__, Table)
    append_only(history.__table__)
