"""The steps that a person takes with a case: what each asks for, when it is refused, and what it changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from models import Case, CaseEventKind, CaseOutcome, CaseState, JsonObject
from outreach.access import Viewer
from outreach.language import _

from .cases import open_again
from .errors import CaseFieldRefused, CaseRefused

LONGEST_WORDS = 2_000
LONGEST_SNOOZE = timedelta(days=366)


class Step(StrEnum):
    CLAIM = "claim"
    RELEASE = "release"
    ASSIGN = "assign"
    SNOOZE = "snooze"
    WAKE = "wake"
    NOTE = "note"
    RESOLVE = "resolve"
    REOPEN = "reopen"


KINDS: Mapping[Step, CaseEventKind] = {
    Step.CLAIM: CaseEventKind.CLAIMED,
    Step.RELEASE: CaseEventKind.RELEASED,
    Step.ASSIGN: CaseEventKind.ASSIGNED,
    Step.SNOOZE: CaseEventKind.SNOOZED,
    Step.WAKE: CaseEventKind.WOKEN,
    Step.NOTE: CaseEventKind.NOTED,
    Step.RESOLVE: CaseEventKind.RESOLVED,
    Step.REOPEN: CaseEventKind.REOPENED,
}
OPENS = frozenset({Step.CLAIM, Step.ASSIGN, Step.SNOOZE, Step.NOTE, Step.RESOLVE})
"""Steps that open a case where a family has none: a person may want one before the family is high."""


@dataclass(frozen=True)
class Act:
    """One step with what was entered for it."""

    step: Step
    words: str = ""
    """A note, or how it was resolved; of at most :data:`LONGEST_WORDS` characters."""
    outcome: CaseOutcome | None = None
    until: date | None = None
    """A day to come, within a year: the case rests until its morning."""
    to: int | None = None
    """A colleague's staff id."""

    @property
    def kind(self) -> CaseEventKind:
        return KINDS[self.step]

    @property
    def detail(self) -> JsonObject | None:
        """What the event keeps of it."""
        if self.step is Step.ASSIGN:
            return {"to": self.to}
        if self.step is Step.SNOOZE and self.until:
            return {"until": self.until.isoformat()}
        if self.step is Step.RESOLVE and self.outcome:
            return {"outcome": self.outcome.value}
        return None


@dataclass(frozen=True)
class Ground:
    """What a step stands on, read once for all that are chosen."""

    viewer: Viewer
    now: datetime
    points: Mapping[int, int]
    codes: Mapping[int, set[str]]
    """By family: the present points, and the codes of the present reasons."""
    names: Mapping[int, str]
    """Of the staff who hold one of the cases, or are to."""
    may_receive: frozenset[int]
    """Families that whoever is to have the case may see and work with."""

    def name(self, staff_id: int | None) -> str:
        return self.names.get(staff_id or 0) or _("Somebody else")


def check(act: Act, viewer: Viewer) -> None:
    """Raises :class:`CaseFieldRefused` where what was entered does not do, whichever the case."""
    if len(act.words) > LONGEST_WORDS:
        raise CaseFieldRefused("words", _("At most %(count)s characters; shorten it.", count=LONGEST_WORDS))
    if act.step is Step.NOTE and not act.words:
        raise CaseFieldRefused("words", _("Write the note first; the next counselor reads it."))
    if act.step is Step.RESOLVE and act.outcome is None:
        raise CaseFieldRefused("outcome", _("Say how it ended; the next counselor reads it."))
    if act.step is Step.RESOLVE and act.outcome is CaseOutcome.SOMETHING_ELSE and not act.words:
        raise CaseFieldRefused("words", _("Say in a few words how it was resolved; the next counselor reads it."))
    if act.step is Step.SNOOZE and (act.until is None or act.until <= viewer.on):
        raise CaseFieldRefused("until", _("Choose a day after today; until then the case rests."))
    if act.step is Step.SNOOZE and act.until and act.until > viewer.on + LONGEST_SNOOZE:
        raise CaseFieldRefused("until", _("Choose a day within a year; a case that rests longer is forgotten."))
    if act.step is Step.ASSIGN and act.to is None:
        raise CaseFieldRefused("to", _("Choose a colleague first."))


def _claim(case: Case, act: Act, ground: Ground) -> bool:
    if case.claimed_by == ground.viewer.staff_id:
        return False
    if case.claimed_by is not None:
        raise CaseRefused(_("%(name)s has this case already; ask them for it.", name=ground.name(case.claimed_by)))
    case.claimed_by, case.claimed_at = ground.viewer.staff_id, ground.now
    return True


def _release(case: Case, act: Act, ground: Ground) -> bool:
    if case.claimed_by is None:
        return False
    if case.claimed_by != ground.viewer.staff_id and not ground.viewer.administers:
        raise CaseRefused(_("Only the person who has this case, or an administrator, can give it back."))
    case.claimed_by = case.claimed_at = None
    return True


def _assign(case: Case, act: Act, ground: Ground) -> bool:
    if case.claimed_by == act.to:
        return False
    if case.claimed_by not in (None, ground.viewer.staff_id) and not ground.viewer.administers:
        holder = ground.name(case.claimed_by)
        raise CaseRefused(_("%(name)s has this case; only they or an administrator can hand it on.", name=holder))
    case.claimed_by, case.claimed_at = act.to, ground.now
    return True


def _snooze(case: Case, act: Act, ground: Ground) -> bool:
    if case.snoozed_until == act.until:
        return False
    case.snoozed_until = act.until
    return True


def _wake(case: Case, act: Act, ground: Ground) -> bool:
    if case.snoozed_until is None:
        return False
    case.snoozed_until = None
    return True


def _note(case: Case, act: Act, ground: Ground) -> bool:
    return True


def _resolve(case: Case, act: Act, ground: Ground) -> bool:
    case.state, case.resolved_at, case.resolved_by = CaseState.RESOLVED, ground.now, ground.viewer.account_id
    case.outcome, case.resolution, case.snoozed_until = act.outcome, act.words or None, None
    case.codes = sorted(ground.codes[case.family_id])
    case.points = ground.points.get(case.family_id, 0)
    return True


def _reopen(case: Case, act: Act, ground: Ground) -> bool:
    if case.state is CaseState.OPEN:
        return False
    open_again(case, ground.now, ground.codes[case.family_id], ground.points.get(case.family_id, 0))
    return True


STEPS: Mapping[Step, Callable[[Case, Act, Ground], bool]] = {
    Step.CLAIM: _claim,
    Step.RELEASE: _release,
    Step.ASSIGN: _assign,
    Step.SNOOZE: _snooze,
    Step.WAKE: _wake,
    Step.NOTE: _note,
    Step.RESOLVE: _resolve,
    Step.REOPEN: _reopen,
}
"""Each changes the case and says whether it did; raises :class:`CaseRefused` before it has changed anything."""
