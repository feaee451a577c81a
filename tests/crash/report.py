"""What a run prints: the counts, what was unknown and why, and every finding."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import click

from .crew import AT_RANDOM, Point
from .journal import Manner
from .judge import Case, Findings, causes, judge
from .run import EVERY_POINT


def findings_of(case: Case, visited: Counter[Point], kills_wanted: int) -> Findings:
    """The judge's, and whether the run was as hard as it was meant to be."""
    missed = [" ".join(point[::-1]) for point in EVERY_POINT if not visited[point]]
    too_few = [f"{len(case.kills)} of {kills_wanted}"] if len(case.kills) < kills_wanted else []
    unseen = {Manner.BUSY, Manner.FAULT, Manner.FAULT_TAKEN, Manner.CLOSE_TAKEN, Manner.HANG_TAKEN} - {
        call.manner for call in case.calls
    }
    return {
        **judge(case), "points without a kill": missed, "too few kills": too_few,
        "manners that the provider did not show": sorted(manner.value for manner in unseen),
    }  # fmt: skip


def print_all(case: Case, findings: Findings, visited: Counter[Point], seconds: float, log: Path) -> None:
    taken = [call for call in case.calls if call.taken]
    manners = Counter(call.manner.value for call in case.calls)
    states = Counter(final.state for final in case.finals.values())
    crowded = Counter((letter.family, letter.due) for letter in case.plan.letters)
    _table("The run", {
        "messages": len(case.plan.letters), "families with four due at once": sum(n == 4 for n in crowded.values()),
        "kills": len(case.kills), "of them at random": sum(kill.point == AT_RANDOM for kill in case.kills),
        "withdrawals meanwhile": len(case.opt_outs), "calls to the provider": len(case.calls),
        "taken by the provider": len(taken), "checkpoints": len(case.checkpoints), "seconds": round(seconds),
    })  # fmt: skip
    _table("Kills by point", {" ".join(point[::-1]): visited[point] for point in EVERY_POINT})
    _table("The provider's answers", dict(sorted(manners.items())))
    _table("States in the end", dict(sorted(states.items())))
    _table("Faults logged", dict(faults(log)))
    known = causes(case)
    in_flight = {attempt for kill in case.kills for attempt in kill.in_flight}
    click.echo(f"\nUnknown at some time: {len(case.unknown)} attempts; in flight at a kill {len(in_flight)}, "
          f"hung or cut off {len(known.keys() - in_flight)}, together at most {len(known)}")  # fmt: skip
    for attempt, tag in sorted(case.unknown.items(), key=lambda one: one[1]):
        final = case.finals[tag]
        click.echo(f"  {tag} {final.channel:5} {attempt}  {known.get(attempt, 'no cause')}, in the end {final.state}")
    _table("Counted by the provider's journal", {name: len(found) for name, found in findings.items()})
    for name, found in findings.items():
        for line in found[:40]:
            click.echo(f"FINDING {name}: {line}")
    click.echo("\nFAILED" if any(findings.values()) else "\nGood: nothing was found.")


def faults(log: Path) -> Counter[str]:
    """Errors that the processes logged, by event and kind."""
    counted: Counter[str] = Counter()
    for line in log.read_text("utf-8", "replace").splitlines() if log.exists() else []:
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if entry.get("level") in ("error", "critical"):
            counted[f"{entry.get('event')} ({_kind(str(entry.get('exception', '')))})"] += 1
    return counted


def _kind(trace: str) -> str:
    lines = [line for line in trace.splitlines() if line and not line.startswith((" ", "(", "["))]
    return lines[-1][:120] if lines else "no trace"


def last_lines(log: Path, standing: list[str]) -> None:
    """For a run that broke off: what the processes said last, and what they wait for."""
    said = log.read_text("utf-8", "replace").splitlines()[-400:] if log.exists() else []
    click.echo("\n".join([*said, *standing]), err=True)


def _table(title: str, figures: dict[str, int]) -> None:
    click.echo(f"\n{title}")
    for name, figure in figures.items():
        click.echo(f"  {name:46} {figure:7}")
