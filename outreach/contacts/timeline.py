"""A family's timeline: a conversation with two sides, newest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Family, FamilyMember, MembershipCause, Student
from outreach.access.scope import visible_families
from outreach.access.viewer import Viewer
from outreach.errors import NotFound
from outreach.schooltime import local_moment, named_zone, zone_of_school

from .background import Background, background_of
from .entries import Entry, EntryKind, Side, Timeline
from .families import students_of_family
from .portrait import Portraits, portray_contact, read_portraits, view_of_request
from .waiting import person

PAGE = 50
CAUSE_WORDS = {
    MembershipCause.IMPORTED: "by the roster",
    MembershipCause.GUARDIANS_CHANGED: "the guardians changed",
    MembershipCause.SPLIT_BY_HAND: "split by hand",
    MembershipCause.JOINED_BY_HAND: "joined by hand",
    MembershipCause.LEFT_SCHOOL: "left the school",
    MembershipCause.UNDONE: "an earlier change was undone",
}


@dataclass(frozen=True, order=True)
class _Place:
    """Where an entry stands; what orders the timeline and where a page is cut."""

    at: datetime
    kind: EntryKind
    number: int
    """The id of the contact, request or membership."""
    part: int = 0

    def __str__(self) -> str:
        return f"{self.at.isoformat()}/{self.kind.value}/{self.number}/{self.part}"

    @classmethod
    def read(cls, cursor: str) -> _Place:
        """Raises :class:`NotFound` for anything that :attr:`Timeline.older_before` never gave."""
        try:
            at, kind, number, part = cursor.split("/")
            return cls(datetime.fromisoformat(at).astimezone(UTC), EntryKind(kind), int(number), int(part))
        except (ValueError, OverflowError):
            raise NotFound("This page of the timeline does not exist; open the family again.") from None


def timeline(
    session: Session, viewer: Viewer, family_id: int, now: datetime, *, limit: int = PAGE, before: str | None = None
) -> Timeline:
    """What family and school said to each other, newest first; undone contacts stay, marked.

    ``before`` is :attr:`Timeline.older_before` of the page shown last. A viewer reads no words about a student whom
    it does not teach, nor those kept for the on-call list. Raises :class:`NotFound` where the family does not exist
    or the viewer may not see it. A fixed number of statements, whatever the length.
    """
    _require_visible(session, viewer, family_id)
    cursor = _Place.read(before) if before else None
    background = background_of(session, family_id)
    zone = _zone_of_family(session, family_id)
    changes = dict(_membership_changes(session, family_id, zone))
    places = sorted([*_contact_places(background), *_question_places(background), *changes], reverse=True)
    older = [place for place in places if cursor is None or place < cursor]
    page = older[: max(limit, 1)]
    portraits = read_portraits(session, viewer, [p.number for p in page if p.kind is EntryKind.CONTACT], background)
    entries = tuple(changes.get(place) or _entry(place, portraits, background, now) for place in page)
    rest = str(page[-1]) if len(older) > len(page) else None
    return Timeline(family_id, zone.key, entries, total=len(places), older_before=rest)


def _require_visible(session: Session, viewer: Viewer, family_id: int) -> None:
    if session.scalar(visible_families(viewer).where(Family.id == family_id)) is None:
        raise NotFound("There is no such family, or you may not see it.")


def _zone_of_family(session: Session, family_id: int) -> ZoneInfo:
    students = students_of_family(session, family_id)
    return zone_of_school(session, students[0].school_id) if students else named_zone("UTC")


def _contact_places(background: Background) -> Iterator[_Place]:
    return (_Place(spoken.at, EntryKind.CONTACT, spoken.contact_id) for spoken in background.spoken)


def _question_places(background: Background) -> Iterator[_Place]:
    """Requests that no contact of the family carries: asked on paper, or by a student who has since moved on."""
    carried = {request_id for spoken in background.spoken for request_id in background.carried_by(spoken.contact_id)}
    for request in background.requests.values():
        if request.id not in carried:
            yield _Place(request.opened_at, EntryKind.QUESTION, request.id)


def _entry(place: _Place, portraits: Portraits, background: Background, now: datetime) -> Entry:
    if place.kind is EntryKind.QUESTION:
        request = background.requests[place.number]
        withheld = portraits.withheld_questions.get(request.id)
        view = view_of_request(request, portraits, background, now)
        who = person(portraits.guardians.get(request.guardian_id or 0)) or "the family"
        return Entry(
            kind=EntryKind.QUESTION, side=Side.FAMILY, at=request.opened_at, who=who,
            guardian_id=request.guardian_id, words=None if withheld else request.question, withheld=withheld,
            request=view,
        )  # fmt: skip
    exchange = background.exchange_of[place.number]
    first = exchange.first_to_speak == place.number
    contact = portraits.contacts[place.number]
    return portray_contact(contact, portraits, background, exchange=exchange.number, first=first, now=now)


def _membership_changes(session: Session, family_id: int, zone: ZoneInfo) -> Iterator[tuple[_Place, Entry]]:
    """Who came to this family after it began, and who left it; at the first minute of that local day."""
    members = session.execute(
        select(FamilyMember, Student.preferred_name, Student.given_name)
        .join(Student, Student.id == FamilyMember.student_id)
        .where(FamilyMember.family_id == family_id)
        .order_by(FamilyMember.from_on, FamilyMember.id)
    )
    for member, preferred, given in members.all():
        name = preferred or given
        if member.cause is not MembershipCause.IMPORTED:
            words = f"{name} belongs to this family from here on: {CAUSE_WORDS[member.cause]}."
            yield _change(member, member.from_on, 0, words, zone)
        if member.until_on is not None:
            yield _change(member, member.until_on, 1, f"{name} no longer belongs to this family.", zone)


def _change(member: FamilyMember, day: date, part: int, words: str, zone: ZoneInfo) -> tuple[_Place, Entry]:
    at = local_moment(day, time.min, zone)
    who = "the roster" if member.changed_by is None else "a person"
    entry = Entry(kind=EntryKind.MEMBERSHIP, side=Side.RECORD, at=at, who=who, words=words, cause=member.cause)
    return _Place(at, EntryKind.MEMBERSHIP, member.id, part), entry
