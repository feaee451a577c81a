"""From a score to a mark: percent, letter and level (DESIGN §4, Terms)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from config.tuning import RiskTerms
from models import Level, MarkKind
from outreach.language import N_
from outreach.language.sentences import Value

from .fields import NUMBER, shown

LETTERS = {
    "A+": 98.5, "A": 94.5, "A-": 91.0, "B+": 88.0, "B": 84.5, "B-": 81.0, "C+": 78.0, "C": 74.5, "C-": 71.0,
    "D+": 68.0, "D": 64.5, "D-": 61.0, "E": 50.0, "F": 50.0,
}  # fmt: skip
"""Percent that a letter stands for: the middle of the usual US bands (A 93-96, A- 90-92, B+ 87-89, …, D- 60-62).
F and E, which span 0 to 59, stand for 50, so that one F neither sinks nor spares a mean."""

WITHOUT_LEVEL = {
    "exempt": N_("is exempt: it does not count for this student."),
    "not submitted": N_("was not handed in and has no score; a zero, if that is meant, must be given as one."),
    "submitted": N_("was handed in and has no score yet."),
}
"""``scoreStatus`` without a score, and what to say of it."""
MOST_PERCENT = 200.0
"""Extra credit reaches past 100; twice the full score is a slip of the scale."""
REPORT_CARD_WORDS = re.compile(
    r"report card|final (grade|mark)"
    r"|(quarter|semester|trimester|term|marking period|grading period) (grade|mark|average)"
    r"|course grade|boleta|calificaci[oó]n final",
    re.IGNORECASE,
)


class NoMarkError(ValueError):
    """A score that is no mark; ``sentence`` with ``values`` says why."""

    def __init__(self, sentence: str, **values: Value) -> None:
        super().__init__(sentence)
        self.sentence, self.values = sentence, values


@dataclass(frozen=True)
class Graded:
    level: Level
    percent: float
    letter: str | None


def level_of(percent: float, terms: RiskTerms) -> Level:
    """The level of ``percent`` by the cuts of ``config/risk.toml``."""
    if percent >= terms.above_average_from:
        return Level.ABOVE_AVERAGE
    if percent >= terms.average_from:
        return Level.AVERAGE
    if percent >= terms.below_average_from:
        return Level.BELOW_AVERAGE
    return Level.FAILING


def kind_of(*titles: str) -> MarkKind:
    """Whether a line item, by its own title or its category's, is a figure of the report card or a piece of work."""
    return MarkKind.REPORT_CARD if any(REPORT_CARD_WORDS.search(title) for title in titles) else MarkKind.RESULT


def grade(score: str, value_min: float, value_max: float | None, terms: RiskTerms) -> Graded:
    """Read ``score``: a number on the scale ``value_min`` to ``value_max`` (percent where the scale is unknown and the
    number at most 100), or a letter of :data:`LETTERS`. Raises :class:`NoMarkError`."""
    text = score.strip().rstrip("%").strip()
    letter = text.upper().replace("−", "-").replace("–", "-")
    if letter in LETTERS:
        percent = LETTERS[letter]
        return Graded(level_of(percent, terms), percent, letter)
    if not NUMBER.fullmatch(text):
        raise NoMarkError(N_("%(text)s is neither a number nor a letter from A to F."), text=shown(score))
    points = float(text)
    percent = _percent(points, value_min, 100.0 if score.strip().endswith("%") else value_max)
    return Graded(level_of(percent, terms), percent, None)


def _percent(points: float, value_min: float, value_max: float | None) -> float:
    top = 100.0 if value_max is None else value_max
    bottom = value_min if value_max is not None else 0.0
    percent = round((points - bottom) / (top - bottom) * 100.0, 4)
    if percent < 0:
        raise NoMarkError(
            N_("%(points)s lies below the scale, which begins at %(bottom)s."),
            points=f"{points:g}",
            bottom=f"{bottom:g}",
        )
    if percent > (100.0 if value_max is None else MOST_PERCENT):
        if value_max is None:
            raise NoMarkError(
                N_("%(points)s lies far above the scale, which is unknown, so it must be percent."),
                points=f"{points:g}",
            )
        raise NoMarkError(
            N_("%(points)s lies far above the scale, which ends at %(top)s."), points=f"{points:g}", top=f"{top:g}"
        )
    return percent
