"""A counselor's case over a family: opened at high, claimed, snoozed, resolved, reopened only for something new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Executable,
    ScalarSelect,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from config.tuning import CaseRules
from models import Band, Case, CaseState, District, Family, RiskReason, RiskScore, Staff
from models.base import Json
from outreach.access import NotAllowed, Viewer, require
from outreach.effective import effective_config
from outreach.errors import NotFound
from outreach.schooltime import named_zone

from .dialects import list_of
from .errors import CaseRefused

CLOSED_BY_ITSELF = "Below elevated long enough; closed by itself."


@dataclass(frozen=True)
class CaseFigures:
    opened: int
    reopened: int
    closed: int


def tend_cases(session: Session, now: datetime) -> CaseFigures:
    """After a scoring: open, reopen and close cases by the rules of ``config/risk.toml`` (DESIGN §4). Commits nothing;
    a second run at the same moment does nothing."""
    rules = effective_config(session, now).risk.cases
    _note_who_is_below(session, now)
    closed = _close(session, now, rules)
    reopened = _reopen(session, now, rules)
    return CaseFigures(_open(session, now, rules), reopened, closed)


def _note_who_is_below(session: Session, now: datetime) -> None:
    """A family that is no longer scored, because it left, is below as well."""
    at_least_elevated = exists().where(RiskScore.family_id == Case.family_id, RiskScore.band != Band.LOW)
    for which, since in ((and_(Case.below_since.is_(None), ~at_least_elevated), now), (at_least_elevated, None)):
        session.execute(update(Case).where(Case.state == CaseState.OPEN, which).values(below_since=since))


def _close(session: Session, now: datetime, rules: CaseRules) -> int:
    long_enough = now - timedelta(days=rules.close_after_days_below_elevated)
    left_alone = and_(
        Case.claimed_by.is_(None), or_(Case.snoozed_until.is_(None), Case.snoozed_until <= today_of(session, now))
    )
    return _rows(
        session,
        update(Case)
        .where(Case.state == CaseState.OPEN, Case.below_since <= long_enough, left_alone)
        .values(state=CaseState.RESOLVED, resolved_at=now, resolution=CLOSED_BY_ITSELF, **_as_it_stands()),
    )


def _as_it_stands() -> dict[str, ColumnElement[object] | ScalarSelect[object]]:
    """The family's codes and points at this moment, for an UPDATE of its case."""
    points = select(RiskScore.points).where(RiskScore.family_id == Case.family_id).scalar_subquery()
    codes = _codes().where(RiskReason.family_id == Case.family_id).correlate(Case).scalar_subquery()
    return {
        "points": func.coalesce(points, 0),
        "codes": func.coalesce(codes, literal([], Json), type_=Json),
    }


def _codes() -> Any:
    return select(list_of(RiskReason.code))


def _reopen(session: Session, now: datetime, rules: CaseRules) -> int:
    """Recently resolved cases of families that are high again, for a code that is new or enough more points."""
    since = now - timedelta(days=rules.reopen_within_days)
    found = session.execute(
        select(Case, RiskScore.points)
        .join(RiskScore, RiskScore.family_id == Case.family_id)
        .where(
            RiskScore.band == Band.HIGH, Case.resolved_at > since, Case.state == CaseState.RESOLVED, ~_has_open_case()
        )
        .order_by(Case.family_id, Case.resolved_at.desc(), Case.id.desc())
    ).all()
    newest: dict[int, tuple[Case, int]] = {}
    for case, points in found:
        newest.setdefault(case.family_id, (case, points))
    codes = _codes_of(session, list(newest))
    reopened = 0
    for family_id, (case, points) in newest.items():
        new_code = bool(codes[family_id] - set(case.codes))
        if not new_code and points < case.points + rules.reopen_for_more_points:
            continue
        _open_again(case, now, codes[family_id], points)
        reopened += 1
    session.flush()
    return reopened


def _has_open_case() -> ColumnElement[bool]:
    other = Case.__table__.alias("other_case")
    return exists().where(other.c.family_id == RiskScore.family_id, other.c.state == CaseState.OPEN)


def _codes_of(session: Session, family_ids: Sequence[int]) -> dict[int, set[str]]:
    codes: dict[int, set[str]] = {family_id: set() for family_id in family_ids}
    rows = session.execute(select(RiskReason.family_id, RiskReason.code).where(RiskReason.family_id.in_(family_ids)))
    for family_id, code in rows:
        codes[family_id].add(code)
    return codes


def _open_again(case: Case, now: datetime, codes: set[str], points: int) -> None:
    case.state, case.reopened_at, case.below_since, case.snoozed_until = CaseState.OPEN, now, None, None
    case.resolved_at, case.resolved_by, case.resolution = None, None, None
    case.codes, case.points = sorted(codes), points


def _open(session: Session, now: datetime, rules: CaseRules) -> int:
    """A case for each high family without one, but for those whose last was resolved too recently."""
    recent = now - timedelta(days=rules.reopen_within_days)
    governed = exists().where(
        Case.family_id == RiskScore.family_id, or_(Case.state == CaseState.OPEN, Case.resolved_at > recent)
    )
    codes = _codes().where(RiskReason.family_id == RiskScore.family_id).correlate(RiskScore).scalar_subquery()
    rows = select(
        RiskScore.family_id, literal(CaseState.OPEN.value), literal(now, Case.opened_at.type),
        func.coalesce(codes, literal([], Json), type_=Json), RiskScore.points,
    ).where(RiskScore.band == Band.HIGH, ~governed)  # fmt: skip
    kind = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    columns = ["family_id", "state", "opened_at", "codes", "points"]
    return _rows(session, kind.insert(Case).from_select(columns, rows).on_conflict_do_nothing())


def claim_case(session: Session, viewer: Viewer, family_id: int, now: datetime) -> Case:
    """Take a family's case, opening one where a person wants it before it is high. Claiming twice is claiming once.

    Raises :class:`~outreach.risk.CaseRefused` where somebody else has it, :class:`~outreach.access.NotAllowed` for a
    sign-in without a staff member, :class:`~outreach.errors.NotFound` for a family that the viewer may not see.
    """
    staff_id = _may_work(session, viewer, family_id)
    case_id = _open_case(session, family_id) or _open_by_hand(session, family_id, now)
    free = or_(Case.claimed_by.is_(None), Case.claimed_by == staff_id)
    took = _rows(
        session,
        update(Case)
        .where(Case.id == case_id, Case.state == CaseState.OPEN, free)
        .values(claimed_by=staff_id, claimed_at=func.coalesce(Case.claimed_at, literal(now, Case.opened_at.type))),
    )
    case = session.get_one(Case, case_id, populate_existing=True)
    if not took:
        holder = session.get(Staff, case.claimed_by) if case.claimed_by else None
        raise CaseRefused(
            f"{holder.display_name if holder else 'Somebody else'} has this case already; ask them for it."
        )
    return case


def release_case(session: Session, viewer: Viewer, family_id: int, now: datetime) -> Case:
    """Give an open case back. Only its holder or an administrator may. Raises as :func:`claim_case`."""
    case = _working_on(session, viewer, family_id)
    if case.claimed_by not in (None, viewer.staff_id) and not viewer.administers:
        raise CaseRefused("Only the person who has this case, or an administrator, can give it back.")
    case.claimed_by = case.claimed_at = None
    session.flush()
    return case


def snooze_case(session: Session, viewer: Viewer, family_id: int, until: date, now: datetime) -> Case:
    """Leave the case out of the queue until the morning of ``until``, a day to come. Raises as :func:`claim_case`."""
    if until <= today_of(session, now):
        raise CaseRefused("Choose a day after today; until then the case rests.")
    case = _working_on(session, viewer, family_id)
    case.snoozed_until = until
    session.flush()
    return case


def wake_case(session: Session, viewer: Viewer, family_id: int, now: datetime) -> Case:
    """End a snooze early. Raises as :func:`claim_case`."""
    case = _working_on(session, viewer, family_id)
    case.snoozed_until = None
    session.flush()
    return case


def resolve_case(session: Session, viewer: Viewer, family_id: int, resolution: str, now: datetime) -> Case:
    """Close a case by hand, in a few words. It reopens only for something new. Raises as :func:`claim_case`."""
    if not resolution.strip():
        raise CaseRefused("Say in a few words how it was resolved; the next counselor reads it.")
    case = _working_on(session, viewer, family_id)
    score = session.get(RiskScore, family_id, populate_existing=True)
    case.state, case.resolved_at, case.resolved_by = CaseState.RESOLVED, now, viewer.account_id
    case.resolution, case.snoozed_until = resolution.strip(), None
    case.codes = sorted(_codes_of(session, [family_id])[family_id])
    case.points = score.points if score else 0
    session.flush()
    return case


def undo_resolve(session: Session, viewer: Viewer, case_id: int, now: datetime) -> Case:
    """Take a resolution back: the case is open as before. Raises :class:`CaseRefused` where a newer one is open."""
    case = session.get(Case, case_id, populate_existing=True)
    if case is None:
        raise NotFound("There is no such case, or you do not work with its family.")
    _may_work(session, viewer, case.family_id)
    if case.state is CaseState.OPEN:
        return case
    if _open_case(session, case.family_id):
        raise CaseRefused("This family has a newer open case; work on that one.")
    score = session.get(RiskScore, case.family_id, populate_existing=True)
    _open_again(case, now, _codes_of(session, [case.family_id])[case.family_id], score.points if score else 0)
    session.flush()
    return case


def _may_work(session: Session, viewer: Viewer, family_id: int) -> int:
    if not viewer.sees_risk or viewer.staff_id is None:
        raise NotAllowed("Cases are worked by counselors and administrators who are on the staff list.")
    require(session, viewer, family_id)
    return viewer.staff_id


def _working_on(session: Session, viewer: Viewer, family_id: int) -> Case:
    _may_work(session, viewer, family_id)
    case_id = _open_case(session, family_id)
    if case_id is None:
        raise CaseRefused("This family has no open case any more; somebody resolved it.")
    return session.get_one(Case, case_id, populate_existing=True, with_for_update=True)


def _open_case(session: Session, family_id: int) -> int | None:
    return session.scalar(select(Case.id).where(Case.family_id == family_id, Case.state == CaseState.OPEN))


def _open_by_hand(session: Session, family_id: int, now: datetime) -> int:
    """Insert, unless somebody was quicker; then theirs."""
    family = select(
        Family.id, literal(CaseState.OPEN.value), literal(now, Case.opened_at.type),
        func.coalesce(
            _codes().where(RiskReason.family_id == Family.id).correlate(Family).scalar_subquery(),
            literal([], Json), type_=Json,
        ),
        func.coalesce(
            select(RiskScore.points).where(RiskScore.family_id == Family.id).correlate(Family).scalar_subquery(), 0
        ),
    ).where(Family.id == family_id)  # fmt: skip
    kind = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    columns = ["family_id", "state", "opened_at", "codes", "points"]
    session.execute(kind.insert(Case).from_select(columns, family).on_conflict_do_nothing())
    return session.scalars(select(Case.id).where(Case.family_id == family_id, Case.state == CaseState.OPEN)).one()


def today_of(session: Session, now: datetime) -> date:
    """The local day by the district's clock."""
    zone = session.scalar(select(District.timezone))
    return now.astimezone(named_zone(zone) if zone else ZoneInfo("UTC")).date()


def _rows(session: Session, statement: Executable) -> int:
    done = session.execute(statement, execution_options={"preserve_rowcount": True, "synchronize_session": False})
    return cast("CursorResult[Any]", done).rowcount
