"""A family's timeline: everything that happened between it and the school, newest first, a page at a time."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import District, Family, FamilyMember, School, Student
from outreach.access.seeing import sees_family
from outreach.access.viewer import Viewer
from outreach.errors import NotFound
from outreach.language import _
from outreach.schooltime import named_zone
from outreach.schooltime.moments import WITHOUT_DISTRICT

from .background import background_of
from .entries import Entry, EntryKind, Show, Timeline, Wanted
from .places import Place, places_on_page
from .portrait import portray_contact, portray_question, read_portraits
from .records import membership_changes, read_records, record_entry

PAGE = 30


def timeline(
    session: Session, viewer: Viewer, family_id: int, now: datetime,
    *, wanted: Wanted | None = None, limit: int = PAGE, before: str | None = None,
) -> Timeline:  # fmt: skip
    """What family and school said to each other and what changed around it, newest first; undone contacts stay, marked.

    ``wanted`` says which entries; ``before`` is :attr:`Timeline.older_before` of the page shown last. A viewer reads
    no words about a student whom it does not teach, nor those kept for the safety list; survey answers only who reads
    reasons; how soon the family should hear from us only who works the queue. Raises :class:`NotFound` where the
    family does not exist or the viewer may not see it. A fixed number of statements, and no more rows than one page
    takes, whatever the length.
    """
    _require_visible(session, viewer, family_id)
    wanted, cursor = wanted or Wanted(), Place.read(before) if before else None
    zone = zone_of_family(session, family_id)
    found, total = places_on_page(session, viewer, family_id, wanted, now, cursor, max(limit, 1) + 1)
    changes = _memberships(session, family_id, wanted, zone)
    older = [place for place in changes if cursor is None or place < cursor]
    places = sorted([*found, *older], reverse=True)
    page = places[: max(limit, 1)]
    made = _entries(session, viewer, family_id, page, zone, now)
    return Timeline(
        family_id, zone.key, tuple(changes.get(place) or made[place] for place in page), total=total + len(changes),
        older_before=str(page[-1]) if len(places) > len(page) else None,
    )  # fmt: skip


def zone_of_family(session: Session, family_id: int) -> ZoneInfo:
    """The zone on the walls of the family's first student's school."""
    name = session.scalar(
        select(func.coalesce(School.timezone, District.timezone))
        .select_from(FamilyMember)
        .join(Student, Student.id == FamilyMember.student_id)
        .join(School, School.id == Student.school_id)
        .outerjoin(District, District.id == 1)
        .where(FamilyMember.family_id == family_id)
        .order_by(FamilyMember.until_on.is_not(None), FamilyMember.from_on, Student.id)
        .limit(1)
    )
    return named_zone(name or WITHOUT_DISTRICT)


def _require_visible(session: Session, viewer: Viewer, family_id: int) -> None:
    if session.scalar(select(Family.id).where(Family.id == family_id, sees_family(viewer, Family.id))) is None:
        raise NotFound(_("There is no such family, or you may not see it."))


def _memberships(session: Session, family_id: int, wanted: Wanted, zone: ZoneInfo) -> dict[Place, Entry]:
    if wanted.began is not None or wanted.show not in (Show.EVERYTHING, Show.CHANGES):
        return {}
    return dict(membership_changes(session, family_id, wanted, zone))


def _entries(
    session: Session, viewer: Viewer, family_id: int, page: Collection[Place], zone: ZoneInfo, now: datetime
) -> dict[Place, Entry]:
    """An entry for each place on the page but those of memberships."""
    ids = {kind: [place.number for place in page if place.kind is kind] for kind in EntryKind}
    records = read_records(session, viewer, family_id, page)
    questions = {*ids[EntryKind.QUESTION], *(step.request_id for step in records.steps.values())}
    background = background_of(session, family_id, ids[EntryKind.CONTACT], questions)
    portraits = read_portraits(
        session, viewer, ids[EntryKind.CONTACT], background, staff_ids=records.staff_ids,
        account_ids=records.account_ids, guardian_ids=records.guardian_ids,
    )  # fmt: skip
    made: dict[Place, Entry] = {}
    for place in page:
        if place.kind is EntryKind.CONTACT:
            made[place] = portray_contact(portraits.contacts[place.number], portraits, background, now=now)
        elif place.kind is EntryKind.QUESTION:
            made[place] = portray_question(background.requests[place.number], portraits, background, now)
        elif place.kind is not EntryKind.MEMBERSHIP:
            made[place] = record_entry(place, records, portraits, background, viewer, zone, now)
    return made
