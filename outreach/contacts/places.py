"""Where each entry of a timeline stands, and which stand on one page: found by the database, never read to be counted.

Every kind of thing that happened gives rows of (moment, kind, id, part). They order the timeline, newest first, and a
page is what comes before the last place of the page shown before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import (
    CompoundSelect,
    Integer,
    Select,
    SQLColumnExpression,
    String,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from models import (
    Channel,
    Contact,
    ContactStudent,
    FamilyMember,
    Hold,
    Initiator,
    Request,
    RequestEvent,
    RequestEventKind,
    RiskHistory,
    SurveyResponse,
)
from outreach.access import Viewer, holding
from outreach.errors import NotFound
from outreach.language import _

from .entries import Began, EntryKind, Show, Wanted

CALLS = (Channel.PHONE, Channel.VIDEO, Channel.IN_PERSON)
MESSAGES = (Channel.SMS, Channel.EMAIL, Channel.LETTER, Channel.APP)
STEPS = (
    RequestEventKind.HANDED_OVER, RequestEventKind.NO_ANSWER_NEEDED, RequestEventKind.REOPENED,
    RequestEventKind.DUE_MOVED,
)  # fmt: skip
ASKING = (RequestEventKind.OPENED, RequestEventKind.JOINED, RequestEventKind.REOPENED)
BEGINS, ENDS = 0, 1
"""The parts of what lasts."""
RANK = {kind: rank for rank, kind in enumerate(EntryKind)}
"""Order of what happened at the very same moment."""
KINDS = tuple(EntryKind)
Rows = Select[datetime, int, int, int]


@dataclass(frozen=True, order=True)
class Place:
    """Where an entry stands; what orders the timeline and where a page is cut."""

    at: datetime
    rank: int
    number: int
    """The id of the contact, request, step, answer, score, hold or membership."""
    part: int = 0

    @property
    def kind(self) -> EntryKind:
        return KINDS[self.rank]

    def __str__(self) -> str:
        return f"{self.at.isoformat()}/{self.kind.value}/{self.number}/{self.part}"

    @classmethod
    def of(cls, kind: EntryKind, at: datetime, number: int, part: int = 0) -> Place:
        return cls(at, RANK[kind], number, part)

    @classmethod
    def read(cls, cursor: str) -> Place:
        """Raises :class:`NotFound` for anything that :attr:`Timeline.older_before` never gave."""
        try:
            at, kind, number, part = cursor.split("/")
            found = cls(datetime.fromisoformat(at).astimezone(UTC), RANK[EntryKind(kind)], int(number), int(part))
        except (ValueError, OverflowError):
            found = None
        if found is None or max(abs(found.number), abs(found.part)) >= 2**31:
            raise NotFound(_("This page of the timeline does not exist; open the family again."))
        return found


def places_on_page(
    session: Session, viewer: Viewer, family_id: int, wanted: Wanted, now: datetime, before: Place | None, limit: int
) -> tuple[list[Place], int]:
    """The newest ``limit`` places that come before ``before``, newest first, and how many there are on all pages.

    Without changes of membership: those are few, and their moment is a local day's. Two statements.
    """
    parts = list(_parts(viewer, family_id, wanted, now))
    if not parts:
        return [], 0
    every = _together(parts).subquery("every")
    place = tuple_(every.c.at, every.c.rank, every.c.number, every.c.part)
    page = select(every.c.at, every.c.rank, every.c.number, every.c.part)
    if before is not None:
        cursor = tuple_(
            literal(before.at, every.c.at.type), literal(before.rank), literal(before.number), literal(before.part)
        )
        page = page.where(place < cursor)
    newest_first = page.order_by(every.c.at.desc(), every.c.rank.desc(), every.c.number.desc(), every.c.part.desc())
    total = session.scalar(select(func.count()).select_from(every)) or 0
    return [Place(*row) for row in session.execute(newest_first.limit(limit)).all()], total


def contacts_of_family(family_id: int, student_id: int | None = None) -> Select[int]:
    """The ids of a family's contacts, which follow the student: those of its present students; of all it had, once it
    has ended. With ``student_id`` those about that one."""
    members = select(FamilyMember.student_id).where(FamilyMember.family_id == family_id)
    present = members.where(FamilyMember.until_on.is_(None))
    whose = present.union_all(members.where(~present.exists()))
    ids = select(ContactStudent.contact_id).where(ContactStudent.student_id.in_(whose))
    return ids if student_id is None else ids.where(ContactStudent.student_id == student_id)


def _together(parts: Sequence[Rows]) -> CompoundSelect[datetime, int, int, int] | Rows:
    return union_all(*parts) if len(parts) > 1 else parts[0]


def _rows(
    kind: EntryKind, at: SQLColumnExpression[datetime], number: SQLColumnExpression[int], part: int = BEGINS
) -> Rows:  # fmt: skip
    return select(
        at.label("at"), literal(RANK[kind], Integer).label("rank"), number.label("number"),
        literal(part, Integer).label("part"),
    )  # fmt: skip


def _parts(viewer: Viewer, family_id: int, wanted: Wanted, now: datetime) -> Iterator[Rows]:
    show, began = wanted.show, wanted.began
    if show is not Show.CHANGES:
        yield _contacts(family_id, wanted)
    if show in (Show.EVERYTHING, Show.FAMILY, Show.QUESTIONS) and began is not Began.US:
        yield _questions(family_id, wanted)
    if show in (Show.EVERYTHING, Show.QUESTIONS) and began is None:
        yield _steps(family_id, wanted)
    of_the_family = show in (Show.EVERYTHING, Show.FAMILY) and began is not Began.US and wanted.student_id is None
    if of_the_family and viewer.sees_reasons:
        yield _surveys(family_id)
    if show in (Show.EVERYTHING, Show.CHANGES) and began is None:
        yield from _holds(family_id, wanted, now)
        if viewer.sees_risk and wanted.student_id is None:
            yield _standings(family_id)


def _contacts(family_id: int, wanted: Wanted) -> Rows:
    ids = contacts_of_family(family_id, wanted.student_id)
    rows = _rows(EntryKind.CONTACT, Contact.occurred_at, Contact.id).where(Contact.id.in_(ids))
    if wanted.show is Show.FAMILY or wanted.began is Began.FAMILY:
        rows = rows.where(Contact.initiator == Initiator.FAMILY)
    if wanted.began is Began.US:
        rows = rows.where(Contact.initiator != Initiator.FAMILY)
    if wanted.show is Show.CALLS:
        rows = rows.where(Contact.channel.in_(CALLS))
    if wanted.show is Show.MESSAGES:
        rows = rows.where(Contact.channel.in_(MESSAGES))
    if wanted.show is Show.QUESTIONS:
        theirs = select(Request.id).where(Request.family_id == family_id)
        asked = select(RequestEvent.contact_id).where(
            RequestEvent.request_id.in_(theirs), RequestEvent.kind.in_(ASKING), RequestEvent.contact_id.is_not(None)
        )
        rows = rows.where(or_(Contact.answers_request_id.is_not(None), Contact.id.in_(asked)))
    return rows


def _of_child(wanted: Wanted) -> ColumnElement[bool]:
    if wanted.student_id is None:
        return literal(True)
    return or_(Request.student_id.is_(None), Request.student_id == wanted.student_id)


def _questions(family_id: int, wanted: Wanted) -> Rows:
    """Requests that no contact of the family carries: asked on paper, or by a student who has since moved on."""
    theirs = contacts_of_family(family_id)
    reopened = (
        exists()
        .where(
            RequestEvent.request_id == Request.id, RequestEvent.kind == RequestEventKind.REOPENED,
            RequestEvent.contact_id.in_(theirs), Contact.id == RequestEvent.contact_id,
            Contact.initiator == Initiator.FAMILY,
        )
    )  # fmt: skip
    carried = or_(and_(Request.opened_by_contact_id.is_not(None), Request.opened_by_contact_id.in_(theirs)), reopened)
    return _rows(EntryKind.QUESTION, Request.opened_at, Request.id).where(
        Request.family_id == family_id, ~carried, _of_child(wanted)
    )


def _steps(family_id: int, wanted: Wanted) -> Rows:
    """What was done about a question, but for what a contact shows: that it was asked (again), and answered."""
    by_a_contact = and_(RequestEvent.kind == RequestEventKind.REOPENED, RequestEvent.contact_id.is_not(None))
    return (
        _rows(EntryKind.STEP, RequestEvent.at, RequestEvent.id)
        .join_from(RequestEvent, Request, Request.id == RequestEvent.request_id)
        .where(Request.family_id == family_id, RequestEvent.kind.in_(STEPS), ~by_a_contact, _of_child(wanted))
    )


def _surveys(family_id: int) -> Rows:
    return _rows(EntryKind.SURVEY, SurveyResponse.answered_at, SurveyResponse.id).where(
        SurveyResponse.family_id == family_id
    )


def _standings(family_id: int) -> Rows:
    """Scores whose band is another than the one before had; the first is no change."""
    scores = bands_in_order(family_id).subquery("bands")
    return select(
        scores.c.computed_at.label("at"), literal(RANK[EntryKind.STANDING], Integer).label("rank"),
        scores.c.id.label("number"), literal(BEGINS, Integer).label("part"),
    ).where(scores.c.before.is_not(None), scores.c.before != scores.c.band)  # fmt: skip


def bands_in_order(family_id: int) -> Select[int, datetime, str, str | None]:
    """Each score of a family with the band that it had before."""
    order = (RiskHistory.computed_at, RiskHistory.id)
    band = type_coerce(RiskHistory.band, String)
    return select(
        RiskHistory.id, RiskHistory.computed_at, band.label("band"),
        func.lag(band, type_=String).over(order_by=order).label("before"),
    ).where(RiskHistory.family_id == family_id)  # fmt: skip


def _holds(family_id: int, wanted: Wanted, now: datetime) -> Iterator[Rows]:
    """The day a hold was placed, and the day it ended; one taken back at once was none."""
    on_it = holding(family_id)
    if wanted.student_id is not None:
        on_it = and_(on_it, or_(Hold.student_id.is_(None), Hold.student_id == wanted.student_id))
    lasted = or_(Hold.until_at.is_(None), Hold.until_at > Hold.from_at)
    yield _rows(EntryKind.HOLD, Hold.from_at, Hold.id).where(on_it, lasted, Hold.from_at <= now)
    yield _rows(EntryKind.HOLD, _until(), Hold.id, ENDS).where(
        on_it, Hold.until_at > Hold.from_at, Hold.until_at <= now
    )


def _until() -> ColumnElement[datetime]:
    return type_coerce(Hold.until_at, Hold.from_at.type)
