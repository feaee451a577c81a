"""How fast the outbox is against what it stands on: ``make bench-delivery``, or ``python -m benchmarks.delivery``.

A stub takes each message 50 ms after it was asked. Fails (exit status 1) unless, in this one run, on PostgreSQL,

- 16 threads of the outbox reach at least 0.8 of the messages a second that a bare loop of 16 threads over the same
  SDK reaches, for texts and for e-mails (the bare loop has no line of ours in it: ``benchmarks/delivery_bare.py``),
- 3 worker processes of 4 threads reach at least 2.2 times what one of 4 threads reaches.

The outbox claims, asks the gate under the family's and the address's lock and commits ``sending`` for each message by
itself, and writes down each answer, several in one transaction where they come together: the stub must have taken each
message, and the database must have committed at least once for each. Every ratio is the median of some rounds', the two
sides taking turns, so that what else the machine does weighs on both. Each side runs in processes of its own, warmed up
by messages that do not count.
SQLite's figures are printed too; they decide nothing.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from rich.console import Console

from benchmarks.delivery_arena import Arena, postgresql, stub
from benchmarks.delivery_sides import WARM_UP
from models import Channel

THREADS, FEWER, WORKERS = 16, 4, 3
LEAST_SHARE, LEAST_GAIN = 0.8, 2.2
LEAST_BARE = 160
"""Messages a second: half of what 16 threads reach if nothing but the 50 ms takes time."""
console = Console(stderr=True)


def main() -> int:
    options = _options()
    with TemporaryDirectory() as folder, stub() as port:
        held = [_measure(Path(folder), port, options.messages, options.rounds)]
        if not options.quick:
            _sqlite(Path(folder), port, options.messages)
    return 0 if all(held) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--messages", type=int, default=1600, help="in each round of 16 threads")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="without SQLite")
    return parser.parse_args()


def _measure(folder: Path, port: int, messages: int, rounds: int) -> bool:
    with postgresql(folder) as database:
        shares = {
            channel: _share(Arena(database(channel.value), port, channel), messages, rounds)
            for channel in (Channel.SMS, Channel.EMAIL)
        }
        gain = _gain(Arena(database("workers"), port, Channel.SMS), messages // 2, rounds)
    holds = {
        f"{channel.value}: at least {LEAST_SHARE:g} of the bare loop": share >= LEAST_SHARE
        for channel, share in shares.items()
    } | {f"{WORKERS} workers: at least {LEAST_GAIN:g} times one": gain >= LEAST_GAIN}
    for what, held in holds.items():
        console.print(f"{'ok  ' if held else 'FAIL'} {what}")
    return all(holds.values())


def _share(arena: Arena, messages: int, rounds: int) -> float:
    bare, ours = [], []
    with arena.town(messages * rounds + WARM_UP * THREADS * rounds):
        for number in range(rounds):
            bare.append(arena.run("bare", THREADS, 1, messages))
            ours.append(arena.run("outbox", THREADS, 1, messages, f"round {number}"))
    assert min(bare) >= LEAST_BARE, f"this machine is too busy to measure on: the bare loop reaches {min(bare):.0f}"
    return _ratio(f"{arena.channel.value}, {THREADS} threads: outbox", ours, "bare loop", bare)


def _gain(arena: Arena, messages: int, rounds: int) -> float:
    one, several = [], []
    with arena.town((messages * 4 // 3 + WARM_UP * FEWER * (1 + WORKERS)) * rounds):
        for number in range(rounds):
            one.append(arena.run("outbox", FEWER, 1, messages // 3, f"one {number}"))
            several.append(arena.run("outbox", FEWER, WORKERS, messages, f"several {number}"))
    return _ratio(f"{FEWER} threads each: {WORKERS} workers", several, "one worker", one)


def _ratio(what: str, ours: list[float], against: str, floor: list[float]) -> float:
    ratios = [mine / its for mine, its in zip(ours, floor, strict=True)]
    console.print(
        f"{what} {_list(ours)} a second, {against} {_list(floor)}: median {median(ratios):.2f} of "
        f"{', '.join(f'{ratio:.2f}' for ratio in ratios)}"
    )
    return median(ratios)


def _sqlite(folder: Path, port: int, messages: int) -> None:
    for threads in (FEWER, THREADS):
        arena = Arena(f"sqlite:///{folder}/outreach{threads}.sqlite", port, Channel.SMS)
        with arena.town(messages + WARM_UP * threads):
            rate = arena.run("outbox", threads, 1, messages // 2, "sqlite")
        console.print(f"for information, SQLite, {threads} threads, one worker: {rate:.0f} a second")


def _list(rates: list[float]) -> str:
    return ", ".join(f"{rate:.0f}" for rate in rates)


if __name__ == "__main__":
    sys.exit(main())
