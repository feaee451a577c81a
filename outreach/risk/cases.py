"""What the night does with counselors' cases: opens them at high, closes those long below, opens some again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Executable,
    ScalarSelect,
    and_,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from config.tuning import CaseRules
from models import Band, Case, CaseEvent, CaseEventKind, CaseState, Family, JsonObject, RiskReason, RiskScore
from models.base import Json
from outreach.effective import effective_config
from outreach.language import N_
from outreach.schooltime import district_day

from .case_colleagues import may_receive
from .dialects import list_of

CLOSED_BY_ITSELF = N_("Below elevated long enough; closed by itself.")


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


def hand_on_cases(session: Session, instead: Mapping[int, int | None], now: datetime) -> int:
    """Open cases of staff who are away (the keys of ``instead``) go to who stands in, where that colleague may work
    them, else back to the queue; how many. Commits nothing; safe to repeat."""
    cases = session.scalars(
        select(Case)
        .where(Case.state == CaseState.OPEN, Case.claimed_by.in_(sorted(instead)))
        .order_by(Case.family_id)
        .with_for_update()
    ).all()
    held: defaultdict[int, list[int]] = defaultdict(list)
    for case in cases:
        held[instead[case.claimed_by or 0] or 0].append(case.family_id)
    receives = {to: may_receive(session, to, families, now) for to, families in held.items() if to}
    for case in cases:
        away = case.claimed_by or 0
        to = instead[away]
        case.claimed_by = to if to and case.family_id in receives[to] else None
        case.claimed_at = now if case.claimed_by else None
        kind = CaseEventKind.ASSIGNED if case.claimed_by else CaseEventKind.RELEASED
        session.add(_by_night(case, kind, now, {"from": away, "to": case.claimed_by}))
    session.flush()
    return len(cases)


def _by_night(case: Case, kind: CaseEventKind, now: datetime, detail: JsonObject | None = None) -> CaseEvent:
    case.version += 1
    return CaseEvent(case_id=case.id, version=case.version, kind=kind, at=now, detail=detail)


def _note_who_is_below(session: Session, now: datetime) -> None:
    """A family that is no longer scored, because it left, is below as well. This is no step with a case."""
    at_least_elevated = exists().where(RiskScore.family_id == Case.family_id, RiskScore.band != Band.LOW)
    for which, since in ((and_(Case.below_since.is_(None), ~at_least_elevated), now), (at_least_elevated, None)):
        session.execute(update(Case).where(Case.state == CaseState.OPEN, which).values(below_since=since))


def _close(session: Session, now: datetime, rules: CaseRules) -> int:
    long_enough = now - timedelta(days=rules.close_after_days_below_elevated)
    left_alone = and_(
        Case.claimed_by.is_(None), or_(Case.snoozed_until.is_(None), Case.snoozed_until <= district_day(session, now))
    )
    closed = _rows(
        session,
        update(Case)
        .where(Case.state == CaseState.OPEN, Case.below_since <= long_enough, left_alone)
        .values(
            state=CaseState.RESOLVED, resolved_at=now, resolution=CLOSED_BY_ITSELF, outcome=None,
            version=Case.version + 1, **_as_it_stands(),
        ),
    )  # fmt: skip
    if closed:
        _write_down(session, CaseEventKind.CLOSED, now, Case.resolved_at == now, Case.resolved_by.is_(None))
    return closed


def _write_down(session: Session, kind: CaseEventKind, now: datetime, *which: ColumnElement[bool]) -> None:
    """An event for the newest version of each of these cases that has none yet."""
    known = exists().where(CaseEvent.case_id == Case.id, CaseEvent.version == Case.version)
    rows = select(Case.id, Case.version, literal(kind.value), literal(now, CaseEvent.at.type)).where(*which, ~known)
    session.execute(insert(CaseEvent).from_select(["case_id", "version", "kind", "at"], rows))


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
    codes = codes_of(session, list(newest))
    reopened = 0
    for family_id, (case, points) in newest.items():
        new_code = bool(codes[family_id] - set(case.codes))
        if not new_code and points < case.points + rules.reopen_for_more_points:
            continue
        open_again(case, now, codes[family_id], points)
        session.add(_by_night(case, CaseEventKind.REOPENED, now))
        reopened += 1
    session.flush()
    return reopened


def _has_open_case() -> ColumnElement[bool]:
    other = Case.__table__.alias("other_case")
    return exists().where(other.c.family_id == RiskScore.family_id, other.c.state == CaseState.OPEN)


def codes_of(session: Session, family_ids: Sequence[int]) -> dict[int, set[str]]:
    """The codes of each family's present reasons."""
    codes: dict[int, set[str]] = {family_id: set() for family_id in family_ids}
    rows = session.execute(select(RiskReason.family_id, RiskReason.code).where(RiskReason.family_id.in_(family_ids)))
    for family_id, code in rows:
        codes[family_id].add(code)
    return codes


def open_again(case: Case, now: datetime, codes: Collection[str], points: int) -> None:
    """Open as from now on, for these reasons; whoever had it keeps it."""
    case.state, case.reopened_at, case.below_since, case.snoozed_until = CaseState.OPEN, now, None, None
    case.resolved_at, case.resolved_by, case.outcome, case.resolution = None, None, None, None
    case.codes, case.points = sorted(codes), points


def _open(session: Session, now: datetime, rules: CaseRules) -> int:
    """A case for each high family without one, but for those whose last was resolved too recently."""
    recent = now - timedelta(days=rules.reopen_within_days)
    governed = exists().where(
        Case.family_id == RiskScore.family_id, or_(Case.state == CaseState.OPEN, Case.resolved_at > recent)
    )
    opened = open_cases(session, now, RiskScore.band == Band.HIGH, ~governed)
    if opened:
        _write_down(session, CaseEventKind.OPENED, now, Case.opened_at == now)
    return opened


def open_cases(session: Session, now: datetime, *which: ColumnElement[bool]) -> int:
    """A case for each family of ``which`` that has no open one; how many. The event is the caller's to add."""
    codes = _codes().where(RiskReason.family_id == Family.id).correlate(Family).scalar_subquery()
    rows = (
        select(
            Family.id, literal(1), literal(CaseState.OPEN.value), literal(now, Case.opened_at.type),
            func.coalesce(codes, literal([], Json), type_=Json), func.coalesce(RiskScore.points, 0),
        )
        .outerjoin(RiskScore, RiskScore.family_id == Family.id)
        .where(*which)
    )  # fmt: skip
    kind = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    columns = ["family_id", "version", "state", "opened_at", "codes", "points"]
    return _rows(session, kind.insert(Case).from_select(columns, rows).on_conflict_do_nothing())


def _rows(session: Session, statement: Executable) -> int:
    done = session.execute(statement, execution_options={"preserve_rowcount": True, "synchronize_session": False})
    return cast("CursorResult[Any]", done).rowcount
