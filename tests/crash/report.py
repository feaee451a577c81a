"""What a run prints: the counts, what was unknown and why, and every finding."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import click

from . import tables
from .case import Case, Findings
from .crew import AT_RANDOM, Point
from .journal import CLOSES, FAULTS, HANGS, UNCLEAR, Manner, Words
from .judge import judge
from .manners import LEFT_OUT
from .run import EVERY_POINT

SHOWN = frozenset(Manner) - {Manner.NUMBER_BAD, Manner.OPTED_OUT}
"""What the provider must have shown, beside the two that belong to a number."""
AT_RANDOM_AT_LEAST = 0.3
"""Of the workers' deaths."""
SLOW_AT_MOST = 0.03
"""Of all calls. On a machine that is busy with other tests nothing is said about it."""
EXPECTED: frozenset[str] = frozenset()
"""Faults that a process may log, by event and kind, as :func:`faults` names them: none is known."""


def findings_of(case: Case, visited: Counter[Point], kills_wanted: int, log: Path, *, short: bool) -> Findings:
    """The judge's, and whether the run was as hard as it was meant to be."""
    workers = [kill for kill in case.kills if kill.of_a_worker]
    random = sum(kill.point == AT_RANDOM for kill in workers)
    crowds, slow = _crowds(case), sum(call.slow for call in case.calls)
    unseen = SHOWN - {call.manner for call in case.calls}
    return {
        **judge(case),
        "points without a kill": [" ".join(point[::-1]) for point in EVERY_POINT if not visited[point]],
        "too few workers killed": _unless(len(workers) >= kills_wanted, f"{len(workers)} of {kills_wanted}"),
        "too few at random": _unless(random >= AT_RANDOM_AT_LEAST * len(workers), f"{random} of {len(workers)}"),
        "ways to withdraw that nobody went": sorted(_ways_not_gone(case)),
        "too few families with four due at once": _unless(crowds >= len(case.plan.letters) // 10, str(crowds)),
        "manners that the provider did not show": sorted(manner.value for manner in unseen),
        "too many slow answers": _unless(short or slow <= SLOW_AT_MOST * len(case.calls), f"{slow} calls"),
        "faults logged": [f"{count} times {name}" for name, count in faults(log).items() if name not in EXPECTED],
    }  # fmt: skip


def _unless(good: bool, said: str) -> list[str]:
    return [] if good else [said]


def _crowds(case: Case) -> int:
    """Families with four letters due at the same moment."""
    return sum(count == 4 for count in Counter((letter.family, letter.due) for letter in case.plan.letters).values())


def _ways_not_gone(case: Case) -> set[str]:
    gone = {one.words.value for one in case.wrote} | ({"a call to the office"} if case.opt_outs else set())
    return {*(words.value for words in Words), "a call to the office"} - gone


def print_all(case: Case, findings: Findings, visited: Counter[Point], seconds: float, log: Path) -> None:
    manners = Counter(call.manner.value for call in case.calls)
    states = Counter(final.state for final in case.finals.values())
    workers = [kill for kill in case.kills if kill.of_a_worker]
    _table("The run", {
        "messages": len(case.plan.letters), "families with four due at once": _crowds(case),
        "workers killed": len(workers), "of them at random": sum(kill.point == AT_RANDOM for kill in workers),
        "web applications killed": len(case.kills) - len(workers), "withdrawals meanwhile": len(case.gone),
        "calls to the provider": len(case.calls), "taken by the provider": sum(call.taken for call in case.calls),
        "e-mails freed by a person": len(case.freed), "checkpoints": len(case.checkpoints), "seconds": round(seconds),
    })  # fmt: skip
    _table("Kills by point", {" ".join(point[::-1]): visited[point] for point in EVERY_POINT})
    _table("The provider's answers", dict(sorted(manners.items())))
    _table("Families' words", Counter(one.words.value for one in case.wrote))
    _table("States in the end", dict(sorted(states.items())))
    _table("Faults logged", dict(faults(log)))
    _print_unknown(case)
    click.echo(f"\nLeft out: {LEFT_OUT}.")
    _table("Counted by the provider's journal", {name: len(found) for name, found in findings.items()})
    for name, found in findings.items():
        for line in found[:40]:
            click.echo(f"FINDING {name}: {line}")
    click.echo("\nFAILED" if any(findings.values()) else "\nGood: nothing was found.")


def _print_unknown(case: Case) -> None:
    """How many attempts were unknown at some time, what allows for so many, and each with its cause."""
    _table("Unknown at some time", {
        "attempts": len(case.unknown), "at most": tables.most_unknown(case),
        "in flight at a kill": sum(len(kill.in_flight) for kill in case.kills),
        "hung": sum(call.manner in HANGS for call in case.calls),
        "cut off": sum(call.manner in CLOSES for call in case.calls),
        "answered with 500": sum(call.manner in FAULTS for call in case.calls),
        "answered too late, or to nobody": sum(call.unclear and call.manner not in UNCLEAR for call in case.calls),
    })  # fmt: skip
    known = tables.causes(case)
    for attempt, tag in sorted(case.unknown.items(), key=lambda one: one[1]):
        final = case.finals[tag]
        click.echo(f"  {tag} {final.channel:5} {attempt}  {known.get(attempt, 'no cause')}, in the end {final.state}")


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
