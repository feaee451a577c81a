"""What a person does with cases, one or many in one go: claim, give back, assign, snooze, note, resolve, open again.

Each form brings the case as its reader saw it (:class:`~outreach.risk.Seen`). Where somebody else, or the night, has
worked on the case since, the step is refused with what was done; one's own steps stand in nobody's way, and the same
form sent twice is one step. How many are chosen does not change the number of statements.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Case, CaseEvent, CaseEventKind, CaseState, Family, RiskScore, Staff
from outreach.access import NotAllowed, Viewer, sees_family
from outreach.effective import effective_config
from outreach.errors import NotFound
from outreach.language import N_, _
from outreach.schooltime import zone_of_district

from .case_colleagues import may_receive
from .case_history import step_words, steps_of
from .case_seen import NO_CASE, Seen, events_since, newest_cases
from .case_snapshot import snapshot
from .case_steps import OPENS, STEPS, Act, Ground, Step, check
from .cases import codes_of, open_cases
from .errors import CaseMovedOn, CaseRefused

MOST_CHOSEN = 200
"""In one go."""
NOT_YOURS = N_("There is no such family, or you do not work with it.")


@dataclass(frozen=True)
class Chosen:
    family_id: int
    seen: Seen | None = None
    """The newest case as the page showed it; None: whoever asks has seen no page, and takes it as it is."""


@dataclass(frozen=True)
class Done:
    family_id: int
    name: str
    case_id: int


@dataclass(frozen=True)
class Refused:
    family_id: int
    name: str
    why: CaseRefused
    theirs: bool = True
    """Whether the viewer sees the family: of another nothing may be shown, not even that it has a case."""


@dataclass(frozen=True)
class Report:
    done: tuple[Done, ...]
    refused: tuple[Refused, ...]
    act: str | None
    """What :func:`~outreach.risk.undo_act` takes back; None where nothing was changed."""


def act_on_cases(session: Session, viewer: Viewer, act: Act, chosen: Sequence[Chosen], now: datetime) -> Report:
    """Take one step with the case of each family that is ``chosen``, opening one where there is none; flushed, not
    committed. What cannot be done for one family leaves it as it was, and the others are done.

    Raises :class:`~outreach.risk.CaseFieldRefused` where what was entered does not do,
    :class:`~outreach.access.NotAllowed` for who works no cases, :class:`~outreach.errors.NotFound` where a family is
    not the viewer's to see.
    """
    may_work_cases(viewer)
    if len(chosen) > MOST_CHOSEN:
        raise CaseRefused(_("At most %(count)s families in one go; choose fewer.", count=MOST_CHOSEN))
    check(act, viewer)
    names = families_named(session, viewer, [one.family_id for one in chosen])
    report = _Acting(session, viewer, act, now, names).take(
        {one.family_id: one for one in chosen if one.family_id in names}
    )
    unknown = tuple(
        Refused(one.family_id, _("A family"), CaseRefused(_(NOT_YOURS)), theirs=False)
        for one in chosen
        if one.family_id not in names
    )
    return Report(report.done, report.refused + unknown, report.act)


def may_work_cases(viewer: Viewer) -> None:
    """Raises :class:`~outreach.access.NotAllowed` for everybody who works no cases."""
    if not viewer.sees_risk or viewer.staff_id is None:
        raise NotAllowed(_("Cases are worked by counselors and administrators who are on the staff list."))


def families_named(session: Session, viewer: Viewer, family_ids: Collection[int]) -> dict[int, str]:
    """Those of the families that the viewer may see, by name. Raises :class:`~outreach.errors.NotFound` where it is
    none."""
    rows = session.execute(
        select(Family.id, Family.name).where(Family.id.in_(family_ids), sees_family(viewer, Family.id))
    )
    names = dict(rows.all())
    if not names:
        raise NotFound(_(NOT_YOURS))
    return names


@dataclass
class _Acting:
    """One act on its way."""

    session: Session
    viewer: Viewer
    act: Act
    now: datetime
    names: Mapping[int, str]
    key: str = field(default_factory=lambda: uuid4().hex)
    written: bool = False
    earlier: str | None = None
    """The act that this one repeats."""

    def take(self, chosen: Mapping[int, Chosen]) -> Report:
        cases = newest_cases(self.session, list(chosen))
        receive = self._may_receive(chosen)
        wanting = [one for one in receive if self._wants_new(cases.get(one), chosen[one].seen)]
        ours = self._opened(wanting, cases)
        seen = {
            one.family_id: one.seen for one in chosen.values() if one.seen is not None and one.family_id not in ours
        }
        since = events_since(self.session, seen, cases)
        ground = self._ground(chosen, cases, receive)
        done, refused = [], []
        for family_id in chosen:
            case = cases.get(family_id)
            try:
                taken = self._one(family_id, case, since.get(family_id), ground)
            except CaseRefused as why:
                refused.append(Refused(family_id, self.names[family_id], why))
            else:
                done.append(Done(family_id, self.names[family_id], taken.id))
        self.session.flush()
        return Report(tuple(done), tuple(refused), self.key if self.written else self.earlier)

    def _wants_new(self, newest: Case | None, seen: Seen | None) -> bool:
        """There is no case, or the page showed that the last one is long over."""
        if self.act.step not in OPENS:
            return False
        if newest is None:
            return seen in (None, NO_CASE)
        return newest.state is CaseState.RESOLVED and seen == Seen.of(newest) and not self._resolved_lately(newest)

    def _resolved_lately(self, case: Case) -> bool:
        """A person settled it so recently that nothing but something new brings it back by itself."""
        within = timedelta(days=effective_config(self.session, self.now).risk.cases.reopen_within_days)
        return case.resolved_by is not None and case.resolved_at is not None and case.resolved_at > self.now - within

    def _opened(self, families: Sequence[int], cases: dict[int, Case]) -> set[int]:
        """Open a case for each of these; the families whose case is ours, not of somebody who was quicker."""
        if not families:
            return set()
        open_cases(self.session, self.now, Family.id.in_(families))
        cases.update(newest_cases(self.session, families))
        case_ids = [cases[family_id].id for family_id in families]
        theirs = set(self.session.scalars(select(CaseEvent.case_id).where(CaseEvent.case_id.in_(case_ids))))
        ours = {family_id for family_id in families if cases[family_id].id not in theirs}
        self.session.add_all(
            CaseEvent(
                case_id=cases[family_id].id, version=cases[family_id].version, kind=CaseEventKind.OPENED, at=self.now,
                by=self.viewer.account_id, act=self.key,
            )
            for family_id in sorted(ours)
        )  # fmt: skip
        return ours

    def _may_receive(self, families: Collection[int]) -> list[int]:
        """Families with which whoever is to have the case may work; all where the step gives it to nobody."""
        if self.act.step is not Step.ASSIGN or self.act.to is None:
            return list(families)
        found = may_receive(self.session, self.act.to, list(families), self.now)
        return [family_id for family_id in families if family_id in found]

    def _ground(self, families: Collection[int], cases: Mapping[int, Case], receive: Sequence[int]) -> Ground:
        points = select(RiskScore.family_id, RiskScore.points).where(RiskScore.family_id.in_(families))
        staff_ids = {case.claimed_by for case in cases.values()} | {self.act.to}
        names = select(Staff.id, Staff.display_name).where(Staff.id.in_(staff_ids - {None}))
        return Ground(
            self.viewer, self.now, dict(self.session.execute(points).all()),
            codes_of(self.session, list(families)), dict(self.session.execute(names).all()),
            frozenset(receive),
        )  # fmt: skip

    def _one(
        self, family_id: int, case: Case | None, since: Sequence[CaseEvent] | None, ground: Ground
    ) -> Case:  # fmt: skip
        if since is not None and not (since and all(event.by == self.viewer.account_id for event in since)):
            raise self._moved_on(since)
        if case is not None and since and self._repeats(since[-1]):
            self.earlier = since[-1].act
            return case
        if family_id not in ground.may_receive:
            name = ground.name(self.act.to)
            raise CaseRefused(
                _("%(name)s does not work with this family, or works no cases; choose another.", name=name)
            )
        if case is None or (case.state is not CaseState.OPEN and self.act.step is not Step.REOPEN):
            raise CaseRefused(_("This family has no open case any more; somebody resolved it."))
        before = snapshot(case)
        if STEPS[self.act.step](case, self.act, ground):
            case.version += 1
            self.written = True
            self.session.add(
                CaseEvent(
                    case_id=case.id, version=case.version, kind=self.act.kind, at=self.now, by=self.viewer.account_id,
                    act=self.key, words=self.act.words or None, detail=self.act.detail, before=before,
                )
            )  # fmt: skip
        return case

    def _repeats(self, last: CaseEvent) -> bool:
        """The same form, sent twice."""
        return last.kind is self.act.kind and (last.words or "") == self.act.words and last.detail == self.act.detail

    def _moved_on(self, since: Sequence[CaseEvent]) -> CaseMovedOn:
        steps = steps_of(self.session, since)
        if not steps:
            return CaseMovedOn(_("This case has changed since you opened the page."), ())
        return CaseMovedOn(step_words(steps[-1], zone_of_district(self.session), self.now), steps)
