"""Why a family stands where it stands: every point with its evidence, its source and its words, and what is unknown."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Band, Family, FamilyMember, JsonObject, JsonValue, RiskReason, RiskScore, School, Student
from outreach.access import Viewer, sees_student
from outreach.effective import effective_config
from outreach.errors import NotFound
from outreach.language import N_, _, short_day
from outreach.schooltime import district_day

from .codes import SCHOOL_CAN_MEND
from .errors import NotScored
from .features.standing import subjects
from .periods import Period, periods_at
from .reader import Reader, reader_for
from .scope import Scope, Scoring
from .words import describe

HEURISTIC = N_("A heuristic, not a verdict on a family.")


@dataclass(frozen=True)
class Reason:
    code: str
    points: int
    title: str
    words: str
    """One sentence with its figures."""
    short: str
    """For a chip."""
    evidence: JsonObject
    source: str | None
    """Where the weight comes from, in English; None for a factor of an earlier configuration."""
    student_id: int | None
    can_mend: bool
    """A person at school can mend it today."""


@dataclass(frozen=True)
class Explanation:
    family_id: int
    points: int
    band: Band
    reasons: tuple[Reason, ...]
    """Most points first."""
    unknown: tuple[str, ...]
    """What could not be known, a sentence each; it gave no points. Only for who reads points."""
    computed_at: datetime
    config_version: str


def explain(session: Session, family_id: int, now: datetime, viewer: Viewer | None = None) -> Explanation:
    """The family's score as it was last computed, with words for ``now``.

    For a ``viewer``, reasons about a child whose school work that person may not see are left out (points and band
    stay the family's). Raises :class:`~outreach.errors.NotFound` for an unknown family, :class:`NotScored` before the
    first scoring.
    """
    if session.get(Family, family_id) is None:
        raise NotFound(_("There is no family %(number)s.", number=family_id))
    score = session.get(RiskScore, family_id)
    if score is None:
        raise NotScored(
            _(
                "Family %(number)s has not been scored yet; the night does it, or run: outreach nightly",
                number=family_id,
            )
        )
    reasons = reasons_of(session, [family_id], now, viewer).get(family_id, ())
    unknown: tuple[str, ...] = ()
    if viewer is None or viewer.sees_risk:
        unknown = tuple(_unknown(session, family_id, score.computed_at, reader_for(session, now, [family_id])))
    return Explanation(
        family_id, score.points, score.band, tuple(reasons), unknown, score.computed_at, score.config_version
    )


def reasons_of(
    session: Session, family_ids: Collection[int], now: datetime, viewer: Viewer | None = None
) -> dict[int, list[Reason]]:
    """The reasons of many families for one page, most points first; families without any are absent."""
    factors, reader = effective_config(session, now).risk.factor, reader_for(session, now, family_ids)
    rows = session.execute(
        select(RiskReason.family_id, RiskReason.code, RiskReason.points, RiskReason.evidence)
        .where(RiskReason.family_id.in_(family_ids))
        .order_by(RiskReason.family_id, func.abs(RiskReason.points).desc(), RiskReason.code)
    ).all()
    hidden = _hidden(session, rows, viewer) if viewer else frozenset()
    found: dict[int, list[Reason]] = {}
    for family, code, points, evidence in rows:
        words = describe(code, evidence, reader)
        if words.student_id in hidden:
            continue
        source = factors[code].source if code in factors else None
        found.setdefault(family, []).append(
            Reason(
                code, points, words.title, words.words, words.short, plain_figures(evidence), source,
                words.student_id, code in SCHOOL_CAN_MEND,
            )
        )  # fmt: skip
    return found


def plain_figures(evidence: JsonObject) -> JsonObject:
    """Evidence for people and exports: whole numbers without a decimal point, names in order, on every database."""
    return {name: _plain(evidence[name]) for name in sorted(evidence)}


def _plain(value: JsonValue) -> JsonValue:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _hidden(session: Session, rows: Sequence[tuple[int, str, int, JsonObject]], viewer: Viewer) -> frozenset[int]:
    """Children named in reasons whose school work the viewer may not see."""
    named = {child for *_, evidence in rows if isinstance(child := evidence.get("student_id"), int)}
    seen = session.scalars(select(Student.id).where(Student.id.in_(named), sees_student(viewer)))
    return frozenset(named) - frozenset(seen)


def _unknown(session: Session, family_id: int, now: datetime, reader: Reader) -> list[str]:
    """What gave no points for want of figures, in the scoring at ``now``."""
    risk = effective_config(session, now).risk
    children = session.execute(
        select(Student.id, Student.school_id, School.name)
        .join(FamilyMember, FamilyMember.student_id == Student.id)
        .join(School, School.id == Student.school_id)
        .where(FamilyMember.family_id == family_id, FamilyMember.until_on.is_(None), Student.active)
        .order_by(Student.id)
    ).all()
    schools = {school_id: name for _student, school_id, name in children}
    periods = periods_at(session, now, risk, list(schools))
    asked = select(subjects(Scope(risk, some=True)).c.student_id)
    standing = set(session.scalars(asked, Scoring(now, district_day(session, now), periods, [family_id]).values(risk)))
    said = [
        _("%(child)s has no marks in a core subject this term.", child=reader.names[student_id])
        for student_id, *_school in children
        if student_id not in standing
    ]
    for school_id, name in sorted(schools.items()):
        said += _unknown_at_school(name, periods.of(school_id), reader)
    return said


def _unknown_at_school(name: str, period: Period | None, reader: Reader) -> list[str]:
    if period is None or not period.year.in_term:
        return [_("%(school)s is outside every term, so nobody is called silent.", school=name)]
    said = []
    if period.base is None:
        said.append(
            _(
                "%(school)s has not logged contacts for long enough, so who has heard from us is not known.",
                school=name,
            )
        )
    elif period.silent_from is None or period.base > period.silent_from:
        since = short_day(period.base, reader.today)
        said.append(
            _(
                "%(school)s's contacts count since %(day)s, too short a time to call anybody silent.",
                school=name,
                day=since,
            )
        )
    if not period.notices_known:
        said.append(
            _(
                "%(school)s's general notices are not in this log, so whether they reach the family is not known.",
                school=name,
            )
        )
    return said
