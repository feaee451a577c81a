"""Labelled data: the same statements as the night's, and figures that can be worked out by hand."""

from __future__ import annotations

import json
from math import sqrt
from pathlib import Path

import pytest
from click.testing import CliRunner

from config.tuning import Risk
from outreach.cli.risk import risk as risk_command
from outreach.effective import table
from outreach.risk import LabelledFileError, evaluate

SMALL = """case,overall_grade,lowest_level,absences,personal_contacts,general_notices,unhappy,home
1,D,failing,12,0,0,1,es
2,C,average,6,1,1,1,en
3,A,above_average,0,1,1,0,en
4,B,average,5,1,1,0,en
5,,,,,,0,es
6,A,above_average,0,0,1,,en
"""
"""Points: 1 has 2 + 3 + 2 + 1 + 1 = 9, 2 has 2 + 1 + 1 = 4, 3 has 0, 4 has 1, 5 is unknown: 0; 6 has no label."""


@pytest.fixture
def weights() -> Risk:
    return Risk.model_validate(table("risk.toml"))


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.csv"
    path.write_text(SMALL, encoding="utf-8")
    return path


def test_figures_of_a_small_file_by_hand(small: Path, weights: Risk) -> None:
    found = evaluate(small, "unhappy", weights)
    assert (found.n, found.positives, found.auc) == (5, 2, 1.0)
    cuts = {cut.points: (cut.flagged, cut.sensitivity, cut.precision, cut.lift) for cut in found.cuts}
    assert cuts == {1: (3, 1.0, 2 / 3, pytest.approx(5 / 3)), 4: (2, 1.0, 1.0, 2.5), 9: (1, 0.5, 1.0, 2.5)}
    assert found.groups == ()


def test_the_interval_is_delongs_and_ties_count_half(tmp_path: Path, weights: Risk) -> None:
    path = tmp_path / "ties.csv"
    path.write_text("absences,label\n6,1\n11,1\n0,1\n6,0\n0,0\n0,0\n", encoding="utf-8")
    found = evaluate(path, "label", weights)
    above = [(0.5 + 1 + 1) / 3, 1.0, (0 + 0.5 + 0.5) / 3]
    below = [(0.5 + 1 + 0) / 3, (1 + 1 + 0.5) / 3, (1 + 1 + 0.5) / 3]
    mean = sum(above) / 3
    variance = sum((each - mean) ** 2 for each in above) / 2 / 3 + sum((each - mean) ** 2 for each in below) / 2 / 3
    assert found.auc == pytest.approx(mean)
    assert found.auc_interval[0] == pytest.approx(max(0, mean - 1.959963984540054 * sqrt(variance)))
    assert found.auc_interval[1] == pytest.approx(min(1, mean + 1.959963984540054 * sqrt(variance)))


def test_flagged_shares_by_group(small: Path, weights: Risk) -> None:
    groups = {
        each.group: (each.n, each.high, each.elevated_or_high)
        for each in evaluate(small, "unhappy", weights, "home").groups
    }
    assert groups == {"en": (3, 0.0, pytest.approx(1 / 3)), "es": (2, 0.5, 0.5)}


def test_an_absent_column_is_unknown_and_gives_no_points(tmp_path: Path, weights: Risk) -> None:
    path = tmp_path / "few.csv"
    path.write_text("lowest_level,label\nfailing,1\naverage,0\n", encoding="utf-8")
    assert [cut.points for cut in evaluate(path, "label", weights).cuts] == [3]


def test_a_district_s_own_weights_are_used(small: Path, weights: Risk) -> None:
    factor = weights.factor | {"absences_11_up": weights.factor["absences_11_up"].model_copy(update={"points": 20})}
    assert evaluate(small, "unhappy", weights.model_copy(update={"factor": factor})).cuts[-1].points == 27


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("absences,happy\n1,1\n", "no column 'unhappy'; its columns are absences, happy"),
        ("", "its columns are none"),
        ("absences,unhappy\n1,1\nmany,0\n", "line 3, column absences: 'many'"),
        ("absences,unhappy\nnan,1\n", "column absences: 'nan'"),
        ("lowest_level,unhappy\nbad,1\n", "line 2, column lowest_level: 'bad'"),
        ("absences,unhappy\n1,yes\n", "column unhappy: 'yes'"),
        ("absences,unhappy\n1,1\n2,1\n", "both 1 and 0 are needed"),
        ('absences,unhappy\n"1,1\n', "is not CSV"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(tmp_path: Path, weights: Risk, text: str, sentence: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LabelledFileError, match=sentence):
        evaluate(path, "unhappy", weights)


def test_a_file_that_is_not_there_or_not_text(tmp_path: Path, weights: Risk) -> None:
    with pytest.raises(LabelledFileError, match="cannot be read"):
        evaluate(tmp_path / "none.csv", "unhappy", weights)
    (tmp_path / "bytes.csv").write_bytes(b"a,unhappy\n\xff\xfe,1\n")
    with pytest.raises(LabelledFileError, match="UTF-8"):
        evaluate(tmp_path / "bytes.csv", "unhappy", weights)


def test_the_command_answers_with_one_json_object(small: Path) -> None:
    done = CliRunner().invoke(risk_command, ["evaluate", str(small), "--label", "unhappy", "--json"])
    answer = json.loads(done.stdout)
    assert (done.exit_code, answer["n"], answer["positives"], answer["auc"]) == (0, 5, 2, 1.0)
    assert set(answer["cuts"][0]) == {"points", "flagged", "sensitivity", "precision", "lift"}
    lines = CliRunner().invoke(risk_command, ["evaluate", str(small), "--label", "unhappy", "--group", "home"])
    assert "AUC 1.000" in lines.stdout
    assert "es: 2 families, 50.0% high" in lines.stdout


@pytest.mark.shared_data
@pytest.mark.parametrize(("label", "least"), [("dissatisfied_school", 0.70), ("dissatisfied_staff", 0.64)])
def test_the_shipped_weights_on_the_national_survey(weights: Risk, label: str, least: float, shared: Path) -> None:
    found = evaluate(shared / "data/nhes_pfi_2019/train.csv", label, weights)
    assert found.n == 7778
    assert found.auc >= least
    assert found.auc_interval[0] < found.auc < found.auc_interval[1]
