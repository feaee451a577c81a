"""The night: roster, owners, score, cases, plan, remind. Each step its own transaction, each safe to repeat."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select

from models import District, JsonObject
from outreach.access import deactivate_accounts_of_departed_staff
from outreach.contacts import close_answered
from outreach.planning import continue_weekly, find_living_owners, plan_night
from outreach.risk import score_families, tend_cases

from .digests import Render, prepare_digests
from .roster import sync_roster
from .runs import Claim, Outcome, Sessions, extend, run_once

JOB = "nightly"
LEASE = timedelta(minutes=30)
"""For one step; each step takes it anew."""
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class NightFigures:
    slot: str
    """The district's local date."""
    attempt: int
    """0: the night was done already, or another worker is at it."""
    families_scored: int = 0
    bands: Mapping[str, int] = field(default_factory=dict)
    cases: Mapping[str, int] = field(default_factory=dict)
    suggested: int = 0
    reminders: int = 0
    """Morning e-mails put in the outbox."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    """Each step's, by name."""
    steps: Mapping[str, object] = field(default_factory=dict)
    """Each step's own figures."""

    @property
    def ran(self) -> bool:
        return self.attempt > 0

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def run(
    sessions: Sessions, render: Render, now: datetime, *, link: str, worker: str, roster: Path | None = None,
    again: bool = False, progress: Callable[[str], None] = lambda step: None,
) -> NightFigures:  # fmt: skip
    """The night of the district's local date at ``now``.

    ``link`` is the address of the pages, for e-mails; ``roster`` what the SIS drops. ``again``: a person asks, so a
    finished night is done once more; raises :class:`~jobs.runs.RunBusy` where a worker is at it right now. A night
    that a crash cut short is begun anew by whoever comes next, and ends the same.
    """
    slot = local_date(sessions, now)
    steps = _steps(sessions, render, now, link, roster)
    outcome = run_once(
        sessions, JOB, slot, worker, lambda claim: _work(sessions, claim, steps, progress), lease=LEASE, again=again
    )
    return _figures(slot, outcome)


Steps = Mapping[str, Callable[[], JsonObject]]


def _steps(sessions: Sessions, render: Render, now: datetime, link: str, roster: Path | None) -> Steps:
    return {
        "roster": lambda: sync_roster(sessions, roster, now),
        "owners": lambda: _owners(sessions, now),
        "score": lambda: _score(sessions, now),
        "cases": lambda: _cases(sessions, now),
        "plan": lambda: _plan(sessions, now),
        "remind": lambda: _remind(sessions, render, now, link),
    }


def _work(sessions: Sessions, claim: Claim, steps: Steps, progress: Callable[[str], None]) -> JsonObject:
    figures: JsonObject = {}
    seconds: JsonObject = {}
    for name, step in steps.items():
        progress(name)
        began = perf_counter()
        figures[name] = step()
        seconds[name] = round(perf_counter() - began, 3)
        log.info("night step", step=name, slot=claim.slot, attempt=claim.attempt, seconds=seconds[name])
        with sessions.begin() as session:
            extend(session, claim, LEASE)
    return {**figures, "seconds": seconds}


def _owners(sessions: Sessions, now: datetime) -> JsonObject:
    with sessions.begin() as session:
        accounts = deactivate_accounts_of_departed_staff(session, now)
        closed = close_answered(session, now)
        owners = find_living_owners(session, now)
    return {**owners.as_dict(), "requests_closed": closed, "accounts_ended": accounts.deactivated}


def _score(sessions: Sessions, now: datetime) -> JsonObject:
    with sessions() as session:  # commits by itself, group by group
        scored = score_families(session, now)
        session.commit()
    bands: JsonObject = {band.value: count for band, count in scored.bands.items()}
    return {"families": scored.families, "changed": scored.changed, "bands": bands}


def _cases(sessions: Sessions, now: datetime) -> JsonObject:
    with sessions.begin() as session:
        figures: JsonObject = {**asdict(tend_cases(session, now))}
        return figures


def _plan(sessions: Sessions, now: datetime) -> JsonObject:
    with sessions.begin() as session:
        weekly = continue_weekly(session, now)
        figures = plan_night(session, now)
    return {**figures.as_json(), "weekly": weekly}


def _remind(sessions: Sessions, render: Render, now: datetime, link: str) -> JsonObject:
    with sessions.begin() as session:
        return {**prepare_digests(session, render, link, now).as_dict()}


def local_date(sessions: Sessions, now: datetime) -> str:
    """The district's local date, ISO: the slot of what is done once a day."""
    with sessions() as session:
        zone = session.scalar(select(District.timezone))
    return now.astimezone(ZoneInfo(zone or "UTC")).date().isoformat()


def _figures(slot: str, outcome: Outcome) -> NightFigures:
    if not outcome.ran:
        return NightFigures(slot, 0)
    steps = {name: value for name, value in outcome.figures.items() if name != "seconds"}
    score, cases = _part(steps, "score"), _part(steps, "cases")
    return NightFigures(
        slot=slot,
        attempt=outcome.attempt,
        families_scored=_count(score, "families"),
        bands={name: _count(_part(score, "bands"), name) for name in _part(score, "bands")},
        cases={name: _count(cases, name) for name in cases},
        suggested=_count(_part(steps, "plan"), "suggested"),
        reminders=_count(_part(steps, "remind"), "prepared"),
        seconds={
            name: float(value)
            for name, value in _part(outcome.figures, "seconds").items()
            if isinstance(value, int | float)
        },
        steps=steps,
    )


def _part(figures: Mapping[str, object], name: str) -> Mapping[str, object]:
    part = figures.get(name)
    return part if isinstance(part, dict) else {}


def _count(figures: Mapping[str, object], name: str) -> int:
    value = figures.get(name)
    return value if isinstance(value, int) else 0
