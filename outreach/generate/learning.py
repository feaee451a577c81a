"""How the year goes for each made-up child: marks with their trend, absences, an incident now and then."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from random import Random

from models import CORE_SUBJECTS, Absence, AbsenceCategory, Incident, Level, Mark, MarkKind, Subject

from .frame import Frame
from .households import Pupil
from .rows import Rows
from .spread import (
    INCIDENT,
    OTHER_SUBJECTS_ABOVE_LOWEST,
    PERCENT_OF_LEVEL,
    RESULTS_A_SUBJECT,
    TARDY_DAYS,
    TREND_POINTS,
    UNEXCUSED,
    Trend,
    pick,
    so_far,
)
from .year import year_before

BEST = 98.5
NOISE_POINTS = 4.0
WITHOUT_PERCENT = ("KG", "01", "02")
"""Grades that get a report card with levels only, at the end of the first grading period."""
WORK = ("Quiz", "Homework", "Project", "Test", "Lab", "Essay")
CUTS = (
    (85.0, Level.ABOVE_AVERAGE, "A"), (80.0, Level.AVERAGE, "B"), (70.0, Level.AVERAGE, "C"),
    (60.0, Level.BELOW_AVERAGE, "D"), (0.0, Level.FAILING, "F"),
)  # fmt: skip
INCIDENTS = (
    ("disruption", "Left the room twice during class."),
    ("conflict", "An argument at lunch; both calmed down with the counselor."),
    ("phone", "Phone out during a test."),
    ("bullying_report", "Says that others leave nobody room to join at recess."),
)


class Learning:
    def __init__(self, rows: Rows, rng: Random, frame: Frame, share_gone: float) -> None:
        self._rows, self._rng, self._share_gone = rows, rng, share_gone
        self._days = frame.year.school_days(frame.today)
        self._results_on = self._spaced(RESULTS_A_SUBJECT)
        self._report_on = frame.year.week(9) + timedelta(days=4)
        self._last_report_on = year_before(frame.year).ends_on
        self._label = frame.year.label
        self._numbers = count(1)

    def of(self, pupil: Pupil, special: str | None) -> None:
        """Marks of the running term, last year's report, absences so far, perhaps an incident."""
        standings = self._standings(pupil.plan.lowest)
        moving = self._rng.choice(CORE_SUBJECTS)
        for subject, standing in standings.items():
            section = pupil.school_class.sections[subject]
            if pupil.plan.grade in WITHOUT_PERCENT:
                self._card(pupil, subject, section, standing, day=self._report_on, percent=False)
                continue
            slope = self._slope(pupil.plan.trend) if subject is moving else 0.0
            self._results(pupil, subject, section, standing, slope)
            self._card(pupil, subject, None, self._near(standing), day=self._last_report_on, percent=True)
        art = self._rng.uniform(80, BEST)
        self._card(
            pupil, Subject.OTHER, pupil.school_class.sections[Subject.OTHER], art, day=self._report_on, percent=True
        )
        self._absences(pupil)
        if self._rng.random() < INCIDENT or special == "incident":
            self._incident(pupil)

    def _standings(self, lowest: Level) -> dict[Subject, float]:
        """Percent by subject: the weakest inside its level, the others above it."""
        rng = self._rng
        base = rng.uniform(*PERCENT_OF_LEVEL[lowest])
        weakest = rng.choice(CORE_SUBJECTS)
        return {
            subject: base if subject is weakest else min(BEST, base + rng.expovariate(1 / OTHER_SUBJECTS_ABOVE_LOWEST))
            for subject in CORE_SUBJECTS
        }

    def _results(self, pupil: Pupil, subject: Subject, section: int, standing: float, slope: float) -> None:
        """Pieces of work around ``standing`` whose mean it is, to a tenth of a percent."""
        rng = self._rng
        last = RESULTS_A_SUBJECT - 1
        apart = [rng.gauss(0, NOISE_POINTS) + slope * (place / last - 0.5) for place in range(RESULTS_A_SUBJECT)]
        middle = sum(apart) / RESULTS_A_SUBJECT
        room = min(1.0, (100 - standing) / max(1e-6, max(apart) - middle))
        for place, points in enumerate(apart):
            percent = round(standing + (points - middle) * room, 1)
            self._mark(
                pupil, subject, section, MarkKind.RESULT, percent=percent, day=self._results_on[place],
                title=WORK[(place + pupil.id) % len(WORK)],
            )  # fmt: skip

    def _card(
        self, pupil: Pupil, subject: Subject, section: int | None, standing: float, *, day: date, percent: bool
    ) -> None:
        self._mark(
            pupil, subject, section, MarkKind.REPORT_CARD, percent=round(standing, 1), day=day, title="Report card",
            with_percent=percent,
        )  # fmt: skip

    def _mark(
        self, pupil: Pupil, subject: Subject, section: int | None, kind: MarkKind, *, percent: float, day: date,
        title: str, with_percent: bool = True,
    ) -> None:  # fmt: skip
        level, letter = next((level, letter) for cut, level, letter in CUTS if percent >= cut)
        self._rows.add(
            Mark, sourced_id=f"result-{next(self._numbers)}", student_id=pupil.id, section_id=section, kind=kind,
            subject=subject, level=level, percent=percent if with_percent else None,
            letter=None if with_percent else letter, title=title, marked_on=day,
        )  # fmt: skip

    def _near(self, standing: float) -> float:
        return min(BEST, max(40.0, standing + self._rng.gauss(0, 5)))

    def _slope(self, trend: Trend) -> float:
        points = self._rng.uniform(*TREND_POINTS)
        return {Trend.STEADY: 0.0, Trend.IMPROVING: points, Trend.SINKING: -points}[trend]

    def _spaced(self, pieces: int) -> list[date]:
        """Evenly over the term so far, the last one a few days ago."""
        last = len(self._days) - 3
        return [self._days[5 + (last - 5) * place // (pieces - 1)] for place in range(pieces)]

    def _absences(self, pupil: Pupil) -> None:
        rng = self._rng
        days = [day for day in self._days if day >= pupil.since]
        away = min(so_far(rng, pupil.plan.absences_a_year, self._share_gone), len(days))
        late = pick(rng, TARDY_DAYS)
        chosen = rng.sample(days, min(away + late, len(days)))
        for place, day in enumerate(chosen):
            category = AbsenceCategory.TARDY
            if place < away:
                category = AbsenceCategory.UNEXCUSED if rng.random() < UNEXCUSED else AbsenceCategory.EXCUSED
            self._rows.add(
                Absence, student_id=pupil.id, category=category, occurred_on=day, school_year=self._label, days=1.0
            )

    def _incident(self, pupil: Pupil) -> None:
        kind, summary = self._rng.choice(INCIDENTS)
        self._rows.add(
            Incident, sourced_id=f"incident-{next(self._numbers)}", student_id=pupil.id,
            occurred_on=self._rng.choice(self._days[-15:]), kind=kind, summary=summary,
        )  # fmt: skip
