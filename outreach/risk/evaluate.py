"""How well the points find the families who said that they are dissatisfied, on labelled data.

Near 0.9 on made-up data would prove nothing; only answers of real families do.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

from sqlalchemy import Connection, Table, insert, select

from config.tuning import Bands, Risk
from models import RiskStage
from outreach import store

from .apply import scored
from .codes import SCORED
from .errors import LabelledFileError
from .labelled import Labelled, load_features, read_labelled, reasons_of_features
from .stage import staging

RUN = "evaluation"
NORMAL_975 = 1.959963984540054
"""Two-sided 95%."""


@dataclass(frozen=True)
class Cut:
    points: int
    """Flagged are families with this many points or more."""
    flagged: int
    sensitivity: float
    """The part of all dissatisfied families that is flagged."""
    precision: float
    """The part of the flagged that is dissatisfied."""
    lift: float
    """Precision over the share of dissatisfied families among all."""


@dataclass(frozen=True)
class Group:
    group: str
    n: int
    high: float
    """The part of the group whose band is high."""
    elevated_or_high: float


@dataclass(frozen=True)
class Evaluation:
    n: int
    positives: int
    auc: float
    """The chance that a dissatisfied family has more points than another one; ties count half."""
    auc_interval: tuple[float, float]
    """95%, by DeLong, DeLong and Clarke-Pearson (1988)."""
    cuts: tuple[Cut, ...]
    groups: tuple[Group, ...]
    """Empty where the file has no group column."""


def evaluate(path: Path, label: str, risk: Risk, group: str | None = None) -> Evaluation:
    """Score each row of a CSV as the night would, with the weights of ``risk``, and compare with column ``label``.

    Features load into a database in memory; from there on it is the night's own statements. ``group`` names a column
    whose values' flagged shares are compared. Raises :class:`~outreach.risk.LabelledFileError`.
    """
    labelled = read_labelled(path, label, group)
    positives = sum(labelled.labels.values())
    if not 0 < positives < len(labelled.labels):
        raise LabelledFileError(f"{path}, column {label}: both 1 and 0 are needed to compare, and one is missing.")
    engine = store.connect("sqlite://")
    with engine.begin() as connection:
        points = _points(connection, labelled, risk)
    engine.dispose()
    auc, interval = area(points, labelled.labels)
    return Evaluation(
        len(points), positives, auc, interval, _cuts(points, labelled.labels),
        _groups(points, labelled.groups, risk.bands),
    )  # fmt: skip


def _points(connection: Connection, labelled: Labelled, risk: Risk) -> dict[int, int]:
    """Family to points, by the statements of the night."""
    stage = RiskStage.__table__
    assert isinstance(stage, Table)
    stage.create(connection)
    load_features(connection, labelled)
    families = [{"run": RUN, "family_id": family, "code": SCORED, "points": 0} for family in labelled.labels]
    connection.execute(insert(RiskStage), families)
    for reasons in reasons_of_features(risk):
        connection.execute(staging(reasons), {"of_run": RUN})
    result = scored(risk.bands)
    return dict(connection.execute(select(result.c.family_id, result.c.points), {"of_run": RUN}).all())


def area(points: Mapping[int, int], labels: Mapping[int, bool]) -> tuple[float, tuple[float, float]]:
    """Area under the ROC curve and its 95% interval by DeLong's variance, ties counted half."""
    yes = Counter(points[family] for family, label in labels.items() if label)
    no = Counter(points[family] for family, label in labels.items() if not label)
    count_yes, count_no = yes.total(), no.total()
    above = {value: _placement(value, no) / count_no for value in yes}
    below = {value: 1 - _placement(value, yes) / count_yes for value in no}
    auc = sum(above[value] * count for value, count in yes.items()) / count_yes
    variance = _variance(above, yes, auc) / count_yes + _variance(below, no, auc) / count_no
    half = NORMAL_975 * sqrt(variance)
    return auc, (max(0.0, auc - half), min(1.0, auc + half))


def _placement(value: int, others: Counter[int]) -> float:
    """How many of the others have fewer points, and half of those with as many."""
    return sum(count * (1.0 if other < value else 0.5) for other, count in others.items() if other <= value)


def _variance(placements: Mapping[int, float], counts: Counter[int], mean: float) -> float:
    """The sample variance; zero for a single one."""
    squares = sum(count * (placements[value] - mean) ** 2 for value, count in counts.items())
    return squares / max(1, counts.total() - 1)


def _cuts(points: Mapping[int, int], labels: Mapping[int, bool]) -> tuple[Cut, ...]:
    """A cut at every number of points that occurs, but for the lowest, which would flag everybody."""
    positives = sum(labels.values())
    base = positives / len(labels)
    cuts = []
    for cut in sorted(set(points.values()))[1:]:
        flagged = [labels[family] for family, given in points.items() if given >= cut]
        precision = sum(flagged) / len(flagged)
        cuts.append(Cut(cut, len(flagged), sum(flagged) / positives, precision, precision / base))
    return tuple(cuts)


def _groups(points: Mapping[int, int], groups: Mapping[int, str], bands: Bands) -> tuple[Group, ...]:
    by_group: dict[str, list[int]] = defaultdict(list)
    for family, name in groups.items():
        by_group[name].append(points[family])
    return tuple(
        Group(
            name or "unknown", len(its), sum(each >= bands.high for each in its) / len(its),
            sum(each >= bands.elevated for each in its) / len(its),
        )
        for name, its in sorted(by_group.items())
    )  # fmt: skip
