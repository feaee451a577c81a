"""``outreach risk``: why a family stands where it stands, and how good the score is."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from outreach.cli.context import CliContext, json_option, pass_cli
from outreach.effective import shipped_tuning
from outreach.risk import Evaluation, Explanation, evaluate, explain, find_family


@click.group()
def risk() -> None:
    """Detractor risk: reasons and how well they predict."""


@risk.command("explain")
@click.argument("family")
@json_option
@pass_cli
def explain_command(cli: CliContext, family: str) -> None:
    """Say why FAMILY stands where it stands: its id, or the sourced id of a student or guardian in it."""
    with cli.sessions() as session:
        found = explain(session, find_family(session, family), cli.now)
    cli.emit(_as_json(found), _lines(found))


def _as_json(found: Explanation) -> dict[str, object]:
    return {
        "family": found.family_id,
        "points": found.points,
        "band": found.band.value,
        "reasons": [
            {
                "code": reason.code, "points": reason.points, "evidence": reason.evidence, "source": reason.source,
                "words": reason.words,
            }
            for reason in found.reasons
        ],
        "unknown": list(found.unknown),
        "computed_at": found.computed_at,
        "config": found.config_version,
    }  # fmt: skip


def _lines(found: Explanation) -> list[str]:
    lines = [f"Family {found.family_id}: {found.points} points, {found.band.value}. A heuristic, not a verdict."]
    lines += [
        f"  {reason.points:+d}  {reason.words}  ({reason.code}; {reason.source or 'of an earlier configuration'})"
        for reason in found.reasons
    ]
    return [*lines, *(f"   ?  {sentence}" for sentence in found.unknown)]


@risk.command("evaluate")
@click.argument("csv", type=click.Path(path_type=Path))
@click.option("--label", required=True, metavar="COLUMN", help="Column of 1 (dissatisfied) and 0.")
@click.option("--group", metavar="COLUMN", help="Compare the flagged share between the values of this column.")
@json_option
@pass_cli
def evaluate_command(cli: CliContext, csv: Path, label: str, group: str | None) -> None:
    """Measure the score against labelled data, with the weights of the configuration files. Needs no database."""
    found = evaluate(csv, label, shipped_tuning().risk, group)
    cli.emit(asdict(found), _figures(found))


def _figures(found: Evaluation) -> list[str]:
    low, high = found.auc_interval
    lines = [
        f"{found.n} families, {found.positives} of them positive. AUC {found.auc:.3f} ({low:.3f} to {high:.3f}).",
        "points  flagged  sensitivity  precision  lift",
    ]
    lines += [
        f"{cut.points:6d}  {cut.flagged:7d}  {cut.sensitivity:11.3f}  {cut.precision:9.3f}  {cut.lift:4.2f}"
        for cut in found.cuts
    ]
    return lines + [
        f"{each.group}: {each.n} families, {each.high:.1%} high, {each.elevated_or_high:.1%} elevated or high"
        for each in found.groups
    ]
