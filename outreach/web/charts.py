"""Marks by subject as a small picture: where each point and line stands, and the sentence for who does not see it.

Templates draw it (``families/charts.html``); no axis, but the bands of standing with their words, and the last value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from config.tuning import RiskTerms
from models import Level, MarkKind, Subject
from outreach.insights.school_work import MarkSeen, SchoolWork, SubjectWork
from outreach.language import _, ngettext, number, pgettext, short_day
from outreach.risk.words import LEVELS, SUBJECTS

RIGHT, TOP, BOTTOM = 226.0, 4.0, 62.0
"""Where the plot ends, in units of its 300 by 66; the words of the bands stand right of it."""
LOWEST, HIGHEST = 40.0, 100.0
"""Percents at the bottom and the top; what lies outside is drawn at the edge, and said in the table."""
SHORTEST = timedelta(days=28)


@dataclass(frozen=True)
class BandDrawn:
    word: str
    y: float
    """Of its upper edge."""
    text_y: float


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    kind: str
    """result, card, or level (only a level was given)."""


@dataclass(frozen=True)
class TermDrawn:
    x: float
    title: str


@dataclass(frozen=True)
class Row:
    """One mark in the table beside the picture, in words."""

    on: date
    work: str
    mark: str
    standing: str


@dataclass(frozen=True)
class Chart:
    """One subject of one child."""

    subject: Subject
    title: str
    now: str
    """58%, failing; as it stands in the term that runs."""
    label: str
    bands: tuple[BandDrawn, ...]
    terms: tuple[TermDrawn, ...]
    lines: tuple[str, ...]
    """One path a term: the standing, step by step."""
    dots: tuple[Dot, ...]
    end: Dot | None
    """The last standing."""
    end_words: str
    rows: tuple[Row, ...]
    """The table: newest first."""
    earlier: int
    """Marks of the year before these."""

    @property
    def drawn(self) -> bool:
        """One mark makes no picture."""
        return len(self.rows) > 1


def charts_of(work: SchoolWork, today: date) -> tuple[Chart, ...]:
    """A chart for each core subject of a child that has a mark this year."""
    if work.year is None:
        return ()
    frame = _Frame(work.year[0], max(min(today, work.year[1]), work.year[0] + SHORTEST), work.cuts)
    return tuple(_chart(one, work, frame, today) for one in work.subjects)


@dataclass(frozen=True)
class _Frame:
    """From days and percents to places."""

    first: date
    last: date
    cuts: RiskTerms

    def x(self, day: date) -> float:
        share = (min(max(day, self.first), self.last) - self.first) / (self.last - self.first)
        return round(share * RIGHT, 1)

    def y(self, percent: float) -> float:
        share = (min(max(percent, LOWEST), HIGHEST) - LOWEST) / (HIGHEST - LOWEST)
        return round(BOTTOM - share * (BOTTOM - TOP), 1)

    @property
    def edges(self) -> tuple[tuple[Level, float, float], ...]:
        """Level, lower and upper percent, the best first."""
        cuts = self.cuts
        return (
            (Level.ABOVE_AVERAGE, cuts.above_average_from, HIGHEST),
            (Level.AVERAGE, cuts.average_from, cuts.above_average_from),
            (Level.BELOW_AVERAGE, cuts.below_average_from, cuts.average_from),
            (Level.FAILING, LOWEST, cuts.below_average_from),
        )

    def middle(self, level: Level) -> float:
        return next(self.y((low + high) / 2) for each, low, high in self.edges if each is level)

    def bands(self) -> Iterator[BandDrawn]:
        for level, low, high in self.edges:
            yield BandDrawn(_short(level), self.y(high), round((self.y(low) + self.y(high)) / 2 + 3, 1))


def _short(level: Level) -> str:
    """A level in as many letters as stand beside a picture."""
    return {
        Level.ABOVE_AVERAGE: pgettext("beside a picture", "above average"),
        Level.AVERAGE: pgettext("beside a picture", "average"),
        Level.BELOW_AVERAGE: pgettext("beside a picture", "below average"),
        Level.FAILING: pgettext("beside a picture", "failing"),
    }[level]


def _chart(work: SubjectWork, child: SchoolWork, frame: _Frame, today: date) -> Chart:
    title, now = _(SUBJECTS[work.subject]), _standing(work.last)
    end = _end(work, child, frame, today)
    return Chart(
        subject=work.subject, title=title, now=now, label=_label(title, work, now, today),
        bands=tuple(frame.bands()),
        terms=tuple(
            TermDrawn(frame.x(term.starts_on), term.title)
            for term in child.terms
            if frame.first < term.starts_on <= frame.last
        ),
        lines=tuple(_lines(work.marks, child, frame, today)), dots=tuple(_dots(work.marks, frame)), end=end,
        end_words="" if work.last.standing is None else f"{number(work.last.standing)}%",
        rows=tuple(_row(mark) for mark in reversed(work.marks)), earlier=work.earlier,
    )  # fmt: skip


def _standing(mark: MarkSeen) -> str:
    level = mark.standing_level or mark.level
    if mark.standing is None:
        return _(LEVELS[level])
    return _("%(percent)s%%, %(level)s", percent=number(mark.standing), level=_(LEVELS[level]))


def _row(mark: MarkSeen) -> Row:
    work = mark.title or (_("Report card") if mark.kind is MarkKind.REPORT_CARD else "")
    level = _(LEVELS[mark.level])
    given = f"{number(mark.percent)}%" if mark.percent is not None else mark.letter or level
    then = _("not known") if mark.standing is None else f"{number(mark.standing)}%"
    return Row(mark.on, work, given, then)


def _label(title: str, work: SubjectWork, now: str, today: date) -> str:
    since, last = short_day(work.since or work.marks[0].on, today), short_day(work.last.on, today)
    return ngettext(
        "%(subject)s: %(now)s. %(count)s mark this year, on %(last)s (the first on %(since)s).",
        "%(subject)s: %(now)s. %(count)s marks this year, the first on %(since)s, the last on %(last)s.",
        work.earlier + len(work.marks), subject=title, now=now, since=since, last=last,
    )  # fmt: skip


def _lines(marks: Sequence[MarkSeen], child: SchoolWork, frame: _Frame, today: date) -> Iterator[str]:
    """The standing of each term as one path; a term without a percent is a gap, and so is the time before its first
    mark."""
    for place, term in enumerate(child.terms):
        its = [mark for mark in marks if mark.term == place and mark.standing is not None]
        if not its:
            continue
        steps = [f"M{frame.x(its[0].on)} {frame.y(its[0].standing or 0)}"]
        steps += [f"H{frame.x(mark.on)}V{frame.y(mark.standing or 0)}" for mark in its[1:]]
        steps.append(f"H{frame.x(min(term.ends_on, today))}")
        yield "".join(steps)


def _dots(marks: Sequence[MarkSeen], frame: _Frame) -> Iterator[Dot]:
    for mark in marks:
        if mark.percent is None:
            yield Dot(frame.x(mark.on), frame.middle(mark.level), "level")
        else:
            kind = "card" if mark.kind is MarkKind.REPORT_CARD else "result"
            yield Dot(frame.x(mark.on), frame.y(mark.percent), kind)


def _end(work: SubjectWork, child: SchoolWork, frame: _Frame, today: date) -> Dot | None:
    last = work.last
    if last.standing is None or last.term is None:
        return None
    until = min(child.terms[last.term].ends_on, today)
    return Dot(frame.x(until), frame.y(last.standing), "end")
