"""What happened around the conversation, as entries of the timeline: steps of a question, a survey answer, holds, who
belongs to the family, and how soon it should hear from us. Each is a sentence that the family could read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, ColumnElement, String, func, select, type_coerce
from sqlalchemy.orm import Session

from models import (
    Band,
    FamilyMember,
    Guardian,
    Hold,
    MembershipCause,
    RequestEvent,
    RequestEventKind,
    RiskHistory,
    Segment,
    Student,
    SurveyResponse,
)
from outreach.access import Viewer, listed
from outreach.access.guarded import KEPT, guarded_surveys
from outreach.language import N_, _, moment, said
from outreach.risk.words import title_of
from outreach.schooltime import local_moment

from .background import Background
from .entries import Entry, EntryKind, Side, Wanted
from .holds import REASONS, may_read_hold
from .places import BEGINS, ENDS, Place
from .portrait import Portraits, view_of_request
from .rehome import NO_LONGER_TEACHES, OWNER_AWAY, STUDENT_MOVED
from .waiting import person, why_no_answer

CAME = {
    MembershipCause.GUARDIANS_CHANGED: N_("%(child)s belongs to this family from here on: the guardians changed."),
    MembershipCause.SPLIT_BY_HAND: N_("%(child)s belongs to this family from here on: split by hand."),
    MembershipCause.JOINED_BY_HAND: N_("%(child)s belongs to this family from here on: joined by hand."),
    MembershipCause.LEFT_SCHOOL: N_("%(child)s belongs to this family from here on: left the school."),
    MembershipCause.UNDONE: N_("%(child)s belongs to this family from here on: an earlier change was undone."),
}
"""What came with the roster at the beginning is no change."""
HANDED_BY_THE_NIGHT = {
    OWNER_AWAY: N_("The question went to %(owner)s: whoever had it is away or has left."),
    NO_LONGER_TEACHES: N_("The question went to %(owner)s: whoever had it no longer teaches the child."),
    STUDENT_MOVED: N_("The question went along to %(owner)s: the child is at another school now."),
}
ANSWERED = {
    Segment.PROMOTER: N_("Answered the survey: would recommend us."),
    Segment.PASSIVE: N_("Answered the survey: neither would nor would not recommend us."),
    Segment.DETRACTOR: N_("Answered the survey: would not recommend us."),
}
BANDS = {Band.HIGH: N_("now"), Band.ELEVATED: N_("soon"), Band.LOW: N_("on track")}
SURVEY_WORDS_KEPT = N_("Open to counselors and administrators.")


@dataclass(frozen=True)
class Records:
    """The rows behind the records of one page."""

    steps: Mapping[int, RequestEvent]
    surveys: Mapping[int, SurveyResponse]
    kept_surveys: frozenset[int]
    """Whose words are kept for the safety list."""
    holds: Mapping[int, Hold]
    standings: Mapping[int, tuple[Band, Band, tuple[str, ...], tuple[str, ...]]]
    """A score to the band before and now, the codes that came and those that went."""

    @property
    def staff_ids(self) -> set[int]:
        """Whom the records speak of."""
        handed = {(step.detail or {}).get("to_staff") for step in self.steps.values()}
        asked = {hold.ask_staff_id for hold in self.holds.values()}
        return {each for each in handed | asked if isinstance(each, int)}

    @property
    def guardian_ids(self) -> set[int]:
        return {row.guardian_id for row in self.surveys.values() if row.guardian_id is not None}

    @property
    def account_ids(self) -> set[int]:
        return {step.by_account_id for step in self.steps.values() if step.by_account_id is not None}


def read_records(session: Session, viewer: Viewer, family_id: int, places: Collection[Place]) -> Records:
    """At most five statements for a page, however many records stand on it."""
    ids = {kind: [place.number for place in places if place.kind is kind] for kind in EntryKind}
    surveys = ids[EntryKind.SURVEY]
    guarded = guarded_surveys(viewer).where(SurveyResponse.id.in_(surveys))
    return Records(
        steps=_rows(session, RequestEvent, ids[EntryKind.STEP]), surveys=_rows(session, SurveyResponse, surveys),
        kept_surveys=frozenset(session.scalars(guarded) if surveys else ()),
        holds=_rows(session, Hold, ids[EntryKind.HOLD]),
        standings=_standings(session, family_id, ids[EntryKind.STANDING]),
    )  # fmt: skip


Row = TypeVar("Row", RequestEvent, SurveyResponse, Hold)


def _rows(session: Session, kind: type[Row], ids: Collection[int]) -> dict[int, Row]:
    if not ids:
        return {}
    return {row.id: row for row in session.scalars(select(kind).where(kind.id.in_(ids)))}


def _standings(
    session: Session, family_id: int, ids: Collection[int]
) -> dict[int, tuple[Band, Band, tuple[str, ...], tuple[str, ...]]]:
    if not ids:
        return {}
    order, codes = (RiskHistory.computed_at, RiskHistory.id), RiskHistory.codes
    band = type_coerce(RiskHistory.band, String)
    every = select(
        RiskHistory.id, band.label("band"), type_coerce(codes, JSON).label("codes"),
        func.lag(band, type_=String).over(order_by=order).label("before"),
        type_coerce(func.lag(codes).over(order_by=order), codes.type).label("codes_before"),
    ).where(RiskHistory.family_id == family_id).subquery()  # fmt: skip
    found = {}
    for score_id, now, codes_now, before, codes_before in session.execute(select(every).where(every.c.id.in_(ids))):
        came = tuple(code for code in codes_now or () if code not in (codes_before or ()))
        went = tuple(code for code in codes_before or () if code not in (codes_now or ()))
        found[score_id] = (Band(before), Band(now), came, went)
    return found


def record_entry(
    place: Place, records: Records, portraits: Portraits, background: Background, viewer: Viewer, zone: ZoneInfo,
    now: datetime,
) -> Entry:  # fmt: skip
    """The entry of a step, a survey answer, a hold or a standing."""
    if place.kind is EntryKind.STEP:
        return _step(records.steps[place.number], portraits, background, zone, now)
    if place.kind is EntryKind.SURVEY:
        return _survey(records.surveys[place.number], records, portraits.guardians, viewer)
    if place.kind is EntryKind.HOLD:
        return _hold(records.holds[place.number], place, portraits.staff, viewer)
    return _standing(place, records)


def _step(
    event: RequestEvent, portraits: Portraits, background: Background, zone: ZoneInfo, now: datetime
) -> Entry:  # fmt: skip
    request = background.requests[event.request_id]
    detail = event.detail or {}
    by = portraits.accounts.get(event.by_account_id or 0)
    note = detail.get("why") if request.id not in portraits.withheld_questions else None
    if event.kind is RequestEventKind.HANDED_OVER:
        words = _handed_over(detail.get("because"), detail.get("to_staff"), by, portraits.staff)
    elif event.kind is RequestEventKind.DUE_MOVED:
        words, note = _due_moved(detail.get("due_at"), zone, now), None
    elif event.kind is RequestEventKind.REOPENED:
        words = _("%(who)s opened the question again.", who=by) if by else _("The question was opened again.")
    else:
        words = _("%(who)s closed the question: no answer needed.", who=by) if by else _("Closed: no answer needed.")
        note = why_no_answer(request, portraits.withheld_questions)
    return Entry(
        kind=EntryKind.STEP, side=Side.RECORD, at=event.at, who=by or "", words=words,
        note=said(note) if isinstance(note, str) else None,
        request=view_of_request(request, portraits, background, now),
    )  # fmt: skip


def _handed_over(because: object, to_staff: object, by: str | None, staff: Mapping[int, str]) -> str:
    owner = staff.get(to_staff) if isinstance(to_staff, int) else None
    owner = owner or _("a colleague")
    if isinstance(because, str) and because in HANDED_BY_THE_NIGHT:
        return _(HANDED_BY_THE_NIGHT[because], owner=owner)
    if by is None:
        return _("The question went to %(owner)s.", owner=owner)
    if by == owner:
        return _("%(who)s took the question over.", who=by)
    return _("%(who)s handed the question over to %(owner)s.", who=by, owner=owner)


def _due_moved(due_at: object, zone: ZoneInfo, now: datetime) -> str:
    if not isinstance(due_at, str):
        return _("The school’s calendar changed, and with it when the answer is due.")
    local = datetime.fromisoformat(due_at).astimezone(zone)
    return _(
        "The school’s calendar changed: the answer is due %(when)s.", when=moment(local, now.astimezone(zone).date())
    )


def _survey(row: SurveyResponse, records: Records, guardians: Mapping[int, Guardian], viewer: Viewer) -> Entry:
    withheld = None
    if row.words is not None and row.id in records.kept_surveys:
        withheld = KEPT
    elif row.words is not None and not viewer.sees_risk:
        withheld = SURVEY_WORDS_KEPT
    figure = _("%(score)s of 10", score=row.score) if viewer.sees_risk else None
    return Entry(
        kind=EntryKind.SURVEY, side=Side.FAMILY, at=row.answered_at,
        who=person(guardians.get(row.guardian_id or 0)) or _("the family"), guardian_id=row.guardian_id,
        words=None if withheld else row.words, withheld=withheld, note=_(ANSWERED[row.segment]), segment=row.segment,
        figure=figure,
    )  # fmt: skip


def _hold(row: Hold, place: Place, staff: Mapping[int, str], viewer: Viewer) -> Entry:
    if place.part == ENDS:
        words, note = _("The hold ended."), None
    else:
        name = staff.get(row.ask_staff_id or 0)
        words = (
            _("On hold from here on: ask %(name)s.", name=name)
            if name
            else _("On hold from here on: ask your administrator.")
        )
        note = _reason(row) if may_read_hold(viewer, row) else None
    return Entry(
        kind=EntryKind.HOLD, side=Side.RECORD, at=place.at, who="", words=words, note=note, hold_id=row.id
    )  # fmt: skip


def _reason(row: Hold) -> str:
    reason = _(REASONS[row.reason])
    return _("%(reason)s: %(note)s", reason=reason, note=row.note) if row.note else reason


def _standing(place: Place, records: Records) -> Entry:
    before, now, came, went = records.standings[place.number]
    notes = []
    if came:
        notes.append(_("New: %(reasons)s.", reasons=listed([title_of(code) for code in came])))
    if went:
        notes.append(_("No longer: %(reasons)s.", reasons=listed([title_of(code) for code in went])))
    return Entry(
        kind=EntryKind.STANDING, side=Side.RECORD, at=place.at, who="",
        words=_("Hear from us: %(before)s → %(now)s.", before=_(BANDS[before]), now=_(BANDS[now])),
        note=" ".join(notes) or None,
    )  # fmt: skip


def membership_changes(
    session: Session, family_id: int, wanted: Wanted, zone: ZoneInfo
) -> Iterator[tuple[Place, Entry]]:
    """Who came to this family after it began, and who left it; at the first minute of that local day. One statement;
    a family has as many rows as it ever had children."""
    members = (
        select(FamilyMember, Student.preferred_name, Student.given_name)
        .join(Student, Student.id == FamilyMember.student_id)
        .where(FamilyMember.family_id == family_id, _of_child(wanted))
        .order_by(FamilyMember.from_on, FamilyMember.id)
    )
    for member, preferred, given in session.execute(members).all():
        child = preferred or given
        if member.cause in CAME:
            yield _change(member, member.from_on, BEGINS, _(CAME[member.cause], child=child), zone)
        if member.until_on is not None:
            left = _("%(child)s no longer belongs to this family.", child=child)
            yield _change(member, member.until_on, ENDS, left, zone)


def _of_child(wanted: Wanted) -> ColumnElement[bool]:
    if wanted.student_id is None:
        return FamilyMember.id.is_not(None)
    return FamilyMember.student_id == wanted.student_id


def _change(member: FamilyMember, day: date, part: int, words: str, zone: ZoneInfo) -> tuple[Place, Entry]:
    at = local_moment(day, time.min, zone).astimezone(UTC)
    entry = Entry(kind=EntryKind.MEMBERSHIP, side=Side.RECORD, at=at, who="", words=words, cause=member.cause)
    return Place.of(EntryKind.MEMBERSHIP, at, member.id, part), entry
