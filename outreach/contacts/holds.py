"""Holds on a student or a family: nothing goes out while one stands, and everybody else reads only whom to ask.

The gate asks for holds at the moment of sending, and the night plans nothing for who is on one. What was scheduled
stays in the family's plan: what comes due meanwhile is not sent and says so there, to be written anew; the rest leaves
at its time once the hold is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from models import (
    Account,
    AccountRole,
    Audience,
    FamilyMember,
    Hold,
    HoldReason,
    Message,
    MessageState,
    School,
    Staff,
    Student,
)
from outreach.access import NotAllowed, Viewer, audit, colleagues, holding, require, sees_student
from outreach.errors import NotFound, OutreachError
from outreach.language import N_, _
from outreach.schooltime import local_moment, zone_of_school

from .families import students_of_family

PLACERS = (AccountRole.COUNSELOR, AccountRole.ADMINISTRATOR, AccountRole.DISTRICT_ADMINISTRATOR)
REASONS = {
    HoldReason.BEREAVEMENT: N_("Bereavement"),
    HoldReason.CRISIS: N_("Crisis"),
    HoldReason.COURT: N_("Court"),
    HoldReason.DISPUTE: N_("Dispute"),
}
LONGEST_NOTE = 1000
LONGEST = timedelta(days=370)


class HoldRefused(OutreachError):
    """A hold that cannot be placed or changed as asked."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field
        """The field of :class:`NewHold` that it is about."""


@dataclass(frozen=True, kw_only=True)
class NewHold:
    family_id: int
    reason: HoldReason
    student_id: int | None = None
    """None: the whole family."""
    note: str = ""
    last_day: date | None = None
    """By the school's clock, the hold's last; None: until somebody ends it."""
    ask_staff_id: int | None = None
    """Whom others ask; None: who places it."""


@dataclass(frozen=True)
class HoldView:
    """A hold in force, as one viewer may read it. Moments in UTC."""

    id: int
    student: str | None
    """The child that it is on; None: the family, or a whole school."""
    school: str | None
    """The school that it is on."""
    ask: str | None
    reason: HoldReason | None
    """None: not this viewer's to read."""
    note: str | None
    from_at: datetime
    until_at: datetime | None
    placed_by: str | None
    may_end: bool


def may_place_holds(viewer: Viewer) -> bool:
    """Counselors and administrators, for the families that they see; no teacher and no recorder."""
    return not viewer.roles.isdisjoint(PLACERS)


def may_read_hold(viewer: Viewer, hold: Hold) -> bool:
    """Why it stands: for who may place one, and for who is to be asked."""
    asked = viewer.staff_id is not None and hold.ask_staff_id == viewer.staff_id
    return may_place_holds(viewer) or asked


def holds_of_family(session: Session, viewer: Viewer, family_id: int, now: datetime) -> tuple[HoldView, ...]:
    """The holds in force on a family, a child of it or a child's school, the oldest first. Two statements."""
    asked, placed = aliased(Staff), aliased(Staff)
    rows = session.execute(
        select(Hold, asked.display_name, func.coalesce(placed.display_name, Account.email), School.name)
        .outerjoin(asked, asked.id == Hold.ask_staff_id)
        .outerjoin(Account, Account.id == Hold.placed_by)
        .outerjoin(placed, placed.id == Account.staff_id)
        .outerjoin(School, School.id == Hold.school_id)
        .where(holding(family_id), Hold.from_at <= now, or_(Hold.until_at.is_(None), Hold.until_at > now))
        .order_by(Hold.id)
    ).all()
    named = {hold.student_id for hold, *_rest in rows}
    names = dict(
        session.execute(
            select(Student.id, func.coalesce(Student.preferred_name, Student.given_name)).where(
                Student.id.in_(named - {None})
            )
        ).all()
    )
    return tuple(
        HoldView(
            hold.id, names.get(hold.student_id or 0), school, ask, *_why(viewer, hold), hold.from_at, hold.until_at,
            by, may_end=may_place_holds(viewer) and hold.school_id is None,
        )
        for hold, ask, by, school in rows
    )  # fmt: skip


def _why(viewer: Viewer, hold: Hold) -> tuple[HoldReason | None, str | None]:
    return (hold.reason, hold.note) if may_read_hold(viewer, hold) else (None, None)


def place_hold(session: Session, viewer: Viewer, new: NewHold, now: datetime) -> Hold:
    """Stop all that goes out to the family, or to one child of it, from now on. Does not commit.

    Raises :class:`~outreach.errors.NotFound` for a family that the viewer may not see, NotAllowed for who may place
    none, :class:`HoldRefused` where one like it stands already or a field cannot be right.
    """
    grant = require(session, viewer, new.family_id)
    _require_placer(viewer)
    if new.student_id is not None:
        _check_child(session, viewer, new.family_id, new.student_id)
    if len(new.note) > LONGEST_NOTE:
        raise HoldRefused(_("The note is longer than %(most)s characters; shorten it.", most=LONGEST_NOTE), "note")
    ask = _whom_to_ask(session, viewer, new)
    until_at = _until(session, new, now)
    _refuse_a_second(session, new, now)
    made = Hold(
        family_id=None if new.student_id else new.family_id, student_id=new.student_id, reason=new.reason,
        note=new.note.replace("\x00", "").strip() or None, ask_staff_id=ask, from_at=now, until_at=until_at,
        placed_by=viewer.account_id,
    )  # fmt: skip
    session.add(made)
    session.flush()
    detail = {"family": new.family_id, "student": new.student_id, "reason": new.reason.value}
    audit(session, viewer, "place_hold", "hold", made.id, now, because=grant.because, detail={**detail})
    return made


def take_back_hold(session: Session, viewer: Viewer, family_id: int, hold_id: int, now: datetime) -> Hold:
    """As though it had not been placed: for a slip of the finger. A repeat changes nothing."""
    hold = _find(session, viewer, family_id, hold_id)
    if hold.until_at != hold.from_at:
        hold.planned_until_at, hold.until_at = hold.until_at, hold.from_at
        hold.ended_at, hold.ended_by = now, viewer.account_id
        _keep(session, viewer, "take_back_hold", hold, family_id, now)
    return hold


def end_hold(session: Session, viewer: Viewer, family_id: int, hold_id: int, now: datetime) -> Hold:
    """End a hold now. A repeat changes nothing. Raises like :func:`place_hold`."""
    hold = _find(session, viewer, family_id, hold_id)
    if hold.until_at is None or hold.until_at > now:
        hold.planned_until_at, hold.until_at = hold.until_at, now
        hold.ended_at, hold.ended_by = now, viewer.account_id
        _keep(session, viewer, "end_hold", hold, family_id, now)
    return hold


def put_hold_back(session: Session, viewer: Viewer, family_id: int, hold_id: int, now: datetime) -> Hold:
    """Undo an end: it stands as it stood, until the day it was to end. A repeat changes nothing."""
    hold = _find(session, viewer, family_id, hold_id)
    if hold.ended_at is not None:
        hold.until_at, hold.planned_until_at = hold.planned_until_at, None
        hold.ended_at = hold.ended_by = None
        _keep(session, viewer, "put_hold_back", hold, family_id, now)
    return hold


def messages_waiting(session: Session, family_id: int) -> int:
    """How many messages to the family are scheduled and have not left."""
    waiting = select(func.count(Message.id)).where(
        Message.family_id == family_id, Message.state == MessageState.SCHEDULED, Message.audience == Audience.FAMILY
    )
    return session.scalar(waiting) or 0


def _require_placer(viewer: Viewer) -> None:
    if not may_place_holds(viewer):
        raise NotAllowed(_("Only a counselor or an administrator places or ends a hold; ask one of them."))


def _find(session: Session, viewer: Viewer, family_id: int, hold_id: int) -> Hold:
    """The hold on this family or a child of it, its row held until the transaction ends; a school's is not ended from
    the page of a family."""
    require(session, viewer, family_id)
    _require_placer(viewer)
    statement = select(Hold).where(Hold.id == hold_id, holding(family_id), Hold.school_id.is_(None))
    hold = session.scalar(statement.with_for_update().execution_options(populate_existing=True))
    if hold is None:
        raise NotFound(_("There is no such hold on this family."))
    return hold


def _keep(session: Session, viewer: Viewer, action: str, hold: Hold, family_id: int, now: datetime) -> None:
    session.flush()
    audit(session, viewer, action, "hold", hold.id, now, detail={"family": family_id, "student": hold.student_id})


def _check_child(session: Session, viewer: Viewer, family_id: int, student_id: int) -> None:
    member = (
        select(FamilyMember.id)
        .join(Student, Student.id == FamilyMember.student_id)
        .where(
            FamilyMember.family_id == family_id, Student.id == student_id, FamilyMember.until_on.is_(None),
            sees_student(viewer),
        )
    )  # fmt: skip
    if session.scalar(member) is None:
        raise HoldRefused(_("Choose a child of this family, or the whole family."), "student_id")


def _whom_to_ask(session: Session, viewer: Viewer, new: NewHold) -> int | None:
    if new.ask_staff_id is None or new.ask_staff_id == viewer.staff_id:
        return viewer.staff_id
    if new.ask_staff_id not in {one.id for one in colleagues(session, viewer, new.family_id)}:
        raise HoldRefused(_("Choose somebody who works at this family’s schools."), "ask_staff_id")
    return new.ask_staff_id


def _until(session: Session, new: NewHold, now: datetime) -> datetime | None:
    if new.last_day is None:
        return None
    zone = _zone(session, new)
    today = now.astimezone(zone).date()
    if new.last_day < today:
        raise HoldRefused(_("This day is over; choose today or a later one, or leave it empty."), "last_day")
    if new.last_day > today + LONGEST:
        raise HoldRefused(_("A hold runs for a year at most; choose an earlier day, or leave it empty."), "last_day")
    return local_moment(new.last_day + timedelta(days=1), time.min, zone).astimezone(UTC)


def _zone(session: Session, new: NewHold) -> ZoneInfo:
    students = students_of_family(session, new.family_id)
    chosen = next((one for one in students if one.id == new.student_id), students[0])
    return zone_of_school(session, chosen.school_id)


def _refuse_a_second(session: Session, new: NewHold, now: datetime) -> None:
    if new.student_id is None:
        same = Hold.family_id == new.family_id
    else:
        same = or_(Hold.student_id == new.student_id, Hold.family_id == new.family_id)
    stands = and_(same, Hold.from_at <= now, or_(Hold.until_at.is_(None), Hold.until_at > now))
    if session.scalar(select(Hold.id).where(stands).limit(1)) is not None:
        raise HoldRefused(_("A hold stands already; end that one first if another should take its place."), "reason")
