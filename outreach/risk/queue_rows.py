"""The rows of one page of the queue: who, why, since when, and whose. A fixed number of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from models import (
    Account,
    Band,
    Case,
    CaseEvent,
    CaseEventKind,
    CaseOutcome,
    CaseState,
    Family,
    FamilyMember,
    Guardian,
    Guardianship,
    RiskScore,
    School,
    Staff,
    Student,
)
from outreach.access import Viewer, sees_student
from outreach.effective import effective_config

from .case_seen import NO_CASE, Seen
from .codes import Code
from .explain import Reason, reasons_of


@dataclass(frozen=True)
class QueueChild:
    student_id: int
    name: str
    grade: str | None
    school_id: int
    school: str


@dataclass(frozen=True)
class CaseNow:
    """A family's newest case as it stands."""

    seen: Seen
    open: bool
    since: datetime
    """When it was opened, or opened again."""
    claimed_by: int | None
    """A staff member's id."""
    claimed_name: str | None
    snoozed_until: date | None
    resolved_at: datetime | None
    resolved_by: str | None
    """A name; None: it closed by itself, or is open."""
    outcome: CaseOutcome | None
    resolution: str | None
    settled: bool
    """A person resolved it so lately that nothing but something new brings it back by itself."""
    notes: int


@dataclass(frozen=True)
class QueueRow:
    family_id: int
    name: str
    children: tuple[QueueChild, ...]
    languages: tuple[str, ...]
    """The guardians' languages, in order."""
    points: int
    band: Band
    reasons: tuple[Reason, ...]
    """Those that the viewer may read, most points first."""
    case: CaseNow | None
    """None: nobody has opened one."""

    @property
    def can_mend(self) -> bool:
        """School can mend a reason today."""
        return any(reason.can_mend for reason in self.reasons)

    @property
    def unreachable(self) -> bool:
        """Nobody of this family can be reached by phone or e-mail."""
        return any(reason.code == Code.UNREACHABLE for reason in self.reasons)

    @property
    def settled(self) -> bool:
        return self.case is not None and self.case.settled

    @property
    def open_case(self) -> CaseNow | None:
        return self.case if self.case is not None and self.case.open else None

    @property
    def seen(self) -> Seen:
        """What a form about this row brings along."""
        return self.case.seen if self.case is not None else NO_CASE


def rows_of(session: Session, viewer: Viewer, family_ids: Sequence[int], now: datetime) -> list[QueueRow]:
    """A row for each scored family, in the order given. The viewer must be known to see them."""
    scores = session.execute(
        select(Family.id, Family.name, RiskScore.points, RiskScore.band)
        .join(RiskScore, RiskScore.family_id == Family.id)
        .where(Family.id.in_(family_ids))
    )
    found = {score[0]: score for score in scores.all()}
    children, open_to_viewer = _children(session, viewer, family_ids)
    reasons, languages = reasons_of(session, family_ids, now), _languages(session, family_ids)
    within = timedelta(days=effective_config(session, now).risk.cases.reopen_within_days)
    cases = _cases(session, family_ids, now - within)
    return [
        QueueRow(
            family_id, name, tuple(children[family_id]), tuple(languages[family_id]), points, band,
            tuple(
                reason
                for reason in reasons.get(family_id, ())
                if reason.student_id is None or reason.student_id in open_to_viewer
            ),
            cases.get(family_id),
        )
        for family_id, name, points, band in (found[one] for one in family_ids if one in found)
    ]  # fmt: skip


def _children(
    session: Session, viewer: Viewer, family_ids: Collection[int]
) -> tuple[dict[int, list[QueueChild]], set[int]]:
    """Present children by family, and the ids of those whose own school work the viewer may see."""
    rows = session.execute(
        select(
            FamilyMember.family_id, Student.id, func.coalesce(Student.preferred_name, Student.given_name),
            Student.grade, School.id, School.name, sees_student(viewer),
        )
        .join(Student, Student.id == FamilyMember.student_id)
        .join(School, School.id == Student.school_id)
        .where(FamilyMember.family_id.in_(family_ids), FamilyMember.until_on.is_(None))
        .order_by(FamilyMember.family_id, Student.id)
    )  # fmt: skip
    children: dict[int, list[QueueChild]] = defaultdict(list)
    seen: set[int] = set()
    for family_id, student_id, name, grade, school_id, school, is_open in rows:
        children[family_id].append(QueueChild(student_id, name, grade, school_id, school))
        if is_open:
            seen.add(student_id)
    return children, seen


def _languages(session: Session, family_ids: Collection[int]) -> dict[int, list[str]]:
    languages: dict[int, list[str]] = defaultdict(list)
    rows = session.execute(
        select(FamilyMember.family_id, Guardian.language)
        .join(Guardianship, Guardianship.student_id == FamilyMember.student_id)
        .join(Guardian, Guardian.id == Guardianship.guardian_id)
        .where(
            FamilyMember.family_id.in_(family_ids), FamilyMember.until_on.is_(None), Guardianship.ended_on.is_(None),
            Guardian.language.is_not(None),
        )
        .distinct()
        .order_by(FamilyMember.family_id, Guardian.language)
    )  # fmt: skip
    for family_id, language in rows:
        languages[family_id].append(str(language))
    return languages


def _cases(session: Session, family_ids: Collection[int], since: datetime) -> dict[int, CaseNow]:
    """The newest case of each family."""
    holder, resolver = aliased(Staff), aliased(Staff)
    withdrawn = CaseEvent.__table__.alias("withdrawn")
    notes = (
        select(func.count())
        .where(
            CaseEvent.case_id == Case.id, CaseEvent.kind == CaseEventKind.NOTED,
            ~select(withdrawn.c.id).where(withdrawn.c.undoes == CaseEvent.id).exists(),
        )
        .correlate(Case)
        .scalar_subquery()
    )  # fmt: skip
    rows = session.execute(
        select(Case, holder.display_name, func.coalesce(resolver.display_name, Account.email), notes)
        .outerjoin(holder, holder.id == Case.claimed_by)
        .outerjoin(Account, Account.id == Case.resolved_by)
        .outerjoin(resolver, resolver.id == Account.staff_id)
        .where(Case.family_id.in_(family_ids))
        .order_by(Case.family_id, Case.id)
    )
    return {
        case.family_id: CaseNow(
            Seen.of(case), case.state is CaseState.OPEN, case.reopened_at or case.opened_at, case.claimed_by,
            claimed_name, case.snoozed_until, case.resolved_at, resolved_name, case.outcome, case.resolution,
            case.resolved_by is not None and case.resolved_at is not None and case.resolved_at > since, count,
        )
        for case, claimed_name, resolved_name, count in rows
    }  # fmt: skip
