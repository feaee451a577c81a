"""Labelled data from a CSV as features: the same columns that the night reads from the database, for the same reasons.

Column names are those of the NHES:2019 extract: ``overall_grade`` (A to F), ``lowest_level`` (above_average … failing),
``absences`` (days), ``personal_contacts`` and ``general_notices`` (yes/no as 1/0, or a count). An absent column, and an
empty cell, is unknown.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Column, Connection, Float, Integer, MetaData, Table, Text, insert

from config.tuning import Risk
from models import Level
from outreach.risk.dialects import TENTHS_OF_THOUSANDTHS as PARTS
from outreach.risk.features import absences, contacts, standing
from outreach.risk.points import Reasons
from outreach.risk.terms import RANK

from .errors import LabelledFileError

PERCENT_OF_GRADE = {"A": 95.0, "B": 85.0, "C": 75.0, "D": 65.0, "F": 50.0}
"""A percent inside each letter's tens, so that C or lower is under 80 (DESIGN §4, Terms)."""

Value = TypeVar("Value")

features = MetaData()
subject_standing = Table(
    "subject_standing", features, Column("family_id", Integer), Column("student_id", Integer), Column("subject", Text),
    Column("parts", Integer), Column("rank", Integer), Column("day", Text),
)  # fmt: skip
overall_standing = Table(
    "overall_standing", features, Column("family_id", Integer), Column("student_id", Integer),
    Column("parts", Integer), Column("subjects", Integer), Column("day", Text),
)  # fmt: skip
days_absent = Table(
    "days_absent", features, Column("family_id", Integer), Column("student_id", Integer), Column("parts", Integer)
)
heard = Table(
    "heard", features, Column("family_id", Integer), Column("student_id", Integer), Column("since", Text),
    Column("personal", Integer), Column("teacher", Integer), Column("goal", Float), Column("fewest", Float),
)  # fmt: skip
noticed = Table("noticed", features, Column("family_id", Integer), Column("since", Text), Column("notices", Integer))


@dataclass(frozen=True)
class Labelled:
    labels: Mapping[int, bool]
    """By the number that stands for the family: its place in the file."""
    groups: Mapping[int, str]
    """Empty where no group column was named."""
    rows: Mapping[str, list[dict[str, object]]]
    """Feature rows by table."""


def read_labelled(path: Path, label: str, group: str | None = None) -> Labelled:
    """Read a CSV with a column ``label`` of 1 and 0. Rows without a label are left out.

    Raises :class:`~outreach.risk.LabelledFileError` with line and column.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _read(path, csv.DictReader(file, strict=True), label, group)
    except OSError as error:
        raise LabelledFileError(f"{path} cannot be read: {error.strerror}.") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise LabelledFileError(f"{path} is not CSV in UTF-8: {error}.") from None


def _read(path: Path, reader: csv.DictReader[str], label: str, group: str | None) -> Labelled:
    names = list(reader.fieldnames or [])
    for name in (label, *([group] if group else [])):
        if name not in names:
            raise LabelledFileError(f"{path} has no column {name!r}; its columns are {', '.join(names) or 'none'}.")
    labels: dict[int, bool] = {}
    groups: dict[int, str] = {}
    rows: dict[str, list[dict[str, object]]] = {table: [] for table in features.tables}
    for family, row in enumerate(reader, 1):
        cells = {name: (row.get(name) or "").strip() for name in names}
        line = _Line(path, reader.line_num, cells)
        known = line.read(label, {"1": True, "0": False}.__getitem__)
        if known is None:
            continue
        labels[family] = known
        if group:
            groups[family] = cells[group]
        _add_features(rows, family, line)
    return Labelled(labels, groups, rows)


@dataclass(frozen=True)
class _Line:
    path: Path
    number: int
    cells: Mapping[str, str]

    def read(self, name: str, parse: Callable[[str], Value]) -> Value | None:
        text = self.cells.get(name, "")
        try:
            return parse(text) if text else None
        except (KeyError, ValueError):
            raise LabelledFileError(
                f"{self.path}, line {self.number}, column {name}: {text!r} is not a value it can have."
            ) from None


def _add_features(rows: Mapping[str, list[dict[str, object]]], family: int, line: _Line) -> None:
    """One child a family; what is unknown is None, or no row at all."""
    child: dict[str, object] = {"family_id": family, "student_id": family}
    grade = line.read("overall_grade", PERCENT_OF_GRADE.__getitem__)
    if grade is not None:
        rows["overall_standing"].append({**child, "parts": round(grade * PARTS), "subjects": 1, "day": None})
    level = line.read("lowest_level", Level)
    if level is not None:
        rows["subject_standing"].append({**child, "subject": None, "parts": None, "rank": RANK[level], "day": None})
    days = line.read("absences", _count)
    if days is not None:
        rows["days_absent"].append({**child, "parts": round(days * absences.PARTS)})
    personal = line.read("personal_contacts", _count)
    rows["heard"].append({**child, "since": None, "personal": personal, "teacher": None, "goal": None, "fewest": None})
    notices = line.read("general_notices", _count)
    rows["noticed"].append({"family_id": family, "since": None, "notices": notices})


def _count(text: str) -> float:
    value = float(text)
    if not 0 <= value < 1e6:
        raise ValueError(text)
    return value


def load_features(connection: Connection, labelled: Labelled) -> None:
    """Make the feature tables in an empty database of their own, and fill them."""
    features.create_all(connection)
    for name, rows in labelled.rows.items():
        if rows:
            connection.execute(insert(features.tables[name]), rows)


def reasons_of_features(risk: Risk) -> list[Reasons]:
    """The night's own second half over the feature tables."""
    return [
        standing.reasons(subject_standing, overall_standing, risk),
        absences.reasons(days_absent, risk),
        contacts.reasons(heard, noticed, risk),
    ]
